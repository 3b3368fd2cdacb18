package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

func (m *root) cannotChooseGet(s *scene) *refuse {
	if why, ok := getSelected(s).(refuse); ok {
		return &why
	}
	return nil
}

// grantOverlay asks with which grant, for which user and with which scopes to get. What was chosen is offered again in
// this run, but for the password, which is used once.
type grantOverlay struct {
	form
	appID, name string
	own         string // the application's own user, whose password may be known
	knows       string // scopes that were seen
	said        string
}

// openGrant asks with which grant and scopes to get.
func (m *root) openGrant() tea.Cmd {
	a, ok := m.scene().selected()
	if !ok {
		return nil
	}
	last, was := m.chosen[a.ID]
	if !was {
		last = session.Get{Grant: a.Grant, Scopes: a.Scopes, User: a.Username}
	}
	grants := []string{a.Grant}
	for _, g := range []string{"client_credentials", "authorization_code", "device_code", "password"} {
		if g != a.Grant && console.MayUse(a.Application, g) {
			grants = append(grants, g)
		}
	}
	o := &grantOverlay{appID: a.ID, name: a.Shown, own: a.Username, knows: kit.Clean(strings.Join(a.KnownScopes(), " "))}
	hint := "used for this get, and not kept"
	if a.Grant == "password" {
		hint = "empty: the one that is kept for " + kit.Clean(a.Username)
	}
	o.fields = []*field{
		newChoice("grant", "grant", last.Grant, grants...),
		newField("user", "user", last.User, "such as ana"),
		newSecret("password", "password", hint),
		newField("scopes", "scopes", strings.Join(last.Scopes, " "), "none: "+cmp.Or(kit.Clean(strings.Join(a.Scopes, " ")), "what the server gives")),
	}
	for _, f := range o.fields {
		f.offered = f.kind == typedField && !f.empty()
	}
	o.fit()
	m.open(o)
	return nil
}

func (o *grantOverlay) fit() {
	asks := o.value("grant") == "password"
	o.field("user").off, o.field("password").off = !asks, !asks
}

func (o *grantOverlay) title() string { return "Get a token for " + o.name }
func (*grantOverlay) foot() string    { return "" }
func (*grantOverlay) danger() bool    { return false }

func (o *grantOverlay) press(*scene, keys.Action, string) intent { return nil } // typed takes every key

func (o *grantOverlay) typed(msg tea.KeyPressMsg) intent {
	switch msg.String() {
	case "esc":
		o.wipe()
		return closeOverlay{}
	case "enter", "ctrl+s":
		if key, why := o.wrong(); why != "" {
			o.goTo(key)
			o.said = o.field(key).label + ": " + why
			return nil
		}
		return getChosen{o, o.secret("password")}
	}
	o.said = ""
	o.form.typed(msg)
	o.fit()
	return nil
}

// wrong is the first thing that is wrong.
func (o *grantOverlay) wrong() (key, why string) {
	user := o.field("user")
	switch {
	case !user.off && user.value() == "":
		return "user", "is needed by the password grant"
	case !user.off && o.field("password").empty() && (user.value() != o.own || o.own == ""):
		return "password", "is missing"
	}
	return "scopes", console.ScopesProblem(strings.Fields(o.value("scopes")))
}

func (o *grantOverlay) pasted(text string) bool {
	o.said = o.form.pasted(text)
	return true
}

func (o *grantOverlay) shownFields() int {
	if o.field("user").off {
		return 2
	}
	return 4
}

func (o *grantOverlay) size(w, h int) (int, int) { return min(w, 70), min(h, 9) }

func (o *grantOverlay) box(s *scene, w, h int) []string {
	foot := padded(s.st.Quiet, fitting([]string{"← → choose the grant · tab next · enter gets · esc cancels", "tab next · enter gets · esc cancels", "enter gets · esc cancels", "enter · esc"}, w-2), w)
	paint, said := s.st.Quiet, ""
	switch {
	case o.said != "":
		paint, said = s.st.Danger, "✕ "+o.said
	case o.fields[o.at].offered:
		said = "typing replaces what is there, → edits it; for this get alone"
	case o.knows != "":
		said = "known scopes: " + o.knows
	}
	line := padded(paint, said, w)
	if h < 9 {
		out := o.lines(s, w, max(min(o.shownFields(), h-2), 1), nil)
		return append(out, line, foot)[:min(h, len(out)+2)]
	}
	out := append([]string{kit.Spaces(w)}, o.lines(s, w, 4, nil)...)
	for len(out) < 5 { // as high as with a user: nothing moves when another grant is chosen
		out = append(out, kit.Spaces(w))
	}
	return append(out, kit.Spaces(w), line, foot, kit.Spaces(w))[:min(h, 9)]
}

// getChosen is the intent to get as the form says.
type getChosen struct {
	form     *grantOverlay
	password secret.Text
}

func (getChosen) intent() {}

func (i getChosen) perform(m *root) tea.Cmd {
	m.drop(i.form)
	get := session.Get{
		App: i.form.appID, Grant: i.form.value("grant"), Scopes: strings.Fields(i.form.value("scopes")), User: i.form.value("user"),
	}
	i.form.wipe()
	m.chosen[get.App] = get
	get.Password = i.password
	return m.request(get)
}
