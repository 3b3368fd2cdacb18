package config

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
)

// file reads the whole configuration.
func (r *reader) file(top section) {
	top.check()
	c := r.cfg
	c.Theme = top.theme(r.themes)
	c.UndoWindow = top.span("undo_window", c.UndoWindow)
	c.DueBefore = top.span("due_before", c.DueBefore)

	clip, _ := top.values["clipboard"].(map[string]any)
	board := section{
		r: r, path: "clipboard", label: "clipboard.", values: clip, keys: clipboardKeys(),
	}
	board.check()
	c.ClipboardVia = oneOf(board, "via", "auto", "system", "tmux", "osc52", "command", "off")
	c.ClipboardCommand = board.list("command")
	c.ClearAfter = board.span("clear_after", c.ClearAfter)
	c.ClearBlind = board.flag("clear_blind")
	if c.ClipboardVia == "command" && len(c.ClipboardCommand) == 0 {
		board.bad("via", `"command" needs clipboard.command`, "")
	}

	r.screen(top)

	kept, _ := top.values["store"].(map[string]any)
	r.store(section{r: r, path: "store", label: "store.", values: kept, keys: storeKeys()})

	var envs []environment
	for _, s := range top.each("environment", environmentKeys()) {
		envs = append(envs, r.environment(s, envs))
	}
	var apps []application
	for _, s := range top.each("application", applicationKeys()) {
		apps = append(apps, r.application(s, envs, apps))
	}
}

// keyOfCommand is the value of store.key for a key that a command prints.
const keyOfCommand = "command"

// store reads the place for the key of a new store, and the time for which tokens that are over are
// kept.
func (r *reader) store(s section) {
	s.check()
	r.cfg.StoreKey = oneOf(s, "key",
		"auto", "keyring", "passphrase", "file", "env", keyOfCommand)
	r.cfg.StoreCommand = s.list("command")
	r.cfg.Keep = s.spanWithExample("keep", 0, console.Span, `write it like "720h" for 30 days`)
	switch command := len(r.cfg.StoreCommand) > 0 && r.cfg.StoreCommand[0] != ""; {
	case r.cfg.StoreKey == keyOfCommand && !command:
		s.bad("key", `"command" needs store.command`, `such as ["pass", "show", "lanyard"]`)
	case r.cfg.StoreKey != keyOfCommand && len(r.cfg.StoreCommand) > 0:
		s.bad("command", `has no effect without key = "command"`, "")
	}
}

// each returns the elements of an [[array]], and reports unknown keys and wrong types.
func (s section) each(key string, keys map[string]kind) []section {
	elements, _ := maps(s.values[key])
	out := make([]section, 0, len(elements))
	for i, values := range elements {
		e := section{r: s.r, path: text.Path(key, i), values: values, keys: keys}
		e.label = fmt.Sprintf("%s[%d].", key, i)
		if name := e.text("name", ""); name != "" && console.NameProblem(name) == "" {
			e.label = fmt.Sprintf("%s %q: ", key, name)
		}
		e.check()
		out = append(out, e)
	}
	return out
}

// place returns the place of an element: its name, else its start.
func (s section) place() text.Place { return s.spot("name").Value }

// required returns a text, and reports a key that is missing or empty.
func (s section) required(key string) string {
	v, present := s.values[key]
	if t, isText := v.(string); !present || isText && t == "" {
		s.bad(key, map[bool]string{true: "is empty", false: "is missing"}[present], "")
	}
	return s.text(key, "")
}

// name reads the name of an element.
func (s section) name() string {
	name := s.required("name")
	if why := console.NameProblem(name); why != "" {
		s.bad("name", why, "")
	}
	return name
}

// environment is an environment with its place in the file.
type environment struct {
	console.Environment
	place text.Place
	valid bool // it has no problem
}

func (r *reader) environment(s section, others []environment) environment {
	before := len(r.problems)
	e := environment{place: s.place()}
	e.Name = console.Private(s.name())
	if strings.ContainsAny(string(e.Name), "@/") {
		s.bad("name", "must not contain @ or /",
			"they separate the parts of NAME@ENVIRONMENT/KEY_TYPE")
	}
	for _, o := range others {
		if o.Name == e.Name && e.Name != "" {
			s.bad("name", fmt.Sprintf("is used already, in line %d", o.place.Line), "")
			break
		}
	}
	e.Production = s.flag("production")
	e.AllowHTTP = s.flag("allow_http")
	e.InsecureSkipVerify = s.flag("insecure_skip_verify")
	e.ReadOnly = s.flag("read_only")
	if e.Issuer = console.Private(s.url("issuer", e.AllowHTTP)); e.Issuer == "" &&
		s.values["token_url"] == nil {
		s.bad("token_url", "is missing, and so is issuer, which could provide it", "")
	} else if e.Issuer == "" {
		s.required("token_url")
	}
	e.Endpoints = console.Endpoints{
		TokenURL:      console.Private(s.url("token_url", e.AllowHTTP)),
		RevokeURL:     console.Private(s.url("revoke_url", e.AllowHTTP)),
		IntrospectURL: console.Private(s.url("introspect_url", e.AllowHTTP)),
		AuthorizeURL:  console.Private(s.url("authorize_url", e.AllowHTTP)),
		DeviceURL:     console.Private(s.url("device_url", e.AllowHTTP)),
		JWKSURL:       console.Private(s.url("jwks_url", e.AllowHTTP)),
	}
	e.CacheTTL = s.spanWith("cache_ttl", 15*time.Minute, console.CacheSpan)
	e.Regime = oneOf(s, "regime", console.RegimeAuto, console.RegimeOpaque, console.RegimeJWT,
		console.RegimeStateless, console.RegimeIntrospecting)
	if e.Timeout = s.span("timeout", 15*time.Second); e.Timeout == 0 {
		s.bad("timeout", "must be more than 0", "")
	}
	e.CAFile, e.ClientKey = s.file("ca_file", holdsCertificates), s.file("client_key", holdsKey)
	e.ClientCert = s.file("client_cert",
		map[bool]holds{true: holdsKey, false: holdsCertificates}[e.ClientKey == ""])
	if e.ClientKey != "" && e.ClientCert == "" {
		s.bad("client_key", "has no effect without client_cert", "")
	}
	e.ClientAuth = s.clientAuth(e)
	e.Proxy = console.Private(s.proxy())
	if e.valid = len(r.problems) == before; e.valid {
		r.cfg.Environments = append(r.cfg.Environments, e.Environment)
	}
	return e
}

// clientAuth reads how a client authenticates.
func (s section) clientAuth(e environment) tokenapi.ClientAuth {
	auth := oneOf(s, "client_auth", tokenapi.AuthBasic, tokenapi.AuthBasicEncoded,
		tokenapi.AuthPost, tokenapi.AuthNone, tokenapi.AuthPrivateKeyJWT, tokenapi.AuthTLS)
	if auth == tokenapi.AuthTLS && e.ClientCert == "" {
		s.bad("client_auth", `"tls" needs client_cert and client_key`, "")
	}
	return auth
}

// proxy reads the URL of a proxy.
func (s section) proxy() string {
	raw := s.text("proxy", "")
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) ||
		u.Hostname() == "" || !tokenapi.GoodPort(u.Port()):
		s.bad("proxy", "must be a whole URL, such as http://proxy.example:3128", "")
	case u.User != nil:
		s.bad("proxy", "must not hold a user name or password",
			"put it into the environment variable HTTPS_PROXY")
	}
	return raw
}

// url reads the URL of a server that gets secrets; "" if it is absent.
func (s section) url(key string, allowHTTP bool) string {
	raw := s.text(key, "")
	if raw == "" {
		return ""
	}
	if why := console.URLProblem(raw, allowHTTP); why != "" {
		hint := ""
		if why == console.PlainHTTP {
			hint = "use https://, or set allow_http = true in its environment"
		}
		s.bad(key, why, hint)
	}
	return raw
}

// application is an application with its place in the file.
type application struct {
	console.Application
	place text.Place
}

func (r *reader) application(s section, envs []environment, others []application) application {
	before := len(r.problems)
	a := application{place: s.place()}
	a.Source = console.FromConfig
	a.Name = console.Private(s.name())
	env := s.environment(envs)
	if s.values["client_auth"] != nil && s.values["client_auth"] != "" {
		env.ClientAuth = s.clientAuth(env)
	}
	a.Environment = env.Environment
	a.KeyType = oneOf(s, "key_type", "", console.KeyProduction, console.KeySandbox)
	a.ConsumerKey = console.Private(s.required("consumer_key"))
	if env.ClientAuth == tokenapi.AuthBasic && strings.Contains(string(a.ConsumerKey), ":") {
		s.bad("consumer_key", `must not contain : with client_auth = "basic"`,
			`use "basic-encoded" or "post"`)
	}
	a.Grant = oneOf(s, "grant", Grants()...)
	a.Scopes = s.scopes()
	a.Audience, a.Resource = s.text("audience", ""), s.resources()
	a.Extra = s.extra()
	a.ProbeURL = console.Private(s.url("probe_url", env.AllowHTTP))
	if s.flag("auto_renew") {
		s.notSupported("auto_renew")
	}
	a.Details.ProbeControlOff = s.values["probe_control"] == false
	a.Details.ProbeMethod = s.probeMethod()
	var headers, probeHeaders map[console.SecretKind]SecretRef
	a.Details.Headers, headers = s.headers("headers", console.HeaderKind)
	a.Details.ProbeHeaders, probeHeaders = s.headers("probe_headers", console.ProbeHeaderKind)
	refs := s.secrets()
	s.grantNeeds(&a.Application, env, refs)
	s.checkLabel(a, others)
	if len(r.problems) > before || !env.valid || !s.checkRequest(a, others, refs) {
		return a
	}
	a.ConfigID = a.Identity() + "/" + string(a.Label())
	a.ID = a.Identity() // until console.Identified looks it up in the store
	proof := credentialKind(env.ClientAuth)
	a.Secret, a.Details.SecretStored = refs[proof].state(), refs[proof].Stored
	if proof == "" {
		a.Secret = console.SecretAvailable // none is needed
	}
	for _, kind := range SecretKinds() {
		s.warn(kind, refs[kind], env, kind == proof)
		if !refs[kind].IsZero() {
			r.cfg.Secrets[SecretName{a.ConfigID, kind}] = refs[kind]
		}
	}
	s.keepHeaders(a.Application, "headers", headers, env)
	s.keepHeaders(a.Application, "probe_headers", probeHeaders, env)
	r.cfg.Applications = append(r.cfg.Applications, a.Application)
	return a
}

// checkLabel reports an application that has the label of another one.
func (s section) checkLabel(a application, others []application) {
	for _, o := range others {
		if a.Name != "" && a.Label() == o.Label() {
			const text = "name, environment and key_type are those of the application in line %d"
			s.bad("name", fmt.Sprintf(text, o.place.Line), "")
			return
		}
	}
}

// checkRequest reports an application whose token request is that of another one.
func (s section) checkRequest(
	a application, others []application, refs map[console.SecretKind]SecretRef,
) (ok bool) {
	for _, o := range others {
		if o.ConfigID != "" && console.SameRequest(a.Application, o.Application) &&
			s.r.sameGrantSecrets(o.ConfigID, refs) {
			s.bad("consumer_key",
				fmt.Sprintf("application %q in line %d makes the same request with the same "+
					"consumer key, grant and user", o.Name, o.place.Line),
				"their tokens could not be distinguished: remove one, or give it other scopes, "+
					"audience or resource")
			return false
		}
	}
	return true
}

// sameGrantSecrets reports whether subject token and assertion come from the same places as those
// of another application.
func (r *reader) sameGrantSecrets(other string, refs map[console.SecretKind]SecretRef) bool {
	for _, kind := range []console.SecretKind{console.SubjectToken, console.Assertion} {
		if !reflect.DeepEqual(refs[kind], r.cfg.Secrets[SecretName{other, kind}]) {
			return false
		}
	}
	return true
}

// warn adds a warning if a secret is a literal in the file, or if a needed one is missing.
func (s section) warn(kind console.SecretKind, ref SecretRef, env environment, needed bool) {
	var text string
	key := string(kind)
	u, err := url.Parse(string(cmp.Or(env.Endpoints.TokenURL, env.Issuer)))
	switch local := err == nil && console.Loopback(u.Hostname()); {
	case !ref.Literal.IsZero() && !local:
		s.r.cfg.literal = true
		text = "is written in the file; safer is " + SaferForms
	case ref.IsZero() && needed:
		text = "is missing; give it as " + SaferForms
	default:
		return
	}
	p := s.spot(key).Value
	s.r.warnings = append(s.r.warnings,
		Problem{Line: p.Line, Column: p.Column, Key: s.label + key, Text: text})
}

// environment returns the environment that an application names, or the only one if it names none.
func (s section) environment(envs []environment) environment {
	v, present := s.values["environment"]
	name, isText := v.(string)
	switch {
	case present && !isText:
		return environment{} // reported already
	case !present && len(envs) == 1:
		return envs[0]
	case !present && len(envs) > 1:
		s.bad("environment", "is missing, and there are several environments", "")
		return environment{}
	}
	names := make([]string, 0, len(envs))
	for _, e := range envs {
		if string(e.Name) == name && name != "" {
			return e
		}
		names = append(names, string(e.Name))
	}
	names = slices.DeleteFunc(names, func(n string) bool { return console.NameProblem(n) != "" })
	hint := text.DidYouMean(name, names)
	if len(envs) == 0 {
		hint = "there is no [[environment]] at all"
	}
	s.bad("environment", "no [[environment]] has this name", hint)
	return environment{}
}

// scopes reads the list of scopes. Each one is a scope-token (RFC 6749 section 3.3).
func (s section) scopes() []string {
	scopes := s.list("scopes")
	for i, scope := range scopes {
		if why := console.ScopesProblem([]string{scope}); why != "" {
			p := s.r.places[text.Path(s.path, "scopes", i)].Value
			s.r.problem(p, s.label+"scopes", why, `one text for each scope: ["read", "write"]`)
		}
	}
	return scopes
}

// resources reads the resource parameters (RFC 8707 section 2).
func (s section) resources() []string {
	all := s.list("resource")
	for i, raw := range all {
		if why := console.ResourceProblem(raw); why != "" {
			p := s.r.places[text.Path(s.path, "resource", i)].Value
			s.r.problem(p, s.label+"resource", why, `such as ["https://api.example/orders"]`)
		}
	}
	return all
}

// extra reads further parameters of the token request.
func (s section) extra() url.Values {
	values, _ := s.values["extra"].(map[string]any)
	if len(values) == 0 {
		return nil
	}
	in := section{
		r: s.r, path: text.Path(s.path, "extra"), label: s.label + "extra.", values: values,
	}
	form := url.Values{}
	for key, v := range values {
		if (key == "audience" || key == "resource") && s.values[key] != nil {
			s.r.problem(in.spot(key).Key, in.label+text.Key(key),
				"is given twice: the application has "+key+" too", "remove it from extra")
			continue
		}
		if slices.Contains(Reserved(), strings.ToLower(key)) {
			s.r.problem(in.spot(key).Key, in.label+text.Key(key),
				"is set by the protocol and cannot be given here", "")
			continue
		}
		several, isList := v.([]any)
		if !isList {
			several = []any{v}
		}
		for _, v := range several { // each item of a list is sent, as RFC 8707 does with resource
			text, ok := parameter(v)
			if !ok {
				in.bad(key, "must be a text, a number, true or false, or a list of them", "")
				break
			}
			form.Add(key, text)
		}
	}
	return form
}

// parameter formats a value of the configuration as a form parameter.
func parameter(v any) (text string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), !math.IsInf(v, 0) && !math.IsNaN(v)
	}
	return "", false
}

// Reserved returns the form parameters that have a key of their own or belong to a grant.
func Reserved() []string {
	return []string{
		"grant_type", "scope", "client_id", "client_secret", "username", "password",
		"refresh_token", "token", "token_type_hint", "code", "code_verifier", "redirect_uri",
		"device_code", "assertion", "response_type", "state", "code_challenge",
		"code_challenge_method", "requested_token_type", "client_assertion",
		"client_assertion_type", "subject_token", "subject_token_type", "actor_token",
		"actor_token_type",
	}
}
