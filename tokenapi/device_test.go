package tokenapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
)

func TestAuthorizeDevice(t *testing.T) {
	var form url.Values
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form = r.PostForm
		_, _ = fmt.Fprint(w,
			`{"device_code":"canary-other-7d1f","user_code":"bHd4Wz",`+
				`"verification_uri":"https://h.example/device","expires_in":600}`)
	}))
	defer s.Close()
	c := clientFor(t, s.URL,
		func(cfg *tokenapi.Config) { cfg.Endpoints.DeviceURL = s.URL + "/device_authorize" })
	a, x, err := c.AuthorizeDevice(t.Context(), tokenapi.DeviceRequest{
		Credentials: creds(tokenapi.AuthBasic), Scopes: []string{"a", " b "},
		Extra: url.Values{"audience": {"x"}},
	})
	if err != nil || a.UserCode != "bHd4Wz" || a.Interval != 5*time.Second ||
		a.ExpiresIn != 10*time.Minute || a.VerificationURIComplete != "" {
		t.Errorf("%+v %v", a, err)
	}
	if want := (url.Values{"client_id": {"key+1"}, "scope": {"a b"},
		"audience": {"x"}}); !reflect.DeepEqual(form, want) {
		t.Errorf("%v", form)
	}
	leaks(t, "device", fmt.Sprintf("%+v", a)+dump(x))
	if x.Op != "device" || strings.Contains(x.ResponseBody, "bHd4Wz") {
		t.Errorf("%+v", x)
	}
	_, _, err = c.AuthorizeDevice(t.Context(),
		tokenapi.DeviceRequest{Credentials: creds(tokenapi.AuthBasic),
			Extra: url.Values{"scope": {"x"}}})
	failure(t, err, tokenapi.KindUsage, "extra")
	_, _, err = clientFor(t, s.URL, nil).AuthorizeDevice(t.Context(),
		tokenapi.DeviceRequest{Credentials: creds(tokenapi.AuthBasic)})
	failure(t, err, tokenapi.KindUsage, "device_url")
}

func TestDeviceAnswers(t *testing.T) {
	answer := func(members string) (tokenapi.DeviceAnswer, error) {
		body := `{"device_code":"d","verification_uri":"https://h.example/device",` + members + `}`
		a, _, err := tokenapi.Answered{Status: 200, Header: http.Header{},
			Body: []byte(body)}.Device()
		return a, err
	}
	for members, want := range map[string]string{
		`"user_code":"bHd4Wz"`:                           "bHd4Wz",
		`"user_code":"BDWP  HQPK"`:                       "BDWP  HQPK",
		`"user_code":"a\u001b[31mB\u202e\r\nc"`:          "aB  c",
		`"user_code":123456`:                             "123456",
		`"userCode":"x"`:                                 "x",
		`"user_code":"` + strings.Repeat("é", 200) + `"`: strings.Repeat("é", 100),
	} {
		if a, err := answer(members); err != nil || a.UserCode != want {
			t.Errorf("%s: %q %v", members, a.UserCode, err)
		}
	}
	for members, want := range map[string][2]time.Duration{
		`"user_code":"x"`: {5 * time.Second, 0},
		`"user_code":"x","interval":0,"expires_in":null`:         {5 * time.Second, 0},
		`"user_code":"x","interval":-3,"expires_in":-1`:          {5 * time.Second, 0},
		`"user_code":"x","interval":"1","expires_in":"1800"`:     {time.Second, 30 * time.Minute},
		`"user_code":"x","interval":1e99,"expires_in":1e99`:      {time.Hour, 24 * time.Hour},
		`"user_code":"x","interval":7.9,"expires_in":86400.9999`: {7 * time.Second, 24 * time.Hour},
	} {
		if a, err := answer(members); err != nil || a.Interval != want[0] ||
			a.ExpiresIn != want[1] {
			t.Errorf("%s: %v %v %v", members, a.Interval, a.ExpiresIn, err)
		}
	}
	for uri, want := range map[string]string{
		"https://h.example/?user_code=x": "https://h.example/?user_code=x",
		"javascript:alert(1)":            "", "file:///etc/passwd": "", "//h.example/": "", "": "",
	} {
		if a, err := answer(`"user_code":"x","verification_url_complete":"` + uri +
			`"`); err != nil || a.VerificationURIComplete != want {
			t.Errorf("%s: %q %v", uri, a.VerificationURIComplete, err)
		}
	}
	if _, err := answer(`"user_code":" "`); err == nil {
		t.Error("a blank code is none")
	}
}
