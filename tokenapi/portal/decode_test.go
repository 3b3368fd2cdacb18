package portal

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

func TestDecodeApplicationToken(t *testing.T) {
	for _, c := range []struct {
		body string
		want string // scopes, seconds, known, lifetime, scheme, raw scheme, usable
	}{
		{`{"accessToken":"t1","tokenScopes":["default","a b"],"validityTime":3600}`,
			`["default" "a b"] 3600 true bounded Bearer "" true`},
		{"\ufeff" + `{"accessToken":"t1","tokenScopes":[],"validityTime":"3600"}`,
			`[] 3600 true bounded Bearer "" true`},
		{`{"accessToken":"t1","tokenScopes":"a b","validityTime":3600.9}`,
			`["a" "b"] 3600 true bounded Bearer "" true`},
		{`{"accessToken":"t1","tokenScopes":null,"validityTime":null}`,
			`[] 0 false unknown Bearer "" true nil`},
		{`{"accessToken":"t1","validityTime":9223372036854775807}`,
			fmt.Sprintf(`[] %d true unbounded Bearer "" true nil`, int64(math.MaxInt64))},
		{`{"accessToken":"t1","validityTime":-1}`, `[] 0 true ambiguous Bearer "" true nil`},
		{`{"access_token":"t1","scope":"a","expires_in":60,"token_type":"bearer"}`,
			`["a"] 60 true bounded Bearer "bearer" true`},
		{`{"accessToken":"t1","tokenType":"DPoP"}`, `[] 0 false unknown DPoP "DPoP" false nil`},
	} {
		a, err := DecodeApplicationToken([]byte(c.body))
		got := fmt.Sprintf("%q %d %v %s %s %q %v", a.Scopes, a.ExpiresIn, a.HasExpiresIn,
			a.Lifetime, a.TokenType, a.RawTokenType, a.Usable)
		if a.Scopes == nil {
			got += " nil"
		}
		if err != nil || got != c.want || !a.Access.Equal(secret.New("t1")) {
			t.Errorf("%s: %s, %v; want %s", c.body, got, err, c.want)
		}
	}
	if a, err := DecodeApplicationToken([]byte(`{"accessToken":"a\u0007b"}`)); err != nil ||
		a.Usable {
		t.Errorf("%+v %v", a, err)
	}
	for body, want := range map[string]string{
		``: "empty", `null`: "accessToken", `{}`: "accessToken", `[]`: "accessToken",
		`{"accessToken":""}`: "accessToken", `{"accessToken":null}`: "accessToken",
		`{"accessToken":7}`: "accessToken", "<html><title>Hi</title>": "“Hi”",
		`{"accessToken":"t"} x`:                         "accessToken",
		`{"code":403,"message":"Forbidden","error":[]}`: "Forbidden",
		`{"error":"invalid_grant"}`:                     "invalid_grant",
	} {
		_, err := DecodeApplicationToken([]byte(body))
		if e, ok := tokenapi.AsError(err); !ok || !strings.Contains(e.Error(), want) ||
			!strings.HasPrefix(e.Error(), "portal token: ") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestDecodeRegistration(t *testing.T) {
	r, err := DecodeRegistration(
		[]byte("\ufeff" + `{"clientId":"c1","clientSecret":"s1","clientName":"admin_app",
			"callBackURL":"www.example.org","isSaasApplication":true,"appOwner":"admin",
			"jsonString":"{\"grant_types\":\"password refresh_token\",` +
			`\"redirect_uris\":\"www.example.org\"}","jsonAppAttribute":"{}",
			"applicationUUID":"u1","tokenType":null}`))
	if err != nil || !r.ClientSecret.Equal(secret.New("s1")) {
		t.Fatal(r, err)
	}
	r.Details, r.ClientSecret = secret.Text{}, secret.Text{}
	if got, want := fmt.Sprintf("%+v", r),
		"{ClientID:c1 ClientSecret: SecretState:available ClientName:admin_app "+
			"CallbackURL:www.example.org SaasApplication:true "+
			"Owner:admin TokenType: UUID:u1 GrantTypes:[password refresh_token] "+
			"RedirectURIs:[www.example.org] Details:}"; got != want {
		t.Errorf("%s\n%s", got, want)
	}
	for _, c := range []struct {
		body string
		want string // callback, SaaS, grants, state
	}{
		{
			`{"clientId":"c","clientSecret":"s","callbackUrl":"https://a",` +
				`"isSaasApplication":"true","jsonString":"no JSON"}`,
			"https://a true [] available",
		},
		{
			`{"clientId":"c","clientSecret":"s","isSaasApplication":"false",` +
				`"jsonString":{"grant_types":["a","b"]}}`,
			" false [a b] available",
		},
		{
			`{"clientId":42,"clientSecret":"","isSaasApplication":null,"jsonString":null,` +
				`"grantType":"password"}`,
			" false [password] absent",
		},
		{
			`{"client_id":"c","client_secret":"***","client_name":"n",` +
				`"grant_types":["urn:ietf:params:oauth:grant-type:device_code"]}`,
			" false [device_code] masked",
		},
		{`{"clientId":"c","callBackURL":null,"callbackUrl":"x\u001b[0m"}`, "x false [] absent"},
	} {
		r, err := DecodeRegistration([]byte(c.body))
		got := fmt.Sprint(r.CallbackURL, " ", r.SaasApplication, " ", r.GrantTypes, " ",
			r.SecretState)
		if err != nil || got != c.want || r.ClientID == "" {
			t.Errorf("%s: %s, %v; want %s", c.body, got, err, c.want)
		}
	}
	for body, want := range map[string]string{
		``: "empty", `{}`: "clientId", `{"clientId":null}`: "clientId", "<html><body>": "web page",
		"<!DOCTYPE html><title>WSO2</title>": "“WSO2”",
		`{"code":401,"message":"","description":"Unauthenticated request","moreInfo":"",` +
			`"error":[]}`: "Unauthenticated request",
	} {
		if _, err := DecodeRegistration([]byte(body)); err == nil ||
			!strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "portal register: ") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestReadList(t *testing.T) {
	for body, want := range map[string]string{
		`{"count":0,"list":[]}`: "0", `{"count":0,"list":null}`: "0", `{"count":"0"}`: "0",
		`[]`: "0", `[{"name":"a"}]`: "1",
		`{"list":[{},null,7,"x",{}]}`: "2", "\ufeff{\"list\":[{}]}": "1",
		`{}`: "no", `{"list":{}}`: "no", `{"count":1,"list":"x"}`: "no", `null`: "no", `7`: "no",
		``: "no", `{"list":[]`: "no", `<html>`: "no",
	} {
		list, _, ok := readList([]byte(body))
		got := fmt.Sprint(len(list))
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// check checks the properties of every decoder: shown texts are clean, and no secret is a mask.
func check(t *testing.T, shown ...string) {
	t.Helper()
	for _, s := range shown {
		if s != text.Words(s, 2*textLimit) {
			t.Errorf("%q is not clean", s)
		}
	}
}

func seed(f *testing.F) {
	for _, s := range []string{
		``, `null`, `[]`, `{}`, `{"count":"1","list":[{}],"pagination":{"total":1e999,"next":""}}`,
		`<html><title>x</title>`, `{"error":[{"code":"1","message":"m"}],"code":401,"message":"x"}`,
		`{"list":[{"applicationId":"a","name":"n\u001b[2J","groups":"a,b","subscriptionCount":-1,` +
			`"hashEnabled":"true"}]}`,
		`{"list":[{"consumerKey":"k","consumerSecret":"****",` +
			`"consumerSecrets":[{"secretValue":"s"}],"keyType":"production",` +
			`"supportedGrantTypes":null,"token":{"accessToken":"t"}}]}`,
		`{"list":[{"subscriptionId":"s","apiInfo":{"context":"/x"},"status":"BLOCKED"}]}`,
		`{"list":[{"subscriptionId":"s","status":"BLOCKED"}]}`,
		`{"list":[{"name":"km","enabled":"no","availableGrantTypes":["a"],` +
			`"additionalProperties":{"issuer":"i"}}]}`,
		`{"grantTypes":["a"],"apiGatewayEndpoint":["http://a,https://b"]}`,
		`{"clientId":"c","clientSecret":"s","jsonString":"{\"grant_types\":\"a b\"}",` +
			`"isSaasApplication":"x"}`,
		`{"accessToken":"t","tokenScopes":["a"],"validityTime":"9223372036854775808"}`,
		"\ufeff{\"consumerKey\":1}",
	} {
		f.Add([]byte(s))
	}
}

func FuzzDecodeRegistration(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := DecodeRegistration(body)
		if err != nil {
			check(t, err.Error())
			return
		}
		check(t, r.ClientID, r.ClientName, r.CallbackURL, r.Owner, r.TokenType, r.UUID)
		check(t, append(r.GrantTypes, r.RedirectURIs...)...)
		if r.ClientID == "" || r.ClientSecret.IsZero() != (r.SecretState != Available) {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzDecodeApplicationToken(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := DecodeApplicationToken(body)
		if err != nil {
			check(t, err.Error())
			return
		}
		check(t, append(a.Scopes, a.TokenType, a.RawTokenType)...)
		if a.Access.IsZero() || a.ExpiresIn < 0 && a.Lifetime != tokenapi.Ambiguous {
			t.Errorf("%+v", a)
		}
	})
}

func FuzzDecodeApplications(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		apps, page, _ := decodeApplications(body)
		_ = page.last(page.entries(), page.entries())
		for _, a := range apps {
			check(t, append(a.Groups, a.ID, a.Name, a.Description, a.Owner, a.Status, a.TokenType,
				a.ThrottlingPolicy)...)
			if a.ID == "" || a.SubscriptionCount < 0 {
				t.Errorf("%+v", a)
			}
		}
	})
}

func FuzzDecodeKeys(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, _ := decodeKeys(body, false)
		if k, err := decodeGenerated(body); err == nil {
			keys = append(keys, k)
		}
		for _, k := range keys {
			check(t, append(k.GrantTypes, k.ConsumerKey, k.MappingID, k.KeyManager, k.KeyType,
				k.CallbackURL, k.KeyState, k.Mode)...)
			if k.ConsumerSecret.IsZero() != (k.SecretState != Available) {
				t.Errorf("%+v", k)
			}
		}
		hashed, _ := decodeKeys(body, true)
		for _, k := range hashed {
			if k.SecretState == Available {
				t.Errorf("a hash for a secret: %+v", k)
			}
		}
	})
}

func FuzzDecodeSubscriptions(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		subs, _, _ := decodeSubscriptions(body)
		for _, s := range subs {
			check(t, s.ID, s.APIID, s.APIName, s.APIVersion, s.APIContext, s.Provider,
				s.ThrottlingPolicy, s.Status)
			for _, code := range []int{900907, 900908, 900909} {
				check(t, Explain(code, Production, subs, s.APIContext))
			}
		}
	})
}

func FuzzDecodeKeyManagers(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		all, _ := decodeKeyManagers(body)
		for _, k := range all {
			check(t, append(k.GrantTypes, k.ID, k.Name, k.Type, k.TokenEndpoint, k.RevokeEndpoint,
				k.Issuer, k.TokenType)...)
		}
		s, _ := decodeSettings(body)
		check(t, append(s.GrantTypes, s.Scopes...)...)
		check(t, s.APIGatewayEndpoint...)
	})
}

func FuzzRefusal(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, status := range []int{200, 302, 401, 500} {
			e := refusal(opKeys, tokenapi.Reply{Status: status, Body: body})
			if e != nil {
				check(t, e.Description, e.Hint, e.Error())
			} else if status != 200 {
				t.Errorf("%d is taken for a success", status)
			}
		}
	})
}
