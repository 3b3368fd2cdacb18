// Package paste reads an application out of a text that a person pasted: curl lines, or settings
// as an .env file has them.
//
// Read parses the text as the shell for which it was written: bash (mvdan.cc/sh), PowerShell or
// the Windows command prompt. It runs nothing and reads no variable of this process. It stores
// nothing: the caller shows the Draft to a person, who completes and saves it.
//
// Errors and notes never hold a value of the text, because it has secrets in it. Some settings are
// a person's decision, such as -k, a proxy or the name of a file. Read does not take them over, and
// adds a note.
package paste

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"lanyard/console"
)

// Draft is an application as far as a text describes it.
type Draft struct {
	console.Draft
	Notes []string // parts of the text that are not taken over, without secrets
	left  []string // names of what is not taken over; Read makes one note of them
}

// maxText is the length of the longest text that is read, in bytes.
const maxText = 16 << 10

// Read reads an application from a text of at most 16 KiB. The text has curl lines that request,
// revoke or use a token, or settings as an .env file has them. Read leaves out a stand-in for a
// value ($NAME, $(command), <placeholder>) and adds a note that names the value. Its errors are of
// type *console.Error.
func Read(text string) (Draft, error) {
	text, err := decoded(text)
	if err != nil {
		return Draft{}, err
	}
	var p Draft
	p.Environment = console.NewEnvironment("")
	all, other, err := readSettings(text)
	switch curls := hasCurl(text); {
	case curls && (err != nil || len(other) > 0 || len(all) == 0 ||
		slices.ContainsFunc(all, setting.isCommand)):
		err = p.readCurl(text)
	case len(other) > 0 && ofOthers.MatchString(text):
		err = noCurl(text)
	case err == nil && len(all) > 0:
		err = p.readEnv(all, other)
	case err == nil:
		err = noCurl(text)
	}
	if err != nil {
		return Draft{}, err
	}
	e := &p.Environment
	if u, err := url.Parse(string(cmp.Or(e.Endpoints.TokenURL, e.Issuer))); err == nil &&
		console.EnvironmentNameProblem(u.Hostname()) == "" {
		e.Name = console.Private(u.Hostname())
	}
	p.Grant = cmp.Or(p.Grant, console.GrantClientCredentials)
	if len(p.left) > 0 {
		p.note("not taken over: " + strings.Join(p.left, ", "))
	}
	return p, nil
}

// refused is the error of a text that cannot be read. Neither text nor hint may hold a value of it.
func refused(text, hint string) error {
	return &console.Error{Code: console.CodeUsage, Text: text, Hint: hint}
}

// Recognizes reports whether a text is one for Read, not the value of one field: it has a curl
// line, or several lines of NAME=value.
func Recognizes(text string) bool {
	text, err := decoded(text)
	if err != nil {
		return false
	}
	all, other, err := readSettings(text)
	return hasCurl(text) ||
		err == nil && len(all) > len(other) && strings.Contains(strings.TrimSpace(text), "\n")
}

// leave adds the name of something that is not taken over. The name must hold no value of the text.
func (p *Draft) leave(name string) {
	if !slices.Contains(p.left, name) {
		p.left = append(p.left, name)
	}
}

func (p *Draft) note(text string) {
	if !slices.Contains(p.Notes, text) {
		p.Notes = append(p.Notes, text)
	}
}

// fill fills the fields of the draft that are still empty. It adds a note for each stand-in.
func (p *Draft) fill(found map[console.Field]string) {
	e := &p.Environment
	get := func(field console.Field, label string) string {
		v := strings.TrimSpace(found[field])
		switch why := standIn(v); {
		case why != "":
			p.note(label + ": " + why + ", which is not taken over: fill it in")
			return ""
		case strings.ContainsFunc(strings.Trim(v, "\r\n"), unicode.IsControl):
			p.note(label + ": it holds a control character, and is not taken over")
			return ""
		}
		return v
	}
	for _, f := range []struct {
		field console.Field
		label string
		into  *console.Private
	}{
		{console.FieldTokenURL, "token URL", &e.Endpoints.TokenURL},
		{console.FieldIssuer, "issuer", &e.Issuer},
		{console.FieldRevokeURL, "revoke URL", &e.Endpoints.RevokeURL},
		{console.FieldConsumerKey, "consumer key", &p.ConsumerKey},
		{console.FieldUsername, "user", &p.Username},
		{console.FieldRedirectURL, "redirect URL", &p.Details.RedirectURL},
		{console.FieldProbeURL, "probe URL", &p.ProbeURL},
	} {
		if v := get(f.field, f.label); v != "" && *f.into == "" {
			if strings.HasSuffix(f.label, "URL") || f.field == console.FieldIssuer {
				v = p.withoutSecrets(v, f.label)
			}
			*f.into = console.Private(v)
		}
	}
	if v := get(console.FieldAudience, "audience"); v != "" && p.Audience == "" {
		p.Audience = v
	}
	if v := get(console.FieldResource, "resource"); v != "" && len(p.Resource) == 0 {
		p.Resource = strings.Fields(v)
	}
	if v := get(console.FieldScopes, "scopes"); v != "" && len(p.Scopes) == 0 {
		p.Scopes = strings.FieldsFunc(v, func(r rune) bool {
			return r == ',' || unicode.IsSpace(r)
		})
	}
	if v := get(console.FieldGrant, "grant"); v != "" && p.Grant == "" {
		p.Grant = p.grantNamed(v)
	}
	p.fillSecrets(found, get)
	if p.Grant != console.GrantPassword {
		p.Username, p.Password = "", console.Draft{}.Password
	}
}

// fillSecrets fills the secrets of the draft that are still empty. get returns the text of a field
// of found, and "" for a stand-in.
func (p *Draft) fillSecrets(found map[console.Field]string,
	get func(field console.Field, label string) string) {
	odd := func(label string, err error) {
		if err != nil {
			p.note("the " + label + " is not taken over: it " + err.Error())
		}
	}
	if get(console.FieldConsumerSecret, "consumer secret") != "" && p.Secret.IsZero() {
		text, err := console.ConsumerSecret.Read(found[console.FieldConsumerSecret])
		odd("consumer secret", err)
		p.Secret = text
	}
	if get(console.FieldPassword, "password") != "" && p.Password.IsZero() {
		text, err := console.Password.Read(found[console.FieldPassword])
		odd("password", err)
		p.Password = text
	}
}

// withoutSecrets removes from a URL the user, the password, the fragment and the query parameters
// that may hold secrets. Lanyard shows and stores URLs in the clear.
func (p *Draft) withoutSecrets(raw, label string) string {
	raw, _, _ = strings.Cut(raw, "#")
	if scheme, rest, ok := strings.Cut(raw, "://"); ok {
		host, path := rest, ""
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			host, path = rest[:i], rest[i:]
		}
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			p.leave("user and password of the " + label)
			host = host[i+1:]
		}
		raw = scheme + "://" + host + path
	}
	base, query, ok := strings.Cut(raw, "?")
	if !ok {
		return raw
	}
	var keep []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = unescaped(name); console.SecretParam(name, unescaped(value)) {
			p.leave(parameter("query", name) + " of the " + label)
			continue
		}
		keep = append(keep, pair)
	}
	if len(keep) == 0 {
		return base
	}
	return base + "?" + strings.Join(keep, "&")
}

// parameter returns how a note names a parameter or header. It leaves out a name that may be a
// value which lost its place.
func parameter(kind, name string) string {
	if !plainName.MatchString(name) {
		return "a " + kind + " with an unusual name"
	}
	return kind + " " + name
}

var plainName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_.$:-]{0,49}$`)

// grantNamed returns the grant with a name on the wire, or "" and adds a note.
func (p *Draft) grantNamed(name string) string {
	switch name {
	case console.GrantClientCredentials, console.GrantPassword, console.GrantAuthorizationCode,
		console.GrantDeviceCode:
		return name
	case console.GrantRefreshToken:
		p.note("the refresh token is not taken over: adopt it when the application is saved")
		return name
	case "urn:ietf:params:oauth:grant-type:device_code":
		return console.GrantDeviceCode
	}
	p.note("the grant is not taken over: the form does not support this grant")
	return ""
}

// absent encloses the name of a variable whose value is not in the text. It is not NUL, because
// mvdan.cc/sh drops NUL from the output of a command.
const absent = "\x1a"

// command stands in the place of that name for the output of a command.
const command = "$()"

// standIn describes the stand-in in the place of a value, or returns "" for a value.
func standIn(v string) string {
	if _, rest, ok := strings.Cut(v, absent); ok {
		name, _, _ := strings.Cut(rest, absent)
		if name == command {
			return "the output of a command stands in its place"
		}
		return "the variable " + name + " stands in its place"
	}
	if toReplace.MatchString(v) {
		return "a placeholder stands in its place"
	}
	return ""
}

// toReplace matches a placeholder such as <your id>, {secret}, {{secret}} or [key].
var toReplace = regexp.MustCompile(`^(<[^<>]*>|` +
	`\{\{?[A-Za-z][A-Za-z _.-]*\}\}?|\[[A-Za-z][A-Za-z _.-]*\])$`)

// basic decodes the consumer key and secret of an Authorization: Basic header (RFC 7617).
func basic(credentials string) (key, text string, ok bool) {
	credentials = strings.TrimSpace(credentials)
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
		if raw, err := enc.DecodeString(credentials); err == nil {
			key, text, ok = strings.Cut(string(raw), ":")
			return key, text, ok
		}
	}
	return "", "", false
}
