package ui

import (
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/session"
)

type severity int

// notice is one thing that was said. It fades from the screen and stays in the log.
type notice struct {
	at    time.Time
	sev   severity
	text  string
	hint  string
	about about
}

func (n notice) look(st *themes.Styles) (sign string, paint themes.Paint) {
	switch n.sev {
	case good:
		return "✓", st.Good
	case warn:
		return "!", st.Warn
	case bad:
		return "✕", st.Danger
	}
	return "·", st.Accent
}

// about is what a notice speaks of: a call to a server, if one was made. The call itself is looked for when somebody
// asks, because the answer comes in before the board that holds the call is read again.
type about struct {
	tokenID, appID string
	verbs          string    // what such a call is called in Activity, separated by spaces; "": no call
	since          time.Time // when the verb was begun: an older call is another one's
}

// call is the newest call that a notice can be about; nil when there was none, or when it is no longer kept.
func (n notice) call(b *session.Board) *console.Exchange {
	if n.about.verbs == "" || n.about.since.IsZero() {
		return nil
	}
	verbs := strings.Fields(n.about.verbs)
	for i := len(b.Exchanges) - 1; i >= 0; i-- {
		e := &b.Exchanges[i]
		mine := e.TokenID != "" && e.TokenID == n.about.tokenID || e.TokenID == "" && e.AppID != "" && e.AppID == n.about.appID
		if mine && slices.Contains(verbs, whatOf(e.Op)) && !e.Started.After(n.at) && !e.Started.Before(n.about.since) {
			return e
		}
	}
	return nil
}

const (
	info severity = iota
	good
	warn
	bad
)
