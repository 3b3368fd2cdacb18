package ui_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
	"lanyard/ui/keys"
)

// A key without effect gives the reason, in place of an older notice. A key with an effect removes
// an older notice.
func TestKeysReplaceTheOldNotice(t *testing.T) {
	t.Parallel()
	const old = "Got " // the notice of the get
	for _, c := range []struct {
		keys []string
		says string
	}{
		{[]string{"5"}, "no action is on 5"},
		{[]string{"up"}, "this is the first row"},
		{[]string{"home"}, "this is the first row"},
		{[]string{"down"}, "this is the last row"},
		{[]string{"pgdown"}, "this is the last row"},
		{[]string{"2"}, "tokens has the keys already"},
		{[]string{"left", "left"}, "there is no pane to the left"},
		{[]string{"right", "right", "right"}, "there is no pane to the right"},
		{[]string{"3", "down"}, "this is the last row"},
		{[]string{"esc", "esc"}, "nothing is open"},
		{[]string{"u"}, "there is nothing to undo"},
		{[]string{"Y", "5"}, "no action is on 5 here"},
		{[]string{"enter", "T"}, ""},
		{[]string{"Y", "z"}, "zoom does not work in this box"},
		{[]string{"Y", "r"}, "not issued"},
		{[]string{"z"}, ""},
		{[]string{"tab"}, ""},
		{[]string{"space"}, ""},
		{[]string{":"}, ""},
		{[]string{"/"}, ""},
	} {
		l := alive(t).scoped("Orders")
		l.Key("g")
		l.shows(old)
		l.Key(c.keys...)
		frame := ansi.Strip(l.Frame())
		if c.says != "" && !strings.Contains(strings.ToLower(frame), c.says) {
			t.Errorf("%q: no %q:\n%s", c.keys, c.says, frame)
		}
		if strings.Contains(frame, old) {
			t.Errorf("%q: the old notice stands:\n%s", c.keys, frame)
		}
	}
}

// A shown token is hidden before the console is suspended, by ctrl+z or by a signal.
func TestStopHidesTheToken(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "v")
	l.shows("access-1")
	l.Hold = true
	l.Key("ctrl+z")
	if l.Overlays() != 0 || l.Frame() != "" {
		t.Errorf("%d open, %q", l.Overlays(), l.Frame())
	}
	l.Hold = false
	l.Send(tea.ResumeMsg{})
	if strings.Contains(l.Frame(), "access-1") {
		t.Error("it comes back with the token")
	}
	l = alive(t).scoped("Orders") // the token is still being read
	l.Key("g")
	l.Hold = true
	l.Key("v", "ctrl+z")
	l.Hold = false
	l.Run(l.Held[0])
	l.Send(tea.ResumeMsg{})
	if l.Overlays() != 0 || strings.Contains(l.Frame(), "access-1") {
		t.Error("it comes back with the token that was being opened")
	}
}

// lowerCase matches the first word of a sentence that begins with a small letter.
var lowerCase = regexp.MustCompile(`(?:^|[^ ][.!?] )(\p{Ll}\S*)(?: (\S+))?`)

// noticesRead reports whether each notice that a test has shown reads as sentences. A sentence that
// begins with a small letter begins with a key, a command or a name.
func noticesRead() bool {
	good := true
	for shown, names := range ui.Notices.Range {
		for _, m := range lowerCase.FindAllStringSubmatch(shown.(string), -1) {
			word, next := strings.TrimRight(m[1], ".,:;"), m[2]
			_, key := keysOf.Find(word)
			key = key || utf8.RuneCountInString(word) == 1
			if key && (word != "a" || strings.HasSuffix(next, "s")) || word == "lanyard" ||
				slices.Contains(names.([]string), word) ||
				strings.ContainsAny(word, "0123456789+`_.=[]{}()/") {
				continue
			}
			fmt.Fprintf(os.Stderr, "%q begins in the notice %q\n", m[0], shown)
			good = false
		}
	}
	return good
}

var keysOf = keys.New(nil)

// esc keeps the scope. Its refusal names the keys that go to All.
func TestEscKeepsTheScope(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("1", "esc")
	l.shows("home goes to All. Nothing is open.", "2 Tokens · Orders")
	l.Key("2", "esc")
	l.shows("1 home go to All. Nothing is open.", "2 Tokens · Orders")
	l.Key("1", "home", "esc")
	l.shows("Nothing is open.", "2 Tokens · all")
}

// The help of a pane names it, and lists the keys of the other panes apart.
func TestHelpNamesItsPane(t *testing.T) {
	t.Parallel()
	for key, pane := range map[string]string{
		"1": "Applications", "2": "Tokens", "3": "Selected", "4": "Activity",
	} {
		l := alive(t)
		l.Resize(120, 100)
		l.Key(key, "?", "end")
		l.shows("Keys in "+pane, "revoke, after the undo window")
		if other := strings.Contains(ansi.Strip(l.Frame()),
			"In other panes, not in Activity"); other != (key == "4") {
			t.Errorf("%s: keys of other panes apart: %t", pane, other)
		}
	}
}
