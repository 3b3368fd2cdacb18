package console_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// atPortal is an application as a portal shows it.
func atPortal(w *world, host string, text secret.Text) console.Imported {
	env := console.NewEnvironment("apim")
	env.Endpoints = console.Endpoints{TokenURL: base + "/token",
		RevokeURL: console.Private(host + "/revoke")}
	return console.Imported{Application: console.Application{
		Name: "Orders", KeyType: "PRODUCTION",
		ConsumerKey: w.app("Orders", "PRODUCTION").ConsumerKey,
		Grant:       tokenapi.GrantClientCredentials, Environment: env,
	}, Secret: text}
}

// An import without a secret sends the stored one only to servers that it was given for.
func TestImportKeepsTheServersOfASecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	text := w.vault[w.app("Orders", "PRODUCTION").ID].ConsumerSecret
	first := must[[]console.Application](
		t)(s.Import(t.Context(), []console.Imported{atPortal(w, base, text)}))
	again := must[[]console.Application](
		t)(s.Import(t.Context(),
		[]console.Imported{atPortal(w, "https://elsewhere.example", secret.Text{})}))
	if again[0].Environment.Endpoints.RevokeURL != base+"/revoke" ||
		again[0].Secret != console.SecretAvailable || again[0].ID != first[0].ID {
		t.Errorf("without a secret: %+v", again[0])
	}
	again = must[[]console.Application](
		t)(s.Import(t.Context(),
		[]console.Imported{atPortal(w, "https://elsewhere.example", secret.New("its own"))}))
	if again[0].Environment.Endpoints.RevokeURL != "https://elsewhere.example/revoke" {
		t.Errorf("with a secret of its own: %+v", again[0])
	}
}

// An import that would make a second environment of one name is refused as a whole.
func TestImportRefusesAnotherEnvironmentOfTheName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	must[[]console.Application](
		t)(s.Import(t.Context(), []console.Imported{atPortal(w, base, secret.New("a"))}))
	other := atPortal(w, base, secret.New("b"))
	other.Application.Environment.Endpoints.TokenURL = "https://elsewhere.example/token"
	fine := atPortal(w, base, secret.New("c"))
	fine.Application.Name, fine.Application.ConsumerKey = "Fine", "fine-key"
	_, err := s.Import(t.Context(), []console.Imported{fine, other})
	if err == nil ||
		!strings.Contains(err.Error(),
			"there is an environment apim already, with another token URL") ||
		console.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
	if n := len(must[console.Board](t)(s.Board(t.Context())).Applications); n != 1 {
		t.Errorf("%d applications", n)
	}
}

// An application that was imported before is marked, with the probe URL that it has. One whose
// secret was missing and is shown now is not: an import brings it.
func TestAskPortalMarksWhatWasImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := atPortal(w, base, secret.Text{})
	s := w.console(func(o *console.Options) {
		o.Applications = nil
		o.Portal = func(context.Context, console.PortalRequest) (console.PortalFound, error) {
			return console.PortalFound{All: []console.Imported{answer}}, nil
		}
	})
	ask := func() console.Imported {
		return must[console.PortalFound](t)(s.AskPortal(t.Context(),
			console.PortalRequest{Base: "https://apim.example"})).All[0]
	}
	if ask().Stored {
		t.Error("a new one is marked")
	}
	kept := answer
	kept.Application.ProbeURL = "https://apim.example/orders"
	must[[]console.Application](t)(s.Import(t.Context(), []console.Imported{kept}))
	if x := ask(); !x.Stored || x.Application.ProbeURL != "https://apim.example/orders" {
		t.Errorf("marked %t, probed at %q", x.Stored, x.Application.ProbeURL)
	}
	answer.Secret = secret.New("a")
	if ask().Stored {
		t.Error("its secret is shown now")
	}
}

// If a portal fails, its earlier answers come with the error. Its exchanges are recorded, and
// nothing is stored.
func TestAskPortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failed := errors.New("it failed in the middle")
	s := w.console(func(o *console.Options) {
		o.Portal = func(_ context.Context, r console.PortalRequest) (console.PortalFound, error) {
			r.Saw(tokenapi.Exchange{Op: "register", Method: "POST",
				URL: "https://apim.example/register"})
			r.Say("something worth saying")
			if text, err := r.Ask(console.Application{}, "it is masked"); err != nil ||
				!text.IsZero() {
				t.Errorf("asked %v, %v", text, err)
			}
			return console.PortalFound{
				All: []console.Imported{atPortal(w, base, secret.Text{}),
					{Application: w.app("Orders", "PRODUCTION")}}}, failed
		}
	})
	found, err := s.AskPortal(t.Context(),
		console.PortalRequest{Base: "https://apim.example:9443/devportal"})
	if !errors.Is(err, failed) || len(found.All) != 2 ||
		strings.Join(found.Notes, "") != "something worth saying" {
		t.Errorf("%+v, %v", found, err)
	}
	if !found.All[1].Known {
		t.Error("the one that is configured is not known for one")
	}
	b := must[console.Board](t)(s.Board(t.Context()))
	if len(b.Exchanges) != 1 || b.Exchanges[0].Application != "portal apim.example" {
		t.Errorf("observed %+v", b.Exchanges)
	}
	for _, a := range b.Applications {
		if a.Source == console.FromStore {
			t.Errorf("%s was stored", a.Label())
		}
	}
	if _, err := w.alone().AskPortal(t.Context(), console.PortalRequest{}); err == nil {
		t.Error("asked without a way to ask")
	}
}

// A key that was generated again at the portal replaces the old one. Tokens of the old one can
// still be revoked.
func TestImportOfAKeyMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	text := w.vault[w.app("Orders", "PRODUCTION").ID].ConsumerSecret
	old := must[[]console.Application](
		t)(s.Import(t.Context(), []console.Imported{atPortal(w, base, text)}))[0]
	must[console.Outcome](t)(s.Get(t.Context(), old.ID, console.GetOptions{}))
	anew := atPortal(w, base, secret.New("the new one"))
	anew.Application.ConsumerKey = "made-anew"
	a := must[[]console.Application](t)(s.Import(t.Context(), []console.Imported{anew}))[0]
	if got := w.sources(s); len(got) != 2 || got[old.ID] != console.Gone ||
		got[a.ID] != console.FromStore {
		t.Errorf("listed: %v", got)
	}
}

// Another import of an application keeps what the person has filled in and no portal tells.
func TestImportKeepsWhatWasFilledIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	one := atPortal(w, base, secret.New("a"))
	a := must[[]console.Application](t)(s.Import(t.Context(), []console.Imported{one}))[0]
	d := console.Draft{Application: a, Was: a.ID}
	d.ProbeURL, d.Scopes, d.Details.Headers = "https://gw.example/orders", []string{"read"},
		[]string{"X-Tenant"}
	d.Headers = console.HeaderValues{"X-Tenant": secret.New("acme")}
	must[console.Application](t)(s.Save(t.Context(), d))
	b := must[[]console.Application](t)(s.Import(t.Context(), []console.Imported{one}))[0]
	if b.ProbeURL != d.ProbeURL || len(b.Scopes) != 1 || len(b.Details.Headers) != 1 {
		t.Errorf("imported again: %+v", b)
	}
	one.Application.ProbeURL = "https://gw.example/confirmed"
	b = must[[]console.Application](t)(s.Import(t.Context(), []console.Imported{one}))[0]
	if b.ProbeURL != one.Application.ProbeURL {
		t.Errorf("the confirmed URL is not taken: %+v", b)
	}
	err := w.keeper.View(t.Context(), func(r console.Reader) error {
		sec, err := r.ConsumerSecret(b.ID)
		if sec.Headers.IsZero() {
			t.Error("the values of the headers are gone")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A portal that was asked before is asked with the environments of the store, too.
func TestAskPortalKnowsEnvironments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var known []console.KnownEnvironment
	s := w.alone(func(o *console.Options) {
		o.Portal = func(_ context.Context, r console.PortalRequest) (console.PortalFound, error) {
			known = r.Known
			return console.PortalFound{}, nil
		}
	})
	must[[]console.Application](
		t)(s.Import(t.Context(), []console.Imported{atPortal(w, base, secret.New("a"))}))
	must[console.PortalFound](t)(s.AskPortal(t.Context(), console.PortalRequest{}))
	found := false
	for _, k := range known {
		found = found || k.Name == "apim"
	}
	if !found {
		t.Errorf("asked with %+v", known)
	}
}
