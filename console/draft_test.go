package console_test

import (
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// draftOf returns a draft of an application that the sandbox knows and no configuration has.
func draftOf(w *world, name string) console.Draft {
	d := typed(w, "Orders")
	d.Name = console.Private(name)
	return d
}

func TestSaveGetsAndDeletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := draftOf(w, "Mine")
	w.apps = nil // an empty configuration
	svc := w.console()
	a := must[console.Application](t)(svc.Save(t.Context(), d))
	if a.Secret != console.SecretAvailable || a.Source != console.FromStore {
		t.Errorf("saved as %+v", a)
	}
	out := must[console.Outcome](t)(svc.Get(t.Context(), a.ID, console.GetOptions{}))
	if out.Token.AppID != a.ID {
		t.Errorf("a token of %s", out.Token.AppID)
	}

	// Renamed, it keeps identity, secret and token.
	d.Was, d.Name, d.Secret = a.ID, "Renamed", secret.Text{}
	b := must[console.Application](t)(svc.Save(t.Context(), d))
	if b.ID != a.ID || b.Secret != console.SecretAvailable {
		t.Errorf("renamed to %+v", b)
	}

	// With another key it is another application. The old one stays with its token and the secret
	// that revokes it.
	d.Was, d.ConsumerKey = b.ID, "another-key"
	c := must[console.Application](t)(svc.Save(t.Context(), d))
	board := must[console.Board](t)(svc.Board(t.Context()))
	sources := map[string]console.Source{}
	for _, x := range board.Applications {
		sources[x.ID] = x.Source
	}
	if sources[a.ID] != console.Gone || sources[c.ID] != console.FromStore ||
		c.Secret != console.SecretAvailable {
		t.Errorf("after another key: %v, secret %s", sources, c.Secret)
	}

	if err := svc.Delete(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	board = must[console.Board](t)(svc.Board(t.Context()))
	if len(board.Applications) != 1 || board.Applications[0].ID != a.ID {
		t.Errorf("after deleting: %+v", board.Applications)
	}
	refusal(t, svc.Delete(t.Context(), a.ID), "not_over")
	must[console.Token](t)(svc.Revoke(t.Context(), out.Token.ID, console.RevokeBoth, 0))
	done, _, err := svc.Deliver(t.Context())
	if err != nil || len(done) == 0 || done[0].Err != nil {
		t.Errorf("the token of an application that is gone: %+v, %v", done, err)
	}
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	svc := w.console()
	d := draftOf(w, "Mine")
	_, err := svc.Save(t.Context(), d) // the configuration has that key
	refusal(t, err, "exists")
	d.ConsumerKey = "mine"
	must[console.Application](t)(svc.Save(t.Context(), d))
	twin := d
	twin.ConsumerKey = "other"
	_, err = svc.Save(t.Context(), twin)
	refusal(t, err, "exists")
	refusal(t, svc.Delete(t.Context(), w.apps[0].ID), "configured")
}

func TestDraftProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := draftOf(w, "Mine")
	if bad := good.Problems(); len(bad) > 0 {
		t.Fatalf("a good draft: %v", bad)
	}
	for field, change := range map[console.Field]func(*console.Draft){
		console.FieldName:        func(d *console.Draft) { d.Name = " x" },
		console.FieldEnvironment: func(d *console.Draft) { d.Environment.Name = "" },
		console.FieldTokenURL: func(d *console.Draft) {
			d.Environment.Endpoints.TokenURL = "http://gw.example/token"
		},
		console.FieldRevokeURL: func(d *console.Draft) {
			d.Environment.Endpoints.RevokeURL = "gw/revoke"
		},
		console.FieldIssuer: func(d *console.Draft) {
			d.Environment.Issuer = "https://user:pw@id.example"
		},
		console.FieldConsumerKey: func(d *console.Draft) { d.ConsumerKey = "a:b" },
		console.FieldScopes:      func(d *console.Draft) { d.Scopes = []string{`a"b`} },
		console.FieldProbeURL:    func(d *console.Draft) { d.ProbeURL = "https://gw.example/#x" },
		console.FieldGrant:       func(d *console.Draft) { d.Grant = "device_code" },
	} {
		d := good
		change(&d)
		bad := d.Problems()
		if len(bad) != 1 || bad[field] == "" {
			t.Errorf("%s: %v", field, bad)
		}
		svc := w.console()
		if _, err := svc.Save(t.Context(), d); err == nil {
			t.Errorf("%s: saved", field)
		}
	}
}

// Names may be in all languages. Some words need joiners.
func TestNamesOfAllLanguages(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Orders", "注文", "می\u200cخواهم", "👩\u200d👩\u200d👧", "❤\ufe0f",
		"שלום", "e\u0301té",
		"सेवा भुगतान", "தமிழ் சேவை", "บริการชำระเงิน", "ന്\u200d",
		"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "🇮🇳"} {
		if why := console.NameProblem(name); why != "" {
			t.Errorf("%q %s", name, why)
		}
	}
	for _, name := range []string{"Or\u200dders", "\u200dOrders", "Orders\u200d", "Or\x1bders",
		"Or\u202eders", "a\u200b", "می\u200d\u200dخ",
		"語\u200d語", "🏴\U000e0067", "x\U000e0067\U000e007f", "nb\u00a0sp", "pu\ue000",
		"Or\ufe0fders",
		"a\u3164", "a\u034fb", "\u0301x", "e" + strings.Repeat("\u0301", 9), "a\u2800b", "a\xffb"} {
		if console.NameProblem(name) == "" {
			t.Errorf("%q is taken", name)
		}
	}
}
