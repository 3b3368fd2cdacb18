package overlay

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/paste"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

const (
	newEnvironment = "a new one …"
	noKeyType      = "–"
)

// appOverlay is the form of an application: a new one, one of the store, or one of the configuration, which is only
// looked at.
type App struct {
	form.Form
	was    *console.Application // nil: a new one
	file   string               // where it is configured; "" when it is filled in here
	envs   []console.KnownEnvironment
	others []console.Application
	filled map[string][]string // what was typed for an environment, while another one is chosen

	changes int // counts what was changed, so that a late answer is known for one
	testing bool
	tested  *console.Tested
	failed  bool // the test of what is filled in has
	saving  bool
	asks    bool // whether to throw away what was typed
	said    string
	good    bool
}

// newApp is the form of a new application. With edit it is that of the selected one; file is where
// configured applications are.
func NewApp(s *scene.Scene, edit bool, file string) *App {
	o := &App{envs: s.Board.Environments, filled: map[string][]string{}, others: s.Board.Applications()}
	a := console.Application{Grant: console.GrantClientCredentials, KeyType: console.KeyProduction}
	env := newEnvironment
	if sel, ok := s.Selected(); ok {
		if edit {
			a = sel.Application
			o.was = &a
			if o.Frozen = a.Source == console.FromConfig; o.Frozen {
				o.file = file
			}
		}
		if _, ok := o.known(sel.Environment.Name); !ok && edit {
			o.envs = append(slices.Clone(o.envs), console.KnownEnvironment{Environment: a.Environment, Source: a.Source})
		}
		if _, ok := o.known(sel.Environment.Name); ok {
			env = sel.Environment.Name
		}
	}
	names := []string{}
	for _, e := range o.envs {
		names = append(names, e.Name)
	}
	if !o.Frozen {
		names = append(names, newEnvironment)
	}
	o.Fields = appFields(a, edit)
	o.Field(console.FieldEnvironment).Choose(env, names...)
	o.fillEnvironment(env)
	o.fit()
	if o.Frozen {
		for _, f := range o.Fields { // examples of what could be typed would look like what is there
			f.Hint = map[form.Kind]string{form.Typed: "–", form.Secret: "not shown"}[f.Kind]
		}
	}
	return o
}

// appFields are all fields of the form, in their order; fit says which are asked for.
func appFields(a console.Application, edit bool) []*form.Field {
	forKey, forUser := "typed or pasted, shown as dots", "kept sealed; without one, each get asks"
	if edit {
		forKey, forUser = "kept; type to replace it", "what is kept stays; type to replace it"
	}
	grants := []string{console.GrantClientCredentials, console.GrantPassword,
		console.GrantAuthorizationCode, console.GrantDeviceCode, console.GrantRefreshToken}
	if !slices.Contains(grants, a.Grant) {
		grants = append(grants, a.Grant)
	}
	extra := console.ExtraText(a.Extra)
	if a.Source == console.FromConfig && extra != "" { // it may hold secrets there
		extra = strings.Join(slices.Sorted(maps.Keys(a.Extra)), " ")
	}
	return []*form.Field{
		form.NewField(console.FieldName, "name", a.Name, "such as Orders"),
		form.NewChoice(console.FieldEnvironment, "environment", ""),
		form.NewField("environment_name", "its name", "", "such as cloud"),
		form.NewField(console.FieldTokenURL, "token URL", "", "such as https://gateway.example:8243/token"),
		form.NewField(console.FieldIssuer, "or issuer", "", "https://id.example finds the rest"),
		form.NewField(console.FieldRevokeURL, "revoke URL", "", "guessed from the token URL"),
		form.NewChoice("production", "production", "no", "no", "yes"),
		form.NewChoice("key_type", "key type", keyTypeShown(a.KeyType), console.KeyProduction, console.KeySandbox, noKeyType),
		form.NewField(console.FieldConsumerKey, "consumer key", a.ConsumerKey, ""),
		form.NewSecret("consumer_secret", "consumer secret", forKey),
		form.NewChoice(console.FieldGrant, "grant", a.Grant, grants...),
		form.NewField(console.FieldUsername, "user", a.Username, "such as ana"),
		form.NewSecret("password", "password", forUser),
		form.NewField(console.FieldRedirectURL, "redirect URL", a.Details.RedirectURL, "such as http://127.0.0.1:0/callback"),
		form.NewField(console.FieldScopes, "scopes", strings.Join(a.Scopes, " "), "none: what the server gives"),
		form.NewField(console.FieldAudience, "audience", a.Audience, ""),
		form.NewField(console.FieldResource, "resource", strings.Join(a.Resource, " "), ""),
		form.NewField(console.FieldExtra, "extra", extra, ""),
		form.NewField(console.FieldProbeURL, "probe URL", a.ProbeURL, "what p calls with the token"),
		form.NewChoice("more", "more settings", "no", "no", "yes"),
		form.NewChoice(console.FieldClientAuth, "client auth", "basic", "basic", "basic-encoded", "post", "none"),
		form.NewField("cache_ttl", "gateway cache", "", "15m or expiry: how long a revoked token may pass"),
		form.NewChoice("verify", "certificates", "verified", "verified", "not verified"),
		form.NewChoice("allow_http", "plain http", "no", "no", "yes"),
	}
}

func keyTypeShown(k string) string {
	if k == "" {
		return noKeyType
	}
	return k
}

// envFields are the fields of an environment, in the order in which fillEnvironment fills them.
func envFields() []string {
	return []string{
		"environment_name", console.FieldTokenURL, console.FieldIssuer, console.FieldRevokeURL, "production",
		console.FieldClientAuth, "cache_ttl", "verify", "allow_http",
	}
}

func (o *App) known(name string) (console.KnownEnvironment, bool) {
	for _, e := range o.envs {
		if e.Name == name {
			return e, true
		}
	}
	return console.KnownEnvironment{}, false
}

// given is the environment of the application that is edited, without what was discovered.
func (o *App) given() console.Environment {
	if e, ok := o.known(o.was.Environment.Name); ok {
		return e.Environment
	}
	return o.was.Environment
}

// edits says which environment of the store is edited with the application: its own.
func (o *App) edits() string {
	chosen := o.Field(console.FieldEnvironment).Value()
	if e, ok := o.known(chosen); ok && o.was != nil && o.was.Environment.Name == chosen && e.Source == console.FromStore {
		return chosen
	}
	return ""
}

// fillEnvironment puts an environment into its fields: as it was typed before, else as it is.
func (o *App) fillEnvironment(name string) {
	values, typed := o.filled[name]
	if !typed {
		e := console.NewEnvironment("")
		if k, ok := o.known(name); ok {
			e = k.Environment
		}
		yes := map[bool]string{true: "yes", false: "no"}
		verify := "verified"
		if e.InsecureSkipVerify {
			verify = "not verified"
		}
		values = []string{
			e.Name, e.Endpoints.TokenURL, e.Issuer, e.Endpoints.RevokeURL, yes[e.Production],
			cmp.Or(string(e.ClientAuth), "basic"), console.CacheText(e.CacheTTL), verify, yes[e.AllowHTTP],
		}
	}
	for i, key := range envFields() {
		f := o.Field(key)
		if f.Kind == form.Choice {
			if !slices.Contains(f.Options, values[i]) {
				f.Options = append(f.Options, values[i])
			}
			f.Choose(values[i], f.Options...)
			continue
		}
		f.Set(values[i])
		f.Touched = typed && values[i] != ""
	}
}

// fit asks for what is of use: the settings of an environment only where they can be changed, and of a grant what it needs.
func (o *App) fit() {
	env := o.Field(console.FieldEnvironment).Value()
	settles := env == newEnvironment || o.edits() != "" || o.Frozen
	for _, key := range []string{"environment_name", console.FieldTokenURL, console.FieldIssuer, console.FieldRevokeURL, "production", "more"} {
		o.Field(key).Off = !settles
	}
	more := settles && o.Field("more").Value() == "yes"
	if o.Frozen {
		o.Field("environment_name").Off, o.Field("more").Off, more = true, true, true
	}
	for _, key := range []string{console.FieldClientAuth, "cache_ttl", "verify", "allow_http"} {
		o.Field(key).Off = !more
	}
	grant := o.Field(console.FieldGrant).Value()
	o.Field(console.FieldUsername).Off = grant != console.GrantPassword && grant != console.GrantJWTBearer
	o.Field("password").Off = grant != console.GrantPassword
	for _, key := range []string{console.FieldAudience, console.FieldResource, console.FieldExtra} { // of few applications
		o.Field(key).Off = !o.Field(key).Touched && o.Field(key).Empty()
	}
	o.Field(console.FieldRedirectURL).Off = grant != console.GrantAuthorizationCode
	public := o.auth() == "none" || o.auth() == "tls"
	o.Field("consumer_secret").Off = public
	if r := o.Field(console.FieldRevokeURL); !r.Touched && env == newEnvironment {
		r.Set(console.GuessRevokeURL(o.Value(console.FieldTokenURL)))
	}
}

// auth is how the client proves itself in the chosen environment.
func (o *App) auth() string {
	if e, ok := o.known(o.Field(console.FieldEnvironment).Value()); ok && o.edits() == "" {
		return string(e.ClientAuth)
	}
	return o.Field(console.FieldClientAuth).Value()
}

// draft is what is filled in, without its secrets.
func (o *App) draft() console.Draft {
	var d console.Draft
	if o.was != nil {
		d.Application, d.Was = *o.was, o.was.ID
	}
	d.Name, d.ConsumerKey, d.Grant, d.ProbeURL = o.Value(console.FieldName), o.Value(console.FieldConsumerKey), o.Value(console.FieldGrant), o.Value(console.FieldProbeURL)
	d.Scopes = strings.Fields(o.Value(console.FieldScopes))
	d.Username, d.Details.RedirectURL = o.Value(console.FieldUsername), o.Value(console.FieldRedirectURL)
	d.Audience, d.Resource = o.Value(console.FieldAudience), strings.Fields(o.Value(console.FieldResource))
	d.Extra, _ = console.ReadExtra(o.Value(console.FieldExtra))
	if d.KeyType = o.Value("key_type"); d.KeyType == noKeyType {
		d.KeyType = ""
	}
	d.Environment = console.NewEnvironment("")
	chosen := o.Field(console.FieldEnvironment).Value()
	if e, ok := o.known(chosen); ok {
		d.Environment = e.Environment
	}
	if d.EnvironmentWas = o.edits(); d.EnvironmentWas != "" || chosen == newEnvironment {
		o.settle(&d.Environment)
	}
	return d
}

// settle writes the settings of the form into an environment. Those that the form does not show stay as they are.
func (o *App) settle(e *console.Environment) {
	raw := func(key string) string { return o.Field(key).Value() } // also of those that are folded away
	e.Name, e.Production = raw("environment_name"), raw("production") == "yes"
	e.Issuer, e.Endpoints.TokenURL, e.Endpoints.RevokeURL = raw(console.FieldIssuer), raw(console.FieldTokenURL), raw(console.FieldRevokeURL)
	e.InsecureSkipVerify, e.AllowHTTP = raw("verify") == "not verified", raw("allow_http") == "yes"
	console.SetClientAuth(e, raw(console.FieldClientAuth))
	if d, why := console.CacheSpan(raw("cache_ttl")); why == "" {
		e.CacheTTL = d
	}
}

// wrong is what is wrong with it, by field.
func (o *App) wrong() map[string]string {
	if o.Frozen {
		return nil
	}
	d := o.draft()
	bad := d.Problems(o.others...)
	if _, why := console.ReadExtra(o.Value(console.FieldExtra)); why != "" {
		bad[console.FieldExtra] = why
	}
	if d.EnvironmentWas == "" && o.Field(console.FieldEnvironment).Value() != newEnvironment {
		return bad
	}
	if why := bad[console.FieldEnvironment]; why != "" {
		bad["environment_name"] = why
		delete(bad, console.FieldEnvironment)
	} else if _, taken := o.known(d.Environment.Name); taken && d.Environment.Name != d.EnvironmentWas {
		bad["environment_name"] = "there is one of that name: choose it above"
	}
	if _, why := console.CacheSpan(o.Field("cache_ttl").Value()); why != "" {
		bad["cache_ttl"] = why + `: write it like "15m"`
	}
	return bad
}

// missing is the secret that has to be typed: nothing is kept that could stand for it.
func (o *App) missing() (key, why string) {
	f := o.Field("consumer_secret")
	switch {
	case f.Off || f.Filled():
		return "", ""
	case o.was == nil:
		return f.Key, "is missing"
	case o.was.ConsumerKey != o.Value(console.FieldConsumerKey):
		return f.Key, "is missing: the one that is kept belongs to the other key"
	case !console.SameServer(o.given(), o.draft().Environment):
		return f.Key, "is missing: the one that is kept is for the other server"
	case o.was.Secret == console.SecretMissing:
		return f.Key, "is missing"
	}
	return "", ""
}

func (o *App) Title() string {
	switch {
	case o.was == nil:
		return "Add an application"
	case o.Frozen:
		return kit.Clean(o.was.Name) + ", as it is configured"
	}
	return "Edit " + kit.Clean(o.was.Name)
}

func (*App) Foot() string { return "" }
func (*App) Danger() bool { return false }

func (o *App) Press(*scene.Scene, keys.Action, string) scene.Intent { return nil } // typed takes every key

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
			o.said = kit.Clean(key) + " is no answer"
		}
		return nil
	}
	switch {
	case key == "esc" && (!o.Changed || o.saving):
		return closeApp{o}
	case key == "esc":
		o.asks, o.said = true, ""
		return nil
	case o.saving:
		return nil
	case o.Frozen && (key == "ctrl+s" || key == "ctrl+t"):
		o.said, o.good = "it is changed in "+o.file, false
		return nil
	case key == "ctrl+s", key == "ctrl+t", key == "enter" && !o.Step(1) && !o.Frozen:
		return o.save(key == "ctrl+t")
	case key == "enter":
		return nil
	}
	o.edit(func() { o.Form.Press(msg) })
	return nil
}

// edit changes the form, and forgets what was said of it as it was.
func (o *App) edit(f func()) {
	chosen := o.Field(console.FieldEnvironment)
	before, at := o.snapshot(), o.At
	env := chosen.Value()
	f()
	if now := chosen.Value(); now != env {
		var typed []string
		for _, key := range envFields() {
			typed = append(typed, o.Field(key).Value())
		}
		o.filled[env] = typed
		o.fillEnvironment(now)
	}
	o.fit()
	if o.At != at || before != o.snapshot() {
		o.said = ""
	}
	if before != o.snapshot() {
		o.changes++
		o.failed = false
	}
}

// snapshot is all that is filled in, of secrets only how long they are and what was typed last.
func (o *App) snapshot() string {
	var b strings.Builder
	for _, f := range o.Fields {
		b.WriteString(f.Value())
		if t := f.Secret(); !t.IsZero() {
			b.WriteString(t.Fingerprint())
		}
		b.WriteByte(0)
	}
	return b.String()
}

// save is the intent to save, or to test, unless something is wrong: then that field is gone to.
func (o *App) save(test bool) scene.Intent {
	bad := o.wrong()
	for i, f := range o.Fields {
		if why := bad[f.Key]; why != "" && !f.Off {
			f.Touched, o.At = true, i
			o.said, o.good = f.Label+": "+why, false
			return nil
		}
	}
	for _, why := range bad { // of a field that is folded away
		o.said, o.good = why, false
		o.Field("more").Choose("yes", "no", "yes")
		o.fit()
		return nil
	}
	if key, why := o.missing(); key != "" {
		o.GoTo(key)
		o.said, o.good = o.Field(key).Label+": "+why, false
		return nil
	}
	if o.testing {
		o.said, o.good = "wait for the test: it may bring a token", false
		return nil
	}
	d := o.draft()
	d.Secret, d.Password = o.Secret("consumer_secret"), o.Secret("password")
	if test {
		return scene.Do(session.Test{For: o, Draft: d, Changes: o.changes})
	}
	if o.failed {
		o.failed = false
		o.said, o.good = "its test has failed: ctrl+s again keeps it all the same", false
		return nil
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
		o.said, o.good = why, false
	}
	return true
}
