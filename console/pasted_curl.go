package console

import (
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"lanyard/tokenapi"
)

// curlCall is a call as a curl line makes it.
type curlCall struct {
	url     string
	fields  url.Values // of the body or, with -G, of the query
	key     string     // of -u or Authorization: Basic
	text    string
	proved  bool // by one of them
	bearer  bool // it calls with a token
	skipped []string
}

// readCurl reads what a shell would run: the curl lines in it, with the variables that are set before them.
func (p *Pasted) readCurl(text string) error {
	file, err := syntax.NewParser().Parse(strings.NewReader(text), "")
	if err != nil { // its words may quote the text
		return &Error{Code: "usage", Text: "that is no line that a shell understands", Hint: "is a quote not closed, or its end missing?"}
	}
	sh := shell{vars: map[string]string{}}
	syntax.Walk(file, sh.visit)
	if len(sh.calls) == 0 {
		return &Error{Code: "usage", Text: "there is no curl line in it, and no lines of NAME=value"}
	}
	token := slices.IndexFunc(sh.calls, func(c curlCall) bool { return c.fields.Has("grant_type") })
	revoke := slices.IndexFunc(sh.calls, func(c curlCall) bool { return c.fields.Has("token") && !c.fields.Has("grant_type") })
	call := slices.IndexFunc(sh.calls, func(c curlCall) bool { return c.bearer })
	if token < 0 && revoke < 0 {
		return &Error{Code: "usage", Text: "none of the curl lines asks for a token", Hint: "one that does sends grant_type"}
	}
	if token >= 0 {
		p.take(sh.calls[token], FieldTokenURL)
	}
	if revoke >= 0 {
		p.take(sh.calls[revoke], FieldRevokeURL)
	}
	if call >= 0 {
		p.fill(map[string]string{FieldProbeURL: sh.calls[call].url})
	}
	return nil
}

// take takes over what a call says of its client.
func (p *Pasted) take(c curlCall, where string) {
	found := map[string]string{where: c.url}
	for field, name := range map[string]string{
		FieldGrant: "grant_type", FieldScopes: "scope", FieldUsername: "username", "password": "password", FieldRedirectURL: "redirect_uri",
	} {
		found[field] = c.fields.Get(name)
	}
	auth := tokenapi.AuthBasic
	switch {
	case c.proved:
		found[FieldConsumerKey], found["consumer_secret"] = c.key, c.text
	case c.fields.Has("client_secret"):
		auth = tokenapi.AuthPost
		found[FieldConsumerKey], found["consumer_secret"] = c.fields.Get("client_id"), c.fields.Get("client_secret")
	case c.fields.Has("client_id"):
		auth = tokenapi.AuthNone
		found[FieldConsumerKey] = c.fields.Get("client_id")
	}
	if p.ConsumerKey == "" {
		p.Environment.ClientAuth = auth
	}
	p.fill(found)
	for _, s := range c.skipped {
		p.note(s)
	}
}

// shell runs nothing: it goes through commands, remembers what variables are set to, and keeps calls of curl.
type shell struct {
	vars  map[string]string
	calls []curlCall
}

// words are what a command is given. Each stays one word: nothing is split, matched against files or multiplied ({1..9}).
func (s *shell) words(words ...*syntax.Word) []string {
	cfg := &expand.Config{Env: envOf{s}, CmdSubst: func(w io.Writer, _ *syntax.CmdSubst) error {
		_, err := io.WriteString(w, absent+"command"+absent)
		return err
	}}
	var out []string
	for _, w := range words {
		text, err := expand.Literal(cfg, w)
		if err != nil || len(text) > mostPasted { // variables of variables grow without end
			return nil
		}
		out = append(out, text)
	}
	return out
}

// envOf is the variables of a shell as expand would have them.
type envOf struct{ s *shell }

// Get is a variable as it was set, else something that stands for it.
func (e envOf) Get(name string) expand.Variable {
	v, ok := e.s.vars[name]
	if !ok {
		v = absent + name + absent
	}
	return expand.Variable{Set: true, Kind: expand.String, Str: v}
}

func (e envOf) Each(yield func(string, expand.Variable) bool) {
	for _, name := range slices.Sorted(maps.Keys(e.s.vars)) {
		if !yield(name, e.Get(name)) {
			return
		}
	}
}

func (s *shell) visit(n syntax.Node) bool {
	var sets []*syntax.Assign
	switch n := n.(type) {
	case *syntax.DeclClause:
		sets = n.Args
	case *syntax.CallExpr:
		sets = n.Assigns
		if words := s.words(n.Args...); len(words) > 1 && (words[0] == "curl" || words[0] == "curl.exe" || strings.HasSuffix(words[0], "/curl")) {
			s.calls = append(s.calls, curl(words[1:]))
		}
	}
	for _, a := range sets {
		if a.Name == nil || a.Value == nil {
			continue
		}
		if words := s.words(a.Value); len(words) == 1 {
			s.vars[a.Name.Value] = words[0]
		}
	}
	return true
}

// curlTakes are the options of curl with a value, short and long (curl's manual). Of those that are not here none is common
// in a request for a token.
func curlTakes(option string) bool {
	if len(option) == 1 {
		return strings.Contains("AbcCdDeEFHKmoPQrtTuUwxXyYz", option)
	}
	return slices.Contains(strings.Fields(`data data-raw data-ascii data-binary data-urlencode json header user url request cacert capath cert cert-type key
		key-type pass proxy proxy-user max-time connect-timeout output user-agent referer cookie cookie-jar form form-string resolve connect-to
		retry retry-delay retry-max-time interface dump-header write-out oauth2-bearer variable aws-sigv4 limit-rate ciphers tls-max
		tls13-ciphers noproxy socks5 socks5-hostname unix-socket pinnedpubkey config url-query stderr trace trace-ascii dns-servers`), option)
}

// curl reads the words after curl.
func curl(words []string) curlCall {
	c := curlCall{fields: url.Values{}}
	for i := 0; i < len(words); i++ {
		w := words[i]
		next := func() string {
			if i+1 >= len(words) {
				return ""
			}
			i++
			return words[i]
		}
		switch {
		case strings.HasPrefix(w, "--"):
			name, value := w[2:], ""
			if curlTakes(name) {
				value = next()
			}
			c.option(name, value)
		case strings.HasPrefix(w, "-") && len(w) > 1:
			for j := 1; j < len(w); j++ {
				name := w[j : j+1]
				if !curlTakes(name) {
					c.option(name, "")
					continue
				}
				value := w[j+1:]
				if value == "" {
					value = next()
				}
				c.option(name, value)
				break
			}
		case c.url == "":
			c.url = w
		}
	}
	if u, err := url.Parse(c.url); err == nil && u.RawQuery != "" { // a token request in the query is one that leaks, and yet one
		for name, values := range u.Query() {
			if !c.fields.Has(name) && !c.bearer {
				c.fields[name] = values
			}
		}
		if !c.bearer {
			u.RawQuery = ""
			c.url = u.String()
		}
	}
	return c
}

func (c *curlCall) skip(text string) { c.skipped = append(c.skipped, text) }

// option takes one option in.
func (c *curlCall) option(name, value string) {
	switch name {
	case "d", "data", "data-raw", "data-ascii", "data-binary", "json":
		c.data(value)
	case "data-urlencode":
		if n, v, ok := strings.Cut(value, "="); ok && n != "" && !strings.Contains(n, "@") {
			c.fields.Add(n, v)
		} else {
			c.data(value)
		}
	case "F", "form", "form-string":
		if n, v, ok := strings.Cut(value, "="); ok {
			c.fields.Add(n, v)
		}
	case "H", "header":
		c.header(value)
	case "u", "user":
		c.key, c.text, _ = strings.Cut(value, ":")
		c.proved = true
	case "oauth2-bearer":
		c.bearer = true
	case "url":
		c.url = value
	case "k", "insecure":
		c.skip("-k is not taken over: certificates are verified, unless more settings says otherwise")
	case "cacert", "capath", "E", "cert", "key":
		c.skip("certificates are not taken over: only the configuration file can name their files")
	case "x", "proxy":
		c.skip("the proxy is not taken over: only the configuration file can name one")
	}
}

// data takes in a body of fields, or of JSON.
func (c *curlCall) data(body string) {
	if strings.HasPrefix(body, "@") {
		c.skip("what curl reads from a file is not taken over")
		return
	}
	var members map[string]any
	if strings.HasPrefix(strings.TrimSpace(body), "{") && json.Unmarshal([]byte(body), &members) == nil {
		for name, v := range members {
			if text, ok := v.(string); ok {
				c.fields.Add(name, text)
			}
		}
		return
	}
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name = unescaped(name)
		if name = strings.TrimSpace(name); name != "" {
			c.fields.Add(name, unescaped(value))
		}
	}
}

// unescaped reads a field as a form has it; one that is not escaped properly is what it is.
func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func (c *curlCall) header(h string) {
	name, value, _ := strings.Cut(h, ":")
	if !strings.EqualFold(strings.TrimSpace(name), "authorization") {
		return
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	switch strings.ToLower(scheme) {
	case "basic":
		c.key, c.text, _ = basic(rest)
		c.proved = true
	case "bearer":
		c.bearer = true
	}
}
