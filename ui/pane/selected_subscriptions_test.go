package pane_test

import (
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/ui/pane"
	"lanyard/ui/session"
)

// The full view of an application without a token lists what it may call. It reads that in the
// store, once for each reading of the board, and names the key that asks a portal.
func TestSelectedSubscriptions(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.board.Tokens = nil
	d.board.Applications[0].Source = console.FromStore
	d.app = 0
	s := d.scene("")
	asks := func(shape pane.Shape) bool {
		r, ok := d.pane(shape).Wants(s).(session.ReadSubscriptions)
		return ok && r.ConsumerKey == consumerKey
	}
	shows := func(want ...string) {
		t.Helper()
		for _, shape := range []pane.Shape{pane.Zoomed, pane.InColumn} {
			text := plain(d.pane(shape).Lines(d.scene(""), 60, 40, true))
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("no %q in\n%s", w, text)
				}
			}
		}
	}
	if !asks(pane.Zoomed) || !asks(pane.InColumn) || asks(pane.InRow) {
		t.Error("what is shown is not read, or what is not shown is read")
	}
	if text := plain(d.pane(pane.Zoomed).Full(d.scene(""), 60, 40, true)); strings.Contains(text,
		"Subscriptions") {
		t.Errorf("before they were read:\n%s", text)
	}
	d.lock() // subscriptions are not sealed
	read := session.SubscriptionsRead{ConsumerKey: consumerKey}
	d.session.Apply(read, d.now)
	if asks(pane.Zoomed) {
		t.Error("they are read twice")
	}
	if s = d.scene(""); !asks(pane.Zoomed) {
		t.Error("another reading of the board does not read them again")
	}
	shows("Subscriptions", "no portal was asked", "i  asks a portal")

	read.Subscriptions = console.Subscriptions{
		At: d.at("10:41:21"), All: []console.Subscription{
			{API: "Pizza\x1b[2J", Version: "1.0", Context: "/pizza/1.0", Tier: "Gold",
				Status: "UNBLOCKED"},
			{API: "Beer", Status: "ON_HOLD"},
		},
	}
	d.session.Apply(read, d.now)
	shows("2 APIs, as the portal said 5 min ago", "1.0 · /pizza/1.0 · Gold · active",
		"Beer · waits for approval", "i  asks the portal again")
	d.board.Applications[0].Source = console.FromConfig // it stays as it is on an import
	shows("lanyard import portal URL", "asks the portal again")

	d.session.Apply(session.SubscriptionsRead{ConsumerKey: consumerKey}, d.now)
	empty := func(why string) {
		t.Helper()
		text := plain(d.pane(pane.Zoomed).Full(d.scene(""), 60, 40, true))
		if strings.Contains(text, "Subscriptions") {
			t.Errorf("%s:\n%s", why, text)
		}
	}
	empty("an import would tell nothing of it")
	d.board.Applications[0].Source, d.board.Applications[0].KeyType = console.FromStore, ""
	empty("of a server without a portal")
}
