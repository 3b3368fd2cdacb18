package portal_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/portal"
	"lanyard/tokenapi/secret"
)

const (
	fakeUser     = "ana"
	fakePassword = "canary-password/1f2e"
	fakeSecret   = "canary_client_secret_1f2e"
	fakeToken    = "canary-portal-token-1f2e"
	fakeRefresh  = "canary-portal-refresh-1f2e"
	fakeKey      = "canary_consumer_secret_1f2e"
	fakeAppToken = "canary-app-token-1f2e"
)

// fake is a control plane with one developer portal, on a loopback socket.
type fake struct {
	*httptest.Server
	root  string // the path of its version
	scope string
	apps  []map[string]any
	subs  []map[string]any
	most  int  // entries on a page, for any limit
	plain bool // no pagination in lists
	with  map[string]http.HandlerFunc

	mu      sync.Mutex
	asked   []string // method and path with query
	clients map[string]int
	sent    map[string]any // the JSON of the last POST
	revoked []string
}

func newFake(t *testing.T, root string) *fake {
	t.Helper()
	f := &fake{root: root, scope: "apim:subscribe apim:app_manage", most: 100,
		with: map[string]http.HandlerFunc{}, clients: map[string]int{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
	if h := f.with[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	user, pass, _ := r.BasicAuth()
	switch r.URL.Path {
	case "/client-registration/v0.17/register":
		if user != fakeUser || pass != fakePassword {
			fault(w, 401, "Unauthenticated request",
				"The user could not be authenticated with "+pass)
			return
		}
		f.sent = map[string]any{}
		_ = json.Unmarshal(body, &f.sent)
		f.clients[fmt.Sprint(f.sent["clientName"])]++
		inner, _ := json.Marshal(
			map[string]any{"grant_types": f.sent["grantType"], "client_name": f.sent["clientName"]})
		reply(w, 200, map[string]any{
			"clientId": "id1", "clientSecret": fakeSecret, "clientName": f.sent["clientName"],
			"callBackURL":       f.sent["callbackUrl"],
			"isSaasApplication": "true", "appOwner": user, "jsonString": string(inner),
			"tokenType": nil,
		})
		return
	case "/oauth2/token":
		if user != "id1" || pass != fakeSecret {
			reply(w, 401, map[string]any{"error": "invalid_client"})
			return
		}
		if form.Get("grant_type") != "password" || form.Get("username") != fakeUser ||
			form.Get("password") != fakePassword {
			reply(w, 400, map[string]any{"error": "invalid_grant",
				"error_description": "no " + form.Get("password")})
			return
		}
		reply(w, 200, map[string]any{
			"access_token": fakeToken, "refresh_token": fakeRefresh, "scope": f.scope,
			"token_type": "Bearer", "expires_in": 3600,
		})
		return
	case "/oauth2/revoke":
		f.revoked = append(f.revoked, form.Get("token"))
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, f.root)
	switch {
	case !ok:
		http.Error(w, "<html><title>Not here</title></html>", 404)
	case r.Header.Get("Authorization") != "Bearer "+fakeToken:
		fault(w, 401, "Unauthenticated request", "")
	case path == "/settings":
		reply(w, 200, map[string]any{
			"grantTypes": []string{"client_credentials",
				"urn:ietf:params:oauth:grant-type:device_code"},
			"apiGatewayEndpoint":  "http://gw.example:8280,https://gw.example:8243",
			"mapExistingAuthApps": "true",
		})
	case path == "/applications":
		f.list(w, r, f.apps)
	case path == "/subscriptions" && r.URL.Query().Get("applicationId") != "":
		f.list(w, r, f.subs)
	case path == "/key-managers":
		f.list(w, r, []map[string]any{{
			"id": "1", "name": "Resident Key Manager", "type": "default", "enabled": true,
			"tokenType":      "DIRECT",
			"tokenEndpoint":  "https://cp.example:9443/oauth2/token",
			"revokeEndpoint": "https://cp.example:9443/oauth2/revoke",
			"availableGrantTypes": []string{"password",
				"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		}, {"id": "2", "name": "Okta", "enabled": "false", "enableTokenHashing": "TRUE",
			"additionalProperties": map[string]any{
				"introspection_endpoint": "https://o.example/i"}}})
	case path == "/applications/a1/oauth-keys" && f.root != "/api/am/store/v1",
		path == "/applications/a1/keys" && f.root == "/api/am/store/v1":
		f.list(w, r, []map[string]any{{
			"keyMappingId": "m1", "keyManager": "Resident Key Manager", "keyType": "PRODUCTION",
			"consumerKey": "ck1", "consumerSecret": fakeKey,
			"supportedGrantTypes": []string{"client_credentials"}, "callbackUrl": nil,
			"keyState": "COMPLETED", "mode": "CREATED",
		}})
	case path == "/applications/a1/generate-keys" && r.Method == "POST":
		f.sent = map[string]any{}
		_ = json.Unmarshal(body, &f.sent)
		reply(w, 200, map[string]any{
			"keyMappingId": "m2", "keyType": f.sent["keyType"], "consumerKey": "ck2",
			"consumerSecret": fakeKey, "hashEnabled": true, "keyState": "APPROVED",
			"token": map[string]any{"accessToken": fakeAppToken, "tokenScopes": []string{"default"},
				"validityTime": 3600},
		})
	default:
		fault(w, 404, "Not Found", "Requested resource not found")
	}
}

func (f *fake) list(w http.ResponseWriter, r *http.Request, all []map[string]any) {
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil {
		limit = 25
	}
	from := min(offset, len(all))
	page := all[from:min(from+min(limit, f.most), len(all))]
	m := map[string]any{"count": strconv.Itoa(len(page)), "list": page}
	if !f.plain {
		m["pagination"] = map[string]any{"offset": offset, "limit": limit, "total": len(all),
			"next": "https://elsewhere.example/next"}
	}
	reply(w, 200, m)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func fault(w http.ResponseWriter, status int, message, description string) {
	reply(w, status,
		map[string]any{"code": status, "message": message, "description": description,
			"moreInfo": "", "error": []any{}})
}

// count returns the number of requests to a path, with any query.
func (f *fake) count(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, a := range f.asked {
		if path, _, _ := strings.Cut(a, "?"); path == call {
			n++
		}
	}
	return n
}

func client(t *testing.T) *tokenapi.Client {
	t.Helper()
	c, err := tokenapi.New(tokenapi.Config{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func (f *fake) signIn(t *testing.T,
	o portal.Options) (*portal.Session, []tokenapi.Exchange, error) {
	t.Helper()
	if o.Base == "" {
		o.Base = f.URL
	}
	s, xs, err := portal.SignIn(t.Context(), client(t), o, fakeUser, secret.New(fakePassword))
	quiet(t, xs, err)
	return s, xs, err
}

func (f *fake) session(t *testing.T) *portal.Session {
	t.Helper()
	s, _, err := f.signIn(t, portal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// quiet fails if a record or an error shows a secret.
func quiet(t *testing.T, xs []tokenapi.Exchange, err error) {
	t.Helper()
	text := fmt.Sprintf("%+v %#v %v", xs, xs, err)
	if e, ok := tokenapi.AsError(err); ok {
		text += fmt.Sprintf("%+v %s", *e, e.Hint)
	}
	if i := strings.Index(text, "canary"); i >= 0 {
		t.Errorf("a secret shows: %s", text[max(0, i-100):min(len(text), i+60)])
	}
}

func ops(xs []tokenapi.Exchange) []string {
	var out []string
	for _, x := range xs {
		out = append(out, x.Op)
	}
	return slices.Compact(out)
}

// failure checks that an error is one of tokenapi, names its operation and holds the given texts.
func failure(t *testing.T, err error, kind tokenapi.Kind, status int, texts ...string) {
	t.Helper()
	e, ok := tokenapi.AsError(err)
	if !ok {
		t.Fatalf("%T %v is no error of tokenapi", err, err)
	}
	if e.Kind != kind || e.Status != status {
		t.Errorf("%s %d (%v), want %s %d", e.Kind, e.Status, e, kind, status)
	}
	for _, text := range texts {
		if !strings.Contains(e.Error()+"\n"+e.Hint, text) {
			t.Errorf("%q (%s) does not say %q", e.Error(), e.Hint, text)
		}
	}
}
