package ui_test

import (
	"testing"

	"lanyard/console"
)

// The zoomed pane Selected of an application without a token reads its subscriptions in the store,
// also those that another process keeps later.
func TestSubscriptionsOfTheScope(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	keep := func(svc *console.Service, api string) {
		t.Helper()
		err := svc.KeepSubscriptions(t.Context(), "Orders",
			[]console.Subscription{{API: api, Version: "1.0", Status: "UNBLOCKED"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	keep(l.svc, "pizza")
	l.Key("3", "z")
	l.shows("Subscriptions", "1 API, as the portal said", "pizza 1.0 · active")
	keep(l.service("other"), "beer")
	l.Changed()
	l.shows("beer 1.0 · active")
}
