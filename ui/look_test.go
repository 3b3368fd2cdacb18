package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/tokenapi"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "enter")
	l.shows("3 Selected · Orders "+fp("access-1"), "● Orders", "active", "issued", "expires",
		"Inside · opaque", "If revoked now")
	l.Key("esc")
	l.shows("4 Activity")
	l.Key("x")
	l.after(4e9)
	l.Key("enter")
	l.shows("◒ Orders", "revoked, may pass", "at most", "revoked 12:04:03",
		"12:19:03  may pass until then at most", "not seen at the gateway by us")
}

func TestExchange(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "4", "down", "enter")
	l.shows("POST /token", "As curl", "https://gw.example/token")
	l.Key("c")
	l.said("copied the call as curl")
	if text := l.clip.holds.Reveal(); !strings.HasPrefix(text, "curl -sS ") ||
		strings.Contains(text, "access-1") {
		t.Errorf("copied %q", text)
	}
}

// The body of an accepted probe is not read, so its size is not known.
func TestExchangeOfAProbe(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "p", "4", "enter")
	l.shows("200 in 9 ms, the body was not read")
}

func TestCopyAs(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "Y", "h")
	if text := l.clip.holds.Reveal(); text != "Authorization: Bearer access-1" {
		t.Errorf("header: %q", text)
	}
	l.Key("Y", "i")
	l.shows("not issued")
	l.Key("down", "up", "esc", "Y", "c")
	if text := l.clip.holds.Reveal(); !strings.Contains(text,
		"| curl -sS -H @- 'https://gw.example/Orders'") {
		t.Errorf("curl: %q", text)
	}
	if l.Overlays() != 0 {
		t.Error("the menu stays open")
	}
}

// Each form of the list is on the clipboard as console.As writes it.
func TestCopyAsEachForm(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g")
	l.clip.refuses = "\r\t\x1b"
	for _, f := range []struct{ key, text string }{
		{"y", "access-1"},
		{"h", "Authorization: Bearer access-1"},
		{"c", `printf '%s\n' 'Authorization: Bearer access-1' | curl -sS -H @- ` +
			`'https://gw.example/Orders'`},
		{"e", "export LANYARD_TOKEN='access-1'"},
		{"j", `{"access_token":"access-1","expires_at":"2026-11-23T13:04:00.300Z",` +
			`"refresh_token":"refresh-1","scope":"default","token_type":"Bearer"}`},
		{"t", "GET https://gw.example/Orders\nAuthorization: Bearer access-1\n"},
		{"r", "refresh-1"},
	} {
		l.Key("Y", f.key)
		if text := l.clip.holds.Reveal(); text != f.text {
			t.Errorf("Y %s: %q, want %q", f.key, text, f.text)
		}
	}
}

// Other texts are copied as one line. A message is copied with its hint; a code with a line break
// is refused.
func TestCopyTextIsOneLine(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.clip.refuses = "\n"
	l.Key("g", "x", "x", "!", "c") // the token is being revoked: a notice with a hint
	if text := l.clip.holds.Reveal(); !strings.Contains(text, "is being revoked already: u ") {
		t.Errorf("copied %q", text)
	}
	l.clip.refuses = ""
	l = awake(t, devices, atDevice).scoped("Orders")
	l.api.polls = make(chan error)
	l.api.device = tokenapi.DeviceAnswer{UserCode: "a\nb",
		VerificationURI: "https://gw.example/device", ExpiresIn: time.Hour, Interval: time.Hour}
	l.Live(t.Context())
	l.Key("g")
	l.await("https://gw.example/device")
	l.Key("c")
	l.await("has a line break")
	if !l.clip.holds.IsZero() {
		t.Errorf("copied %q", l.clip.holds.Reveal())
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "v")
	l.shows("access-1", "hidden in 10 s")
	l.after(11e9)
	if l.Overlays() != 0 || strings.Contains(ansi.Strip(l.Frame()), "access-1") {
		t.Error("it stays in the open")
	}
	for _, key := range []string{"esc", "enter", "space", "q", "v"} {
		l.Key("v", key)
		if l.Overlays() != 0 || l.Quit || strings.Contains(ansi.Strip(l.Frame()), "did nothing") {
			t.Errorf("%s: %d open", key, l.Overlays())
		}
	}
	l.Key("v", "x") // any key hides it; a notice says that it did nothing else
	l.shows("The token is hidden; x (revoke) did nothing else")
	l.Key("v", "5")
	l.shows("The token is hidden; 5 did nothing else")
	if l.Overlays() != 0 || strings.Contains(ansi.Strip(l.Frame()), "revoking") {
		t.Error("the key that hid it did more")
	}
	l.Do("presenter")
	l.Key("v")
	l.said("nothing is revealed in presenter mode")
}
