package keys

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is a mistake in the chosen keys of an action.
type Problem struct {
	Action string // name of the action
	Other  string // name of the action that has the same key; "" for another problem
	Text   string
	Hint   string
}

// Names returns the names of all actions in the configuration.
func Names() []string {
	var out []string
	for _, b := range Default() {
		out = append(out, b.Name)
	}
	return out
}

// problemsOf returns the problems of the keys chosen for an action, by themselves.
func problemsOf(b Binding, keys []string) (problems []Problem) {
	for _, k := range keys {
		switch {
		case !isKey(k):
			text := strconv.Quote(k) + " is not a key"
			problems = append(problems, Problem{b.Name, "", text, writtenAs(k)})
		case ambiguous(k) != "":
			problems = append(problems, Problem{b.Name, "", ambiguous(k), "choose another key"})
		}
	}
	if b.Act == QuitNow && !slices.Contains(keys, "ctrl+c") {
		problems = append(problems,
			Problem{b.Name, "", "must keep ctrl+c", "it is the way out of everything"})
	}
	return problems
}

// Choose returns the default bindings with the chosen keys, by the name of the action. An action
// with an empty list has no key. Choose returns problems and no bindings if two actions share a
// key, a key has no valid name, or quit_now loses ctrl+c. It returns nil bindings if nothing
// differs from the defaults.
func Choose(chosen map[string][]string) (Bindings, []Problem) {
	if len(chosen) == 0 {
		return nil, nil
	}
	var problems []Problem
	rows := Default()
	for i, b := range rows {
		keys, ok := chosen[b.Name]
		if !ok {
			continue
		}
		problems = append(problems, problemsOf(b, keys)...)
		rows[i].Keys = keys
	}
	taken := map[string]string{}
	for i, b := range rows { // outside of a demo nothing is missing without this key
		if _, ok := chosen[b.Name]; b.Act == Traffic && !ok {
			rows[i].Keys = slices.DeleteFunc(b.Keys, func(k string) bool {
				return isChosen(chosen, k)
			})
		}
	}
	for _, b := range rows {
		for i, k := range b.Keys {
			if slices.Contains(b.Keys[:i], k) {
				text := "the key " + k + " is there twice"
				problems = append(problems, Problem{b.Name, "", text, ""})
				continue
			}
			other, clash := taken[k]
			if !clash {
				taken[k] = b.Name
				continue
			}
			at, beside := b.Name, other
			if _, ok := chosen[at]; !ok { // report it at an action of the configuration
				at, beside = beside, at
			}
			text := "the key " + k + " is on " + beside + " too"
			if _, ok := chosen[beside]; !ok {
				text += " by default"
			}
			hint := "give " + beside + " another key, or none: " + beside + " = []"
			problems = append(problems, Problem{at, beside, text, hint})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	for i, b := range Default() {
		if !slices.Equal(b.Keys, rows[i].Keys) {
			return rows, nil
		}
	}
	return nil, nil
}

// isChosen reports whether a key was chosen for an action.
func isChosen(chosen map[string][]string, key string) bool {
	for _, keys := range chosen {
		if slices.Contains(keys, key) {
			return true
		}
	}
	return false
}

// writtenAs returns a hint for an invalid name of a key: the name that was probably meant, or how
// keys are named.
func writtenAs(k string) string {
	const how = `keys are written "r", "R", "f5", "ctrl+r", "alt+r", "enter", "space", "tab"`
	parts := strings.FieldsFunc(strings.ToLower(k),
		func(r rune) bool { return r == '+' || r == '-' || r == ' ' })
	if k == " " {
		parts = []string{"space"}
	}
	var mods []string
	for _, mod := range [][]string{
		{"ctrl", "control"}, {"alt", "meta", "opt", "option"}, {"shift"},
	} {
		if slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(mod, p) }) {
			mods = append(mods, mod[0])
		}
		parts = slices.DeleteFunc(parts, func(p string) bool { return slices.Contains(mod, p) })
	}
	if len(parts) != 1 {
		return how
	}
	last := parts[0]
	others := map[string]string{
		"return": "enter", "escape": "esc", "del": "delete", "ins": "insert", "pgdn": "pgdown",
		"pagedown": "pgdown", "pageup": "pgup", "spacebar": "space",
	}
	if other, ok := others[last]; ok {
		last = other
	}
	if one := utf8.RuneCountInString(last) == 1; one && slices.Equal(mods, []string{"shift"}) {
		mods, last = nil, strings.ToUpper(last)
	}
	if meant := strings.Join(append(mods, last), "+"); meant != k && isKey(meant) {
		return "is " + strconv.Quote(meant) + " meant?"
	}
	return how
}

// ambiguous returns why a key with a valid name cannot be used, or "" if it can. Most terminals
// send the same bytes for some keys.
func ambiguous(k string) string {
	same := map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc"}
	if other := same[k]; other != "" {
		return k + " is the same as " + other + " to most terminals"
	}
	return ""
}

// isKey reports whether k is the name of a key that a terminal can send.
func isKey(k string) bool {
	shifted := false
	for _, mod := range []string{"ctrl+", "alt+", "shift+"} {
		rest, ok := strings.CutPrefix(k, mod)
		k, shifted = rest, ok
	}
	if utf8.RuneCountInString(k) == 1 {
		r, _ := utf8.DecodeRuneInString(k)
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !shifted // "shift+a" is "A"
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(k, "f")); err == nil && k[0] == 'f' {
		return n >= 1 && n <= 24
	}
	return namedKeys()[k]
}

func namedKeys() map[string]bool {
	return map[string]bool{
		"enter": true, "space": true, "tab": true, "esc": true, "backspace": true, "delete": true,
		"insert": true, "up": true, "down": true, "left": true, "right": true, "home": true,
		"end": true, "pgup": true, "pgdown": true,
	}
}
