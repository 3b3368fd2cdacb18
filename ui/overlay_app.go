package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// cannotApp is why something cannot be done to the selected application.
func (m *root) cannotApp(s *scene, act keys.Action) *refuse {
	a, ok := s.selected()
	switch {
	case !ok:
		return &refuse{"no application is selected", m.keys.Hint(keys.Applications, "goes to Applications")}
	case act == keys.DeleteApp && a.Source == console.Gone && a.MayLive():
		return &refuse{a.Shown + " is no longer configured, and tokens of it may be alive", m.keys.Hint(keys.RevokeAll, "revokes them; when they are over the rest can be forgotten")}
	case act == keys.DeleteApp && a.Source == console.Gone && slices.ContainsFunc(a.Rows, func(r *session.Row) bool { return r.Mark != nil }):
		return &refuse{a.Shown + " is no longer configured, and an answer to a get of it was lost", m.keys.Hint(keys.DismissLost, "says that nobody needs to know")}
	case act == keys.AdoptToken && a.Source == console.Gone, act == keys.EditApp && a.Source == console.Gone:
		return &refuse{a.Shown + " is no longer configured", ""}
	case act == keys.DeleteApp && a.Source == console.FromConfig:
		if m.o.Demo {
			return &refuse{a.Shown + " belongs to the demo", m.keys.Hint(keys.AddApp, "adds one that can be deleted")}
		}
		return &refuse{a.Shown + " is in the configuration file", "take it out of " + m.configFile()}
	}
	return nil
}

const (
	newEnvironment = "a new one …"
	noKeyType      = "–"
)

// appOverlay is the form of an application: a new one, one of the store, or one of the configuration, which is only
// looked at.
type appOverlay struct {
	form
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

// openApp opens the form of a new application, or of the selected one.
func (m *root) openApp(edit bool) tea.Cmd {
	o := &appOverlay{envs: m.board().Environments, filled: map[string][]string{}}
	for i := range m.board().Apps {
		o.others = append(o.others, m.board().Apps[i].Application)
	}
	a := console.Application{Grant: "client_credentials", KeyType: "PRODUCTION"}
	env := newEnvironment
	if sel, ok := m.scene().selected(); ok {
		if edit {
			a = sel.Application
			o.was = &a
			if o.frozen = a.Source == console.FromConfig; o.frozen {
				o.file = m.configFile()
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
	if !o.frozen {
		names = append(names, newEnvironment)
	}
	o.fields = appFields(a, edit)
	o.field(console.FieldEnvironment).choose(env, names...)
	o.fillEnvironment(env)
	o.fit()
	if o.frozen {
		for _, f := range o.fields { // examples of what could be typed would look like what is there
			f.hint = map[fieldKind]string{typedField: "–", secretField: "not shown"}[f.kind]
		}
	}
	m.open(o)
	return nil
}

// appFields are all fields of the form, in their order; fit says which are asked for.
func appFields(a console.Application, edit bool) []*field {
	forKey, forUser := "typed or pasted, shown as dots", "kept sealed; without one, each get asks"
	if edit {
		forKey, forUser = "kept; type to replace it", "what is kept stays; type to replace it"
	}
	grants := []string{"client_credentials", "password", "authorization_code", "device_code", "refresh_token"}
	if !slices.Contains(grants, a.Grant) {
		grants = append(grants, a.Grant)
	}
	extra := console.ExtraText(a.Extra)
	if a.Source == console.FromConfig && extra != "" { // it may hold secrets there
		extra = strings.Join(slices.Sorted(maps.Keys(a.Extra)), " ")
	}
	return []*field{
		newField(console.FieldName, "name", a.Name, "such as Orders"),
		newChoice(console.FieldEnvironment, "environment", ""),
		newField("environment_name", "its name", "", "such as cloud"),
		newField(console.FieldTokenURL, "token URL", "", "such as https://gateway.example:8243/token"),
		newField(console.FieldIssuer, "or issuer", "", "https://id.example finds the rest"),
		newField(console.FieldRevokeURL, "revoke URL", "", "guessed from the token URL"),
		newChoice("production", "production", "no", "no", "yes"),
		newChoice("key_type", "key type", keyTypeShown(a.KeyType), "PRODUCTION", "SANDBOX", noKeyType),
		newField(console.FieldConsumerKey, "consumer key", a.ConsumerKey, ""),
		newSecret("consumer_secret", "consumer secret", forKey),
		newChoice(console.FieldGrant, "grant", a.Grant, grants...),
		newField(console.FieldUsername, "user", a.Username, "such as ana"),
		newSecret("password", "password", forUser),
		newField(console.FieldRedirectURL, "redirect URL", a.Details.RedirectURL, "such as http://127.0.0.1:0/callback"),
		newField(console.FieldScopes, "scopes", strings.Join(a.Scopes, " "), "none: what the server gives"),
		newField(console.FieldAudience, "audience", a.Audience, ""),
		newField(console.FieldResource, "resource", strings.Join(a.Resource, " "), ""),
		newField(console.FieldExtra, "extra", extra, ""),
		newField(console.FieldProbeURL, "probe URL", a.ProbeURL, "what p calls with the token"),
		newChoice("more", "more settings", "no", "no", "yes"),
		newChoice(console.FieldClientAuth, "client auth", "basic", "basic", "basic-encoded", "post", "none"),
		newField("cache_ttl", "gateway cache", "", "15m or expiry: how long a revoked token may pass"),
		newChoice("verify", "certificates", "verified", "verified", "not verified"),
		newChoice("allow_http", "plain http", "no", "no", "yes"),
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

func (o *appOverlay) known(name string) (console.KnownEnvironment, bool) {
	for _, e := range o.envs {
		if e.Name == name {
			return e, true
		}
	}
	return console.KnownEnvironment{}, false
}

// given is the environment of the application that is edited, without what was discovered.
func (o *appOverlay) given() console.Environment {
	if e, ok := o.known(o.was.Environment.Name); ok {
		return e.Environment
	}
	return o.was.Environment
}

// edits says which environment of the store is edited with the application: its own.
func (o *appOverlay) edits() string {
	chosen := o.field(console.FieldEnvironment).value()
	if e, ok := o.known(chosen); ok && o.was != nil && o.was.Environment.Name == chosen && e.Source == console.FromStore {
		return chosen
	}
	return ""
}

// fillEnvironment puts an environment into its fields: as it was typed before, else as it is.
func (o *appOverlay) fillEnvironment(name string) {
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
		f := o.field(key)
		if f.kind == choiceField {
			if !slices.Contains(f.options, values[i]) {
				f.options = append(f.options, values[i])
			}
			f.choose(values[i], f.options...)
			continue
		}
		f.set(values[i])
		f.touched = typed && values[i] != ""
	}
}

// fit asks for what is of use: the settings of an environment only where they can be changed, and of a grant what it needs.
func (o *appOverlay) fit() {
	env := o.field(console.FieldEnvironment).value()
	settles := env == newEnvironment || o.edits() != "" || o.frozen
	for _, key := range []string{"environment_name", console.FieldTokenURL, console.FieldIssuer, console.FieldRevokeURL, "production", "more"} {
		o.field(key).off = !settles
	}
	more := settles && o.field("more").value() == "yes"
	if o.frozen {
		o.field("environment_name").off, o.field("more").off, more = true, true, true
	}
	for _, key := range []string{console.FieldClientAuth, "cache_ttl", "verify", "allow_http"} {
		o.field(key).off = !more
	}
	grant := o.field(console.FieldGrant).value()
	o.field(console.FieldUsername).off = grant != "password" && grant != "jwt_bearer"
	o.field("password").off = grant != "password"
	for _, key := range []string{console.FieldAudience, console.FieldResource, console.FieldExtra} { // of few applications
		o.field(key).off = !o.field(key).touched && o.field(key).empty()
	}
	o.field(console.FieldRedirectURL).off = grant != "authorization_code"
	public := o.auth() == "none" || o.auth() == "tls"
	o.field("consumer_secret").off = public
	if r := o.field(console.FieldRevokeURL); !r.touched && env == newEnvironment {
		r.set(console.GuessRevokeURL(o.value(console.FieldTokenURL)))
	}
}

// auth is how the client proves itself in the chosen environment.
func (o *appOverlay) auth() string {
	if e, ok := o.known(o.field(console.FieldEnvironment).value()); ok && o.edits() == "" {
		return string(e.ClientAuth)
	}
	return o.field(console.FieldClientAuth).value()
}

// draft is what is filled in, without its secrets.
func (o *appOverlay) draft() console.Draft {
	var d console.Draft
	if o.was != nil {
		d.Application, d.Was = *o.was, o.was.ID
	}
	d.Name, d.ConsumerKey, d.Grant, d.ProbeURL = o.value(console.FieldName), o.value(console.FieldConsumerKey), o.value(console.FieldGrant), o.value(console.FieldProbeURL)
	d.Scopes = strings.Fields(o.value(console.FieldScopes))
	d.Username, d.Details.RedirectURL = o.value(console.FieldUsername), o.value(console.FieldRedirectURL)
	d.Audience, d.Resource = o.value(console.FieldAudience), strings.Fields(o.value(console.FieldResource))
	d.Extra, _ = console.ReadExtra(o.value(console.FieldExtra))
	if d.KeyType = o.value("key_type"); d.KeyType == noKeyType {
		d.KeyType = ""
	}
	d.Environment = console.NewEnvironment("")
	chosen := o.field(console.FieldEnvironment).value()
	if e, ok := o.known(chosen); ok {
		d.Environment = e.Environment
	}
	if d.EnvironmentWas = o.edits(); d.EnvironmentWas != "" || chosen == newEnvironment {
		o.settle(&d.Environment)
	}
	return d
}

// settle writes the settings of the form into an environment. Those that the form does not show stay as they are.
func (o *appOverlay) settle(e *console.Environment) {
	raw := func(key string) string { return o.field(key).value() } // also of those that are folded away
	e.Name, e.Production = raw("environment_name"), raw("production") == "yes"
	e.Issuer, e.Endpoints.TokenURL, e.Endpoints.RevokeURL = raw(console.FieldIssuer), raw(console.FieldTokenURL), raw(console.FieldRevokeURL)
	e.InsecureSkipVerify, e.AllowHTTP = raw("verify") == "not verified", raw("allow_http") == "yes"
	console.SetClientAuth(e, raw(console.FieldClientAuth))
	if d, why := console.CacheSpan(raw("cache_ttl")); why == "" {
		e.CacheTTL = d
	}
}

// wrong is what is wrong with it, by field.
func (o *appOverlay) wrong() map[string]string {
	if o.frozen {
		return nil
	}
	d := o.draft()
	bad := d.Problems(o.others...)
	if _, why := console.ReadExtra(o.value(console.FieldExtra)); why != "" {
		bad[console.FieldExtra] = why
	}
	if d.EnvironmentWas == "" && o.field(console.FieldEnvironment).value() != newEnvironment {
		return bad
	}
	if why := bad[console.FieldEnvironment]; why != "" {
		bad["environment_name"] = why
		delete(bad, console.FieldEnvironment)
	} else if _, taken := o.known(d.Environment.Name); taken && d.Environment.Name != d.EnvironmentWas {
		bad["environment_name"] = "there is one of that name: choose it above"
	}
	if _, why := console.CacheSpan(o.field("cache_ttl").value()); why != "" {
		bad["cache_ttl"] = why + `: write it like "15m"`
	}
	return bad
}

// missing is the secret that has to be typed: nothing is kept that could stand for it.
func (o *appOverlay) missing() (key, why string) {
	f := o.field("consumer_secret")
	switch {
	case f.off || f.filled():
		return "", ""
	case o.was == nil:
		return f.key, "is missing"
	case o.was.ConsumerKey != o.value(console.FieldConsumerKey):
		return f.key, "is missing: the one that is kept belongs to the other key"
	case !console.SameServer(o.given(), o.draft().Environment):
		return f.key, "is missing: the one that is kept is for the other server"
	case o.was.Secret == console.SecretMissing:
		return f.key, "is missing"
	}
	return "", ""
}

func (o *appOverlay) title() string {
	switch {
	case o.was == nil:
		return "Add an application"
	case o.frozen:
		return kit.Clean(o.was.Name) + ", as it is configured"
	}
	return "Edit " + kit.Clean(o.was.Name)
}

func (*appOverlay) foot() string { return "" }
func (*appOverlay) danger() bool { return false }

func (o *appOverlay) press(*scene, keys.Action, string) intent { return nil } // typed takes every key

func (o *appOverlay) typed(msg tea.KeyPressMsg) intent {
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
	case key == "esc" && (!o.changed || o.saving):
		return closeApp{o}
	case key == "esc":
		o.asks, o.said = true, ""
		return nil
	case o.saving:
		return nil
	case o.frozen && (key == "ctrl+s" || key == "ctrl+t"):
		o.said, o.good = "it is changed in "+o.file, false
		return nil
	case key == "ctrl+s", key == "ctrl+t", key == "enter" && !o.step(1) && !o.frozen:
		return o.save(key == "ctrl+t")
	case key == "enter":
		return nil
	}
	o.edit(func() { o.form.typed(msg) })
	return nil
}

// edit changes the form, and forgets what was said of it as it was.
func (o *appOverlay) edit(f func()) {
	chosen := o.field(console.FieldEnvironment)
	before, at := o.snapshot(), o.at
	env := chosen.value()
	f()
	if now := chosen.value(); now != env {
		var typed []string
		for _, key := range envFields() {
			typed = append(typed, o.field(key).value())
		}
		o.filled[env] = typed
		o.fillEnvironment(now)
	}
	o.fit()
	if o.at != at || before != o.snapshot() {
		o.said = ""
	}
	if before != o.snapshot() {
		o.changes++
		o.failed = false
	}
}

// snapshot is all that is filled in, of secrets only how long they are and what was typed last.
func (o *appOverlay) snapshot() string {
	var b strings.Builder
	for _, f := range o.fields {
		b.WriteString(f.value())
		if t := f.text(); !t.IsZero() {
			b.WriteString(t.Fingerprint())
		}
		b.WriteByte(0)
	}
	return b.String()
}

// save is the intent to save, or to test, unless something is wrong: then that field is gone to.
func (o *appOverlay) save(test bool) intent {
	bad := o.wrong()
	for i, f := range o.fields {
		if why := bad[f.key]; why != "" && !f.off {
			f.touched, o.at = true, i
			o.said, o.good = f.label+": "+why, false
			return nil
		}
	}
	for _, why := range bad { // of a field that is folded away
		o.said, o.good = why, false
		o.field("more").choose("yes", "no", "yes")
		o.fit()
		return nil
	}
	if key, why := o.missing(); key != "" {
		o.goTo(key)
		o.said, o.good = o.field(key).label+": "+why, false
		return nil
	}
	if o.testing {
		o.said, o.good = "wait for the test: it may bring a token", false
		return nil
	}
	d := o.draft()
	d.Secret, d.Password = o.secret("consumer_secret"), o.secret("password")
	if test {
		return testApp{form: o, draft: d}
	}
	if o.failed {
		o.failed = false
		o.said, o.good = "its test has failed: ctrl+s again keeps it all the same", false
		return nil
	}
	d.Tested = o.tested
	return saveApp{o, d}
}

func (o *appOverlay) pasted(text string) bool {
	if o.saving || o.asks {
		return false
	}
	why := ""
	if console.TellsApplication(text) && !o.frozen {
		why = "nothing of it was taken: import applications (esc, then commands) reads " +
			"curl lines and .env files"
	} else {
		o.edit(func() { why = o.form.pasted(text) })
	}
	if why != "" {
		o.said, o.good = why, false
	}
	return true
}
