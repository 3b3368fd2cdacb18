package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Invite tells a person how to approve a get: open an address in a browser, or enter a code (RFC
// 8628). The key that requests the token opens it. It is filled in when the server has answered,
// and closes when the get is done.
type Invite struct {
	AppID    string
	name     console.Private
	Key      session.Key         // the waiting get or renew; zero for any
	device   bool                // device grant (RFC 8628), else authorization code
	inv      *console.Invitation // nil until the server has answered
	givingUp bool
	scroll   scene.Scroll
}

// NewInvite returns the overlay for a get or renew of an application.
func NewInvite(a *session.App, key session.Key) *Invite {
	return &Invite{AppID: a.ID, Key: key, name: a.Name, device: a.Grant == console.GrantDeviceCode}
}

func (o *Invite) Title(s *scene.Scene) string {
	if o.device {
		return "Approve with a code · " + s.Show(o.name)
	}
	return "Sign in with your browser · " + s.Show(o.name)
}

// ShortTitle implements [scene.ShortTitled].
func (o *Invite) ShortTitle(s *scene.Scene) string {
	if o.device {
		return "Approve · " + s.Show(o.name)
	}
	return "Sign in · " + s.Show(o.name)
}

func (*Invite) Danger() bool { return false }

// Fill takes the invitation of the application out of all, if there is one.
func (o *Invite) Fill(all []console.Invitation) {
	o.inv = nil
	for i := range all {
		if all[i].AppID == o.AppID {
			o.inv, o.device = &all[i], all[i].UserCode != ""
		}
	}
}

// address returns the address to copy: the one with the code in it, if there is one.
func (o *Invite) address() console.Private {
	if o.inv.Complete != "" {
		return o.inv.Complete
	}
	return o.inv.URL
}

func (o *Invite) Press(_ *scene.Scene, a keys.Action, key string) scene.Intent {
	switch {
	case a == keys.Close && o.givingUp:
		return scene.CloseTop{}
	case a == keys.Close:
		o.givingUp = true
		return scene.Do(session.GiveUp{App: o.AppID, Key: o.Key})
	case a == keys.Quit:
		return scene.Do(session.Quit{})
	case (a == keys.Copy || key == "y") && o.inv != nil:
		return scene.Do(session.CopyText{What: "the address", Text: string(o.address())})
	case key == "Y" && o.inv != nil && o.inv.Command != "":
		return scene.Do(session.CopyText{What: "the command", Text: string(o.inv.Command)})
	case key == "c" && o.inv != nil && o.device:
		return scene.Do(session.CopyText{What: "the code", Text: o.inv.UserCode})
	}
	o.scroll.Move(a)
	return nil
}

// Paste takes the address at which a browser on another machine ended.
func (o *Invite) Paste(text string) scene.Intent {
	switch {
	case o.inv == nil:
		return pasteRefused{"the server has not answered yet: paste the address again then"}
	case o.device:
		return pasteRefused{"a paste does nothing here: enter the code in the browser"}
	}
	return scene.Do(session.AnswerSignIn{Invitation: o.inv.ID, Pasted: secret.New(text)})
}

// pasteRefused is the intent to say why a paste is not taken.
type pasteRefused struct{ why string }

func (i pasteRefused) Perform(h scene.Host) tea.Cmd {
	h.Notify(scene.Info, i.why, "")
	return nil
}

// textLine is a line of an overlay before it is padded.
type textLine struct {
	paint themes.Paint
	text  string
}

// layout is the content of the overlay for one size.
type layout struct {
	text   []textLine
	foot   []textLine // always visible
	square []string   // the QR code
	beside bool       // the QR code is to the right of the text
	bare   bool       // without explanations, because they do not fit
	wide   int        // width of the text in cells
}

const (
	minText = 34 // cells of text beside a QR code
	maxText = 76
)

func (o *Invite) Size(s *scene.Scene, w, h int) (int, int) {
	a := o.arrange(s, w, h)
	if a.bare {
		w += 2 // on a small screen the box has no margin
		a = o.arrange(s, w, h)
	}
	n := len(a.text) + len(a.foot)
	switch {
	case a.bare:
		return w, min(n, h)
	case a.beside:
		return a.wide + squareWidth(a) + 2, max(n, len(a.square))
	}
	return a.wide, n + len(a.square)
}

func squareWidth(a layout) int {
	if len(a.square) == 0 {
		return 0
	}
	return kit.Width(a.square[0])
}

// arrange returns the first layout that fits into w cells and h lines. It tries the QR code beside
// the text and below it, then leaves out the QR code, then the explanations.
func (o *Invite) arrange(s *scene.Scene, w, h int) layout {
	st := *s.Styles
	fits := func(a *layout, square, tight bool, h int) bool {
		a.text, a.foot = o.fullText(s, &st, a.wide, square, tight)
		return len(a.text)+len(a.foot) <= h
	}
	if o.inv != nil && o.inv.Complete != "" && !o.inv.OnlyHere() && s.Redactor == nil {
		light := !s.Styles.Color && !s.Light
		if sq := kit.QR(string(o.inv.Complete), light); sq != nil {
			a := layout{square: sq, beside: true}
			a.wide = min(w-kit.Width(sq[0])-2, 56)
			if a.wide >= minText && len(sq) <= h &&
				(fits(&a, true, false, h) || fits(&a, true, true, h)) {
				return a
			}
			a.beside, a.wide = false, min(w, maxText)
			if kit.Width(sq[0]) <= a.wide &&
				(fits(&a, true, false, h-len(sq)) || fits(&a, true, true, h-len(sq))) {
				return a
			}
		}
	}
	a := layout{wide: min(w, maxText)}
	if w >= minText && (fits(&a, false, false, h) || fits(&a, false, true, h)) {
		return a
	}
	a.wide, a.bare = w, true
	a.text, a.foot = o.bareText(s, &st, w, h)
	return a
}

// fullText returns the text with its explanations. tight leaves out most of the empty lines.
func (o *Invite) fullText(s *scene.Scene, st *themes.Styles, w int,
	square, tight bool) (text, foot []textLine) {
	say := func(paint themes.Paint, t string) {
		for _, l := range kit.Wrap(t, max(w-2, 1)) {
			text = append(text, textLine{paint, l})
		}
	}
	gap := func() { text = append(text, textLine{}) }
	air := func() {
		if !tight {
			gap()
		}
	}
	gap()
	if o.inv != nil && o.inv.Trouble != "" {
		say(st.Warn, s.Redacted(describe.Trouble(o.inv)))
		gap()
	}
	switch {
	case o.inv == nil:
		say("", "Asking the server …")
	case o.device:
		lead := "Open this address, on this machine or any other:"
		if o.inv.OnlyHere() {
			lead = "Open this address in a browser on this machine:"
		}
		say(st.Quiet, lead)
		air()
		text = append(text, chopped(st.Strong, s.Show(o.inv.URL), w)...)
		gap()
		say(st.Quiet, "and enter this code, exactly as it stands:")
		air()
		text = append(text, codeLines(st, o.inv.UserCode, w, tight)...)
		gap()
		switch {
		case square:
			say(st.Quiet, "Or scan the square, and compare the code.")
			gap()
		case o.inv.Complete != "":
			say(st.Quiet, "Or open this one, and compare the code:")
			air()
			text = append(text, chopped("", s.Show(o.inv.Complete), w)...)
			gap()
		}
	default:
		lead := "Open this address in a browser on this machine:"
		if o.inv.Opened {
			lead = "A browser was opened. If none is to be seen, open this address in one on " +
				"this machine:"
		}
		say(st.Quiet, lead)
		gap()
		text = append(text, chopped(st.Strong, s.Show(o.inv.URL), w)...)
		gap()
		say(st.Quiet, "Signed in on another machine? Paste here the address that its browser "+
			"ended at.")
		gap()
	}
	if o.inv != nil && o.inv.Command != "" {
		if s.Session.CanCopy() {
			say(st.Quiet, "No browser? A command in another terminal signs in, too.")
		} else {
			say(st.Quiet, "No browser? This command signs in, in another terminal:")
			text = append(text, chopped("", s.Show(o.inv.Command), w)...)
		}
		gap()
	}
	return text, []textLine{o.left(s, st), {}}
}

// bareText returns the text without explanations. What a person copies comes first.
func (o *Invite) bareText(s *scene.Scene, st *themes.Styles, w, h int) (text, foot []textLine) {
	switch {
	case o.inv == nil:
		text = []textLine{{"", "Asking the server …"}}
	case o.device:
		text = append(chopped(st.Strong, o.inv.UserCode, w), chopped("", s.Show(o.inv.URL), w)...)
	default:
		text = chopped(st.Strong, s.Show(o.inv.URL), w)
		if o.inv.Opened {
			text = append([]textLine{{st.Quiet, "A browser was opened; or:"}}, text...)
		}
	}
	if o.inv != nil && o.inv.Trouble != "" { // below the text to copy
		text = append(text, chopped(st.Warn, s.Redacted(describe.Trouble(o.inv)), w)...)
	}
	if left := o.left(s, st); h >= 3 && left.text != "" {
		foot = []textLine{left}
	}
	return text, foot
}

// chopped breaks a text without words, such as an address, into lines. It leaves nothing out.
func chopped(paint themes.Paint, text string, w int) []textLine {
	var out []textLine
	for _, l := range kit.Chop(kit.Clean(text), max(w-2, 1)) {
		out = append(out, textLine{paint, l})
	}
	return out
}

// codeLines returns a code twice: with spaces between its characters, so that it can be read from a
// distance, and as it is typed.
func codeLines(st *themes.Styles, code string, w int, tight bool) []textLine {
	code = kit.Clean(code)
	plain := chopped(st.Strong, code, w)
	apart := "  " + strings.Join(strings.Split(code, ""), " ") + "  "
	if kit.Width(apart) > w-2 {
		return plain
	}
	if tight {
		return append([]textLine{{st.Chip, apart}}, plain...)
	}
	edge := kit.Spaces(kit.Width(apart))
	return append([]textLine{{st.Chip, edge}, {st.Chip, apart}, {st.Chip, edge}, {}}, plain...)
}

// left returns a line with the remaining time of the invitation.
func (o *Invite) left(s *scene.Scene, st *themes.Styles) textLine {
	switch {
	case o.givingUp:
		return textLine{st.Warn, "giving up …"}
	case o.inv == nil:
		return textLine{}
	}
	d := o.inv.Until.Sub(s.Now)
	if d <= 0 {
		return textLine{st.Warn, "the time is up"}
	}
	return textLine{"", s.Left(d) + " left"}
}

// Hints implements [scene.Overlay].
func (o *Invite) Hints(s *scene.Scene) (out []scene.Hint) {
	if o.inv != nil && s.Session.CanCopy() {
		out = append(out, scene.Hint{Keys: "y", Word: "copy the address"})
		if o.device {
			out = append(out, scene.Hint{Keys: "c", Word: "copy the code"})
		}
		if o.inv.Command != "" {
			out = append(out, scene.Hint{Keys: "Y", Word: "copy the command"})
		}
	}
	esc := scene.Hint{Keys: "esc", Word: "give up"}
	if o.givingUp {
		esc.Word = "close"
	}
	return append(out, o.scroll.More(), s.HintOf(keys.Quit, "quit"), esc)
}

// Hidden implements [scene.Partial].
func (o *Invite) Hidden() (above, below int) { return o.scroll.Hidden() }

func (o *Invite) Box(s *scene.Scene, w, h int) []string {
	a := o.arrange(s, w, h)
	line := func(p textLine, w int) string { return scene.Padded(p.paint, p.text, w) }
	var text []string
	tw := w
	if a.beside {
		tw = w - squareWidth(a) - 1
	}
	for _, p := range a.text {
		text = append(text, line(p, tw))
	}
	foot := make([]string, 0, len(a.foot))
	for _, p := range a.foot {
		foot = append(foot, line(p, tw))
	}
	if !a.beside {
		if a.square != nil {
			text = append(text, paintSquare(s, a.square, w)...)
		}
		room := max(h-len(foot), 0)
		return append(o.scroll.Show(text, room), foot[:min(len(foot), h)]...)
	}
	o.scroll.Show(nil, 0) // all of it is drawn
	out := append(text, foot...)
	for len(out) < len(a.square) {
		out = append(out, kit.Spaces(tw))
	}
	square := paintSquare(s, a.square, squareWidth(a))
	for i := range out {
		if i < len(square) {
			out[i] += square[i] + kit.Spaces(w-tw-squareWidth(a))
		} else {
			out[i] += kit.Spaces(w - tw)
		}
	}
	return out
}

// paintSquare centres the QR code in w cells. It is dark on light in every theme, as scanners need.
func paintSquare(s *scene.Scene, rows []string, w int) []string {
	paint := themes.Paint("")
	if s.Styles.Color {
		paint = themes.DarkOnLight
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		side := (w - kit.Width(row)) / 2
		l := kit.NewLine("", len(row)+w)
		l.Gap(side)
		l.Put(string(paint), row)
		out[i] = l.End(w)
	}
	return out
}
