package tokenapi

import (
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLifetime(t *testing.T) {
	for _, c := range []struct {
		json string
		want int64
		has  bool
		life Lifetime
	}{
		{`"expires_in":3600`, 3600, true, Bounded},
		{`"expires_in":"3600"`, 3600, true, Bounded},
		{`"expires_in":" 3600 "`, 3600, true, Bounded},
		{`"expires_in":86400.92`, 86400, true, Bounded},
		{`"expires_in":3.6e3`, 3600, true, Bounded},
		{`"expires_in":"36000E-1"`, 3600, true, Bounded},
		{`"expires_in":9223372036854775`, 9223372036854775, true, Unbounded},
		{`"expires_in":9223372036854775807`, math.MaxInt64, true, Unbounded},
		{`"expires_in":9223372036854775808`, math.MaxInt64, true, Unbounded},
		{`"expires_in":1e999999999999999999999`, math.MaxInt64, true, Unbounded},
		{`"expires_in":0e999999999`, 0, true, Ambiguous},
		{`"expires_in":1e-999999999`, 0, true, Ambiguous},
		{`"expires_in":315360000`, 315360000, true, Bounded},
		{`"expires_in":315360001`, 315360001, true, Unbounded},
		{`"expires_in":0`, 0, true, Ambiguous},
		{`"expires_in":-1`, 0, true, Ambiguous},
		{`"expires_in":-9223372036854775809`, 0, true, Ambiguous},
		{`"expires_in":null`, 0, false, Unknown},
		{`"expires_in":""`, 0, false, Unknown},
		{`"expires_in":"soon"`, 0, false, Unknown},
		{`"expires_in":"0x10"`, 0, false, Unknown},
		{`"expires_in":true`, 0, false, Unknown},
		{`"expires_in":{}`, 0, false, Unknown},
		{`"a":1`, 0, false, Unknown},
		{`"expires":5183999`, 5183999, true, Bounded},
		{`"expires":"5183999"`, 5183999, true, Bounded},
		{`"expires":1800000000`, 0, false, Unknown},
		{`"expires_in":null,"expires":60`, 60, true, Bounded},
		{`"expires_in":10,"expires":60`, 10, true, Bounded},
	} {
		a, e := decodeToken("x",
			answer{status: 200, body: []byte(`{"access_token":"t",` + c.json + `}`)})
		if e != nil {
			t.Errorf("%s: %v", c.json, e)
			continue
		}
		if a.ExpiresIn != c.want || a.HasExpiresIn != c.has || a.Lifetime != c.life {
			t.Errorf("%s: %d %v %s, want %d %v %s", c.json, a.ExpiresIn, a.HasExpiresIn, a.Lifetime,
				c.want, c.has, c.life)
		}
	}
}

func TestTokenTypeAndScopes(t *testing.T) {
	for _, c := range []struct {
		json, kind, raw string
		usable          bool
		scopes          []string
	}{
		{`"token_type":"bearer"`, "Bearer", "bearer", true, nil},
		{`"token_type":"BEARER","scope":null`, "Bearer", "BEARER", true, nil},
		{`"scope":""`, "Bearer", "", true, []string{}},
		{`"scope":[]`, "Bearer", "", true, []string{}},
		{`"token_type":null,"scope":["a","b"]`, "Bearer", "", true, []string{"a", "b"}},
		{`"token_type":"Application Access Token","scope":"a b,c"`, "Bearer",
			"Application Access Token", true, []string{"a", "b,c"}},
		{`"token_type":"mac","scope":"a,b"`, "mac", "mac", false, []string{"a", "b"}},
		{`"token_type":"DPoP","scope":" a  b "`, "DPoP", "DPoP", false, []string{"a", "b"}},
		{`"token_type":"N_A","scope":7`, "N_A", "N_A", false, nil},
		{`"token_type":3`, "3", "3", false, nil},
	} {
		a, e := decodeToken("x",
			answer{status: 200, body: []byte(`{"access_token":"t",` + c.json + `}`)})
		if e != nil {
			t.Errorf("%s: %v", c.json, e)
			continue
		}
		if a.TokenType != c.kind || a.RawTokenType != c.raw || a.Usable != c.usable ||
			!reflect.DeepEqual(a.Scopes, c.scopes) {
			t.Errorf("%s: %q %q %v %#v", c.json, a.TokenType, a.RawTokenType, a.Usable, a.Scopes)
		}
	}
}

// The error about a token that no header can carry does not blame its type and does not quote it.
func TestUnsendableToken(t *testing.T) {
	for token, want := range map[string]string{
		`abc\ndef-ghijkl`: "the access token has a line break as character 4 of 14, which " +
			"no header can carry",
		`abc def`:  "the access token has a blank as character 4 of 7, which no header can carry",
		`abc\tdef`: "the access token has a blank as character 4 of 7, which no header can carry",
		`abc\u0007`: "the access token has a control character as character 4 of 4, " +
			"which no header can carry",
		`abc\u007f`: "the access token has a control character as character 4 of 4, " +
			"which no header can carry",
		`abc\u00e9\u00fc-ghij`: "the access token has a character outside ASCII as character 4 " +
			"of 10, which no header can carry",
		`“abc”`: "the access token has a character outside ASCII as character 1 " +
			"of 5, which no header can carry",
		`abc-._~+/=|"`: "",
	} {
		token = strings.ReplaceAll(token, `"`, `\"`)
		for _, kind := range []string{`"Bearer"`, `null`} {
			a, e := decodeToken("x",
				answer{status: 200,
					body: []byte(`{"access_token":"` + token + `","token_type":` + kind + `}`)})
			if e != nil || a.Unusable() != want || a.Usable != (want == "") {
				t.Errorf("%s: %q %v %v, want %q", token, a.Unusable(), a.Usable, e, want)
			}
		}
	}
	if a, _ := decodeToken("x",
		answer{status: 200,
			body: []byte(`{"access_token":"t","token_type":"mac"}`)}); a.Unusable() !=
		`token type "mac" is not a bearer token` {
		t.Error(a.Unusable())
	}
}

func TestBodies(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		kind   Kind // "" for success
		text   string
	}{
		"bom":  {200, "\ufeff{\"access_token\":\"t\"}", "", ""},
		"form": {200, "access_token=t&expires_in=60", "", ""},
		"xml": {
			200, "<OAuth><token_type>bearer</token_type><access_token>t</access_token></OAuth>", "",
			""},
		"camel case":    {200, `{"accessToken":"t","expiresIn":60}`, "", ""},
		"empty":         {200, "", KindGarbled, "answered 200 with an empty body"},
		"no content":    {204, "", KindGarbled, "answered 204"},
		"blank token":   {200, `{"access_token":"  "}`, KindGarbled, "no access_token"},
		"numeric token": {200, `{"access_token":12}`, KindGarbled, "no access_token"},
		"null":          {200, `null`, KindGarbled, "cannot be read"},
		"list":          {200, `[{"access_token":"t"}]`, KindGarbled, "cannot be read"},
		"rest":          {200, `{"access_token":"t"}{}`, KindGarbled, "cannot be read"},
		"page": {200, "<!-- x --><!DOCTYPE html><title>Log &amp; in\x1b[31m</title>",
			KindGarbled, "titled “Log & in”"},
		"refusing page":    {503, "<html><head><title>Down</title>", KindRefused, "titled “Down”"},
		"refusing nothing": {500, "", KindRefused, "empty"},
		"error in 200": {200, `{"error":"bad_code","access_token":"t"}`, KindRefused,
			"bad_code"},
		"slack": {200, `{"ok":false,"error":"invalid_auth"}`, KindRefused,
			"invalid_auth"},
		"ok false alone": {200, `{"ok":false}`, KindRefused, ""},
		"form error": {200, "error=bad_code&error_description=The+code", KindRefused,
			"bad_code: The code"},
		"fitbit": {
			400, `{"errors":[{"errorType":"invalid_grant","message":"old"}],"success":false}`,
			KindRefused, "invalid_grant: old"},
		"object": {400, `{"error":{"message":"no","type":"OAuthException","code":190}}`,
			KindRefused, "OAuthException: no"},
		"bare string": {400, `"invalid_grant"`, KindRefused, "invalid_grant"},
		"number as code": {400, `{"error":"17003","error_description":"locked"}`, KindRefused,
			"17003: locked"},
		"fault in 200":      {200, `{"fault":{"code":900900,"message":"m"}}`, KindRefused, "m"},
		"empty error is ok": {200, `{"error":"","errors":[],"access_token":"t"}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, e := decodeToken(GrantPassword,
				answer{status: c.status, header: http.Header{}, body: []byte(c.body)})
			if c.kind == "" {
				if e != nil || a.Access.Reveal() != "t" {
					t.Fatalf("%v", e)
				}
				return
			}
			if e == nil {
				t.Fatal("no error")
			}
			if e.Kind != c.kind || e.Status != c.status || !strings.Contains(e.Error(), c.text) ||
				strings.Contains(e.Error(), "\x1b") {
				t.Errorf("%s %d %q", e.Kind, e.Status, e.Error())
			}
		})
	}
}

func TestHints(t *testing.T) {
	for _, c := range []struct {
		op     string
		status int
		body   string
		want   string
	}{
		{GrantClientCredentials, 401, `{"error":"invalid_client"}`, "consumer key"},
		{GrantRefreshToken, 400, `{"error":"invalid_grant"}`, "ask for a new token"},
		{GrantPassword, 400, `{"error":"invalid_grant"}`, "user name and password"},
		{GrantRefreshToken, 400, `{"error":"invalid_scope"}`, "no scope"},
		{opRevoke, 401, `{"error":"unauthorized_client"}`, "another application"},
		{opRevoke, 400, `{"error":"unsupported_token_type"}`, "refresh token"},
		{GrantPassword, 404,
			`{"code":"404","type":"Status report","message":"Not Found","description":"x"}`,
			"https://gw.example:9443/oauth2/token"},
		{GrantPassword, 500, `{"code":"101503","message":"Runtime Error"}`, "key manager"},
		{GrantPassword, 200, `<html>`, "captive portal"},
	} {
		_, e := decodeToken(c.op,
			answer{status: c.status, header: http.Header{}, body: []byte(c.body),
				host: "gw.example:8243"})
		if e == nil || !strings.Contains(e.Hint, c.want) {
			t.Errorf("%s %s: %+v, want a hint with %q", c.op, c.body, e, c.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"120", "", 2 * time.Minute},
		{"-5", "", 0},
		{"9223372036854775807", "", 30 * 24 * time.Hour},
		{"Mon, 23 Nov 2026 10:01:00 GMT", "", time.Minute},
		{"Mon, 23 Nov 2026 10:01:00 GMT", "Mon, 23 Nov 2026 10:00:30 GMT", 30 * time.Second},
		{"Mon, 23 Nov 2026 09:00:00 GMT", "", 0},
		{"soon", "", 0},
	} {
		h := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
		if got := retryAfter(h, now); got != c.want {
			t.Errorf("%q: %v, want %v", c.value, got, c.want)
		}
	}
}

// TestEncodings checks encodings of Windows and old Java programs.
func TestEncodings(t *testing.T) {
	wide := func(s string, first, second int) string {
		b := make([]byte, 2*len(s))
		for i := range s {
			b[2*i+first], b[2*i+second] = s[i], 0
		}
		return string(b)
	}
	const body = `{"access_token":"t","scope":"a"}`
	for name, b := range map[string]string{
		"utf-8 with a mark":     "\ufeff" + body,
		"utf-16 little endian":  "\xff\xfe" + wide(body, 0, 1),
		"utf-16 big endian":     "\xfe\xff" + wide(body, 1, 0),
		"little without a mark": wide(body, 0, 1),
		"big without a mark":    wide(body, 1, 0),
		"odd byte at the end":   wide(body, 0, 1) + "\n",
		"latin 1": `<?xml version="1.0" encoding="ISO-8859-1"?><a><access_token>t</access_token>` +
			`<scope>a</scope><who>` +
			"Andr\xe9</who></a>",
	} {
		a, e := decodeToken("x", answer{status: 200, body: []byte(b)})
		if e != nil || a.Access.Reveal() != "t" || len(a.Scopes) != 1 || a.Scopes[0] != "a" {
			t.Errorf("%s: %+v %v", name, a, e)
			continue
		}
		if name == "latin 1" && (len(a.Extra) != 1 || a.Extra[0].Value.Reveal() != `"André"`) {
			t.Errorf("%s: %d extra members", name, len(a.Extra))
		}
	}
	if got := string(toUTF8([]byte("\xfe\xff\xd8\x3d\xde\x00\xd8\x3d"))); got != "😀\ufffd" {
		t.Errorf("a pair, and half a pair: %q", got)
	}
}

// TestThrottledGrant has a gateway before the token endpoint that names the time of the next
// access.
func TestThrottledGrant(t *testing.T) {
	now := time.Date(2026, 11, 24, 11, 58, 0, 0, time.UTC)
	const body = `{"fault":{"code":900804,"message":"Message throttled out",` +
		`"nextAccessTime":"2026-Nov-24 12:00:00+0000 UTC"}}`
	_, e := decodeToken(GrantRefreshToken,
		answer{status: 429, header: http.Header{}, body: []byte(body), at: now})
	if e == nil || e.RetryAfter != 2*time.Minute || e.Action != RetryLater ||
		e.FaultCode != 900804 || e.DropsRefresh() {
		t.Errorf("%+v", e)
	}
}

func TestRevokeAnswers(t *testing.T) {
	named := http.Header{"Revokedaccesstoken": {"canary-access-7d1f"}}
	for name, c := range map[string]struct {
		status    int
		header    http.Header
		body      string
		kind      Kind
		confirmed bool
	}{
		"empty":        {200, nil, "", "", false},
		"no content":   {204, nil, "", "", false},
		"json text":    {200, nil, `{"status":"ok"}`, "", false},
		"plain text":   {202, nil, "revoked", "", false},
		"named":        {200, named, "", "", true},
		"named null":   {200, http.Header{"Revokedaccesstoken": {"null"}}, "", "", false},
		"user":         {200, http.Header{"Authorizeduser": {"ana"}}, "", "", true},
		"tyk":          {200, nil, `{"status":"error","message":"no"}`, KindRefused, false},
		"error in 200": {200, nil, `{"error":"invalid_request"}`, KindRefused, false},
		"portal":       {200, named, "<html><title>Wi-Fi</title>", KindGarbled, false},
		"later":        {503, http.Header{"Retry-After": {"7"}}, "", KindRefused, false},
	} {
		if c.header == nil {
			c.header = http.Header{}
		}
		a, e := decodeRevoke(answer{status: c.status, header: c.header, body: []byte(c.body)})
		switch {
		case c.kind == "" && e != nil, c.kind != "" && (e == nil || e.Kind != c.kind):
			t.Errorf("%s: %v", name, e)
		case e == nil && a.Confirmed != c.confirmed:
			t.Errorf("%s: confirmed %v", name, a.Confirmed)
		case name == "later" && e.RetryAfter != 7*time.Second:
			t.Errorf("%s: %v", name, e.RetryAfter)
		}
	}
}

func TestMaskURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://h:1/t":                 "https://h:1/t",
		"https://u:p@h/t?a=x&b=y&bare":  "https://h/t?a=•••&b=•••&•••",
		"https://h/cb#access_token=abc": "https://h/cb",
		"http://h/%zz?a=secret":         "http://h/%zz?•••",
		"http://u:p@h/%zz?a=secret":     "•••",
		"/next?code=abc":                "/next?code=•••",
	} {
		if got := maskURL(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func bounded(b []byte) []byte { return b[:min(len(b), bodyLimit)] }

func noControls(t *testing.T, s string) {
	t.Helper()
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e {
			t.Fatalf("control character in %q", s)
		}
	}
}

// Answers that no standard describes, and their meaning.
func TestOddSpellings(t *testing.T) {
	for name, c := range map[string]struct{ body, access, code, scope string }{
		"camel case within data": {body: `{"data":{"accessToken":"t1","expiresIn":60}}`,
			access: "t1"},
		"a blank in a form's scope": {body: "access_token=t2&scope=read write&expires_in=60",
			access: "t2", scope: "read write"},
		"no error, as text":           {body: `{"error":"0","access_token":"t3"}`, access: "t3"},
		"no error, as a number":       {body: `{"error":0,"access_token":"t4"}`, access: "t4"},
		"capitals":                    {body: `{"error":"INVALID_GRANT"}`, code: "invalid_grant"},
		"capitals of its own":         {body: `{"error":"E_LOCKED"}`, code: "E_LOCKED"},
		"a NUL at the end":            {body: "{\"access_token\":\"t5\"}\x00", access: "t5"},
		"white space about the token": {body: `{"access_token":" t6\n"}`, access: "t6"},
		"a sentence with a sign":      {body: "the access_token=x is wrong", code: "garbled"},
		"a token with a blank":        {body: "access_token=no such thing", code: "garbled"},
	} {
		a, e := decodeToken("x", answer{status: 200, body: []byte(c.body)})
		switch {
		case c.code == "" &&
			(e != nil || a.Access.Reveal() != c.access || strings.Join(a.Scopes, " ") != c.scope):
			t.Errorf("%s: %v, %q", name, e, a.Scopes)
		case c.code == "garbled" && (e == nil || e.Kind != KindGarbled):
			t.Errorf("%s: %v", name, e)
		case c.code != "" && c.code != "garbled" && (e == nil || e.Code != c.code):
			t.Errorf("%s: %v", name, e)
		}
	}
}
