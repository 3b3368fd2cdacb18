package ui

import (
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// about is what a notice speaks of: a call to a server, if one was made. The call itself is looked for when somebody
// asks, because the answer comes in before the board that holds the call is read again.
type about struct {
	tokenID, appID string
	verbs          string    // what such a call is called in Activity, separated by spaces; "": no call
	since          time.Time // when the verb was begun: an older call is another one's
}

// aboutOf is the call that a fact tells of.
func aboutOf(f session.Fact) about {
	switch f := f.(type) {
	case session.Got:
		return about{appID: f.App, verbs: "get", since: f.Begun()}
	case session.Renewed:
		return about{tokenID: f.Token, appID: f.App, verbs: "refresh get", since: f.Begun()}
	case session.Probed:
		return about{tokenID: f.ID, verbs: "probe", since: f.Begun()}
	case session.Introspected:
		return about{tokenID: f.ID, verbs: "introspect", since: f.Begun()}
	case session.Delivery:
		return about{tokenID: f.Token.ID, appID: f.Token.AppID, verbs: "revoke", since: f.Begun}
	}
	return about{}
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
