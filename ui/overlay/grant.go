package overlay

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// grantOverlay asks with which grant, for which user and with which scopes to get. What was chosen is offered again in
// this run, but for the password, which is used once.
type Grant struct {
	form.Form
	appID, name string
	own         string // the application's own user, whose password may be known
	knows       string // scopes that were seen
	said        string
}

// newGrant asks with which grant and scopes to get. Last is what was chosen last, if anything was.
func NewGrant(a *session.App, last session.Get) *Grant {
	if last.App == "" {
		last = session.Get{Grant: a.Grant, Scopes: a.Scopes, User: a.Username}
	}
	grants := []string{a.Grant}
	for _, g := range []string{console.GrantClientCredentials, console.GrantAuthorizationCode,
		console.GrantDeviceCode, console.GrantPassword} {
		if g != a.Grant && console.MayUse(a.Application, g) {
			grants = append(grants, g)
		}
	}
	o := &Grant{appID: a.ID, name: a.Shown, own: a.Username, knows: kit.Clean(strings.Join(a.KnownScopes(), " "))}
	hint := "used for this get, and not kept"
	if a.Grant == console.GrantPassword {
		hint = "empty: the one that is kept for " + kit.Clean(a.Username)
	}
	o.Fields = []*form.Field{
		form.NewChoice("grant", "grant", last.Grant, grants...),
		form.NewField("user", "user", last.User, "such as ana"),
		form.NewSecret("password", "password", hint),
		form.NewField("scopes", "scopes", strings.Join(last.Scopes, " "), "none: "+cmp.Or(kit.Clean(strings.Join(a.Scopes, " ")), "what the server gives")),
	}
	for _, f := range o.Fields {
		f.Offered = f.Kind == form.Typed && !f.Empty()
	}
	o.fit()
	return o
}

func (o *Grant) fit() {
	asks := o.Value("grant") == console.GrantPassword
	o.Field("user").Off, o.Field("password").Off = !asks, !asks
}

func (o *Grant) Title() string { return "Get a token for " + o.name }
func (*Grant) Foot() string    { return "" }
func (*Grant) Danger() bool    { return false }

func (o *Grant) Press(*scene.Scene, keys.Action, string) scene.Intent { return nil } // typed takes every key

func (o *Grant) Typed(msg tea.KeyPressMsg) scene.Intent {
	switch msg.String() {
	case "esc":
		o.Wipe()
		return scene.CloseTop{}
	case "enter", "ctrl+s":
		if key, why := o.wrong(); why != "" {
			o.GoTo(key)
			o.said = o.Field(key).Label + ": " + why
			return nil
		}
		return getChosen{o, o.Secret("password")}
	}
	o.said = ""
	o.Form.Press(msg)
	o.fit()
	return nil
}

// wrong is the first thing that is wrong.
func (o *Grant) wrong() (key, why string) {
	user := o.Field("user")
	switch {
	case !user.Off && user.Value() == "":
		return "user", "is needed by the password grant"
	case !user.Off && o.Field("password").Empty() && (user.Value() != o.own || o.own == ""):
		return "password", "is missing"
	}
	return "scopes", console.ScopesProblem(strings.Fields(o.Value("scopes")))
}

func (o *Grant) Pasted(text string) bool {
	o.said = o.Paste(text)
	return true
}

func (o *Grant) shownFields() int {
	if o.Field("user").Off {
		return 2
	}
	return 4
}

func (o *Grant) Size(w, h int) (int, int) { return min(w, 70), min(h, 9) }

func (o *Grant) Box(s *scene.Scene, w, h int) []string {
	foot := scene.Padded(s.Styles.Quiet, scene.Fitting([]string{"← → choose the grant · tab next · enter gets · esc cancels", "tab next · enter gets · esc cancels", "enter gets · esc cancels", "enter · esc"}, w-2), w)
	paint, said := s.Styles.Quiet, ""
	switch {
	case o.said != "":
		paint, said = s.Styles.Danger, "✕ "+o.said
	case o.Fields[o.At].Offered:
		said = "typing replaces what is there, → edits it; for this get alone"
	case o.knows != "":
		said = "known scopes: " + o.knows
	}
	line := scene.Padded(paint, said, w)
	if h < 9 {
		out := o.Lines(s.FormLook(), w, max(min(o.shownFields(), h-2), 1), nil)
		return append(out, line, foot)[:min(h, len(out)+2)]
	}
	out := append([]string{kit.Spaces(w)}, o.Lines(s.FormLook(), w, 4, nil)...)
	for len(out) < 5 { // as high as with a user: nothing moves when another grant is chosen
		out = append(out, kit.Spaces(w))
	}
	return append(out, kit.Spaces(w), line, foot, kit.Spaces(w))[:min(h, 9)]
}

// getChosen is the intent to get as the form says.
type getChosen struct {
	form     *Grant
	password secret.Text
}

func (i getChosen) Perform(h scene.Host) tea.Cmd {
	h.Close(i.form)
	get := session.Get{
		App: i.form.appID, Grant: i.form.Value("grant"), Scopes: strings.Fields(i.form.Value("scopes")), User: i.form.Value("user"),
	}
	i.form.Wipe()
	h.Scene().Session.Choose(get)
	get.Password = i.password
	return h.Request(get)
}
