package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// guarded is an office whose server refuses until the test changes it.
type guarded struct {
	*office
	posts  atomic.Int32
	answer func(w http.ResponseWriter, form string) // nil: a token
}

func newGuarded(t *testing.T) *guarded {
	g := &guarded{office: newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantPassword, Username: "ana"})}
	g.said[console.Password] = "wrong"
	g.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := g.posts.Add(1)
		_ = r.ParseForm()
		if g.answer != nil {
			g.answer(w, r.PostForm.Get("password"))
			return
		}
		fmt.Fprintf(w, `{"access_token":"access-%d","token_type":"Bearer","expires_in":3600}`, n)
	})
	return g
}

func refuses(status int, body string, header ...string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, _ string) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const wrongPassword = `{"error":"invalid_grant",` +
	`"error_description":"Authentication failed for ana"}`

// Many that send a wrong password at once make one attempt, because attempts lock accounts. All of
// them get the server's words.
func TestRefusalIsShared(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.answer = refuses(400, wrongPassword)
	inside, open := g.gate()
	var all []chan got
	for range 20 {
		c, id := g.service(), g.apps[0].ID
		all = append(all, begin(func() (console.Outcome, error) {
			return c.Obtain(t.Context(), id, console.ObtainOptions{Fresh: true})
		}))
	}
	<-inside
	close(open)
	for _, c := range all {
		r := <-c
		e, ok := tokenapi.AsError(r.err)
		if !ok || e.Code != "invalid_grant" || e.Status != 400 ||
			!strings.Contains(e.Error(), "Authentication failed for ana") {
			t.Error(r.err)
		}
	}
	if n := g.posts.Load(); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

// A refused request is not sent again at once, unless something has changed or a person wants it.
func TestRefusalRests(t *testing.T) {
	t.Parallel()
	wrong := refuses(400, wrongPassword)
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, string)
		then   func(*guarded)
		pass   time.Duration
		person bool
		sent   bool
	}{
		"at once":               {answer: wrong},
		"nearly a minute later": {answer: wrong, pass: 59 * time.Second},
		"a minute later":        {answer: wrong, pass: time.Minute, sent: true},
		"with another password": {
			answer: wrong,
			then:   func(g *guarded) { g.said[console.Password] = "right" },
			sent:   true,
		},
		"with another consumer secret": {
			answer: refuses(401, `{"error":"invalid_client"}`),
			then:   func(g *guarded) { g.said[console.ConsumerSecret] = "new" },
			sent:   true,
		},
		"the client": {answer: refuses(401, `{"error":"invalid_client"}`)},
		"a person":   {answer: wrong, person: true, sent: true},
		"another reason": {
			answer: refuses(400, `{"error":"invalid_scope"}`),
			sent:   true,
		},
		"a server in trouble": {
			answer: refuses(500, `{"error":"server_error"}`),
			sent:   true,
		},
		"access_denied":             {answer: refuses(401, `{"error":"access_denied"}`)},
		"a wrong password as a 500": {answer: refuses(500, `{"error":"invalid_grant"}`)},
		"and as invalid_request": {
			answer: refuses(400,
				`{"error":"invalid_request","error_description":"Invalid username or password"}`)},
		"a proxy with Retry-After": {
			answer: refuses(502, ``, "Retry-After", "60"),
			pass:   59 * time.Second,
		},
		"wrong, with a long wait": {
			answer: refuses(400, wrongPassword, "Retry-After", "300"),
			pass:   4 * time.Minute,
		},
		"Retry-After": {
			answer: refuses(429, `{"error":"slow_down"}`, "Retry-After", "60"),
			pass:   59 * time.Second,
		},
		"Retry-After, over": {
			answer: refuses(429, `{"error":"slow_down"}`, "Retry-After", "60"),
			pass:   time.Minute,
			sent:   true,
		},
		"Retry-After of a 503": {
			answer: refuses(503, ``, "Retry-After", "120"),
			pass:   time.Minute,
		},
		"a day is ten minutes": {
			answer: refuses(429, ``, "Retry-After", "86400"),
			pass:   10 * time.Minute,
			sent:   true,
		},
		"a day is no less": {
			answer: refuses(429, ``, "Retry-After", "86400"),
			pass:   10*time.Minute - time.Second,
		},
		"a clock that was set back": {answer: wrong, pass: -time.Hour, sent: true},
		"a person does not mind either": {
			answer: refuses(429, ``, "Retry-After", "60"),
			person: true,
			sent:   true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t)
			g.answer = c.answer
			ask := func(person bool) error {
				ctx := t.Context()
				if person {
					ctx = console.Attended(ctx)
				}
				_, err := g.service().Obtain(ctx, g.apps[0].ID, console.ObtainOptions{})
				return err
			}
			if err := ask(false); err == nil {
				t.Fatal("it was not refused")
			}
			if c.then != nil {
				c.then(g)
			}
			g.clock.advance(c.pass)
			before := g.posts.Load()
			err := ask(c.person)
			if sent := g.posts.Load() > before; sent != c.sent {
				t.Fatalf("sent %v, %v", sent, err)
			}
			if e, ok := tokenapi.AsError(err); !c.sent &&
				(!ok || !strings.Contains(e.Hint, "Lanyard asks again only if a person does so")) {
				t.Errorf("%v, hint %q", err, console.Hint(err))
			}
			// An answer ends it.
			g.answer = nil
			if err := ask(true); err != nil {
				t.Fatal(err)
			}
			g.answer = wrong
			before = g.posts.Load()
			_, _ = g.service().Obtain(t.Context(), g.apps[0].ID, console.ObtainOptions{Fresh: true})
			if g.posts.Load() == before {
				t.Error("an old refusal holds after an answer")
			}
		})
	}
}

// Each refused password rests on its own, also if two of them alternate.
func TestEachPasswordRests(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.answer = refuses(400, wrongPassword)
	for _, p := range []string{"a", "b", "a", "b", "a"} {
		g.said[console.Password] = p
		_, _ = g.service().Obtain(t.Context(), g.apps[0].ID, console.ObtainOptions{})
	}
	if n := g.posts.Load(); n != 2 {
		t.Errorf("%d attempts with two passwords", n)
	}
}

// The refusal of a client secret, and a Retry-After, count for every use of the consumer key.
func TestRefusalIsAboutTheClient(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter, string){
		"invalid_client": refuses(401, `{"error":"invalid_client"}`),
		"Retry-After":    refuses(429, ``, "Retry-After", "60"),
	} {
		g := newGuarded(t)
		g.apps = append(g.apps, g.apps[0], g.apps[0])
		g.apps[1].Name, g.apps[1].Grant, g.apps[1].Username = "C", tokenapi.GrantClientCredentials,
			""
		g.apps[2].Name, g.apps[2].Username = "Y", "bob"
		g.answer = answer
		s := g.service()
		for _, a := range g.apps {
			if _, err := s.Obtain(t.Context(), a.ID, console.ObtainOptions{}); err == nil {
				t.Error("it was not refused")
			}
		}
		if n := g.posts.Load(); n != 1 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// A process that waits with other secrets does not get another one's refusal.
func TestRefusalOfOtherSecrets(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.answer = func(w http.ResponseWriter, password string) {
		if password == "right" {
			fmt.Fprint(w, `{"access_token":"got-it","token_type":"Bearer","expires_in":3600}`)
			return
		}
		refuses(400, wrongPassword)(w, password)
	}
	inside, open := g.gate()
	wrong, same := g.service(), g.service()
	first := begin(func() (console.Outcome, error) {
		return wrong.Obtain(t.Context(), g.apps[0].ID, console.ObtainOptions{})
	})
	<-inside
	right := g.console(func(o *console.Options) {
		// the same application, in a process with another environment
		o.Vault, o.Applications = kinds{console.Password: "right"}, g.apps
	})
	second := begin(func() (console.Outcome, error) {
		return right.Obtain(t.Context(), g.apps[0].ID, console.ObtainOptions{})
	})
	third := begin(func() (console.Outcome, error) {
		return same.Obtain(t.Context(), g.apps[0].ID, console.ObtainOptions{Fresh: true})
	})
	close(open)
	if r := <-first; r.err == nil {
		t.Error("the wrong password was taken")
	}
	if r := <-second; r.err != nil {
		t.Error("the right password:", r.err)
	}
	<-third
	if n := g.posts.Load(); n != 2 {
		t.Errorf("%d attempts with two passwords", n)
	}
}
