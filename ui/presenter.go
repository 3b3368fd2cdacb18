package ui

import (
	"cmp"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/redact"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// present turns presenter mode on or off.
func (m *root) present(on bool) {
	m.set.Presenter = on
	m.redactBoard()
	if on {
		m.hideAgain()
		m.Notify(scene.Good, "presenter mode: no secret, key, user or host is shown",
			"the palette turns it off")
	} else {
		m.Notify(scene.Info, "presenter mode is off: users and hosts are shown again", "")
	}
}

// redactBoard redacts the names of the board in presenter mode.
func (m *root) redactBoard() {
	if m.set.Presenter {
		m.redactor = redact.New(m.names(), m.redactor)
	} else {
		m.redactor = nil
	}
	m.panes.apps.Measure(m.Scene())
}

// learnNames notes the names in a request before a server can repeat them.
func (m *root) learnNames(r session.Request) {
	known := &m.entered
	switch r := r.(type) {
	case session.Get:
		known.Users = append(known.Users, string(r.User))
	case session.Test:
		known.Applications = append(known.Applications, r.Draft.Application)
	case session.Save:
		known.Applications = append(known.Applications, r.Draft.Application)
	case session.AskPortal:
		known.Users = append(known.Users, r.Request.User)
		known.Addresses = append(known.Addresses, r.Request.Base)
	default:
		return
	}
	m.redactBoard()
}

// names returns the names that an audience must not see.
func (m *root) names() redact.Known {
	names := knownNames(m.board())
	names.Applications = append(names.Applications, m.entered.Applications...)
	names.Users = append(names.Users, m.entered.Users...)
	names.Addresses = append(names.Addresses, m.entered.Addresses...)
	return names
}

// knownNames returns the names on a board.
func knownNames(b *session.Board) redact.Known {
	names := redact.Known{Applications: b.Applications(), Users: b.Users()}
	for i := range b.Exchanges {
		names.Addresses = append(names.Addresses, b.Exchanges[i].URL)
	}
	for _, i := range b.Invitations {
		names.Addresses = append(names.Addresses, string(i.URL), string(i.Complete))
	}
	return names
}

// urgent is the countdown of presenter mode.
type urgent struct {
	paint themes.Paint
	time  string // "≤14:32"; "" when there is nothing to count
	words string // meaning of the time
	fp    string
	app   string
}

// mostUrgent returns the countdown for the newest token that was revoked and may still pass, else
// for the selected token.
func (m *root) mostUrgent(s *scene.Scene) urgent {
	r := m.board().LastEnding()
	if r == nil {
		r = m.target(s)
	}
	if r == nil { // the audience looks at the token whichever pane has the focus
		r = m.panes.tokens.Row(s)
	}
	if r == nil || r.Token == nil {
		return urgent{paint: m.st.Quiet, words: "no token is counted down"}
	}
	st, fp := m.board().Status(r, s.Now), r.Token.Fingerprint
	u := urgent{paint: m.st.Warn, fp: fp, app: s.Show(m.board().Apps[r.App].Name)}
	switch {
	case r.Pending():
		if at, left, _ := s.RevokeStage(r); at == describe.Undoable {
			u.time, u.words = s.Left(left), "until the revoke of "+fp+" is sent"
		} else {
			u.words = fp + ": " + s.RevokeWords(r)[0]
		}
	case r.State == console.Lingering && st.Reopened:
		u.paint, u.words = m.st.Danger, fp+" passes the gateway still, after its window"
	case r.State == console.Lingering && !st.StaleKnown:
		u.words = fp + " may still pass the gateway, nobody knows how long"
	case r.State == console.Lingering:
		u.time, u.words = "≤"+s.Left(st.StaleLeft), fp+" may still pass the gateway"
	case r.State == console.Active && st.HasExpiry:
		u.paint, u.time, u.words = m.st.Good, s.Left(st.Left), fp+" is active"
	case r.State == console.Expiring:
		u.time, u.words = s.Left(st.Left), fp+" is expiring"
	default:
		u.paint, u.words = m.st.Quiet, fp+" is "+string(r.State)
	}
	return u
}

// countdown draws the lines under the header in presenter mode: block digits where there is room,
// else one line.
func (m *root) countdown(s *scene.Scene) []string {
	if m.redactor == nil || m.layout() == tooSmall {
		return nil
	}
	u := m.mostUrgent(s)
	if m.h >= 24 && m.w >= 60 {
		return m.bigCountdown(u)
	}
	l := kit.NewLine("", 128)
	l.Gap(1)
	left := cmp.Or(u.time, "–")
	if len(u.time) > 0 && u.time[0] > '9' { // ≤
		left = "≤ " + u.time[len("≤"):]
	}
	room := m.w - 2
	texts := []string{u.words + "  " + left, u.words, left}
	if u.time == "" {
		texts = []string{u.words, kit.Fit(u.words, room)}
	} else if u.fp != "" {
		texts = []string{u.words + "  " + left, u.fp + "  " + left, left}
	}
	l.Put(string(u.paint+m.st.Strong), scene.Fitting(texts, room))
	return []string{l.End(m.w)}
}

func (m *root) bigCountdown(u urgent) []string {
	rows, scale := 3, 1
	if m.set.ASCII {
		rows, scale = 5, 0
	}
	big := kit.Big(u.time, scale)
	out := make([]string, rows)
	for i := range out {
		l := kit.NewLine("", 256)
		l.Gap(1)
		if len(big) == rows && u.time != "" {
			l.Put(string(u.paint), big[i])
			l.Gap(3)
		}
		room := max(m.w-1-l.Width(), 0)
		switch i {
		case rows / 2:
			l.Put(string(m.st.Strong), kit.Middle(u.words, room))
		case rows/2 + 1:
			l.Put(string(m.st.Quiet), kit.Middle(u.app, room))
		}
		out[i] = l.End(m.w)
	}
	return out
}
