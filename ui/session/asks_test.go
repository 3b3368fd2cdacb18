package session_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// A get that may end a token held here needs a confirmation. A confirmed get does not ask again.
func TestAsksBeforeItSupersedes(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) { o.app = supersedes })
	d.does(session.Get{App: d.apps[0].ID})
	once[session.Got](d)
	if f := once[session.MaySupersede](d); f.Supersede.Held != "" {
		t.Errorf("told %+v", f) // others may hold one
	}
	never[session.Ask](d)
	id := d.held(0)
	draft := console.Draft{Application: d.apps[0]}
	for name, r := range map[string]session.Request{
		"get": session.Get{App: d.apps[0].ID}, "renew": session.Renew{Token: id},
		"test": session.Test{Draft: draft},
	} {
		if work := d.ask(r); len(work) > 0 {
			t.Errorf("%s: it goes on", name)
		}
		q := once[session.Ask](d)
		about, ok := q.About.(session.Superseding)
		if !ok || about.Supersede.Held != fp(1) || about.App != d.apps[0].ID {
			t.Fatalf("%s: asked about %+v", name, q.About)
		}
		if work := d.ask(q.Then); len(work) != 1 {
			t.Errorf("%s: %d works after a yes", name, len(work))
		}
		never[session.Ask](d)
	}
	d.ask(session.Get{App: d.apps[0].ID}) // no question while work of the same key is in flight
	once[session.Refused](d)
	never[session.Ask](d)
	d.ask(session.Get{App: d.apps[1].ID, Scopes: []string{"device_lap"}})
	never[session.MaySupersede](d)
	never[session.Ask](d)
}

// Own adds the scope of this machine to those of the request.
func TestOwnToken(t *testing.T) {
	t.Parallel()
	q := session.Superseding{App: "a_1", Scopes: []string{"read"},
		Supersede: console.Supersede{Scope: "device_lap"}}
	for name, then := range map[string]session.Request{
		"get": session.Get{App: "a_1", User: "ana", Confirmed: true}, "renew": session.Renew{},
	} {
		get, ok := q.Own(then).(session.Get)
		if !ok || get.App != "a_1" || !get.Confirmed || (get.User == "ana") != (name == "get") ||
			!slices.Equal(get.Scopes, []string{"read", "device_lap"}) {
			t.Errorf("%s: %+v", name, get)
		}
	}
	if r := q.Own(session.Test{}); r != nil {
		t.Errorf("in place of a test: %+v", r)
	}
	q.Supersede.Scope = ""
	if r := q.Own(session.Get{}); r != nil {
		t.Errorf("without such a scope: %+v", r)
	}
}

func TestAsksBeforeARevokeInProduction(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) {
		o.app = func(a *console.Application) { a.Environment.Production = true }
	})
	id := d.get(1)[0]
	d.ask(session.Revoke{Token: id})
	q := once[session.Ask](d)
	if about, ok := q.About.(session.InProduction); !ok || about.Row.ID != id {
		t.Fatalf("asked about %+v", q.About)
	}
	if d.does(q.Then); once[session.Decided](d).Err != nil {
		t.Error("not decided after a yes")
	}
	d.ask(session.Revoke{Token: "t_gone"})
	if f := once[session.Refused](d); f.Reason != session.TokenGone {
		t.Errorf("refused for %d", f.Reason)
	}
}

// A request that the console will refuse raises no question.
func TestReadOnlyIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	b := d.stored()
	b.Applications[0].Environment.ReadOnly = true
	b.Applications[0].Environment.Production = true
	b.Applications[0].Environment.Regime = console.RegimeJWT
	d.file(b)
	d.ask(session.Revoke{Token: b.Tokens[0].ID})
	d.ask(session.Get{App: b.Applications[0].ID})
	never[session.Ask](d)
}

// A get with the grant refresh_token raises no question, one with another grant does.
func TestRefreshOnlyIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	b := d.stored()
	b.Applications[0].Environment.Regime = console.RegimeJWT
	grant := b.Applications[0].Grant
	b.Applications[0].Grant = console.GrantRefreshToken
	d.file(b)
	d.ask(session.Get{App: b.Applications[0].ID, Grant: grant})
	if q, ok := once[session.Ask](d).About.(session.Superseding); !ok || q.App == "" {
		t.Errorf("asked %+v", q)
	}
	d.ask(session.Get{App: b.Applications[0].ID})
	never[session.Ask](d)
}

// The session waits for one change of the store after the other, until the channel is closed.
func TestFollow(t *testing.T) {
	t.Parallel()
	d := sit(t)
	changes := make(chan struct{}, 1)
	s := session.New(t.Context(), session.Options{
		Service: d.svc, Follow: func(*console.Service) <-chan struct{} { return changes },
	})
	d.Session = s
	work := d.noted(s.Start(d.now))
	if len(work) != 2 {
		t.Fatalf("%d works at the start", len(work))
	}
	d.run(work[0])
	if once[session.BoardFiled](d); !s.Board().Read || s.KeyOnBoard().Unread {
		t.Error("the board is not read")
	}
	changes <- struct{}{}
	work = d.apply(d.came(work[1])...)
	if len(work) != 2 {
		t.Fatalf("%d works after a change", len(work))
	}
	d.run(work[0])
	close(changes)
	if work = d.apply(d.came(work[1])...); len(work) > 0 {
		t.Errorf("%d works after the last change", len(work))
	}
}

func TestAskPortal(t *testing.T) {
	t.Parallel()
	stopped := false
	d := sit(t, func(o *options) {
		o.console.Portal = func(
			ctx context.Context, r console.PortalRequest,
		) (console.PortalFound, error) {
			if r.User == "slow" {
				<-ctx.Done()
				stopped = true
			}
			return console.PortalFound{}, ctx.Err()
		}
	})
	d.does(session.AskPortal{For: 7, Request: console.PortalRequest{User: "ana"}})
	if f := once[session.Began](d); f.Request.(session.AskPortal).For != 7 {
		t.Errorf("began %+v", f)
	}
	if e := once[session.PortalAsked](d); e.Err != nil || e.For != 7 {
		t.Errorf("asked %+v", e)
	}
	stop := make(chan struct{})
	work := d.ask(session.AskPortal{Request: console.PortalRequest{User: "slow"}, Stop: stop})
	d.ask(session.AskPortal{})
	if f := once[session.Refused](d); f.Reason != session.InFlight {
		t.Errorf("refused for %d", f.Reason)
	}
	close(stop)
	if d.run(work...); once[session.PortalAsked](d).Err == nil || !stopped {
		t.Error("it was not stopped")
	}
	d.does(session.KeepFound{For: 7})
	if e := once[session.FoundKept](d); e.For != 7 || e.Err != nil {
		t.Errorf("kept %+v", e)
	}
}

func (a *api) Introspect(
	context.Context, tokenapi.IntrospectRequest,
) (tokenapi.IntrospectAnswer, tokenapi.Exchange, error) {
	return tokenapi.IntrospectAnswer{
		Active: true, Username: "ana", Scopes: []string{"read", "write"}, At: a.clock(),
		Issued:  tokenapi.Epoch{Seconds: t0.Unix(), Known: true},
		Expires: tokenapi.Epoch{Seconds: 1 << 40, Known: true},
		Extra:   []tokenapi.Param{{Name: "aut", Value: "APPLICATION_USER"}},
	}, a.asked("introspect"), nil
}

func TestIntrospect(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) {
		o.app = func(a *console.Application) {
			a.Environment.Endpoints.IntrospectURL = "https://gw.example/introspect"
		}
	})
	d.does(session.Introspect{For: 7, Token: d.get(1)[0]})
	e := once[session.Introspected](d)
	if e.Err != nil || !e.Answer.Active {
		t.Fatalf("introspected %+v", e)
	}
	want := []session.Member{
		{Name: "user", Value: "ana"}, {Name: "scopes", Value: "read write"},
		{Name: "issued", At: time.Unix(t0.Unix(), 0)},
		{Name: "expires", At: time.Unix(1<<40, 0), Never: true},
		{Name: "aut", Value: "APPLICATION_USER"},
	}
	for i, m := range e.Answer.Members {
		if i >= len(want) || m != want[i] {
			t.Errorf("member %d is %+v", i, m)
		}
	}
	if len(e.Answer.Members) != len(want) {
		t.Errorf("%d members", len(e.Answer.Members))
	}
}

// A mark disappears when the lost token can no longer be alive.
func TestMarkEndsByItself(t *testing.T) {
	t.Parallel()
	d := sit(t)
	m := console.Mark{ID: "m_1", Op: "get", AppID: d.apps[0].ID, SentAt: d.now}
	m.EndsBy = d.now.Add(time.Minute)
	err := d.kept.Update(t.Context(), func(w console.Writer) error { return w.PutMark(m) })
	if err != nil {
		t.Fatal(err)
	}
	d.changed()
	if d.after(59 * time.Second); d.Board().Apps[0].Len() != 1 {
		t.Error("it went too early")
	}
	d.facts = nil
	if d.after(2 * time.Second); d.Board().Apps[0].Len() != 0 {
		t.Error("it stays")
	}
	once[session.Judged](d)
}

// If the store is locked during a delivery, the revokes wait for its key.
func TestLockedWhileDelivering(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.Revoke{Token: d.get(1)[0]})
	sending := d.tick(d.now.Add(3 * time.Second))
	d.lock(true)
	d.run(sending...)
	if f := once[session.WaitsLocked](d); f.N != 1 {
		t.Errorf("%d wait", f.N)
	}
	never[session.NotDelivered](d)
	d.does(session.Unlock{Passphrase: secret.New(passphrase)})
	if len(d.api.revokes) != 1 {
		t.Errorf("%d revokes", len(d.api.revokes))
	}
}

func TestCoveredIsToldOnce(t *testing.T) {
	t.Parallel()
	d := sit(t)
	stored := d.apps[0]
	stored.Source = console.FromStore
	b := console.Board{Applications: d.apps, Covered: []console.Application{stored}}
	d.Session = session.New(t.Context(), session.Options{})
	d.apply(session.BoardRead{Ticket: 1, Board: b})
	if f := once[session.Shadowed](d); f.Configured.Source != console.FromConfig {
		t.Errorf("told %+v", f)
	}
	d.apply(session.BoardRead{Ticket: 2, Board: b})
	never[session.Shadowed](d)
}

// Canceling the session's context ends the wait for changes.
func TestFollowsTheService(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ctx, end := context.WithCancel(t.Context())
	d.Session = session.New(ctx, session.Options{Service: d.svc})
	work := d.noted(d.Start(d.now))
	if len(work) != 2 {
		t.Fatalf("%d works at the start", len(work))
	}
	end()
	if e, ok := work[1](t.Context()).(session.StoreChanged); !ok || !e.Over {
		t.Errorf("at its end: %+v", e)
	}
}

// RenewApplication renews the newest token of an application, and gets one if there is none.
func TestRenewApplication(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.api.refresh = true
	app := d.apps[0].ID
	d.does(session.RenewApplication{App: app})
	first := once[session.Got](d)
	if first.Err != nil || first.App != app {
		t.Fatalf("the first: %+v", first)
	}
	d.does(session.RenewApplication{App: app})
	if f := once[session.Renewed](d); f.Err != nil || f.Token != first.Outcome.Token.ID {
		t.Errorf("then: %+v", f)
	}
}

// A question still asks as long as its answer does what it said. If the token has expired, was
// revoked or was superseded meanwhile, it does not.
func TestStillAsks(t *testing.T) {
	t.Parallel()
	production := func(a *console.Application) { a.Environment.Production = true }
	for name, c := range map[string]struct {
		app    func(*console.Application)
		tokens int
		asks   func(d *desk, ids []string) session.Request
	}{
		"revoke": {production, 1, func(_ *desk, ids []string) session.Request {
			return session.Revoke{Token: ids[0]}
		}},
		"revoke several": {production, 2, func(_ *desk, ids []string) session.Request {
			return session.Bulk{Verb: session.VerbRevoke, Tokens: ids}
		}},
		"get": {supersedes, 1, func(d *desk, _ []string) session.Request {
			return session.Get{App: d.apps[0].ID}
		}},
	} {
		for how, change := range map[string]func(d *desk, ids []string){
			"expired": func(d *desk, _ []string) { d.after(2 * time.Hour) },
			"revoked elsewhere": func(d *desk, ids []string) {
				for _, id := range ids {
					if _, err := d.other().Revoke(t.Context(), id, console.RevokeUseful,
						0); err != nil {
						t.Fatal(err)
					}
					if _, err := d.other().DeliverOne(t.Context(), id); err != nil {
						t.Fatal(err)
					}
				}
				d.changed()
			},
		} {
			d := sit(t, func(o *options) { o.app = c.app })
			ids := d.get(c.tokens)
			d.ask(c.asks(d, ids))
			q := once[session.Ask](d)
			d.changed()
			if !d.StillAsks(q) {
				t.Errorf("%s: nothing has changed, and it asks no more", name)
			}
			if change(d, ids); d.StillAsks(q) {
				t.Errorf("%s: %s, and it still asks", name, how)
			}
		}
	}
}

// The answer covers what the question has named: a token that it left out stays out, also if it
// could be revoked by then.
func TestAnswerCoversWhatWasAsked(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	probe := d.ask(session.Probe{Token: ids[2]})
	d.ask(session.Bulk{Verb: session.VerbRevoke, Tokens: ids})
	q := once[session.Ask](d)
	d.run(probe...)
	d.facts = nil
	d.does(q.Then)
	if d.row(ids[2]).Pending() || !d.row(ids[0]).Pending() || !d.row(ids[1]).Pending() {
		t.Error("it revokes another token than it said")
	}
	if f := once[session.BulkDone](d); f.N != 3 || len(f.Failures) != 1 ||
		f.Failures[0].Why != session.SkipInFlight {
		t.Errorf("summed up: %+v", f)
	}
	// Forgetting: a token that is over since it was counted stays.
	d = sit(t)
	d.api.lasts = 60
	old := d.get(1)[0]
	d.api.lasts = 3600
	d.get(1)
	d.after(10 * time.Minute)
	d.facts = nil
	d.does(session.Forget{What: console.ForgetWhat{Over: true}})
	forget := once[session.Ask](d)
	d.after(2 * time.Hour)
	d.does(forget.Then)
	if f := once[session.Forgot](d); f.Err != nil || len(f.Done.Tokens) != 1 ||
		f.Done.Tokens[0].ID != old {
		t.Errorf("forgot %+v", f)
	}
}

// A question stays while work on its tokens is in flight: they can be revoked after it.
func TestStillAsksWhileTheTokensAreBusy(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.ask(session.Bulk{Verb: session.VerbRevoke, Tokens: ids, What: "tokens"})
	q := once[session.Ask](d)
	for _, id := range ids {
		d.ask(session.Probe{Token: id})
		if !d.StillAsks(q) {
			t.Error("it asks no more")
		}
	}
}
