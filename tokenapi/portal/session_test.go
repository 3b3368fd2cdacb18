package portal_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/portal"
	"lanyard/tokenapi/secret"
)

func TestSignInFindsTheVersion(t *testing.T) {
	for _, root := range []string{
		"/api/am/devportal/v3", "/api/am/devportal/v2", "/api/am/store/v1",
	} {
		f := newFake(t, root)
		s, xs, err := f.signIn(t, portal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := ops(xs); !slices.Equal(got,
			[]string{"portal register", "password", "portal version"}) {
			t.Errorf("exchanges %v", got)
		}
		if got := s.Settings(); !slices.Equal(got.GrantTypes,
			[]string{"client_credentials", "device_code"}) || !got.MapExistingKeys ||
			!slices.Equal(got.APIGatewayEndpoint,
				[]string{"http://gw.example:8280", "https://gw.example:8243"}) {
			t.Errorf("settings %+v", got)
		}
		keys, xs, err := s.Keys(t.Context(), "a1")
		quiet(t, xs, err)
		if err != nil || len(keys) != 1 || keys[0].ConsumerKey != "ck1" ||
			!keys[0].ConsumerSecret.Equal(secret.New(fakeKey)) ||
			keys[0].SecretState != portal.Available {
			t.Errorf("%s: keys %+v, %v", root, keys, err)
		}
		if n := f.count("POST /oauth2/token"); n != 1 {
			t.Errorf("%d grants", n)
		}
	}
}

// The server cannot delete a client, so all users and all sessions must use the same one.
func TestOneClientName(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	for range 3 {
		f.session(t)
	}
	if len(f.clients) != 1 || f.clients["lanyard"] != 3 {
		t.Errorf("clients %v", f.clients)
	}
	if f.sent["grantType"] != "password" || f.sent["owner"] != fakeUser ||
		f.sent["saasApp"] != true {
		t.Errorf("registered %v", f.sent)
	}
	if _, _, err := f.signIn(t, portal.Options{ClientName: "other"}); err != nil ||
		f.clients["other"] != 1 {
		t.Errorf("%v, clients %v", err, f.clients)
	}
}

func TestAddresses(t *testing.T) {
	f := newFake(t, "/prefix/api/am/devportal/v3")
	f.with["/t"] = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, map[string]any{"access_token": fakeToken, "token_type": "Bearer"})
	}
	f.with["/r"] = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, map[string]any{"clientId": "x", "clientSecret": fakeSecret})
	}
	s, _, err := f.signIn(t,
		portal.Options{Base: f.URL + "/prefix/devportal/apis/", TokenURL: f.URL + "/t",
			RegisterURL: f.URL + "/r"})
	if err != nil {
		t.Fatal(err)
	}
	if xs := s.Close(t.Context()); len(xs) != 0 {
		t.Errorf("revoked at an address that nobody named: %v", xs)
	}
	for _, c := range []struct {
		o    portal.Options
		says string
	}{
		{portal.Options{}, "missing"},
		{portal.Options{Base: "https://h.example/?token=" + fakeToken}, "query"},
		{portal.Options{Base: "https://u:" + fakeSecret + "@h.example"}, "user name or password"},
		{portal.Options{Base: "http://h.example"}, "unencrypted"},
		{portal.Options{Base: "localhost:9443"}, "not a URL"},
		{portal.Options{Base: "cp.example"}, "https://"},
		{portal.Options{Base: f.URL, RegisterURL: "http://h.example/r"}, "unencrypted"},
		{portal.Options{Base: f.URL, TokenURL: "http://h.example/t"}, "unencrypted"},
		{portal.Options{Base: "\x7f"}, "not a URL"},
	} {
		_, xs, err := portal.SignIn(t.Context(), client(t), c.o, fakeUser, secret.New(fakePassword))
		quiet(t, xs, err)
		failure(t, err, tokenapi.KindUsage, 0, c.says)
	}
	for _, c := range []struct{ user, password string }{{"", "x"}, {"a:b", "x"}, {"ana", ""}} {
		_, _, err := portal.SignIn(t.Context(), client(t), portal.Options{Base: f.URL}, c.user,
			secret.New(c.password))
		failure(t, err, tokenapi.KindUsage, 0, "portal sign in")
	}
}

func TestClose(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	quiet(t, f.session(t).Close(t.Context()), nil)
	if want := []string{fakeToken, fakeRefresh}; !slices.Equal(f.revoked, want) {
		t.Errorf("revoked %v, want %v", f.revoked, want)
	}
}

func page(title string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w,
			"<!DOCTYPE html><html><head><title>"+title+"</title></head></html>")
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestRegisterFails(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   tokenapi.Kind
		status int
		texts  []string
	}{
		"a page for a wrong URL": {page("WSO2 \x1b[31mServer"), tokenapi.KindGarbled, 200,
			[]string{"WSO2 Server", "control plane"}},
		"empty": {says(200, ""), tokenapi.KindGarbled, 200, []string{"empty"}},
		"no client": {says(200, `{"clientName":"x"}`), tokenapi.KindGarbled, 200,
			[]string{"clientId"}},
		"no JSON": {says(200, `hello`), tokenapi.KindGarbled, 200,
			[]string{"clientId"}},
		"password": {says(401,
			`{"code":401,"message":"","description":"Unauthenticated `+fakePassword+
				`","moreInfo":"","error":[]}`),
			tokenapi.KindRefused, 401, []string{"Unauthenticated", "user name and password"}},
		"password, page": {says(401, "<html><title>Error 401</title>"), tokenapi.KindRefused,
			401, []string{"Error 401", "user name and password"}},
		"role": {
			says(403, `{"code":403,"message":"Forbidden","error":[{"code":"900915","message":"no `+
				`role"}]}`),
			tokenapi.KindRefused, 403, []string{"Forbidden: no role", "role"}},
		"bad name": {
			says(400, `{"code":901409,"message":"Bad Request","description":"Bad Request"}`),
			tokenapi.KindRefused, 400, []string{"Bad Request (code 901409)"}},
		"conflict": {says(409, `{"code":409,"message":"Conflict"}`),
			tokenapi.KindRefused, 409, []string{"Conflict"}},
		"server": {says(500, `oops`), tokenapi.KindRefused, 500, []string{"oops"}},
		"not there": {
			says(404,
				`{"code":"404","type":"Status report","message":"Not Found","description":"x"}`),
			tokenapi.KindRefused, 404, []string{"Not Found", "9443"}},
		"an error in a 200": {
			says(200, `{"code":401,"message":"Unauthenticated","moreInfo":null,"error":[]}`),
			tokenapi.KindRefused, 200, []string{"Unauthenticated", "user name"}},
		"another error shape": {
			says(400, `{"error":"invalid_client_metadata","error_description":"no `+fakePassword+
				`"}`), tokenapi.KindRefused, 400, []string{"invalid_client_metadata"}},
		"XML fault": {says(500,
			`<am:fault xmlns:am="http://wso2.org/apimanager"><am:code>101503</am:code>`+
				`<am:message>Runtime Error</am:message></am:fault>`),
			tokenapi.KindRefused, 500, []string{"Runtime Error"}},
		"hidden secret": {says(200, `{"clientId":"a","clientSecret":"*****"}`),
			tokenapi.KindRefused, 200, []string{"another client name"}},
		"no secret": {says(200, `{"clientId":"a","clientSecret":null}`), tokenapi.KindRefused,
			200, []string{"another client name"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "/api/am/devportal/v3")
			f.with["/client-registration/v0.17/register"] = c.answer
			_, xs, err := f.signIn(t, portal.Options{})
			failure(t, err, c.kind, c.status, append(c.texts, "portal register")...)
			if strings.ContainsRune(err.Error(), 0x1b) {
				t.Error("an escape sequence is in the error")
			}
			if len(xs) != 1 || f.count("POST /oauth2/token") != 0 {
				t.Errorf("it went on: %v", ops(xs))
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	_, xs, err := portal.SignIn(t.Context(), client(t), portal.Options{Base: f.URL}, fakeUser,
		secret.New("canary-wrong"))
	quiet(t, xs, err)
	failure(t, err, tokenapi.KindRefused, 401, "portal register", "could not be authenticated",
		"check user name and password")
}

func TestTokenFails(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   tokenapi.Kind
		status int
		texts  []string
	}{
		"password": {
			says(400, `{"error":"invalid_grant","error_description":"no `+fakePassword+`"}`),
			tokenapi.KindRefused, 400, []string{"invalid_grant", "user name and password"}},
		"client": {says(401, `{"error":"invalid_client"}`), tokenapi.KindRefused, 401,
			[]string{"same server"}},
		"no passwords": {says(400, `{"error":"unauthorized_client"}`), tokenapi.KindRefused, 400,
			[]string{"by hand"}},
		"page": {page("Login"), tokenapi.KindGarbled, 200, []string{"Login"}},
		"no role": {
			says(200, `{"access_token":"`+fakeToken+`","scope":"default","token_type":"Bearer"}`),
			tokenapi.KindRefused, 200, []string{"apim:subscribe", "Internal/subscriber"}},
		"DPoP": {says(200, `{"access_token":"`+fakeToken+`","token_type":"DPoP"}`),
			tokenapi.KindGarbled, 200, []string{"no bearer token"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "/api/am/devportal/v3")
			f.with["/oauth2/token"] = c.answer
			_, _, err := f.signIn(t, portal.Options{})
			failure(t, err, c.kind, c.status, append(c.texts, "portal sign in")...)
			if n := f.count("POST /oauth2/token"); n != 1 {
				t.Errorf("%d grants", n)
			}
			if name == "no role" && !slices.Equal(f.revoked, []string{fakeToken}) {
				t.Errorf("a token is left behind, revoked: %v", f.revoked)
			}
		})
	}
}

func TestNoPortal(t *testing.T) {
	v := []string{"/api/am/devportal/v3/settings", "/api/am/devportal/v2/settings",
		"/api/am/store/v1/settings"}
	for name, c := range map[string]struct {
		answers []http.HandlerFunc // to v3, v2, v1
		kind    tokenapi.Kind
		status  int
		texts   []string
		asked   int
	}{
		"nothing there": {
			[]http.HandlerFunc{
				says(404, ""),
				says(404, `{"code":404,"message":"Not Found","description":"x","moreInfo":"",`+
					`"error":[]}`),
				says(404, "<html>"),
			},
			tokenapi.KindRefused, 404, []string{"no developer portal", "8243"}, 3},
		"pages": {[]http.HandlerFunc{says(404, ""), page("Welcome"), says(404, "")},
			tokenapi.KindGarbled, 200, []string{"no developer portal", "Welcome"}, 3},
		"a sign-in": {
			[]http.HandlerFunc{
				http.RedirectHandler("https://other.example/login?x="+fakeToken,
					http.StatusFound).ServeHTTP, says(404, ""), says(404, "")},
			tokenapi.KindRefused, 302, []string{"other.example"}, 3},
		"not allowed": {
			[]http.HandlerFunc{says(404, ""), says(403, `{"code":403,"message":"Forbidden"}`)},
			tokenapi.KindRefused, 403, []string{"Forbidden", "scope"}, 2},
		"not known": {[]http.HandlerFunc{says(401, "")}, tokenapi.KindRefused, 401,
			[]string{"sign in again"}, 1},
		"out of order": {[]http.HandlerFunc{says(503, "")}, tokenapi.KindRefused, 503,
			[]string{"later"}, 1},
		"another thing": {[]http.HandlerFunc{says(200, "[]"), says(200, ""), says(200, "x")},
			tokenapi.KindGarbled, 200, []string{"no developer portal"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "/nowhere")
			for i, h := range c.answers {
				f.with[v[i]] = h
			}
			_, _, err := f.signIn(t, portal.Options{})
			failure(t, err, c.kind, c.status, append(c.texts, "portal version")...)
			n := 0
			for _, p := range v {
				n += f.count("GET " + p)
			}
			if n != c.asked {
				t.Errorf("%d versions were tried, want %d", n, c.asked)
			}
			if len(f.revoked) != 2 {
				t.Errorf("the token is left behind, revoked: %v", f.revoked)
			}
		})
	}
	f := newFake(t, "/x")
	f.Close()
	_, xs, err := f.signIn(t, portal.Options{})
	failure(t, err, tokenapi.KindNetwork, 0, "portal register", "nothing listens")
	if len(xs) != 1 {
		t.Errorf("exchanges %v", ops(xs))
	}
}

// The portal's token, the password and the client's secret go only to their own endpoints, with any
// redirects and links of the portal.
func TestNothingGoesElsewhere(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another server was asked: %s %s %v", r.Method, r.URL, r.Header)
	}))
	defer other.Close()
	f := newFake(t, "/api/am/devportal/v3")
	away := http.RedirectHandler(other.URL+"/x", http.StatusTemporaryRedirect).ServeHTTP
	s := f.session(t)
	f.with["/api/am/devportal/v3/applications"] = says(200,
		fmt.Sprintf(
			`{"count":1,"list":[{"applicationId":"a1"}],"pagination":{"next":"%s/applications"}}`,
			other.URL))
	if apps, _, err := s.Applications(t.Context()); err != nil || len(apps) != 1 {
		t.Errorf("%v %v", apps, err)
	}
	for _, p := range []string{"/applications", "/applications/a1/oauth-keys", "/subscriptions",
		"/key-managers", "/applications/a1/generate-keys"} {
		f.with[f.root+p] = away
	}
	_, xs, err := s.Applications(t.Context())
	quiet(t, xs, err)
	failure(t, err, tokenapi.KindRefused, 307, "portal applications", "not followed")
	_, _, err = s.Keys(t.Context(), "a1")
	failure(t, err, tokenapi.KindRefused, 307, "portal keys")
	_, _, err = s.Subscriptions(t.Context(), "a1")
	failure(t, err, tokenapi.KindRefused, 307, "portal subscriptions")
	_, _, err = s.KeyManagers(t.Context())
	failure(t, err, tokenapi.KindRefused, 307, "portal key managers")
	_, _, err = s.GenerateKeys(t.Context(), "a1",
		portal.GenerateRequest{KeyType: portal.Sandbox, Grants: []string{"password"}})
	failure(t, err, tokenapi.KindRefused, 307, "portal generate keys")
	for _, p := range []string{"/client-registration/v0.17/register", "/oauth2/token",
		"/oauth2/revoke"} {
		g := newFake(t, f.root)
		g.with[p] = away
		if s, _, err := g.signIn(t, portal.Options{}); err == nil {
			s.Close(t.Context())
		}
	}
}
