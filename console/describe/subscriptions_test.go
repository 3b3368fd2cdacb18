package describe_test

import (
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
)

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	subs := console.Subscriptions{At: at, All: []console.Subscription{
		{API: "Pizza", Version: "1.0.0", Context: "/pizza/1.0.0", Tier: "Gold",
			Status: "UNBLOCKED"},
		{API: "Beer", Status: "ON_HOLD"},
		{API: "Wine", Version: "2", Status: "OF_THE_FUTURE"},
	}}
	got := describe.Subscriptions(subs, at.Add(2*time.Hour))
	want := []string{
		"3 APIs, as the portal said " + console.Ago(2*time.Hour),
		"Pizza 1.0.0 · /pizza/1.0.0 · Gold · active", "Beer · waits for approval",
		"Wine 2 · of the future",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	none := describe.Subscriptions(console.Subscriptions{At: at}, at)
	if len(none) != 1 || none[0] != "no APIs, as the portal said "+console.Ago(0) {
		t.Errorf("without any: %q", none)
	}
	if never := describe.Subscriptions(console.Subscriptions{}, at); never != nil {
		t.Errorf("never asked: %q", never)
	}
}
