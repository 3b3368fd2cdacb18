package ui_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
)

// manager is a scripted key manager.
type manager struct {
	console.API
	clock  *clock
	active bool
	err    error
	asked  int
}

func (k *manager) Introspect(context.Context,
	tokenapi.IntrospectRequest) (tokenapi.IntrospectAnswer, tokenapi.Exchange, error) {
	k.asked++
	ex := tokenapi.Exchange{Op: "introspect", Method: "POST", URL: "https://gw.example/introspect",
		Status: 200, Started: k.clock.now, Took: time.Millisecond, HasSkew: true,
		Skew: 7 * time.Second}
	return tokenapi.IntrospectAnswer{
		Active: k.active, Username: "ana@carbon.super", Scopes: []string{"read"},
		ClientID: "the-client", At: k.clock.now,
		Expires: tokenapi.Epoch{Seconds: k.clock.now.Add(40 * time.Minute).Unix(), Known: true},
	}, ex, k.err
}

func introspects(
	e *console.Environment) {
	e.Endpoints.IntrospectURL = "https://gw.example/introspect"
}

// jwtText returns a token whose signature fits no key.
func jwtText(now time.Time) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"RS256","kid":"k1","typ":"at+jwt"}`)) + "." +
		enc(fmt.Appendf(nil,
			`{"iss":"https://gw.example","sub":"ana","exp":%d,"iat":%d,`+
				`"a_claim_of_a_long_name":"x"}`,
			now.Add(58*time.Minute).Unix(), now.Add(-2*time.Minute).Unix())) + "." +
		enc([]byte("CANARYSIGNATURE0CANARYSIGNATURE0CANARYSIGNATURE0"))
}

// adopted returns a screen that holds a JWT.
func adopted(t *testing.T) (l *live, text string) {
	t.Helper()
	l = alive(t, introspects).scoped("Orders")
	text = jwtText(l.clock.now)
	if _, err := l.svc.Adopt(t.Context(), l.apps[0].ID, secretOf(text),
		console.RevokeBoth); err != nil {
		t.Fatal(err)
	}
	l.Changed()
	return l, text
}

func TestInspectJWT(t *testing.T) {
	t.Parallel()
	l, text := adopted(t)
	l.Resize(120, 50)
	l.Key("2", "enter")
	l.shows("3 Selected · Orders "+fp(text), "adopted", "Inside · JWT", "RS256", "sub", "ana",
		"13:02:00", "in 58:00", "! not verified", "a_claim_of_a_long_name")
	golden(t, "look-jwt-120x50", l.Pump)
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		l.Resize(w, h)
		l.Key("end")
		fits(t, l.Frame(), w, h)
		golden(t, "look-jwt-"+s, l.Pump)
	}
}

func TestIntrospectFromInspect(t *testing.T) {
	t.Parallel()
	l := alive(t, introspects).scoped("Orders")
	l.Resize(120, 50)
	k := &manager{clock: l.clock, active: true}
	l.api.API = k
	l.Key("g", "enter")
	l.shows("At the key manager", "I asks it")
	l.Hold = true
	l.Key("I", "I")
	l.shows("waiting for its answer")
	l.Release()
	l.shows("✓ active, asked 12:04:00, just now", "ana@carbon.super", "the-client",
		"12:44:00   in 40:00", "7 s ahead of ours, and shows 13:04:07")
	if k.asked != 1 {
		t.Errorf("asked %d times", k.asked)
	}
	k.err = errors.New("introspect: the server does not answer")
	l.Key("I")
	l.shows("✕ introspect: the server does not answer", "there is nothing to see inside")
	l.Key("esc", "4", "home", "enter")
	l.shows("POST /introspect")
}

func TestIntrospectNeedsAnAddress(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "enter", "I")
	l.shows("cannot be asked: environment cloud has no", "introspect_url",
		"3 Selected · Orders "+fp("access-1"))
	if l.api.API != nil {
		t.Error("it was asked")
	}
}

// A full view that is longer than its pane says so, and the key that scrolls it.
func TestFullViewSaysThatThereIsMore(t *testing.T) {
	t.Parallel()
	for s, more := range map[string]bool{"60x20": true, "80x24": true, "120x32": false} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(orders())
		selecting("t_lingering")(p)
		p.Key("enter")
		if frame := ansi.Strip(p.Frame()); strings.Contains(frame, " · pgdn more ") != more {
			t.Errorf("%s: want more %t:\n%s", s, more, frame)
		}
	}
}

// The inside of a token that is read while the full view is closed, or shows another token, is not
// shown with the other one.
func TestInspectLate(t *testing.T) {
	t.Parallel()
	l, text := adopted(t)
	l.Key("g") // an opaque one, which ends later
	l.Hold = true
	l.Key("home", "enter")
	l.shows("3 Selected · Orders "+fp(text), "reading it …")
	l.Key("down")
	l.shows("3 Selected · Orders "+fp("access-1"), "there is nothing to see inside")
	l.Release()
	if strings.Contains(ansi.Strip(l.Frame()), "RS256") {
		t.Error("the inside of another token is shown")
	}
	l.Key("up")
	l.shows("3 Selected · Orders "+fp(text), "RS256")
}

// No frame, and no value that is held for one, contains a secret, with any overlay open.
func TestLookShowsNoSecret(t *testing.T) {
	t.Parallel()
	l, jwt := adopted(t)
	l.api.refresh, l.api.API = true, &manager{clock: l.clock, active: true}
	l.Key("1", "g")
	check := func(when string) {
		t.Helper()
		both := ansi.Strip(l.Frame()) + l.Inside() + strings.Join(l.Log(), "\n")
		for _, s := range []string{"access-1", "refresh-1", "CANARYSIGNATURE0", jwt[len(jwt)-40:]} {
			if strings.Contains(both, s) {
				t.Errorf("%s: %q is there", when, s)
			}
		}
	}
	for _, s := range []string{"30x8", "80x24", "120x50"} {
		w, h, _ := size(s)
		l.Resize(w, h)
		for _, keys := range []string{
			"2 enter end esc", "2 down enter end I esc", "2 Y down r Y j Y enter Y esc",
			"4 enter end c esc", "! c enter esc", "2 v esc", "2 down v",
		} {
			for _, k := range strings.Fields(keys) {
				l.Key(k)
				if strings.Contains(keys, " v") && l.Overlays() > 0 {
					if both := l.Inside(); strings.Contains(both, "access-1") ||
						strings.Contains(both, "CANARYSIGNATURE0") {
						t.Errorf("%s: what is revealed lies open in memory", s)
					}
					continue // it shows the token on purpose
				}
				check(s + " " + keys + " at " + k)
			}
			l.Key("esc", "esc")
			check(s + " after " + keys)
		}
	}
}
