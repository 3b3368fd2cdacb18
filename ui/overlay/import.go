package overlay

import (
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

// Where applications can be imported from.
const (
	fromPortal = "developer portal"
	fromText   = "curl or .env"
)

// importOverlay asks from where to import applications. What a portal shows it lists, for a person to choose from; what
// a pasted text tells is gone through in the form of an application.
type Import struct {
	form.Form
	busy  bool          // the portal is asked, or what it showed is being kept
	stop  chan struct{} // closed to end what is asked; nil when nothing is
	found *foundList
	told  *paste.Draft // by a text that was pasted
	said  string
}

// newImport asks from where to import.
func NewImport() *Import {
	o := &Import{Form: form.Form{Fields: []*form.Field{
		form.NewChoice("from", "from", fromPortal, fromPortal, fromText),
		form.NewField("url", "portal URL", "", "such as https://apim.example:9443"),
		form.NewField("user", "user", "", "who has the applications there"),
		form.NewSecret("password", "password", "to sign in with, and not kept"),
		form.NewField(console.FieldEnvironment, "environment", "", "what to call it: the host, if nothing is typed"),
		form.NewChoice("verify", "certificates", "verified", "verified", "not verified"),
		form.NewSecret("text", "text", pasteHere),
	}}}
	o.fit()
	return o
}

func (o *Import) fit() {
	text := o.Value("from") == fromText
	for _, f := range o.Fields {
		f.Off = f.Key != "from" && (f.Key == "text") != text
	}
}

func (o *Import) Title() string {
	if o.found != nil {
		return "Import from the portal"
	}
	return "Import applications"
}

func (*Import) Foot() string { return "" }
func (*Import) Danger() bool { return false }

// press is what the wheel does; typed takes every key.
func (o *Import) Press(_ *scene.Scene, a keys.Action, _ string) scene.Intent {
	if o.found != nil && !o.busy {
		o.found.press(map[keys.Action]string{keys.Up: "up", keys.Down: "down"}[a])
	}
	return nil
}

// point is a click: it moves the cursor, and chooses nothing.
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
	}
	text := o.Value("from") == fromText
	switch {
	case text && key == "enter" || text && key == "ctrl+s":
		return o.goOn()
	case text && o.Fields[o.At].Key == "text" && (key == "backspace" || key == "ctrl+u"):
		o.forget()
		return nil
	case text && o.Fields[o.At].Key == "text" && msg.Text != "":
		o.said = "paste it, rather than type it"
		return nil
	case key == "ctrl+s", key == "enter" && !o.Step(1):
		return o.ask()
	case key == "enter":
		return nil
	}
	o.said = ""
	o.Form.Press(msg)
	o.fit()
	return nil
}

// pasted reads what is pasted: a line into a field, else the text that tells of an application.
func (o *Import) Pasted(text string) bool {
	switch {
	case o.busy || o.found != nil:
	case o.Value("from") != fromText && !paste.Recognizes(text) &&
		!strings.ContainsAny(strings.TrimSpace(text), "\r\n"):
		o.said = o.Paste(text)
	default:
		from := o.Field("from")
		from.Choose(fromText, from.Options...)
		o.fit()
		o.GoTo("text")
		o.forget()
		p, err := paste.Read(text)
		if err != nil {
			o.said = scene.Join(err.Error(), console.Hint(err))
			return true
		}
		o.told = &p
		o.Field("text").Hint = "read; another paste takes its place"
	}
	return true
}

// forget takes back what a paste has told.
func (o *Import) forget() {
	o.told, o.said = nil, ""
	o.Field("text").Hint = pasteHere
}

const pasteHere = "paste curl lines, or an .env file"

// wrong is what is wrong with it, by field.
func (o *Import) wrong() map[string]string {
	bad := map[string]string{}
	base := o.Value("url")
	switch why := console.URLProblem(base, false); {
	case base == "":
		bad["url"] = "is missing"
	case why != "":
		bad["url"] = why
	}
	if o.Value("user") == "" {
		bad["user"] = "is missing"
	}
	if o.Field("password").Empty() {
		bad["password"] = "is missing"
	}
	if why := console.EnvironmentNameProblem(o.environment()); why != "" {
		bad[console.FieldEnvironment] = why
	}
	return bad
}

// environment is the name of what the applications are put into.
func (o *Import) environment() string {
	if name := o.Value(console.FieldEnvironment); name != "" {
		return name
	}
	if u, err := url.Parse(o.Value("url")); err == nil {
		return u.Hostname()
	}
	return ""
}

// ask is the intent to ask the portal, unless something is wrong: then that field is gone to.
func (o *Import) ask() scene.Intent {
	bad := o.wrong()
	for i, f := range o.Fields {
		if why := bad[f.Key]; why != "" && !f.Off {
			f.Touched, o.At = true, i
			o.said = f.Label + ": " + why
			return nil
		}
	}
	r := console.PortalRequest{
		Base: o.Value("url"), User: o.Value("user"), Password: o.Secret("password"), Environment: console.NewEnvironment(o.environment()),
	}
	r.Environment.InsecureSkipVerify = o.Value("verify") == "not verified"
	return askPortal{o, r}
}

// goOn is the intent to go on with what was pasted.
func (o *Import) goOn() scene.Intent {
	if o.told == nil {
		if o.said == "" {
			o.said = "nothing was pasted yet"
		}
		o.GoTo("text")
		return nil
	}
	return fillIn{o, *o.told}
}

// keep is the intent to keep what is chosen of what was found.
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

// wipe forgets what was typed, pasted and found, and gives up what is asked.
func (o *Import) Discard() {
	if o.stop != nil {
		close(o.stop)
		o.stop = nil
	}
	o.Wipe()
	o.told, o.found = nil, nil
}

// tells is what a pasted text has told, a line each.
func (o *Import) tells(s *scene.Scene, w int) []string {
	p := o.told
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
		if s != nil && s.Redactor != nil && label != "grant" && label != "scopes" {
			value = form.Dots(len([]rune(value)), 30, false)
		}
		if w < 44 {
			label = strings.TrimPrefix(label, "consumer ")
		}
		out = append(out, kit.Fit(label, wide)+" "+kit.Middle(kit.Clean(value), max(w-wide-3, 4)))
	}
	held := func(t secret.Text) string {
		if t.IsZero() {
			return ""
		}
		return secret.Mask
	}
	e := p.Environment
	say("token URL", e.Endpoints.TokenURL)
	say("issuer", e.Issuer)
	say("revoke URL", e.Endpoints.RevokeURL)
	say("consumer key", p.ConsumerKey)
	say("consumer secret", held(p.Secret))
	say("grant", p.Grant)
	say("user", p.Username)
	say("password", held(p.Password))
	say("scopes", strings.Join(p.Scopes, " "))
	say("audience", p.Audience)
	say("resource", strings.Join(p.Resource, " "))
	say("extra", console.ExtraText(p.Extra))
	say("probe URL", p.ProbeURL)
	for _, n := range p.Notes {
		for i, l := range kit.Wrap(n, max(w-4, 4)) {
			out = append(out, []string{"! ", "  "}[min(i, 1)]+l)
		}
	}
	return out
}

func (o *Import) Size(w, h int) (int, int) {
	n := 13
	if o.found != nil {
		n = max(n, len(o.found.on)+6)
	}
	if o.told != nil {
		n = max(20, 9+len(o.tells(nil, min(w, 78)-2))) // two fields, the words below them, and room around them
	}
	return min(w, 78), min(h, n)
}

func (o *Import) Box(s *scene.Scene, w, h int) []string {
	foot := scene.Padded(s.Styles.Quiet, o.keys(w), w)
	paint, said := s.Styles.Quiet, ""
	switch {
	case o.busy && o.found != nil:
		paint, said = s.Styles.Accent, "keeping them …"
	case o.busy:
		paint, said = s.Styles.Accent, "asking the portal …"
	case o.said != "":
		paint, said = s.Styles.Danger, "✕ "+o.said
	case o.found != nil:
		said = o.found.says()
	case o.told != nil:
		said = "nothing is kept yet: the form comes next"
	}
	roomy, says := h >= 11, 1
	if roomy {
		says = 2
	}
	words := kit.Wrap(said, max(w-2, 1))
	if len(words) > says {
		words = append(words[:says-1], strings.Join(words[says-1:], " "))
	}
	for len(words) < says {
		words = append(words, "")
	}
	rest := h - says - 1
	var out []string
	if roomy {
		rest -= 2
		out = append(out, kit.Spaces(w))
	}
	if o.found != nil {
		o.found.top = len(out)
	}
	out = append(out, o.body(s, w, max(rest, 1))...)
	for _, l := range words {
		out = append(out, scene.Padded(paint, l, w))
	}
	out = append(out, foot)
	if roomy {
		out = append(out, kit.Spaces(w))
	}
	return out[:min(len(out), h)]
}

// body is h lines of fields, or of what was found.
func (o *Import) body(s *scene.Scene, w, h int) (body []string) {
	if o.found != nil {
		body = o.found.lines(s, w, h)
	} else {
		told := o.tells(s, w)
		body = o.Lines(s.FormLook(), w, max(h-len(told), min(2, h)), o.wrong())
		if room := max(h-len(body), 0); len(told) > room && room > 0 {
			told = append(told[:room-1:room-1], fmt.Sprintf("! %d more lines: the log has the notes when you go on", len(told)-room+1))
		}
		for _, t := range told {
			if len(body) < h {
				body = append(body, scene.Padded(s.Styles.Quiet, t, w))
			}
		}
	}
	for len(body) < h {
		body = append(body, kit.Spaces(w))
	}
	return body
}

func (o *Import) keys(w int) string {
	texts := []string{"← → choose · tab ↑ ↓ fields · ctrl+s asks the portal · esc cancels", "ctrl+s asks the portal · esc cancels", "ctrl+s asks · esc cancels", "ctrl+s · esc"}
	switch {
	case o.found != nil:
		texts = []string{"↑ ↓ move · space chooses · enter keeps what is chosen · esc cancels", "space chooses · enter keeps · esc cancels", "space · enter keeps · esc", "enter · esc"}
	case o.Value("from") == fromText:
		texts = []string{"← → choose · paste the text · enter goes on with it · esc cancels", "paste it · enter goes on · esc cancels", "paste · enter · esc"}
	}
	return scene.Fitting(texts, w-2)
}
