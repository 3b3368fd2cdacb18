package pane_test

import (
	"strings"
	"testing"

	"lanyard/ui/pane"
)

// Probes until it is dead are offered for no token that is over, as in the footer.
func TestSelectedOffersNoProofOfTheDead(t *testing.T) {
	t.Parallel()
	d := draw(t)
	for _, id := range d.everyState() {
		s := d.scene(id)
		if s.Current.Token == nil {
			continue
		}
		all := plain(d.pane(pane.Zoomed).Full(s, 80, 60, true)) +
			plain(d.pane(pane.InRow).Lines(s, 240, 4, true))
		over := s.Current.State.IsOver()
		if got := strings.Contains(all, "until it is dead"); got == over {
			t.Errorf("%s: over %v, but P is offered %v:\n%s", id, over, got, all)
		}
		if !strings.Contains(all, "p  probes it") {
			t.Errorf("%s: a single probe is not offered:\n%s", id, all)
		}
	}
}
