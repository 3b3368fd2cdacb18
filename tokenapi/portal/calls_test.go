package portal_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/portal"
	"lanyard/tokenapi/secret"
)

func applications(n int) []map[string]any {
	var all []map[string]any
	for i := range n {
		all = append(all,
			map[string]any{"applicationId": fmt.Sprintf("id-%d", i),
				"name": fmt.Sprintf("App %d", i), "subscriptionCount": "2", "groups": nil})
	}
	return all
}

func TestApplicationPages(t *testing.T) {
	for _, c := range []struct {
		n, most int
		plain   bool
		calls   int
	}{
		{0, 100, false, 1}, {1, 100, false, 1}, {100, 100, false, 1}, {101, 100, false, 2},
		{250, 100, false, 3},
		{60, 25, false, 3}, // the server's own limit
		{0, 100, true, 1}, {3, 100, true, 2}, {250, 100, true, 4}, {60, 25, true, 4},
	} {
		f := newFake(t, "/api/am/devportal/v3")
		f.apps, f.most, f.plain = applications(c.n), c.most, c.plain
		apps, xs, err := f.session(t).Applications(t.Context())
		quiet(t, xs, err)
		if err != nil || len(apps) != c.n || apps == nil {
			t.Errorf("%+v: %d applications, %v", c, len(apps), err)
		}
		if len(xs) != c.calls {
			t.Errorf("%+v: %d calls", c, len(xs))
		}
		for i, a := range apps {
			if a.ID != fmt.Sprintf("id-%d", i) || a.SubscriptionCount != 2 {
				t.Fatalf("%+v: application %d is %+v", c, i, a)
			}
		}
	}
}

func TestListsThatDoNotEnd(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	s := f.session(t)
	path := f.root + "/applications"
	f.with[path] = says(200,
		`{"list":[{"applicationId":"same"}],"pagination":{"total":9999,"next":"x"}}`)
	apps, xs, err := s.Applications(t.Context())
	if err != nil || len(apps) != 1 || len(xs) != 2 {
		t.Errorf("%d applications in %d calls, %v", len(apps), len(xs), err)
	}
	n := 0
	f.with[path] = func(w http.ResponseWriter, _ *http.Request) {
		n++
		reply(w, 200, map[string]any{"list": []any{map[string]any{"applicationId": n}},
			"pagination": map[string]any{"next": "x"}})
	}
	apps, xs, err = s.Applications(t.Context())
	failure(t, err, tokenapi.KindGarbled, 200, "portal applications", "does not end")
	if len(apps) != len(xs) || len(xs) != 200 {
		t.Errorf("%d applications in %d calls", len(apps), len(xs))
	}
}

func TestErrorInTheMiddle(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	f.apps = applications(150)
	s := f.session(t)
	n := 0
	f.with[f.root+"/applications"] = func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 2 {
			fault(w, 500, "Internal Server Error", "")
			return
		}
		f.list(w, r, f.apps)
	}
	apps, _, err := s.Applications(t.Context())
	failure(t, err, tokenapi.KindRefused, 500, "portal applications", "Internal Server Error")
	if len(apps) != 100 {
		t.Errorf("%d applications", len(apps))
	}
}

// The ID of an application is a server's text: it must not become another path.
func TestIDsStayInTheirPlace(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	s := f.session(t)
	_, _, _ = s.Keys(t.Context(), "a/../../x?y#z")
	_, _, _ = s.Subscriptions(t.Context(), "a&b=c d")
	for _, want := range []string{
		"GET " + f.root + "/applications/a%2F..%2F..%2Fx%3Fy%23z/oauth-keys",
		"GET " + f.root + "/subscriptions?applicationId=a%26b%3Dc+d&limit=100&offset=0",
	} {
		if !slices.Contains(f.asked, want) {
			t.Errorf("%s was not asked for, but %v", want, f.asked[len(f.asked)-2:])
		}
	}
	n := len(f.asked)
	for _, id := range []string{"", ".", ".."} {
		_, _, err := s.Keys(t.Context(), id)
		failure(t, err, tokenapi.KindUsage, 0, "portal keys")
		_, _, err = s.GenerateKeys(t.Context(), id,
			portal.GenerateRequest{KeyType: portal.Production, Grants: []string{"password"}})
		failure(t, err, tokenapi.KindUsage, 0, "portal generate keys")
	}
	if _, _, err := s.Subscriptions(t.Context(), ""); err == nil || len(f.asked) != n {
		t.Errorf("%v; asked %v", err, f.asked[n:])
	}
}

func TestEveryCallFails(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	s := f.session(t)
	g := portal.GenerateRequest{KeyType: portal.Production, Grants: []string{"password"}}
	calls := []struct {
		op, path string
		do       func() error
	}{
		{"portal applications", "/applications",
			func() error { _, _, err := s.Applications(t.Context()); return err }},
		{"portal keys", "/applications/a1/oauth-keys",
			func() error { _, _, err := s.Keys(t.Context(), "a1"); return err }},
		{"portal subscriptions", "/subscriptions",
			func() error { _, _, err := s.Subscriptions(t.Context(), "a1"); return err }},
		{"portal key managers", "/key-managers",
			func() error { _, _, err := s.KeyManagers(t.Context()); return err }},
		{"portal generate keys", "/applications/a1/generate-keys",
			func() error { _, _, err := s.GenerateKeys(t.Context(), "a1", g); return err }},
	}
	for _, c := range calls {
		for _, a := range []struct {
			answer http.HandlerFunc
			kind   tokenapi.Kind
			status int
			text   string
		}{
			{says(401, `{"code":401,"message":"","description":"Unauthenticated `+fakeToken+
				`","error":[]}`), tokenapi.KindRefused, 401, "sign in again"},
			{says(403, `{"code":403,"message":"Forbidden","description":"scope","error":[]}`),
				tokenapi.KindRefused, 403, "Forbidden: scope"},
			{says(404, `{"code":404,"message":"Not Found","error":[]}`), tokenapi.KindRefused, 404,
				"still there"},
			{says(409, `{"code":409,"message":"Conflict","error":[]}`), tokenapi.KindRefused, 409,
				"Conflict"},
			{says(429, ``), tokenapi.KindRefused, 429, "later"},
			{
				says(500, `{"code":900967,"message":"General Error","description":"Server Error `+
					`Occurred","error":[]}`),
				tokenapi.KindRefused,
				500,
				"Server Error Occurred (code 900967)",
			},
			{says(502, `<html><title>Bad Gateway</title>`), tokenapi.KindRefused, 502,
				"Bad Gateway"},
			{page("Sign in"), tokenapi.KindGarbled, 200, "Sign in"},
			{says(200, ``), tokenapi.KindGarbled, 200, "empty"},
			{says(200, `{"list":{}}`), tokenapi.KindGarbled, 200, "holds no"},
			{says(200, `[`), tokenapi.KindGarbled, 200, "holds no"},
			{says(200, `{"code":403,"message":"Forbidden","moreInfo":""}`), tokenapi.KindRefused,
				200, "scope"},
			{says(200, `{"code":403,"message":"Forbidden"}`), tokenapi.KindRefused, 200, "scope"},
			{says(401, `{"error":"invalid_token","code":7,"message":"expired"}`),
				tokenapi.KindRefused, 401, "invalid_token"},
			{says(200, `{"list":"`+strings.Repeat("x", 1<<20)+`"}`), tokenapi.KindGarbled, 200,
				"larger than"},
		} {
			f.with[f.root+c.path] = a.answer
			err := c.do()
			quiet(t, nil, err)
			failure(t, err, a.kind, a.status, c.op, a.text)
		}
	}
	f.CloseClientConnections()
	f.Close()
	for _, c := range calls {
		failure(t, c.do(), tokenapi.KindNetwork, 0, c.op)
	}
}

func TestSecretStates(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	s := f.session(t)
	for _, c := range []struct {
		members string
		want    portal.SecretState
		secrets int
	}{
		{`"consumerSecret":"` + fakeKey + `"`, portal.Available, 0},
		{`"consumerSecret":"*"`, portal.Masked, 0},
		{`"consumerSecret":"************"`, portal.Masked, 0},
		{`"consumerSecret":"••••••"`, portal.Masked, 0},
		{`"consumerSecret":"abc*****"`, portal.Masked, 0},
		{`"consumerSecret":"a*b**c"`, portal.Available, 0},
		{`"consumerSecret":null`, portal.Absent, 0},
		{`"consumerSecret":""`, portal.Absent, 0},
		{`"consumerSecret":"  "`, portal.Absent, 0},
		{`"consumerSecret":{}`, portal.Absent, 0},
		{`"mode":"MAPPED"`, portal.Absent, 0},
		{
			`"consumerSecret":"5f4dcc3b5aa765d61d8327deb882cf99","hashEnabled":true`,
			portal.Masked,
			0,
		},
		{
			`"consumerSecret":"5f4dcc3b5aa765d61d8327deb882cf99","hashEnabled":"true"`,
			portal.Masked,
			0,
		},
		{
			`"consumerSecret":null,"consumerSecrets":[{"secretId":"1","secretValue":"***"},` +
				`{"secretId":"2","secretValue":"` +
				fakeKey + `","additionalProperties":{"expiresAt":1800000000,"description":"two"}}]`,
			portal.Available,
			2,
		},
		{`"consumerSecrets":[{"secretId":"1","secretValue":"****abcd"}]`, portal.Masked, 1},
		{`"consumerSecrets":[{"secretId":"1"}]`, portal.Absent, 1},
		{
			`"hashEnabled":true,"consumerSecrets":[{"secretId":"1","secretValue":"x"}]`,
			portal.Masked,
			1,
		},
	} {
		f.with[f.root+"/applications/a1/oauth-keys"] = says(200,
			`{"count":1,"list":[{"consumerKey":"ck","keyType":"sandbox",`+c.members+`}]}`)
		keys, xs, err := s.Keys(t.Context(), "a1")
		quiet(t, xs, err)
		if err != nil || len(keys) != 1 {
			t.Errorf("%s: %v %v", c.members, keys, err)
			continue
		}
		k := keys[0]
		if k.SecretState != c.want || k.ConsumerSecret.IsZero() != (c.want != portal.Available) ||
			len(k.Secrets) != c.secrets || k.KeyType != portal.Sandbox {
			t.Errorf("%s: %+v, want %s", c.members, k, c.want)
		}
		if text := fmt.Sprintf("%+v %#v", keys, keys); strings.Contains(text, "canary") {
			t.Errorf("a secret shows: %s", text)
		}
	}
	// HashEnabled in the list of applications applies to the keys of each.
	f.apps = []map[string]any{{"applicationId": "a1", "hashEnabled": true}}
	if _, _, err := s.Applications(t.Context()); err != nil {
		t.Fatal(err)
	}
	delete(f.with, f.root+"/applications/a1/oauth-keys")
	if keys, _, err := s.Keys(t.Context(), "a1"); err != nil ||
		keys[0].SecretState != portal.Masked || !keys[0].ConsumerSecret.IsZero() {
		t.Errorf("%+v %v", keys, err)
	}
}

func TestSubscriptionsAndKeyManagers(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v2")
	f.subs = []map[string]any{{
		"subscriptionId": "s1", "apiId": "p", "throttlingPolicy": "Gold", "status": "on_hold",
		"apiInfo": map[string]any{"name": "Pizza\x1b[2J", "version": "1.0.0",
			"context": "/pizza/1.0.0", "provider": "admin"},
	}, {"subscriptionId": "s2", "apiInfo": nil}}
	s := f.session(t)
	subs, xs, err := s.Subscriptions(t.Context(), "a1")
	quiet(t, xs, err)
	want := portal.Subscription{ID: "s1", APIID: "p", APIName: "Pizza", APIVersion: "1.0.0",
		APIContext: "/pizza/1.0.0", Provider: "admin", ThrottlingPolicy: "Gold",
		Status: portal.OnHold}
	if err != nil || len(subs) != 2 || subs[0] != want {
		t.Errorf("%+v %v", subs, err)
	}
	kms, xs, err := s.KeyManagers(t.Context())
	quiet(t, xs, err)
	if err != nil || len(kms) != 2 {
		t.Fatalf("%+v %v", kms, err)
	}
	if k := kms[0]; !k.Enabled || k.TokenEndpoint != "https://cp.example:9443/oauth2/token" ||
		!slices.Equal(k.GrantTypes, []string{"password", "jwt_bearer"}) || k.EnableTokenHashing {
		t.Errorf("%+v", k)
	}
	if k := kms[1]; k.Enabled || !k.EnableTokenHashing ||
		k.IntrospectEndpoint != "https://o.example/i" || k.GrantTypes != nil {
		t.Errorf("%+v", k)
	}
	// Only the store of 3.0 and 3.1 has no such list.
	for root, ok := range map[string]bool{"/api/am/store/v1": true, "/api/am/devportal/v3": false} {
		f := newFake(t, root)
		f.with[root+"/key-managers"] = says(404, "")
		if kms, _, err := f.session(t).KeyManagers(t.Context()); kms != nil || (err == nil) != ok {
			t.Errorf("%s: %v %v", root, kms, err)
		}
	}
}

func TestGenerateKeys(t *testing.T) {
	f := newFake(t, "/api/am/devportal/v3")
	s := f.session(t)
	k, xs, err := s.GenerateKeys(t.Context(), "a1", portal.GenerateRequest{
		KeyType: portal.Sandbox, KeyManager: "Okta",
		Grants:      []string{"device_code", "authorization_code"},
		CallbackURL: "https://app.example/cb", ValidityTime: 900,
	})
	quiet(t, xs, err)
	if err != nil || k.ConsumerKey != "ck2" || !k.ConsumerSecret.Equal(secret.New(fakeKey)) ||
		!k.Token.Access.Equal(secret.New(fakeAppToken)) || k.Token.ExpiresIn != 3600 {
		t.Errorf("%+v %v", k, err)
	}
	want := "map[callbackUrl:https://app.example/cb " +
		"grantTypesToBeSupported:[urn:ietf:params:oauth:grant-type:device_code " +
		"authorization_code] keyManager:Okta keyType:SANDBOX validityTime:900]"
	if got := fmt.Sprint(f.sent); got != want {
		t.Errorf("sent %s", got)
	}
	if _, ok := f.sent["validityTime"].(string); !ok {
		t.Error("the validity time is no string")
	}
	n := len(f.asked)
	for _, g := range []portal.GenerateRequest{
		{KeyType: "production", Grants: []string{"password"}},
		{KeyType: portal.Production},
		{KeyType: portal.Production, Grants: []string{"client_credentials", "authorization_code"}},
		{KeyType: portal.Production, Grants: []string{"implicit"}},
		{KeyType: portal.Production, Grants: []string{"password"}, ValidityTime: -2},
	} {
		_, xs, err := s.GenerateKeys(t.Context(), "a1", g)
		failure(t, err, tokenapi.KindUsage, 0, "portal generate keys")
		if xs != nil || len(f.asked) != n {
			t.Errorf("%+v was sent", g)
		}
	}
	f.with[f.root+"/applications/a1/generate-keys"] = says(409,
		`{"code":900950,"message":"Key Mappings already exists","error":[]}`)
	_, _, err = s.GenerateKeys(t.Context(), "a1",
		portal.GenerateRequest{KeyType: portal.Production, Grants: []string{"password"}})
	failure(t, err, tokenapi.KindRefused, 409, "already exists", "has keys of this type already")
	f.with[f.root+"/applications/a1/generate-keys"] = func(http.ResponseWriter,
		*http.Request) {
		panic(http.ErrAbortHandler)
	}
	_, _, err = s.GenerateKeys(t.Context(), "a1",
		portal.GenerateRequest{KeyType: portal.Production, Grants: []string{"password"}})
	failure(t, err, tokenapi.KindNetwork, 0, "may have been made")
}
