package config

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/text"
)

// defaultReveal is the time for which a token is shown in clear by default.
const defaultReveal = 10 * time.Second

// Alerts are the settings of alerts.
type Alerts struct {
	Before []time.Duration // before a token expires
	Via    []string        // from alertWays; none: no alerts
}

func defaultAlerts() Alerts {
	return Alerts{
		Before: []time.Duration{5 * time.Minute, time.Minute},
		Via:    []string{"title", "bell"},
	}
}

// alertWays returns the values of alerts.via.
func alertWays() []string {
	return []string{"title", "bell", "osc9", "osc99", "osc777", "progress"}
}

// screen reads the settings of the screen.
func (r *reader) screen(top section) {
	c := r.cfg
	if c.RevealFor = top.span("reveal_for", c.RevealFor); c.RevealFor == 0 ||
		c.RevealFor > 5*time.Minute {
		top.bad("reveal_for", "must be more than 0 and at most 5m", "")
		c.RevealFor = defaultReveal
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
			if !slices.Contains(alertWays(), way) {
				r.problem(r.places[text.Path("alerts", "via", i)].Value, "alerts.via",
					"must be some of "+strings.Join(alertWays(), ", "),
					text.DidYouMean(way, alertWays()))
			}
		}
	}
	r.bindings(top)
}
