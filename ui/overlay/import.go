package overlay

import (
	"cmp"
	"fmt"
	"net/url"
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
	password, text *form.Field

	busy   bool          // a request to the portal or to the store is in flight
	stop   chan struct{} // closed to cancel the request to the portal; nil if there is none
	found  *foundList
	pasted *paste.Draft // read in the pasted text
	said   console.Private
}

// NewImport returns an overlay that asks where to import applications from.
func NewImport() *Import {
	o := &Import{}
	text := func() bool { return o.fromText }
	portal := func() bool { return !o.fromText }
	o.password = form.Secret("password", "to sign in with, and not kept").If(portal).
		Checked(func() string {
			if o.password.Empty() {
				return missing
			}
			return ""
		})
	o.text = form.Secret("text", pasteHere).If(text)
	p := &o.portal
	o.Fields = []*form.Field{
		form.Either("from", &o.fromText, "developer portal", "curl or .env"),
		form.Text("portal URL", &p.Base, "such as https://apim.example:9443").If(portal).
			Checked(func() string {
				return cmp.Or(required(p.Base), console.URLProblem(p.Base, false))
			}),
		form.Text("user", &p.User, "who has the applications there").If(portal).
			Checked(func() string { return required(p.User) }),
		o.password,
		form.Text("environment", &p.Environment.Name,
			"what to call it: the host, if nothing is typed").If(portal).
			Checked(func() string {
				return console.EnvironmentNameProblem(string(o.environment()))
			}),
		form.Either("certificates", &p.Environment.InsecureSkipVerify, "verified", "not verified").
			If(portal),
		o.text,
	}
	return o
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

// Point moves the cursor to a line that was clicked. It chooses nothing.
func (o *Import) Point(line int) {
	if l := o.found; l != nil && line >= l.top && l.off+line-l.top < len(l.on) && !o.busy {
		l.at = l.off + line - l.top
	}
}

func (o *Import) Typed(msg tea.KeyPressMsg) scene.Intent {
	key := msg.String()
	switch {
	case key == "esc":
		o.Discard()
		return scene.CloseTop{}
	case o.busy:
		return nil
	case o.found != nil:
		if key == "enter" || key == "ctrl+s" {
			return o.keep()
		}
		o.said = ""
		o.found.press(key)
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
	o.Type(msg)
	return nil
}

// Pasted puts one line into the focused field. It reads any other text as curl lines or an .env
// file.
func (o *Import) Pasted(text string) bool {
	switch {
	case o.busy || o.found != nil:
	case !o.fromText && !paste.Recognizes(text) &&
		!strings.ContainsAny(strings.TrimSpace(text), "\r\n"):
		o.said = console.Private(o.Paste(text))
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
	if name := o.portal.Environment.Name; name != "" {
		return name
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
	r.Password, r.Environment = o.password.Secret(), console.NewEnvironment(string(o.environment()))
	r.Environment.InsecureSkipVerify = o.portal.Environment.InsecureSkipVerify
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
	if w < 44 {
		wide = 10
	}
	say := func(label, value string) {
		if value == "" {
			return
		}
		if w < 44 {
			label = strings.TrimPrefix(label, "consumer ")
		}
		out = append(out, kit.Fit(label, wide)+" "+kit.Middle(kit.Clean(value), max(w-wide-3, 4)))
	}
	private := func(label string, value console.Private) {
		text := string(value)
		if s.Redactor != nil && text != "" { // the redactor does not know these names yet
			text = form.Dots(form.HiddenLength, 30, false)
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
	private("probe URL", p.ProbeURL)
	for _, n := range p.Notes {
		for i, l := range kit.Wrap(n, max(w-4, 4)) {
			out = append(out, []string{"! ", "  "}[min(i, 1)]+l)
		}
	}
	return out
}

func (o *Import) Size(s *scene.Scene, w, h int) (int, int) {
	n := 12
	if o.found != nil {
		n = max(n, len(o.found.on)+5)
	}
	if o.pasted != nil {
		// Two fields, the lines below them and the margins.
		n = max(19, 8+len(o.pastedLines(s, min(w, 78)-2)))
	}
	return min(w, 78), min(h, n)
}

func (o *Import) Box(s *scene.Scene, w, h int) []string {
	paint, said := s.Styles.Quiet, ""
	switch {
	case o.busy && o.found != nil:
		paint, said = s.Styles.Accent, "keeping them …"
	case o.busy:
		paint, said = s.Styles.Accent, "asking the portal …"
	case o.said != "":
		paint, said = s.Styles.Danger, "✕ "+s.Show(o.said)
	case o.found != nil:
		said = o.found.summary()
	case o.pasted != nil:
		said = "nothing is kept yet: the form comes next"
	}
	return formBox(w, h, func(top, h int) []string {
		if o.found != nil {
			o.found.top = top
		}
		return o.body(s, w, h)
	}, paint, said)
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
