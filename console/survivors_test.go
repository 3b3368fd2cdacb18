package console_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// edit changes a stored token.
func (w *world) edit(id string, do func(*console.Token)) {
	w.t.Helper()
	err := w.keeper.Update(w.t.Context(), func(x console.Writer) error {
		tok, err := x.Token(id)
		if do(&tok); err == nil {
			err = x.PutToken(&tok)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// renew TOKEN does not send another assertion than the one that brought the token, of which only a
// hash is stored.
func TestRenewNeedsTheSameAssertion(t *testing.T) {
	t.Parallel()
	o := newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantJWTBearer,
			Details: console.Details{ReadyAssertion: true}})
	o.said[console.Assertion] = "of-alice"
	one := o.obtain(o.service(), 0, console.ObtainOptions{}).Token
	o.edit(one.ID, func(tok *console.Token) { tok.Refresh = console.RefreshSpent })
	o.said[console.Assertion] = "of-bob"
	n := len(o.forms)
	_, err := o.service().Renew(t.Context(), one.ID)
	if refusal(t, err, "other_request"); len(o.forms) != n {
		t.Error("something was sent")
	}
	o.said[console.Assertion] = "of-alice"
	must[console.Outcome](t)(o.service().Renew(t.Context(), one.ID))
	if sent := o.forms[len(o.forms)-1]; len(o.forms) != n+1 || sent.Get("assertion") != "of-alice" {
		t.Errorf("asked with %v", sent)
	}
}

// A string that the server hands out for another request as well is found by the second identical
// call.
func TestSameStringForAnotherRequest(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]console.GetOptions{"audience": {Audience: "https://b"},
		"scopes": {Scopes: []string{"write"}}} {
		o := newOffice(t,
			console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials,
				Audience: "https://a", Scopes: []string{"read"}})
		o.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			o.forms = append(o.forms, nil)
			fmt.Fprint(w, `{"access_token":"the-same","token_type":"Bearer","expires_in":3600}`)
		})
		s := o.service()
		one := o.obtain(s, 0, console.ObtainOptions{})
		two := o.obtain(s, 0, console.ObtainOptions{GetOptions: other})
		if two.How == console.Reused || !two.Same || two.Token.ID != one.Token.ID {
			t.Fatalf("%s: the first call is %s, same %v", name, two.How, two.Same)
		}
		three := o.obtain(s, 0, console.ObtainOptions{GetOptions: other})
		if three.How != console.Reused || three.Token.ID != one.Token.ID || len(o.forms) != 2 {
			t.Errorf("%s: the second identical call is %s, %d requests", name, three.How,
				len(o.forms))
		}
	}
}

// A device grant polls until its code expires, so its mark ends that much later.
func TestMarkOfADeviceGrant(t *testing.T) {
	t.Parallel()
	const patience, life = 30 * time.Minute, time.Hour
	for grant, more := range map[string]time.Duration{tokenapi.GrantDeviceCode: patience,
		tokenapi.GrantAuthorizationCode: 0} {
		w := newWorld(t)
		s, app := w.console(), w.app("Orders", "PRODUCTION")
		m := console.Mark{ID: "m_lost", Op: "get", AppID: app.ID, Grant: grant,
			SentAt: w.clock.Now()}
		err := w.keeper.Update(t.Context(), func(x console.Writer) error {
			if err := x.PutApplication(app, console.Secrets{}); err != nil {
				return err
			}
			tok := console.Token{
				ID: "t_seen", AppID: app.ID, Grant: grant, User: app.Username,
				Lifetime: tokenapi.Bounded, IssuedAt: t0, Granted: life, ExpiresAt: t0.Add(life),
			}
			if err := x.PutToken(&tok); err != nil {
				return err
			}
			return x.PutMark(m)
		})
		if err != nil {
			t.Fatal(err)
		}
		// an answer reports the ends
		must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
		left := w.marks()
		if want := m.SentAt.Add(w.env.Timeout + more + life); len(left) != 1 ||
			!left[0].EndsBy.Equal(want) {
			t.Errorf("%s: %+v, want the end %v", grant, left, want)
		}
	}
}

// A life that only introspection told counts as seen.
func TestMarkEndsByAnIntrospectedLife(t *testing.T) {
	t.Parallel()
	o := newOffice(t, console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials})
	end := t0.Add(40 * time.Minute)
	o.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/introspect" {
			fmt.Fprintf(w, `{"active":true,"exp":%d}`, end.Unix())
			return
		}
		fmt.Fprint(w, `{"access_token":"access","token_type":"Bearer"}`)
	})
	s := o.service(func(a *console.Application) {
		a.Environment.Endpoints.IntrospectURL = base + "/introspect"
	})
	tok := o.obtain(s, 0, console.ObtainOptions{}).Token
	o.clock.advance(10 * time.Minute)
	if _, got, err := s.Introspect(t.Context(), tok.ID); err != nil || !got.ExpiresAt.Equal(end) {
		t.Fatalf("until %v, %v", got.ExpiresAt, err)
	}
	m := o.loses(s, o.apps[0].ID, console.GetOptions{})
	if want := m.SentAt.Add(o.env.Timeout + 40*time.Minute); !m.EndsBy.Equal(want) {
		t.Errorf("ends by %v, want %v", m.EndsBy, want)
	}
}

// A refusal of a password keeps the next attempt back for a minute, or for as long as the server
// says if that is longer.
func TestRefusalOfAPasswordRests(t *testing.T) {
	t.Parallel()
	const denied = `{"error":"access_denied","error_description":"Invalid username or password"}`
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, string)
		rest   time.Duration
	}{
		"wrong password, Retry-After is longer": {
			refuses(400, wrongPassword, "Retry-After", "300"), 5 * time.Minute},
		"wrong password, Retry-After is shorter": {
			refuses(400, wrongPassword, "Retry-After", "5"),
			time.Minute,
		},
		"access_denied with 401": {refuses(401, denied), time.Minute},
		"access_denied with 403": {
			refuses(403, `{"error":"access_denied"}`),
			time.Minute,
		},
	} {
		g := newGuarded(t)
		g.answer = c.answer
		ask := func(sent bool) {
			t.Helper()
			before := g.posts.Load()
			_, err := g.service().Obtain(t.Context(), g.apps[0].ID, console.ObtainOptions{})
			if err == nil || (g.posts.Load() > before) != sent {
				t.Errorf("%s: %d attempts before and %d after, want another %v; %v", name, before,
					g.posts.Load(), sent, err)
			}
		}
		ask(true)
		ask(false)
		g.clock.advance(c.rest - time.Second)
		ask(false)
		g.clock.advance(time.Second)
		ask(true)
	}
}

// An inactive answer from before an active one does not count. The same answer after it is new
// evidence.
func TestInactiveFromBeforeAnActive(t *testing.T) {
	t.Parallel()
	active := with(func(tok *console.Token) {
		tok.ID, tok.ActiveAt, tok.AtServer = "t_y", at(200), console.ServerActive
		tok.AtServerAt, tok.AtServerSince, tok.AtServerCounts = at(200), at(200), true
	})
	tok := with(func(tok *console.Token) {
		tok.AtServer, tok.AtServerCounts = console.ServerInactive, true
		tok.AtServerSince, tok.AtServerAt = at(100), at(300)
		tok.Twins = []console.Twin{{Row: active, Policy: policy}}
	})
	st := console.StatusAt(tok, policy, at(400))
	if st.State != console.Lingering || !st.EndedAt.Equal(at(300)) ||
		!st.StaleUntil.Equal(at(300).Add(policy.CacheTTL)) {
		t.Errorf("%s, ended at %v, until %v", st.State, st.EndedAt, st.StaleUntil)
	}
}

// introspecting is a world of two applications of one client, with a scripted introspection.
type introspecting struct{ *history }

func newIntrospecting(t *testing.T) introspecting {
	t.Helper()
	return introspecting{newHistory(t, 1)}
}

// gets requests a token of an application, with an hour of life.
func (i introspecting) gets(app int, access string) console.Token {
	i.t.Helper()
	if i.o.next = access; i.o.issued[access].IsZero() {
		i.o.issued[access] = i.now().Add(time.Hour)
	}
	return must[console.Outcome](
		i.t)(i.s.Get(i.t.Context(), i.apps[app].ID, console.GetOptions{})).Token
}

// calls sets the answer of introspection for a token.
func (i introspecting) calls(active bool, id string) console.Token {
	i.t.Helper()
	i.o.active = active
	i.w.clock.advance(time.Second)
	_, tok, err := i.s.Introspect(i.t.Context(), id)
	if err != nil {
		i.t.Fatal(err)
	}
	return tok
}

// An inactive counts where a token of the same application was called active, by this URL and to
// this client.
func TestInactiveCountsByApplication(t *testing.T) {
	t.Parallel()
	i := newIntrospecting(t)
	one, two := i.gets(0, "access-1"), i.gets(1, "access-2")
	i.calls(true, one.ID)
	if tok := i.calls(false, two.ID); tok.AtServerCounts || tok.ServerSays() != console.NotOurs {
		t.Errorf("another application was told active: counts %v, %q", tok.AtServerCounts,
			tok.ServerSays())
	}
	if tok := i.calls(false, one.ID); !tok.AtServerCounts {
		t.Error("the same application was told active: it does not count")
	}
	i.calls(true, two.ID)
	if tok := i.calls(false, two.ID); !tok.AtServerCounts {
		t.Error("told active itself: it does not count")
	}

	i = newIntrospecting(t)
	one, two = i.gets(0, "access-1"), i.gets(1, "access-1")
	three := i.gets(1, "access-2")
	i.calls(true, one.ID)
	if tok := i.calls(false, three.ID); !tok.AtServerCounts {
		t.Errorf("%s is a token of both, and was called active: it does not count", two.Fingerprint)
	}
	i.apps[1].Environment.Endpoints.IntrospectURL = base + "/elsewhere"
	i.s = i.w.console(func(o *console.Options) {
		o.Connect = func(console.Environment) (console.API, error) { return i.o, nil }
	})
	if tok := i.calls(false, i.gets(1, "access-3").ID); tok.AtServerCounts {
		t.Error("another URL has called it active: it counts")
	}
}

// The answer of introspection is recorded on every row that holds the token, so that it stays when
// one of them is forgotten.
func TestIntrospectionIsNotedOnEveryRow(t *testing.T) {
	t.Parallel()
	i := newIntrospecting(t)
	one, two := i.gets(0, "access-1"), i.gets(1, "access-1")
	same := func(when string, state console.ServerState) {
		t.Helper()
		a, b := i.w.token(one.ID), i.w.token(two.ID)
		if b.AtServer != state || !b.AtServerCounts || !b.AtServerAt.Equal(i.now()) ||
			!b.AtServerSince.Equal(a.AtServerSince) || !b.ActiveAt.Equal(a.ActiveAt) {
			t.Errorf("%s: the row that was asked for has %q since %v, active at %v; the other "+
				"one %q since %v, active at %v, counts %v",
				when, a.AtServer, a.AtServerSince, a.ActiveAt, b.AtServer, b.AtServerSince,
				b.ActiveAt, b.AtServerCounts)
		}
	}
	i.calls(true, one.ID)
	same("active", console.ServerActive)
	i.calls(false, one.ID)
	same("inactive", console.ServerInactive)
	i.calls(false, one.ID)
	same("again", console.ServerInactive)
}

// An inactive after our own revoke counts from then on, although the server has said the same
// before without counting.
func TestInactiveAfterOurRevoke(t *testing.T) {
	t.Parallel()
	i := newIntrospecting(t)
	tok := i.gets(0, "access-1")
	if got := i.calls(false, tok.ID); got.AtServerCounts {
		t.Fatal("it counts before the revoke")
	}
	i.w.clock.advance(time.Minute)
	must[console.Token](t)(i.s.Revoke(t.Context(), tok.ID, console.RevokeAccess, 0))
	must[[]console.Delivery](t)(i.s.DeliverOne(t.Context(), tok.ID))
	revoked := i.now()
	got := i.calls(false, tok.ID)
	if !got.AtServerCounts || !got.AtServerSince.Equal(i.now()) {
		t.Errorf("counts %v, since %v", got.AtServerCounts, got.AtServerSince)
	}
	if st := console.StatusAt(got, i.s.Policy(i.apps[0]),
		i.now()); !st.StaleUntil.Equal(revoked.Add(i.ttl)) {
		t.Errorf("until %v, want the window from the revoke at %v", st.StaleUntil, revoked)
	}
}
