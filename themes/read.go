package themes

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"lanyard/text"
)

// mostAbout is the number of characters after which a description is cut and gets an ellipsis.
const mostAbout = 79

// draft is one file as read: a theme, or its problems.
type draft struct {
	theme    Theme
	extends  string
	problems []Problem
	places   text.Places
	resolved bool
}

func (d *draft) broken() bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return !p.Warning })
}

func (d *draft) problem(at text.Place, key, why, hint string) {
	p := Problem{Line: at.Line, Column: at.Column, Key: key, Text: why, Hint: hint}
	d.problems = append(d.problems, p)
}

// read decodes a file into plain values and checks them afterwards. This way it can report all
// problems at once.
func read(file string) draft {
	found, tooDeep := text.FindKeys(file)
	d := draft{places: found}
	if tooDeep.Line > 0 {
		d.problem(tooDeep, "", "is nested too deeply", "")
		return d
	}
	var values map[string]any
	if _, err := toml.Decode(file, &values); err != nil {
		d.problems = append(d.problems, syntax(file, err))
		return d
	}
	for key, v := range values {
		at := d.places[key]
		switch key {
		case "about", "extends":
			t, ok := v.(string)
			switch {
			case !ok:
				d.problem(at.Value, key, "must be a text in quotes", "")
			case key == "extends":
				d.extends = t
				if t == "" {
					d.problem(at.Value, key, "is empty", "leave it out, or name a theme")
				}
			default:
				d.theme.about = text.Words(t, mostAbout)
			}
		case "mono":
			on, ok := v.(bool)
			if !ok {
				d.problem(at.Value, key, "must be true or false, without quotes", "")
			}
			d.theme.mono = on
		case "dark":
			d.theme.dark = d.palette(key, v)
		case "light":
			d.theme.light = d.palette(key, v)
		case "sixteen":
			d.theme.sixteen = d.palette(key, v)
		default:
			hint := text.DidYouMean(key, topKeys())
			if slices.Contains(paletteKeys(), key) {
				hint = "it belongs in [dark], [light] or [sixteen]"
			}
			d.problem(at.Key, text.Key(key), "unknown key", hint)
		}
	}
	if !d.broken() && d.extends == "" && d.theme.dark == nil && d.theme.light == nil &&
		!d.theme.mono {
		d.problem(text.Place{}, "", "has no colours",
			"it needs [dark], [light] or both, or extends = \"NAME\"")
	}
	return d
}

func topKeys() []string { return []string{"about", "extends", "mono", "dark", "light", "sixteen"} }

func paletteKeys() []string {
	var keys []string
	for _, s := range slots() {
		keys = append(keys, s.key)
	}
	for _, s := range switches() {
		keys = append(keys, s.key)
	}
	return keys
}

// palette reads one table.
func (d *draft) palette(name string, v any) *palette {
	values, ok := v.(map[string]any)
	if !ok {
		d.problem(d.places[name].Value, name, "must be a table, begun with ["+name+"]", "")
		return nil
	}
	p := &palette{}
	for key, v := range values {
		at, label := d.places[text.Path(name, key)], name+"."+text.Key(key)
		if !slices.Contains(paletteKeys(), key) {
			d.problem(at.Key, label, "unknown key", text.DidYouMean(key, paletteKeys()))
			continue
		}
		p.stated = append(p.stated, key)
		for _, s := range switches() {
			if on, ok := v.(bool); s.key == key && ok {
				*s.of(p) = on
			} else if s.key == key {
				d.problem(at.Value, label, "must be true or false, without quotes", "")
			}
		}
		for _, s := range slots() {
			if s.key != key {
				continue
			}
			text, isText := v.(string)
			c, good := colour(text)
			switch _, isNumber := v.(int64); {
			case isNumber:
				d.problem(at.Value, label, "must be a text in quotes", `such as "4", or "#8aadf4"`)
			case !isText || !good:
				d.problem(at.Value, label, "is not a colour",
					`write it like "#8aadf4", "4" (0 to 255), or "" for the terminal's own`)
			case name == "sixteen" && beyond(c):
				d.problem(at.Value, label, "is not one of the sixteen colours", `"0" to "15"`)
			}
			*s.of(p) = c
		}
	}
	return p
}

// colour returns a colour of a file in the form in which a palette keeps it.
func colour(text string) (string, bool) {
	if len(text) == 4 && text[0] == '#' {
		text = "#" + strings.Repeat(text[1:2], 2) + strings.Repeat(text[2:3], 2) +
			strings.Repeat(text[3:], 2)
	}
	if _, ok := Parse(text); ok || text == "" {
		return strings.ToLower(text), true
	}
	n, err := strconv.Atoi(text)
	return text, err == nil && n >= 0 && n < 16 && text == strconv.Itoa(n)
}

func beyond(c string) bool {
	_, ok := Parse(c)
	return ok
}

// resolve puts the file's values over those of the theme that it extends, and warns about low
// contrast.
func (d *draft) resolve(drafts map[string]*draft) { d.resolveIn(drafts, []string{d.theme.name}) }

func (d *draft) resolveIn(drafts map[string]*draft, chain []string) {
	if d.resolved || d.broken() {
		return
	}
	if d.extends != "" {
		under, wrong, hint := base(d, drafts, chain)
		if wrong == "" && under.mono {
			wrong, hint = "mono has no colours that could be changed", "extend another theme"
		}
		if wrong != "" {
			d.problem(d.places["extends"].Value, "extends", wrong, hint)
			return
		}
		t := &d.theme
		if t.about == "" {
			t.about = "after " + d.extends
		}
		t.dark, t.light = over(under.dark, t.dark), over(under.light, t.light)
		t.sixteen = over(under.sixteen, t.sixteen)
	}
	d.resolved = true
	d.judge()
}

// over returns the palette under with the values that p states in place of its own.
func over(under, p *palette) *palette {
	switch {
	case p == nil:
		return under
	case under == nil:
		return p
	}
	out := *under
	for _, s := range slots() {
		if slices.Contains(p.stated, s.key) {
			*s.of(&out) = *s.of(p)
		}
	}
	for _, s := range switches() {
		if slices.Contains(p.stated, s.key) {
			*s.of(&out) = *s.of(p)
		}
	}
	return &out
}

// judge warns about colours with low contrast and refuses palettes that cannot be drawn.
func (d *draft) judge() {
	for _, s := range d.theme.sides() {
		at := d.places[s.name]
		_, known := Parse(s.p.Ground)
		switch {
		case s.p.Fill && (s.p.Ground == "" || s.p.Text == ""):
			d.problem(at.Key, s.name+".fill", "needs ground and text",
				"a background of its own can hide the terminal's text")
			continue
		case !known && s.p.mixed():
			d.problems = append(d.problems, Problem{
				Line: at.Key.Line, Column: at.Key.Column, Key: s.name, Warning: true,
				Text: "states no ground, so its contrast cannot be checked",
				Hint: `ground = "#rrggbb": the background it is made for`,
			})
		}
		for _, short := range s.short() {
			spot, ok := d.places[text.Path(s.name, short.Key)]
			if !ok {
				spot = at // the colour comes from the extended theme
			}
			d.problems = append(d.problems, Problem{
				Line: spot.Value.Line, Column: spot.Value.Column,
				Key: s.name + "." + short.Key, Warning: true,
				Text: strings.TrimPrefix(short.String(), short.Key+" "),
			})
		}
	}
}

// syntax describes an error of the TOML library in words of our own, because the messages of the
// library repeat parts of the file.
func syntax(file string, err error) Problem {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return Problem{Text: "is not valid TOML"}
	}
	at := text.PlaceOfError(file, pe.Position.Start)
	p := Problem{Line: at.Line, Column: at.Column, Text: "is not valid TOML"}
	switch {
	case strings.Contains(pe.Message, "already been defined"):
		p.Text = "is defined twice"
	case strings.Contains(pe.Message, "expected value"):
		p.Text, p.Hint = "expected a value here", `colours stand in quotes: "#8aadf4"`
	case strings.Contains(pe.Message, "cannot contain newlines"),
		strings.Contains(pe.Message, "unexpected EOF"):
		p.Text = "a quote or bracket is not closed"
	}
	return p
}
