package tokenapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lanyard/tokenapi"
)

func authorizeRequest() tokenapi.AuthorizeRequest {
	return tokenapi.AuthorizeRequest{
		AuthorizeURL: "https://h.example/authorize?tenantDomain=a%20b&p=%2F",
		Issuer:       "https://h.example", ConsumerKey: "key+1",
		RedirectURI: "http://127.0.0.1:8976/cb", Scopes: []string{"a", "b c"},
		Extra: url.Values{"prompt": {"login"}},
	}
}

func TestAuthorizeURL(t *testing.T) {
	seen := map[string]bool{}
	for range 3 {
		a, err := tokenapi.Authorize(authorizeRequest(), false)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(a.URL)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		verifier := a.CodeVerifier.Reveal()
		sum := sha256.Sum256([]byte(verifier))
		state, challenge := q.Get("state"), q.Get("code_challenge")
		if !regexp.MustCompile(`^[A-Za-z0-9._~-]{43}$`).MatchString(verifier) ||
			challenge != base64.RawURLEncoding.EncodeToString(sum[:]) || len(state) < 22 {
			t.Errorf("verifier %q, challenge %q, state %q", verifier, challenge, state)
		}
		if strings.Contains(a.URL, verifier) || seen[state] || seen[verifier] {
			t.Error("the verifier is in the URL, or something is used again")
		}
		seen[state], seen[verifier] = true, true
		want := "https://h.example/authorize?tenantDomain=a%20b&p=%2F&client_id=key%2B1" +
			"&code_challenge=" + challenge + "&code_challenge_method=S256&prompt=login" +
			"&redirect_uri=http%3A%2F%2F127.0.0.1%3A8976%2Fcb&response_type=code" +
			"&scope=a%20b%20c&state=" + state
		if a.URL != want || a.RedirectURI != "http://127.0.0.1:8976/cb" {
			t.Errorf("%s\nwant %s", a.URL, want)
		}
		if all := fmt.Sprintf("%v %+v %#v", a.CodeVerifier, a, a); strings.Contains(all, verifier) {
			t.Errorf("printing shows the verifier: %s", all)
		}
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	for words, change := range map[string]func(*tokenapi.AuthorizeRequest){
		"https://": func(r *tokenapi.AuthorizeRequest) { r.AuthorizeURL = "" },
		"unencrypted": func(r *tokenapi.AuthorizeRequest) {
			r.AuthorizeURL = "http://h.example/a?x=canary-7d1f"
		},
		"consumer key is missing": func(r *tokenapi.AuthorizeRequest) { r.ConsumerKey = "" },
		"absolute":                func(r *tokenapi.AuthorizeRequest) { r.RedirectURI = "/cb" },
		"no fragment":             func(r *tokenapi.AuthorizeRequest) { r.RedirectURI += "#" },
		"parameter STATE": func(r *tokenapi.AuthorizeRequest) {
			r.Extra = url.Values{"STATE": {"canary-7d1f"}}
		},
		"parameter code_challenge_method": func(r *tokenapi.AuthorizeRequest) {
			r.Extra = url.Values{"code_challenge_method": {"plain"}}
		},
		"parameter request_uri": func(r *tokenapi.AuthorizeRequest) {
			r.Extra = url.Values{"request_uri": {"urn:x"}}
		},
		"parameter client_secret": func(r *tokenapi.AuthorizeRequest) {
			r.Extra = url.Values{"client_secret": {"canary-7d1f"}}
		},
		"parameter response_mode": func(r *tokenapi.AuthorizeRequest) {
			r.Extra = url.Values{"response_mode": {"fragment"}}
		},
		"already holds the parameter client_id": func(r *tokenapi.AuthorizeRequest) {
			r.AuthorizeURL = "https://h.example/a?client_id=canary-7d1f"
		},
		"already holds the parameter prompt": func(r *tokenapi.AuthorizeRequest) {
			r.AuthorizeURL = "https://h.example/a?prompt=canary-7d1f"
		},
	} {
		r := authorizeRequest()
		change(&r)
		_, err := tokenapi.Authorize(r, false)
		if e := failure(t, err, tokenapi.KindUsage, words); strings.Contains(e.Error()+e.Hint,
			"canary") {
			t.Errorf("%v shows a value", e)
		}
	}
	r := authorizeRequest()
	r.AuthorizeURL = "http://h.example/a"
	if _, err := tokenapi.Authorize(r, true); err != nil {
		t.Error(err)
	}
}

func TestRedeem(t *testing.T) {
	const code = "canary-code-7d1f"
	begin := func(change func(*tokenapi.AuthorizeRequest)) (tokenapi.Authorization, string) {
		r := authorizeRequest()
		if change != nil {
			change(&r)
		}
		a, err := tokenapi.Authorize(r, false)
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(a.URL)
		return a, u.Query().Get("state")
	}
	known := func(*tokenapi.AuthorizeRequest) {}
	required := func(r *tokenapi.AuthorizeRequest) { r.IssRequired = true }
	unknown := func(r *tokenapi.AuthorizeRequest) { r.Issuer = "" }
	for _, x := range []struct {
		change func(*tokenapi.AuthorizeRequest)
		answer string // STATE is replaced by the state that was sent
		kind   tokenapi.Kind
		words  string
	}{
		{known, "code=CODE&state=STATE", "", ""},
		{known, "code=CODE&state=STATE&iss=https://h.example&session_state=x", "", ""},
		{required, "code=CODE&state=STATE&iss=https://h.example", "", ""},
		{unknown, "code=CODE&state=STATE&iss=https://other.example", "", ""},
		{known, "code=CODE&state=STATE&iss=https://h.example/", tokenapi.KindGarbled,
			"another server"},
		{known, "code=CODE&state=STATE&iss=", tokenapi.KindGarbled, "another server"},
		{known, "error=access_denied&state=STATE&iss=https://evil.example", tokenapi.KindGarbled,
			"another server"},
		{required, "code=CODE&state=STATE", tokenapi.KindGarbled, "does not say which server"},
		{known, "code=CODE&state=STATE&state=STATE", tokenapi.KindGarbled, "twice"},
		{known, "code=CODE&code=x&state=STATE", tokenapi.KindGarbled, "twice"},
		{known, "error=x&error=x&state=STATE", tokenapi.KindGarbled, "twice"},
		{known, "code=CODE", tokenapi.KindGarbled, "state"},
		{known, "code=CODE&state=", tokenapi.KindGarbled, "state"},
		{known, "code=CODE&state=STATEx", tokenapi.KindGarbled, "state"},
		{known, "error=access_denied&state=x", tokenapi.KindGarbled, "state"},
		{known, "state=STATE", tokenapi.KindGarbled, "no code"},
		{known, "code=&state=STATE", tokenapi.KindGarbled, "no code"},
		{known, "code=CODE&error=access_denied&error_description=no%1b[31m+CODE+STATE&state=STATE",
			tokenapi.KindRefused, "access_denied: no ••• •••"},
		{known, "error=CODE%0aSTATE&code=CODE&state=STATE", tokenapi.KindRefused, "refused"},
	} {
		a, state := begin(x.change)
		q, err := url.ParseQuery(
			strings.NewReplacer("STATE", state, "CODE", code).Replace(x.answer))
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.Redeem(q)
		if x.kind == "" {
			if err != nil || got.Reveal() != code {
				t.Errorf("%s: %v", x.answer, err)
			}
			continue
		}
		e := failure(t, err, x.kind, x.words)
		if !got.IsZero() {
			t.Errorf("%s: a code in spite of an error", x.answer)
		}
		if all := fmt.Sprintf("%v %+v %#v %s", e, *e, e, e.Hint); strings.Contains(all, code) ||
			strings.Contains(all, state) || strings.Contains(all, "\x1b") {
			t.Errorf("%s: %s", x.answer, all)
		}
		if errors.Is(err, tokenapi.ErrState) != (x.words == "state") {
			t.Errorf("%s: %v", x.answer, err)
		}
	}
	_, err := tokenapi.Authorization{}.Redeem(url.Values{"state": {""}, "code": {code}})
	failure(t, err, tokenapi.KindUsage, "no authorization is under way")
}
