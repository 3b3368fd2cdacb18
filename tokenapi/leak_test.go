package tokenapi_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// The canaries hold characters that every encoding writes differently.
const (
	sentSecret   = "canary-secret/7d1f +&é"
	sentPassword = "canary-password\"7d1f<x>%"
	sentRefresh  = "canary-refresh/7d1f=="
	sentExtra    = "canary-extra-7d1f"
	sentToken    = "canary-sent-7d1f/x=="
	gotAccess    = "canary-access-7d1f"
	gotRefresh   = "canary-newrefresh-7d1f"
	gotID        = "canary-id-7d1f"
	gotHeader    = "canary-deactivated-7d1f"
	gotCookie    = "canary-cookie-7d1f"
	gotOther     = "canary-other-7d1f"
	urlQuery     = "canary-query-7d1f"
)

func canaries() []string {
	return []string{
		sentSecret, sentPassword, sentRefresh, sentExtra, sentToken, gotAccess, gotRefresh, gotID,
		gotHeader, gotCookie, gotOther, urlQuery,
	}
}

// leaks looks for every canary, unchanged and in the usual encodings.
func leaks(t *testing.T, what, text string) {
	t.Helper()
	for _, c := range canaries() {
		quoted, _ := json.Marshal(c)
		b := []byte(c)
		for _, form := range []string{
			c, url.QueryEscape(c), url.PathEscape(c), strings.ToLower(url.QueryEscape(c)),
			strings.Trim(string(quoted), `"`), fmt.Sprintf("%q", c),
			base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
			base64.StdEncoding.EncodeToString([]byte("key+1:" + c)),
			base64.StdEncoding.EncodeToString(
				[]byte(url.QueryEscape("key+1") + ":" + url.QueryEscape(c))),
		} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s shows %q: …%s…", what, form, text[max(0, i-60):min(len(text), i+90)])
				return
			}
		}
	}
	if i := strings.Index(text, "canary"); i >= 0 {
		t.Errorf("%s shows a part of a canary: …%s…", what, text[max(0, i-60):min(len(text), i+90)])
	}
}

// echo answers with the whole request and its own secrets, in every place of an answer.
func echo(status int, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(raw))
		scheme, proof, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		sent, split := []string{string(raw), proof}, ""
		if pair, err := base64.StdEncoding.DecodeString(proof); err == nil && scheme == "Basic" {
			_, pass, _ := strings.Cut(string(pair), ":")
			sent = append(sent, string(pair), pass)
			split = pass[:6] + "\u200b" + pass[6:]
		}
		for name, values := range form {
			if name != "grant_type" && name != "scope" && name != "username" &&
				name != "client_id" && name != "token_type_hint" {
				sent = append(sent, values[0], base64.StdEncoding.EncodeToString([]byte(values[0])))
			}
		}
		said := split + " " + strings.Join(sent, " ")
		// The end of the quoted text falls into the middle of a secret.
		for _, pad := range []int{70, 80, 90, 170, 180, 290, 380, 1180} {
			said += " " + strings.Repeat("x", max(0, pad-len(said))) + sent[len(sent)-1]
		}
		h := w.Header()
		h.Set("DeactivatedAccessToken", gotHeader)
		h.Set("RevokedAccessToken", gotAccess)
		h.Set("DPoP-Nonce", gotOther)
		h.Set("Set-Cookie", "sid="+gotCookie+"; Path=/")
		h.Set("X-Cookie-Again", gotCookie)
		h.Set("X-Echo", url.QueryEscape(strings.Join(sent, " "))+" "+gotAccess+" "+gotHeader+" "+
			gotCookie)
		h.Set("Location", "https://u:"+sentExtra+"@other.example/cb?code="+gotOther+"#"+gotID)
		h.Set("Link", "</x?y="+gotOther+">; rel=next")
		members := map[string]any{
			"access_token": gotAccess, "refresh_token": gotRefresh, "id_token": gotID,
			"expires_in": 60, "token_type": "Bearer",
			"harmless": gotAccess + " and " + said,
			"nested":   []any{map[string]any{"client_secret": []string{gotOther}}}, gotAccess: 1,
			"active": true, "client_id": "key+1", "aud": []string{gotAccess},
			"device_code": gotOther, "user_code": "aB-3d",
			"verification_uri": "https://h.example/device", "interval": 5,
			"next": "https://h.example/?session=" + gotOther, "form": form, "b64": proof,
		}
		if status >= 400 {
			members["error"], members["error_description"] = "invalid_"+sent[len(sent)-1], said
		}
		body, _ := json.Marshal(members)
		switch kind {
		case "page":
			body = []byte("<html><title>" + strings.Repeat("x", 80) + said + "</title>")
		case "text":
			body = []byte(strings.Repeat("x", 180) + said)
		case "fault":
			body, _ = json.Marshal(
				map[string]any{"fault": map[string]any{"code": 900901, "message": said,
					"description": "bad " + said}})
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

func TestNothingLeaks(t *testing.T) {
	for _, status := range []int{200, 302, 400, 401, 503} {
		for _, kind := range []string{"json", "page", "text", "fault"} {
			t.Run(fmt.Sprint(status, " ", kind), func(t *testing.T) {
				s := httptest.NewServer(echo(status, kind))
				c, err := tokenapi.New(tokenapi.Config{Endpoints: tokenapi.Endpoints{
					TokenURL:      s.URL + "/token?x=" + urlQuery,
					RevokeURL:     s.URL + "/revoke?" + urlQuery,
					IntrospectURL: s.URL + "/introspect?x=" + urlQuery,
					DeviceURL:     s.URL + "/device_authorize?x=" + urlQuery,
				}}, time.Now)
				if err != nil {
					t.Fatal(err)
				}
				everyCall(t, c, t.Name(), s.URL)
				c.Close()
				s.Close()
				everyCall(t, c, "no server", s.URL)
			})
		}
	}
}

func everyCall(t *testing.T, c *tokenapi.Client, what, base string) {
	t.Helper()
	check := func(call string, answer any, x tokenapi.Exchange, err error) {
		t.Helper()
		call = what + " " + call
		leaks(t, call+" exchange", dump(x))
		leaks(t, call+" answer", fmt.Sprintf("%+v %#v", answer, answer))
		if e, ok := tokenapi.AsError(err); ok {
			leaks(t, call+" error", fmt.Sprintf("%v %+v %#v %s %v", err, *e, e, e.Hint, e.Err))
		}
		if x.Op == "" || x.Method == "" || len(x.RequestHeaders) < 3 {
			t.Errorf("%s: the record is not filled in: %+v", call, x)
		}
	}
	for _, auth := range []tokenapi.ClientAuth{tokenapi.AuthBasic, tokenapi.AuthBasicEncoded,
		tokenapi.AuthPost} {
		cr := tokenapi.Credentials{
			ConsumerKey:    "key+1",
			ConsumerSecret: secret.New(sentSecret),
			Auth:           auth,
		}
		for _, grant := range []string{tokenapi.GrantClientCredentials, tokenapi.GrantPassword,
			tokenapi.GrantRefreshToken} {
			a, x, err := c.Token(t.Context(), tokenapi.TokenRequest{
				Credentials: cr, Grant: grant, Scopes: []string{"a"}, Username: "ana",
				Password:     secret.New(sentPassword),
				RefreshToken: secret.New(sentRefresh), Extra: url.Values{"harmless": {sentExtra}},
			})
			check(grant+" "+string(auth), a, x, err)
		}
		a, x, err := c.Revoke(t.Context(),
			tokenapi.RevokeRequest{Credentials: cr, Token: secret.New(sentToken),
				Hint: "access_token"})
		check("revoke "+string(auth), a, x, err)
		i, x, err := c.Introspect(t.Context(),
			tokenapi.IntrospectRequest{Credentials: cr, Token: secret.New(sentToken),
				Hint: "access_token"})
		check("introspect "+string(auth), i, x, err)
		d, x, err := c.AuthorizeDevice(t.Context(),
			tokenapi.DeviceRequest{Credentials: cr, Scopes: []string{"a"},
				Extra: url.Values{"harmless": {sentExtra}}})
		check("device "+string(auth), d, x, err)
	}
	p, x, err := c.Probe(t.Context(),
		tokenapi.ProbeRequest{URL: base + "/api?q=" + urlQuery, Token: secret.New(sentToken)})
	check("probe", p, x, err)
}

// TestRecord checks the parts that are shown.
func TestRecord(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("RevokedAccessToken", gotAccess)
		_, _ = io.WriteString(w,
			"\ufeff"+
				`{"access_token":"canary-access-7d1f","scope":"a b",`+
				`"expires_in":9223372036854775807,"code":"1234","user_code":"ABCD"}`)
	}))
	defer s.Close()
	_, x, err := clientFor(t, s.URL, nil).Token(t.Context(), tokenapi.TokenRequest{
		Credentials: creds(tokenapi.AuthPost), Grant: "password", Username: "ana",
		Password: secret.New("password"),
	})
	if err != nil {
		t.Fatal(err)
	}
	print8 := secret.New(gotAccess).Fingerprint()
	want := `{"access_token":"••• ` + print8 + `","code":"1234",` +
		`"expires_in":9223372036854775807,"scope":"a b","user_code":"•••"}`
	if x.ResponseBody != want {
		t.Errorf("body %s, want %s", x.ResponseBody, want)
	}
	if want := "[{client_id key+1} {client_secret •••} {grant_type password} {password •••} " +
		"{username ana}]"; fmt.Sprint(x.Form) != want {
		t.Errorf("form %v, want %v", x.Form, want)
	}
	if h := fmt.Sprint(x.ResponseHeaders); !strings.Contains(h,
		"{RevokedAccessToken ••• "+print8+"}") {
		t.Errorf("headers %s", h)
	}
	if x.Status != 200 || x.Size == 0 || x.URL != s.URL+"/token" || x.Err != "" {
		t.Errorf("%+v", x)
	}
}
