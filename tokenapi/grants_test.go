package tokenapi_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// newGrants are the grants beyond the three basic ones, each with its parameters and with scopes.
func newGrants() map[string]tokenapi.TokenRequest {
	return map[string]tokenapi.TokenRequest{
		"authorization_code": {
			Code: secret.New("canary-code-7d1f"), CodeVerifier: secret.New("canary-verifier-7d1f"),
			RedirectURI: "http://127.0.0.1:8976/cb?canary=canary-7d1f",
		},
		"device_code": {DeviceCode: secret.New("canary-device-7d1f")},
		"jwt_bearer":  {Assertion: secret.New("canary.assertion.7d1f")},
		"token_exchange": {SubjectToken: secret.New("canary-subject-7d1f"),
			SubjectTokenType: "urn:ietf:params:oauth:token-type:jwt", RequestedTokenType: "urn:x"},
	}
}

func TestNewGrantsOnTheWire(t *testing.T) {
	want := map[string]string{
		"authorization_code": "code=canary-code-7d1f&code_verifier=canary-verifier-7d1f&" +
			"grant_type=authorization_code&" +
			"redirect_uri=http%3A%2F%2F127.0.0.1%3A8976%2Fcb%3Fcanary%3Dcanary-7d1f",
		"device_code": "device_code=canary-device-7d1f&" +
			"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code",
		"jwt_bearer": "assertion=canary.assertion.7d1f&" +
			"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&scope=a+b",
		"token_exchange": "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&" +
			"requested_token_type=urn%3Ax&scope=a+b" +
			"&subject_token=canary-subject-7d1f&" +
			"subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt",
	}
	for grant, r := range newGrants() {
		// The server repeats every secret, under a harmless name and in the text of an error.
		for status, body := range map[int]string{
			200: granted[:len(granted)-1] +
				`,"echo":"canary-code-7d1f canary-verifier-7d1f canary-device-7d1f ` +
				`canary.assertion.7d1f canary-subject-7d1f"}`,
			400: `{"error":"x","error_description":"not canary-code-7d1f canary-verifier-7d1f ` +
				`canary-device-7d1f canary.assertion.7d1f canary-subject-7d1f"}`,
		} {
			// A server knows only its own request: the secrets of other grants are not in the echo.
			for other, o := range newGrants() {
				if other != grant {
					for _, s := range []secret.Text{o.Code, o.CodeVerifier, o.DeviceCode,
						o.Assertion, o.SubjectToken} {
						if !s.IsZero() {
							body = strings.ReplaceAll(body, s.Reveal(), "")
						}
					}
				}
			}
			s, got := recording(t, status, body)
			r.Grant, r.Credentials, r.Scopes = grant, creds(tokenapi.AuthBasic), []string{"a", "b"}
			_, x, err := clientFor(t, s.URL, nil).Token(t.Context(), r)
			if (err == nil) != (status == 200) || x.Op != grant {
				t.Errorf("%s: op %q, %v", grant, x.Op, err)
			}
			if g := got()[0].form.Encode(); g != want[grant] {
				t.Errorf("sent %s, want %s", g, want[grant])
			}
			if all := dump(x) + fmt.Sprint(err); strings.Contains(all, "7d1f") {
				t.Errorf("%s shows a secret: %s", grant, all)
			}
		}
	}
}

func TestNewGrantsNeedTheirParts(t *testing.T) {
	s, got := recording(t, 200, granted)
	c := clientFor(t, s.URL, nil)
	for _, x := range []struct {
		grant, words string
		without      func(*tokenapi.TokenRequest)
	}{
		{"authorization_code", "no authorization code",
			func(r *tokenapi.TokenRequest) { r.Code = secret.Text{} }},
		{"authorization_code", "verifier",
			func(r *tokenapi.TokenRequest) { r.CodeVerifier = secret.Text{} }},
		{"authorization_code", "redirect URI",
			func(r *tokenapi.TokenRequest) { r.RedirectURI = "" }},
		{"device_code", "no device code",
			func(r *tokenapi.TokenRequest) { r.DeviceCode = secret.Text{} }},
		{"jwt_bearer", "no assertion",
			func(r *tokenapi.TokenRequest) { r.Assertion = secret.Text{} }},
		{"token_exchange", "no token to exchange",
			func(r *tokenapi.TokenRequest) { r.SubjectToken = secret.Text{} }},
		{"token_exchange", "type of the token",
			func(r *tokenapi.TokenRequest) { r.SubjectTokenType = "" }},
	} {
		r := newGrants()[x.grant]
		r.Grant, r.Credentials = x.grant, creds(tokenapi.AuthBasic)
		x.without(&r)
		_, _, err := c.Token(t.Context(), r)
		failure(t, err, tokenapi.KindUsage, x.words)
	}
	for _, name := range []string{
		"code", "code_verifier", "redirect_uri", "device_code", "assertion", "subject_token",
		"subject_token_type", "requested_token_type", "client_assertion",
	} {
		_, _, err := c.Token(t.Context(), tokenapi.TokenRequest{
			Credentials: creds(tokenapi.AuthBasic), Grant: "client_credentials",
			Extra: url.Values{name: {"canary-7d1f"}},
		})
		failure(t, err, tokenapi.KindUsage, name, "belongs to the protocol")
	}
	if n := len(got()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
