package scene

import (
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/session"
)

type Severity int

// notice is one thing that was said. It fades from the screen and stays in the log.
type Notice struct {
	At       time.Time
	Severity Severity
	Text     string
	Hint     string
	About    About
}

func (n Notice) Look(st *themes.Styles) (sign string, paint themes.Paint) {
	switch n.Severity {
	case Good:
		return "✓", st.Good
	case Warn:
		return "!", st.Warn
	case Bad:
		return "✕", st.Danger
	}
	return "·", st.Accent
}

// about is what a notice speaks of: a call to a server, if one was made. The call itself is looked for when somebody
// asks, because the answer comes in before the board that holds the call is read again.
type About struct {
	TokenID, AppID string
	Verbs          string    // what such a call is called in Activity, separated by spaces; "": no call
	Since          time.Time // when the verb was begun: an older call is another one's
}

// call is the newest call that a notice can be about; nil when there was none, or when it is no longer kept.
func (n Notice) Call(b *session.Board) *console.Exchange {
	if n.About.Verbs == "" || n.About.Since.IsZero() {
		return nil
	}
	verbs := strings.Fields(n.About.Verbs)
	for i := len(b.Exchanges) - 1; i >= 0; i-- {
		e := &b.Exchanges[i]
		mine := e.TokenID != "" && e.TokenID == n.About.TokenID || e.TokenID == "" && e.AppID != "" && e.AppID == n.About.AppID
		if mine && slices.Contains(verbs, e.Verb()) && !e.Started.After(n.At) && !e.Started.Before(n.About.Since) {
			return e
		}
	}
	return nil
}

const (
	Info Severity = iota
	Good
	Warn
	Bad
)
