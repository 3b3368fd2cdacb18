package session_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

func TestWhatClearingCameTo(t *testing.T) {
	t.Parallel()
	osc := secret.New("\x1b]52;c;!\a")
	for _, c := range []struct {
		cleared session.Cleared
		words   string
		unknown bool
	}{
		{session.Cleared{}, "", false},
		{session.Cleared{Outcome: session.WasOurs}, "the clipboard was cleared", false},
		{session.Cleared{Outcome: session.WasReplaced}, "holds something else now", false},
		{session.Cleared{Outcome: session.WasBlind}, "whatever it held", false},
		{session.Cleared{Outcome: session.WasBlind, Terminal: osc}, "the terminal was told", false},
		{session.Cleared{Outcome: session.CannotTell, Via: "tmux"}, "cannot tell, not cleared",
			true},
		{session.Cleared{Outcome: session.WasOurs, Around: true}, "the copy in tmux was cleared",
			true},
		{session.Cleared{Outcome: session.WasReplaced, Around: true}, "tmux holds something", true},
	} {
		words := c.cleared.Words()
		if !strings.Contains(words, c.words) || (words == "") != (c.words == "") {
			t.Errorf("%+v: %q", c.cleared, words)
		}
		if c.cleared.Unknown() != c.unknown || (c.cleared.Hint() != "") != c.unknown {
			t.Errorf("%+v: unknown %t, %q", c.cleared, c.cleared.Unknown(), c.cleared.Hint())
		}
	}
}

// A copy through the terminal names OSC 52, and claims only that it was sent.
func TestWordsOfACopy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		copied session.CopiedTo
		want   string
	}{
		{session.CopiedTo{Via: "tmux", Certain: true}, "copied it (tmux, cleared)"},
		{session.CopiedTo{Via: "tmux"}, "sent it to the tmux (cleared)"},
		{session.CopiedTo{Via: "terminal"},
			"sent it to the terminal's clipboard (OSC 52, cleared)"},
	} {
		if got := c.copied.Words("it", "cleared"); got != c.want {
			t.Errorf("%+v: %q, want %q", c.copied, got, c.want)
		}
	}
}

// A promise about a copy is not more than Clear can do.
func TestPromiseOfACopy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		copied  session.CopiedTo
		promise string
		hinted  bool
	}{
		{session.CopiedTo{Later: session.ClearedIfOurs}, "", false},
		{session.CopiedTo{Serial: 1, Later: session.NotCleared}, "not cleared later", true},
		{session.CopiedTo{Serial: 1, Later: session.ClearedIfOurs}, "cleared in 45 s", false},
		{
			session.CopiedTo{Serial: 1, Later: session.ClearedBlind},
			"cleared in 45 s, whatever it then holds", false,
		},
		{
			session.CopiedTo{Serial: 1, Later: session.ClearedIfOurs, Around: true},
			"cleared there in 45 s", true,
		},
	} {
		if promise, hint := c.copied.Promise("45 s"); promise != c.promise ||
			(hint != "") != c.hinted {
			t.Errorf("%+v: %q, %q", c.copied, promise, hint)
		}
	}
}

func TestBoardCounts(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Get{App: d.apps[0].ID, Scopes: []string{"write", "read"}})
	d.does(session.Get{App: d.apps[0].ID})
	first := d.held(0)
	a := func() *session.App { return d.Board().App(d.apps[0].ID) }
	want := []string{"default", "read", "write"}
	if got := a().KnownScopes(); !reflect.DeepEqual(got, want) {
		t.Errorf("scopes %v, want %v", got, want)
	}
	if d.Board().TokenCountOf(a().ID) != 2 || d.Board().TokenCountOf(d.apps[1].ID) != 0 {
		t.Error("the tokens are not counted by application")
	}
	why := func(source console.Source) session.NoDelete {
		of := *a()
		of.Source = source
		return of.CannotDelete()
	}
	if why(console.FromConfig) != session.NoDeleteConfigured ||
		why(console.FromStore) != session.NoDeleteNone ||
		why(console.Gone) != session.NoDeleteMayLive {
		t.Error("what may be deleted depends on the source")
	}
	if len(a().Living()) != 2 || !a().MayLive() || a().Tally.Living() != 2 {
		t.Errorf("%d live, shown %d", len(a().Living()), a().Tally.Living())
	}
	if b := d.Board(); d.row(first).Undoable() || b.HasOver() || b.LastEnding() != nil {
		t.Error("no token is revoked or over")
	}
	d.does(session.Revoke{Token: first})
	if last := d.Board().LastEnding(); last == nil || last.ID != first {
		t.Errorf("the last revoked token is %+v", last)
	}
	if len(a().Living()) != 1 || !d.row(first).Undoable() || d.Board().UndoableCount != 1 {
		t.Errorf("%d live after a revoke, %d can be undone", len(a().Living()),
			d.Board().UndoableCount)
	}
	if s := d.Status(*d.row(first).Token); s.State != console.Revoking || s.State.IsOver() {
		t.Errorf("it is %s", s.State)
	}
	d.after(2 * time.Hour)
	if !d.Board().HasOver() {
		t.Error("tokens that have expired are not over")
	}
	if len(a().Living()) != 0 || a().MayLive() || a().Tally.Living() != 0 {
		t.Error("a token lives after its expiry")
	}
	if s := d.Status(*d.row(first).Token); !s.State.IsOver() {
		t.Errorf("it is %s", s.State)
	}
	if d.Policy("app_gone") != (console.Policy{}) || d.Board().App("app_gone") != nil {
		t.Error("an application that is gone has a policy")
	}
}
