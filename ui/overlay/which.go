package overlay

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// Which asks for which application an action is. It lists all of them, filtered by the typed text.
type Which struct {
	typist
	word  string // the action
	act   func(h scene.Host, app string) tea.Cmd
	input textinput.Model
	apps  []whichApp
	list  scene.List
}

// whichApp is an application of the list.
type whichApp struct {
	id           string
	name, place  console.Private
	inProduction bool
	keyType      string
}

// NewWhich returns the question for an action. The application of the selected token is chosen
// first.
func NewWhich(s *scene.Scene, word string, act func(h scene.Host, app string) tea.Cmd) *Which {
	o := &Which{word: word, act: act, input: textinput.New()}
	o.input.CharLimit = 100
	o.input.Focus()
	for _, r := range s.Session.Rail("", false).Rows {
		if r.App < 0 {
			continue
		}
		a := &s.Board.Apps[r.App]
		o.apps = append(o.apps, whichApp{
			id: a.ID, name: a.Name, place: a.Environment.Name, keyType: a.KeyType,
			inProduction: a.Environment.Production,
		})
	}
	if a := s.CurrentApp(); a != nil {
		o.list.Selected = a.ID
	} else if len(o.apps) > 0 {
		o.list.Selected = o.apps[0].id
	}
	return o
}

// listKeys are the keys that move a cursor beside a text that is typed.
var listKeys = map[string]keys.Action{
	"up": keys.Up, "down": keys.Down, "pgup": keys.PageUp, "pgdown": keys.PageDown,
	"home": keys.First, "end": keys.Last, "ctrl+p": keys.Up, "ctrl+n": keys.Down,
}

// Title implements [scene.Overlay].
func (o *Which) Title(*scene.Scene) string { return "Which application? · " + o.word }

// ShortTitle implements [scene.ShortTitled].
func (o *Which) ShortTitle(*scene.Scene) string { return "Which one? · " + o.verb() }

// verb returns the word of the action without its object, such as "delete".
func (o *Which) verb() string {
	word := o.word
	for _, what := range []string{" …", " application", " a token"} {
		word = strings.TrimSuffix(word, what)
	}
	return word
}

// Size implements [scene.Overlay].
func (o *Which) Size(_ *scene.Scene, w, h int) (int, int) {
	return min(w, 60), min(h, max(len(o.apps)+2, 4), 16)
}

// shown returns the applications that match the typed text.
func (o *Which) shown() (out []whichApp) {
	typed := o.input.Value()
	for _, a := range o.apps {
		if text.Fuzzy(typed, string(a.name)+" "+string(a.place)) {
			out = append(out, a)
		}
	}
	return out
}

// Typed implements [scene.Typist].
func (o *Which) Typed(msg tea.KeyPressMsg) scene.Intent {
	all := o.shown()
	id := func(i int) string { return all[i].id }
	switch key := msg.String(); key {
	case "esc":
		return scene.CloseTop{}
	case "enter":
		if i := o.list.Index(len(all), id); i >= 0 {
			return chosenApp{o, all[i].id}
		}
		return nil
	default:
		if a, moves := listKeys[key]; moves {
			o.list.Move(a, len(all), id)
			return nil
		}
	}
	o.input = form.TypeInto(o.input, form.InText(msg))
	if all = o.shown(); len(all) > 0 && o.list.Index(len(all), id) < 0 {
		o.list.Selected = all[0].id
	}
	return nil
}

// Pasted implements [scene.Typist].
func (o *Which) Pasted(text string) bool {
	if len([]rune(text)) > scene.LongestPaste || kit.Clean(text) != text {
		return false
	}
	o.input, _ = o.input.Update(tea.PasteMsg{Content: text})
	return true
}

// chosenApp is the intent to act on an application.
type chosenApp struct {
	box *Which
	app string
}

// Perform implements [scene.Intent].
func (i chosenApp) Perform(h scene.Host) tea.Cmd {
	h.Close(i.box)
	return i.box.act(h, i.app)
}

// Point implements [scene.Pointed].
func (o *Which) Point(line int) { o.list.Point(line) }

// Hidden implements [scene.Partial].
func (o *Which) Hidden() (above, below int) { return o.list.Hidden() }

// Hints implements [scene.Overlay].
func (o *Which) Hints(*scene.Scene) []scene.Hint {
	esc := scene.Hint{Keys: "esc", Word: "close"}
	if len(o.shown()) == 0 {
		return []scene.Hint{esc}
	}
	return []scene.Hint{
		{Keys: "enter", Word: o.verb()}, {Keys: "up down", Word: "choose"},
		esc,
	}
}

// Box implements [scene.Overlay].
func (o *Which) Box(s *scene.Scene, w, h int) []string {
	all := o.shown()
	field := kit.NewLine("", 160)
	field.Gap(1)
	field.Put(string(s.Styles.Accent), "/ ")
	field.Put("", s.Typing(o.input))
	out := []string{field.End(w)}
	o.list.Drawn = append(o.list.Drawn[:0], "")
	from, to, sel := o.list.Window(len(all), max(h-1, 1), func(i int) string { return all[i].id })
	if len(all) == 0 {
		return append(out, scene.Placeholder(s, w, max(h-1, 1), "No application has that name.")...)
	}
	for i := from; i < to; i++ {
		o.list.Drawn = append(o.list.Drawn, all[i].id)
		out = append(out, o.line(s, all[i], w, i == sel))
	}
	return out
}

func (o *Which) line(s *scene.Scene, a whichApp, w int, selected bool) string {
	l := s.BeginRow(selected, true)
	l.Gap(1)
	place := s.Show(a.place)
	if a.inProduction {
		place += " production"
	}
	if t := kit.Clean(a.keyType); t != "" && t != console.KeyProduction {
		place = strings.TrimSpace(place + " " + strings.ToLower(t))
	}
	name := max(min(w-4-kit.Width(place), w/2), w-4-kit.Width(place), 8)
	l.Put("", kit.Fit(kit.Middle(s.Show(a.name), name), name))
	l.Gap(1)
	l.Put(string(s.Styles.Quiet), kit.Short(place, max(w-1-l.Width(), 0)))
	return l.End(w)
}
