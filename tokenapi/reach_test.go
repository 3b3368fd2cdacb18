package tokenapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
)

func TestReach(t *testing.T) {
	t.Parallel()
	var got []*http.Request
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		w.Header().Set("Date", time.Now().Add(5*time.Minute).UTC().Format(http.TimeFormat))
		w.Header().Set("Location", "https://elsewhere.invalid/")
		w.WriteHeader(http.StatusFound)
	})
	ca := newAuthority(t, "ours")
	s := ca.serve(t, h, nil)
	cfg := tokenapi.Config{CAPEM: ca.pem, Endpoints: tokenapi.Endpoints{TokenURL: s.URL + "/token"}}
	client := func(change func(*tokenapi.Config)) *tokenapi.Client {
		t.Helper()
		cfg := cfg
		if change != nil {
			change(&cfg)
		}
		c, err := tokenapi.New(cfg, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	r, err := client(nil).Reach(t.Context(), "token_url", s.URL+"/token?a=b")
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != http.StatusFound || !r.HasSkew || r.Skew < 4*time.Minute || r.TLS != "TLS 1.3" ||
		!r.Verified ||
		r.ValidUntil.Before(time.Now()) || r.ValidUntil.After(time.Now().Add(2*time.Hour)) {
		t.Errorf("%+v", r)
	}
	if r.Doubt != "redirected to https://elsewhere.invalid/, which is not followed" ||
		!strings.Contains(r.Hint, "set token_url") {
		t.Errorf("%q %q", r.Doubt, r.Hint)
	}
	if len(got) != 1 || got[0].Method != http.MethodHead ||
		got[0].Header.Get("Authorization") != "" || got[0].ContentLength > 0 {
		t.Fatalf("%d requests, %+v", len(got), got)
	}
	r, err = client(func(c *tokenapi.Config) { c.CAPEM, c.InsecureSkipVerify = nil, true }).Reach(
		t.Context(), "token_url", s.URL)
	if err != nil || r.Verified || r.TLS == "" {
		t.Errorf("unverified: %+v %v", r, err)
	}

	plain := httptest.NewServer(h)
	r, err = client(nil).Reach(t.Context(), "token_url", plain.URL)
	if err != nil || r.TLS != "" || r.Verified || !r.ValidUntil.IsZero() {
		t.Errorf("plain: %+v %v", r, err)
	}
	plain.Close()
	for what, c := range map[string]struct {
		client *tokenapi.Client
		url    string
		kind   tokenapi.Kind
	}{
		"nobody there": {client(nil), plain.URL, tokenapi.KindNetwork},
		"not trusted": {client(func(c *tokenapi.Config) { c.CAPEM = nil }), s.URL,
			tokenapi.KindTLS},
		"plain http": {client(nil), "http://gateway.example/token?secret=canary",
			tokenapi.KindUsage},
		"no URL": {client(nil), "", tokenapi.KindUsage},
	} {
		_, err := c.client.Reach(t.Context(), "token_url", c.url)
		if e, ok := tokenapi.AsError(err); !ok || e.Kind != c.kind ||
			strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
