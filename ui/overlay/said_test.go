package overlay

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

func sceneOf() *scene.Scene {
	bound := keys.New(nil)
	return &scene.Scene{Keys: &bound, Styles: &themes.Styles{}}
}

// A name that holds the typed text comes before one that a synonym of what it does matches.
func TestChooserOrder(t *testing.T) {
	t.Parallel()
	var c chooser
	c.begin()
	c.all = []Entry{{Word: "quit", Does: "ends the presentation"}, {Word: "represent"},
		{Word: "paint", Also: "present"}, {Word: "presenter mode"}, {Word: "log"}}
	c.input.SetValue("present")
	var got []string
	for _, e := range c.shown() {
		got = append(got, e.Word)
	}
	if want := []string{"presenter mode", "paint", "represent", "quit"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Two applications that differ by the type of their key only are told apart.
func TestWhichTellsTheKeyType(t *testing.T) {
	t.Parallel()
	for keyType, want := range map[string]string{
		console.KeyProduction: "Orders cloud", console.KeySandbox: "Orders cloud sandbox",
	} {
		line := (&Which{}).line(sceneOf(), whichApp{name: "Orders", place: "cloud",
			keyType: keyType}, 60, false)
		if got := strings.Join(strings.Fields(ansi.Strip(line)), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The reason why a token has no such form goes with the next key.
func TestCopyDropsItsMessage(t *testing.T) {
	t.Parallel()
	s, o := sceneOf(), NewCopy(&console.Token{Fingerprint: "77b209dd"}, false)
	shows := func() bool {
		box := ansi.Strip(strings.Join(o.Box(s, 60, 12), "\n"))
		return strings.Contains(box, "the access token") && strings.Contains(box, "JSON") &&
			strings.Contains(box, "the refresh token: not issued")
	}
	o.Press(s, keys.None, "r")
	if !shows() {
		t.Error("the reason is not shown")
	}
	if o.Press(s, keys.Down, "down"); shows() {
		t.Error("the reason is shown after another key")
	}
}

// Of one token it is not said that one of them lives by its refresh token.
func TestRevokeAllOfOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, refresh int
		want       string
	}{
		{1, 0, "1 living token of Orders"},
		{1, 1, "1 living token of Orders, only by its refresh token"},
		{2, 1, "2 living tokens of Orders, 1 of them only by its refresh token"},
		{3, 2, "3 living tokens of Orders, 2 of them only by their refresh tokens"},
	} {
		o := &RevokeAll{name: "Orders", n: c.n, refresh: c.refresh}
		strong, _ := o.text(sceneOf(), 120)
		if got := strings.Join(strong, " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
