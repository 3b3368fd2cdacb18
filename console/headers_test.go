package console_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// headerVault holds the values of headers beside the secrets of the sandbox.
type headerVault struct {
	console.Vault
	values map[console.SecretKind]string
}

func (v headerVault) Secret(ctx context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	if value, ok := v.values[kind]; ok {
		return secret.New(value), nil
	}
	return v.Vault.Secret(ctx, a, kind)
}

func (g *gate) values(values map[console.SecretKind]string) {
	g.s = g.console(func(o *console.Options) { o.Vault = headerVault{g.vault, values} })
}

// Get, refresh and revoke carry the headers of the application.
func TestHeadersOnTokenRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("Payments", "PRODUCTION")
	for i := range w.apps {
		w.apps[i].Details.Headers = []string{"X-Tenant"}
	}
	var sent []string
	w.wire.cut(nil, func(r *http.Request) error {
		sent = append(sent, r.URL.Path+" "+r.Header.Get("X-Tenant"))
		return nil
	})
	s := w.console(func(o *console.Options) {
		o.Vault = headerVault{
			w.vault, map[console.SecretKind]string{console.HeaderKind("X-Tenant"): "acme"}}
	})
	out, err := s.Get(t.Context(), app.ID, console.GetOptions{})
	if err == nil {
		out, err = s.Renew(t.Context(), out.Token.ID)
	}
	if err == nil {
		_, err = s.Revoke(t.Context(), out.Token.ID, console.RevokeAccess, 0)
	}
	if err == nil {
		_, err = s.DeliverOne(t.Context(), out.Token.ID)
	}
	want := "/token acme,/token acme,/revoke acme"
	if got := strings.Join(sent, ","); err != nil || got != want {
		t.Errorf("sent %q (%v), want %q", got, err, want)
	}
	// The headers are kept for tokens of an application that is no longer configured.
	if out, err = s.Get(t.Context(), app.ID, console.GetOptions{}); err != nil {
		t.Fatal(err)
	}
	sent = nil
	s = w.console(func(o *console.Options) { o.Applications, o.Vault = nil, vault{} })
	if out, err = s.Renew(t.Context(), out.Token.ID); err == nil {
		_, err = s.Revoke(t.Context(), out.Token.ID, console.RevokeAccess, 0)
	}
	if err == nil {
		_, err = s.DeliverOne(t.Context(), out.Token.ID)
	}
	if got := strings.Join(sent, ","); err != nil || got != "/token acme,/revoke acme" {
		t.Errorf("no longer configured: sent %q (%v)", got, err)
	}
}

// A refused value is not sent again at once; another value is.
func TestHeadersAreCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.app("Orders", "PRODUCTION")
	for i := range w.apps {
		w.apps[i].Details.Headers = []string{"X-Api-Key"}
	}
	n := 0
	w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
		n++
		if r.Header.Get("X-Api-Key") == "right" {
			return nil, nil, false
		}
		rec := newRecorder()
		rec.WriteHeader(401)
		_, _ = rec.Write([]byte(`{"error":"invalid_client"}`))
		return rec.response(r), nil, true
	}
	with := func(value string) error {
		s := w.console(func(o *console.Options) {
			o.Vault = headerVault{
				w.vault, map[console.SecretKind]string{console.HeaderKind("X-Api-Key"): value}}
		})
		_, err := s.Obtain(t.Context(), app.ID, console.ObtainOptions{})
		return err
	}
	if err := with("wrong"); err == nil {
		t.Error("a wrong key got a token")
	}
	if err := with("wrong"); err == nil || n != 1 {
		t.Errorf("what was refused was sent again: %d requests, %v", n, err)
	}
	if err := with("right"); err != nil || n != 2 {
		t.Errorf("the right key got no token: %d requests, %v", n, err)
	}
}

// A control is sent with the method and headers of the probe, and counts only for those.
func TestControlByMethodAndHeaders(t *testing.T) {
	t.Parallel()
	var calls []string
	g := newGate(t, func(_ *gate, w http.ResponseWriter, r *http.Request, good bool) {
		calls = append(calls, fmt.Sprint(r.Method, " ", r.Header.Get("X-Api-Key"), " ", good))
		if !good {
			w.WriteHeader(401)
		}
	})
	tok := g.token()
	begin := func(method, key string) {
		for i := range g.apps {
			g.apps[i].Details.ProbeMethod, g.apps[i].Details.ProbeHeaders = method, nil
			if key != "" {
				g.apps[i].Details.ProbeHeaders = []string{"X-Api-Key"}
			}
		}
		g.values(map[console.SecretKind]string{console.ProbeHeaderKind("X-Api-Key"): key})
		g.clock.advance(2 * time.Minute) // another control may be asked for
		calls = nil
	}
	for _, c := range []struct{ method, key string }{{"", ""}, {"HEAD", ""}, {"OPTIONS", ""},
		{"", "key-one"}, {"", "key-two"}, {"HEAD", "key-two"}} {
		begin(c.method, c.key)
		for range 2 {
			g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
		}
		method := c.method
		if method == "" {
			method = "GET"
		}
		one := method + " " + c.key
		if got, want := strings.Join(calls, ","),
			one+" true,"+one+" false,"+one+" true"; got != want {
			t.Errorf("%+v: calls %q, want %q", c, got, want)
		}
	}
	// The signature depends on the headers: an acceptance with one set does not hold for another.
	g.kill(tok.ID)
	begin("", "key-two")
	g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyLikeMadeUp)
	begin("", "key-three")
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyUnsigned)
}

// No made-up token is sent with an unsafe method. A bare 401 proves nothing then, and repeating the
// probe does not change that.
func TestProbeThatActs(t *testing.T) {
	t.Parallel()
	body := ""
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		if !good {
			w.WriteHeader(401)
			_, _ = w.Write([]byte(body))
		}
	}, func(a *console.Application) { a.Details.ProbeMethod = "POST" })
	tok := g.token()
	g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	g.kill(tok.ID)
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyControlActs)
	got, _, err := g.s.Probe(t.Context(), tok.ID)
	ans := got.ProbeAnswer
	if err != nil || !console.ProbeInVain(ans) || !console.Hopeless(ans) {
		t.Errorf("%v: %+v", err, ans)
	}
	body = `{"fault":{"code":900901,"message":"Invalid Credentials"}}`
	g.sees(tok.ID, tokenapi.Refused, tokenapi.WhyNamed)
	if is, err := g.s.CheckProbeURL(t.Context(), g.app); err != nil || is.Status != 0 ||
		is.Why != console.WhyControlActs {
		t.Errorf("checked: %+v, %v", is, err)
	}
	if _, made := g.asked(); made != 0 {
		t.Errorf("%d made-up tokens were sent", made)
	}
}

func TestRepeatedProbes(t *testing.T) {
	t.Parallel()
	app := func(name, method string) console.Application {
		return console.Application{Name: console.Private(name),
			Details: console.Details{ProbeMethod: method}}
	}
	for _, method := range []string{"", "GET", "HEAD", "OPTIONS"} {
		if ask := console.RepeatedProbes(app("A", method)); ask != "" {
			t.Errorf("%q: %s", method, ask)
		}
	}
	ask := console.RepeatedProbes(app("B", "POST"), app("A", "GET"), app("B", "POST"),
		app("C", "PURGE"))
	if ask != "each probe of B sends a POST to the API, which may act\neach probe of C sends a "+
		"PURGE to the API, which may act" {
		t.Error(ask)
	}
}

// A copied call of the probe URL has its method. No form has the values of probe headers.
func TestFormsOfProbeMethod(t *testing.T) {
	t.Parallel()
	sec := console.Secrets{Access: secret.New("tok")}
	for method, want := range map[string][2]string{
		"":     {"curl -sS -H @- 'https://api.example/'", "GET "},
		"HEAD": {"curl -sS -H @- -I 'https://api.example/'", "HEAD "},
		"POST": {"curl -sS -H @- -X 'POST' 'https://api.example/'", "POST "},
		"A'B":  {`-X 'A'\''B'`, "A'B "},
	} {
		a := console.Application{ProbeURL: "https://api.example/",
			Details: console.Details{ProbeMethod: method, ProbeHeaders: []string{"X-Api-Key"}}}
		curl, err := console.As(a, console.Token{}, sec, console.FormCurl)
		http, err2 := console.As(a, console.Token{}, sec, console.FormHTTP)
		if err != nil || err2 != nil || !strings.Contains(curl.Reveal(), want[0]) ||
			!strings.HasPrefix(http.Reveal(), want[1]) {
			t.Errorf("%q: %s %s %v %v", method, curl.Reveal(), http.Reveal(), err, err2)
		}
	}
}

// An edited application of the store keeps its headers with their values, also if its identity
// changes.
func TestEditingKeepsHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	d := typed(w, "Orders")
	a := must[console.Application](t)(s.Save(t.Context(), d))
	a.Details.Headers, a.Details.ProbeMethod = []string{"X-Tenant"}, "HEAD"
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		return wr.PutApplication(a, console.Secrets{Headers: secret.New(`{"X-Tenant":"acme"}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	var sent []string
	w.wire.cut(nil, func(r *http.Request) error {
		sent = append(sent, r.Header.Get("X-Tenant"))
		return nil
	})
	d = console.Draft{Application: a, Was: a.ID}
	d.Name = "Renamed"
	b := must[console.Application](t)(s.Save(t.Context(), d))
	must[console.Outcome](t)(s.Get(t.Context(), b.ID, console.GetOptions{}))
	d = console.Draft{Application: b, Was: b.ID}
	d.Grant, d.Username = tokenapi.GrantPassword, "ana"
	d.Password = secret.New("wrong")
	c := must[console.Application](t)(s.Save(t.Context(), d))
	_, _ = s.Get(t.Context(), c.ID, console.GetOptions{})
	if got := strings.Join(sent, ","); got != "acme,acme" || b.ID != a.ID || c.ID == a.ID ||
		c.ProbeMethod() != "HEAD" {
		t.Errorf("sent %q as %s, %s, %s (%s)", got, a.ID, b.ID, c.ID, c.ProbeMethod())
	}
}

// The values of headers are typed into the form. An edit keeps those that are not typed again.
func TestHeadersOfADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.alone()
	var sent []string
	w.wire.cut(nil, func(r *http.Request) error {
		sent = append(sent, r.Header.Get("X-Tenant")+"/"+r.Header.Get("X-Api-Key"))
		return nil
	})
	d := typed(w, "Orders")
	d.Details.Headers = []string{"X-Tenant"}
	_, err := s.Save(t.Context(), d)
	if err == nil || !strings.Contains(err.Error(), "headers: X-Tenant has no value") {
		t.Errorf("saved without its value: %v", err)
	}
	d.Headers = map[string]secret.Text{"X-Tenant": secret.New("acme")}
	must[console.Tested](t)(s.Test(t.Context(), d))
	a := must[console.Application](t)(s.Save(t.Context(), d))
	edit := func(change func(*console.Draft)) (console.Application, error) {
		d := console.Draft{Application: a, Was: a.ID}
		change(&d)
		return s.Save(t.Context(), d)
	}
	a = must[console.Application](t)(edit(func(d *console.Draft) {
		d.Details.Headers = []string{"X-Tenant", "X-Api-Key"}
		d.Headers = map[string]secret.Text{"X-Api-Key": secret.New("k1")}
	}))
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	_, err = edit(func(d *console.Draft) {
		d.Environment.Endpoints.TokenURL = "https://other.example/token"
		d.EnvironmentWas, d.Secret = "typed", secret.New("for the other server")
	})
	if err == nil ||
		!strings.Contains(err.Error(), "X-Tenant that is kept is for the other server") {
		t.Errorf("header values went to another server: %v", err)
	}
	a = must[console.Application](t)(edit(func(d *console.Draft) { d.Details.Headers = nil }))
	must[console.Outcome](t)(s.Get(t.Context(), a.ID, console.GetOptions{}))
	if got := strings.Join(sent, " "); got != "acme/ acme/k1 /" {
		t.Errorf("sent %q", got)
	}
	err = w.keeper.View(t.Context(), func(r console.Reader) error {
		sec, err := r.ConsumerSecret(a.ID)
		if !sec.Headers.IsZero() || sec.Access.IsZero() {
			t.Errorf("kept %v and %v", sec.Headers.IsZero(), sec.Access.IsZero())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, why := range map[string]string{
		"Authorization": "carries the client's credentials", "a b": "no name of an HTTP header",
	} {
		d.Details.Headers = []string{name}
		if got := d.Problems()[console.FieldHeaders]; !strings.Contains(got, why) {
			t.Errorf("%s: %q", name, got)
		}
	}
	d.Details.Headers = []string{"X-A", "x-a"}
	if got := d.Problems()[console.FieldHeaders]; got != "a header is given twice" {
		t.Errorf("twice: %q", got)
	}
}
