package session_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// alerting is an option: alert 10 and 5 minutes before a token expires.
func (d *desk) alerting(on bool) {
	d.SetAlerts(on, []time.Duration{10 * time.Minute, 5 * time.Minute}, d.now)
}

// alerts returns the alerts that were reported, as texts.
func (d *desk) alerts() (all []session.Alert) {
	for _, f := range told[session.Alerts](d) {
		all = append(all, f.All...)
	}
	return all
}

func TestAlertsOnceEach(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.alerting(true)
	id := d.get(1)[0]
	ends := d.row(id).Token.ExpiresAt
	for _, want := range []struct {
		kind session.AlertKind
		left time.Duration
	}{
		{session.AlertLeft, 10 * time.Minute}, {session.AlertLeft, 5 * time.Minute},
		{session.AlertExpired, 0},
	} {
		at := ends.Add(-want.left)
		d.after(at.Sub(d.now) - time.Nanosecond)
		if all := d.alerts(); len(all) > 0 {
			t.Fatalf("too early: %+v", all)
		}
		if next := d.Next(); next.After(at) {
			t.Errorf("the next thing is at %s, an alert at %s", next, at)
		}
		d.after(time.Nanosecond)
		all := d.alerts()
		if len(all) != 1 || all[0].Kind != want.kind || all[0].Before != want.left ||
			all[0].Row.ID != id {
			t.Fatalf("%s before its end: %+v", want.left, all)
		}
		d.changed()
		d.alerting(true)
		d.run(d.tick(d.now.Add(time.Second))...)
		if all := d.alerts(); len(all) > 0 {
			t.Errorf("told again: %+v", all)
		}
	}
	d.after(24 * time.Hour)
	if all := d.alerts(); len(all) > 0 {
		t.Errorf("told later: %+v", all)
	}
}

// After a long sleep only the last alert of each token is reported.
func TestAlertsAfterASleep(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.alerting(true)
	d.get(2)
	d.run(d.tick(d.now.Add(5 * time.Hour))...)
	all := once[session.Alerts](d).All
	if len(all) != 2 {
		t.Fatalf("told %+v", all)
	}
	for _, a := range all {
		if a.Kind != session.AlertExpired {
			t.Errorf("told %+v", a)
		}
	}
}

// Events before the start of the console are not reported. No alert is reported if alerts are off.
// A token whose whole life is shorter than an alert's time is not told of at its beginning.
func TestAlertsOfAShortLife(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.alerting(true)
	d.after(time.Hour)
	d.get(1)
	b := d.stored()
	b.Tokens[0].ExpiresAt = d.now.Add(7 * time.Minute)
	d.file(b)
	d.after(time.Second)
	if all := d.alerts(); len(all) > 0 {
		t.Errorf("at its beginning: %+v", all)
	}
	d.after(2 * time.Minute)
	if all := d.alerts(); len(all) != 1 || all[0].Before != 5*time.Minute {
		t.Errorf("five minutes before its end: %+v", all)
	}
}

func TestAlertsFromNowOn(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	d.now = d.now.Add(52 * time.Minute) // 8 are left
	late := sit(t, func(o *options) { o.now = d.now })
	b := d.stored()
	late.alerting(true)
	late.run(late.file(b)...)
	if all := late.alerts(); len(all) > 0 {
		t.Errorf("told of the past: %+v", all)
	}
	late.alerting(false)
	late.after(4 * time.Minute)
	if all := late.alerts(); len(all) > 0 {
		t.Errorf("told while they are off: %+v", all)
	}
	late.alerting(true)
	late.after(10 * time.Minute)
	if all := late.alerts(); len(all) == 0 || all[len(all)-1].Kind != session.AlertExpired {
		t.Errorf("told %+v", all)
	}
}

func TestAlertsOfTheEnd(t *testing.T) {
	t.Parallel()
	for _, replaced := range []bool{false, true} {
		d := sit(t, func(o *options) {
			o.app = func(a *console.Application) { a.Environment.Regime = console.RegimeOpaque }
		})
		d.api.refresh = replaced
		d.alerting(true)
		id := d.get(1)[0]
		want := session.AlertDead
		if replaced {
			want = session.AlertOver
			d.does(session.Renew{Token: id})
		} else {
			d.does(session.Revoke{Token: id})
		}
		d.after(20 * time.Minute) // the gateway's window is 15
		all := d.alerts()
		if len(all) != 1 || all[0].Kind != want || all[0].Row.ID != id {
			t.Errorf("told %+v, want %d", all, want)
		}
	}
}

// An event before the start is not reported together with a later one.
func TestAlertsLeaveThePastAlone(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.get(1)
	d.now = d.now.Add(30 * time.Minute)
	id := d.get(1)[0]
	d.now = d.now.Add(40 * time.Minute) // the first has expired
	late := sit(t, func(o *options) { o.now = d.now })
	b := d.stored()
	late.alerting(true)
	late.file(b)
	late.tick(late.now.Add(11 * time.Minute))
	if all := late.alerts(); len(all) != 1 || all[0].Row.ID != id {
		t.Errorf("told %+v", all)
	}
}
