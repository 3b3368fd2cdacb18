package session_test

import (
	"slices"
	"testing"

	"lanyard/console"
	"lanyard/ui/session"
)

// The life of a token has what the log knows once that was read, and again after a change.
func TestLife(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	kinds := func(id string) (all []console.MomentKind) {
		for _, m := range d.Life(d.row(id)) {
			all = append(all, m.Kind)
		}
		return all
	}
	is := func(what, id string, want ...console.MomentKind) {
		t.Helper()
		if got := kinds(id); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	d.does(session.Copy{Token: ids[0], Form: console.FormCurl})
	is("not read", ids[0], console.MomentGot, console.MomentExpires)
	d.does(session.ReadLife{Token: ids[0]})
	is("read", ids[0], console.MomentGot, console.MomentCopied, console.MomentExpires)
	is("of another", ids[1], console.MomentGot, console.MomentExpires)
	if work := d.ask(session.ReadLife{Token: ids[0]}); len(work) > 0 {
		t.Error("it is read again without a change")
	}
	d.does(session.Copy{Token: ids[0]})
	d.changed()
	d.does(session.ReadLife{Token: ids[0]})
	is("after a change", ids[0], console.MomentGot, console.MomentCopied, console.MomentCopied,
		console.MomentExpires)

	// After it has read a token that is no longer selected, the session reads the selected one.
	first := d.ask(session.ReadLife{Token: ids[1]})
	if work := d.ask(session.ReadLife{Token: ids[0]}); len(first) != 1 || len(work) != 0 {
		t.Fatalf("%d and %d works", len(first), len(work))
	}
	d.run(first...)
	is("the last one asked for", ids[0], console.MomentGot, console.MomentCopied,
		console.MomentCopied, console.MomentExpires)
}
