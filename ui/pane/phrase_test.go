package pane

import (
	"strings"
	"testing"

	"lanyard/ui/kit"
)

// Phrases are left out or become shorter in the order that their kinds give.
func TestFittingPhrases(t *testing.T) {
	t.Parallel()
	renew := does("r", "refreshes it; at most 0:41", "refreshes it")
	spare := does("Y c", "curl")
	spare.spare = true
	enter := does("enter", "everything")
	enter.kept = true
	verbs := []phrase{renew, does("x", "revokes"), spare, does("y", "copies"), enter}
	name := say("Orders · 77b209dd", "77b209dd")
	name.firm = true
	why := say("the gateway refused it last", "refused")
	why.firm = true
	state := say("active")
	state.kept = true
	token := []phrase{name, state, why, say("with a refresh token", "+ refresh"), {}}
	for _, c := range []struct {
		w    int
		all  []phrase
		want string
	}{
		{90, verbs, "r refreshes it; at most 0:41    x revokes   Y c curl   y copies   enter " +
			"everything"},
		{76, verbs, "r refreshes it; at most 0:41    x revokes   y copies   enter everything"},
		{62, verbs, "r refreshes it   x revokes   y copies   enter everything"},
		{50, verbs, "r refreshes it   x revokes   enter everything"},
		{40, verbs, "r refreshes it   enter everything"},
		{20, verbs, "r refreshes it"},
		{10, verbs, ""},
		{80, token, "Orders · 77b209dd   active   the gateway refused it last   " +
			"with a refresh token"},
		{70, token, "Orders · 77b209dd   active   the gateway refused it last   + refresh"},
		{58, token, "Orders · 77b209dd   active   the gateway refused it last"},
		{40, token, "Orders · 77b209dd   active   refused"},
		{30, token, "Orders · 77b209dd   active"},
		{20, token, "77b209dd   active"},
		{10, token, "77b209dd"},
	} {
		shown := fitting(c.all, c.w, 3)
		var b strings.Builder
		for i, p := range shown {
			if p.key != "" {
				b.WriteString(p.key + " ")
			}
			b.WriteString(p.texts[0])
			if i < len(shown)-1 {
				b.WriteString(kit.Spaces(p.gapAfter(3)))
			}
		}
		if b.String() != c.want {
			t.Errorf("%d cells: %q, want %q", c.w, b.String(), c.want)
		}
	}
	if n := len(token[0].texts) + len(verbs[0].texts); n != 4 {
		t.Error("the phrases of the caller were changed")
	}
}

func TestListOf(t *testing.T) {
	t.Parallel()
	names := []string{"Orders 77b209dd", "Ledger 1a61483b", "Orders c24162dc"}
	for _, c := range []struct {
		w, total int
		want     string
	}{
		{70, 3, "4 marked: Orders 77b209dd · Ledger 1a61483b · Orders c24162dc"},
		{52, 3, "4 marked: Orders 77b209dd · Ledger 1a61483b · 1 more"},
		{80, 4, "4 marked: Orders 77b209dd · Ledger 1a61483b · Orders c24162dc · 1 more"},
		{40, 4, "4 marked: Orders 77b209dd · 3 more"},
		{50, 0, "4 marked: Orders 77b209dd · Ledger 1a61483b"},
		{20, 4, "4 marked"},
	} {
		if got := listOf("4 marked: ", names, c.total, " · ", c.w).texts[0]; got != c.want {
			t.Errorf("%d cells of %d: %q, want %q", c.w, c.total, got, c.want)
		}
	}
}
