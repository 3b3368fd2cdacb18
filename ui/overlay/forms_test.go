package overlay

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

func emptyScene() *scene.Scene {
	m := keys.New(nil)
	return &scene.Scene{Keys: &m, Styles: &themes.Styles{}, App: -1, Board: &session.Board{}}
}

// press types a text into an overlay.
func press(o scene.Typist, text string) {
	for _, r := range text {
		o.Typed(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// A choice takes the option that begins with a letter, and says how to choose if none does.
func TestGrantTellsThatAChoiceIsChosen(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	o := NewGrant(&session.App{Application: console.Application{
		Name: "Orders", Grant: console.GrantClientCredentials,
	}}, session.Get{})
	press(o, "w")
	if got := boxText(s, o, 68, 8); !strings.Contains(got, "← → choose") {
		t.Errorf("a letter vanishes:\n%s", got)
	}
	if press(o, "p"); o.get.Grant != console.GrantPassword {
		t.Errorf("p chooses %s", o.get.Grant)
	}
	press(o, "c")
	o.knows = "default read write delete"
	o.Focused().Offered = false
	if got := boxText(s, o, 26, 5); !strings.Contains(got, "how the token is") ||
		strings.Contains(got, "how the token is reques…") {
		t.Errorf("the help is cut:\n%s", got)
	}
}

// In the smallest box a problem is whole, and so is the first part of the help of a field.
func TestSmallFormsCutNoText(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	fields := func(_, h int) (out []string) {
		for range h {
			out = append(out, kit.Spaces(26))
		}
		return out
	}
	const why = "✕ token URL: http:// would show secrets to everyone on the way: use https://"
	for _, x := range []struct {
		box  formBox
		want string
	}{
		{formBox{said: why, height: 12, least: 10}, why},
		{formBox{help: "the client secret of the application; kept sealed", height: 12, least: 10},
			"the client secret of the application"},
	} {
		for h := 5; h < 12; h++ {
			lines := x.box.lines(s, 26, h, fields)
			text := strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
			if !strings.Contains(text, x.want) || len(lines) != h {
				t.Errorf("%d lines: %q is cut: %q", h, x.want, text)
			}
		}
	}
}

// The help of a field stands below the last field, with one blank line between.
func TestHelpIsBelowTheFields(t *testing.T) {
	t.Parallel()
	b := formBox{help: "the help", height: 9, least: 7}
	lines := b.lines(emptyScene(), 60, 13, func(int, int) []string {
		return []string{"a", "b", "c", "d", "e", "f", "last"}
	})
	for i, line := range lines {
		if line == "last" && !strings.Contains(lines[i+2], "the help") {
			t.Errorf("the help is elsewhere: %q", lines)
		}
	}
}

// The question whether to throw away what was typed is whole in a narrow box.
func TestAppAsksInANarrowBox(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	o := NewApp(s, nil, "")
	press(o, "B")
	o.Typed(tea.KeyPressMsg{Code: tea.KeyEscape})
	if got := boxText(s, o, 26, 5); !strings.Contains(got, "throw it away?") {
		t.Errorf("the question is cut:\n%s", got)
	}
}

// The question of revoke all asks for something.
func TestRevokeAllAsksForTheNumber(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	for n, want := range map[int]string{
		1: "Type 1 to revoke it.", 3: "Type their number (3) to revoke them.",
	} {
		o := NewRevokeAll(&session.App{Application: console.Application{Name: "Orders"}})
		o.n = n
		w, h := o.Size(s, 100, 30)
		if got := boxText(s, o, w, h); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// The field for a pasted text has the mark of a required one.
func TestImportNeedsTheText(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	o := NewImport(nil)
	o.fromText = true
	if got := boxText(s, o, 76, 13); !strings.Contains(got, "text *") {
		t.Errorf("no mark:\n%s", got)
	}
}
