package ui_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// stored returns the applications in the store, by name.
func (l *live) stored() map[string]console.Application {
	l.t.Helper()
	b, err := l.svc.Board(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	all := map[string]console.Application{}
	for _, a := range b.Applications {
		if a.Source == console.FromStore {
			all[string(a.Name)] = a
		}
	}
	return all
}

// goTo moves to a field by its label.
func (l *live) goTo(label string) {
	l.t.Helper()
	for range 30 {
		for line := range strings.SplitSeq(l.Frame(), "\n") {
			if strings.Contains(ansi.Strip(line), "▌"+label) {
				return
			}
		}
		l.Key("tab")
	}
	l.t.Fatalf("no field %q:\n%s", label, l.Frame())
}

// The revoke URL that is guessed from the token URL is a proposal: what is typed replaces it.
func TestGuessedRevokeURLIsReplaced(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "s3cr3t-of-billing")
	l.goTo("revoke URL")
	l.shows("https://new.example/revoke")
	l.Type("https://new.example/oauth2/revoke")
	l.goTo("name")
	l.Key("ctrl+s")
	got := l.stored()["Billing"].Environment.Endpoints.RevokeURL
	if got != "https://new.example/oauth2/revoke" {
		t.Errorf("stored %q", got)
	}
}

func TestFormTestRefused(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "s3cr3t-of-billing")
	l.api.err = &tokenapi.Error{Op: "client_credentials", Kind: tokenapi.KindRefused, Status: 401,
		Code: "invalid_client", Hint: "check key and secret"}
	l.Key("ctrl+t")
	l.shows("✕ test:", "invalid_client", "check key and", "•••••") // the secret is still there
	l.Key("ctrl+s")
	l.shows("its test has failed: ctrl+s again keeps it all the same")
	if len(l.stored()) != 0 {
		t.Error("kept without a question, though its test has failed")
	}
	l.api.err = nil
	l.Key("ctrl+t")
	l.shows("it works")
	l.Key("ctrl+s")
	if a := l.stored()["Billing"]; a.Secret != console.SecretAvailable {
		t.Errorf("saved as %+v", a)
	}
	if strings.Contains(strings.Join(l.Log(), "\n"), "s3cr3t") {
		t.Error("the secret is in the log")
	}
}

// An answer about older values of the form changes nothing in it. Only an issued token is reported.
func TestFormDropsLateAnswers(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Hold = true
	l.Key("ctrl+t")
	l.shows("asking the server")
	l.Type("!") // the form can be used meanwhile
	l.Key("ctrl+s")
	l.shows("wait for the test")
	l.Release()
	if strings.Contains(l.Frame(), "it works") {
		t.Error("an answer for another secret was shown")
	}
	l.said("the test's token " + fp("access-1") +
		" is not stored; it lives until 13:04:00")
	l.Key("ctrl+s")
	if b, err := l.svc.Board(t.Context()); err != nil || len(b.Tokens) > 0 {
		t.Errorf("the token of another draft was kept: %v, %v", b.Tokens, err)
	}
}

func TestFormClosedAfterATest(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Key("ctrl+t", "esc", "y")
	l.said("the test's token " + fp("access-1") + " is not stored; it lives until 13:04:00")
	l.said("save right after a test to keep its token")
	if l.Overlays() != 0 || len(l.stored()) > 0 || len(l.api.revokes) > 0 {
		t.Errorf("%d overlays, %v, revoked %v", l.Overlays(), l.stored(), l.api.revokes)
	}
}

func TestFormEditsTheEnvironment(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Key("ctrl+t", "ctrl+s", "1", "e")
	l.shows("Edit Billing", "its name *        typed", "kept; type to replace it")

	l.goTo("more settings")
	l.Key("right")
	l.goTo("gateway cache")
	l.Key("ctrl+u")
	l.Type("soon")
	l.shows("is neither a duration nor")
	l.Key("ctrl+u")
	l.Type("expiry")
	l.Key("ctrl+s")
	if a := l.stored()["Billing"]; a.Environment.CacheTTL != console.UntilExpiry ||
		a.Environment.Endpoints.TokenURL != "https://new.example/token" {
		t.Errorf("%+v", a.Environment)
	}

	// The form warns before the edit makes another application.
	l.Key("1", "e")
	l.goTo("token URL")
	l.Key("ctrl+u")
	l.Type("https://other.example/token")
	l.shows("! this makes it another application: 1 token stays with the old one")
	l.Key("ctrl+s") // the secret is not sent to another server without a question
	l.shows("consumer secret: is missing: the one that is kept is for the other server")
	l.Type("secret-of-other")
	l.Key("ctrl+s")
	l.shows("gone")
	a := l.stored()["Billing"]
	if u := a.Environment.Endpoints.TokenURL; u != "https://other.example/token" ||
		a.Secret != console.SecretAvailable {
		t.Errorf("%+v", a)
	}
	if b, err := l.svc.Board(t.Context()); err != nil || len(b.Tokens) != 1 ||
		len(b.Applications) != 4 {
		t.Errorf("%+v, %v", b.Applications, err)
	}
}

// The stored secret belongs to its consumer key.
func TestFormAsksForTheOtherSecret(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Key("ctrl+s", "1", "e")
	l.goTo("consumer key")
	l.Type("2")
	l.Key("ctrl+s")
	l.shows("belongs to the other key")
	if a := l.stored()["Billing"]; a.ConsumerKey != "billing-key" {
		t.Errorf("saved with %q", a.ConsumerKey)
	}
}

func TestFormPassword(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.goTo("grant")
	l.Key("right")
	l.Key("ctrl+s")
	l.shows("user: is needed by the password grant")
	l.Type("ana")
	l.Key("tab")
	l.Paste("pa55word of ana\n")
	l.Key("ctrl+s")
	if a := l.stored()["Billing"]; a.Username != "ana" || a.Grant != "password" {
		t.Errorf("%+v", a)
	}
	id := l.stored()["Billing"].ID
	err := l.keeper.View(t.Context(), func(r console.Reader) error {
		kept, err := r.Password(id)
		if !kept.Equal(secretOf("pa55word of ana")) {
			t.Error("another password is kept, or none")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(l.Frame()+l.Inside(), "pa55") {
		t.Error("the password can be read")
	}
}

// A get for another user: the typed password is used and forgotten, and the token is shown with its
// user.
func TestChooseUser(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("G", "left") // password is the last choice
	l.shows("‹ password ›", "user", "password")
	l.Key("enter")
	l.shows("user: is needed")
	l.Type("bob")
	l.Key("enter")
	l.shows("password: is missing")
	l.Type("pa55word of bob")
	if strings.Contains(l.Frame()+l.Inside(), "pa55") {
		t.Fatal("the password can be read")
	}
	l.Key("enter")
	l.shows("bob", fp("access-1"))
	if l.api.user != "bob" || l.api.password != fp("pa55word of bob") {
		t.Errorf("sent for %q", l.api.user)
	}
	l.Key("G")
	l.shows("‹ password ›", "bob")
	l.Key("enter")
	l.shows("password: is missing")
	l.Key("esc", "g") // the next get uses the application's own grant
	if l.api.user != "" {
		t.Errorf("g asked for %q", l.api.user)
	}
}

func TestAdoptPair(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Do("adopt_token")
	l.Key("enter")
	l.shows("nothing was typed yet")
	l.Paste("leaked-access")
	l.Key("tab")
	l.Paste("leaked-refresh")
	if strings.Contains(l.Frame()+l.Inside(), "leaked") {
		t.Fatal("a token can be read")
	}
	l.Key("enter")
	l.said("adopted " + fp("leaked-access"))
	b, err := l.svc.Board(t.Context())
	if err != nil || len(b.Tokens) != 1 || b.Tokens[0].Refresh != console.RefreshLive {
		t.Fatalf("%+v, %v", b.Tokens, err)
	}
	l.clock.now = l.clock.now.Add(time.Second)
	l.Key("2", "r")
	if b, err = l.svc.Board(t.Context()); err != nil || len(b.Tokens) != 2 ||
		b.Tokens[1].From != b.Tokens[0].ID {
		t.Errorf("it was not renewed by its refresh token: %+v, %v", b.Tokens, err)
	}
}

func TestDeleteRevokesFirst(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Key("ctrl+t", "ctrl+s", "1", "D")
	l.shows("1 living token stays", "r revoke first")
	l.Key("r")
	l.shows("Revoke everything?")
	l.Key("esc", "D", "y")
	l.shows("gone")
	l.Key("D")
	l.said("tokens of it may be alive")
	l.clock.now = l.clock.now.Add(2 * time.Hour)
	l.Changed()
	l.Key("D")
	l.shows("its tokens are over")
	l.Key("y")
	if b, err := l.svc.Board(t.Context()); err != nil || len(b.Applications) != 2 ||
		len(b.Tokens) > 0 {
		t.Errorf("left: %+v, %v", b.Applications, err)
	}
}

// The form alone leads from an empty HOME to a token.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.apps = nil
	l.svc = l.service("kept")
	began := map[bool]int{}
	trial := alive(t)
	trial.apps, trial.api = nil, l.api
	memory := trial.service("memory")
	l.Pump = ui.NewPump(t.Context(), ui.Options{
		Welcome: true, Settings: ui.Settings{Theme: theme(t, "dark")}, Width: 80, Height: 24,
		Begin: func(_ context.Context, kept bool) (*console.Service, error) {
			if began[kept]++; kept {
				return l.svc, nil
			}
			return memory, nil
		},
	}, l.clock.Now)
	l.Key("2")
	l.shows("Add an application")
	l.Key("esc")
	l.shows("Try the demo")
	l.Key("2")
	l.fillFirst()
	l.Key("ctrl+t")
	l.shows("it works")
	if began[true] > 0 {
		t.Fatal("a test made the store")
	}
	l.Key("ctrl+s")
	l.shows("Tokens · Billing", "active", fp("access-1"))
	if began[true] != 1 || l.api.tokens != 1 {
		t.Errorf("begun %v, %d requests", began, l.api.tokens)
	}
	l.Key("g") // the new console gets a token
	l.shows(fp("access-2"))
	if l.Quit {
		t.Error("the screen was left")
	}
}

// fillFirst fills in the form of the first run, when there is no environment.
func (l *live) fillFirst() {
	l.t.Helper()
	l.Type("Billing")
	l.Key("tab", "tab")
	l.Type("typed")
	l.Key("tab")
	l.Type("https://new.example/token")
	l.goTo("consumer key")
	l.Type("billing-key")
	l.Key("tab")
	l.Type("secret-of-billing")
}

func TestFirstRunCannotSave(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.apps = nil
	svc := l.service("late")
	full := true
	l.Pump = ui.NewPump(t.Context(), ui.Options{
		Welcome: true, Settings: ui.Settings{Theme: theme(t, "dark")}, Width: 80, Height: 24,
		Begin: func(context.Context, bool) (*console.Service, error) {
			if full {
				return nil, errors.New("the disk is full")
			}
			return svc, nil
		},
	}, l.clock.Now)
	l.Key("2")
	l.fillFirst()
	l.Key("ctrl+s")
	l.shows("the disk is full", "•••••")
	full = false
	l.Key("ctrl+s")
	l.shows("Tokens · Billing")
}

// After an application is deleted, the scope is all applications: no verb acts on a neighbour.
func TestDeleteLeadsToAll(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Key("ctrl+s", "1")
	l.shows("Tokens · Billing")
	l.Key("D", "y")
	l.shows("Tokens · all", "▌All", "No token is held")
	if len(l.stored()) != 0 {
		t.Error("it is still there")
	}
	l.Key("D")
	l.shows("Which application? · delete")
	if strings.Contains(strings.Join(l.Log(), "\n"), "tokens that it holds") {
		t.Error("it speaks of tokens that are not there")
	}
}

// An environment without TLS in the store has a permanent warning, like one of the configuration.
func TestUnsafeEnvironmentOfTheStore(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.goTo("more settings")
	l.Key("right")
	l.goTo("certificates")
	l.Key("right")
	l.shows("not verified")
	l.Key("ctrl+s")
	l.shows("WARNING  TLS certificates of typed are not verified")
	l.open()
	l.shows("WARNING  TLS certificates of typed are not verified")
	l.ScopeTo("Billing")
	l.Key("D", "y")
	if strings.Contains(l.Frame(), "WARNING") || len(l.stored()) != 0 {
		t.Errorf("it is warned of though it is gone:\n%s", l.Frame())
	}
}

// The values of headers are typed as secrets. An edit keeps them; a header that is gone loses its
// value.
func TestFormHeaders(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.goTo("more settings")
	l.shows("audience, resource, extra parameters, headers") // the help of the field
	l.Key("right")
	l.goTo("headers")
	l.Type("X-Tenant")
	l.Key("ctrl+s")
	l.shows("✕ X-Tenant: is missing", "▌X-Tenant *")
	l.Type("acme-s3cr3t")
	if strings.Contains(l.Frame(), "acme") || strings.Contains(l.Inside(), "acme") {
		t.Fatal("the value can be read")
	}
	l.goTo("more settings")
	l.Key("left", "ctrl+s") // a value that is not shown counts
	a := l.stored()["Billing"]
	if strings.Join(a.Details.Headers, " ") != "X-Tenant" {
		t.Fatalf("saved %q", a.Details.Headers)
	}
	l.Key("1", "e")
	l.goTo("X-Tenant")
	l.shows("kept; type to replace it")
	l.goTo("name")
	l.Type(" 2")
	l.Key("ctrl+s")
	if b := l.stored()["Billing 2"]; strings.Join(b.Details.Headers, " ") != "X-Tenant" {
		t.Errorf("edited, it has %q", b.Details.Headers)
	}
	l.Key("g")
	if strings.Join(l.api.headers, " ") != "X-Tenant="+fp("acme-s3cr3t") {
		t.Errorf("sent %q", l.api.headers)
	}
}

// The foot names only keys that work, and the mark of a required field follows the form.
func TestFormFootFollowsTheField(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("a")
	l.shows("name *", "* required", "how you call it here")
	has := func(text string, want bool) {
		t.Helper()
		if got := strings.Contains(ansi.Strip(l.Frame()), text); got != want {
			t.Errorf("%q on the screen: %t\n%s", text, got, ansi.Strip(l.Frame()))
		}
	}
	has("← → choose", false)
	has("esc esc cancel", false)
	l.Key("tab")
	has("← → choose", true)
	l.Type("%")
	l.shows("this field is a choice: ← → choose")
	l.Key("left", "tab", "tab")
	has("token URL *", true)
	has("esc esc cancel", true)
	l.Key("tab")
	l.Type("https://id.example")
	has("token URL *", false)
	l.Key("up", "up", "up", "up", "up") // from the first field to the last one
	l.shows("▌more settings")
}

// A click focuses a field, also while others are scrolled out above.
func TestFormFocusByClick(t *testing.T) {
	t.Parallel()
	for _, h := range []int{32, 16} {
		l := alive(t)
		l.Resize(100, h)
		fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
		for y, line := range strings.Split(ansi.Strip(l.Frame()), "\n") {
			if i := strings.Index(line, "key type"); i >= 0 {
				x := len([]rune(line[:i]))
				l.Send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
			}
		}
		l.shows("▌key type")
	}
}

// On a small screen the fields go before the headings, and the help is not cut.
func TestFormOnASmallScreen(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Resize(40, 12)
	l.Key("a")
	l.shows("▌name *", "key type", "key *", "secret *", "grant", "↓ 1 more ─╯",
		"how you call it here ")
	if frame := ansi.Strip(l.Frame()); strings.Contains(frame, "Application ─") {
		t.Errorf("a heading has the line of a field:\n%s", frame)
	}
}
