package console_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// typed is a draft of an application of the sandbox that no configuration has.
func typed(w *world, name string) console.Draft {
	have := w.app(name, "PRODUCTION")
	var d console.Draft
	d.Environment = console.NewEnvironment("typed")
	d.Environment.Endpoints = console.Endpoints{TokenURL: base + "/token",
		RevokeURL: base + "/revoke"}
	d.Name, d.ConsumerKey, d.Grant, d.Username = console.Private(name), have.ConsumerKey,
		have.Grant, have.Username
	d.Secret, d.Password = w.vault[have.ID].ConsumerSecret, w.vault[have.ID].Password
	return d
}

// nobody is an empty vault, so the secrets must be in the store.
type nobody struct{}

func (nobody) Secret(context.Context, console.Application,
	console.SecretKind) (secret.Text, error) {
	return secret.Text{}, errors.New("nobody has it")
}

// alone starts a console with an empty configuration and an empty vault.
func (w *world) alone(change ...func(*console.Options)) *console.Service {
	return w.console(
		append([]func(*console.Options){func(o *console.Options) {
			o.Applications, o.Vault = nil, nobody{}
		}}, change...)...)
}

func (w *world) sources(s *console.Service) map[string]console.Source {
	w.t.Helper()
	all := map[string]console.Source{}
	for _, a := range must[console.Board](w.t)(s.Board(w.t.Context())).Applications {
		all[a.ID] = a.Source
	}
	return all
}

func (w *world) marks() []console.Mark {
	w.t.Helper()
	var all []console.Mark
	err := w.keeper.View(w.t.Context(), func(r console.Reader) (err error) {
		all, err = r.Marks()
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestPasswordStaysWithItsUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Payments")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	out := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if out.Token.User != a.Username || out.Token.User == "" {
		t.Errorf("a token for %q", out.Token.User)
	}

	d.Was, d.Name, d.Secret, d.Password = a.ID, "Renamed", secret.Text{}, secret.Text{}
	must[console.Application](t)(s.Save(t.Context(), d))
	must[console.Outcome](t)(
		s.Get(t.Context(), a.ID, console.GetOptions{Scopes: []string{"default"}}))

	sent := w.wire.sent("/token")
	if _, err := s.Get(t.Context(), a.ID,
		console.GetOptions{Username: "somebody-else"}); err == nil ||
		w.wire.sent("/token") != sent {
		t.Error("the kept password was sent for somebody else")
	}
	d.Username = "somebody-else"
	b := must[console.Application](t)(s.Save(t.Context(), d))
	if b.ID == a.ID {
		t.Fatal("another user is the same application")
	}
	posts := w.wire.sent("/token")
	if _, err := s.Get(t.Context(), b.ID, console.GetOptions{}); err == nil {
		t.Error("the password of one user was used for another")
	}
	if n := w.wire.sent("/token"); n != posts {
		t.Errorf("%d requests without a password", n-posts)
	}
}

func TestGetForAnotherUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Payments")
	user, password := d.Username, d.Password
	d.Grant, d.Username, d.Password = "client_credentials", "", secret.Text{}
	a := must[console.Application](t)(s.Save(t.Context(), d))
	own := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	w.clock.advance(time.Second)
	out := must[console.Outcome](t)(
		s.Get(t.Context(), a.ID,
			console.GetOptions{Grant: "password", Username: user, Password: password}))
	if out.Token.User != user || out.Token.AppID != a.ID || out.Token.Grant != "password" {
		t.Errorf("kept as %+v", out.Token)
	}
	got := must[console.Outcome](t)(s.Obtain(t.Context(), a.ID, console.ObtainOptions{}))
	if got.Token.ID != own.Token.ID {
		t.Errorf("a program was given the token of %q", got.Token.User)
	}
	if r := must[console.Outcome](t)(
		s.Renew(t.Context(), out.Token.ID)); r.How != console.Refreshed || r.Token.User != user {
		t.Errorf("renewed: %s for %q", r.How, r.Token.User)
	}
	var kept secret.Text
	err := w.keeper.View(t.Context(), func(r console.Reader) (err error) {
		kept, err = r.Password(a.ID)
		return err
	})
	if err != nil || !kept.IsZero() {
		t.Errorf("the password of one get was kept (%v)", err)
	}
}

// A token for another user that cannot be refreshed is not replaced by one for the application's
// own user.
func TestRenewKeepsTheUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	tok := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{})).Token
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		tok.Grant, tok.User = console.GrantPassword, "ana"
		return wr.PutToken(&tok)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Renew(t.Context(), tok.ID)
	refusal(t, err, "other_user")
	if n := w.wire.sent("/token"); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestIssuerIsEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	d.Environment.Issuer, d.Environment.Endpoints = base+"/oauth2/token", console.Endpoints{}
	a := must[console.Application](t)(s.Save(t.Context(), d))
	out := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))

	b := must[console.Board](t)(s.Board(t.Context()))
	if got := b.Environments[0]; got.Environment != d.Environment ||
		got.Source != console.FromStore {
		t.Errorf("known as %+v", got)
	}
	// Deleted, its token is revoked at the place that the issuer named.
	if err := s.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	must[console.Token](t)(s.Revoke(t.Context(), out.Token.ID, console.RevokeBoth, 0))
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) == 0 || done[0].Err != nil {
		t.Errorf("%+v, %v", done, err)
	}
}

// An application that is deleted during a get stays deleted, and the token of the get can be
// revoked.
func TestDeletedWhileGetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, other := w.alone(), w.alone()
	a := must[console.Application](t)(s.Save(t.Context(), typed(w, "Orders")))
	w.wire.cut(func(r *http.Request) error {
		w.wire.cut(nil, nil)
		return other.Delete(t.Context(), a.ID)
	}, nil)
	out := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if src := w.sources(s)[a.ID]; src != console.Gone {
		t.Errorf("it is %q", src)
	}
	must[console.Token](t)(s.Revoke(t.Context(), out.Token.ID, console.RevokeBoth, 0))
	if done, _, err := s.Deliver(t.Context()); err != nil || len(done) == 0 || done[0].Err != nil {
		t.Errorf("%+v, %v", done, err)
	}
}

// deleting is a vault in which another console deletes the application just before the mark.
type deleting struct {
	s    *console.Service
	text secret.Text
}

func (v deleting) Secret(ctx context.Context, a console.Application,
	_ console.SecretKind) (secret.Text, error) {
	return v.text, v.s.Delete(ctx, a.ID)
}

func TestDeletedBeforeTheMark(t *testing.T) {
	t.Parallel()
	for _, holds := range []bool{false, true} {
		w := newWorld(t)
		d := typed(w, "Orders")
		text := d.Secret
		d.Secret = secret.Text{}
		other := w.alone()
		s := w.alone(func(o *console.Options) { o.Vault = deleting{other, text} })
		a := must[console.Application](t)(s.Save(t.Context(), d))
		if holds {
			err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
				return wr.PutToken(&console.Token{ID: "t_held", AppID: a.ID, IssuedAt: t0})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.Get(t.Context(), a.ID, console.GetOptions{})
		refusal(t, err, "gone")
		if n, src := w.wire.sent("/token"), w.sources(s); n > 0 || src[a.ID] == console.FromStore ||
			len(w.marks()) > 0 {
			t.Errorf("with a token %v: %d requests, %v, %v", holds, n, src, w.marks())
		}
	}
}

// An edit by another console during a get is kept.
func TestEditedWhileGetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, other := w.alone(), w.alone()
	d := typed(w, "Orders")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	w.wire.cut(func(*http.Request) error {
		w.wire.cut(nil, nil)
		d.Was, d.Name, d.Secret = a.ID, "Renamed", secret.Text{}
		_, err := other.Save(t.Context(), d)
		return err
	}, nil)
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if b := must[console.Board](t)(s.Board(t.Context())); b.Applications[0].Name != "Renamed" {
		t.Errorf("it is called %q", b.Applications[0].Name)
	}
}

func TestEnvironmentIsEditedForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	one := must[console.Application](t)(s.Save(t.Context(), typed(w, "Orders")))
	d := typed(w, "Mobile")
	two := must[console.Application](t)(s.Save(t.Context(), d))
	must[console.Outcome](t)(s.Get(t.Context(), one.ID, console.GetOptions{}))

	// If only the cache changes, every application keeps its identity.
	d.Was, d.Secret, d.EnvironmentWas, d.Environment.CacheTTL = two.ID, secret.Text{}, "typed",
		time.Minute
	must[console.Application](t)(s.Save(t.Context(), d))
	for _, a := range must[console.Board](t)(s.Board(t.Context())).Applications {
		if a.Environment.CacheTTL != time.Minute || a.Source != console.FromStore {
			t.Errorf("%s: %s, %s", a.Label(), a.Environment.CacheTTL, a.Source)
		}
	}
	// With another token URL both are other applications. The one with a token leaves it behind,
	// the other leaves nothing.
	d.Environment.Endpoints.TokenURL = base + "/oauth2/token"
	if got := d.Warning(must[console.Board](t)(s.Board(t.Context())).Applications,
		func(string) int { return 1 }); !strings.Contains(got, "2 tokens stay") ||
		!strings.Contains(got, "1 other application") {
		t.Errorf("said before saving: %q", got)
	}
	saved := must[console.Application](t)(s.Save(t.Context(), d))
	src := w.sources(s)
	if len(src) != 3 || src[one.ID] != console.Gone || src[saved.ID] != console.FromStore {
		t.Errorf("%v", src)
	}
	for id, from := range src {
		if from == console.FromStore {
			// the secrets went with them
			must[console.Outcome](t)(s.Get(t.Context(), id, console.GetOptions{}))
		}
	}
}

func TestEnvironmentsOfTheConfigurationAreNotEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.console()
	d := typed(w, "Orders")
	d.ConsumerKey, d.Environment = "mine", w.env
	a := must[console.Application](t)(s.Save(t.Context(), d)) // an application in the environment
	d.Was, d.EnvironmentWas, d.Environment.CacheTTL = a.ID, string(w.env.Name), time.Minute
	_, err := s.Save(t.Context(), d)
	refusal(t, err, "configured")
	d.EnvironmentWas = ""
	_, err = s.Save(t.Context(), d) // no other application gets its name
	refusal(t, err, "exists")
}

func TestTwoConsolesSaveTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := typed(w, "Orders")
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		s, mine := w.alone(), d
		mine.ConsumerKey += console.Private(strings.Repeat("x", i))
		all.Go(func() { _, errs[i] = s.Save(t.Context(), mine) })
	}
	all.Wait()
	saved := 0
	for _, err := range errs {
		if err == nil {
			saved++
		} else {
			refusal(t, err, "exists")
		}
	}
	if src := w.sources(w.alone()); saved != 1 || len(src) != 1 {
		t.Errorf("%d saved, %v", saved, src)
	}
}

func TestForgetsWhatIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	a := must[console.Application](t)(s.Save(t.Context(), typed(w, "Orders")))
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if err := s.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	refusal(t, s.Delete(t.Context(), a.ID), "not_over")
	w.clock.advance(48 * time.Hour)
	if err := s.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Applications)+len(b.Tokens) > 0 {
		t.Errorf("left: %v, %v", b.Applications, b.Tokens)
	}
	// An application that is added again has no history.
	must[console.Application](t)(s.Save(t.Context(), typed(w, "Orders")))
}

// An application that is deleted and added again has its tokens again.
func TestAddedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	a := must[console.Application](t)(s.Save(t.Context(), typed(w, "Orders")))
	out := must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if err := s.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	b := must[console.Application](t)(s.Save(t.Context(), typed(w, "Orders")))
	if got := w.token(out.Token.ID); b.ID != a.ID || got.AppID != b.ID ||
		w.sources(s)[b.ID] != console.FromStore {
		t.Errorf("%+v is not of %s", got, b.ID)
	}
}

func TestEditOfWhatWasDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	if err := w.alone().Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	d.Was = a.ID
	_, err := s.Save(t.Context(), d)
	refusal(t, err, "gone")
}

// An application of the store that the configuration has too is not listed twice, and the board
// shows it as covered.
func TestCovered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := must[console.Application](t)(w.alone().Save(t.Context(), typed(w, "Orders")))
	b := must[console.Board](t)(w.alone().Board(t.Context()))
	if len(b.Covered) != 0 || len(b.Applications) != 1 {
		t.Errorf("alone: covered %v of %v", b.Covered, b.Applications)
	}
	b = must[console.Board](t)(w.console().Board(t.Context()))
	if len(b.Covered) != 1 || b.Covered[0].Label() != a.Label() ||
		b.Covered[0].ID != w.app("Orders", "PRODUCTION").ID {
		t.Errorf("covered %+v", b.Covered)
	}
	for _, have := range b.Applications {
		if have.Source == console.FromStore {
			t.Errorf("%s is listed too", have.Label())
		}
	}
}
