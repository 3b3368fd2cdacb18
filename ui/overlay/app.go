package overlay

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/paste"
	"lanyard/ui/form"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// missing is the problem of a required field that is empty.
const missing = "is missing"

// required returns the problem of a field that must not be empty, or "".
func required(v string) string {
	if v == "" {
		return missing
	}
	return ""
}

// App is the form of an application: a new one, one of the store, or one of the configuration,
// which it only shows.
type App struct {
	form.Form
	typist
	entry  console.Draft // as it is filled in; draft completes it
	env    *environment  // the chosen one
	envs   []*environment
	more   bool                 // show the rare settings of the environment
	was    *console.Application // the application that is edited; nil for a new one
	file   console.Private      // the configuration file of an application that is only shown
	given  console.Environment  // its environment, without what was discovered
	others []console.Application
	bad    map[console.Field]string // problems of the draft

	head, body, rare []*form.Field // before, after and below the fields of the environment
	name             *form.Field
	secret, password *form.Field
	values           map[string]*form.Field // of the headers, by name

	testing bool
	tested  *console.Tested
	failed  bool // the last test failed, and nothing was changed since
	saving  bool
	asks    bool // the form asks whether to discard the edits
	said    console.Private
	good    bool            // said is good news
	note    console.Private // what a person should know of an import
}

// environment is an environment to choose, with the fields that change it.
type environment struct {
	console.Environment                 // as it is filled in
	name                console.Private // by which it is chosen; "" for a new one
	edited              bool            // saved together with the application

	address, rare []*form.Field // none if the form cannot change the environment
	revoke        *form.Field
}

// label returns the environment as a choice.
func (e *environment) label() string { return string(cmp.Or(e.name, "a new one …")) }

// NewApp returns the form of an application; nil stands for a new one. file is the configuration
// file.
func NewApp(s *scene.Scene, edited *session.App, file string) *App {
	o := &App{others: s.Board.Applications()}
	o.values = map[string]*form.Field{}
	o.entry.Application = console.Application{
		Grant: console.GrantClientCredentials, KeyType: console.KeyProduction,
	}
	envs, chosen := slices.Clone(s.Board.Environments), nearEnvironment(s)
	named := func(e console.KnownEnvironment) bool { return e.Name == chosen }
	if edited != nil {
		a := edited.Application
		chosen = a.Environment.Name
		o.was, o.entry.Application, o.entry.Was = &a, a, a.ID
		if !slices.ContainsFunc(envs, named) {
			own := console.KnownEnvironment{Environment: a.Environment, Source: a.Source}
			envs = append(envs, own)
		}
		o.given = envs[slices.IndexFunc(envs, named)].Environment
	}
	o.Frozen = o.was != nil && o.was.Source == console.FromConfig
	if !o.Frozen {
		envs = append(envs, console.KnownEnvironment{Environment: console.NewEnvironment("")})
	}
	for i, e := range envs {
		o.envs = append(o.envs, o.newEnvironment(e))
		if named(e) || i == len(envs)-1 && o.env == nil {
			o.env = o.envs[i]
		}
	}
	o.makeFields()
	o.edit(func() {})
	if o.Frozen {
		o.file = console.Private(file)
		o.Freeze()
	}
	return o
}

// nearEnvironment returns the most likely environment of a new application. It is that of the
// scope, else of the current row, else the only one. It is "" if there is none.
func nearEnvironment(s *scene.Scene) console.Private {
	known := s.Board.Environments
	switch a := s.CurrentApp(); {
	case s.Scope.Kind == session.OneEnvironment:
		return console.Private(s.Scope.Name)
	case a != nil:
		return a.Environment.Name
	case len(known) == 1:
		return known[0].Name
	}
	return ""
}

// of binds a field to the problems of a field of the draft.
func (o *App) of(key console.Field, x *form.Field) *form.Field {
	return x.Checked(func() string { return o.bad[key] })
}

// newEnvironment returns an environment to choose. It has fields if it is new, if it is saved
// together with the application, or if the form only shows it.
func (o *App) newEnvironment(k console.KnownEnvironment) *environment {
	e := &environment{Environment: k.Environment, name: k.Name}
	e.edited = o.was != nil && o.was.Environment.Name == k.Name && k.Source == console.FromStore
	if e.name != "" && !e.edited && !o.Frozen {
		return e
	}
	e.ClientAuth = cmp.Or(e.ClientAuth, console.AuthBasic)
	to := &e.Endpoints
	e.revoke = o.of(console.FieldRevokeURL,
		form.Text("revoke URL", &to.RevokeURL, "guessed from the token URL")).
		Helps("where tokens are revoked; WSO2 has it beside the token URL")
	e.address = form.Group("Environment",
		form.Text("its name", &e.Name, "such as cloud").Checked(o.nameProblem).Needed().
			If(func() bool { return !o.Frozen }).
			Helps("how you call this Token API; other applications can use it too"),
		o.of(console.FieldTokenURL,
			form.Text("token URL", &to.TokenURL, "such as https://gateway.example:8243/token")).
			Needed(func() bool { return e.Issuer == "" }).
			Helps("where tokens are requested; an issuer can stand in its place"),
		o.of(console.FieldIssuer,
			form.Text("or issuer", &e.Issuer, "https://id.example finds the rest")).
			Helps("the base URL of the server, which names its other URLs"),
		e.revoke,
		form.YesNo("production", &e.Production).
			Helps("yes: Lanyard asks before each revoke there"),
	)
	e.rare = form.Group("More of the environment",
		o.of(console.FieldClientAuth, form.Choose("client auth", &e.ClientAuth,
			console.AuthBasic, console.AuthBasicEncoded, console.AuthPost, console.AuthNone)).
			Helps("how key and secret are sent; most servers take basic or post"),
		form.Parsed("gateway cache", &e.CacheTTL,
			"15m or expiry: how long a revoked token may pass",
			console.CacheText, readCache).Public().
			Helps("how long the gateway may let a revoked token pass: 15m, or expiry"),
		form.Either("certificates", &e.InsecureSkipVerify, "verified", "not verified").
			Helps("not verified: everybody on the way can read the secrets"),
		form.YesNo("plain http", &e.AllowHTTP).
			Helps("yes: secrets may go to this server unencrypted"),
	)
	for _, x := range e.rare {
		x.If(func() bool { return o.more || o.Frozen })
	}
	return e
}

func readCache(text string) (time.Duration, string) {
	d, why := console.CacheSpan(text)
	if why != "" {
		why += `: write it like "15m"`
	}
	return d, why
}

// makeFields makes the fields of the application.
func (o *App) makeFields() {
	d := &o.entry
	appHint := "typed or pasted, shown as dots"
	userHint := "kept sealed; without one, each get asks"
	if o.was != nil {
		appHint = "kept; type to replace it"
		if o.was.Secret == console.SecretMissing {
			appHint = "none is kept: type or paste it"
		}
		userHint = "what is kept stays; type to replace it"
	}
	with := func(grants ...string) func() bool {
		return func() bool { return slices.Contains(grants, d.Grant) }
	}
	o.name = o.of(console.FieldName, form.Text("name", &d.Name, "such as Orders")).Needed().
		Helps("how you call it here; the server does not see it")
	o.head = append(form.Group("Application", o.name),
		form.Group("Environment",
			form.ChooseBy("environment", &o.env, (*environment).label, o.envs...).
				Checked(func() string {
					if len(o.env.address) > 0 { // a new environment shows it at its name field
						return ""
					}
					return o.bad[console.FieldEnvironment]
				}).Helps("the Token API, with its gateway, that issues the tokens"))...)
	o.secret = form.Secret("consumer secret", appHint).
		If(func() bool { return o.draft().Credential() != "" }).
		Needed(func() bool { return o.secretNeeded() != "" }).Checked(o.secretProblem).
		Helps("the client secret of the application; kept sealed, shown as dots")
	o.password = form.Secret("password", userHint).If(with(console.GrantPassword)).
		Helps("the password of the user; kept sealed, shown as dots")
	o.body = slices.Concat(o.keyFields(), o.requestFields(with), form.Group("Probe",
		o.of(console.FieldProbeURL,
			form.Text("probe URL", &d.ProbeURL, "what p calls with the token")).
			Helps("an API to call with a token, to see whether the gateway lets it through"),
	), []*form.Field{form.YesNo("more settings", &o.more).
		If(func() bool { return !o.Frozen }).
		Helps("audience, resource, extra parameters, headers; how the server is reached")})
	o.rare = o.rareFields()
	o.more = o.rareUsed()
}

// rareUsed reports whether the application has settings that few servers need.
func (o *App) rareUsed() bool {
	d := &o.entry
	return d.Audience != "" || len(d.Resource)+len(d.Extra)+len(d.Details.Headers) > 0
}

// keyFields returns the fields of the client.
func (o *App) keyFields() []*form.Field {
	d := &o.entry
	return form.Group("Keys",
		form.Choose("key type", &d.KeyType, console.KeyProduction, console.KeySandbox, "").
			Helps("a label: WSO2 has production and sandbox keys"),
		o.of(console.FieldConsumerKey,
			form.Text("consumer key", &d.ConsumerKey, "typed or pasted")).Needed().
			Helps("the client ID of the application at the server"),
		o.secret)
}

// requestFields returns the fields of the token request. with returns the condition that the grant
// is one of some grants.
func (o *App) requestFields(with func(grants ...string) func() bool) []*form.Field {
	d := &o.entry
	return form.Group("Token request",
		o.of(console.FieldGrant, form.Choose("grant", &d.Grant, console.GrantClientCredentials,
			console.GrantPassword, console.GrantAuthorizationCode, console.GrantDeviceCode,
			console.GrantRefreshToken)).
			Helps("client_credentials is for the application itself, the others for a user"),
		o.of(console.FieldUsername, form.Text("user", &d.Username, "such as ana")).
			If(with(console.GrantPassword, console.GrantJWTBearer)).
			Needed(with(console.GrantPassword)).Helps("for whom tokens are requested"),
		o.password,
		o.of(console.FieldRedirectURL, form.Text("redirect URL", &d.Details.RedirectURL,
			"such as http://127.0.0.1:0/callback")).If(with(console.GrantAuthorizationCode)).
			Helps("where the browser returns to on this machine; port 0 is any free one"),
		o.of(console.FieldScopes,
			form.Words("scopes", &d.Scopes, "none: what the server gives").Public()).
			Helps("words with blanks between them; without any, the server decides"))
}

// rareFields returns the fields of the token request that few servers need.
func (o *App) rareFields() []*form.Field {
	d := &o.entry
	extraText := console.ExtraText
	if d.Source == console.FromConfig { // there it may hold secrets
		extraText = func(extra url.Values) string {
			return strings.Join(slices.Sorted(maps.Keys(extra)), " ")
		}
	}
	all := form.Group("More of the token request",
		o.of(console.FieldAudience,
			form.Text("audience", &d.Audience, "such as https://api.example")).
			Helps("the API that the token is for, as servers such as Auth0 want it"),
		o.of(console.FieldResource,
			form.Words("resource", &d.Resource, "such as https://api.example/orders")).
			Helps("URIs of the APIs that the token is for (RFC 8707), blanks between them"),
		o.of(console.FieldExtra,
			form.Parsed("extra", &d.Extra, "such as validity_period=100", extraText,
				console.ReadExtra)).
			Helps("further parameters, & between them; they are stored unsealed"),
		o.of(console.FieldHeaders,
			form.Words("headers", &d.Details.Headers, "names, such as X-Tenant")).
			Helps("names of further headers; a field for the value of each one follows"))
	for _, x := range all {
		x.If(func() bool { return o.more || o.Frozen && !x.Empty() })
	}
	return all
}

// headerFields returns a field for the value of each header. It wipes the values of headers that
// the form has no longer.
func (o *App) headerFields() (all []*form.Field) {
	names := o.entry.Details.Headers
	for name, x := range o.values {
		if !slices.Contains(names, name) {
			(&form.Form{Fields: []*form.Field{x}}).Wipe()
			delete(o.values, name)
		}
	}
	for _, name := range slices.Compact(slices.Clone(names)) {
		x := o.values[name]
		if x == nil {
			hint, kept := "typed or pasted, shown as dots", o.keepsHeader(name)
			if kept {
				hint = "kept; type to replace it"
			}
			x = form.Secret(name, hint).Helps("the value of this header; kept sealed").
				Needed(func() bool { return !o.keepsHeader(name) }).
				If(func() bool { return o.more || o.Frozen })
			x.Checked(func() string {
				if x.Empty() && !o.keepsHeader(name) {
					return missing
				}
				return ""
			})
			o.values[name] = x
		}
		all = append(all, x)
	}
	return form.Group("More of the token request", all...)
}

// keepsHeader reports whether the stored value of a header is used if none is typed.
func (o *App) keepsHeader(name string) bool {
	return o.Frozen || o.was != nil && slices.Contains(o.was.Details.Headers, name) &&
		console.SameServer(o.given, o.draft().Environment)
}

// draft returns the draft as it is filled in, without secrets and without fields that the grant
// does not use.
func (o *App) draft() console.Draft {
	d := o.entry
	d.Environment = o.env.Environment
	if o.env.edited {
		d.EnvironmentWas = string(o.env.name)
	}
	if d.Grant != console.GrantPassword && d.Grant != console.GrantJWTBearer {
		d.Username = ""
	}
	if d.Grant != console.GrantAuthorizationCode {
		d.Details.RedirectURL = ""
	}
	return d
}

// nameProblem returns the problem of the name of the environment, or "".
func (o *App) nameProblem() string {
	for _, e := range o.envs {
		if e != o.env && e.name != "" && e.name == o.env.Name {
			return "there is one of that name: choose it above"
		}
	}
	return o.bad[console.FieldEnvironment]
}

// secretProblem returns why the secret has to be typed, or "" if it is, or the stored one can be
// used.
func (o *App) secretProblem() string {
	if !o.secret.Empty() {
		return ""
	}
	return o.secretNeeded()
}

// secretNeeded returns why the form needs a secret, or "" if the stored one can be used.
func (o *App) secretNeeded() string {
	switch d := o.draft(); {
	case !o.secret.Shown():
		return ""
	case o.was == nil:
		return missing
	case o.was.ConsumerKey != d.ConsumerKey:
		return missing + ": the one that is kept belongs to the other key"
	case !console.SameServer(o.given, d.Environment):
		return missing + ": the one that is kept is for the other server"
	case o.was.Secret == console.SecretMissing:
		return missing
	}
	return ""
}

func (o *App) Title(s *scene.Scene) string {
	switch {
	case o.was == nil:
		return "Add an application"
	case o.Frozen:
		return s.Show(o.was.Name) + ", as it is configured"
	}
	return "Edit " + s.Show(o.was.Name)
}

func (o *App) Typed(msg tea.KeyPressMsg) scene.Intent {
	key := msg.String()
	if o.asks {
		o.said, o.good = "", false
		switch key {
		case "esc", "y":
			return closeApp{o}
		case "n":
			o.asks = false
		default:
			o.said = console.Private(kit.Clean(key) + " is no answer")
		}
		return nil
	}
	switch {
	case key == "esc" && (o.Edits == 0 || o.saving):
		return closeApp{o}
	case key == "esc":
		o.asks, o.said = true, ""
		return nil
	case o.saving:
		return nil
	case o.Frozen && (key == "ctrl+s" || key == "ctrl+t"):
		return o.refuse("it is changed in " + o.file)
	case key == "ctrl+s", key == "ctrl+t", key == "enter" && !o.Step(1) && !o.Frozen:
		return o.save(key == "ctrl+t")
	case key == "enter":
		return nil
	}
	used := true
	o.edit(func() { used = o.Type(msg) })
	if !used && msg.Text != "" && !o.Frozen {
		return o.refuse(form.OnlyChosen)
	}
	return nil
}

// edit calls change, updates the fields and problems that depend on it, and removes the message
// about the earlier state of the form.
func (o *App) edit(change func()) {
	at, edits := o.At, o.Edits
	change()
	o.Fields = slices.Concat(o.head, o.env.address, o.body, o.rare, o.headerFields(), o.env.rare)
	if e := o.env; e.name == "" && !e.revoke.Touched {
		guess := console.GuessRevokeURL(e.Endpoints.TokenURL)
		if guess != e.Endpoints.RevokeURL {
			e.Endpoints.RevokeURL = guess
			e.revoke.Load()
			e.revoke.Touched = false
			e.revoke.Offer()
		}
	}
	if !o.Frozen {
		o.bad = o.draft().Problems(o.others...)
	}
	if o.At != at || o.Edits != edits {
		o.said = ""
	}
	if o.Edits != edits {
		o.note = ""
	}
	if o.Edits != edits {
		o.failed = false
	}
}

// refuse shows why an action cannot be performed.
func (o *App) refuse(why console.Private) scene.Intent {
	o.said, o.good = why, false
	return nil
}

// save returns the intent to save or to test the application. If a field has a problem it focuses
// that field instead.
func (o *App) save(test bool) scene.Intent {
	for _, x := range slices.Concat(o.rare, o.headerFields(), o.env.rare) {
		o.more = o.more || x.Problem() != ""
	}
	if why := o.GoToProblem(); why != "" {
		return o.refuse(console.Private(why))
	}
	if o.testing {
		return o.refuse("wait for the test: it may bring a token")
	}
	d := o.draft()
	d.Secret, d.Password = o.secret.Secret(), o.password.Secret()
	d.Headers = console.HeaderValues{}
	for name, x := range o.values {
		d.Headers[name] = x.Held()
	}
	if test {
		return scene.Do(session.Test{For: o, Draft: d, Changes: o.Edits})
	}
	if o.failed {
		o.failed = false
		return o.refuse("its test has failed: ctrl+s again keeps it all the same")
	}
	d.Tested = o.tested
	return scene.Do(session.Save{For: o, Draft: d})
}

func (o *App) Pasted(text string) bool {
	if o.saving || o.asks {
		return false
	}
	why := ""
	if paste.Recognizes(text) && !o.Frozen {
		why = "nothing of it was taken: import applications (esc, then commands) reads " +
			"curl lines and .env files"
	} else {
		o.edit(func() { why = o.Paste(text) })
	}
	if why != "" {
		o.refuse(console.Private(why))
	}
	return true
}
