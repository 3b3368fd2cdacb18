package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/session"
)

// dying returns a desk with a revoked token that is probed until it is dead. The first probe is in
// flight.
func dying(t *testing.T) (d *desk, id string, probe []session.Work) {
	t.Helper()
	d = sit(t)
	id = d.get(1)[0]
	d.does(session.Revoke{Token: id})
	d.after(4 * time.Second)
	d.facts = nil
	probe = d.ask(session.ProbeUntilDead{Tokens: []string{id}})
	if f := once[session.ProbesBegan](d); f.N != 1 || f.Fingerprint != fp(1) {
		t.Errorf("began %+v", f)
	}
	if len(probe) != 1 || !d.IsProbing(id) {
		t.Fatalf("%d probes at once", len(probe))
	}
	return d, id, probe
}

// The intervals between probes are those of console.ProbeLoop.
func TestProbesFollowTheCadence(t *testing.T) {
	t.Parallel()
	d, id, probe := dying(t)
	if len(d.tick(d.now.Add(time.Second))) > 0 {
		t.Error("it is probed twice at a time")
	}
	loop := console.ProbeLoop{Began: d.now.Add(-time.Second)}
	for i := range 20 {
		before := d.api.probes
		if d.run(probe...); d.api.probes != before+1 {
			t.Fatalf("probe %d: %d calls", i, d.api.probes-before)
		}
		loop.Answered(console.ProbeAnswer{Verdict: tokenapi.Accepted, At: d.now})
		want := loop.Next(*d.row(id).Token, d.Policy(d.apps[0].ID), d.now)
		if want.Stop != console.GoOn || !want.At.After(d.now) {
			t.Fatalf("probe %d: the rule says %+v", i, want)
		}
		d.run(d.tick(want.At.Add(-time.Nanosecond))...)
		if d.api.probes != before+1 {
			t.Fatalf("probe %d comes too early", i+1)
		}
		if at := d.Next(); at.After(want.At) {
			t.Fatalf("the next thing is at %s, a probe at %s", at, want.At)
		}
		probe = d.tick(want.At)
		if len(probe) == 0 {
			t.Fatalf("probe %d does not come", i+1)
		}
	}
	never[session.ProbesEnded](d)
	never[session.ProbesHopeless](d)
}

func TestProbesEnd(t *testing.T) {
	t.Parallel()
	d, id, probe := dying(t)
	d.run(probe...)
	d.api.gateway = 401
	d.after(2 * time.Minute)
	f := once[session.ProbesEnded](d)
	if f.Stop != console.StopDead || f.Fingerprint != fp(1) || f.Token.ID != id ||
		console.Hopeless(f.Answer) {
		t.Errorf("ended %+v", f)
	}
	if f.Loop.Accepted != 1 || f.Loop.Refused != 3 || d.IsProbing(id) {
		t.Errorf("%d accepted, %d refused, goes on %t", f.Loop.Accepted, f.Loop.Refused,
			d.IsProbing(id))
	}
	n := d.api.probes
	if d.after(time.Hour); d.api.probes != n {
		t.Error("it is probed after its end")
	}
	d.does(session.ProbeUntilDead{Tokens: []string{id}})
	if f := once[session.DeadAlready](d); f.Fingerprint != fp(1) || d.IsProbing(id) {
		t.Error("a dead token is probed again")
	}
	never[session.ProbesBegan](d)
}

func TestProbesStop(t *testing.T) {
	t.Parallel()
	d, id, probe := dying(t)
	if work := d.ask(session.ProbeUntilDead{Tokens: []string{id}}); len(work) > 0 {
		t.Error("stopping it begins something")
	}
	if f := once[session.ProbesStopped](d); f.Fingerprint != fp(1) || d.IsProbing(id) {
		t.Errorf("stopped %+v", f)
	}
	d.run(probe...) // the answer to the one that was out changes nothing
	d.after(time.Minute)
	if d.api.probes != 1 {
		t.Errorf("%d probes", d.api.probes)
	}
	never[session.ProbesEnded](d)
}

// The answer to a probe of a stopped loop does not count for a later loop.
func TestProbesBeginAgain(t *testing.T) {
	t.Parallel()
	d, id, old := dying(t)
	d.ask(session.ProbeUntilDead{Tokens: []string{id}})
	d.now = d.now.Add(time.Second)
	fresh := d.ask(session.ProbeUntilDead{Tokens: []string{id}})
	if len(fresh) != 1 {
		t.Fatalf("%d probes as it begins again", len(fresh))
	}
	d.run(old...)
	if work := d.tick(d.now.Add(20 * time.Second)); len(work) > 0 {
		t.Error("a second probe is sent while the first is out")
	}
	d.run(fresh...)
	d.ask(session.ProbeUntilDead{Tokens: []string{id}})
	for _, f := range told[session.ProbesStopped](d)[1:] {
		if f.Loop.Probes != 1 {
			t.Errorf("%d probes count", f.Loop.Probes)
		}
	}
}

// If probes prove nothing, each reason is reported once and the loop ends.
func TestProbesAreHopeless(t *testing.T) {
	t.Parallel()
	d, id, probe := dying(t)
	d.api.why = tokenapi.WhyOpen
	d.run(probe...)
	f := once[session.ProbesHopeless](d)
	if !console.Hopeless(f.Answer) || f.Fingerprint != fp(1) || f.Token.ID != id {
		t.Errorf("told %+v", f)
	}
	d.after(time.Minute)
	never[session.ProbesHopeless](d)
	e := once[session.ProbesEnded](d)
	if e.Stop != console.StopVain || e.Answer.Why != f.Answer.Why || d.IsProbing(id) {
		t.Errorf("ended %+v", e)
	}
}

func TestProbesFail(t *testing.T) {
	t.Parallel()
	d, id, probe := dying(t)
	err := d.kept.Update(t.Context(), func(w console.Writer) error { return w.DropToken(id) })
	if err != nil {
		t.Fatal(err)
	}
	d.run(probe...)
	if f := once[session.ProbeFailed](d); f.Err == nil || d.IsProbing(id) {
		t.Errorf("told %+v", f)
	}
	d.does(session.ProbeUntilDead{Tokens: []string{id}})
	never[session.ProbesBegan](d)
}

// A request for several tokens starts loops for those that have none.
func TestProbeSeveral(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(3)
	d.does(session.ProbeUntilDead{Tokens: ids[:1]})
	once[session.ProbesBegan](d)
	d.does(session.ProbeUntilDead{Tokens: append(ids, "t_gone")})
	if f := once[session.ProbesBegan](d); f.N != 2 || f.Fingerprint != fp(3) {
		t.Errorf("began %+v", f)
	}
	d.does(session.ProbeUntilDead{Tokens: ids})
	if n := len(told[session.ProbesStopped](d)); n != 3 {
		t.Errorf("%d stopped", n)
	}
}

func TestRepeatedProbesAreAskedAbout(t *testing.T) {
	t.Parallel()
	d := sit(t, func(o *options) {
		o.app = func(a *console.Application) { a.Details.ProbeMethod = "POST" }
	})
	id := d.get(1)[0]
	d.ask(session.ProbeUntilDead{Tokens: []string{id}})
	q := once[session.Ask](d)
	if about, ok := q.About.(session.Repeating); !ok || about.Words == "" || d.IsProbing(id) {
		t.Fatalf("asked about %+v", q.About)
	}
	if d.ask(q.Then); !d.IsProbing(id) {
		t.Error("not probed after a yes")
	}
}

func TestProbesEndWithTheConsole(t *testing.T) {
	t.Parallel()
	d, _, probe := dying(t)
	d.run(probe...)
	d.does(session.Quit{})
	n := d.api.probes
	if d.after(time.Hour); d.api.probes != n {
		t.Error("it probes while it quits")
	}
}

// A slow answer about one token does not delay the probes of others.
func TestProbesOfTwoTokens(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	slow := d.ask(session.ProbeUntilDead{Tokens: ids[:1]})
	d.does(session.ProbeUntilDead{Tokens: ids[1:]})
	work := d.tick(d.now.Add(time.Minute))
	if len(slow) != 1 || len(work) != 1 {
		t.Fatalf("%d probes while one is out", len(work))
	}
	if d.run(work...); d.api.probes != 2 {
		t.Errorf("%d probes", d.api.probes)
	}
	d.run(slow...)
	if d.after(30 * time.Second); d.api.probes < 5 {
		t.Errorf("%d probes", d.api.probes)
	}
}
