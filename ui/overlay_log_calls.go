package ui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

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

// concerned is a result that came of a call. key is the verb's place in busy.
type concerned interface {
	result
	about() (a about, key string)
}

func (r tokenGot) about() (about, string) {
	return about{appID: r.appID, verbs: "get"}, "app:" + r.appID
}

func (r tokenRenewed) about() (about, string) {
	return about{tokenID: r.id, appID: r.appID, verbs: "refresh get"}, r.id
}

func (r tokenProbed) about() (about, string) {
	return about{tokenID: r.id, verbs: "probe"}, r.id
}

func (r tokenIntrospected) about() (about, string) {
	return about{tokenID: r.box.id, verbs: "introspect"}, introspecting + r.box.id
}

// introspecting and deliveries begin the names of what is begun outside of busy.
const (
	introspecting = "introspect:"
	deliveries    = "deliver"
)

// began remembers when a verb was begun.
func (m *root) began(key string) { m.begun[key] = m.now }

// landed lets a result land; what is said meanwhile is about its call.
func (m *root) landed(r result) tea.Cmd {
	if c, ok := r.(concerned); ok {
		var key string
		m.about, key = c.about()
		m.about.since = m.begun[key]
		defer func() { m.about = about{} }()
	}
	return r.land(m)
}

// ofDelivery says that what is said next is about the delivery of a revoke.
func (m *root) ofDelivery(d console.Delivery) {
	m.about = about{tokenID: d.Token.ID, appID: d.Token.AppID, verbs: "revoke", since: m.begun[deliveries]}
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
