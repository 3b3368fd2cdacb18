package pane

import (
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// wantsSubscriptions returns the request to read the subscriptions of the application of the scope
// in the store; nil for none. No portal is asked.
func wantsSubscriptions(s *scene.Scene) session.Request {
	a, ok := s.Selected()
	if !ok || s.Current != nil || a.ConsumerKey == "" {
		return nil
	}
	known, ok := s.Session.Subscriptions(a.ConsumerKey)
	if ok && !known.Stale || s.Session.Busy(session.SubscriptionsKey(a.ConsumerKey)) {
		return nil
	}
	return session.ReadSubscriptions{ConsumerKey: a.ConsumerKey}
}

// subscriptions lists what the application of the scope may call, by the last answer of a developer
// portal, and how a portal is asked. If none was asked yet, it is nil for an application of which
// an import here would tell nothing.
func subscriptions(s *scene.Scene, w, indent int) block {
	a, ok := s.Selected()
	if !ok || s.Session == nil {
		return nil
	}
	subs, ok := s.Session.Subscriptions(a.ConsumerKey)
	lines := describe.Subscriptions(subs.Subscriptions, s.Now)
	mayTell := a.Source == console.FromStore && a.KeyType != "" // only portals give a key a type
	if !ok || len(lines) == 0 && subs.Err == nil && !mayTell {
		return nil
	}
	b := newBlock(s, "Subscriptions", w, indent)
	switch {
	case subs.Err != nil:
		b.add(cell{s.Styles.Danger, "they could not be read: " + s.Show(scene.ErrorLine(subs.Err))})
	case len(lines) == 0:
		b.add(cell{s.Styles.Quiet, "no portal was asked for them"})
	default:
		s.Ago(subs.At)
		b.add(cell{s.Styles.Quiet, lines[0]})
		for i, line := range lines[1:] {
			paint := s.Styles.Warn
			if strings.HasPrefix(describe.SubscriptionState(subs.All[i].Status), "active") {
				paint = ""
			}
			b.add(cell{paint, s.Redacted(line)})
		}
	}
	asks := "asks a portal"
	if len(lines) > 0 {
		asks = "asks the portal again"
	}
	if key := s.Keys.Way(keys.Import); a.Source == console.FromStore && key != "" {
		b.add(cell{s.Styles.Key, key + "  "}, cell{"", asks + " and imports what it shows"})
	} else if a.Source == console.FromConfig {
		b.add(cell{s.Styles.Quiet, "$  "},
			cell{"", "lanyard import portal URL" + kit.Spaces(3) + asks})
	}
	return b.block
}
