package pane

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// From these widths on the phrases of the verbs are long, or of middle length.
const (
	longVerbs   = 110
	middleVerbs = 90
)

// verbs returns what each verb would do to the token, on a line of w cells. Without a frame around
// it, a line has short forms.
func (d *selected) verbs(w int) []phrase {
	m := d.s.Keys
	everything, opens := does(m.Key(keys.Inspect), "everything"), m.Key(keys.Inspect)
	if w < middleVerbs {
		everything = does(opens, "opens it")
	}
	everything.kept = true
	if d.does.Locked {
		everything.texts = append([]string{"everything that needs no secret"}, everything.texts...)
		return append(d.locked(), everything)
	}
	all := d.verbsOf(w)
	if d.p.Key != "" && d.r.State == console.Lingering {
		all = append(all, does(d.p.Key, d.p.Does))
	}
	return append(all, everything)
}

// voice returns the voice for a bound. It notes no change of one that time does not shorten.
func (d *selected) voice(b console.Bound) describe.Voice {
	v := d.s.Voice()
	if b.Window {
		v.AtMost = console.AtMost
	}
	return v
}

// locked returns the consequence of a lock.
func (d *selected) locked() []phrase {
	if !d.s.Key.NeedsPassphrase() {
		return []phrase{say(describe.NoKeyVerbs).painted(d.s.Styles.Warn)}
	}
	if d.s.Key.Fresh() { // nothing is sealed yet
		return []phrase{say(describe.FreshVerbs).painted(d.s.Styles.Warn)}
	}
	unlock := does(d.s.Keys.Way(keys.Unlock), "unlocks")
	return []phrase{say(describe.LockedVerbs).painted(d.s.Styles.Warn), unlock}
}

// verbsOf returns the phrases that depend on the state of the token.
func (d *selected) verbsOf(w int) []phrase {
	m, v := d.s.Keys, d.s.Voice()
	renews := d.voice(d.does.Refreshed).Renews(d.does)
	if w < longVerbs && len(renews) > 4 {
		renews = renews[2:]
	}
	if w < middleVerbs && len(renews) > 2 {
		renews = renews[1:]
	}
	renew := does(m.Way(keys.Renew), renews...)
	revoke := does(m.Way(keys.Revoke), describe.Revokes(d.does)...)
	switch {
	case d.status.Pending:
		return d.revoking()
	case d.r.State == console.Unsure:
		if n := len(renews); n > 0 { // the first line has the reason
			renew.texts = renews[n-1:]
		}
		lost := say("of a token that only the lost answer held, " +
			v.LostEnds(*d.r.Token.Unsure))
		return []phrase{renew, revoke, lost}
	case d.r.State == console.Lingering:
		var all []phrase
		if d.does.Renewal == console.RenewalRefresh {
			all = append(all, renew)
		}
		if d.does.Revocable {
			all = append(all, revoke)
		}
		return append(all, d.probes()...)
	case d.does.Over:
		return d.another()
	case d.does.ReadOnly:
		return append([]phrase{say("read-only: only a probe and a copy work here", "read-only")},
			append(d.probes(), d.copies(w)...)...)
	}
	if d.probing() {
		return append(d.probes(), renew, revoke)
	}
	return append([]phrase{renew, revoke}, d.copies(w)...)
}

// probing reports whether the token is probed until the gateway refuses it.
func (d *selected) probing() bool { return d.s.Session != nil && d.s.Session.IsProbing(d.r.ID) }

// briefForms is the number of the forms of a pending revoke that leave room for others. The first
// one of these has the reason in a few words.
const briefForms = 3

// revoking returns the stage of a revoke that the server has not accepted.
func (d *selected) revoking() []phrase {
	s, v := d.s, d.s.Voice()
	if !d.r.Pending() { // decided on another row of the same token
		return append([]phrase{say(s.Detail(d.r)...)}, d.probes()...)
	}
	if at, left, _ := s.RevokeStage(d.r); at == describe.Undoable {
		in := v.Wait(left)
		all := []phrase{
			say("the revoke is sent in "+in, "sent in "+in).painted(s.Styles.Warn),
			does(s.Keys.Way(keys.Undo), "undoes it"),
		}
		if !d.status.Ended { // one that was replaced need not work
			all = append(all,
				phrase{texts: []string{"until then the token works as before"}, spare: true})
		}
		return all
	}
	words := s.RevokeWords(d.r)
	stage := say(words[max(len(words)-briefForms, 0):]...).painted(s.Styles.Warn)
	stage.firm = true // why the server has not accepted it matters more than the probes
	return append([]phrase{stage}, d.probes()...)
}

// probes returns what a probe can do.
func (d *selected) probes() []phrase {
	if !d.does.Probeable {
		return []phrase{say("no probe: the application has no probe URL")}
	}
	m := d.s.Keys
	if d.probing() {
		return []phrase{does(m.Way(keys.ProbeUntilDead), "stops the probes").
			painted(d.s.Styles.Accent)}
	}
	once := does(m.Way(keys.Probe), "probes it")
	if !d.does.UntilDead {
		return []phrase{once}
	}
	return []phrase{once, does(m.Way(keys.ProbeUntilDead), "until it is dead")}
}

// copies returns how to copy the token. Where there is room it names the forms.
func (d *selected) copies(w int) []phrase {
	m := d.s.Keys
	if w < longVerbs {
		return []phrase{does(m.Way(keys.Copy), "copies")}
	}
	as := m.Way(keys.CopyAs)
	header, curl := does(as+" h", "header"), does(as+" c", "curl")
	header.spare, curl.spare = true, true
	if d.a.ProbeURL == "" {
		curl = phrase{}
	}
	return []phrase{does(m.Way(keys.Copy), "token"), header, curl}
}

// another returns how to get a token in place of one that is over, and what is left to revoke.
func (d *selected) another() []phrase {
	var all []phrase
	m := d.s.Keys
	if d.does.Renewal == console.RenewalRefresh {
		all = append(all, does(m.Way(keys.Renew), d.voice(d.does.Refreshed).Renews(d.does)...))
	}
	if d.does.Revocable {
		all = append(all, does(m.Way(keys.Revoke), describe.Revokes(d.does)...))
	}
	if d.a.CannotGet("") != "" {
		return all
	}
	name, gets := d.s.AppName(d.r.App), d.gets()
	return append(all, does(m.Way(keys.Get), gets+" for "+name, gets+" for "+kit.Middle(name, 24),
		gets))
}

// gets returns what a get for the application brings.
func (d *selected) gets() string {
	if r := d.a.GotAgain(d.s.Now); r != nil {
		return "gets " + r.Token.Fingerprint + " again"
	}
	return "gets a new one"
}

// lost returns four lines about a get whose answer was lost.
func (d *selected) lost(w int) [][]phrase {
	s, m := d.s, d.r.Mark
	what, bound, sooner := describe.LostRequest(stamp(s, m.SentAt), endsBy(s, m))
	var last []phrase
	switch d.a.CannotGet("") {
	case "":
		last = append(last, does(s.Keys.Way(keys.Get), "asks anew"))
	case console.CodeGone:
		last = append(last, say("the application is no longer configured"))
	}
	if s.Session == nil || s.Session.HasCallOfMark(m.ID) {
		last = append(last, does(s.Keys.Key(keys.Inspect), "the exchange"))
	}
	return [][]phrase{
		{d.name(w), d.word(), say(what...)}, {say(bound...)}, {say(sooner...)},
		append(last, does(s.Keys.Way(keys.Messages), "the log line")),
	}
}

// request returns four lines about what a get would request for the selected application.
func (p *Selected) request(s *scene.Scene, w int) [][]phrase {
	get := s.Keys.Way(keys.Get)
	a, ok := s.OneApp()
	switch {
	case len(s.Board.Apps) == 0:
		return [][]phrase{{
			say("Nothing is selected. " + s.Keys.Hint(keys.AddApp, "adds the first application") +
				"."),
		}, nil, nil, nil}
	case !ok:
		why := text.Sentence(s.Show(noToken(s, "").Why)) + "."
		return [][]phrase{{say(why, "no token")}, nil, nil,
			{say(selects(s)), does(get, "asks for which application")}}
	}
	first := []phrase{
		{texts: []string{kit.Middle(s.Show(a.Name), max(24, w/3))}, paint: s.Styles.Strong,
			firm: true},
		say("no token"), say(place(s, a)...),
	}
	with := does(s.Keys.Way(keys.GetWith), "asks with another grant, scopes or user",
		"asks otherwise")
	edit := does(s.Keys.Way(keys.EditApp), "edits the application", "edits")
	switch a.CannotGet("") {
	case console.CodeGone:
		return [][]phrase{append(first, say("no longer configured")), nil, nil, nil}
	case console.CodeReadOnly:
		return [][]phrase{append(first, say("read-only: nothing is requested")), nil, nil, nil}
	case console.CodeNoGrant:
		return [][]phrase{append(first, say("its grant only refreshes")), nil, nil, {with, edit}}
	}
	owner := s.Show(describe.WillOwn(a.Application))
	request := describe.Requests(a.Grant, kit.Clean(spaced(a.Scopes)), owner)
	var at []string
	if url := s.Show(a.Environment.Endpoints.TokenURL); url != "" {
		at = append(at, request[0]+", at "+url)
	} else if issuer := s.Show(a.Environment.Issuer); issuer != "" {
		at = append(at, request[0]+", at the token endpoint of "+issuer)
	}
	return [][]phrase{
		append(first, say("what "+get+" would request:")),
		{say(append(at, request...)...)},
		{say(describe.Brings(a.Grant, s.Board.LastLife(a.Environment.Name))...)},
		{does(get, "gets it"), with, edit},
	}
}
