package session_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// inBubble runs a test in a synctest bubble, with a desk whose gets need a person. The clock is the
// bubble's, because the console polls.
func inBubble(t *testing.T, test func(*testing.T, *desk)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		test(t, sit(t, func(o *options) {
			o.app = func(a *console.Application) { a.Grant = tokenapi.GrantDeviceCode }
			o.now, o.clock = time.Now(), time.Now
		}))
	})
}

// beside runs work in a goroutine, until it waits for a person or has ended.
func (d *desk) beside(work ...session.Work) (came chan session.Event) {
	came = make(chan session.Event, len(work))
	for _, w := range work {
		go func() { came <- w(d.t.Context()) }()
	}
	synctest.Wait()
	d.now = time.Now()
	return came
}

// ends waits for the end of the work of beside, and applies its events.
func (d *desk) ends(came chan session.Event) {
	d.t.Helper()
	synctest.Wait()
	d.now = time.Now()
	select {
	case e := <-came:
		d.run(d.apply(e)...)
	default:
		d.t.Fatal("it still waits for a person")
	}
}

func givenUp(t *testing.T, err error) {
	t.Helper()
	if e, ok := console.AsError(err); !ok || e.Code != "given_up" {
		t.Errorf("got %v", err)
	}
}

func TestWaitsForPerson(t *testing.T) {
	inBubble(t, func(t *testing.T, d *desk) {
		app := d.apps[0].ID
		work := d.ask(session.Get{App: app})
		if f := once[session.WaitsForPerson](d); f.App != app || f.Key != session.AppKey(app) ||
			f.Again {
			t.Errorf("told %+v", f)
		}
		if d.AllDone() || !d.WaitingSince().Equal(d.now) {
			t.Error("it is answered before the server was asked")
		}
		got := d.beside(work...)
		d.changed()
		if !d.AllDone() || !d.WaitingSince().IsZero() || !d.Board().Invites(app) {
			t.Error("no person is waited for")
		}
		d.ask(session.Get{App: app})
		if f := once[session.WaitsForPerson](d); f.App != app || !f.Again {
			t.Errorf("a second get: %+v", f)
		}
		d.run(d.ask(session.GiveUp{App: app, Key: session.AppKey(app)})...)
		if d.AllDone() {
			t.Error("given up is not answered yet")
		}
		d.ends(got)
		givenUp(t, once[session.Got](d).Err)
		if !d.AllDone() || d.Board().Invites(app) || len(d.Flights()) > 0 {
			t.Errorf("in flight are %v, invited by %v", d.Flights(), d.Board().Invitations)
		}
	})
}

// A get that is given up before the invitation arrives stays given up.
func TestGiveUpBeforeTheInvitation(t *testing.T) {
	inBubble(t, func(t *testing.T, d *desk) {
		app := d.apps[0].ID
		work := d.ask(session.Get{App: app})
		if len(d.ask(session.GiveUp{App: app, Key: session.AppKey(app)})) > 0 {
			t.Error("an invitation is given up that is not there")
		}
		got := d.beside(work...)
		d.changed()
		d.ends(got)
		givenUp(t, once[session.Got](d).Err)

		got = d.beside(d.ask(session.Get{App: app})...) // the next one is wanted
		d.changed()
		if synctest.Wait(); len(got) > 0 {
			t.Error("the next get was given up")
		}
		d.run(d.ask(session.GiveUp{App: app})...)
		d.ends(got)
	})
}

// Giving up when nothing waits does not end the next get.
func TestGiveUpOfNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, d *desk) {
		app := d.apps[0].ID
		for _, key := range []session.Key{{}, session.AppKey(app), session.TokenKey("t_1")} {
			d.does(session.GiveUp{App: app, Key: key})
			got := d.beside(d.ask(session.Get{App: app})...)
			d.changed()
			if synctest.Wait(); len(got) > 0 {
				t.Errorf("%v: the next get was given up", key)
			}
			if key.Kind == session.OfToken && key.ID != "" {
				d.does(session.GiveUp{App: app, Key: key}) // of a renewal that is not in flight
				if synctest.Wait(); len(got) > 0 {
					t.Errorf("%v: another get was given up", key)
				}
			}
			d.run(d.ask(session.GiveUp{App: app})...)
			d.ends(got)
		}
	})
}

// If one of two given-up waits ends, the other one stays given up.
func TestGiveUpOfTwo(t *testing.T) {
	inBubble(t, func(t *testing.T, d *desk) {
		app := d.apps[0].ID
		d.api.refresh = true
		d.does(session.Get{App: app, Grant: tokenapi.GrantClientCredentials})
		id := once[session.Got](d).Outcome.Token.ID
		get := d.ask(session.Get{App: app})
		renewal := d.ask(session.Renew{Token: id})
		d.does(session.GiveUp{App: app})
		d.run(renewal...)
		got := d.beside(get...)
		d.changed()
		d.ends(got)
		givenUp(t, once[session.Got](d).Err)
	})
}

// A renewal counts as done at its end, even if a get of its application still waits for a person.
func TestAnsweredBesideAnInvitation(t *testing.T) {
	inBubble(t, func(t *testing.T, d *desk) {
		app := d.apps[0].ID
		d.api.refresh = true
		d.does(session.Get{App: app, Grant: tokenapi.GrantClientCredentials})
		id := once[session.Got](d).Outcome.Token.ID
		got := d.beside(d.ask(session.Get{App: app})...)
		d.changed()
		renewal := d.ask(session.Renew{Token: id})
		if d.AllDone() {
			t.Error("the renewal is in flight, and counts as answered")
		}
		d.run(renewal...)
		once[session.Renewed](d)
		if !d.AllDone() {
			t.Error("the renewal has ended, and is not answered")
		}
		d.run(d.ask(session.GiveUp{App: app})...)
		d.ends(got)
	})
}

// Quitting waits for servers and not for people, even if an invitation arrives later.
func TestQuitWaitsForNoPerson(t *testing.T) {
	for name, before := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, d *desk) {
				work := d.ask(session.Get{App: d.apps[0].ID})
				var got chan session.Event
				if before {
					got = d.beside(work...)
					d.changed()
				}
				d.does(session.Quit{})
				if !before {
					got = d.beside(work...)
					d.changed()
				}
				never[session.Finished](d)
				d.ends(got)
				givenUp(t, once[session.Got](d).Err)
				once[session.Finished](d)
			})
		})
	}
}

// A token is requested anew with its own grant, which need not be the application's.
func TestRenewalThatNeedsAPerson(t *testing.T) {
	inBubble(t, func(t *testing.T, d *desk) {
		app := d.apps[0].ID
		d.does(session.Get{App: app, Grant: tokenapi.GrantClientCredentials})
		id := once[session.Got](d).Outcome.Token.ID
		d.does(session.Renew{Token: id})
		if f := once[session.Renewed](d); f.Err != nil {
			t.Error(f.Err)
		}
		never[session.WaitsForPerson](d)
		b := d.stored()
		b.Tokens[0].Grant = tokenapi.GrantDeviceCode
		d.file(b)
		d.ask(session.Renew{Token: b.Tokens[0].ID})
		if f := once[session.WaitsForPerson](d); f.App != app ||
			f.Key != session.TokenKey(b.Tokens[0].ID) {
			t.Errorf("told %+v", f)
		}
		b.Tokens[1].Grant, b.Tokens[1].Refresh = tokenapi.GrantDeviceCode, console.RefreshLive
		d.file(b)
		d.ask(session.Renew{Token: b.Tokens[1].ID})
		never[session.WaitsForPerson](d) // the refresh token needs none
	})
}

// A paste without an invitation is for the sign-ins. A get with a code takes no paste.
func TestAnswerSignIn(t *testing.T) {
	t.Parallel()
	d := sit(t)
	pasted := secret.New("code=abc")
	d.does(session.AnswerSignIn{Pasted: pasted})
	if f := once[session.SignInAnswered](d); f.Err != nil || len(d.Board().SignIns()) > 0 {
		t.Errorf("answered %v, and %v wait", f.Err, d.Board().SignIns())
	}
	_, filed := d.Tickets()
	d.apply(session.BoardRead{Ticket: filed + 1, Board: console.Board{
		Invitations: []console.Invitation{{ID: "i_1", UserCode: "ABCD"}, {ID: "i_2"}}}})
	if ids := d.Board().SignIns(); !slices.Equal(ids, []string{"i_2"}) {
		t.Errorf("%v wait for a paste", ids)
	}
	for _, id := range []string{"", "i_2", "i_gone"} { // the service has no such invitation
		d.does(session.AnswerSignIn{Invitation: id, Pasted: pasted})
		f := once[session.SignInAnswered](d)
		if console.CodeOf(f.Err) != console.CodeAnswered {
			t.Errorf("%q answered %v", id, f.Err)
		}
	}
}

// The choices of a get are offered again, except its password.
func TestRememberGet(t *testing.T) {
	t.Parallel()
	d := sit(t)
	app := d.apps[0].ID
	d.does(session.Get{App: app, Scopes: []string{"plain"}})
	if g := d.LastGet(app); g.App != "" {
		t.Errorf("without Remember: %+v", g)
	}
	d.does(session.Get{App: app, Scopes: []string{"read"}, User: "ana",
		Password: secret.New("pw"), Remember: true})
	g := d.LastGet(app)
	if !slices.Equal(g.Scopes, []string{"read"}) || g.User != "ana" || !g.Password.IsZero() {
		t.Errorf("remembered %+v", g)
	}
}
