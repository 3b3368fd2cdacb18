package pane_test

import (
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/ui/pane"
)

// A grant that is always for a user is not said to be for the application.
func TestSelectedNamesTheOwnerOfARequest(t *testing.T) {
	t.Parallel()
	for grant, want := range map[string]string{
		console.GrantClientCredentials: "for the application itself",
		console.GrantAuthorizationCode: "for the user who sign",
		console.GrantDeviceCode:        "for the user who sign",
		console.GrantPassword:          "for a user",
	} {
		d := draw(t)
		d.app = 4
		for i := range d.board.Applications {
			d.board.Applications[i].Grant = grant
		}
		if got := plain(d.pane(pane.InRow).Lines(d.scene(""), 118, 4, false)); !strings.Contains(
			got, want) {
			t.Errorf("%s: no %q in\n%s", grant, want, got)
		}
		d = draw(t)
		k := d.token("t_0b233657")
		k.Grant, k.User = grant, ""
		got := plain(d.pane(pane.Zoomed).Full(d.scene("t_0b233657"), 118, 30, false))
		owner := "Ledger · user · "
		if grant == console.GrantClientCredentials {
			owner = "Ledger · app · "
		}
		if !strings.Contains(got, want) || !strings.Contains(got, owner) {
			t.Errorf("%s: no %q in\n%s", grant, want, got)
		}
	}
}

// The two lines of a small screen say what a get would request.
func TestSelectedBriefTellsTheRequest(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.app = 4
	for w, want := range map[int]string{
		60:  "Reports  no token  g would request client credentials",
		80:  "Reports  no token  g would request client credentials, scopes default",
		118: "g would request client credentials, scopes default, for the application itself",
	} {
		got := plain(d.pane(pane.InRow).Brief(d.scene(""), w)[:1])
		if !strings.Contains(got, want) || strings.Contains(got, ":") {
			t.Errorf("%d cells: %q, want %q", w, got, want)
		}
	}
}

// Marked tokens are named even if none of them is listed.
func TestSelectedNamesMarksThatAreNotListed(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.marks = map[string]bool{"t_77b209dd": true, "t_c24162dc": true}
	s := d.scene("")
	s.View.Find = "Payments"
	got := plain(d.pane(pane.InRow).Lines(s, 118, 4, false))
	if !strings.Contains(got, "2 marked, not listed: Orders 77b209dd · Orders c24162dc ") {
		t.Error(got)
	}
}

// No key is said to select a token where none is listed.
func TestSelectedNamesNoKeyWithoutTokens(t *testing.T) {
	t.Parallel()
	for find, want := range map[string]bool{"": true, "zzz": false} {
		d := draw(t)
		s := d.scene("")
		s.View.Find = find
		p := d.pane(pane.Zoomed)
		_, refused := p.Target(s)
		got := plain(p.Lines(s, 118, 4, false)) + strings.Join(p.RightTitle(s), "") +
			string(refused.Hint)
		if strings.Count(got, "↑ ↓ select") != map[bool]int{true: 2}[want] ||
			strings.Contains(got, "↓ next token") != want {
			t.Errorf("find %q: %s", find, got)
		}
	}
	d := draw(t)
	s := d.scene("")
	page := s.TokenPage()
	last := page.Row(page.Len() - 1)
	if got := strings.Join(d.pane(pane.Zoomed).RightTitle(d.scene(last.ID)), ""); strings.Contains(
		got, "next token") {
		t.Errorf("a token after the last one: %s", got)
	}
}
