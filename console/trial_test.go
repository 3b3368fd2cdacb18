package console_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// stored counts the applications that are in the store, seen or not, its tokens and its open marks.
func (w *world) stored() (apps, tokens, marks int) {
	w.t.Helper()
	err := w.keeper.View(w.t.Context(), func(r console.Reader) error {
		a, err1 := r.Applications()
		t, err2 := r.Tokens()
		m, err3 := r.Marks()
		apps, tokens, marks = len(a), len(t), len(m)
		return errors.Join(err1, err2, err3)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return apps, tokens, marks
}

func (w *world) storesNothing() {
	w.t.Helper()
	if a, t, m := w.stored(); a+t+m > 0 {
		w.t.Errorf("stored: %d applications, %d tokens, %d marks", a, t, m)
	}
}

func TestTestStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Payments")
	d.Scopes = []string{"default"}
	got := must[console.Tested](t)(s.Test(t.Context(), d))
	if got.Status != 200 || got.Fingerprint == "" || !got.Refresh || got.ExpiresAt.IsZero() {
		t.Errorf("%+v", got)
	}
	if text := got.Text(); !strings.Contains(text, got.Fingerprint) ||
		!strings.Contains(text, "with a refresh token") {
		t.Error(text)
	}
	if got.Lives() == "" {
		t.Error("nobody is told that a token was issued")
	}
	w.storesNothing()

	// If the draft is saved right after the test, its token is the first one, and nothing is sent
	// again.
	d.Tested = &got
	a := must[console.Application](t)(s.Save(t.Context(), d))
	b := must[console.Board](t)(s.Board(t.Context()))
	if len(b.Tokens) != 1 || b.Tokens[0].Fingerprint != got.Fingerprint ||
		b.Tokens[0].AppID != a.ID || w.wire.sent("/token") != 1 {
		t.Fatalf("%+v after %d requests", b.Tokens, w.wire.sent("/token"))
	}
	if r := must[console.Outcome](t)(
		s.Renew(t.Context(), b.Tokens[0].ID)); r.How != console.Refreshed {
		t.Errorf("renewed: %s", r.How)
	}
}

func TestTestOfAnotherDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	got := must[console.Tested](t)(s.Test(t.Context(), d))
	d.Tested, d.ConsumerKey = &got, "another"
	must[console.Application](t)(s.Save(t.Context(), d))
	if _, tokens, _ := w.stored(); tokens > 0 {
		t.Error("the token of one application was filed under another")
	}
}

// The result of a test has a warning if the test may have ended a token of another program.
func TestTestSupersedes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	for regime, want := range map[console.Regime]bool{
		console.RegimeJWT: true, console.RegimeOpaque: false,
	} {
		d := typed(w, "Orders")
		d.Environment.Regime = regime
		got := must[console.Tested](t)(s.Test(t.Context(), d))
		if k := got.Supersedes; (k != nil) != want || want && !k.Sure {
			t.Errorf("%s: %+v", regime, k)
		}
	}
}

func TestTestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	d.Secret = secret.New("wrong")
	got, err := s.Test(t.Context(), d)
	if e, ok := tokenapi.AsError(err); !ok || e.Status != 401 || got.Status != 401 {
		t.Errorf("%v, %+v", err, got)
	}
	w.storesNothing()
	d.Secret = secret.Text{}
	_, err = s.Test(t.Context(), d)
	refusal(t, err, "no_secret")
	if n := w.wire.sent("/token"); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A test of an edited application uses the stored secret, and keeps it if another one is tried.
func TestTestLeavesTheSecretAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	d.Was, d.Secret = a.ID, secret.New("wrong")
	if _, err := s.Test(t.Context(), d); err == nil {
		t.Fatal("a wrong secret is right")
	}
	d.Secret, d.Scopes = secret.Text{}, []string{"default"}
	must[console.Tested](t)(s.Test(t.Context(), d))
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if b := must[console.Board](t)(s.Board(t.Context())); len(b.Applications) != 1 ||
		b.Applications[0].Scopes != nil {
		t.Errorf("%+v", b.Applications)
	}
}

// A lost answer leaves its mark, because the token may be alive. The next get after saving the
// draft settles it.
func TestTestLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	d.Environment.Regime = console.RegimeOpaque
	w.wire.cut(nil, func(*http.Request) error { return errors.New("the line broke") })
	_, err := s.Test(t.Context(), d)
	refusal(t, err, "unsure")
	if n := w.wire.sent("/token"); n != 1 {
		t.Errorf("%d requests", n)
	}
	b := must[console.Board](t)(s.Board(t.Context()))
	if len(b.Marks) != 1 || b.Marks[0].Op != "test" || len(b.Applications) != 1 ||
		b.Applications[0].Source != console.Gone {
		t.Fatalf("%+v, %+v", b.Marks, b.Applications)
	}
	w.wire.cut(nil, nil)
	a := must[console.Application](t)(s.Save(t.Context(), d))
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if _, _, marks := w.stored(); marks > 0 {
		t.Error("the get did not settle the test")
	}
}

// A draft that is given up after a lost answer can be forgotten when its mark is dismissed.
func TestTestLostAndGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	w.wire.cut(nil, func(*http.Request) error { return errors.New("the line broke") })
	_, err := s.Test(t.Context(), d)
	refusal(t, err, "unsure")
	refusal(t, s.Delete(t.Context(), d.Identity()), "not_over")
	b := must[console.Board](t)(s.Board(t.Context()))
	must[console.Mark](t)(s.Dismiss(t.Context(), b.Marks[0].ID))
	if err := s.Delete(t.Context(), d.Identity()); err != nil && !isCode(err, "no_application") {
		t.Fatal(err)
	}
	w.storesNothing()
}

// The mark that is stored before the request describes the request, without a secret.
func TestTestIsMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, other := w.alone(), w.alone()
	d := typed(w, "Orders")
	var seen console.Board
	var has bool
	w.wire.cut(func(*http.Request) (err error) {
		if seen, err = other.Board(t.Context()); err != nil {
			return err
		}
		return w.keeper.View(t.Context(), func(r console.Reader) (err error) {
			has, err = r.HasConsumerSecret(d.Identity())
			return err
		})
	}, nil)
	must[console.Tested](t)(s.Test(t.Context(), d))
	if len(seen.Marks) != 1 || len(seen.Applications) != 1 || has {
		t.Errorf("during the request: %+v, %+v, secret kept: %v", seen.Marks, seen.Applications,
			has)
	}
	w.storesNothing()
}

func TestTestAsksTheIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	d.Environment.Issuer, d.Environment.Endpoints = base+"/oauth2/token", console.Endpoints{}
	got := must[console.Tested](t)(s.Test(t.Context(), d))
	if !got.Discovered || got.Found.RevokeURL == "" || got.Fingerprint == "" {
		t.Errorf("%+v", got)
	}
	var settings map[string]string
	err := w.keeper.View(t.Context(), func(r console.Reader) (err error) {
		settings, err = r.Settings()
		return err
	})
	for key := range settings {
		if strings.HasPrefix(key, "discovered") {
			t.Errorf("stored: %s", key)
		}
	}
	w.storesNothing()
	if err != nil {
		t.Fatal(err)
	}
	d.Grant = "device_code"
	if got := must[console.Tested](t)(s.Test(t.Context(), d)); got.Skipped == "" ||
		got.Lives() != "" || !strings.Contains(got.Text(), "issuer answered") {
		t.Errorf("%+v", got)
	}
}

// refusing is a store whose transactions all fail at their end, as after a crash between.
type refusing struct {
	console.Keeper
	after int
}

func (k *refusing) Update(ctx context.Context, f func(console.Writer) error) error {
	k.after--
	if k.after >= 0 {
		return k.Keeper.Update(ctx, f)
	}
	return k.Keeper.Update(ctx,
		func(w console.Writer) error {
			return errors.Join(f(w), errors.New("the lights went out"))
		})
}

// A save is one transaction. If it fails nothing of it is stored, and the draft still has the token
// of its test.
func TestSaveIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Payments")
	got := must[console.Tested](t)(s.Test(t.Context(), d))
	d.Tested = &got
	broken := w.alone(func(o *console.Options) { o.Keeper = &refusing{Keeper: w.keeper} })
	if _, err := broken.Save(t.Context(), d); err == nil {
		t.Fatal("saved")
	}
	w.storesNothing()
	must[console.Application](t)(s.Save(t.Context(), d))
	if _, tokens, _ := w.stored(); tokens != 1 || w.wire.sent("/token") != 1 {
		t.Errorf("%d tokens after %d requests", tokens, w.wire.sent("/token"))
	}
}

// Nothing is sent while the mark of a test cannot be stored.
func TestTestWithoutMark(t *testing.T) {
	t.Parallel()
	for after := range 3 { // the application, the lease, the mark
		w := newWorld(t)
		s := w.alone(func(o *console.Options) {
			o.Keeper = &refusing{Keeper: w.keeper, after: after}
		})
		if _, err := s.Test(t.Context(), typed(w, "Orders")); err == nil ||
			w.wire.sent("/token") > 0 {
			t.Errorf("after %d: %v, %d requests", after, err, w.wire.sent("/token"))
		}
	}
}

func TestLockedFormsSendNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone(func(o *console.Options) { o.Keeper = locked{w.keeper} })
	_, err := s.Test(t.Context(), typed(w, "Orders"))
	refusal(t, err, "store_locked")
	_, err = s.Save(t.Context(), typed(w, "Orders"))
	refusal(t, err, "store_locked")
	if w.wire.sent("/token") > 0 {
		t.Error("it was sent")
	}
	w.storesNothing()
}

// A test and a get of the same client run one after the other, in any process.
func TestTestWaitsItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s, other := w.alone(), w.alone()
		d := typed(w, "Orders")
		a := must[console.Application](t)(s.Save(t.Context(), d))
		d.Was = a.ID
		inside, open := w.gate()
		done := make(chan error, 1)
		go func() {
			_, err := s.Get(t.Context(), a.ID, console.GetOptions{})
			done <- err
		}()
		<-inside
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := other.Test(ctx, d); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("beside a get of the same: %v", err)
		}
		close(open)
		if err := <-done; err != nil || w.wire.sent("/token") != 1 {
			t.Errorf("%v, %d requests", err, w.wire.sent("/token"))
		}
	})
}
