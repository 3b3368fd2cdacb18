package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lanyard/tokenapi/sandbox"
)

// Only requests with the sandbox's own address in Host are answered, at every path. Those of a web
// page with another name are not.
func TestOtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	for base, hosts := range map[string]map[string]bool{
		"http://127.0.0.1:8243": {"127.0.0.1:8243": true, "localhost:8243": true,
			"LOCALHOST:8243": true, "[::1]:8243": true, "127.0.0.1": false, "127.0.0.1:1": false,
			"evil.example:8243": false, "evil.example": false, "": false,
			"127.0.0.1.evil.example:8243": false, "localhost.evil.example:8243": false,
			"10.0.0.1:8243": false, "evil@127.0.0.1:8243": false},
		"https://127.0.0.1": {"127.0.0.1": true, "127.0.0.1:443": true, "evil.example": false,
			"127.0.0.1:80": false},
		"https://km.test:9443/": {"km.test:9443": true, "KM.test:9443": true,
			"127.0.0.1:9443": false, "x.km.test:9443": false},
		"http://[::1]:8243": {"[::1]:8243": true, "localhost:8243": true, "[::2]:8243": false},
	} {
		s, err := sandbox.New(sandbox.Options{PublicURL: base})
		if err != nil {
			t.Fatal(err)
		}
		for host, fits := range hosts {
			for _, path := range []string{"/", "/token", "/__sandbox/fault",
				"/oauth2/token/.well-known/openid-configuration", "/api/am/devportal/v3/settings"} {
				r := httptest.NewRequest(http.MethodGet, path, strings.NewReader(""))
				r.Host = host
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if answered := w.Code != http.StatusMisdirectedRequest; answered != fits {
					t.Errorf("%s, Host %q, %s: %d", base, host, path, w.Code)
				}
			}
		}
	}
}
