package console_test

import (
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// signingIn saves an application whose grant needs a person, begins a get, runs meanwhile before
// the person returns, and returns the application as stored at the end.
func signingIn(t *testing.T,
	meanwhile func(*console.Service, console.Draft)) (a console.Application, kept secret.Text,
	came error) {
	t.Helper()
	w := newWorldOf(t, sandbox.Options{Clock: time.Now})
	at := street{make(chan url.Values), make(chan error, 1)}
	have := w.app("Portal", "PRODUCTION")
	d := console.Draft{Application: have, Secret: w.vault[have.ID].ConsumerSecret}
	d.Environment.Endpoints.AuthorizeURL = base + "/oauth2/authorize"
	w.apps = nil
	s := w.console(func(o *console.Options) { o.Clock, o.Callbacks = time.Now, at })
	a = must[console.Application](t)(s.Save(t.Context(), d))
	done := make(chan error, 1)
	go func() { _, err := s.Get(t.Context(), a.ID, console.GetOptions{}); done <- err }()
	synctest.Wait()
	i := w.invitation(s)
	d.Was = a.ID
	meanwhile(s, d)
	at.came <- w.visit(string(i.URL))
	came = <-done
	err := w.keeper.View(t.Context(), func(r console.Reader) error {
		stored, err := r.Applications()
		if err != nil {
			return err
		}
		id := a.ID
		a = console.Application{}
		for _, a = range stored {
			if a.ID != id {
				continue
			}
			sec, err := r.ConsumerSecret(id)
			kept = sec.Access
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, kept, came
}

// An edit during a sign-in is not overwritten by the get.
func TestSavedWhileSomebodySignsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, kept, err := signingIn(t, func(s *console.Service, d console.Draft) {
			d.Secret, d.Name = secret.New("the-new-secret"), "Renamed"
			must[console.Application](t)(s.Save(t.Context(), d))
		})
		if err != nil {
			t.Errorf("get: %v", err)
		}
		if !kept.Equal(secret.New("the-new-secret")) || a.Name != "Renamed" {
			t.Errorf("it is called %q, and the old secret is kept: %t", a.Name,
				!kept.Equal(secret.New("the-new-secret")))
		}
	})
}

func TestDeletedWhileSomebodySignsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _, err := signingIn(t, func(s *console.Service, d console.Draft) {
			if err := s.Delete(t.Context(), d.Was); err != nil {
				t.Fatal(err)
			}
		})
		refusal(t, err, "gone")
		if a.Source == console.FromStore {
			t.Error("it is back")
		}
	})
}

// The endpoints from an issuer also hold for a saved application. They are not part of its
// identity.
func TestSavedWithAnIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := draftOf(w, "Mine")
	d.Environment.Issuer, d.Environment.Endpoints = base+"/oauth2/token", console.Endpoints{}
	w.apps = nil
	s := w.console()
	a := must[console.Application](t)(s.Save(t.Context(), d))
	out := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	b := must[console.Board](t)(s.Board(t.Context()))
	shown := b.Applications[0]
	if shown.Environment.Endpoints.RevokeURL == "" {
		t.Fatal("nothing was discovered, so nothing can be revoked")
	}
	shown.Environment = b.Environments[0].Environment // the form accepts it unchanged
	edited := must[console.Application](t)(
		s.Save(t.Context(), console.Draft{Application: renamed(shown), Was: a.ID}))
	if edited.ID != a.ID {
		t.Error("editing made another application of it")
	}
	must[console.Token](t)(s.Revoke(t.Context(), out.Token.ID, console.RevokeBoth, 0))
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) == 0 || done[0].Err != nil {
		t.Errorf("revoke: %+v, %v", done, err)
	}
}

func renamed(a console.Application) console.Application {
	a.Name = "Renamed"
	return a
}

// A stored secret is not sent to another server.
func TestSavedForAnotherServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := draftOf(w, "Mine")
	w.apps = nil
	s := w.console()
	a := must[console.Application](t)(s.Save(t.Context(), d))
	d.Was, d.EnvironmentWas, d.Secret = a.ID, string(d.Environment.Name), secret.Text{}
	for _, move := range []func(*console.Endpoints){
		// a revoke and an introspection prove the application, too
		func(e *console.Endpoints) { e.RevokeURL = "https://elsewhere.example/revoke" },
		func(e *console.Endpoints) { e.IntrospectURL = "https://elsewhere.example/introspect" },
		func(e *console.Endpoints) { e.DeviceURL = "https://elsewhere.example/device" },
	} {
		moved := d
		move(&moved.Environment.Endpoints)
		_, err := s.Save(t.Context(), moved)
		refusal(t, err, "usage")
	}
	d.Environment.Endpoints.TokenURL = "https://elsewhere.example/token"
	_, err := s.Save(t.Context(), d)
	refusal(t, err, "usage")
	_, err = s.Test(t.Context(), d)
	refusal(t, err, "usage")
	d.Secret = secret.New("another")
	must[console.Application](t)(s.Save(t.Context(), d))
}

func TestAsRefusesWhatATerminalWouldActOn(t *testing.T) {
	t.Parallel()
	odd := secret.New("r\x1b[201~\nid")
	sec := console.Secrets{Access: odd, Refresh: odd, ID: odd}
	for _, f := range []console.Form{console.FormBare, console.FormHeader, console.FormEnv,
		console.FormRefresh, console.FormID} {
		_, err := console.As(console.Application{}, console.Token{}, sec, f)
		refusal(t, err, "odd_token")
	}
	if _, err := console.As(console.Application{}, console.Token{}, sec,
		console.FormJSON); err != nil {
		t.Errorf("JSON escapes it: %v", err)
	}
}

// A stored password is not sent to another server either. The password of an application that is no
// longer configured is not kept.
func TestPasswordStaysWithItsServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Payments")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	kept := func(id string) (text secret.Text) {
		err := w.keeper.View(t.Context(), func(r console.Reader) (err error) {
			text, err = r.Password(id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if kept(a.ID).IsZero() {
		t.Fatal("it was never kept")
	}
	d.Was, d.EnvironmentWas, d.Password = a.ID, string(d.Environment.Name), secret.Text{}
	d.Environment.Endpoints = console.Endpoints{TokenURL: "https://elsewhere.example/token"}
	sent := w.wire.sent("/token")
	_, err := s.Test(t.Context(), d)
	refusal(t, err, "no_secret")
	b := must[console.Application](t)(s.Save(t.Context(), d))
	if b.ID == a.ID || !kept(b.ID).IsZero() || w.wire.sent("/token") != sent {
		t.Error("the password goes to another server")
	}
	if !kept(a.ID).IsZero() {
		t.Error("the password of an application that is no longer configured is kept")
	}
}
