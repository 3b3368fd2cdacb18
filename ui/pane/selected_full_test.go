package pane_test

import (
	"slices"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/ui/pane"
)

// The large digits of a revoke that can be undone count the seconds until it is sent.
func TestSelectedCountsTheUndoWindow(t *testing.T) {
	t.Parallel()
	d := draw(t)
	k := d.token("t_fb7ddc8f")
	k.RevokeAt, k.RevokeKind = d.at("10:46:25"), console.RevokeBoth
	got := plain(d.pane(pane.InColumn).Column(d.scene(k.ID), 60, 40, false))
	if !strings.Contains(got, "until the revoke is sent") ||
		strings.Contains(got, "left, expires") {
		t.Errorf("the digits are not those of the undo window:\n%s", got)
	}
	if !strings.Contains(got, "Mobile, cloud, PROD key   for the application") {
		t.Errorf("no three blanks between the place and the owner:\n%s", got)
	}
}

// The full view of one column shows a heading only with a line of its block. A low one has no blank
// lines.
func TestFullViewHeadings(t *testing.T) {
	t.Parallel()
	headings := []string{"Keys", "Life", "If revoked now", "The gateway", "Whose", "Use it",
		"Inside", "Header", "At the key manager", "Lineage"}
	d := draw(t)
	d.inspected()
	s := d.scene("t_77b209dd")
	for _, w := range []int{28, 58, 78} {
		for h := 3; h < 40; h++ {
			p := d.pane(pane.Zoomed)
			lines := strings.Split(plain(p.Full(s, w, h, true)), "\n")
			_, below := p.Hidden()
			last := strings.TrimSpace(lines[len(lines)-1])
			if below > 0 && slices.ContainsFunc(headings, func(head string) bool {
				return last == head || strings.HasPrefix(last, head+" ·")
			}) {
				t.Errorf("%dx%d ends with a heading:\n%s", w, h, strings.Join(lines, "\n"))
			}
			if blank := slices.ContainsFunc(lines[:len(lines)-1], func(l string) bool {
				return strings.TrimSpace(l) == ""
			}); h < 10 && blank {
				t.Errorf("%dx%d has a blank line:\n%s", w, h, strings.Join(lines, "\n"))
			}
		}
	}
}

// A token that is over is of no use to any program.
func TestFullViewOffersNoUseOfADeadToken(t *testing.T) {
	t.Parallel()
	d := draw(t)
	for id, want := range map[string]bool{"t_a194eb99": false, "t_c24162dc": true} {
		got := plain(d.pane(pane.Zoomed).Full(d.scene(id), 118, 60, false))
		if strings.Contains(got, "Use it") != want {
			t.Errorf("%s: want its use %t:\n%s", id, want, got)
		}
	}
}

// Before the first secret there is nothing to unlock.
func TestSelectedBeforeTheFirstPassphrase(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.key = console.KeyStatus{Place: "no key yet", Locked: true, Asks: true}
	s := d.scene("t_c24162dc")
	for name, lines := range map[string][]string{
		"row":  d.pane(pane.InRow).Lines(s, 118, 4, false),
		"full": d.pane(pane.Zoomed).Full(s, 78, 60, false),
	} {
		if got := plain(lines); strings.Contains(got, "unlock") ||
			!strings.Contains(got, "the first secret asks for a passphrase") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}
