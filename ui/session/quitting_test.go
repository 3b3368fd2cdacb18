package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

func TestQuit(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Quit{})
	once[session.Quitting](d)
	once[session.Finished](d)
	if never[session.Finishing](d); !d.Quitting() {
		t.Error("it does not quit")
	}
}

func TestQuitSendsWhatWasDecided(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.does(session.Quit{})
	if f := once[session.Finishing](d); f.Clipboard {
		t.Error("only the clipboard is waited for")
	}
	if at := d.Next(); at.IsZero() || at.After(d.now.Add(time.Second)) {
		t.Errorf("the next thing is at %s", at)
	}
	d.after(2900 * time.Millisecond)
	never[session.Finished](d)
	if d.after(200 * time.Millisecond); len(d.api.revokes) != 1 {
		t.Errorf("%d revokes", len(d.api.revokes))
	}
	if f := once[session.Finished](d); f.Now {
		t.Error("it did not wait")
	}
}

func TestUndoWhileQuitting(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.does(session.Quit{})
	d.after(time.Second)
	never[session.Finished](d)
	d.does(session.Undo{})
	if u := once[session.Undone](d); u.Err != nil || len(u.Undone.Taken) != 1 {
		t.Errorf("undone %+v", u)
	}
	if once[session.Finished](d); len(d.api.revokes) > 0 {
		t.Error("it was sent")
	}
}

// While the console quits, the session refuses all new work.
func TestNothingNewWhileQuitting(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(session.Revoke{Token: ids[0]})
	d.does(session.Quit{})
	for _, r := range []session.Request{
		session.Get{App: d.apps[0].ID, Confirmed: true},
		session.Renew{Token: ids[1], Confirmed: true},
		session.Revoke{Token: ids[1]}, session.Probe{Token: ids[1]}, session.Copy{Token: ids[1]},
		session.CopyText{Text: "a text"}, session.ReadLog{}, session.Inspect{Token: ids[1]},
		session.ProbeUntilDead{Tokens: ids[1:], Confirmed: true},
		session.Bulk{Verb: session.VerbRevoke, Tokens: ids[1:], Confirmed: true},
		session.Forget{Confirmed: true}, session.WriteOut{}, session.Save{}, session.Delete{},
	} {
		d.facts = nil
		if work := d.ask(r); len(work) > 0 {
			t.Errorf("%T begins work", r)
		}
		if f := once[session.Refused](d); f.Reason != session.WhileQuitting {
			t.Errorf("%T is refused for %d", r, f.Reason)
		}
	}
	d.does(session.LogShow{Token: ids[1]})
	once[session.RevealLogged](d)
	d.does(session.Undo{})
	once[session.Undone](d)
	once[session.Finished](d)
}

// A second Quit with Force does not wait. A second Quit without Force does nothing.
func TestForcedQuit(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.does(session.Quit{Force: true})
	once[session.Quitting](d)
	d.facts = nil
	d.does(session.Quit{})
	if len(d.facts) > 0 {
		t.Errorf("a second time it tells %v", d.kinds())
	}
	d.does(session.Quit{Force: true})
	if f := once[session.Finished](d); !f.Now || len(d.api.revokes) > 0 {
		t.Errorf("it waited: %+v", f)
	}
	never[session.Quitting](d)
}

// Quitting waits for work that may write to the store or to a server, and for no other work.
func TestQuitWaitsForEveryKindOfWork(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	app, draft := d.apps[0].ID, console.Draft{Application: d.apps[0]}
	for name, c := range map[string]struct {
		asked session.Request
		waits bool
	}{
		"get":        {session.Get{App: app}, true},
		"renew":      {session.Renew{Token: id}, true},
		"revoke":     {session.Revoke{Token: id}, true},
		"several":    {session.Bulk{Verb: session.VerbRenew, Tokens: []string{id}}, true},
		"probe":      {session.Probe{Token: id}, true},
		"copy":       {bare(id), true},
		"copy text":  {session.CopyText{Text: "ABCD"}, true},
		"undo":       {session.Undo{Token: id}, true},
		"save":       {session.Save{Draft: draft}, true},
		"test":       {session.Test{Draft: draft}, true},
		"keep":       {session.KeepFound{}, true},
		"delete":     {session.Delete{App: app}, true},
		"adopt":      {session.Adopt{App: app, Access: secret.New("elsewhere")}, true},
		"dismiss":    {session.Dismiss{Mark: "m_1"}, true},
		"forget":     {session.Forget{What: console.ForgetWhat{Over: true}}, true},
		"write out":  {session.WriteOut{}, true},
		"unlock":     {session.Unlock{}, true},
		"inspect":    {session.Inspect{Token: id}, false},
		"introspect": {session.Introspect{Token: id}, false},
		"show":       {session.Show{Token: id}, false},
		"log":        {session.ReadLog{}, false},
	} {
		d := sit(t)
		d.get(1)
		b := d.stored()
		b.Tokens[0].ID = id // on the board only: the results of the work are not checked
		d.file(b)
		work := d.ask(c.asked)
		if len(work) == 0 {
			t.Errorf("%s: nothing begins, told %v", name, d.kinds())
			continue
		}
		d.facts = nil
		d.run(d.ask(session.Quit{})...)
		if waits := len(told[session.Finishing](d)) == 1; waits != c.waits {
			t.Errorf("%s: it is waited for: %t", name, waits)
		}
		if over := len(told[session.Finished](d)) > 0; over == c.waits {
			t.Errorf("%s: over before its end: %t", name, over)
		}
		d.run(work...)
		d.after(10 * time.Second)
		if c.waits && len(told[session.Finished](d)) == 0 {
			t.Errorf("%s: it never ends; in flight are %v", name, d.Flights())
		}
	}
}

func TestQuitWaitsForADelivery(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	sending := d.tick(d.now.Add(3 * time.Second))
	d.does(session.Quit{})
	d.run(d.tick(d.now.Add(time.Hour))...)
	never[session.Finished](d)
	d.run(sending...)
	once[session.Finished](d)
}

// Quitting at last drains what the service has in flight.
func TestQuitDrainsAtLast(t *testing.T) {
	t.Parallel()
	d := sit(t)
	renewal := d.ask(session.Renew{Token: d.get(1)[0]})
	if early := d.quits(); len(early) > 0 {
		t.Fatal("it drains while work is in flight")
	}
	work := d.apply(d.came(renewal...)...)
	never[session.Finished](d)
	if len(d.tick(d.now.Add(time.Second))) > 0 {
		t.Error("it drains twice")
	}
	d.run(work...)
	once[session.Finished](d)
}

// Revokes that need a passphrase or are due much later are left to the next console.
func TestQuitLeavesToTheNext(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.lock(true)
	d.does(session.Quit{})
	once[session.Finished](d)

	slow := sit(t, func(o *options) { o.console.UndoWindow = time.Minute })
	slow.does(session.Revoke{Token: slow.get(1)[0]})
	slow.does(session.Quit{})
	once[session.Finished](slow)
	if len(d.api.revokes)+len(slow.api.revokes) > 0 {
		t.Error("they were sent")
	}
}

// If the server or the store fails, quitting ends.
func TestQuitWithADeadServer(t *testing.T) {
	t.Parallel()
	for name, break_ := range map[string]func(*desk){
		"the server": func(d *desk) {
			d.api.revokeErr = &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindTimeout, Sent: true}
		},
		"the store": func(d *desk) { d.kept.viewErr = errDisk },
	} {
		d := sit(t)
		d.does(session.Revoke{Token: d.get(1)[0]})
		break_(d)
		d.does(session.Quit{})
		d.after(30 * time.Second)
		if len(told[session.Finished](d)) == 0 {
			t.Errorf("%s: it waits", name)
		}
	}
}

// Whether the store is gone is looked up in flight: a slow disk does not stop the console. A second
// quit waits for it, and one that asks nothing does not.
func TestQuitChecksTheStoreInFlight(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.kept.swapped = true
	d.kept.asked = 0
	check := d.ask(session.Quit{})
	if d.kept.asked != 0 || len(check) != 1 || len(d.ask(session.Quit{})) > 0 || d.Quitting() {
		t.Fatalf("the store was asked %d times before the work runs; quits %t", d.kept.asked,
			d.Quitting())
	}
	d.does(session.Quit{Force: true})
	once[session.Finished](d)
	d.run(check...)
	never[session.Ask](d)
}

// If the store is gone, quitting first offers to write out the contents of the console.
func TestQuitAsksBeforeItLoses(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	d.kept.swapped = true
	d.does(session.Quit{})
	q := once[session.Ask](d)
	if q.About != (session.Losing{}) || d.Quitting() {
		t.Fatalf("asked about %T, quits %t", q.About, d.Quitting())
	}
	d.does(q.Then)
	if e := once[session.WroteOut](d); e.Err != nil || e.Place == "" || d.kept.written != 1 {
		t.Errorf("wrote %+v", e)
	}
	once[session.Finished](d)

	forced := sit(t)
	forced.kept.swapped = true
	forced.does(session.Quit{Force: true})
	never[session.Ask](forced)
	once[session.Finished](forced)

	stays := sit(t)
	stays.does(session.WriteOut{})
	if once[session.WroteOut](stays); stays.Quitting() {
		t.Error("it quits without being asked to")
	}
}
