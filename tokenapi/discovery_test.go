package tokenapi

import (
	"net/http"
	"testing"
	"time"

	"lanyard/text"
)

// FuzzDiscovery reads any body as a discovery document. The result can be called and shown.
func FuzzDiscovery(f *testing.F) {
	for _, s := range []string{
		`{"issuer":"https://h.example","token_endpoint":"https://h.example/token"}`,
		`{"issuer":"https://h.example/","token_endpoint":"https://x.example/t?a=b",` +
			`"jwks_uri":"https://h.example/j","mtls_endpoint_aliases":{"token_endpoint":"https://` +
			`m.example/"}}`,
		`{"issuer":"https://h.example","token_endpoint":"http://h.example/token",` +
			`"grant_types_supported":["a",1,null]}`,
		"\ufeff" + `{"issuer":7}`, `<html><title>x</title>`, `[]`, `"x"`, ``, `a=b`,
	} {
		f.Add(200, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		c, err := New(Config{}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		for _, asked := range []string{"https://h.example",
			"https://h.example/x/.well-known/openid-configuration"} {
			d, found, e := c.readDocument(Reply{Status: status, Header: http.Header{}, Body: body},
				asked, asked)
			if e != nil {
				if e.Error() == "" || d.Issuer != "" && !found {
					t.Errorf("%v %+v", e, d)
				}
				continue
			}
			if status != 200 || !found || !sameIssuer(asked, d.Issuer) || !sendable(d.Issuer) ||
				d.Endpoints.TokenURL == "" {
				t.Errorf("%+v", d)
			}
			for _, ends := range []Endpoints{d.Endpoints, d.MTLS} {
				for _, u := range []string{ends.TokenURL, ends.RevokeURL, ends.IntrospectURL,
					ends.AuthorizeURL, ends.DeviceURL, ends.JWKSURL} {
					if u != "" && (checkURL("x", u, false) != nil || !sendable(u)) {
						t.Errorf("%q cannot be used", u)
					}
				}
			}
			for _, names := range [][]string{d.Grants, d.AuthMethods} {
				for _, n := range names {
					if n == "" || text.Words(n, 101) != n {
						t.Errorf("%q cannot be shown", n)
					}
				}
			}
		}
	})
}
