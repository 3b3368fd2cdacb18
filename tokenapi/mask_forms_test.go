package tokenapi

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lanyard/tokenapi/secret"
)

// disguises are the forms in which a secret may come back, made with other code than the masker's.
func disguises(s string) map[string]string {
	all := map[string]string{"raw": s, "query": url.QueryEscape(s), "path": url.PathEscape(s),
		"Go": strings.Trim(strconv.Quote(s), `"`), "page": html.EscapeString(s)}
	all["query with %20"] = strings.ReplaceAll(all["query"], "+", "%20")
	all["twice"] = url.QueryEscape(all["query"])
	small := func(escaped string) string { // hexadecimal digits only
		var b strings.Builder
		for i := 0; i < len(escaped); i++ {
			if escaped[i] == '%' && i+2 < len(escaped) {
				b.WriteString(strings.ToLower(escaped[i : i+3]))
				i += 2
				continue
			}
			b.WriteByte(escaped[i])
		}
		return b.String()
	}
	for _, name := range []string{"query", "path", "query with %20"} {
		all[name+", small"] = small(all[name])
	}
	all["twice, small"] = url.QueryEscape(small(all["query"]))
	quoted, _ := json.Marshal(s)
	all["JSON"] = strings.Trim(string(quoted), `"`)
	var plain strings.Builder
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	all["plain JSON"] = strings.Trim(strings.TrimSpace(plain.String()), `"`)
	all["JSON of PHP"] = strings.ReplaceAll(all["plain JSON"], "/", `\/`)
	var some, every, EVERY, bytes strings.Builder
	for _, r := range s {
		fmt.Fprintf(&every, `\u%04x`, r)
		fmt.Fprintf(&EVERY, `\u%04X`, r)
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
			r) {
			some.WriteRune(r)
		} else {
			fmt.Fprintf(&some, `\u%04x`, r)
		}
	}
	for _, b := range []byte(s) {
		fmt.Fprintf(&bytes, "%%%02x", b)
	}
	all[`\u of the odd`], all[`\u of all`], all[`\U of all`], all["% of all"] = some.String(),
		every.String(), EVERY.String(), bytes.String()
	all["hex"], all["HEX"] = hex.EncodeToString([]byte(s)), fmt.Sprintf("%X", s)
	for name, enc := range map[string]*base64.Encoding{"base64": base64.StdEncoding,
		"base64url": base64.RawURLEncoding} {
		all[name] = enc.EncodeToString([]byte(s))
		for before := range 3 {
			text := enc.EncodeToString([]byte(strings.Repeat("x", before) + s + "zzz"))
			all[fmt.Sprintf("%s at %d", name, before)] = text[(before*8+5)/6 : (before+len(s))*8/6]
		}
	}
	return all
}

// A secret in any escaping is removed.
func TestMaskDisguises(t *testing.T) {
	t.Parallel()
	const hidden = `c4n ary/S+e="c&ret<1>?~'ü%`
	var m masker
	m.add(hidden, true)
	want := masked(hidden, true)
	for name, text := range disguises(hidden) {
		if got := m.text("«" + text + "»"); got != "«"+want+"»" {
			t.Errorf("%s: %q became %q", name, text, got)
		}
	}
}

// The masker recognizes unregistered secrets by their form.
func TestMaskFree(t *testing.T) {
	t.Parallel()
	const (
		jwt   = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjNG4ifQ.c2ln"
		jwe   = "eyJhbGciOiJkaXIifQ..aXYtaXY.Y2lwaGVy.dGFn"
		none  = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjNG4ifQ."
		basic = "a2V5OmM0bi1zZWNyZXQ="
	)
	show := func(s string) string { return secret.Mask + " " + secret.New(s).Fingerprint() }
	for _, c := range [][2]string{
		{"the token " + jwt + " is unknown", "the token " + show(jwt) + " is unknown"},
		{"unknown: " + jwt + ".", "unknown: " + show(jwt) + "."},
		{"unknown: '" + jwe + "'", "unknown: '" + show(jwe) + "'"},
		{"not signed: " + none, "not signed: " + show(none)},
		{"you sent Bearer c4n-opaque-1, which",
			"you sent Bearer " + show("c4n-opaque-1") + ", which"},
		{"you sent bearer   c4nOpaque.", "you sent bearer   " + show("c4nOpaque") + "."},
		{"you sent Bearer%20c4n-opaque-1&x", "you sent Bearer%20" + show("c4n-opaque-1") + "&x"},
		{"Authorization: Basic " + basic + " is wrong", "Authorization: Basic ••• is wrong"},
		{"authorization=Basic+" + basic, "authorization=•••"},
		{"a -----BEGIN EC PRIVATE KEY-----\nc4n\n-----END EC PRIVATE KEY----- b", "a ••• b"},
		{"a -----BEGIN PRIVATE KEY----- c4n, cut", "a •••"},
		{"a -----BEGIN+ENCRYPTED+PRIVATE+KEY-----%0Ac4n", "a •••"},
		{`in <saml2:Assertion ID="x"><c4n/></saml2:Assertion> there`, "in ••• there"},
		{`in &lt;Assertion ID=&quot;x&quot;&gt;c4n`, "in •••"},
		{"<saml:EncryptedAssertion >c4n", "•••"},
		{"got PHNhbWwyOkFzc2VydGlvbiBJRD0ieCI+PGM0bi8+PC9zYW1sMjpBc3NlcnRpb24+ back",
			"got ••• back"},
		{"at https://ana:c4n@h.example/cb?code=c4n&state=c4n#access_token=c4n.",
			"at https://h.example/cb?code=•••&state=•••."},
		{"at https://ana:c4n@h.example/e?code=invalid_client&c4n#c4n",
			"at https://h.example/e?code=invalid_client&•••"},
		{"at https://h.example/e?a=c4n1;b=x&token=active",
			"at https://h.example/e?a=•••;b=x&token=•••"},
		{"proxy http://ana:c4n@proxy:3128 refused", "proxy http://proxy:3128 refused"},
		{"client_secret=c4n1&grant_type=password&Password=c4n2",
			"client_secret=•••&grant_type=password&Password=•••"},
		{`{"clientSecret":"c4n1","x":"y","apiKey" : "c4n2"}`,
			`{"clientSecret":"•••","x":"y","apiKey" : "•••"}`},
		{`{\"refreshToken\":\"c4n1\"}`, `{\"refreshToken\":\"` + show("c4n1") + `\"}`},
		{"<access_token>c4n1</access_token>",
			"<access_token>" + show("c4n1") + "</access_token>"},
	} {
		if got := maskFree(c[0]); got != c[1] {
			t.Errorf("%q became\n%q, want\n%q", c[0], got, c[1])
		}
	}
	for _, s := range []string{
		"Basic authentication failed",
		"Bearer authentication is needed",
		`Bearer realm="x", error="invalid_token"`,
		`Bearer error_description="no such token"`,
		`Bearer resource_metadata_location="https"`,
		"-----BEGIN CERTIFICATE----- MIIB",
		"Assertion failed",
		"see https://h.example/docs for more",
		"code=900901 token_type=Bearer",
		"the password is wrong; the token has expired; key manager: Resident",
		"",
	} {
		if got := maskFree(s); got != s {
			t.Errorf("%q became\n%q", s, got)
		}
	}
}

// The credentials in headers are not shown.
func TestMaskHeaders(t *testing.T) {
	t.Parallel()
	var k call
	const c = "c4n-value-1"
	for name, v := range map[string]string{
		"Authorization": "Bearer " + c, "Proxy-Authorization": "Basic " + c,
		"Cookie": "a=" + c + "; b=" + c, "Set-Cookie": "sid=" + c + "; Path=/",
		"X-Api-Key": c, "Apikey": c, "Api-Key": c, "Internal-Key": c, "Revokedaccesstoken": c,
		"Revokedrefreshtoken": c, "Deactivatedaccesstoken": c,
		"X-Auth-Token": c, "X-Jwt-Assertion": c, "Dpop": "eyJhbGciOiJub25lIn0." + c + ".x",
		"Dpop-Nonce": c, "X-Csrf-Token": c, "X-Client-Secret": c,
		"Location":         "https://u:" + c + "@h/cb?code=" + c + "&x#access_token=" + c,
		"Content-Location": "/x?token=" + c, "Referer": "https://h/?" + c,
		"Link": "</x?cursor=" + c + ">; rel=next", "Refresh": "0; url=/x?code=" + c,
		"X-Debug": "got Bearer " + c, "X-Url": "http://u:" + c + "@h/?y=" + c,
		"X-Form":           "grant_type=password&password=" + c,
		"Www-Authenticate": `Bearer realm="x", nonce="` + c + `"`, "X-Saml": "<Assertion >" + c,
	} {
		for _, h := range k.headers(http.Header{name: {v}}) {
			if strings.Contains(h.Value, c) || !strings.Contains(h.Value, secret.Mask) {
				t.Errorf("%s: %s", h.Name, h.Value)
			}
		}
	}
	for name, v := range map[string]string{
		"Content-Type": "application/json", "X-Request-Id": "c4n-value-1",
		"Location": "https://h/cb", "Retry-After": "12",
		"Www-Authenticate": `OAuth2 realm="WSO2 API Manager", error="invalid_token", ` +
			`error_description="The provided token is invalid"`,
	} {
		if h := k.headers(http.Header{name: {v}}); h[0].Value != v {
			t.Errorf("%s: %s, want %s", name, h[0].Value, v)
		}
	}
}

// In a body everything below a secret's name is masked, in any case and depth, and again in other
// texts.
func TestMaskBody(t *testing.T) {
	t.Parallel()
	var m masker
	const c = "c4n-value-1"
	body := `{"Access_Token":"` + c + `a","nested":[{"clientSecret":["` + c + `b",{"x":"` + c +
		`c"}]}],"PRIVATE_KEY":{"pem":"` + c + `d"},"otp":"` + c + `e",` +
		`"session_state":"` + c + `f","SAMLResponse":"` + c +
		`g","jwk":{"kty":"RSA","n":"public","d":"` + c + `h","dq":"` + c +
		`i"},"set":[{"kty":"oct","k":"` + c + `j"}],` +
		`"said":"it was ` + c + `a, Bearer ` + c + `k","pin_token":12345678,"u":"https://h/?x=` +
		c + `l","footprint":"small","n":1}`
	out := m.body([]byte(body))
	if out == "" || strings.Contains(out, c) || strings.Contains(out, "12345678") {
		t.Error(out)
	}
	for _, kept := range []string{`"n":"public"`, `"footprint":"small"`, `"n":1`} {
		if !strings.Contains(out, kept) {
			t.Errorf("%s is gone: %s", kept, out)
		}
	}
}
