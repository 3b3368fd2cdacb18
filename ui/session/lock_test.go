package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// silent is an option: the face does not ask for the passphrase.
func silent(o *options) { o.AsksPassphrase = false }

// sealed returns the requests that need the stored secrets.
func sealed(d *desk, id string) map[string]session.Request {
	draft := console.Draft{Application: d.apps[0]}
	return map[string]session.Request{
		"get": session.Get{App: d.apps[0].ID}, "renew": session.Renew{Token: id},
		"revoke": session.Revoke{Token: id}, "probe": session.Probe{Token: id},
		"copy":    session.Copy{Token: id, Form: console.FormBare},
		"bulk":    session.Bulk{Verb: session.VerbProbe, Tokens: []string{id}},
		"loop":    session.ProbeUntilDead{Tokens: []string{id}},
		"save":    session.Save{Draft: draft},
		"test":    session.Test{Draft: draft},
		"keep":    session.KeepFound{},
		"adopt":   session.Adopt{App: d.apps[0].ID, Access: secret.New("elsewhere")},
		"inspect": session.Inspect{Token: id}, "introspect": session.Introspect{Token: id},
		"show": session.Show{Token: id},
	}
}

func TestVerbsAskForThePassphrase(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.lock(true)
	for name, r := range sealed(d, id) {
		if work := d.ask(r); len(work) > 0 {
			t.Errorf("%s: it goes on", name)
		}
		q := once[session.Ask](d)
		if about, ok := q.About.(session.Locked); !ok || about.Fresh || q.Then == nil {
			t.Fatalf("%s: asked about %T, then %T", name, q.About, q.Then)
		}
		never[session.Began](d)
		if len(d.Flights()) > 0 {
			t.Fatalf("%s: in flight are %v", name, d.Flights())
		}
		d.lock(false)
		if work := d.ask(q.Then); len(work) == 0 && name != "loop" {
			t.Errorf("%s: not done when it is open; told %v", name, d.kinds())
		} else {
			d.run(work...)
		}
		never[session.Ask](d)
		d.facts = nil
		if d.IsProbing(id) {
			d.does(session.ProbeUntilDead{Tokens: []string{id}}) // ends it
		}
		d.does(session.Undo{})
		d.facts = nil
		d.lock(true)
	}
}

// If the face does not ask for the passphrase, the keeper of the secrets does.
func TestKeeperAsksForThePassphrase(t *testing.T) {
	t.Parallel()
	d := sit(t, silent)
	id := d.get(1)[0]
	d.lock(true)
	d.does(session.Get{App: d.apps[0].ID})
	never[session.Ask](d)
	if e := once[session.Got](d); e.Err == nil || !d.Key().Shut() || !d.Key().Failed {
		t.Errorf("got with a locked store: %v, key %+v", e.Err, d.Key())
	}
	d.does(session.Unlock{Passphrase: secret.New(passphrase)})
	if once[session.Unlocked](d); d.Key().Shut() || d.Key().Failed {
		t.Errorf("open, and the key is %+v", d.Key())
	}
	d.does(session.Probe{Token: id})
	if e := once[session.Probed](d); e.Err != nil {
		t.Error(e.Err)
	}
}

func TestFreshPassphrase(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.kept.key = console.KeyStatus{Locked: true, Asks: true}
	d.ask(session.Get{App: d.apps[0].ID})
	if q := once[session.Ask](d); !q.About.(session.Locked).Fresh {
		t.Error("nothing is sealed yet, and the passphrase is not new")
	}
}

func TestUnlock(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.lock(true)
	first := d.ask(session.Unlock{For: 1, Passphrase: secret.New("wrong")})
	second := d.ask(session.Unlock{For: 2, Passphrase: secret.New(passphrase)})
	if len(d.Flights()) != 2 {
		t.Errorf("in flight are %v", d.Flights())
	}
	d.run(first...)
	if e := once[session.Unlocked](d); e.Err == nil || e.For != 1 || !d.Key().Failed {
		t.Errorf("a wrong passphrase: %v for %v, key %+v", e.Err, e.For, d.Key())
	}
	d.run(second...)
	if e := once[session.Unlocked](d); e.Err != nil || e.For != 2 || d.Key().Failed {
		t.Errorf("the passphrase: %v for %v, key %+v", e.Err, e.For, d.Key())
	}
	never[session.Refused](d)
}

// Revokes that are due while the store is locked are reported once, and sent when it opens.
func TestRevokesWaitForTheKey(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, Confirmed: true})
	d.lock(true)
	d.changed()
	d.facts = nil
	d.after(10 * time.Minute)
	if f := once[session.WaitsLocked](d); f.N != 2 {
		t.Errorf("%d revokes wait", f.N)
	}
	never[session.NotDelivered](d)
	d.changed()
	d.after(time.Minute)
	if never[session.WaitsLocked](d); len(d.api.revokes) > 0 {
		t.Fatal("sent by a locked store")
	}
	d.does(session.Unlock{Passphrase: secret.New(passphrase)})
	if len(d.api.revokes) != 2 {
		t.Errorf("%d revokes as it opens", len(d.api.revokes))
	}
}

// A revoke that waits for the key counts as waiting for the server once its undo window is over.
// The store is not read again for that.
func TestWaitingRevokeIsJudged(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.lock(true)
	d.facts = nil
	if d.after(2900 * time.Millisecond); d.row(id).AwaitsServer || !d.row(id).Undoable() {
		t.Error("the undo window is over early")
	}
	d.after(time.Second)
	if once[session.Judged](d); !d.row(id).AwaitsServer {
		t.Error("the end of the undo window is not seen")
	}
	never[session.BoardFiled](d)
}

// Revokes are also sent at once if another part of the process has opened the store.
func TestOpenedByAVerb(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	d.kept.viewErr = errDisk
	d.after(5 * time.Minute) // the pause between two attempts is a minute now
	d.kept.viewErr = nil
	d.lock(true)
	d.changed()
	d.lock(false)
	if d.changed(); len(d.api.revokes) != 1 {
		t.Errorf("%d revokes", len(d.api.revokes))
	}
}

// A second revoke of a token whose revoke only needs the key asks for the passphrase.
func TestWaitingRevokeAsksForThePassphrase(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.facts = nil
	d.does(session.Revoke{Token: id})
	if f := once[session.Refused](d); f.Reason != session.AlreadyRevoking {
		t.Errorf("refused for %d", f.Reason)
	}
	d.lock(true)
	d.does(session.Revoke{Token: id})
	if q := once[session.Ask](d); q.Then != (session.SendWaiting{}) {
		t.Errorf("asked for %T", q.Then)
	}
	if !d.AskToUnlock(session.SendWaiting{}) {
		t.Error("a locked store does not ask first")
	}
}

// If the store is locked again, waiting revokes are reported again.
func TestRevokesWaitForTheKeyAgain(t *testing.T) {
	t.Parallel()
	d := sit(t)
	for i, id := range d.get(2) {
		d.does(session.Revoke{Token: id})
		d.lock(true)
		d.after(4 * time.Second)
		once[session.WaitsLocked](d)
		d.lock(false) // by a verb; the board was not read meanwhile
		if d.after(4 * time.Second); len(d.api.revokes) != i+1 {
			t.Fatalf("%d revokes", len(d.api.revokes))
		}
	}
}
