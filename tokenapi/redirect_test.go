package tokenapi_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// The error about a redirect shows its target, the difference, and the key to set.
func TestRedirectTarget(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked, to string
		want      []string
		not       string
	}{
		"a slash": {"http://127.0.0.1:18100/t/slash", "http://127.0.0.1:18100/t/slash/",
			[]string{"http://127.0.0.1:18100/t/slash/ (another path)", "set token_url to it"},
			"scheme"},
		"a slash, relative": {"https://h.example/token", "/token/",
			[]string{"https://h.example/token/ (another path)", "set token_url to it"}, ""},
		"relative": {"https://h.example/oauth/token", "../v2/token",
			[]string{"https://h.example/v2/token (another path)"}, ""},
		"to https": {"http://127.0.0.1:18100/t/x", "https://127.0.0.1:18100/t/x",
			[]string{"https://127.0.0.1:18100/t/x (another scheme)", "set token_url"}, "port"},
		"to https, ports": {"http://127.0.0.1/t", "https://127.0.0.1/t",
			[]string{"https://127.0.0.1/t (another scheme)"}, "another port"},
		"another port": {"https://h.example:8243/token", "https://h.example:9443/token",
			[]string{"https://h.example:9443/token (another port)"}, "path"},
		"the usual port": {"https://h.example:443/token", "https://h.example/token",
			[]string{"the very URL"}, "another"},
		"port and path": {"https://h.example:8243/token", "https://H.example:9443/oauth2/token",
			[]string{":9443/oauth2/token (another port, another path)"}, ""},
		"another host": {"https://h.example/token", "https://i.example/token",
			[]string{"https://i.example/token,", "set token_url"}, "("},
		"to http": {"https://h.example/token", "http://h.example/token",
			[]string{"(another scheme)", "unencrypted"}, "set token_url"},
		"to itself": {"https://h.example/token",
			"https://h.example/token?jsession=canary-7d1f", []string{"the very URL", "cookie"},
			"set token_url"},
		"a sign-in page": {"https://h.example/token", "/login?service=canary-7d1f",
			[]string{"https://h.example/login", "sign in"}, "set token_url"},
		"a query": {"https://h.example/token?p=policy", "https://h.example/v2/token",
			[]string{"with the query"}, "policy"},
		"user info": {"https://h.example/token",
			"https://u:canary-7d1f@h.example/token/#canary-7d1f",
			[]string{"https://h.example/token/ (another path)"}, ""},
		"no target": {"https://h.example/token", "", []string{"does not say where to"},
			"set token_url"},
		"no URL": {"https://h.example/token", "http://[::1",
			[]string{"does not say where to"}, ""},
		"no web address": {"https://h.example/token", "javascript:canary-7d1f",
			[]string{"does not say where to"}, ""},
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			client := clientFor(t, "https://h.example", func(cfg *tokenapi.Config) {
				cfg.Endpoints = tokenapi.Endpoints{TokenURL: c.asked, RevokeURL: c.asked}
			}).WithTransport(tripper(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: http.Header{"Location": {c.to}},
					Body: io.NopCloser(strings.NewReader("<html>moved"))}, nil
			}))
			_, _, err := get(t.Context(), client)
			e := failure(t, err, tokenapi.KindRefused, c.want...)
			if all := e.Error() + "\n" + e.Hint; strings.Contains(all, "canary") ||
				c.not != "" && strings.Contains(strings.TrimPrefix(all, e.Op+": refused ("),
					c.not) {
				t.Errorf("%s: %s", name, all)
			}
			_, _, err = client.Revoke(t.Context(),
				tokenapi.RevokeRequest{Credentials: creds(tokenapi.AuthBasic),
					Token: secret.New("t")})
			if e, _ := tokenapi.AsError(err); e == nil || strings.Contains(e.Hint, "token_url") ||
				!strings.Contains(e.Hint, "revoke_url") &&
					strings.Contains(strings.Join(c.want, ""), "token_url") {
				t.Errorf("%s: revoke: %+v", name, e)
			}
		}
	}
}
