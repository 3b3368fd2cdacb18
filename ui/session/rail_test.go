package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// railText returns the rows of the rail: name and number of living tokens.
func railText(r session.Rail) string {
	var out []string
	for _, row := range r.Rows {
		name := string(row.Name)
		switch {
		case row.Production:
			name = "# " + name + " production"
		case row.Scope.Kind == session.OneEnvironment:
			name = "# " + name
		}
		out = append(out, fmt.Sprintf("%s %d", name, row.Tally.Living()))
	}
	return strings.Join(out, ", ")
}

func TestRail(t *testing.T) {
	t.Parallel()
	l := listed(t)
	r := l.Rail("", false)
	// environments in the order of the configuration, applications by name
	want := "All 6, # cloud 5, Kiosk 1, orders 3, Payments 1, # prod-eu production 1, Ledger 1"
	if got := railText(r); got != want || r.Apps != 4 {
		t.Errorf("%s\nwant %s; %d applications", got, want, r.Apps)
	}
	next := map[string]time.Duration{"All": 50 * time.Second, "cloud": 20 * time.Minute,
		"orders": 40 * time.Minute, "Payments": 20 * time.Minute, "prod-eu": 50 * time.Second}
	for i, row := range r.Rows {
		if r.Index(row.Scope) != i || (row.App >= 0) != (row.Scope.Kind == session.OneApplication) {
			t.Errorf("row %d: %+v", i, row)
		}
		if d, ok := next[string(row.Name)]; ok && !row.Tally.Next.Equal(t0.Add(d)) {
			t.Errorf("%s: next in %v, want %v", row.Name, row.Tally.Next.Sub(t0), d)
		}
	}
	if all := r.Rows[0].Tally; all.Lingering != 3 || !all.StaleUnknown ||
		!all.StaleUntil.Equal(t0.Add(14*time.Minute)) || all.Revoking != 1 || all.Expiring != 1 {
		t.Errorf("all: %+v", all)
	}
	if r.Index(session.Scope{Kind: session.OneApplication, Name: "gone"}) != -1 {
		t.Error("an application that is not listed has a row")
	}
}

// Applications that are no longer configured are the last ones of their environment.
func TestRailOfGoneApplications(t *testing.T) {
	t.Parallel()
	l := listed(t)
	l.board.Applications[3].Source = console.Gone
	l.read()
	want := "All 6, # cloud 5, orders 3, Payments 1, Kiosk 1, # prod-eu production 1, Ledger 1"
	if got := railText(l.Rail("", false)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// With a find the rail has the applications of the tokens that are found, with their numbers, and
// those whose names hold what is typed.
func TestRailFinds(t *testing.T) {
	t.Parallel()
	l := listed(t)
	for find, want := range map[string]string{
		"late":    "All 1, # cloud 1, orders 1",
		"kiosk":   "All 1, # cloud 1, Kiosk 1",
		"ledger":  "All 1, # prod-eu production 1, Ledger 1",
		"zzz":     "All 0",
		"revoked": "All 0, # cloud 0, orders 0, Payments 0, # prod-eu production 0, Ledger 0",
	} {
		r := l.Rail(find, false)
		if got := railText(r); got != want {
			t.Errorf("%s: %s\nwant %s", find, got, want)
		}
	}
	if got := railText(l.Rail("prod-eu", true)); got != "All 0" {
		t.Errorf("an audience finds an environment: %s", got)
	}
}

func TestRailWithoutApplications(t *testing.T) {
	t.Parallel()
	s := session.New(t.Context(), session.Options{})
	if r := s.Rail("", false); railText(r) != "All 0" || r.Apps != 0 {
		t.Errorf("%s", railText(r))
	}
}
