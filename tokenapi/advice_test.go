package tokenapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

func TestAdviseFault(t *testing.T) {
	for _, c := range []struct {
		code, status int
		category     string
		helps, again bool
		next         string
	}{
		{900900, 500, "unclassified_authentication_failure", false, true, "try again later"},
		{900900, 403, "unclassified_authentication_failure", false, false, "subscribed"},
		{900901, 401, "invalid_or_expired_token", true, false, "renew"},
		{900901, 403, "wrong_key_type", false, false, "other consumer key"},
		{900902, 401, "missing_credentials", false, false, "Authorization: Bearer"},
		{900903, 401, "invalid_or_expired_token", true, false, "renew"},
		{900904, 401, "invalid_or_expired_token", true, false, "renew"},
		{900905, 401, "wrong_token_type", false, false, "another grant"},
		{900906, 403, "no_matching_resource", false, false, "path"},
		{900907, 401, "subscription_blocked", false, false, "unblock"},
		{900908, 403, "not_subscribed", false, false, "subscribe the application"},
		{900909, 401, "subscription_inactive", false, false, "approved"},
		{900910, 403, "insufficient_scope", false, false, "scope"},
		{900911, 401, "version_dependent", false, false, "version"},
		{900914, 403, "version_dependent", false, false, "version"},
		{900800, 429, "throttled", false, true, "wait"},
		{900801, 503, "throttled", false, true, "wait"},
		{900807, 429, "throttled", false, true, "wait"},
		{700700, 503, "api_blocked", false, false, "publisher"},
		{101503, 500, "gateway_upstream_error", false, true, "later"},
		{303001, 503, "gateway_upstream_error", false, true, "later"},
		{404, 404, "no_matching_resource", false, false, "URL"},
		{404, 200, "", false, false, ""},
		{0, 401, "", false, false, ""},
		{42, 500, "", false, false, ""},
	} {
		a := tokenapi.AdviseFault(c.code, c.status)
		if a.Category != c.category || a.NewTokenMayHelp != c.helps || a.Retryable != c.again ||
			!strings.Contains(a.Next, c.next) ||
			(a.Category == "") != (a.Cause == "") {
			t.Errorf("%d, %d: %+v", c.code, c.status, a)
		}
	}
	for _, code := range []int{900905, 900907, 900909} { // renewing would not end
		for status := 0; status < 600; status++ {
			if tokenapi.AdviseFault(code, status).NewTokenMayHelp {
				t.Fatalf("%d with %d: a new token is said to help", code, status)
			}
		}
	}
}

func TestNextAccess(t *testing.T) {
	want := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, s := range []string{
		"2026-Nov-24 12:00:00+0000 UTC", "2026-Nov-24 17:30:00+0530 IST",
		"2026-NOV-24 12:00:00+0000", "2026-Nov-24  12:00:00 +0000 UTC",
		"2026-Nov-24 12:00:00 UTC", "2026-Nov-24 12:00:00", "2026-11-24T12:00:00Z",
		"2026-11-24T13:00:00+01:00", "2026-11-24T12:00:00.000Z",
		"2026-11-24 12:00:00 +0000 UTC", "2026-11-24 12:00:00", "Tue, 24 Nov 2026 12:00:00 GMT",
		"Tue, 24 Nov 2026 07:00:00 -0500",
		"Tue Nov 24 12:00:00 UTC 2026", "1795521600", "1795521600000",
	} {
		if at, ok := tokenapi.NextAccess(s); !ok || !at.Equal(want) {
			t.Errorf("%q: %v %v", s, at, ok)
		}
	}
	for _, s := range []string{"", "soon", "12", "-1", "1e99", "2026-Nov-24 12:00:00 IST",
		"2026-Nov-41 12:00:00+0000 UTC", "0x10"} {
		if at, ok := tokenapi.NextAccess(s); ok {
			t.Errorf("%q: %v", s, at)
		}
	}
}

// TestProbeAdvice probes a gateway that answers with a fault, and an API that answers with
// something similar.
func TestProbeAdvice(t *testing.T) {
	var status int
	var header http.Header
	var body string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, v := range header {
			w.Header()[name] = v
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer s.Close()
	c := clientFor(t, s.URL, nil)
	for name, test := range map[string]struct {
		status   int
		header   http.Header
		body     string
		category string
		scope    string
		wait     time.Duration
	}{
		"challenge": {
			403, http.Header{
				"Www-Authenticate": {`OAuth2 realm="x" error="insufficient_scope", scope="a b"`}},
			`{"code":"900910","description":"d"}`, "insufficient_scope", "a b", 0},
		"description": {403, nil,
			`{"code":"900910","description":"Required scopes: [orders:read, orders:write]"}`,
			"insufficient_scope", "orders:read orders:write", 0},
		"no scope": {
			403,
			http.Header{"Www-Authenticate": {`Bearer xscope="no"`}},
			`{"code":"900910","description":"Scope validation failed."}`,
			"insufficient_scope",
			"",
			0,
		},
		"throttled": {429, http.Header{"Date": {"Tue, 24 Nov 2026 11:59:00 GMT"}},
			`{"fault":{"code":900804,"nextAccessTime":"2026-Nov-24 12:00:00+0000 UTC"}}`,
			"throttled", "", time.Minute},
		"header first": {429, http.Header{"Retry-After": {"7"}},
			`{"fault":{"code":900804,"nextAccessTime":"2026-Nov-24 12:00:00+0000 UTC"}}`,
			"throttled", "", 7 * time.Second},
		"an API's own": {404, nil, `{"code":404,"message":"no such order"}`, "", "", 0},
		"plain text": {404, nil, "No matching resource found for given API Request",
			"no_matching_resource", "", 0},
		"soap": {
			500,
			nil,
			`<e:Envelope xmlns:e="x"><e:Body><e:Fault><faultstring>Authentication ` +
				`Failure</faultstring><detail>Access Token Expired</detail></e:Fault></e:Body>` +
				`</e:Envelope>`,
			"invalid_or_expired_token",
			"",
			0,
		},
		"fine": {200, nil, `{"code":"900901"}`, "", "", 0},
	} {
		status, header, body = test.status, test.header, test.body
		p, _, err := c.Probe(t.Context(),
			tokenapi.ProbeRequest{URL: s.URL + "/api", Token: secret.New("canary-access-7d1f")})
		if err != nil || p.Advice.Category != test.category || p.Advice.Scope != test.scope ||
			p.RetryAfter != test.wait ||
			test.scope != "" && !strings.Contains(p.Advice.Next, test.scope) {
			t.Errorf("%s: %+v %v", name, p, err)
		}
		if name == "throttled" && p.Advice.NextAccess.IsZero() {
			t.Errorf("%s: the time is not told", name)
		}
	}
}
