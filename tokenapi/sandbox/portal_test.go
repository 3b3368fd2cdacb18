package sandbox_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lanyard/tokenapi/sandbox"
)

// signIn registers a client as a portal user does, and requests a token for it.
func (b *bench) signIn(scope string) string {
	b.Helper()
	var c struct{ ClientID, ClientSecret string }
	r := b.dcr("/client-registration/v0.17/register",
		`{"clientName":"lanyard","owner":"admin","grantType":"password refresh_token",`+
			`"saasApp":true}`)
	if r.status != 200 {
		b.Fatalf("DCR: %d %s", r.status, r.body)
	}
	unmarshal(b.T, r.body, &c)
	name, password := b.server.PortalUser()
	form := url.Values{"grant_type": {"password"}, "username": {name},
		"password": {password.Reveal()}, "scope": {scope}}.Encode()
	p := b.do(b.request("POST", "/oauth2/token", form, "Content-Type", formType,
		"Authorization",
		"Basic "+base64.StdEncoding.EncodeToString([]byte(c.ClientID+":"+c.ClientSecret))))
	b.want(p, 200, "")
	return p.Access
}

func (b *bench) dcr(path, body string) reply {
	b.Helper()
	name, password := b.server.PortalUser()
	return b.plain(b.request("POST", path, body, "Content-Type", "application/json",
		"Authorization",
		"Basic "+base64.StdEncoding.EncodeToString([]byte(name+":"+password.Reveal()))))
}

func TestRegistration(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	const path, body = "/client-registration/v0.17/register",
		`{"clientName":"lanyard","owner":"admin","grantType":"password","saasApp":true}`
	one, two := b.dcr(path, body), b.dcr(path, body)
	if one.status != 200 || one.body != two.body ||
		!strings.Contains(one.body, `"callBackURL":""`) {
		t.Errorf("the same name gives another client: %d, %d", one.status, two.status)
	}
	if r := b.dcr("/client-registration/v0.16/register", body); r.status != 200 ||
		!strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		t.Errorf("a wrong version: %d %s", r.status, r.header.Get("Content-Type"))
	}
	for _, bad := range []string{"", "{", `{"clientName":""}`, `{"clientName":"x","owner":"ana"}`} {
		if r := b.dcr(path, bad); r.status != 400 {
			t.Errorf("%q: %d", bad, r.status)
		}
	}
	r := b.plain(b.request("POST", path, body, "Authorization", basic(b.orders)))
	if r.status != 401 || !strings.Contains(r.body, `"code":401`) {
		t.Errorf("a client instead of a user: %d %s", r.status, r.body)
	}
}

// plain sends a request whose answer has members with the Token API's names and other types.
func (b *bench) plain(r *http.Request) reply {
	b.Helper()
	res, err := (wire{b.server}).RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return reply{status: res.StatusCode, header: res.Header, body: string(body)}
}

type page struct {
	Count int
	List  []struct {
		ApplicationID, Name, KeyType, ConsumerKey, Status, TokenEndpoint, RevokeEndpoint string
		ConsumerSecret                                                                   *string
		SubscriptionCount                                                                int

		APIInfo struct{ Name, Context string }
	}
	Pagination struct {
		Offset, Limit, Total int
		Next, Previous       string
	}
}

// portal reads a list.
func (b *bench) portal(token, path string) page {
	b.Helper()
	r := b.plain(b.request("GET", path, "", "Authorization", "Bearer "+token))
	if r.status != 200 {
		b.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	var p page
	unmarshal(b.T, r.body, &p)
	return p
}

func TestPortalPaging(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	const base = "/api/am/devportal/v3"
	token := b.signIn("apim:subscribe")
	all := b.portal(token, base+"/applications")
	if all.Count != len(all.List) || all.Pagination.Total != all.Count ||
		all.Pagination.Limit != 25 || all.Pagination.Next != "" || all.Pagination.Previous != "" {
		t.Errorf("%d of %d, %+v", len(all.List), all.Count, all.Pagination)
	}
	var names []string
	at := "/applications?limit=5"
	for pages := 0; at != "" && pages < 10; pages++ {
		p := b.portal(token, base+at)
		for _, a := range p.List {
			names = append(names, a.Name)
		}
		at = p.Pagination.Next
	}
	for i, a := range all.List {
		if i >= len(names) || names[i] != a.Name {
			t.Fatalf("page by page there are %v", names)
		}
	}
	p := b.portal(token, base+"/applications?limit=5&offset=5")
	if p.Pagination.Previous != "/applications?limit=5&offset=0" {
		t.Errorf("previous %q", p.Pagination.Previous)
	}
	for _, q := range []string{"?offset=1000",
		"?offset=9223372036854775807&limit=9223372036854775807", "?query=nobody"} {
		if p := b.portal(token, base+"/applications"+q); p.Count != 0 || p.List == nil {
			t.Errorf("%s: %d", q, p.Count)
		}
	}
	if p := b.portal(token, base+"/applications?query=Orders"); p.Count != 1 ||
		p.List[0].Name != "Orders" {
		t.Errorf("an exact name: %+v", p)
	}
}

func TestPortalKeysAndSubscriptions(t *testing.T) {
	for version, base := range map[string]string{"v3": "/api/am/devportal/v3",
		"v2": "/api/am/devportal/v2", "v1": "/api/am/store/v1"} {
		b := newBench(t, sandbox.Options{PortalVersion: version})
		hashed := newBench(t, sandbox.Options{PortalVersion: version, HashedSecrets: true})
		token, other := b.signIn("apim:subscribe"), hashed.signIn("apim:subscribe")
		keys := "/oauth-keys"
		if version == "v1" {
			keys = "/keys"
		}
		orders := b.portal(token, base+"/applications?query=Orders").List[0]
		k := b.portal(token, base+"/applications/"+orders.ApplicationID+keys)
		if k.Count != 2 || k.List[0].ConsumerKey != b.orders.ConsumerKey ||
			k.List[1].KeyType != "SANDBOX" ||
			k.List[0].ConsumerSecret == nil ||
			*k.List[0].ConsumerSecret != b.orders.ConsumerSecret.Reveal() {
			t.Errorf("%s: keys of Orders are wrong", version)
		}
		k = hashed.portal(other, base+"/applications/"+orders.ApplicationID+keys)
		if s := k.List[0].ConsumerSecret; version == "v3" && s != nil ||
			version != "v3" && (s == nil || *s != "**********") {
			t.Errorf("%s: a hashed secret is told", version)
		}
		reports := b.portal(token, base+"/applications?query=Reports").List[0]
		subs := b.portal(token, base+"/subscriptions?applicationId="+reports.ApplicationID)
		got := ""
		for _, s := range subs.List {
			got += s.APIInfo.Name + " " + s.Status + "\n"
		}
		if got != "orders ON_HOLD\nmobile BLOCKED\n" || reports.SubscriptionCount != 2 {
			t.Errorf("%s: subscriptions of Reports:\n%s", version, got)
		}
		if m := b.portal(token, base+"/key-managers"); m.Count != 1 ||
			m.List[0].TokenEndpoint != "http://sandbox.test/oauth2/token" ||
			m.List[0].RevokeEndpoint == "" {
			t.Errorf("%s: key managers %+v", version, m)
		}
		for _, path := range []string{"/api/am/devportal/v3", "/api/am/devportal/v2",
			"/api/am/store/v1"} {
			want := 404
			if path == base {
				want = 200
			}
			if r := b.plain(b.request("GET", path+"/settings", "")); r.status != want {
				t.Errorf("%s: %s/settings: %d", version, path, r.status)
			}
		}
	}
}

func TestPortalRefusals(t *testing.T) {
	b := newBench(t, sandbox.Options{Profile: sandbox.ProfileJWT, SigningAlg: "ES256"})
	const base = "/api/am/devportal/v3"
	token, narrow, foreign := b.signIn("apim:subscribe"), b.signIn("apim:api_key"),
		b.get(b.orders, "&scope=apim:other").Access
	for _, c := range []struct {
		name, method, path, token string
		status                    int
	}{
		{"no token", "GET", "/applications", "", 401},
		{"nonsense", "GET", "/applications", "nonsense", 401},
		{"another scope", "GET", "/applications", narrow, 403},
		{"an application's token", "GET", "/applications", foreign, 403},
		{"unknown application", "GET", "/applications/nothing", token, 404},
		{"unknown application's keys", "GET", "/applications/nothing/oauth-keys", token, 404},
		{
			"unknown application's subscriptions",
			"GET",
			"/subscriptions?applicationId=nothing",
			token,
			404,
		},
		{"subscriptions of nothing", "GET", "/subscriptions", token, 400},
		{"unknown call", "GET", "/apis/x/y", token, 404},
		{"POST to a list", "POST", "/applications", token, 405},
		{"GET of generate-keys", "GET", "/applications/x/generate-keys", token, 405},
	} {
		r := b.plain(b.request(c.method, base+c.path, "", "Authorization",
			strings.TrimSpace("Bearer "+c.token)))
		var e struct {
			Code                           int
			Message, Description, MoreInfo *string
			Error                          []any
		}
		unmarshal(t, r.body, &e)
		if r.status != c.status || e.Code != c.status || e.Message == nil || e.Description == nil ||
			e.MoreInfo == nil || e.Error == nil {
			t.Errorf("%s: %d %s", c.name, r.status, r.body)
		}
	}
}

func TestGenerateKeys(t *testing.T) {
	b := newBench(t, sandbox.Options{HashedSecrets: true})
	const base = "/api/am/devportal/v3"
	token := b.signIn("apim:subscribe apim:app_manage")
	id := b.portal(token, base+"/applications?query=Drafts").List[0].ApplicationID
	generate := func(body string) reply {
		return b.plain(b.request("POST", base+"/applications/"+id+"/generate-keys", body,
			"Authorization", "Bearer "+token))
	}
	if k := b.portal(token, base+"/applications/"+id+"/oauth-keys"); k.Count != 0 {
		t.Errorf("Drafts has %d keys", k.Count)
	}
	for _, bad := range []string{"", `{"keyType":"X","grantTypesToBeSupported":["password"]}`,
		`{"keyType":"SANDBOX","grantTypesToBeSupported":[]}`,
		`{"keyType":"SANDBOX","grantTypesToBeSupported":["magic"]}`,
		`{"keyType":"SANDBOX","grantTypesToBeSupported":["authorization_code"]}`} {
		if r := generate(bad); r.status != 400 {
			t.Errorf("%s: %d", bad, r.status)
		}
	}
	const good = `{"keyType":"PRODUCTION","grantTypesToBeSupported":["client_credentials",` +
		`"refresh_token"],"validityTime":"3600"}`
	r := generate(good)
	var k struct {
		ConsumerKey, ConsumerSecret string
		Token                       struct {
			AccessToken  string
			TokenScopes  []string
			ValidityTime int64
		}
	}
	if unmarshal(t, r.body, &k); r.status != 200 || k.ConsumerSecret == "" ||
		k.Token.ValidityTime != 3600 || len(k.Token.TokenScopes) != 2 {
		t.Fatalf("%d", r.status)
	}
	b.wantCall("/orders/1.0.0/list", k.Token.AccessToken, 200, "the token in the answer")
	p := b.do(b.request("POST", "/token",
		"grant_type=client_credentials&client_id="+k.ConsumerKey+"&client_secret="+k.ConsumerSecret,
		"Content-Type", formType))
	b.want(p, 200, "")
	if r := generate(good); r.status != 409 {
		t.Errorf("a second time: %d", r.status)
	}
	if l := b.portal(token, base+"/applications/"+id+"/oauth-keys"); l.Count != 1 ||
		l.List[0].ConsumerSecret != nil {
		t.Error("the hashed secret is told a second time, or the key is not there")
	}
}
