package tokenapi_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// nonceOf returns the nonce in the URL of an authorization.
func nonceOf(t *testing.T,
	change func(*tokenapi.AuthorizeRequest)) (tokenapi.Authorization, url.Values) {
	t.Helper()
	r := authorizeRequest()
	change(&r)
	a, err := tokenapi.Authorize(r, false)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	return a, u.Query()
}

func TestNonceIsSent(t *testing.T) {
	seen := map[string]bool{}
	for _, scopes := range [][]string{{"openid"}, {"a", "openid"}, {"email openid"}} {
		a, q := nonceOf(t, func(r *tokenapi.AuthorizeRequest) { r.Scopes = scopes })
		nonce := q.Get("nonce")
		if len(nonce) < 43 || seen[nonce] || a.Nonce.Reveal() != nonce || nonce == q.Get("state") ||
			strings.Contains(a.URL, a.CodeVerifier.Reveal()) {
			t.Errorf("%v: nonce %q, %v", scopes, nonce, a.Nonce)
		}
		seen[nonce] = true
	}
	// Without openid there is no ID token. A nonce that the user adds is sent unchanged.
	if a, q := nonceOf(t,
		func(r *tokenapi.AuthorizeRequest) { r.Scopes = []string{"openidx"} }); q.Has("nonce") ||
		!a.Nonce.IsZero() {
		t.Errorf("a nonce without openid: %v", q)
	}
	if a, q := nonceOf(t,
		func(r *tokenapi.AuthorizeRequest) { r.Extra = url.Values{"nonce": {"own"}} }); q.Get(
		"nonce") != "own" || !a.Nonce.IsZero() {
		t.Errorf("a nonce of one's own: %v", q)
	}
	for name, change := range map[string]func(*tokenapi.AuthorizeRequest){
		"extra parameter NONCE": func(r *tokenapi.AuthorizeRequest) {
			r.Extra = url.Values{"NONCE": {"canary-7d1f"}}
		},
		"already holds the parameter nonce": func(r *tokenapi.AuthorizeRequest) {
			r.AuthorizeURL = "https://h.example/a?nonce=canary-7d1f"
		},
	} {
		r := authorizeRequest()
		r.Scopes = []string{"openid"}
		change(&r)
		_, err := tokenapi.Authorize(r, false)
		failure(t, err, tokenapi.KindUsage, name)
	}
}

func TestNonceIsChecked(t *testing.T) {
	const nonce = "canary-nonce-7d1f"
	id := func(claims map[string]any) string {
		b, _ := json.Marshal(claims)
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." +
			base64.RawURLEncoding.EncodeToString(b) + ".c2ln"
	}
	for name, x := range map[string]struct {
		id   string
		sent string
		bad  string // in the error
		note string
	}{
		"right": {id(map[string]any{"sub": "a", "nonce": nonce}), nonce, "", ""},
		"another": {id(map[string]any{"sub": "a", "nonce": nonce + "x"}), nonce,
			"not the one that was sent", ""},
		"empty":        {id(map[string]any{"nonce": ""}), nonce, "not the one that was sent", ""},
		"no text":      {id(map[string]any{"nonce": 7}), nonce, "not the one that was sent", ""},
		"none":         {id(map[string]any{"sub": "a"}), nonce, "has no nonce", ""},
		"not asked":    {id(map[string]any{"sub": "a"}), "", "", ""},
		"no ID token":  {"", nonce, "", "sent no ID token"},
		"encrypted":    {"eyJhbGciOiJkaXIifQ..aXYtaXY.Y2lwaGVy.dGFn", nonce, "", "cannot be read"},
		"no JWT":       {"opaque", nonce, "", "cannot be read"},
		"nothing sent": {"", "", "", ""},
	} {
		body, _ := json.Marshal(
			map[string]any{"access_token": "canary-at-7d1f", "token_type": "Bearer",
				"id_token": x.id, "echo": "canary-at-7d1f"})
		s, _ := recording(t, 200, string(body))
		r := newGrants()["authorization_code"]
		r.Grant, r.Credentials, r.Nonce = "authorization_code", creds(tokenapi.AuthBasic),
			secret.New(x.sent)
		a, ex, err := clientFor(t, s.URL, nil).Token(t.Context(), r)
		if x.bad != "" {
			e := failure(t, err, tokenapi.KindRefused, x.bad,
				secret.New("canary-at-7d1f").Fingerprint())
			if !a.Access.IsZero() || strings.Contains(dump(ex)+e.Error()+e.Hint, "7d1f") {
				t.Errorf("%s: %v, %s", name, a, dump(ex))
			}
			continue
		}
		if err != nil || !strings.Contains(r.UncheckedNonce(a), x.note) ||
			(r.UncheckedNonce(a) == "") != (x.note == "") {
			t.Errorf("%s: %v, %q", name, err, r.UncheckedNonce(a))
		}
	}
}
