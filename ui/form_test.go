package ui_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
)

// fill types an application of a new environment into the form.
func fill(p *ui.Pump, name, key, secret string) {
	p.Key("a")
	p.Type(name)
	p.Key("tab", "left", "tab") // the choice wraps to "a new one"
	p.Type("typed")
	p.Key("tab")
	p.Type("https://new.example/token")
	p.Key("tab", "tab", "tab", "tab", "tab") // issuer, revoke URL, production, key type
	p.Type(key)
	p.Key("tab")
	p.Type(secret)
}

func TestFormAdds(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "s3cr3t-of-billing")
	if strings.Contains(l.Frame(), "s3cr3t") || strings.Contains(l.Inside(), "s3cr3t") {
		t.Fatal("the secret can be read")
	}
	l.shows("https://new.example/revoke", "•••")
	l.Key("ctrl+t")
	l.shows("✓ it works: 200 in 54 ms", "no refresh token", "Add an application",
		"its token is kept if you save now")
	if strings.Contains(l.Frame(), "probe URL was not tried") {
		t.Error("there is no probe URL")
	}
	b, err := l.svc.Board(t.Context())
	if err != nil || len(b.Tokens) > 0 || len(b.Applications) != 2 {
		t.Fatalf("a test stored %+v, %v", b.Tokens, err)
	}
	l.Key("ctrl+s")
	l.shows("Billing", "Tokens · Billing", fp("access-1"))
	if l.api.tokens != 1 || l.Overlays() != 0 {
		t.Errorf("%d requests, %d overlays", l.api.tokens, l.Overlays())
	}
	b, err = l.svc.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := b.Applications[len(b.Applications)-1]
	if a.Name != "Billing" || a.Source != console.FromStore ||
		a.Secret != console.SecretAvailable ||
		a.Environment.Endpoints.RevokeURL != "https://new.example/revoke" {
		t.Errorf("stored %+v", a)
	}

	// An application that is renamed keeps its token.
	l.Key("1", "e")
	l.Type(" 2")
	l.Key("ctrl+s")
	l.shows("Tokens · Billing 2", "active")

	l.Key("D")
	l.unanswered("D")
	l.shows("Billing 2")
	l.Key("y")
	l.said("was deleted")
	l.shows("gone")
}

// The only application needs no choice: with the scope All each action on an application is about
// it, as if it were chosen.
func TestActionsOnTheOnlyApplication(t *testing.T) {
	t.Parallel()
	for _, action := range []string{
		"edit_application", "delete_application", "adopt_token", "get_with", "revoke_all",
	} {
		frames := map[bool]string{}
		for _, chosen := range []bool{false, true} {
			b := orders()
			b.Applications = b.Applications[:1]
			b.Applications[0].Source = console.FromStore
			p, _ := still(t, 120, 32)
			p.Feed(b)
			if chosen {
				p.ScopeTo("Orders")
			}
			p.Do(action)
			if p.Overlays() != 1 {
				t.Fatalf("%s: no box:\n%s", action, p.Frame())
			}
			box := p.Box()
			for y, line := range strings.Split(ansi.Strip(p.Frame()), "\n") {
				if y >= box.Y && y < box.Y+box.H {
					frames[chosen] += ansi.Cut(line, box.X, box.X+box.W) + "\n"
				}
			}
		}
		if frames[false] != frames[true] {
			t.Errorf("%s with the scope All:\n%s\nwith the application chosen:\n%s", action,
				frames[false], frames[true])
		}
	}
}

func TestFormRefuses(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("e")
	l.shows("Orders, as it is configured", "read-only here")
	l.Type("x")
	l.Key("ctrl+s")
	l.shows("it is changed in")
	l.Key("esc")
	l.Key("D")
	l.said("is in the configuration file")
	fill(l.Pump, "Billing", "", "x")
	l.Key("ctrl+s")
	l.shows("consumer key: is missing")
	l.Paste("two\nlines")
	l.shows("more than one line")
	l.Paste(strings.Repeat("k", 501))
	l.shows("that is too long, and nothing of it was taken", "consumer key")
	l.Key("esc", "enter", "x")
	l.shows("throw away what was typed?", "x is no answer")
	l.Key("n")
	if l.Overlays() != 1 {
		t.Fatal("the form was thrown away without a yes")
	}
	l.Key("esc", "esc")
	if l.Overlays() != 0 {
		t.Fatal("the form stayed")
	}
	fill(l.Pump, "Billing", "", "x")
	l.Key("alt+esc") // a terminal sends both at once
	if l.Overlays() != 0 {
		t.Fatal("the form stayed")
	}
	b, err := l.svc.Board(t.Context())
	if err != nil || len(b.Applications) != 2 {
		t.Errorf("%d applications, %v", len(b.Applications), err)
	}
}

func TestChooseGrant(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("G", "tab")
	l.Type("read write")
	l.shows("Get a token for Orders", "client_credentials")
	l.Key("enter")
	if l.api.tokens != 1 || strings.Join(l.api.scopes, " ") != "read write" {
		t.Errorf("%d requests, the last with %q", l.api.tokens, l.api.scopes)
	}
	l.Key("G") // the last choice is offered again
	l.shows("read write")
	l.Key("tab")
	l.shows("typing replaces what is there, → edits it")
	l.Key("right")
	l.Type(` "`)
	l.Key("enter")
	l.shows("single words")
	l.Key("esc")
	if l.api.tokens != 1 {
		t.Error("esc got a token")
	}
}

// Scopes and a user that are typed or pasted in G replace the offered ones for this get only.
func TestChooseGrantReplaces(t *testing.T) {
	t.Parallel()
	l := awake(t, func(a *console.Application) {
		a.Scopes, a.Username = []string{"orders_read"}, "ana"
	}).scoped("Orders")
	got := func(want string) {
		t.Helper()
		if have := strings.Join(l.api.scopes, " "); have != want {
			t.Errorf("asked with %q, want %q", have, want)
		}
	}
	l.Key("G", "tab")
	l.Type("orders_write")
	l.Key("enter")
	got("orders_write")
	l.Key("g")
	got("orders_read")
	l.Key("G", "tab")
	l.Paste("a b")
	l.Key("enter")
	got("a b")
	l.Key("G", "tab", "right")
	l.Type(" c")
	l.Key("enter")
	got("a b c")
	l.Key("G", "tab", "backspace")
	l.shows("none: orders_read")
	l.Key("enter")
	got("orders_read")

	l.Key("G", "left")
	for range 5 {
		if strings.Contains(ansi.Strip(l.Frame()), "‹ password ›") {
			break
		}
		l.Key("left")
	}
	l.Key("tab")
	l.Type("bob")
	l.Key("tab")
	l.Type("hunter2")
	l.Key("enter")
	l.said("got")
	if l.api.user != "bob" {
		t.Errorf("for %q", l.api.user)
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key(":")
	p := l.Pump
	p.Key("esc")
	p.Do("adopt_token")
	l.Paste("leaked-token-of-somebody\n")
	if strings.Contains(l.Frame(), "leaked") || strings.Contains(l.Inside(), "leaked") {
		t.Fatal("the token can be read")
	}
	l.Key("enter")
	l.said("adopted " + fp("leaked-token-of-somebody"))
	l.shows(fp("leaked-token-of-somebody"))
}

// All fields for a secret treat a paste the same way.
func TestPastedSecretsAreReadOneWay(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Do("adopt_token")
	for text, why := range map[string]string{
		"leaked\ttoken": "what was pasted holds a TAB at character 7",
		"two\rlines":    "more than one line was pasted",
		"\ufeff\n":      "what was pasted is empty",
		"leaked\xe9":    "what was pasted is not UTF-8 text",
	} {
		l.Paste(text)
		l.shows(why)
	}
	l.Paste("\ufeffleaked-token-of-somebody\r\n\n")
	l.Key("enter")
	l.said("adopted " + fp("leaked-token-of-somebody"))
}
