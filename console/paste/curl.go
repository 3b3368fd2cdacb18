package paste

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/text"
)

// curlCall is the request of one curl line.
type curlCall struct {
	url        string
	fields     url.Values  // fields of the body or, with -G, of the query
	headers    []string    // names of the headers that are not taken over
	custom     [][2]string // name and value of headers that an application can have
	method     string
	key        string // from -u, the URL or Authorization: Basic
	text       string
	proved     bool     // one of them has key and text
	bearer     bool     // it calls with a token
	notes      []string // whole sentences
	left       []string // names of what is not taken over
	weak, last string   // candidates for the URL if there is no better one
	query      []string // from --url-query
	stdin      string   // text of a here-document
}

// readCurl fills the draft from the curl lines of a text.
func (p *Draft) readCurl(pasted string) error {
	calls, notes, err := curlCalls(straighten(pasted))
	asks := func(c curlCall) bool { return c.fields.Has("grant_type") }
	revokes := func(c curlCall) bool { return c.fields.Has("token") && !asks(c) }
	either := func(c curlCall) bool { return asks(c) || revokes(c) }
	// A quote may be opened by one kind and closed by the other.
	blunt := plainQuotes.Replace(pasted)
	if blunt != pasted && !slices.ContainsFunc(calls, either) {
		calls, notes, err = curlCalls(blunt)
	}
	if err != nil {
		return err
	}
	if len(calls) == 0 {
		return noCurl(pasted)
	}
	token, revoke := slices.IndexFunc(calls, asks), slices.IndexFunc(calls, revokes)
	call := slices.IndexFunc(calls, func(c curlCall) bool { return c.bearer && !either(c) })
	// In Windows PowerShell, curl is an alias of Invoke-WebRequest.
	if token < 0 && revoke < 0 && ofAliases.MatchString(pasted) {
		return noCurl("Invoke-WebRequest")
	}
	if token < 0 && revoke < 0 {
		return refused("none of the curl lines asks for a token", "one that does sends grant_type")
	}
	if token >= 0 {
		p.take(calls[token], console.FieldTokenURL, "")
	}
	if revoke >= 0 {
		p.take(calls[revoke], console.FieldRevokeURL, " of the revoke")
	}
	if call >= 0 {
		p.takeProbe(calls[call])
	}
	more := 0
	for i := range calls {
		if i != token && i != revoke && i != call {
			more++
		}
	}
	if more > 0 {
		p.note("not taken over: " + text.Count(more, "further curl line"))
	}
	for _, n := range notes {
		p.note(n)
	}
	return nil
}

// take fills the draft from a token or revoke request. where is the field for its URL. of ends the
// names of its parts in notes.
func (p *Draft) take(c curlCall, where console.Field, of string) {
	found := map[console.Field]string{where: c.url}
	for field, name := range map[console.Field]string{
		console.FieldGrant: "grant_type", console.FieldScopes: "scope",
		console.FieldUsername: "username", console.FieldPassword: "password",
		console.FieldRedirectURL: "redirect_uri", console.FieldAudience: "audience",
		console.FieldResource: "resource",
	} {
		found[field] = strings.Join(c.fields[name], " ")
	}
	if len(c.fields["audience"]) > 1 {
		found[console.FieldAudience] = c.fields.Get("audience")
		p.leave("a further audience" + of)
	}
	auth := console.AuthBasic
	switch {
	case c.proved:
		found[console.FieldConsumerKey], found[console.FieldConsumerSecret] = c.key, c.text
		same := map[string]string{"client_id": c.key, "client_secret": c.text}
		for _, name := range []string{"client_id", "client_secret"} {
			if v := c.fields.Get(name); v != "" && v != same[name] {
				p.leave("parameter " + name + of)
			}
		}
	case c.fields.Has("client_secret"):
		auth = console.AuthPost
		found[console.FieldConsumerKey] = c.fields.Get("client_id")
		found[console.FieldConsumerSecret] = c.fields.Get("client_secret")
	case c.fields.Has("client_id"):
		auth = console.AuthNone
		found[console.FieldConsumerKey] = c.fields.Get("client_id")
	}
	if p.ConsumerKey == "" {
		p.Environment.ClientAuth = auth
	}
	p.fill(found)
	for _, name := range []string{"username", "password"} {
		if c.fields.Has(name) && p.Grant != console.GrantPassword {
			p.leave("parameter " + name + of)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		p.takeParameter(name, c.fields[name], where, of)
	}
	for _, n := range c.notes {
		p.note(n)
	}
	for _, n := range c.left {
		p.leave(n + of)
	}
	for _, h := range c.custom {
		p.takeHeader(h[0], h[1], where, of)
	}
	p.leaveHeaders(c, of)
}

// takeHeader adds a header of a token request to those of the application, or adds a note.
func (p *Draft) takeHeader(name, value string, where console.Field, of string) {
	mine := &p.Details.Headers
	known := slices.ContainsFunc(*mine, func(h string) bool { return strings.EqualFold(h, name) })
	text, err := console.HeaderKind(name).Read(value)
	why := standIn(value)
	switch {
	case where != console.FieldTokenURL && known: // a revoke sends the headers of the application
	case where == console.FieldTokenURL && why != "":
		p.note(parameter("header", name) + ": " + why + ", which is not taken over")
	case where != console.FieldTokenURL, known, err != nil,
		console.HeaderNamesProblem([]string{name}) != "":
		p.leave(parameter("header", name) + of)
	default:
		*mine = append(*mine, name)
		if p.Headers == nil {
			p.Headers = console.HeaderValues{}
		}
		p.Headers[name] = text
	}
}

// takeParameter adds a parameter that has no field of its own to Extra, or adds a note.
func (p *Draft) takeParameter(
	name string, values []string, where console.Field, of string,
) {
	secretive := slices.ContainsFunc(values, func(v string) bool {
		return console.SecretParam(name, v)
	})
	switch {
	case slices.Contains(console.RequestParams(), name):
	case name == "refresh_token" && p.Grant == console.GrantRefreshToken:
		// grantNamed has added a note
	case where != console.FieldTokenURL || secretive || console.ExtraProblem(name) != "":
		p.leave(parameter("parameter", name) + of)
	case slices.ContainsFunc(values, func(v string) bool { return standIn(v) != "" }):
		p.note(parameter("parameter", name) + ": " + standIn(values[0]) +
			", which is not taken over")
	default:
		if p.Extra == nil {
			p.Extra = url.Values{}
		}
		p.Extra[name] = values
	}
}

// leaveHeaders adds the names of headers to the note of parts that are not taken over.
func (p *Draft) leaveHeaders(c curlCall, of string) {
	for _, name := range c.headers {
		p.leave(parameter("header", name) + of)
	}
}

// takeProbe fills the probe URL from a call with a token.
func (p *Draft) takeProbe(c curlCall) {
	const of = " of the call with a token"
	p.fill(map[console.Field]string{console.FieldProbeURL: c.url})
	if c.method != "" && c.method != "GET" {
		p.leave("method " + parameter("", c.method)[1:] + of)
	}
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		p.leave(parameter("parameter", name) + of)
	}
	for _, n := range c.left {
		p.leave(n + of)
	}
	for _, h := range c.custom { // values of probe_headers come from the configuration file alone
		p.leave(parameter("header", h[0]) + of)
	}
	p.leaveHeaders(c, of)
}

// settle moves the parameters that a Token API expects in the body out of the URL, and the user
// and password as well, which curl sends as Authorization: Basic.
func (c *curlCall) settle() {
	base, query, _ := strings.Cut(c.url, "?")
	if scheme, rest, ok := strings.Cut(base, "://"); ok && !c.proved {
		host, _, _ := strings.Cut(rest, "/")
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			user, password, _ := strings.Cut(host[:i], ":")
			c.key, c.text, c.proved = pathUnescaped(user), pathUnescaped(password), true
			base = scheme + "://" + rest[i+1:]
		}
	}
	query, _, _ = strings.Cut(query, "#")
	var keep, moved []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch name = unescaped(name); {
		case pair == "":
		case slices.Contains(console.RequestParams(), name),
			slices.Contains(console.OnceParams(), name):
			if !c.fields.Has(name) {
				c.fields.Add(name, unescaped(value))
			}
			moved = append(moved, name)
		default:
			keep = append(keep, pair)
		}
	}
	if c.url = base; len(keep) > 0 {
		c.url += "?" + strings.Join(keep, "&")
	}
	if len(moved) > 0 {
		c.notes = append(c.notes, "the query holds "+strings.Join(moved, ", ")+
			": Lanyard sends such parameters in the body")
	}
}

// addQuery appends the values of --url-query to the URL.
func (c *curlCall) addQuery() {
	for _, pair := range c.query {
		sep := "?"
		if strings.Contains(c.url, "?") {
			sep = "&"
		}
		c.url += sep + pair
	}
	c.query = nil
}

// curl parses the words after curl. It returns one call more for each --next.
func curl(words []string, stdin string) []curlCall {
	var calls []curlCall
	c := curlCall{fields: url.Values{}, stdin: stdin}
	doubt := false // the word before may be an option with a value
	end := func() {
		if c.url == "" {
			c.url = withScheme(firstOf(c.weak, c.last))
		}
		if c.addQuery(); !c.bearer {
			c.settle()
		}
		calls = append(calls, c)
		c = curlCall{fields: url.Values{}, stdin: stdin}
	}
	for i := 0; i < len(words); i++ {
		w := dashed(words[i])
		next := func() string {
			if i+1 >= len(words) {
				return ""
			}
			i++
			return words[i]
		}
		switch {
		case w == "--next" || w == "-:":
			end()
			doubt = false
			continue
		case strings.HasPrefix(w, "--") && len(w) > 2:
			name, value, glued := strings.Cut(w[2:], "=")
			full, takes, known := longOption(name)
			if takes && !glued {
				value = next()
			}
			if doubt = !known && !glued; !known {
				c.leaveOption("--"+name, name)
			} else {
				c.option(full, value)
			}
			continue
		case strings.HasPrefix(w, "-") && len(w) > 1:
			doubt = c.cluster(w, next)
			continue
		}
		c.positional(w, doubt)
		doubt = false
	}
	end()
	return calls
}

// cluster reads options of one letter, such as -sSkXPOST. doubt reports that the last one is
// unknown, so that the next word may be its value.
func (c *curlCall) cluster(w string, next func() string) (doubt bool) {
	for j := 1; j < len(w); j++ {
		name, known := shortOptions()[w[j]]
		if !known {
			c.leaveOption("-"+w[j:j+1], w[j:j+1])
			return true
		}
		if !slices.Contains(valueOptions(), name) {
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
	return false
}

func (c *curlCall) leaveOption(shown, name string) {
	if !optionName.MatchString(name) {
		shown = "with an unusual name"
	}
	c.left = append(c.left, "option "+shown)
}

var optionName = regexp.MustCompile(`^[A-Za-z0-9][a-z0-9.-]{0,29}$`)

// wholeURL matches a word that is a URL with its scheme, hostURL one without.
var (
	wholeURL = regexp.MustCompile(`(?i)^https?://\S+$`)
	hostURL  = regexp.MustCompile(`^(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::[0-9]{1,5})?(?:[/?]\S*)?$`)
)

// positional reads a word that is no option. doubt reports that it may be the value of the unknown
// option before it.
func (c *curlCall) positional(w string, doubt bool) {
	whole := wholeURL.MatchString(w)
	host := hostURL.MatchString(w) && strings.ContainsAny(w, ".:/") || w == "localhost"
	switch weak := standIn(w) != "" || host; {
	case whole && c.url == "" && !doubt:
		c.url = w
	case whole && !doubt:
		c.left = append(c.left, "a further URL")
	case whole:
		c.last = firstOf(c.last, w)
	case weak && !doubt:
		c.weak = firstOf(c.weak, w)
	case !doubt:
		c.left = append(c.left, "a word that is neither an option nor a URL")
	}
}

// withScheme adds the scheme that curl adds to a URL without one.
func withScheme(w string) string {
	if w == "" || strings.Contains(w, "://") || standIn(w) != "" {
		return w
	}
	return "http://" + w
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// option reads one option, by its long name.
func (c *curlCall) option(name, value string) {
	switch name {
	case "data", "data-ascii", "data-binary":
		if v, ok := strings.CutPrefix(value, "@"); ok {
			if v != "-" || c.stdin == "" {
				c.left = append(c.left, "what --"+name+" reads from a file")
				return
			}
			value = c.stdin
		}
		c.data(value)
	case "data-raw":
		c.data(value)
	case "json":
		if strings.HasPrefix(value, "@") {
			c.left = append(c.left, "what --json reads from a file")
			return
		}
		c.data(value)
	case "data-urlencode":
		c.encoded(value, func(n, v string) { c.fields.Add(n, v) })
	case "url-query":
		if raw, ok := strings.CutPrefix(value, "+"); ok {
			c.query = append(c.query, raw)
			return
		}
		c.encoded(value, func(n, v string) { c.query = append(c.query, n+"="+url.QueryEscape(v)) })
	case "form", "form-string":
		n, v, ok := strings.Cut(value, "=")
		switch {
		case !ok:
			c.left = append(c.left, "option --"+name)
		case name == "form" && (strings.HasPrefix(v, "@") || strings.HasPrefix(v, "<")):
			c.left = append(c.left, "what --form reads from a file for "+parameter("parameter", n))
		case name == "form":
			v, _, _ = strings.Cut(v, ";type=")
			c.fields.Add(n, strings.Trim(v, `"`))
		default:
			c.fields.Add(n, v)
		}
	case "header":
		c.header(value)
	case "cookie":
		c.headers = append(c.headers, "Cookie")
	case "user-agent":
		c.headers = append(c.headers, "User-Agent")
	case "referer":
		c.headers = append(c.headers, "Referer")
	case "user":
		c.key, c.text, _ = strings.Cut(value, ":")
		c.proved = true
	case "oauth2-bearer":
		c.bearer = true
	case "request":
		c.method = strings.ToUpper(value)
	case "url":
		c.url = withScheme(value)
	case "insecure":
		c.notes = append(c.notes, "-k is not taken over: certificates are verified, "+
			"unless more settings says otherwise (insecure_skip_verify)")
	case "cacert", "capath", "cert", "cert-type", "key", "key-type", "pass", "ca-native", "crlfile":
		c.notes = append(c.notes, "certificates are not taken over: only the configuration file "+
			"can name their files (ca_file, client_cert, client_key)")
	case "proxy", "proxy1.0", "preproxy", "socks4", "socks4a", "socks5", "socks5-hostname",
		"proxy-user", "noproxy":
		c.notes = append(c.notes, "the proxy is not taken over: only the configuration file "+
			"can name one (proxy), else HTTPS_PROXY and NO_PROXY")
	default:
		if !slices.Contains(quietOptions(), name) {
			c.leaveOption("--"+name, name)
		}
	}
}

// encoded reads the value of --data-urlencode: name=value, =value, value, or a file.
func (c *curlCall) encoded(value string, add func(name, value string)) {
	at := strings.IndexAny(value, "=@")
	switch {
	case at > 0 && value[at] == '=':
		add(value[:at], value[at+1:])
	case at >= 0 && value[at] == '@':
		c.left = append(c.left, "what curl reads from a file")
	default:
		c.left = append(c.left, "a value without a name")
	}
}

// data reads a body: form fields or JSON.
func (c *curlCall) data(body string) {
	if trimmed := strings.TrimSpace(body); strings.HasPrefix(trimmed, "{") {
		plain := strings.ReplaceAll(trimmed, `\"`, `"`)
		for _, written := range []string{trimmed, plain, plainQuotes.Replace(trimmed)} {
			if c.members(written) {
				return
			}
		}
	}
	for pair := range strings.SplitSeq(body, "&") {
		name, value, ok := strings.Cut(pair, "=")
		switch name = strings.TrimSpace(unescaped(name)); {
		case name != "" && ok:
			c.fields.Add(name, unescaped(value))
		case name != "":
			c.left = append(c.left, "a value without a name")
		}
	}
}

// members reads a body of JSON. It returns false for any other body.
func (c *curlCall) members(body string) bool {
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if d.Decode(&members) != nil {
		return false
	}
	c.notes = append(c.notes, "the body is JSON in the line: Lanyard sends it as a form")
	for name, v := range members {
		switch v := v.(type) {
		case string:
			c.fields.Add(name, v)
		case json.Number, bool:
			c.fields.Add(name, fmt.Sprint(v))
		case []any:
			for _, one := range v {
				if text, ok := one.(string); ok {
					c.fields.Add(name, text)
				}
			}
		default:
			c.left = append(c.left, parameter("parameter", name))
		}
	}
	return true
}

// unescaped decodes a form field. It returns one with a broken escape as it is.
func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func pathUnescaped(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// glued matches the start of a second header in the value of one -H, as the documentation of the
// WSO2 API Cloud has it.
var glued = regexp.MustCompile(`(?i)[ \t]*[,;\n][ \t]*` +
	`((?:authorization|content-type|accept|x-[a-z-]+)[ \t]*:)`)

func (c *curlCall) header(h string) {
	if strings.HasPrefix(h, "@") {
		c.left = append(c.left, "what --header reads from a file")
		return
	}
	if at := glued.FindStringSubmatchIndex(h); at != nil {
		c.notes = append(c.notes,
			"one -H holds several headers: they are read as if each had its own")
		c.header(h[:at[0]])
		c.header(h[at[2]:])
		return
	}
	name, value, ok := strings.Cut(h, ":")
	if !ok && !strings.HasSuffix(h, ";") { // it may be a value that lost its name
		c.left = append(c.left, "a header without a colon")
		return
	}
	name, value = strings.TrimSpace(strings.TrimSuffix(name, ";")), strings.TrimSpace(value)
	kind, _, _ := strings.Cut(strings.ToLower(value), ";")
	kind = strings.TrimSpace(kind)
	switch strings.ToLower(name) {
	case "authorization":
		c.authorization(value)
	case "content-type":
		switch kind {
		case "application/x-www-form-urlencoded", "application/json", "multipart/form-data", "":
		default:
			c.headers = append(c.headers, name)
		}
	case "accept":
		if kind != "application/json" && kind != "*/*" && kind != "" {
			c.headers = append(c.headers, name)
		}
	default:
		if ofPrograms.MatchString(name) || value == "" {
			c.headers = append(c.headers, name)
			return
		}
		c.custom = append(c.custom, [2]string{name, value})
	}
}

// ofPrograms matches the names of headers that a program sets by itself, such as a browser whose
// request was copied as a curl line.
var ofPrograms = regexp.MustCompile(`(?i)^(accept-.*|cache-control|cookie2?|dnt|origin|` +
	`postman-.*|pragma|priority|referer|sec-.*|te|upgrade-insecure-requests|user-agent|` +
	`x-requested-with)$`)

// authorization reads the Authorization header: credentials of the client, or a token.
func (c *curlCall) authorization(value string) {
	words := strings.Fields(value)
	if len(words) == 0 {
		return
	}
	rest := strings.Join(words[1:], " ")
	switch strings.ToLower(words[0]) {
	case "basic":
		key, text, ok := basic(rest)
		switch c.proved = true; {
		case standIn(rest) != "":
			c.key, c.text = rest, rest
		case ok:
			c.key, c.text = key, text
		default:
			c.notes = append(c.notes, "consumer key and secret: what follows Basic is not base64 "+
				"of key:secret, and is not taken over: fill them in")
		}
	case "bearer":
		c.bearer = true
	default:
		c.headers = append(c.headers, "Authorization")
	}
}
