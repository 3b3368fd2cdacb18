package ui_test

import (
	"strings"
	"testing"
	"time"
)

// billing fills in the form for an application of the existing environment.
func billing(l *live, more ...string) {
	l.Key("a")
	l.Type("Billing")
	l.Key("tab", "tab", "tab")
	l.Type("billing-key")
	l.Key("tab")
	l.Type("s3cr3t")
	l.Key(more...)
}

// The test of the form is a get. It asks the same question as the key of a get.
func TestFormTestAsksAsTheKeyDoes(t *testing.T) {
	t.Parallel()
	l := alive(t, superseding)
	billing(l, "ctrl+s", "g", "e", "ctrl+t")
	l.shows("End the older token?")
	if l.api.tokens != 1 {
		t.Errorf("%d requests, and nobody was asked", l.api.tokens)
	}
	l.unanswered("n")
	l.Key("esc")
	if l.api.tokens != 1 || l.Overlays() != 1 {
		t.Errorf("%d requests after No, %d open", l.api.tokens, l.Overlays())
	}
	l.Key("ctrl+t", "y")
	if l.api.tokens != 2 || l.Overlays() != 1 {
		t.Errorf("%d requests after yes, %d open", l.api.tokens, l.Overlays())
	}
}

// Quitting waits for requests of forms to the store.
func TestQuitWaitsForForms(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*live){
		"save": func(l *live) { billing(l); l.Hold = true; l.Key("ctrl+s", "esc") },
		"adopt": func(l *live) {
			l.Do("adopt_token")
			l.Paste("leaked-token")
			l.Hold = true
			l.Key("enter", "esc")
		},
	} {
		l := alive(t).scoped("Orders")
		ask(l)
		l.Hold = false // of the check of the store
		l.Key("q")
		if l.Quit {
			t.Errorf("%s: quit at once", name)
		}
		l.said("finishing")
		l.Release()
		l.after(time.Second)
		if !l.Quit {
			t.Errorf("%s: never quits", name)
		}
		b, err := l.svc.Board(t.Context())
		if err != nil || len(b.Applications)-2+len(b.Tokens) != 1 {
			t.Errorf("%s: not done: %v, %v, %v", name, b.Applications, b.Tokens, err)
		}
	}
}

// The log names the copied form. It does not contain a token that was never shown.
func TestCopiesAreLoggedByForm(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "Y", "r", "v", "x")
	events, err := l.svc.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var facts []string
	for _, e := range events {
		if strings.Contains(string(e.Facts), `"via":`) {
			facts = append(facts, string(e.Facts))
		}
	}
	if got := strings.Join(facts,
		" "); got != `{"form":"refresh","via":"system clipboard"} {"via":"screen"}` {
		t.Error(got)
	}
}
