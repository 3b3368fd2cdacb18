package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/cli/host"
	"lanyard/text"
	"lanyard/ui"
	"lanyard/ui/keys"
)

// screen reads what is about the console's screen alone.
func (r *reader) screen(top section) {
	c := r.cfg
	if c.RevealFor = top.span("reveal_for", c.RevealFor); c.RevealFor == 0 || c.RevealFor > 5*time.Minute {
		top.bad("reveal_for", "must be more than 0 and at most 5m", "")
		c.RevealFor = ui.DefaultReveal
	}
	c.Presenter = top.flag("presenter")
	if v, ok := top.values["mouse"].(bool); ok {
		c.Mouse = v
	}
	if v, ok := top.values["ascii"].(bool); ok {
		c.ASCII = strconv.FormatBool(v)
	}

	values, _ := top.values["alerts"].(map[string]any)
	alerts := section{r: r, path: "alerts", label: "alerts.", values: values, keys: alertKeys()}
	alerts.check()
	if values["before"] != nil {
		c.Alerts.Before = nil
		for i, span := range alerts.list("before") {
			d, err := time.ParseDuration(span)
			if err != nil || d <= 0 {
				r.problem(r.places[text.Path("alerts", "before", i)].Value, "alerts.before",
					"is not a duration", `write it like "5m" or "1m"`)
				continue
			}
			c.Alerts.Before = append(c.Alerts.Before, d)
		}
	}
	if values["via"] != nil {
		c.Alerts.Via = alerts.list("via")
		for i, way := range c.Alerts.Via {
			if !slices.Contains(ui.AlertWays(), way) {
				r.problem(r.places[text.Path("alerts", "via", i)].Value, "alerts.via",
					"must be some of "+strings.Join(ui.AlertWays(), ", "), text.DidYouMean(way, ui.AlertWays()))
			}
		}
	}

	values, _ = top.values["keys"].(map[string]any)
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
	c.Keys, problems = keys.Choose(chosen)
	for _, p := range problems {
		text := p.Text
		if at := table.spot(p.Other).Key; p.Other != "" && values[p.Other] != nil {
			text += " in line " + strconv.Itoa(at.Line)
		}
		table.bad(p.Action, text, p.Hint)
	}
}

// settings are what the screen is shown with.
func (c *Config) settings(lookup func(string) (string, bool)) (ui.Settings, error) {
	theme, err := c.theme()
	return ui.Settings{
		Theme: theme, ThemeName: theme.Name(), Keys: c.Keys, Presenter: c.Presenter, Mouse: c.Mouse,
		ASCII: host.WantsASCII(c.ASCII, lookup), Alerts: c.Alerts, RevealFor: c.RevealFor,
		ClearAfter: c.ClearAfter,
	}, err
}
