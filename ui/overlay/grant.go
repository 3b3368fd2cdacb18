package overlay

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/form"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Grant asks for the grant, the user and the scopes of one get. It offers the choices of the
// last get in this run, except the password.
type Grant struct {
	form.Form
	typist
	get   session.Get     // as it is filled in
	name  console.Private // name of the application
	own   console.Private // the user of the application, whose password may be stored
	knows string          // scopes of earlier tokens
	said  string

	warned bool // esc was pressed, and something was typed

	password *form.Field
}

// NewGrant returns an overlay that asks how to get a token of an application. last holds the
// choices of the last get, or is the zero Get.
func NewGrant(a *session.App, last session.Get) *Grant {
	grants := a.Grants()
	o := &Grant{
		get:  session.Get{App: a.ID, Grant: grants[0], Scopes: a.Scopes, User: a.Username},
		name: a.Name, own: a.Username, knows: kit.Clean(strings.Join(a.KnownScopes(), " ")),
	}
	if last.App != "" {
		o.get.Scopes, o.get.User = last.Scopes, last.User
		if slices.Contains(grants, last.Grant) {
			o.get.Grant = last.Grant
		}
	}
	hint := "used for this get, and not kept"
	if a.Grant == console.GrantPassword {
		hint = "empty: the one that is kept for " + kit.Clean(string(a.Username))
	}
	usual := cmp.Or(kit.Clean(strings.Join(a.Scopes, " ")), "what the server gives")
	o.password = form.Secret("password", hint).If(o.asksUser).Checked(o.passwordProblem).
		Needed(o.passwordNeeded).Helps("the password of the user; it is used once, and not kept")
	o.Fields = []*form.Field{
		form.Choose("grant", &o.get.Grant, grants...).
			Helps("how the token is requested; client_credentials needs no user"),
		form.Text("user", &o.get.User, "such as ana").Offer().If(o.asksUser).
			Needed().Helps("for whom the token is requested").
			Checked(func() string {
				if o.get.User == "" {
					return "is needed by the password grant"
				}
				return ""
			}),
		o.password,
		form.Words("scopes", &o.get.Scopes, "none: "+usual).Public().Offer().
			Helps("words with blanks between them; without any, the server decides").
			Checked(func() string { return console.ScopesProblem(o.get.Scopes) }),
	}
	return o
}

// passwordProblem returns why the password has to be typed, or "".
func (o *Grant) passwordProblem() string {
	if o.password.Empty() && o.passwordNeeded() {
		return missing
	}
	return ""
}

// passwordNeeded reports whether no password of the user may be stored.
func (o *Grant) passwordNeeded() bool { return o.get.User != o.own || o.own == "" }

// asksUser reports whether the chosen grant needs a user.
func (o *Grant) asksUser() bool { return o.get.Grant == console.GrantPassword }

func (o *Grant) Title(s *scene.Scene) string { return "Get a token for " + s.Show(o.name) }

func (o *Grant) Typed(msg tea.KeyPressMsg) scene.Intent {
	warned := o.warned
	o.warned = false
	switch msg.String() {
	case "esc":
		if o.Edits > 0 && !warned {
			o.warned = true
			return nil
		}
		o.Wipe()
		return scene.CloseTop{}
	case "enter", "ctrl+s":
		if o.said = o.GoToProblem(); o.said != "" {
			return nil
		}
		return getChosen{o}
	}
	o.said = ""
	if !o.Type(msg) && msg.Text != "" {
		o.said = form.OnlyChosen
	}
	return nil
}

func (o *Grant) Pasted(text string) bool {
	o.said = o.Paste(text)
	return true
}

func (o *Grant) Size(_ *scene.Scene, w, h int) (int, int) { return min(w, 70), min(h, 8) }

// Hints implements [scene.Overlay].
func (o *Grant) Hints(*scene.Scene) []scene.Hint {
	return formHints(&o.Form, scene.Hint{Keys: "enter", Word: "get"},
		escHint(o.Edits > 0, o.warned))
}

func (o *Grant) Box(s *scene.Scene, w, h int) []string {
	paint := s.Styles.Quiet
	var said string
	switch {
	case o.warned:
		paint, said = s.Styles.Danger, typedWarning
	case o.said != "":
		paint, said = s.Styles.Danger, "✕ "+o.said
	case o.Problem() != "":
		paint, said = s.Styles.Danger, "✕ "+s.Redacted(o.Problem())
	case o.Focused().Offered:
		said = "typing replaces what is there, → edits it; for this get alone"
	case o.knows != "":
		said = "known scopes: " + o.knows
	default:
		said = o.Cut(s.FormLook(), w)
	}
	if o.Top = 0; h < 8 {
		return underFields(s, paint, o.Help(), said, w, h, func(h int) []string {
			return o.Lines(s.FormLook(), w, min(o.Height(), h))
		})
	}
	// as high as with a user: the box does not move when another grant is chosen
	o.Top = 1
	out := append([]string{kit.Spaces(w)}, o.Lines(s.FormLook(), w, 4)...)
	return append(out, underFields(s, paint, o.Help(), said, w, h-len(out), func(int) []string {
		return []string{kit.Spaces(w)}
	})...)
}

// underFields draws fields and below them a message into h lines of w cells. The function fields
// gets the number of lines that it may draw. The message takes the lines that the fields leave
// blank, and at least one. The help of a field is above it if a line is left.
func underFields(
	s *scene.Scene, paint themes.Paint, help, said string, w, h int, fields func(h int) []string,
) []string {
	least := min(len(said), 1)
	out := slices.Clone(fields(max(h-least, 1)))
	room := max(h-len(out), least)
	lines := fitted(said, w-2, room)
	first, _, _ := strings.Cut(help, "; ")
	if n := len(kit.Wrap(first, max(w-2, 1))); paint == s.Styles.Quiet && n < room {
		lines = fitted(said, w-2, room-n) // what the field is for comes first
	}
	for _, text := range fitted(help, w-2, room-len(lines)) {
		out = append(out, scene.Padded(s.Styles.Accent, text, w))
	}
	for _, text := range lines {
		out = append(out, scene.Padded(paint, text, w))
	}
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out[:max(h, 0)]
}

// getChosen is the intent to get a token as the form says.
type getChosen struct{ form *Grant }

// Perform implements [scene.Intent].
func (i getChosen) Perform(h scene.Host) tea.Cmd {
	h.Close(i.form)
	get := i.form.get
	if !i.form.asksUser() {
		get.User = ""
	}
	get.Password = i.form.password.Secret()
	i.form.Wipe()
	get.Remember = true
	return h.Request(get)
}
