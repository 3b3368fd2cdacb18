package config

import (
	"strconv"

	"lanyard/ui/keys"
)

// actionKeys returns the actions that [keys] can bind.
func actionKeys() map[string]kind {
	kinds := map[string]kind{}
	for _, name := range keys.Names() {
		kinds[name] = strokes
	}
	return kinds
}

// bindings reads the keys of actions.
func (r *reader) bindings(top section) {
	values, _ := top.values["keys"].(map[string]any)
	table := section{r: r, path: "keys", label: "keys.", values: values, keys: actionKeys()}
	table.check()
	chosen := map[string][]string{}
	for action, v := range values {
		if table.keys[action] != strokes || !strokes.fits(v) {
			continue // reported already
		}
		if one, ok := v.(string); ok {
			chosen[action] = []string{one}
		} else {
			chosen[action], _ = texts(v)
		}
	}
	var problems []keys.Problem
	r.cfg.Keys, problems = keys.Choose(chosen)
	for _, p := range problems {
		text := p.Text
		if at := table.spot(p.Other).Key; p.Other != "" && values[p.Other] != nil {
			text += " in line " + strconv.Itoa(at.Line)
		}
		table.bad(p.Action, text, p.Hint)
	}
}
