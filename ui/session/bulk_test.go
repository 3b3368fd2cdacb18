package session_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/session"
)

func TestBulkRevoke(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	for _, id := range ids {
		d.ToggleMark(id)
	}
	d.ask(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, What: "marked tokens", Marked: true})
	q := once[session.Ask](d)
	if about, ok := q.About.(session.Several); !ok || len(about.Bulk.Tokens) != 3 {
		t.Fatalf("asked about %+v", q.About)
	}
	if len(d.Marked()) != 3 || len(d.Flights()) > 0 {
		t.Fatal("it has begun before the answer")
	}
	work := d.ask(q.Then)
	if len(work) != 1 || len(d.Flights()) != 3 || len(d.Marks()) != 0 {
		t.Fatalf("%d works, in flight %v, marked %v", len(work), d.Flights(), d.Marked())
	}
	d.run(work...)
	for _, e := range told[session.Decided](d) {
		if !e.Bulk || e.Err != nil {
			t.Errorf("decided %+v", e)
		}
	}
	if f := once[session.BulkDone](d); f.N != 3 || len(f.Failures) > 0 ||
		f.What != "marked tokens" {
		t.Errorf("summed up: %+v", f)
	}
	if d.after(4 * time.Second); len(d.api.revokes) != 3 {
		t.Errorf("%d revokes", len(d.api.revokes))
	}
}

func TestBulkRevokeAsks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tokens       int
		production   bool
		marked       bool
		unseen       int
		answered     bool
		verb         session.Verb
		asks, begins bool
	}{
		"several":           {tokens: 2, verb: session.VerbRevoke, asks: true},
		"one":               {tokens: 1, verb: session.VerbRevoke, begins: true},
		"one in production": {tokens: 1, production: true, verb: session.VerbRevoke, asks: true},
		"one that is unseen": {tokens: 1, marked: true, unseen: 1, verb: session.VerbRevoke,
			asks: true},
		"the answer":          {tokens: 2, answered: true, verb: session.VerbRevoke, begins: true},
		"probes of several":   {tokens: 2, verb: session.VerbProbe, begins: true},
		"renewals of several": {tokens: 2, verb: session.VerbRenew, begins: true},
	} {
		d := sit(t, func(o *options) {
			o.app = func(a *console.Application) { a.Environment.Production = c.production }
		})
		work := d.ask(session.Bulk{
			Verb: c.verb, Tokens: d.get(c.tokens), Marked: c.marked, Unseen: c.unseen,
			Confirmed: c.answered,
		})
		if asks := len(told[session.Ask](d)) == 1; asks != c.asks || (len(work) > 0) != c.begins {
			t.Errorf("%s: asks %t, begins %d works", name, asks, len(work))
		}
	}
}

func TestBulkMixedOutcomes(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(4)
	d.does(session.Revoke{Token: ids[3]})
	probe := d.ask(session.Probe{Token: ids[2]})
	d.facts = nil
	tokens := []string{ids[0], "t_gone", ids[1], ids[2], ids[3], ids[0]}
	work := d.ask(session.Bulk{Verb: session.VerbRevoke, Tokens: tokens, Confirmed: true})
	why := map[string]session.SkipReason{}
	for _, f := range told[session.TokenSkipped](d) {
		why[f.ID] = f.Why
	}
	if why["t_gone"] != session.SkipGone || why[ids[2]] != session.SkipInFlight ||
		why[ids[3]] != session.SkipRevoking || why[ids[0]] != session.SkipInFlight ||
		len(why) != 4 {
		t.Errorf("left out: %v", why)
	}
	err := d.kept.Update(t.Context(), func(w console.Writer) error { return w.DropToken(ids[1]) })
	if err != nil {
		t.Fatal(err)
	}
	d.changed() // the token is gone before its revoke is decided
	d.run(work...)
	f := once[session.BulkDone](d)
	if f.N != 6 || len(f.Failures) != 5 {
		t.Fatalf("summed up: %+v", f)
	}
	last := f.Failures[4]
	if last.ID != ids[1] || last.Err == nil || last.Why != session.NotSkipped ||
		last.Fingerprint != fp(2) {
		t.Errorf("the token that vanished: %+v", last)
	}
	d.run(probe...)
	never[session.BulkDone](d)
}

func TestBulkOfNothing(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.ToggleMark("t_gone")
	d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: []string{"t_gone"}, Marked: true})
	once[session.TokenSkipped](d)
	if f := once[session.BulkDone](d); f.N != 1 || len(f.Failures) != 1 {
		t.Errorf("summed up: %+v", f)
	}
	if len(d.Marks()) != 1 {
		t.Error("nothing was done, and the marks are gone")
	}
	if d.Unmark(); len(d.Marks()) != 0 {
		t.Error("marked still")
	}
}

// TestSkips checks each reason to skip a token.
func TestSkips(t *testing.T) {
	t.Parallel()
	device := func(a *console.Application) { a.Grant = tokenapi.GrantDeviceCode }
	plain := sit(t)
	id := plain.get(1)[0]
	plain.does(session.Revoke{Token: id})
	plain.after(4 * time.Second)
	if why := plain.Skips(session.VerbRevoke, id).Why; why != session.SkipRevoked {
		t.Errorf("revoked: %d", why)
	}
	if why := plain.Skips(session.VerbProbe, id).Why; why != session.NotSkipped {
		t.Errorf("a probe of what is revoked: %d", why)
	}
	b := plain.stored()
	for name, c := range map[string]struct {
		app  func(*console.Application)
		verb session.Verb
		why  session.SkipReason
	}{
		"read only":       {readOnly, session.VerbRevoke, session.SkipReadOnly},
		"read only, look": {readOnly, session.VerbProbe, session.NotSkipped},
		"person":          {device, session.VerbRenew, session.SkipNeedsPerson},
		"without one":     {device, session.VerbRenew, session.NotSkipped},
		"supersedes":      {supersedes, session.VerbRenew, session.SkipSupersedes},
		"not that one":    {supersedes, session.VerbProbe, session.NotSkipped},
	} {
		d := sit(t, func(o *options) { o.app = c.app })
		b := b
		b.Applications = slices.Clone(d.apps)
		b.Tokens = slices.Clone(b.Tokens)
		tok := &b.Tokens[0]
		tok.AppID, tok.RevokeKind = d.apps[0].ID, ""
		tok.AcceptedAt, tok.RevokeAt = time.Time{}, time.Time{}
		if name == "person" { // it counts who signed in for the token
			tok.Grant = console.GrantDeviceCode
		}
		d.file(b)
		left := d.Skips(c.verb, id)
		if left.Why != c.why || left.Fingerprint != fp(1) ||
			(left.Held != "") != (c.why == session.SkipSupersedes) {
			t.Errorf("%s: %+v, want %d", name, left, c.why)
		}
	}
}

func readOnly(a *console.Application) { a.Environment.ReadOnly = true }

// supersedes is an option: the server revokes the older token of the same key, user and scopes.
func supersedes(a *console.Application) { a.Environment.Regime = console.RegimeJWT }

// A verb on many tokens asks once for each set of scopes what a get may end, because the answer
// walks all tokens.
func TestBulkWalksTokensOnce(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) { o.app = supersedes })
	id := d.get(1)[0]
	b := d.stored()
	one := *d.row(id).Token
	b.Tokens = nil
	var ids []string
	for i := range 200 {
		tok := one
		tok.ID = fmt.Sprint("t_", i)
		tok.Asked = []string{[]string{"read", "write"}[i%2]}
		b.Tokens, ids = append(b.Tokens, tok), append(ids, tok.ID)
	}
	d.file(b)
	d.ask(session.Bulk{Verb: session.VerbRenew, Tokens: ids})
	if n := len(told[session.TokenSkipped](d)); n != len(ids) || d.Walks() != 2 {
		t.Errorf("%d of %d tokens are skipped, after %d walks", n, len(ids), d.Walks())
	}
	d.file(b)
	if d.Walks() != 0 {
		t.Error("the answers are kept for another reading")
	}
}

// Renewals of one application run one after the other. At the same time they would be one request.
func TestBulkRenewsInTurn(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		d := sit(t)
		d.api.refresh = true
		ids := d.get(3)
		if fails {
			d.api.tokenErr = refused(tokenapi.GrantRefreshToken, "invalid_grant")
		}
		work := d.ask(session.Bulk{Verb: session.VerbRenew, Tokens: ids})
		if len(work) != 1 || len(d.Flights()) != 3 {
			t.Fatalf("%d works at once, in flight %v", len(work), d.Flights())
		}
		var readings []session.Work
		for i := range ids {
			never[session.BulkDone](d)
			if !d.Brings(d.apps[0].ID) {
				t.Error("nothing brings a token")
			}
			before := d.api.tokens
			work = d.apply(d.came(work[0])...)
			readings = append(readings, work[min(1, len(ids)-1-i):]...)
			if d.api.tokens != before+1 {
				t.Fatalf("renewal %d: %d requests", i, d.api.tokens-before)
			}
		}
		d.run(readings...)
		f := once[session.BulkDone](d)
		if n := len(told[session.Renewed](d)); n != 3 || (len(f.Failures) == 3) != fails {
			t.Errorf("%d renewed, summed up: %+v", n, f)
		}
	}
}

// A revoke of marked tokens takes their marks. Undone, the tokens are marked as before.
func TestUndoMarksAgain(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	d.ToggleMark(ids[0])
	d.ToggleMark(ids[1])
	marked := session.Bulk{
		Verb: session.VerbRevoke, Tokens: d.Marked(), Marked: true, Confirmed: true,
	}
	d.does(marked)
	if len(d.Marks()) != 0 {
		t.Errorf("revoked, and marked still: %v", d.Marked())
	}
	d.does(session.Undo{})
	if m := d.Marks(); len(m) != 2 || !m[ids[0]] || !m[ids[1]] {
		t.Errorf("undone: %v is marked", d.Marked())
	}
	d.Unmark()
	d.does(session.Revoke{Token: ids[0]}) // it has no mark to give back
	d.does(session.Undo{})
	if len(d.Marks()) != 0 {
		t.Errorf("%v is marked, and was not before", d.Marked())
	}
	d.ToggleMark(ids[0])
	d.does(marked)
	if _, err := d.other().UndoDecision(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	d.changed()
	d.does(session.Revoke{Token: ids[0]}) // another decision
	d.does(session.Undo{})
	if len(d.Marks()) != 0 {
		t.Errorf("%v is marked after another undo", d.Marked())
	}
}

// A token whose revoke could not be stored is marked again, once.
func TestFailedDecisionMarksAgain(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	d.ToggleMark(ids[0])
	d.ToggleMark(ids[1])
	d.kept.updateErr = errors.New("disk full")
	d.does(session.Bulk{
		Verb: session.VerbRevoke, Tokens: ids, Marked: true, Confirmed: true,
	})
	d.kept.updateErr = nil
	if m := d.Marks(); len(m) != 2 || !m[ids[0]] || !m[ids[1]] {
		t.Errorf("%v is marked", d.Marked())
	}
	d.Unmark()
	if _, err := d.other().Revoke(t.Context(), ids[0], console.RevokeUseful,
		time.Minute); err != nil {
		t.Fatal(err)
	}
	d.changed()
	if d.does(session.Undo{}); len(d.Marks()) != 0 {
		t.Errorf("%v is marked after the undo of another decision", d.Marked())
	}
}

// A mark does not come back by the undo of another decision than the one that took it.
func TestUndoOfAnotherDecisionMarksNothing(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]func(d *desk, id string){
		"undone elsewhere": func(d *desk, id string) {
			if _, err := d.other().UndoDecision(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			d.changed()
		},
		"restored": func(d *desk, _ string) {
			b := d.stored()
			b.Restored = 7
			d.file(b)
			once[session.Restored](d)
			d.does(session.Undo{})
			if len(d.Marks()) != 0 {
				t.Errorf("restored: %v is marked", d.Marked())
			}
		},
	} {
		d := sit(t)
		id := d.get(1)[0]
		d.ToggleMark(id)
		d.does(session.Bulk{
			Verb: session.VerbRevoke, Tokens: []string{id}, Marked: true, Confirmed: true,
		})
		ends(d, id)
		if _, err := d.other().Revoke(t.Context(), id, console.RevokeUseful,
			time.Minute); err != nil {
			t.Fatal(err)
		}
		d.changed()
		d.facts = nil
		d.does(session.Undo{})
		if u := once[session.Undone](d); u.Err != nil || len(d.Marks()) != 0 {
			t.Errorf("%s: %v is marked, undone %+v", name, d.Marked(), u)
		}
	}
}
