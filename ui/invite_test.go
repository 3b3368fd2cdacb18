package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
	"lanyard/ui"
)

const (
	longAddress = "https://gw.example/oauth2/authorize?response_type=code&client_id=Orders&" +
		"redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&scope=openid+orders_read" +
		"&state=8Yw0tq3pJ5vXn1sLrKdE7uB2mCfH4gZa&" +
		"code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	completeAddress = "https://gw.example/device?user_code=wDjB-mJhT"
	userCode        = "wDjB-mJhT"
)

func devices(a *console.Application) { a.Grant = tokenapi.GrantDeviceCode }
func browsers(a *console.Application) {
	a.Grant = tokenapi.GrantAuthorizationCode
}

func atDevice(e *console.Environment) {
	e.Endpoints.DeviceURL = "https://gw.example/device_authorize"
}

// invited returns a screen whose get waits for a person, and polls at an interval.
func invited(t *testing.T, interval time.Duration) *live {
	t.Helper()
	l := awake(t, devices, atDevice).scoped("Orders")
	l.api.polls = make(chan error)
	l.api.device = tokenapi.DeviceAnswer{
		UserCode: userCode, VerificationURI: "https://gw.example/device",
		VerificationURIComplete: completeAddress, ExpiresIn: 15 * time.Minute, Interval: interval,
	}
	l.Live(t.Context())
	l.Key("g")
	l.shows("Asking the server")
	l.await(userCode)
	return l
}

func (l *live) await(text string) {
	l.t.Helper()
	if !l.Await(func() bool { return strings.Contains(ansi.Strip(l.Frame()), text) }) {
		l.t.Fatalf("%q never came:\n%s", text, ansi.Strip(l.Frame()))
	}
}

func TestInvitationIsGivenUp(t *testing.T) {
	t.Parallel()
	l := invited(t, time.Hour)
	l.shows("https://gw.example/device", "w D j B - m J h T", "15:00 left", "█")
	l.Key("esc")
	l.shows("giving up")
	l.await("given up, nothing was got")
	if l.Overlays() != 0 || l.api.tokens != 0 {
		t.Errorf("%d overlays, %d polls", l.Overlays(), l.api.tokens)
	}
	l.Key("g") // a new get can be started
	l.await(userCode)
}

func TestInvitationBringsAToken(t *testing.T) {
	t.Parallel()
	l := invited(t, 0)
	go func() { l.api.polls <- nil }()
	l.await("Got " + fp("access-1"))
	if l.Overlays() != 0 {
		t.Error("it is still open")
	}
	l.Await(func() bool { return l.Selected() != "" })
	l.shows("▌ ● " + fp("access-1"))
}

func TestInvitationIsCopied(t *testing.T) {
	t.Parallel()
	l := invited(t, time.Hour)
	l.Key("y")
	l.Await(func() bool {
		return strings.Contains(strings.Join(l.Log(), "\n"), "copied the address")
	})
	if !l.clip.holds.Equal(secretOf(completeAddress)) {
		t.Error("another text was copied")
	}
	l.Key("c")
	l.Await(func() bool { return strings.Contains(strings.Join(l.Log(), "\n"), "copied the code") })
	if !l.clip.holds.Equal(secretOf(userCode)) {
		t.Error("another text was copied")
	}
	l.Key("q") // the copied code is no secret and may stay
	if !l.Await(func() bool { return l.Quit }) || l.clip.cleared != 0 {
		t.Errorf("quit %t, cleared %d times", l.Quit, l.clip.cleared)
	}
}

func TestQuitDoesNotWaitForAPerson(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"q", "ctrl+c"} {
		l := invited(t, time.Hour)
		l.Key(key)
		if !l.Await(func() bool { return l.Quit }) {
			t.Errorf("%s hangs", key)
		}
	}
}

// The command that signs in at a demo without a browser is copied, or shown if nothing can copy. A
// device that only this machine reaches has no square.
func TestInvitationCommand(t *testing.T) {
	t.Parallel()
	i := invitations["device"]
	i.URL, i.Complete, i.Command = "http://127.0.0.1:8243/device",
		"http://127.0.0.1:8243/device?user_code=x", "curl -d approve=1 http://127.0.0.1:8243/device"
	clip := newFakeClipboard()
	p := invitation(t, 120, 32, i.app, i.Invitation,
		func(o *ui.Options) { o.Clipboard = clip })
	text := ansi.Strip(p.Frame())
	for _, want := range []string{"Open this address in a browser on this machine:",
		"No browser? A command in another terminal signs in, too.",
		"Y copy the command"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "scan the square") {
		t.Errorf("a square for an address of this machine:\n%s", text)
	}
	p.Hold = false
	p.Key("Y")
	if got := clip.holds.Reveal(); got != string(i.Command) {
		t.Errorf("copied %q", got)
	}
	p = invitation(t, 120, 32, i.app, i.Invitation, func(o *ui.Options) { o.Clipboard = nil })
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, string(i.Command)) {
		t.Errorf("no command:\n%s", text)
	}
}

// A get that is given up before the server has answered stays given up.
func TestGivenUpBeforeTheInvitation(t *testing.T) {
	t.Parallel()
	l := awake(t, devices, atDevice).scoped("Orders")
	l.api.polls = make(chan error)
	l.api.device = tokenapi.DeviceAnswer{UserCode: userCode,
		VerificationURI: "https://gw.example/device", ExpiresIn: time.Hour, Interval: time.Hour}
	l.Hold = true
	l.Key("g", "esc")
	l.shows("giving up")
	l.Live(t.Context())
	l.Release()
	l.await("given up, nothing was got")
}

// An invitation that this screen did not request opens no overlay.
func TestInvitationOfOthersStaysClosed(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	b.Invitations = []console.Invitation{
		{AppID: b.Applications[0].ID, UserCode: userCode, URL: "https://gw.example/device",
			Until: t0.Add(time.Minute)}}
	p.Feed(b)
	if p.Overlays() != 0 || strings.Contains(p.Frame(), userCode) {
		t.Error("it opened by itself")
	}
}

// invitation returns a screen with an open invitation.
func invitation(t *testing.T, w, h int, app func(*console.Application), i console.Invitation,
	change ...func(*ui.Options)) *ui.Pump {
	t.Helper()
	l := awake(t, app, atDevice)
	o := ui.Options{Service: l.svc, Clipboard: l.clip,
		Settings: ui.Settings{Theme: theme(t, "dark")}, Width: w, Height: h}
	for _, f := range change {
		f(&o)
	}
	p := ui.NewPump(t.Context(), o, l.clock.Now)
	p.ScopeTo("Orders")
	b, err := l.svc.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Hold = true
	p.Key("g")
	if p.Overlays() != 1 {
		t.Fatal("g opened nothing")
	}
	i.AppID, i.Until = b.Applications[0].ID, t0.Add(4*time.Minute+52*time.Second)
	b.Invitations = []console.Invitation{i}
	p.Feed(b)
	return p
}

// A paste for a sign-in is never shown, and a wrong one is explained.
func TestWrongPasteForASignIn(t *testing.T) {
	t.Parallel()
	i := invitations["browser"]
	p := invitation(t, 120, 32, i.app, i.Invitation)
	p.Paste("http://127.0.0.1:49152/callback?code=canary-of-a-code&state=another")
	frame := ansi.Strip(p.Frame())
	if strings.Contains(frame, "canary") || strings.Contains(strings.Join(p.Log(), " "), "canary") {
		t.Errorf("the code is shown:\n%s", frame)
	}
	if !strings.Contains(strings.Join(p.Log(), " "), "sign-in") || p.Overlays() != 1 {
		t.Errorf("%d overlays, log %q", p.Overlays(), p.Log())
	}
}

var invitations = map[string]struct {
	app func(*console.Application)
	console.Invitation
}{
	"device": {devices,
		console.Invitation{Grant: tokenapi.GrantDeviceCode, URL: "https://gw.example/device",
			Complete: completeAddress, UserCode: userCode}},
	"plain": {devices,
		console.Invitation{Grant: tokenapi.GrantDeviceCode, URL: "https://gw.example/device",
			UserCode: userCode}},
	"browser": {browsers,
		console.Invitation{Grant: tokenapi.GrantAuthorizationCode, URL: longAddress, Opened: true}},
}

func TestInvitationGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		for name, i := range invitations {
			p := invitation(t, w, h, i.app, i.Invitation)
			fits(t, p.Frame(), w, h)
			golden(t, s+"-invite-"+name, p)
		}
	}
}

// At every size the code and the whole address are visible.
func TestInvitationIsNeverCut(t *testing.T) {
	t.Parallel()
	for name, i := range invitations {
		p := invitation(t, 80, 24, i.app, i.Invitation,
			func(o *ui.Options) {
				o.Banners = []describe.Banner{{Text: "TLS is not verified", Short: "TLS"}}
			})
		for _, w := range []int{30, 47, 64, 80, 121} {
			for _, h := range []int{8, 13, 24, 40} {
				p.Resize(w, h)
				p.Key("home")
				fits(t, p.Frame(), w, h)
				if text := ansi.Strip(p.Frame()); i.UserCode != "" &&
					!strings.Contains(text, userCode) || !strings.Contains(text, "WARNING") {
					t.Fatalf("%s %dx%d:\n%s", name, w, h, text)
				}
				if i.UserCode != "" && !strings.Contains(ansi.Strip(p.Frame()), string(i.URL)) {
					p.Key("down")
					if !strings.Contains(ansi.Strip(p.Frame()), string(i.URL)) {
						t.Fatalf("%s %dx%d: no address:\n%s", name, w, h, ansi.Strip(p.Frame()))
					}
				}
				seen := whole(p.Frame())
				for before := ""; before != p.Frame(); {
					before = p.Frame()
					p.Key("down")
					seen += "\n" + whole(p.Frame())
				}
				for n := 0; i.UserCode == "" && n+8 < len(i.URL); n++ {
					// The eight characters may be on one line or across two.
					if !strings.Contains(seen, string(i.URL[n:n+8])) {
						t.Fatalf("%s %dx%d: %q of the address is missing:\n%s", name, w, h,
							i.URL[n:n+8], ansi.Strip(p.Frame()))
					}
				}
			}
		}
	}
}

// whole joins the lines in the box on top.
func whole(frame string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(ansi.Strip(frame), "\n") {
		for c := range strings.SplitSeq(line, "│") {
			if c = strings.TrimSpace(c); !strings.ContainsAny(c, " ─") {
				b.WriteString(c)
			}
		}
	}
	return b.String()
}

// A screen of 80x24 has room for the QR code.
func TestInvitationHasASquare(t *testing.T) {
	t.Parallel()
	i := invitations["device"]
	for _, s := range []string{"80x24", "100x26", "120x32"} {
		w, h, _ := size(s)
		p := invitation(t, w, h, i.app, i.Invitation)
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "Or scan the square") ||
			!strings.Contains(frame, "█▀▀▀▀▀█") {
			t.Errorf("%s: no QR code:\n%s", s, frame)
		}
	}
}

func TestInvitationWithoutColour(t *testing.T) {
	t.Parallel()
	i := invitations["device"]
	p := invitation(t, 120, 32, i.app, i.Invitation, func(o *ui.Options) { o.NoColor = true })
	if m := colour.FindString(p.Frame()); m != "" {
		t.Errorf("a colour: %q", m)
	}
	if !strings.Contains(ansi.Strip(p.Frame()), "████████") {
		t.Error("the margin of the square is not light on a dark terminal")
	}
}

func TestInvitationOfAnything(t *testing.T) {
	t.Parallel()
	for n, text := range nasty {
		i := console.Invitation{Grant: tokenapi.GrantDeviceCode, URL: console.Private(text),
			Complete: console.Private(nasty[(n+3)%len(nasty)]), UserCode: nasty[(n+5)%len(nasty)]}
		p := invitation(t, 80, 24, devices, i)
		for _, s := range []string{"9x4", "30x8", "60x20", "120x32"} {
			w, h, _ := size(s)
			p.Resize(w, h)
			fits(t, p.Frame(), w, h)
		}
	}
}

// While the server does not answer the poll, the invitation shows that.
func TestInvitationTellsTrouble(t *testing.T) {
	t.Parallel()
	l := invited(t, 0)
	go func() {
		l.api.polls <- &tokenapi.Error{
			Op: tokenapi.GrantDeviceCode, Kind: tokenapi.KindRefused, Status: 502, Sent: true,
			Action: tokenapi.RetryLater, Err: errors.New("bad gateway"),
		}
	}()
	l.await("(502):")
	l.shows("the poll of the server failed")
	l.shows("w D j B - m J h T", "https://gw.example/device")
	l.Key("esc")
	l.await("given up, nothing was got")
}

// A paste into a sign-in by code says why it is not taken.
func TestPasteIntoASignInByCode(t *testing.T) {
	t.Parallel()
	l := invited(t, time.Hour)
	l.Paste("https://gw.example/callback?code=x")
	l.said("a paste does nothing here: enter the code in the browser")
	if l.Overlays() != 1 {
		t.Error("the paste has closed the box")
	}
}
