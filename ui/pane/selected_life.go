package pane

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// moments returns the events of the token's life. Without the audit log it lacks those that the
// token does not hold.
func (d *selected) moments() []console.Moment {
	var log []console.Event
	if d.p.Events != nil {
		log = d.p.Events(d.r.ID)
	}
	return console.LifeOf(*d.r.Token, d.status, log)
}

// line returns the life of the token as a line in time.
func (d *selected) line() kit.Life {
	t, st := d.r.Token, d.status
	l := kit.Life{Start: t.IssuedAt, Now: d.s.Now, End: st.ExpiresAt}
	if st.Ended {
		l.Ended = st.EndedAt
	}
	if st.StaleKnown && !st.Reopened {
		l.End = st.StaleUntil
	}
	if st.State.IsRefused() {
		l.Died = st.OverAt
	}
	for _, m := range d.moments() {
		if m.Kind == console.MomentGot || m.Upcoming() || m.Kind == console.MomentExpired ||
			m.Kind != console.MomentDead && !l.Died.IsZero() && !m.At.Before(l.Died) {
			continue // nothing after the death, whose label is its own
		}
		l.Events = append(l.Events, kit.LifeEvent{At: m.At, Label: d.label(m), Main: isMain(m)})
	}
	return l
}

// isMain reports whether an event decides how the token ends.
func isMain(m console.Moment) bool {
	switch m.Kind {
	case console.MomentAccepted, console.MomentReplaced, console.MomentEnded, console.MomentDead:
		return true
	}
	return false
}

// label is the label of an event on the line of life.
func (d *selected) label(m console.Moment) string {
	switch clock := d.clock(m.At); {
	case m.Kind == console.MomentDead && d.r.State == console.Superseded:
		return "over " + clock
	case d.isDue(m):
		return "revoke due " + clock
	default:
		return describe.MomentLabel(m, clock)
	}
}

// isDue reports whether a moment is the time at which a pending revoke is sent.
func (d *selected) isDue(m console.Moment) bool {
	return m.Kind == console.MomentDecided && d.r.Pending() && m.At.Equal(d.r.Token.RevokeAt)
}

// clock writes a time as the line of life does: to the second if the token has ended, because then
// seconds count.
func (d *selected) clock(t time.Time) string {
	if d.status.Ended {
		return stamp(d.s, t)
	}
	return d.minute(t)
}

// minute writes the time of an event to the minute.
func (d *selected) minute(t time.Time) string { return describe.ClockTime(t, d.s.Now) }

// shortestLine is the least number of cells of a line of life that has texts at its ends.
const shortestLine = 12

// ends returns the texts left and right of a line of life, all in w cells. The end of the token
// counts more than its issue.
func (d *selected) ends(w int, timed bool) (lead, tail string) {
	word := "issued "
	if d.r.Token.Grant == console.GrantAdopted {
		word = "adopted "
	}
	for _, text := range d.ending(timed) {
		tail = " " + text
		for _, lead := range []string{word + d.minute(d.r.Token.IssuedAt) + " ", ""} {
			if kit.Width(lead+tail)+shortestLine <= w {
				return lead, tail
			}
		}
	}
	return "", ""
}

// life draws the line of life and the line of its labels, w cells each. timed reports that the time
// for which a revoked token may pass stands beside them.
func (d *selected) life(w int, timed bool) (line, labels string) {
	l := d.line()
	lead, tail := d.ends(w-2, timed)
	for i := range l.Events {
		if " "+l.Events[i].Label == tail { // it is said once
			l.Events[i].Label = ""
		}
	}
	n := w - 2 - kit.Width(lead+tail)
	if !d.r.State.IsOver() && n > 0 { // the sign for now moves
		whole := d.s.Now.Sub(l.Start)
		if !l.End.IsZero() {
			whole = l.End.Sub(l.Start)
		}
		d.s.ChangesIn(max(whole/time.Duration(n), time.Second))
	}
	out := kit.NewLine("", 512)
	out.Gap(1)
	out.Put(string(d.s.Styles.Quiet), lead)
	for _, span := range l.Draw(n) {
		out.Put(string(d.paintOf(span.Kind)), span.Text)
	}
	out.Put("", tail)
	under := kit.NewLine("", 512)
	under.Gap(1)
	if !putLabels(under, d.s.Styles.Quiet, l, kit.Width(lead), max(n, 0), kit.Width(tail)) {
		return out.End(w), kit.Spaces(w)
	}
	return out.End(w), under.End(w)
}

// putLabels appends the labels of a line of life to the line under it, and a blank. See
// [kit.Life.Labels]. Blanks before the line have no paint. It reports whether there is a label.
func putLabels(under *kit.Line, paint themes.Paint, l kit.Life, before, w, after int) bool {
	text := l.Labels(before, w, after)
	free := min(before, len(text)-len(strings.TrimLeft(text, " ")))
	under.Gap(free)
	under.Put(string(paint), text[free:]+" ")
	return strings.TrimSpace(text) != ""
}

// paintOf returns the colour of a part of the line of life.
func (d *selected) paintOf(kind kit.LifeKind) themes.Paint {
	switch kind {
	case kit.LifeAfter, kit.LifeMayStillPass:
		return d.s.Styles.Danger
	case kit.LifeLeft:
		_, paint := d.s.Look(d.r.State)
		return paint
	case kit.LifePast:
		return d.s.Styles.Quiet
	case kit.LifeMark:
	}
	return d.s.Styles.Strong
}

// ending describes how the token ends or has ended, the longest form first. See life for timed.
func (d *selected) ending(timed bool) []string {
	s, st := d.s, d.status
	switch {
	case st.State.IsRefused():
		word := "dead"
		if st.State == console.Superseded {
			word = "over"
		}
		return []string{word + " " + stamp(s, st.OverAt), word}
	case st.State == console.Expired:
		return []string{"expired " + s.Ago(st.ExpiresAt), "expired"}
	case st.State == console.Lingering && st.Reopened:
		return []string{"let through after its window", "let through"}
	case st.State == console.Lingering && !st.StaleKnown:
		return []string{"may pass, nobody knows how long", "may pass"}
	case st.State == console.Lingering:
		until := "may pass until " + stamp(s, st.StaleUntil)
		if timed {
			return []string{until + " at most", until, "may pass"}
		}
		most := "≤" + s.AtMost(st.StaleLeft)
		return []string{until + " at most", until, "may pass " + most, most}
	}
	left := s.Voice().Life(*d.r.Token, st)
	if !st.HasExpiry || st.Left == 0 {
		return []string{left}
	}
	return []string{left + ", expires " + d.minute(st.ExpiresAt), left}
}

// atMost draws the time for which a revoked token may pass: "at most" and digits in three lines of
// wide cells. wide is 0 if there is no such time or no room.
func (d *selected) atMost(w int) (lines []string, wide int) {
	if d.r.State != console.Lingering || !d.status.StaleKnown || d.status.Reopened {
		return nil, 0
	}
	return bigTime(d.s, "at most", d.s.AtMost(d.status.StaleLeft), d.s.Styles.Danger, w/2)
}

// bigTime draws a time in digits three rows high, with words before the middle row. It returns nil
// if it needs more than w cells. Without block characters it writes the time as text.
func bigTime(s *scene.Scene, words, at string, paint themes.Paint, w int) ([]string, int) {
	digits := kit.Big(at, 1)
	if s.ASCII || digits == nil {
		digits = []string{kit.Spaces(kit.Width(at)), at, kit.Spaces(kit.Width(at))}
	}
	lead := 1 + kit.Width(words) + 2
	if words == "" {
		lead = 2
	}
	wide := lead + kit.Width(digits[0]) + 3
	if wide > w {
		return nil, 0
	}
	out := make([]string, len(digits))
	for i, row := range digits {
		l := kit.NewLine("", 256)
		l.Gap(1)
		if i == len(digits)/2 {
			l.Put(string(s.Styles.Quiet), words)
		}
		l.Gap(lead - l.Width())
		l.Put(string(paint), row)
		out[i] = l.End(wide)
	}
	return out, wide
}

// event is a line of the list of a token's life.
type event struct {
	at    time.Time
	text  string
	short string
}

// events returns the life of the token as a list, with now. At most most events are listed: the
// first, and the newest ones.
func (d *selected) events(most int) []event {
	var all []event
	coming := false
	add := func(m console.Moment) {
		e := event{m.At, describe.Moment(m), describe.MomentBrief(m)}
		if m.Kind == console.MomentProbed {
			e.text = "probe  " + describe.Code(m.Status, m.FaultCode)
			e.short = "probe  " + describe.Code(m.Status, 0)
			if m.Times > 1 {
				times := " ×" + strconv.Itoa(m.Times)
				e.text += times + ", last " + stamp(d.s, m.Until)
				e.short += times
			} else if took := d.took(m); took != "" {
				e.text += "  " + kit.Right(took, 6)
				e.short += "  " + kit.Right(took, 6)
			}
		}
		if by := fingerprintOf(d.s, m.By); m.Kind == console.MomentReplaced && by != "" {
			e.text, e.short = "replaced by "+by, ""
		}
		if d.isDue(m) {
			if e.text, e.short = "the revoke is sent", ""; !m.At.After(d.s.Now) {
				e.text = "the revoke was due"
			}
		}
		all = append(all, e)
	}
	for _, m := range d.moments() {
		if m.At.Truncate(time.Second).After(d.s.Now) && !coming { // Now has whole seconds
			coming = true
			all = append(all, d.present())
		}
		add(m)
	}
	if d.r.Token.ExpiresAt.IsZero() && !d.status.Ended {
		all = append(all, event{time.Time{}, d.s.Voice().Life(*d.r.Token, d.status), ""})
	}
	if over := len(all) - most; over > 0 && most > 2 {
		left := event{text: strconv.Itoa(over+1) + " earlier"}
		all = slices.Replace(all, 1, over+2, left)
	}
	return all
}

// present returns the line for now. It has seconds only if they count, so that the screen is not
// drawn each second for a token that lives for hours.
func (d *selected) present() event {
	step, now := time.Second, event{at: d.s.Now, text: "now"}
	if max(d.status.Left, d.status.StaleLeft) >= time.Hour {
		step, now.short = time.Minute, d.s.Now.Format("15:04")
	}
	d.s.ChangesIn(step - d.s.Now.Sub(d.s.Now.Truncate(step)))
	return now
}

// took returns the duration of the call of a probe, if the call is known.
func (d *selected) took(m console.Moment) string {
	for i := range d.s.Board.Exchanges {
		e := &d.s.Board.Exchanges[i]
		if e.TokenID == d.r.ID && e.Call.Probe.At.Equal(m.At) { // the call names its probe
			return scene.Took(e.Took)
		}
	}
	return ""
}

// lifeBlock lists the life of the token, a line for an event.
func (d *selected) lifeBlock(w, indent, most int) block {
	b := d.block("Life", w, indent)
	list := d.events(most)
	wide := 8
	for _, e := range list {
		if !e.at.IsZero() {
			wide = max(wide, kit.Width(stamp(d.s, e.at)))
		}
	}
	for _, e := range list {
		at := ""
		if e.text == "now" && e.short != "" {
			at, e.short = e.short, ""
		} else if !e.at.IsZero() {
			at = stamp(d.s, e.at)
		}
		text := scene.Fitting([]string{e.text, cmp.Or(e.short, e.text)}, b.room()-wide-2)
		b.add(cell{d.s.Styles.Quiet, kit.Fit(at, wide) + "  "}, cell{"", cmp.Or(text, e.text)})
	}
	return b.block
}
