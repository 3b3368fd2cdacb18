package session_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// game drives a session by a script: each byte is a choice. Work is held back, and its events are
// applied in any order.
type game struct {
	*desk
	script []byte
	work   []session.Work  // has not run
	events []session.Event // were not applied
	then   []session.Request
	over   bool // Finished was reported, without Now
}

// next returns a number below n.
func (g *game) next(n int) int {
	if len(g.script) == 0 {
		return 0
	}
	b := g.script[0]
	g.script = g.script[1:]
	return int(b) % n
}

// take removes and returns one of several values.
func take[T any](g *game, from *[]T) (one T, ok bool) {
	if len(*from) == 0 {
		return one, false
	}
	i := g.next(len(*from))
	one = (*from)[i]
	*from = slices.Delete(*from, i, i+1)
	return one, true
}

// goesOn takes the result of a call, and checks what must hold after each call.
func (g *game) goesOn(work []session.Work) {
	g.t.Helper()
	g.work = append(g.work, work...)
	for _, f := range g.facts {
		switch f := f.(type) {
		case session.Ask:
			g.then = append(g.then, f.Then)
		case session.Finished:
			if f.Now {
				continue // it does not wait
			}
			if g.over {
				g.t.Fatal("it has finished twice")
			}
			if g.over = true; g.clip.leaks || g.Clearing() {
				g.t.Fatal("it has finished, and the clipboard is not clear")
			}
		}
	}
	g.facts = nil
	if at := g.Next(); !at.IsZero() && !at.After(g.now) {
		g.t.Fatalf("at %s the next thing is due at %s", g.now, at)
	}
}

// token returns the ID of a token, which may be gone.
func (g *game) token() string {
	all := slices.Collect(g.Tokens())
	if i := g.next(len(all) + 1); i < len(all) {
		return all[i].ID
	}
	return "t_gone"
}

func (g *game) tokens() (ids []string) {
	for range g.next(4) {
		ids = append(ids, g.token())
	}
	return ids
}

// request returns one of all requests.
func (g *game) request() session.Request {
	app := g.apps[g.next(len(g.apps))]
	switch g.next(31) {
	case 0, 1, 2:
		return session.Get{App: app.ID}
	case 3, 4:
		return session.Renew{Token: g.token()}
	case 5, 6:
		return session.Revoke{Token: g.token()}
	case 7:
		return session.Undo{Token: g.token(), One: g.next(2) == 0}
	case 8:
		return session.Undo{}
	case 9, 10:
		return bare(g.token())
	case 11:
		return session.CopyText{What: "the code", Text: "ABCD"}
	case 12:
		return session.Probe{Token: g.token()}
	case 13, 14:
		return session.ProbeUntilDead{Tokens: g.tokens()}
	case 15, 16, 17:
		return session.Bulk{Verb: session.Verb(g.next(3)), Tokens: g.tokens(),
			Marked: g.next(2) == 0}
	case 18:
		return session.GiveUp{App: app.ID}
	case 19:
		return session.Unlock{Passphrase: secret.New(passphrase)}
	case 20:
		return session.Forget{What: console.ForgetWhat{Over: true}}
	case 21:
		return session.ReadLog{}
	case 22:
		return session.WriteOut{Quit: g.next(8) == 0}
	case 23:
		return session.Test{Draft: console.Draft{Application: app}}
	case 24:
		return session.Delete{App: app.ID}
	case 25:
		return session.Adopt{App: app.ID, Access: secret.New(access(100 + g.next(5)))}
	case 26:
		return session.Inspect{Token: g.token()}
	case 27:
		return session.Show{Token: g.token()}
	case 28:
		return session.Suspend{}
	case 29:
		return session.SetTraffic{On: g.next(2) == 0}
	}
	if g.next(6) == 0 {
		return session.Quit{Force: g.next(2) == 0}
	}
	return session.Dismiss{Mark: "m_gone"}
}

// trouble changes how the server, the store and the clipboard answer.
func (g *game) trouble() {
	g.api.tokenErr, g.api.revokeErr, g.kept.viewErr, g.api.why = nil, nil, nil, ""
	g.api.gateway = 200
	switch g.next(10) {
	case 0:
		g.api.tokenErr = refused("token", "invalid_grant")
	case 1:
		g.api.revokeErr = &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindTimeout, Sent: true}
	case 2:
		g.api.revokeErr = refused("revoke", "invalid_token")
	case 3:
		g.kept.viewErr = errDisk
	case 4:
		g.lock(!g.kept.key.Locked)
	case 5:
		g.api.gateway = 401
	case 6:
		g.api.why = tokenapi.WhyOpen
	case 7:
		g.kept.swapped = !g.kept.swapped
	case 8:
		g.clip.taken = true
	case 9:
		_, _, _ = g.other().Deliver(g.t.Context())
	}
}

// play makes one move.
func (g *game) play() {
	g.t.Helper()
	switch g.next(12) {
	case 0, 1, 2:
		r := g.request()
		g.goesOn(g.ask(r))
	case 3, 4, 5:
		if w, ok := take(g, &g.work); ok {
			g.events = append(g.events, g.came(w)...)
		}
	case 6, 7:
		if e, ok := take(g, &g.events); ok {
			g.goesOn(g.apply(e))
		}
	case 8:
		if at := g.Next(); !at.IsZero() {
			g.now = at
		}
		g.goesOn(g.tick(g.now))
	case 9:
		g.goesOn(g.tick(g.now.Add(time.Duration(g.next(90)) * time.Second)))
	case 10:
		if r, ok := take(g, &g.then); ok && r != nil {
			g.goesOn(g.ask(r))
			break
		}
		if id := g.token(); id != "t_gone" {
			g.ToggleMark(id)
		}
	case 11:
		g.trouble()
		g.goesOn(g.apply(session.StoreChanged{}))
	}
}

// settled runs and applies all work.
func (g *game) settled() {
	g.t.Helper()
	for n := 0; len(g.work)+len(g.events) > 0; n++ {
		if n > 5000 {
			g.t.Fatal("the work never ends")
		}
		if w, ok := take(g, &g.work); ok {
			g.events = append(g.events, g.came(w)...)
		}
		if e, ok := take(g, &g.events); ok {
			g.goesOn(g.apply(e))
		}
	}
	if left := g.Flights(); len(left) > 0 {
		g.t.Fatalf("all work was applied, and in flight are %v", left)
	}
	if !g.AllDone() || !g.WaitingSince().IsZero() {
		g.t.Fatal("all work was applied, and an answer is waited for")
	}
}

// playScript plays a script to its end, and then quits.
func playScript(t *testing.T, script []byte) {
	t.Helper()
	g := &game{script: script, desk: sit(t, func(o *options) {
		o.console.Keep, o.Traffic = time.Hour, len(script)%2 == 0
	})}
	g.api.refresh = g.next(2) == 0
	g.SetAlerts(true, []time.Duration{time.Minute}, g.now)
	for len(g.script) > 0 {
		g.play()
	}
	g.settled()
	if !g.Quitting() {
		g.goesOn(g.ask(session.Quit{Force: true}))
	}
	for n := 0; !g.over; n++ {
		if g.settled(); g.over {
			break
		}
		at := g.Next()
		if at.IsZero() || n > 200 {
			t.Fatal("it never finishes")
		}
		g.now = at
		g.goesOn(g.tick(g.now))
	}
	g.settled()
}

// For any requests and any order of answers, nothing panics and no work stays in flight. No time is
// due twice at once, and quitting ends.
func TestRandomSessions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		script := make([]byte, 600)
		rnd := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test that can be repeated
		for i := range script {
			script[i] = byte(rnd.Uint32())
		}
		if t.Failed() {
			return
		}
		t.Run("", func(t *testing.T) { playScript(t, script) })
	}
}
