package console

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Pasted is an application as far as a text told it, to be looked at and completed by a person. Nothing of it is kept.
type Pasted struct {
	Draft
	Notes []string // what was in the text and is not taken over, without secrets
}

// mostPasted is the longest text that is read, in bytes.
const mostPasted = 16 << 10

// ReadPasted takes an application out of a text: curl lines that ask for a token, revoke one or call an API with one, or
// lines of NAME=value as an .env file has them. What stands for something that is not in the text ($NAME, $(command),
// <placeholder>) is left out. Its errors name nothing of the text: it holds secrets.
func ReadPasted(text string) (Pasted, error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n") // as a terminal hands over the ends of lines
	switch {
	case len(text) > mostPasted:
		return Pasted{}, &Error{Code: "usage", Text: "that is too long for a curl line or an .env file"}
	case strings.Contains(text, "^\n") || strings.Contains(text, `^"`):
		return Pasted{}, &Error{Code: "usage", Text: "that is written for the command prompt of Windows (^)", Hint: "copy it as bash or POSIX"}
	}
	p := Pasted{Draft: Draft{Application: Application{Environment: NewEnvironment("")}}}
	var err error
	if isEnv(text) {
		err = p.readEnv(text)
	} else {
		err = p.readCurl(text)
	}
	if err != nil {
		return Pasted{}, err
	}
	e := &p.Environment
	if u, err := url.Parse(cmp.Or(e.Endpoints.TokenURL, e.Issuer)); err == nil && EnvironmentNameProblem(u.Hostname()) == "" {
		e.Name = u.Hostname()
	}
	p.Grant = cmp.Or(p.Grant, tokenapi.GrantClientCredentials)
	return p, nil
}

func (p *Pasted) note(text string) {
	if !slices.Contains(p.Notes, text) {
		p.Notes = append(p.Notes, text)
	}
}

// isEnv says whether all lines are NAME=value.
func isEnv(text string) bool {
	any := false
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, _, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if !ok || strings.ContainsFunc(strings.TrimSpace(name), notInName) {
			return false
		}
		any = true
	}
	return any && !strings.Contains(text, "$(")
}

func notInName(r rune) bool {
	return r != '_' && r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// envNames are what variables are called, by the field that they fill: the last words of their names.
func envNames() map[string][]string {
	return map[string][]string{
		FieldConsumerKey:  {"CLIENT_ID", "CONSUMER_KEY", "CLIENTID"},
		"consumer_secret": {"CLIENT_SECRET", "CONSUMER_SECRET", "CLIENTSECRET"},
		FieldTokenURL:     {"TOKEN_URL", "TOKEN_ENDPOINT", "TOKEN_URI"},
		FieldRevokeURL:    {"REVOKE_URL", "REVOCATION_URL", "REVOKE_ENDPOINT", "REVOCATION_ENDPOINT"},
		FieldIssuer:       {"ISSUER", "ISSUER_URL", "ISSUER_URI", "AUTHORITY"},
		FieldScopes:       {"SCOPE", "SCOPES"},
		FieldGrant:        {"GRANT_TYPE"},
		FieldUsername:     {"USERNAME"},
		"password":        {"PASSWORD"},
		FieldRedirectURL:  {"REDIRECT_URI", "REDIRECT_URL"},
		FieldProbeURL:     {"PROBE_URL"},
	}
}

// envField is the field that a variable fills, and what its name begins with: SHOP_CLIENT_ID is one of SHOP. "" when it
// fills none.
func envField(name string) (field, owner string) {
	name = strings.Map(func(r rune) rune {
		if r == '.' {
			return '_'
		}
		return r
	}, strings.ToUpper(name))
	longest := 0
	for f, names := range envNames() {
		for _, n := range names {
			if name != n && !strings.HasSuffix(name, "_"+n) || len(n) <= longest {
				continue
			}
			field, owner, longest = f, strings.TrimSuffix(strings.TrimSuffix(name, n), "_"), len(n)
		}
	}
	return field, owner
}

// readEnv reads lines of NAME=value. Where they are about several clients the first one is taken.
func (p *Pasted) readEnv(text string) error {
	lines := strings.Split(text, "\n")
	for i, line := range lines { // Spring's names have dashes, which are not allowed in an .env
		if name, value, ok := strings.Cut(line, "="); ok && !strings.ContainsFunc(strings.TrimSpace(strings.TrimPrefix(name, "export ")), notInName) {
			lines[i] = strings.ReplaceAll(name, "-", "_") + "=" + value
		}
	}
	all, err := godotenv.Unmarshal(strings.Join(lines, "\n"))
	if err != nil { // its words quote the line
		return &Error{Code: "usage", Text: "these are no lines of NAME=value: a quote is not closed, or a name is missing"}
	}
	byOwner := map[string]map[string]string{}
	var owners []string // of those with a consumer key, in the order of the text
	for _, line := range lines {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		name = strings.TrimSpace(name)
		value, ok := all[name]
		field, owner := envField(name)
		if !ok || field == "" || value == "" {
			continue
		}
		if byOwner[owner] == nil {
			byOwner[owner] = map[string]string{}
		}
		byOwner[owner][field] = value
		if field == FieldConsumerKey {
			owners = append(owners, owner)
		}
	}
	if len(owners) == 0 {
		return &Error{Code: "usage", Text: "there is no consumer key among these lines", Hint: "its name ends in CLIENT_ID or CONSUMER_KEY"}
	}
	mine := byOwner[owners[0]]
	for _, other := range owners[1:] {
		if other != owners[0] {
			p.note("another client is not taken over: " + strings.Trim(other+"_CLIENT_ID", "_"))
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(byOwner)) { // what belongs to no client is meant for all
		for f, v := range byOwner[owner] {
			if mine[f] == "" && f != "password" && f != FieldUsername && f != "consumer_secret" && !slices.Contains(owners, owner) {
				mine[f] = v
			}
		}
	}
	p.fill(mine)
	return nil
}

// fill puts what was found into the draft.
func (p *Pasted) fill(found map[string]string) {
	e := &p.Environment
	get := func(field string) string {
		v := strings.TrimSpace(found[field])
		if stands(v) {
			return ""
		}
		return v
	}
	for field, into := range map[string]*string{
		FieldConsumerKey: &p.ConsumerKey, FieldTokenURL: &e.Endpoints.TokenURL, FieldRevokeURL: &e.Endpoints.RevokeURL, FieldIssuer: &e.Issuer,
		FieldUsername: &p.Username, FieldRedirectURL: &p.Details.RedirectURL, FieldProbeURL: &p.ProbeURL,
	} {
		if v := get(field); v != "" && *into == "" {
			*into = v
		}
	}
	for field, into := range map[string]*secret.Text{"consumer_secret": &p.Secret, "password": &p.Password} {
		if v := get(field); v != "" && into.IsZero() {
			text, err := secret.Read(v)
			if err != nil {
				p.note("the " + strings.ReplaceAll(field, "_", " ") + " is not taken over: it " + err.Error())
			}
			*into = text
		}
	}
	if v := get(FieldScopes); v != "" && len(p.Scopes) == 0 {
		p.Scopes = strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' })
	}
	if v := get(FieldGrant); v != "" && p.Grant == "" {
		p.Grant = p.grantNamed(v)
	}
	if p.Grant != tokenapi.GrantPassword {
		p.Username, p.Password = "", secret.Text{}
	}
}

// grantNamed is a grant by its name on the wire, if an application can be filled in with it.
func (p *Pasted) grantNamed(name string) string {
	switch name {
	case tokenapi.GrantClientCredentials, tokenapi.GrantPassword, tokenapi.GrantAuthorizationCode, tokenapi.GrantDeviceCode:
		return name
	case tokenapi.GrantRefreshToken:
		p.note("the refresh token is not taken over: adopt it when the application is saved")
		return name
	case "urn:ietf:params:oauth:grant-type:device_code":
		return tokenapi.GrantDeviceCode
	}
	p.note("the grant is not taken over: another one than can be filled in here")
	return ""
}

// absent stands for what is not in the text, between two of them.
const absent = "\x00"

// stands says whether something stands for a value and is none.
func stands(v string) bool {
	return strings.Contains(v, absent) || strings.HasPrefix(v, "<") && strings.HasSuffix(v, ">") || strings.HasPrefix(v, "{") && strings.HasSuffix(v, "}") && !strings.Contains(v, ":") ||
		strings.HasPrefix(v, "[") && strings.HasSuffix(v, "]")
}

// basic takes a consumer key and secret out of what follows Basic in a header (RFC 7617).
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
