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
