package tokenapi

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lanyard/tokenapi/secret"
)

func TestSkew(t *testing.T) {
	at := time.Date(2030, 5, 6, 7, 8, 9, 400_000_000, time.UTC)
	date := func(d time.Duration) string { return at.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		date string
		age  string
		took time.Duration
		want time.Duration
		has  bool
	}{
		{"", "", 0, 0, false},
		{"yesterday", "", 0, 0, false},
		{date(0), "", 0, 0, true},
		{date(time.Hour), "60", 0, 0, false},
		{date(time.Second), "", 2 * time.Second, 0, true},
		{date(10 * time.Minute), "", 0, 10*time.Minute + 100*time.Millisecond, true},
		{date(-10 * time.Minute), "", 0, -10*time.Minute + 100*time.Millisecond, true},
		{date(10 * time.Minute), "", 4 * time.Second, 10*time.Minute - 1900*time.Millisecond, true},
		// A slow server does not show a wrong clock.
		{date(3 * time.Second), "", 12 * time.Second, 0, true},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "", 0, math.MaxInt64, true},
	} {
		h := http.Header{}
		if c.date != "" {
			h.Set("Date", c.date)
		}
		if c.age != "" {
			h.Set("Age", c.age)
		}
		if d, has := skew(h, at, at.Add(c.took)); d != c.want || has != c.has {
			t.Errorf("%+v: %s %v", c, d, has)
		}
	}
}

// TestServerClockOff has a server whose clock is ten minutes wrong. Lifetimes count from receipt.
func TestServerClockOff(t *testing.T) {
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	const tolerance = 2 * time.Second
	for _, off := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", now.Add(off).Format(http.TimeFormat))
			_, _ = io.WriteString(w, `{"access_token":"t","expires_in":3600}`)
		}))
		c, err := New(Config{Endpoints: Endpoints{TokenURL: s.URL + "/token"}},
			func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		if _, known := c.Skew(); known {
			t.Error("nothing has been seen yet")
		}
		a, x, err := c.Token(context.Background(), TokenRequest{
			Credentials: Credentials{ConsumerKey: "k", ConsumerSecret: secret.New("s")},
			Grant:       GrantClientCredentials,
		})
		s.Close()
		if err != nil {
			t.Fatal(err)
		}
		if d := a.At.Add(a.Life()).Sub(now.Add(time.Hour)); d.Abs() > tolerance {
			t.Errorf("%s off: the token is thought to end %s late", off, d)
		}
		if d := x.Skew - off; !x.HasSkew || d.Abs() > tolerance {
			t.Errorf("%s off: skew %s %v", off, x.Skew, x.HasSkew)
		}
		if d, known := c.Skew(); d != x.Skew || !known {
			t.Errorf("the client knows %s %v, want %s", d, known, x.Skew)
		}
		if d := c.serverTime().Sub(now.Add(off)); d.Abs() > tolerance {
			t.Errorf("%s off: the server's time is %s off", off, d)
		}
	}
}

// TestSkewOfOthers has an API with a wrong clock. It counts only until the Token API has answered.
func TestSkewOfOthers(t *testing.T) {
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	serve := func(off time.Duration) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", now.Add(off).Format(http.TimeFormat))
			w.WriteHeader(401)
		}))
		t.Cleanup(s.Close)
		return s
	}
	token, api := serve(time.Minute), serve(time.Hour)
	c, err := New(Config{Endpoints: Endpoints{TokenURL: token.URL + "/token"}},
		func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	probe := func() {
		_, _, _ = c.Probe(context.Background(), ProbeRequest{URL: api.URL, Token: secret.New("t")})
	}
	probe()
	if d, known := c.Skew(); d.Round(time.Minute) != time.Hour || !known ||
		!c.serverTime().Equal(now) {
		t.Errorf("%s %v", d, known)
	}
	// A refusal shows the server's time too.
	_, _, _ = c.Token(context.Background(),
		TokenRequest{Credentials: Credentials{ConsumerKey: "k", ConsumerSecret: secret.New("s")},
			Grant: GrantClientCredentials})
	probe()
	if d, _ := c.Skew(); d.Round(time.Minute) != time.Minute {
		t.Errorf("%s", d)
	}
}
