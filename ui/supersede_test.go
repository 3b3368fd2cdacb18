package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
	"lanyard/ui"
)

func superseding(e *console.Environment) { e.Regime = console.RegimeJWT }

func TestSupersedeAsksFirst(t *testing.T) {
	t.Parallel()
	l := alive(t, superseding).scoped("Orders")
	l.Key("g") // no held token could end
	l.said("a new token for Orders@cloud/PRODUCTION revokes the older one of the same key, " +
		"user and scopes, also in programs that use it now")
	if l.Overlays() != 0 || l.api.tokens != 1 {
		t.Fatalf("the first get: %d overlays, %d requests", l.Overlays(), l.api.tokens)
	}
	l.Key("g")
	l.shows("End the older token?", "device_lap", "No", "(here", fp("access-1")+").")
	l.unanswered("g", "r", "n", "enter", "q", "D", "Y", "up")
	l.Key("esc")
	if l.Overlays() != 0 || l.api.tokens != 1 {
		t.Fatalf("esc is not No: %d overlays, %d requests", l.Overlays(), l.api.tokens)
	}
	l.Key("g", "y")
	if l.api.tokens != 2 || len(l.api.scopes) != 0 || l.Overlays() != 0 {
		t.Errorf("y: %d requests with %q", l.api.tokens, l.api.scopes)
	}
	l.Key("g", "d")
	if l.api.tokens != 3 || !slices.Equal(l.api.scopes, []string{"device_lap"}) ||
		l.Overlays() != 0 {
		t.Errorf("d: %d requests with %q", l.api.tokens, l.api.scopes)
	}
}

// A renewal without a refresh token is a get with the token's own scopes.
func TestSupersedeOnRenew(t *testing.T) {
	t.Parallel()
	l := awake(t, func(a *console.Application) { a.Scopes = []string{"orders_read"} },
		superseding).scoped("Orders")
	l.Key("g", "2", "r")
	l.shows("End the older token?")
	l.Key("esc")
	if l.api.tokens != 1 {
		t.Error("esc renewed")
	}
	l.Key("r", "y")
	if l.api.tokens != 2 || !slices.Equal(l.api.scopes, []string{"orders_read"}) {
		t.Errorf("y: %d requests with %q", l.api.tokens, l.api.scopes)
	}
	l.Key("r", "d")
	if l.api.tokens != 3 || !slices.Equal(l.api.scopes, []string{"orders_read", "device_lap"}) {
		t.Errorf("d: %d requests with %q", l.api.tokens, l.api.scopes)
	}
	l.Key("r") // the device scope does not end another token
	if l.Overlays() != 0 || l.api.tokens != 4 {
		t.Errorf("%d overlays, %d requests", l.Overlays(), l.api.tokens)
	}
	// With a live refresh token no question is asked.
	l = alive(t, superseding).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "r")
	l.said("refreshed: got")
}

func TestSupersedeNotAsked(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	if l.Overlays() != 0 || l.api.tokens != 1 {
		t.Error("asked where a living token is handed out again")
	}
	l = alive(t, superseding, func(e *console.Environment) { e.ReadOnly = true }).scoped("Orders")
	l.Key("g")
	if l.Overlays() != 0 {
		t.Error("asked about what is refused")
	}
	l.said("is read-only: nothing is requested there")
}

// The question is shown before the invitation.
func TestSupersedeThenInvite(t *testing.T) {
	t.Parallel()
	l := awake(t, devices, atDevice, superseding).scoped("Orders")
	l.api.polls = make(chan error, 1)
	l.api.polls <- nil
	l.api.device = tokenapi.DeviceAnswer{UserCode: userCode,
		VerificationURI: "https://gw.example/device", ExpiresIn: time.Hour}
	l.Key("g")
	l.said("got " + fp("access-1"))
	l.Hold = true
	l.Key("g")
	l.shows("End the older token?")
	l.Key("y")
	l.shows("Asking the server")
	if l.Overlays() != 1 {
		t.Errorf("%d overlays", l.Overlays())
	}
}

func TestSupersedeGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h, func(o *ui.Options) { o.Device = "annas_laptop" })
		b := orders()
		b.Applications[0].Environment.Regime = console.RegimeJWT
		b.Tokens[6].Asked = nil
		p.Feed(b)
		p.ScopeTo("Orders")
		p.Key("g")
		fits(t, p.Frame(), w, h)
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, "d    get ") ||
			!strings.Contains(text, "y    get ") || !strings.Contains(text, "esc No ") &&
			!strings.Contains(text, " esc  No ") {
			t.Errorf("%s: the answers are not there:\n%s", s, text)
		}
		golden(t, s+"-supersede", p)
	}
}

func TestSkew(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x12", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		b := orders()
		for _, c := range []struct {
			skew time.Duration
			want string
		}{
			{10*time.Minute + 2*time.Second, "clock +10:02"}, {-7 * time.Second, "clock -0:07"},
			{5 * time.Second, ""}, {-5 * time.Second, ""}, {0, ""},
		} {
			b.Skew = map[string]time.Duration{"cloud": c.skew, "another": time.Hour}
			p.Feed(b)
			head, _, _ := strings.Cut(ansi.Strip(p.Frame()), "\n")
			if c.want == "" && strings.Contains(head, "clock") || !strings.Contains(head, c.want) {
				t.Errorf("%s %v: %q", s, c.skew, head)
			}
			fits(t, p.Frame(), w, h)
		}
	}
}

// Permanent warnings are visible in every layout and under every overlay.
func TestBannersHideNothing(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 80, 24, func(o *ui.Options) {
		o.Banners = []describe.Banner{
			{Text: "TLS certificates of onprem are not verified",
				Short: "onprem: TLS not verified"},
			{Text: "plain http is allowed to lab", Short: "lab: plain http"},
		}
	})
	p.Feed(orders())
	for _, s := range []string{"30x8", "45x10", "60x12", "80x24", "120x32"} {
		w, h, _ := size(s)
		p.Resize(w, h)
		for _, key := range []string{"z", "?", "esc", "!", "esc", "x", "esc", "3", "2"} {
			p.Key(key)
			fits(t, p.Frame(), w, h)
			text := ansi.Strip(p.Frame())
			for _, want := range []string{"WARNING", "onprem", "TLS", "lab", "plain http"} {
				if !strings.Contains(text, want) {
					t.Fatalf("%s after %s: no %q:\n%s", s, key, want, text)
				}
			}
		}
	}
}

func TestProbeAdvises(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.api.gateway, l.api.fault = 401, 900909
	l.api.advice = tokenapi.FaultAdvice{Category: "subscription_inactive",
		Cause: "subscription inactive", Next: "have it approved in the developer portal"}
	l.Key("p")
	l.said("401 900909: subscription inactive; a new token would not help have it approved")
	for _, line := range l.Log() {
		if strings.Contains(line, "renew") {
			t.Errorf("renewing is suggested: %q", line)
		}
	}
	l.api.fault = 900901
	l.api.advice = tokenapi.FaultAdvice{Category: "invalid", Cause: "the token is not valid",
		Next: "renew it", NewTokenMayHelp: true}
	l.Key("p")
	l.said("401 900901: the token is not valid renew it")
	l.Key("x") // a token that was revoked on purpose gets no advice
	l.after(5 * time.Second)
	l.Key("p")
	l.said("401 900901: refused (once)")
}

func TestInactiveIsNotDead(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	for i := range b.Tokens {
		b.Tokens[i].AtServer, b.Tokens[i].AtServerAt = console.ServerInactive, t0
	}
	p.Feed(b)
	for _, id := range []string{"t_active", "t_expiring", "t_forever"} {
		p.Key("end", "home")
		selecting(id)(p)
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, "key manager: inactive") {
			t.Errorf("it is not said of %s:\n%s", id, text)
		}
	}
	if p.InState(console.Active) != 2 || p.InState(console.Expiring) != 1 {
		t.Error("it has changed the state")
	}
	p.Key("enter")
	text := ansi.Strip(p.Frame())
	if !strings.Contains(text, "At the key manager") ||
		!strings.Contains(text, "inactive, or not ours to ask, asked ") {
		t.Errorf("the full view does not tell it:\n%s", text)
	}
}

func TestLegacyGrantIsMarked(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 80, 24)
	b := orders()
	b.Applications[0].Grant = tokenapi.GrantPassword
	p.Feed(b)
	p.ScopeTo("Orders")
	if !strings.Contains(ansi.Strip(p.Frame()), "password (legacy)") {
		t.Error("nothing marks the password grant as legacy")
	}
}
