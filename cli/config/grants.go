package config

import (
	"slices"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
)

// Grants returns the values of grant, the default first.
func Grants() []string {
	return []string{
		tokenapi.GrantClientCredentials, tokenapi.GrantPassword, tokenapi.GrantAuthorizationCode,
		tokenapi.GrantDeviceCode, tokenapi.GrantRefreshToken, tokenapi.GrantJWTBearer,
		tokenapi.GrantTokenExchange,
	}
}

// SecretKinds returns all kinds of secrets that an application may have, besides the values of
// headers.
func SecretKinds() []console.SecretKind {
	return []console.SecretKind{
		console.ConsumerSecret, console.Password, console.SigningKey,
		console.Assertion, console.SubjectToken,
	}
}

// credentialKind returns the kind of secret that a way of client authentication needs, or "" for
// none.
func credentialKind(auth tokenapi.ClientAuth) console.SecretKind {
	return console.Application{Environment: console.Environment{ClientAuth: auth}}.Credential()
}

// secrets reads all secrets of an application.
func (s section) secrets() map[console.SecretKind]SecretRef {
	refs := map[console.SecretKind]SecretRef{}
	for _, kind := range SecretKinds() {
		if s.values[string(kind)] != nil {
			refs[kind] = s.ref(string(kind))
		}
	}
	return refs
}

// grantNeeds reads and checks the keys that depend on grant and client authentication.
func (s section) grantNeeds(a *console.Application, env environment,
	refs map[console.SecretKind]SecretRef) {
	s.readGrantKeys(a, env, refs)
	d, discovered := &a.Details, env.Issuer != ""
	switch a.Grant {
	case tokenapi.GrantPassword:
		if a.Username == "" {
			s.bad("username", "is needed by the password grant", "")
		}
	case tokenapi.GrantAuthorizationCode:
		if env.Endpoints.AuthorizeURL == "" && !discovered && env.valid {
			s.bad("grant",
				"authorization_code needs authorize_url or issuer in its environment", "")
		}
		d.RedirectURL = console.Private(s.redirect())
	case tokenapi.GrantDeviceCode:
		if env.Endpoints.DeviceURL == "" && !discovered && env.valid {
			s.bad("grant", "device_code needs device_url or issuer in its environment", "")
		}
	case tokenapi.GrantJWTBearer:
		if refs[console.SigningKey].IsZero() && !d.ReadyAssertion {
			s.bad("grant", "jwt_bearer needs signing_key or assertion",
				`such as signing_key = { file = "orders.pem" }`)
		}
		if d.ReadyAssertion && d.AssertionClaims != nil {
			s.bad("assertion_claims", "has no effect with a ready assertion", "")
		}
	case tokenapi.GrantTokenExchange:
		if refs[console.SubjectToken].IsZero() {
			s.bad("subject_token", "is needed by the token_exchange grant",
				"give it as "+SaferForms)
		}
		d.SubjectTokenType = tokenType(s.text("subject_token_type", "jwt"))
	}
	s.claims(d.AssertionClaims)
}

// readGrantKeys reads the keys that only some grants use, and reports those without effect.
func (s section) readGrantKeys(a *console.Application, env environment,
	refs map[console.SecretKind]SecretRef) {
	d := &a.Details
	only := func(where string, useful bool, keys ...string) {
		for _, key := range keys {
			s.onlyFor(key, useful, where, env, refs)
		}
	}
	byPassword := a.Grant == tokenapi.GrantPassword
	byJWT := a.Grant == tokenapi.GrantJWTBearer
	only(`grant = "password" or "jwt_bearer"`, byPassword || byJWT, "username")
	only(`grant = "password"`, byPassword, "password")
	only(`grant = "authorization_code"`, a.Grant == tokenapi.GrantAuthorizationCode, "redirect_url")
	only(`grant = "jwt_bearer"`, byJWT, "assertion", "assertion_claims")
	only(`grant = "token_exchange"`, a.Grant == tokenapi.GrantTokenExchange,
		"subject_token", "subject_token_type", "requested_token_type")
	d.ReadyAssertion = !refs[console.Assertion].IsZero()
	only(`client_auth = "private_key_jwt", or grant = "jwt_bearer" without an assertion`,
		byJWT && !d.ReadyAssertion || env.ClientAuth == tokenapi.AuthPrivateKeyJWT,
		"signing_key", "signing_alg", "signing_key_id")
	only("client_auth = basic, basic-encoded or post",
		credentialKind(env.ClientAuth) == console.ConsumerSecret, "consumer_secret")
	a.Username = console.Private(s.text("username", ""))
	d.SigningAlg, d.SigningKeyID = s.text("signing_alg", ""), s.text("signing_key_id", "")
	d.AssertionClaims, _ = s.values["assertion_claims"].(map[string]any)
	d.RequestedTokenType = tokenType(s.text("requested_token_type", ""))
}

// onlyFor warns of a key that has no effect, and removes it: it must not change the request or the
// identity of the application. A literal secret in it still gets its own warning.
func (s section) onlyFor(key string, useful bool, where string, env environment,
	refs map[console.SecretKind]SecretRef) {
	v, present := s.values[key]
	if !present || v == "" || !s.keys[key].fits(v) || useful {
		return
	}
	p := s.spot(key).Value
	s.r.warnings = append(s.r.warnings, Problem{
		Line: p.Line, Column: p.Column, Key: s.label + key,
		Text: "is only for " + where + " and has no effect; remove it",
	})
	delete(s.values, key)
	if kind := console.SecretKind(key); !refs[kind].IsZero() {
		s.warn(kind, refs[kind], env, false)
		s.r.cfg.unused = append(s.r.cfg.unused, refs[kind])
		delete(refs, kind)
	}
}

// redirect reads the redirect URL: an http:// address of this machine, where TLS is not possible.
func (s section) redirect() string {
	raw := s.text("redirect_url", "")
	if why := console.RedirectProblem(raw); why != "" {
		s.bad("redirect_url", why, "such as http://127.0.0.1:0/callback; port 0 is a free one")
	}
	return raw
}

// claims checks the claims of an assertion. They must be expressible in JSON, and must not be set
// by Lanyard.
func (s section) claims(values map[string]any) {
	in := section{
		r: s.r, path: text.Path(s.path, "assertion_claims"),
		label: s.label + "assertion_claims.", values: values,
	}
	for name, v := range values {
		switch {
		case slices.Contains([]string{"iat", "exp", "jti"}, name):
			in.bad(name, "is set each time an assertion is signed", "")
		case !fitsJSON(v):
			in.bad(name, "must be a text, a number, true, false or a list of those", "")
		}
	}
}

func fitsJSON(v any) bool {
	switch v := v.(type) {
	case string, bool, int64:
		return true
	case []any:
		return !slices.ContainsFunc(v,
			func(e any) bool { _, nested := e.([]any); return nested || !fitsJSON(e) })
	}
	return false
}

// tokenType returns the identifier of a token type (RFC 8693 section 3). Its last word is enough.
func tokenType(word string) string {
	switch word {
	case "access_token", "refresh_token", "id_token", "jwt", "saml1", "saml2":
		return "urn:ietf:params:oauth:token-type:" + word
	}
	return word
}
