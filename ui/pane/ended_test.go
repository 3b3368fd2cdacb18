package pane_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/ui/pane"
)

// revokeSoon decides a revoke of a token that can still be undone.
func (d *sketch) revokeSoon(id string) {
	k := d.token(id)
	k.RevokeAt, k.RevokeKind = d.at("10:46:25"), console.RevokeBoth
}

// A token that had ended before its revoke was decided is not said to work until then.
func TestRevokeOfTheEnded(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]struct {
		presented string
		works     bool
	}{
		"t_fb7ddc8f": {"Until the server accepts the revoke the token works.", true},
		"t_replaced": {"The token had ended before this revoke.", false},
	} {
		d := draw(t)
		d.everyState()
		d.revokeSoon(id)
		s := d.scene(id)
		if got := pane.Present(s, s.Current).Words[0]; got != want.presented {
			t.Errorf("presented %s: %q, want %q", id, got, want.presented)
		}
		text := plain(d.pane(pane.InRow).Lines(s, 200, 4, false))
		got := strings.Contains(text, "until then the token works as before")
		if got != want.works {
			t.Errorf("selected %s: works as before: %t\n%s", id, got, text)
		}
	}
}

// The line of a token that only the gateway refuses has no revoke on it.
func TestPresentedRefusal(t *testing.T) {
	t.Parallel()
	d := draw(t)
	k := d.token("t_fb7ddc8f")
	k.Probes = []console.Probe{d.probe("10:44:08", 401), d.probe("10:44:10", 401),
		d.probe("10:44:12", 401)}
	for id, want := range map[string]string{
		k.ID: "dead 10:44:08", "t_a194eb99": "revoked 10:44:02, dead 10:44:08",
	} {
		s := d.scene(id)
		var got []string
		for _, e := range pane.Present(s, s.Current).Life.Events {
			got = append(got, e.Label)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

// The events that are left out and those that are listed are all events.
func TestEarlierEventsAreCounted(t *testing.T) {
	t.Parallel()
	d := draw(t)
	const events = 1 + 30 + 2 // the issue, the copies, now and the expiry
	for i := range 30 {
		d.copied("t_c24162dc", fmt.Sprintf("10:45:%02d", i), console.FormCurl)
	}
	listed, earlier := 0, 0
	text := plain(d.pane(pane.InColumn).Column(d.scene("t_c24162dc"), 48, 40, false))
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[1] == "earlier":
			earlier, _ = strconv.Atoi(words[0])
		case len(words) > 1 && len(words[0]) == 8 && strings.Count(words[0], ":") == 2,
			len(words) == 2 && words[1] == "now":
			listed++
		}
	}
	if earlier == 0 || listed+earlier != events {
		t.Errorf("%d events are listed and %d earlier, of %d:\n%s", listed, earlier, events, text)
	}
}
