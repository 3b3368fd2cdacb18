package overlay

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/paste"
	"lanyard/tokenapi/secret"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Import asks where to import applications from. It lists those of a developer portal to choose
// from. What it reads in a pasted text goes into the form of an application.
type Import struct {
	form.Form
	typist
	fromText       bool                  // from a pasted text, else from a portal
	portal         console.PortalRequest // as it is filled in
	envs           []*into               // to choose from; the last one is new
	into           *into                 // the chosen one
	chosen         bool                  // the person has chosen it
	target         *form.Field
	password, text *form.Field

	busy   bool          // a request to the portal or to the store is in flight
	stop   chan struct{} // closed to cancel the request to the portal; nil if there is none
	found  *foundList
	pasted *paste.Draft // read in the pasted text
	said   console.Private
	warned bool // esc was pressed, and something was typed
}

// into is an environment to import into.
type into struct {
	console.Environment
	known bool
}

// label returns the environment as a choice.
func (e *into) label() string {
	if !e.known {
		return "a new one …"
	}
	return string(e.Name)
}

// NewImport returns an overlay that asks where to import applications from. known are the
// environments that there are.
func NewImport(known []console.KnownEnvironment) *Import {
	o := &Import{}
	for _, k := range known {
		o.envs = append(o.envs, &into{k.Environment, true})
	}
	o.into = &into{Environment: console.NewEnvironment("")}
	o.envs = append(o.envs, o.into)
	text := func() bool { return o.fromText }
	portal := func() bool { return !o.fromText }
	anew := func() bool { return !o.fromText && !o.into.known }
	o.password = form.Secret("password", "to sign in with, and not kept").If(portal).Needed().
		Helps("your password at the portal; it is sent there, and not kept").
		Checked(func() string {
			if o.password.Empty() {
				return missing
			}
			return ""
		})
	o.text = form.Secret("text", pasteHere).If(text).Needed().
		Helps("a curl line that requests a token, or the lines of an .env file")
	o.target = form.ChooseBy("environment", &o.into, (*into).label, o.envs...).If(portal).
		Helps("where the applications go; one at the portal's host is proposed")
	p, e := &o.portal, &o.envs[len(o.envs)-1].Environment
	o.Fields = slices.Concat([]*form.Field{
		form.Either("from", &o.fromText, "developer portal", "curl or .env").
			Helps("a WSO2 developer portal, or a text that you paste"),
	}, form.Group("Portal",
		form.Text("portal URL", &p.Base, "https://apim.example, with its port").If(portal).
			Needed().Helps("the address of the developer portal: https://, its host and its port").
			Checked(func() string {
				return cmp.Or(required(p.Base), console.URLProblem(p.Base, false))
			}),
		form.Text("user", &p.User, "who signs in there").If(portal).Needed().
			Helps("your name at the portal").
			Checked(func() string { return required(p.User) }),
		o.password,
	), form.Group("Environment", o.target,
		form.Text("its name", &e.Name, "what to call it: the host, if nothing is typed").If(anew).
			Helps("how you call this Token API; other applications can use it too").
			Checked(o.nameProblem),
		form.Either("certificates", &e.InsecureSkipVerify, "verified", "not verified").If(anew).
			Helps("not verified: everybody on the way can read the secrets"),
	), form.Group("Pasted", o.text))
	return o
}

// nameProblem returns the problem of the name of a new environment, or "".
func (o *Import) nameProblem() string {
	name := o.environment()
	for _, e := range o.envs {
		if e.known && e.Name == name && o.into.Name != "" {
			return "there is one of that name: choose it above"
		}
	}
	return console.EnvironmentNameProblem(string(name))
}

// propose chooses the environment at the portal's host, until the person has chosen one.
func (o *Import) propose() {
	if o.chosen = o.chosen || o.target.Touched; o.chosen {
		return
	}
	o.into = o.envs[len(o.envs)-1]
	for _, e := range o.envs {
		if e.known && console.SameHost(e.Environment, o.portal.Base) {
			o.into = e
			return
		}
	}
}

func (o *Import) Title(*scene.Scene) string {
	if o.found != nil {
		return "Import from the portal"
	}
	return "Import applications"
}

// Press moves the cursor for the mouse wheel. Typed takes the keys.
func (o *Import) Press(_ *scene.Scene, a keys.Action, _ string) scene.Intent {
	if o.found != nil && !o.busy {
		o.found.press(map[keys.Action]string{keys.Up: "up", keys.Down: "down"}[a])
	}
	return nil
}

// Point moves the cursor or the focus to a line that was clicked. It chooses nothing.
func (o *Import) Point(line int) {
	if o.found == nil && !o.busy {
		o.Form.Point(line)
	}
	if l := o.found; l != nil && line >= l.top && l.off+line-l.top < len(l.on) && !o.busy {
		l.at = l.off + line - l.top
	}
}

func (o *Import) Typed(msg tea.KeyPressMsg) scene.Intent {
	key := msg.String()
	switch {
	case key == "esc" && !o.warned && !o.busy && o.found == nil && (o.Edits > 0 || o.pasted != nil):
		o.warned = true
		return nil
	case key == "esc":
		o.Discard()
		return scene.CloseTop{}
	}
	o.warned = false
	switch {
	case o.busy:
		return nil
	case o.found != nil:
		if key == "enter" || key == "ctrl+s" {
			return o.keep()
		}
		o.said = console.Private(o.found.press(key))
		return nil
	case o.fromText && (key == "enter" || key == "ctrl+s"):
		return o.goOn()
	case o.Focused() == o.text && (key == "backspace" || key == "ctrl+u"):
		o.forget()
		return nil
	case o.Focused() == o.text && msg.Text != "":
		o.said = "paste it, rather than type it"
		return nil
	case key == "ctrl+s", key == "enter" && !o.Step(1):
		return o.ask()
	case key == "enter":
		return nil
	}
	o.said = ""
	if !o.Type(msg) && msg.Text != "" {
		o.said = form.OnlyChosen
	}
	o.propose()
	return nil
}

// ImportOf returns an overlay that has read a pasted text, or nil if the text is not one to import.
func ImportOf(known []console.KnownEnvironment, text string) *Import {
	if !paste.Recognizes(text) {
		return nil
	}
	o := NewImport(known)
	o.Pasted(text)
	return o
}

// Pasted puts one line into the focused field. It reads any other text as curl lines or an .env
// file.
func (o *Import) Pasted(text string) bool {
	switch {
	case o.busy || o.found != nil:
	case !o.fromText && !paste.Recognizes(text) &&
		!strings.ContainsAny(strings.TrimSpace(text), "\r\n"):
		o.said = console.Private(o.Paste(text))
		o.propose()
	default:
		o.fromText = true
		o.GoTo(o.text)
		o.forget()
		p, err := paste.Read(text)
		if err != nil {
			o.said = scene.ErrorLine(err)
			return true
		}
		o.pasted = &p
		o.text.Hint = "read; another paste takes its place"
	}
	return true
}

// forget discards what was pasted.
func (o *Import) forget() {
	o.pasted, o.said = nil, ""
	o.text.Hint = pasteHere
}

const pasteHere = "paste curl lines, or an .env file"

// environment returns the name of the environment for the applications.
func (o *Import) environment() console.Private {
	if o.into.Name != "" {
		return o.into.Name
	}
	if u, err := url.Parse(o.portal.Base); err == nil {
		return console.Private(u.Hostname())
	}
	return ""
}

// ask returns the intent to ask the portal. If a field has a problem it focuses that field instead.
func (o *Import) ask() scene.Intent {
	if o.said = console.Private(o.GoToProblem()); o.said != "" {
		return nil
	}
	r := o.portal
	r.Password, r.Environment, r.Into = o.password.Secret(), o.into.Environment, o.into.Name
	r.Environment.Name = o.environment()
	return askPortal{o, r}
}

// goOn returns the intent to continue in the form of an application with what was pasted.
func (o *Import) goOn() scene.Intent {
	if o.pasted == nil {
		if o.said == "" {
			o.said = "nothing was pasted yet"
		}
		o.GoTo(o.text)
		return nil
	}
	return fillIn{o, *o.pasted}
}

// keep returns the intent to save the chosen applications.
func (o *Import) keep() scene.Intent {
	chosen := *o.found.portal
	chosen.All = nil
	for i, x := range o.found.portal.All {
		if o.found.on[i] {
			chosen.All = append(chosen.All, x)
		}
	}
	if len(chosen.All) == 0 {
		o.said = "nothing is chosen: space chooses, esc leaves it"
		return nil
	}
	return scene.Do(session.KeepFound{For: o, Chosen: chosen})
}

// Discard erases everything that was typed, pasted and found, and cancels the request to the
// portal.
func (o *Import) Discard() {
	if o.stop != nil {
		close(o.stop)
		o.stop = nil
	}
	o.Wipe()
	o.pasted, o.found = nil, nil
}

// pastedLines returns what was read in the pasted text, one line for each value.
func (o *Import) pastedLines(s *scene.Scene, w int) []string {
	p := o.pasted
	if p == nil {
		return nil
	}
	var out []string
	wide := form.LabelWidth
	if w < form.NarrowForm {
		wide = form.NarrowLabelWidth
	}
	say := func(label, value string) {
		if value == "" {
			return
		}
		if w < form.NarrowForm {
			label = strings.TrimPrefix(label, "consumer ")
		}
		out = append(out, kit.Fit(label, wide)+" "+kit.Middle(kit.Clean(value), max(w-wide-3, 4)))
	}
	private := func(label string, value console.Private) {
		text := string(value)
		if s.Redactor != nil && text != "" { // the redactor does not know these names yet
			text = form.HiddenText()
		}
		say(label, text)
	}
	held := func(t secret.Text) string {
		if t.IsZero() {
			return ""
		}
		return secret.Mask
	}
	e := p.Environment
	private("token URL", e.Endpoints.TokenURL)
	private("issuer", e.Issuer)
	private("revoke URL", e.Endpoints.RevokeURL)
	private("consumer key", p.ConsumerKey)
	say("consumer secret", held(p.Secret))
	say("grant", p.Grant)
	private("user", p.Username)
	say("password", held(p.Password))
	say("scopes", strings.Join(p.Scopes, " "))
	private("audience", console.Private(p.Audience))
	private("resource", console.Private(strings.Join(p.Resource, " ")))
	private("extra", console.Private(console.ExtraText(p.Extra)))
	for _, name := range p.Details.Headers {
		say("header", name+": "+held(p.Headers[name]))
	}
	private("probe URL", p.ProbeURL)
	for _, n := range p.Notes {
		for i, l := range kit.Wrap(n, max(w-4, 4)) {
			out = append(out, []string{"! ", "  "}[min(i, 1)]+l)
		}
	}
	return out
}

func (o *Import) Size(s *scene.Scene, w, h int) (int, int) {
	n := o.Height() + formLines
	if o.found != nil {
		n = len(o.found.on) + formLines + min(len(o.found.probes()), 1)
	}
	if o.pasted != nil {
		n += len(o.pastedLines(s, min(w, 78)-2)) + 1
	}
	return min(w, 78), min(h, max(n, 13))
}

// Hidden implements [scene.Partial].
func (o *Import) Hidden() (above, below int) {
	if o.found != nil {
		return o.found.hidden()
	}
	return o.Form.Hidden()
}

// leastNote is the height of the lowest box with a line for the proposed probe URLs.
const leastNote = 8

func (o *Import) Box(s *scene.Scene, w, h int) []string {
	b := formBox{paint: s.Styles.Quiet}
	b.height, b.least = o.Height(), o.Least()
	switch {
	case o.found != nil:
		b.help, b.height = o.found.summary(), len(o.found.on)
		if b.least = b.height; h < lowBox {
			b.help = o.found.note(s)
		}
		if h >= leastNote {
			b.note = o.found.probes()
		}
	case o.pasted != nil:
		b.help, b.height = "nothing is kept yet: the form comes next", 2+len(o.pastedLines(s, w))
		b.least = b.height
	default:
		b.help, b.unread = o.Help(), o.Unread(s.FormLook(), w)
	}
	switch {
	case o.busy && o.found != nil:
		b.paint, b.said = s.Styles.Accent, "keeping them …"
	case o.busy:
		b.paint, b.said = s.Styles.Accent, "asking the portal …"
	case o.warned:
		b.paint, b.said = s.Styles.Danger, typedWarning
	case o.said != "":
		b.paint, b.said = s.Styles.Danger, "✕ "+s.Show(o.said)
	case o.found != nil && h >= lowBox:
		b.said = o.found.goal(s)
	case o.found == nil && o.Problem() != "":
		b.paint, b.said = s.Styles.Danger, "✕ "+s.Redacted(o.Problem())
	}
	return b.lines(s, w, h, func(top, h int) []string {
		o.Top = top
		if o.found != nil {
			o.found.top = top
		}
		return o.body(s, w, h)
	})
}

// body draws the fields or the list of applications into at most h lines.
func (o *Import) body(s *scene.Scene, w, h int) (body []string) {
	if o.found != nil {
		body = o.found.lines(s, w, h)
	} else {
		pasted := o.pastedLines(s, w)
		body = o.Lines(s.FormLook(), w, max(h-len(pasted), min(2, h)))
		if room := max(h-len(body), 0); len(pasted) > room && room > 0 {
			pasted = append(pasted[:room-1:room-1],
				fmt.Sprintf("! %d more lines: the log has the notes when you go on",
					len(pasted)-room+1))
		}
		for _, t := range pasted {
			if len(body) < h {
				body = append(body, scene.Padded(s.Styles.Quiet, t, w))
			}
		}
	}
	return body
}
