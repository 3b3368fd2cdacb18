package cli

import (
	"testing"

	"lanyard/cli/host"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// sessionClipboard returns every result of the machine's clipboard unchanged.
func TestSessionClipboard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		blind   bool
		later   session.Later
		outcome session.Outcome
	}{
		{false, session.NotCleared, session.CannotTell},
		{true, session.ClearedBlind, session.WasBlind},
	} {
		noEnv := func(string) string { return "" }
		b := sessionClipboard{host.NewClipboard(noEnv, host.ViaTerminal, nil, c.blind)}
		copied, err := b.Copy(t.Context(), secret.New("canary-token"), false)
		if err != nil || copied.Via != "terminal" || copied.Certain || copied.Later != c.later ||
			copied.Serial != 1 ||
			copied.Terminal.IsZero() {
			t.Errorf("blind %t, copied: %+v, %v", c.blind, copied, err)
		}
		cleared, err := b.Clear(t.Context(), copied.Serial)
		if err != nil || cleared.Via != "osc52" || cleared.Outcome != c.outcome ||
			cleared.Terminal.IsZero() == c.blind {
			t.Errorf("blind %t, cleared: %+v, %v", c.blind, cleared, err)
		}
	}
}

func TestClipboardResults(t *testing.T) {
	t.Parallel()
	for from, want := range map[host.Later]session.Later{
		host.NotCleared: session.NotCleared, host.ClearedIfOurs: session.ClearedIfOurs,
		host.ClearedBlind: session.ClearedBlind,
	} {
		got := copiedTo(host.Copied{Later: from, Around: true})
		if got.Later != want || !got.Around {
			t.Errorf("%v: %+v", from, got)
		}
	}
	for from, want := range map[host.Outcome]session.Outcome{
		host.NothingToClear: session.NothingToClear, host.WasOurs: session.WasOurs,
		host.WasReplaced: session.WasReplaced, host.WasBlind: session.WasBlind,
		host.CannotTell: session.CannotTell,
	} {
		got := clearedIn(host.Cleared{Outcome: from, Around: true})
		if got.Outcome != want || !got.Around {
			t.Errorf("%v: %+v", from, got)
		}
	}
}
