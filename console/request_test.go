package console_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// office is a Token API that issues a new token for each request and records the requests.
type office struct {
	*world
	forms []url.Values
	more  string // members added to each answer
	said  map[console.SecretKind]string
}

func newOffice(t *testing.T, apps ...console.Application) *office {
	t.Helper()
	o := &office{world: newWorld(t), said: map[console.SecretKind]string{}}
	o.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		o.forms = append(o.forms, r.PostForm)
		n := len(o.forms)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"access-%d","refresh_token":"refresh-%d",`+
			`"token_type":"Bearer","expires_in":3600%s}`,
			n, n, o.more)
	})
	o.apps = nil
	for _, a := range apps {
		a.Environment, a.ConsumerKey, a.Source, a.Secret = o.env, "key", console.FromConfig,
			console.SecretAvailable
		a.ProbeURL = base + "/api"
		o.apps = append(o.apps, a)
	}
	return o
}

// service starts a console as a command does: the applications take the IDs under which they are
// stored.
func (o *office) service(change ...func(*console.Application)) *console.Service {
	o.t.Helper()
	for i := range o.apps {
		for _, c := range change {
			c(&o.apps[i])
		}
	}
	return o.console(func(opt *console.Options) {
		opt.Vault = kinds(o.said)
		err := o.keeper.View(o.t.Context(), func(r console.Reader) error {
			stored, err := r.Applications()
			o.apps = console.Identified(o.apps, stored)
			return err
		})
		if err != nil {
			o.t.Fatal(err)
		}
		opt.Applications = o.apps
	})
}

func (o *office) obtain(s *console.Service, app int, opt console.ObtainOptions) console.Outcome {
	o.t.Helper()
	return must[console.Outcome](o.t)(s.Obtain(o.t.Context(), o.apps[app].ID, opt))
}

// kinds is a vault that answers by kind.
type kinds map[console.SecretKind]string

func (v kinds) Secret(_ context.Context, _ console.Application,
	kind console.SecretKind) (secret.Text, error) {
	if text, ok := v[kind]; ok {
		return secret.New(text), nil
	}
	return secret.New("a secret"), nil
}

// A token is reused only for the request that brought it.
func TestReuseIsForTheSameRequest(t *testing.T) {
	t.Parallel()
	type app = console.Application
	exchange := app{Name: "X", Grant: tokenapi.GrantTokenExchange,
		Details: console.Details{SubjectTokenType: "urn:x"}}
	bearer := app{Name: "X", Grant: tokenapi.GrantJWTBearer,
		Details: console.Details{ReadyAssertion: true}}
	plain := app{Name: "X", Grant: tokenapi.GrantClientCredentials}
	jwtOf := func(claims string) string {
		b64 := base64.RawURLEncoding.EncodeToString
		return b64([]byte(`{"alg":"RS256"}`)) + "." + b64([]byte(claims)) + ".c2ln"
	}
	for name, c := range map[string]struct {
		app    app
		first  map[console.SecretKind]string
		then   map[console.SecretKind]string
		change func(*app)
		same   bool // it is the same request all the same
	}{
		"subject token": {
			app: exchange, first: map[console.SecretKind]string{console.SubjectToken: "alice"},
			then: map[console.SecretKind]string{console.SubjectToken: "bob"},
		},
		"subject token type": {app: exchange,
			change: func(a *app) { a.Details.SubjectTokenType = "urn:y" }},
		"requested type": {app: exchange,
			change: func(a *app) { a.Details.RequestedTokenType = "urn:z" }},
		"assertion": {
			app: bearer, first: map[console.SecretKind]string{console.Assertion: "opaque-1"},
			then: map[console.SecretKind]string{console.Assertion: "opaque-2"},
		},
		"claims of an assertion": {
			app: bearer,
			first: map[console.SecretKind]string{
				console.Assertion: jwtOf(`{"sub":"alice","iat":1,"jti":"a"}`)},
			then: map[console.SecretKind]string{
				console.Assertion: jwtOf(`{"sub":"bob","iat":1,"jti":"a"}`)},
		},
		"times of an assertion": {
			app: bearer, same: true,
			first: map[console.SecretKind]string{
				console.Assertion: jwtOf(`{"sub":"alice","iat":1,"nbf":1,"exp":2,"jti":"a"}`)},
			then: map[console.SecretKind]string{
				console.Assertion: jwtOf(`{"jti":"b","exp":9,"sub":"alice","iat":8}`)},
		},
		"audience": {app: plain, change: func(a *app) { a.Audience = "https://b" }},
		"extra": {app: plain,
			change: func(a *app) { a.Extra = url.Values{"pin": {"1234"}} }},
		"audience, extra": {app: app{Name: "X", Grant: plain.Grant, Audience: "https://a"},
			change: func(a *app) {
				a.Audience, a.Extra = "", url.Values{"audience": {"https://a"}}
			}, same: true},
		"resource": {
			app:    app{Name: "X", Grant: plain.Grant, Resource: []string{"https://a"}},
			change: func(a *app) { a.Resource = []string{"https://a", "https://b"} }},
		"resources": {
			app: app{Name: "X", Grant: plain.Grant,
				Resource: []string{"https://a", "https://b"}},
			change: func(a *app) { a.Resource = []string{"https://b", "https://a"} }, same: true},
		"scopes": {
			app:    app{Name: "X", Grant: plain.Grant, Scopes: []string{"read", "write"}},
			change: func(a *app) { a.Scopes = []string{"read"} }},
		"nothing": {app: exchange, same: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.app)
			o.said = c.first
			one := o.obtain(o.service(), 0, console.ObtainOptions{})
			if again := o.obtain(o.service(), 0,
				console.ObtainOptions{}); again.How != console.Reused ||
				again.Token.ID != one.Token.ID {
				t.Errorf("the same request: %s", again.How)
			}
			if c.then != nil {
				o.said = c.then
			}
			s := o.service(func(a *app) {
				if c.change != nil {
					c.change(a)
				}
			})
			if o.apps[0].ID != one.Token.AppID {
				t.Errorf("the application has another ID: %s, it was %s", o.apps[0].ID,
					one.Token.AppID)
			}
			other := o.obtain(s, 0, console.ObtainOptions{})
			if same := other.Token.ID == one.Token.ID; same != c.same {
				t.Errorf("another request: %s %s, and before it was %s", other.How,
					other.Token.Fingerprint, one.Token.Fingerprint)
			}
			if sent := o.forms[len(o.forms)-1]; !c.same &&
				sent.Get("grant_type") == "refresh_token" {
				t.Error("it refreshed the token of another request")
			}
			// The token of the first request can still be had with that request. renew APP uses the
			// present request.
			renewed := must[console.Outcome](t)(s.RenewApplication(t.Context(), o.apps[0].ID))
			if !c.same && (renewed.Previous == nil || renewed.Previous.ID != other.Token.ID) {
				t.Errorf("renew took %+v", renewed.Previous)
			}
		})
	}
}

// An older row without request is reused only if the present request has nothing to compare.
func TestTokensWithoutARequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		app  console.Application
		same bool
	}{
		"plain": {console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials,
			Scopes: []string{"read"}}, true},
		"audience": {console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials,
			Audience: "https://a"}, false},
		"exchange": {console.Application{Name: "X", Grant: tokenapi.GrantTokenExchange,
			Details: console.Details{SubjectTokenType: "urn:x"}}, false},
	} {
		o := newOffice(t, c.app)
		one := o.obtain(o.service(), 0, console.ObtainOptions{})
		err := o.keeper.Update(t.Context(), func(w console.Writer) error {
			tok, err := w.Token(one.Token.ID)
			tok.Request = nil
			if err == nil {
				err = w.PutToken(&tok)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if two := o.obtain(o.service(), 0,
			console.ObtainOptions{}); (two.Token.ID == one.Token.ID) != c.same {
			t.Errorf("%s: %s", name, two.How)
		}
	}
}

// renew TOKEN repeats the request of the token, also if the application has another request now. It
// refuses if only a hash is stored and the value has changed.
func TestRenewAsksForTheSame(t *testing.T) {
	t.Parallel()
	spend := func(o *office, id string) {
		err := o.keeper.Update(t.Context(), func(w console.Writer) error {
			tok, err := w.Token(id)
			if tok.Refresh = console.RefreshSpent; err == nil {
				err = w.PutToken(&tok)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	o := newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials,
			Audience: "https://a", Scopes: []string{"read"}, Extra: url.Values{"pin": {"1234"}}})
	one := o.obtain(o.service(), 0, console.ObtainOptions{})
	spend(o, one.Token.ID)
	s := o.service(func(a *console.Application) {
		a.Audience, a.Scopes = "https://b", []string{"write"}
	})
	must[console.Outcome](t)(s.Renew(t.Context(), one.Token.ID))
	if sent := o.forms[len(o.forms)-1]; sent.Get("audience") != "https://a" ||
		sent.Get("scope") != "read" || sent.Get("pin") != "1234" {
		t.Errorf("asked with %v", sent)
	}
	s = o.service(func(a *console.Application) { a.Extra = url.Values{"pin": {"5678"}} })
	n := len(o.forms)
	_, err := s.Renew(t.Context(), one.Token.ID)
	if refusal(t, err, "other_request"); len(o.forms) != n {
		t.Error("something was sent")
	}

	o = newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantTokenExchange,
			Details: console.Details{SubjectTokenType: "urn:x"}})
	o.said[console.SubjectToken] = "alice"
	one = o.obtain(o.service(), 0, console.ObtainOptions{})
	spend(o, one.Token.ID)
	o.said[console.SubjectToken] = "bob"
	_, err = o.service().Renew(t.Context(), one.Token.ID)
	refusal(t, err, "other_request")
	o.said[console.SubjectToken] = "alice"
	must[console.Outcome](t)(o.service().Renew(t.Context(), one.Token.ID))
}

// A token of client credentials has no user, also if its application has one.
func TestClientCredentialsHaveNoUser(t *testing.T) {
	t.Parallel()
	o := newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials, Username: "ana"})
	s, ctx := o.service(), t.Context()
	one := o.obtain(s, 0, console.ObtainOptions{})
	if one.Token.User != "" {
		t.Errorf("the token is for %q", one.Token.User)
	}
	again := func(what string) {
		t.Helper()
		two := o.obtain(s, 0, console.ObtainOptions{})
		if two.How != console.Reused || two.Token.ID != one.Token.ID {
			t.Errorf("%s: the same request is %s", what, two.How)
		}
	}
	again("stored without a user")
	err := o.keeper.Update(ctx, func(w console.Writer) error {
		tok, err := w.Token(one.Token.ID)
		if tok.User = "ana"; err == nil { // as older versions did
			err = w.PutToken(&tok)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	again("stored with the user of the application")
	if b := must[console.Board](t)(s.Board(ctx)); b.Tokens[0].User != "" {
		t.Errorf("the board lists it for %q", b.Tokens[0].User)
	}
	err = o.keeper.Update(ctx, func(w console.Writer) error {
		tok, err := w.Token(one.Token.ID)
		if tok.User, tok.Refresh = "", console.RefreshNone; err == nil {
			err = w.PutToken(&tok)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Renew(ctx, one.Token.ID); err != nil {
		t.Error("it is not requested anew:", err)
	}
}

// The user of a lost get is that of its request.
func TestUserForMark(t *testing.T) {
	t.Parallel()
	a := console.Application{Grant: tokenapi.GrantPassword, Username: "ana"}
	for want, m := range map[console.Private]console.Mark{
		"ana": {}, "bob": {User: "bob"}, "": {Grant: tokenapi.GrantClientCredentials},
	} {
		if got := m.UserFor(a); got != want {
			t.Errorf("the mark %+v is for %q, want %q", m, got, want)
		}
	}
}

// A call may ask for another audience, resource or parameter. Tokens of the usual request are not
// affected.
func TestObtainOptions(t *testing.T) {
	t.Parallel()
	o := newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials,
			Audience: "https://a", Extra: url.Values{"validity_period": {"60"}}})
	s := o.service()
	one := o.obtain(s, 0, console.ObtainOptions{})
	other := console.ObtainOptions{
		GetOptions: console.GetOptions{Audience: "https://b",
			Resource: []string{"https://r", "https://s"},
			Extra:    url.Values{"validity_period": {"90"}}}}
	two := o.obtain(s, 0, other)
	sent := o.forms[len(o.forms)-1]
	if two.Token.ID == one.Token.ID || sent.Get("audience") != "https://b" ||
		len(sent["resource"]) != 2 || !slices.Equal(sent["validity_period"], []string{"90"}) {
		t.Errorf("%s, asked with %v", two.How, sent)
	}
	if again := o.obtain(s, 0, other); again.Token.ID != two.Token.ID {
		t.Error("the second identical call is", again.How)
	}
	if usual := o.obtain(s, 0, console.ObtainOptions{}); usual.Token.ID != one.Token.ID {
		t.Error("the usual call is", usual.How)
	}
}

// Applications of one consumer key keep their IDs, and with them their tokens.
func TestIdentified(t *testing.T) {
	t.Parallel()
	env := console.NewEnvironment("e")
	env.Endpoints.TokenURL = "https://gw.example/token"
	app := func(name string, scopes ...string) console.Application {
		return console.Application{Name: console.Private(name), Environment: env, ConsumerKey: "k",
			Grant: "client_credentials", Scopes: scopes, Source: console.FromConfig}
	}
	with := func(a console.Application, change func(*console.Application)) console.Application {
		change(&a)
		return a
	}
	stored := func(id string, a console.Application) console.Application {
		a.ID, a.Details.Server = id, string(env.Endpoints.TokenURL)
		return a
	}
	first := app("A").Identity()
	added := func(a *console.Application) { a.Source = console.FromStore }
	for name, c := range map[string]struct {
		configured, stored []console.Application
		want               []string // "new": a token that is not stored yet
	}{
		"nothing stored": {
			[]console.Application{app("R", "read"), app("W", "write")}, nil,
			[]string{first, "new"}},
		"the only one, changed": {[]console.Application{app("Other", "write")},
			[]console.Application{stored(first, app("R", "read"))}, []string{first}},
		"a second one before it": {
			[]console.Application{app("W", "write"), app("R", "read")},
			[]console.Application{stored(first, app("R", "read"))}, []string{"new", first}},
		"by request, renamed": {
			[]console.Application{app("A", "write"), app("B", "read")},
			[]console.Application{stored(first, app("R", "read")), stored("d", app("W", "write"))},
			[]string{"d", first}},
		"by name, scopes changed": {
			[]console.Application{app("R", "x"), app("W", "y")},
			[]console.Application{stored(first, app("R", "read")), stored("d", app("W", "write"))},
			[]string{first, "d"}},
		"what remains is new": {
			[]console.Application{app("R", "read"), app("Z", "z")},
			[]console.Application{stored(first, app("R", "read")), stored("d", app("W", "write"))},
			[]string{first, "new"}},
		"by audience": {
			[]console.Application{
				with(app("A"), func(a *console.Application) { a.Audience = "https://a" }),
				app("B")}, []console.Application{stored(first, app("X")),
				stored("d", with(app("Y"),
					func(a *console.Application) { a.Audience = "https://a" }))},
			[]string{"d", first}},
		"one added in the console": {[]console.Application{app("B", "b")},
			[]console.Application{stored(first, with(app("A", "a"), added))}, []string{"new"}},
		"the same as one added there": {[]console.Application{app("B", "a")},
			[]console.Application{stored(first, with(app("A", "a"), added))}, []string{first}},
		"one goes, of two that differ in a secret": {[]console.Application{app("B", "x")},
			[]console.Application{stored(first, app("A", "x")), stored("d", app("B", "x"))},
			[]string{"d"}},
		"they are swapped": {
			[]console.Application{app("B", "x"), app("A", "x")},
			[]console.Application{stored(first, app("A", "x")), stored("d", app("B", "x"))},
			[]string{"d", first}},
		"one comes before": {
			[]console.Application{app("B", "x"), app("A", "x")},
			[]console.Application{stored(first, app("A", "x"))}, []string{"new", first}},
		"both are renamed": {
			[]console.Application{app("C", "x"), app("D", "x")},
			[]console.Application{stored(first, app("A", "x")), stored("d", app("B", "x"))},
			[]string{"new", "new"}},
		"another key": {
			[]console.Application{
				with(app("A"), func(a *console.Application) { a.ConsumerKey = "other" })},
			[]console.Application{stored(first, app("A"))}, []string{"new"}},
	} {
		got := console.Identified(c.configured, c.stored)
		for i, a := range got {
			known := a.ID == first ||
				slices.ContainsFunc(c.stored,
					func(s console.Application) bool { return s.ID == a.ID })
			if c.want[i] == "new" && (known || a.ID == "") && name != "another key" ||
				c.want[i] != "new" && a.ID != c.want[i] {
				t.Errorf("%s: %s is %q, want %q", name, a.Name, a.ID, c.want[i])
			}
		}
		if again := console.Identified(c.configured, c.stored); again[0].ID != got[0].ID ||
			again[len(got)-1].ID != got[len(got)-1].ID {
			t.Errorf("%s: another time, other IDs", name)
		}
	}
}

// Two applications of one key hold tokens of their own through edits, and one stored secret serves
// both.
func TestSharedConsumerKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t,
		console.Application{Name: "R", Grant: tokenapi.GrantClientCredentials,
			Scopes: []string{"read"}},
		console.Application{Name: "W", Grant: tokenapi.GrantClientCredentials,
			Scopes: []string{"write"}})
	s := o.service(func(a *console.Application) { a.Details.SecretStored = true })
	if err := s.SetSecret(t.Context(), o.apps[0].ID, secret.New("kept")); err != nil {
		t.Fatal(err)
	}
	s = o.service()
	r, w := o.obtain(s, 0, console.ObtainOptions{}), o.obtain(s, 1, console.ObtainOptions{})
	if r.Token.AppID == w.Token.AppID || o.forms[1].Get("scope") != "write" {
		t.Fatal("they are one application")
	}
	b := must[console.Board](t)(s.Board(t.Context()))
	for _, a := range b.Applications {
		if a.Secret != console.SecretAvailable {
			t.Errorf("%s: its secret is %s", a.Name, a.Secret)
		}
	}
	o.apps[0], o.apps[1] = o.apps[1], o.apps[0]
	s = o.service(func(a *console.Application) {
		if a.Name == "W" {
			a.Scopes = []string{"write", "admin"}
		}
	})
	if o.apps[0].ID != w.Token.AppID || o.apps[1].ID != r.Token.AppID {
		t.Error("their tokens changed hands")
	}
	if again := o.obtain(s, 1, console.ObtainOptions{}); again.Token.ID != r.Token.ID {
		t.Error("R's token is gone:", again.How)
	}
	if w2 := o.obtain(s, 0, console.ObtainOptions{}); w2.Token.ID == w.Token.ID ||
		w2.Token.AppID != w.Token.AppID {
		t.Error("W's token without its new scope:", w2.How)
	}
}

// A token with a short life is reused: it needs at most a quarter of its life, unless a person
// named how much.
func TestShortLivesAreReused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials})
	o.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		o.forms = append(o.forms, nil)
		fmt.Fprintf(w, `{"access_token":"access-%d","token_type":"Bearer","expires_in":60}`,
			len(o.forms))
	})
	s := o.service()
	usual := console.ObtainOptions{MinLeft: time.Minute}
	one := o.obtain(s, 0, usual)
	for _, c := range []struct {
		pass  time.Duration
		o     console.ObtainOptions
		reuse bool
	}{
		{0, usual, true},
		{44 * time.Second, usual, true},
		{0, console.ObtainOptions{MinLeft: 20 * time.Second}, true},
		// no token lives as long
		{0, console.ObtainOptions{MinLeft: 2 * time.Minute, MinLeftHolds: true}, true},
		{2 * time.Second, usual, false},
		{
			10 * time.Second,
			console.ObtainOptions{MinLeft: 55 * time.Second, MinLeftHolds: true},
			false,
		},
		{0, console.ObtainOptions{MinLeft: time.Minute, MinLeftHolds: true}, true},
	} {
		o.clock.advance(c.pass)
		out := o.obtain(s, 0, c.o)
		if (out.Token.ID == one.Token.ID) != c.reuse {
			t.Errorf("%+v after %s: %s", c.o, c.pass, out.How)
		}
		one = out
	}
}

// Of several processes that renew an application at once, one sends a request, and none is refused.
func TestRenewApplicationTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t, console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials})
	s := o.service()
	o.obtain(s, 0, console.ObtainOptions{})
	inside, open := o.gate()
	var all []chan got
	for range 8 {
		c, id := o.service(), o.apps[0].ID
		all = append(all,
			begin(func() (console.Outcome, error) { return c.RenewApplication(t.Context(), id) }))
	}
	<-inside
	close(open)
	ids := map[string]bool{}
	for _, c := range all {
		r := <-c
		if r.err != nil {
			t.Error(r.err)
		}
		ids[r.out.Token.ID] = true
	}
	if len(ids) > len(o.forms) || len(o.forms) < 2 {
		t.Errorf("%d tokens of %d requests", len(ids), len(o.forms))
	}
}

// A token that is known to be dead, inactive or revoked is not handed out. A new one is requested,
// with a note that gives the reason. If the server issues the same one again, a note reports that.
func TestDeadTokensAreNotHandedOut(t *testing.T) {
	t.Parallel()
	put := func(o *office, id string, do func(console.Writer, *console.Token) error) {
		err := o.keeper.Update(o.t.Context(), func(w console.Writer) error {
			tok, err := w.Token(id)
			if err == nil {
				err = do(w, &tok)
			}
			if err == nil {
				err = w.PutToken(&tok)
			}
			return err
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	refused := func(o *office) func(console.Writer, *console.Token) error {
		return func(w console.Writer, tok *console.Token) error {
			for n := range 3 {
				p := console.Probe{At: o.clock.Now().Add(time.Duration(n-5) * time.Second),
					Status: 401, FaultCode: 900901,
					Verdict: tokenapi.Refused, URL: base + "/api", NamesToken: true}
				if err := w.PutProbe(tok.ID, p); err != nil {
					return err
				}
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		do  func(o *office) func(console.Writer, *console.Token) error
		why string
	}{
		"refused by the gateway": {refused, "the gateway has refused it three times in a row"},
		"inactive": {func(o *office) func(console.Writer, *console.Token) error {
			return func(_ console.Writer, tok *console.Token) error {
				tok.AtServer, tok.AtServerAt, tok.AtServerCounts = console.ServerInactive,
					o.clock.Now(), true
				return nil
			}
		}, "the server calls it inactive"},
		"revoked": {func(o *office) func(console.Writer, *console.Token) error {
			return func(_ console.Writer, tok *console.Token) error {
				tok.RevokeAt, tok.RevokeKind, tok.AcceptedAt = o.clock.Now(), console.RevokeAccess,
					o.clock.Now()
				return nil
			}
		}, "it is revoked"},
		"its refresh token revoked": {func(o *office) func(console.Writer, *console.Token) error {
			return func(_ console.Writer, tok *console.Token) error {
				tok.Refresh, tok.RefreshAcceptedAt = console.RefreshRevoked, o.clock.Now()
				return nil
			}
		}, "the revoke of its refresh token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t,
				console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials})
			s := o.service()
			one := o.obtain(s, 0, console.ObtainOptions{})
			o.clock.advance(time.Minute)
			put(o, one.Token.ID, c.do(o))
			two := o.obtain(s, 0, console.ObtainOptions{})
			if two.Token.ID == one.Token.ID || len(two.Notes) == 0 ||
				!strings.HasPrefix(two.Notes[0], one.Token.Fingerprint+" is not handed out: ") ||
				!strings.Contains(two.Notes[0], c.why) {
				t.Errorf("%s %s, notes %q", two.How, two.Token.Fingerprint, two.Notes)
			}
			if three := o.obtain(s, 0, console.ObtainOptions{}); three.Token.ID != two.Token.ID ||
				len(three.Notes) != 0 {
				t.Errorf("the next one: %s, notes %q", three.How, three.Notes)
			}
		})
	}

	o := newOffice(t, console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials})
	o.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"access_token":"the-same","token_type":"Bearer","expires_in":3600}`)
	})
	s := o.service()
	one := o.obtain(s, 0, console.ObtainOptions{})
	o.clock.advance(time.Minute)
	put(o, one.Token.ID, refused(o))
	two := o.obtain(s, 0, console.ObtainOptions{})
	if !two.Same || len(two.Notes) != 1 ||
		!strings.Contains(two.Notes[0], "again, though the gateway has refused it") {
		t.Errorf("%s, same %v, notes %q", two.How, two.Same, two.Notes)
	}
}

// A server that keeps one token for each key, user and scopes ends that of another application of
// the same key.
func TestReplacedAcrossApplications(t *testing.T) {
	t.Parallel()
	o := newOffice(t,
		console.Application{Name: "A", Grant: tokenapi.GrantClientCredentials,
			Audience: "https://a"},
		console.Application{Name: "B", Grant: tokenapi.GrantClientCredentials,
			Audience: "https://b"},
		console.Application{Name: "C", Grant: tokenapi.GrantClientCredentials,
			Scopes: []string{"read"}})
	s := o.service(func(a *console.Application) { a.Environment.Regime = console.RegimeJWT })
	a, c := o.obtain(s, 0, console.ObtainOptions{}), o.obtain(s, 2, console.ObtainOptions{})
	b := o.obtain(s, 1, console.ObtainOptions{})
	if was := o.token(a.Token.ID); was.ReplacedBy != b.Token.ID {
		t.Errorf("A's token is replaced by %q", was.ReplacedBy)
	}
	if was := o.token(c.Token.ID); was.ReplacedBy != "" {
		t.Error("C's token has other scopes, and is replaced")
	}
}

// renew APP leaves an adopted token alone: no request here has brought it.
func TestRenewApplicationLeavesAdopted(t *testing.T) {
	t.Parallel()
	o := newOffice(t,
		console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials,
			Audience: "https://a"})
	s := o.service()
	o.obtain(s, 0, console.ObtainOptions{})
	must[console.Token](t)(
		s.AdoptPair(t.Context(), o.apps[0].ID, secret.New("strange-access"),
			secret.New("strange-refresh")))
	must[console.Outcome](t)(s.RenewApplication(t.Context(), o.apps[0].ID))
	if sent := o.forms[len(o.forms)-1]; sent.Get("refresh_token") == "strange-refresh" {
		t.Error("it refreshed a token of an unknown request")
	}
}

// If several requests get a token again that the gateway refuses, each has the note.
func TestRefusedAgainIsToldToAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t, console.Application{Name: "X", Grant: tokenapi.GrantClientCredentials})
	o.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		o.forms = append(o.forms, nil)
		fmt.Fprint(w, `{"access_token":"the-same","token_type":"Bearer","expires_in":3600}`)
	})
	one := o.obtain(o.service(), 0, console.ObtainOptions{})
	err := o.keeper.Update(t.Context(), func(w console.Writer) error {
		for n := range 3 {
			p := console.Probe{At: o.clock.Now().Add(time.Duration(n) * time.Second), Status: 401,
				Verdict: tokenapi.Refused, URL: base + "/api", NamesToken: true}
			if err := w.PutProbe(one.Token.ID, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	o.clock.advance(time.Minute)
	inside, open := o.gate()
	var all []chan got
	for range 6 {
		c, id := o.service(), o.apps[0].ID
		all = append(all,
			begin(func() (console.Outcome,
				error) {
				return c.Obtain(t.Context(), id, console.ObtainOptions{})
			}))
	}
	<-inside
	close(open)
	for _, c := range all {
		r := <-c
		if r.err != nil ||
			!slices.ContainsFunc(r.out.Notes,
				func(n string) bool { return strings.Contains(n, "refused it three times") }) {
			t.Errorf("%s, notes %q, %v", r.out.How, r.out.Notes, r.err)
		}
	}
}
