package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/sandbox"
)

// The lifetimes for which the times of the story are written. With shorter ones it is shortened.
const (
	usualLife = time.Hour
	// CacheTTL is the lifetime of an entry in the cache of the demo's gateway: short enough to
	// watch a token die.
	CacheTTL = time.Minute
)

// Sandbox returns the options of a demo's sandbox. It issues the same tokens in each run, and JWTs
// to one of the applications.
func Sandbox(o sandbox.Options) sandbox.Options {
	o.FixedTokens, o.JWTApps = true, []string{"Mobile"}
	o.SigningAlg = "ES256" // a key is ready at once
	return o
}

// Stage holds the console and the sandbox of a story, and the clock that both use.
type Stage struct {
	Console *console.Service
	Sandbox *sandbox.Server
	Clock   *Clock
}

// Play fills the store with six tokens and their history, and ends at the present. A client calls
// the API with them ([console.Client]). The story, with the usual lifetimes:
//
//	59:16 ago  Kiosk gets a token, which has 44 s left at the end: a user has approved the device
//	58:00      Mobile gets one for a user, a JWT
//	20:53      and refreshes it
//	 8:00      Orders gets one for the scope read
//	 2:09      Payments gets one for a user and uses it: the gateway remembers it for 60 s
//	 2:00      the client begins with the tokens of Kiosk and Orders, and sooner with Mobile's
//	 1:13      that of Payments is revoked. 6 s later the gateway asks again, and refuses it
//	 1:11      Orders gets another one, and uses it from 0:30 on: the gateway remembers it
//	 0:10      it is revoked. The gateway lets it through for 40 s
//
// The error joins what failed. The rest of the story was played.
func Play(ctx context.Context, s Stage) error {
	p := &player{Stage: s, ctx: ctx, tokens: map[role]string{}, apps: map[string]string{}}
	defer s.Clock.release()
	b, err := s.Console.Board(ctx)
	if err != nil {
		return err
	}
	for _, a := range b.Applications {
		p.apps[string(a.Name)] = a.ID
	}
	approve := s.Sandbox.ApproveDevices
	s.Clock.meanwhile.Store(&approve)
	p.write()
	p.end = s.Clock.Now().Truncate(time.Second) // the seconds of all countdowns are whole then
	return p.play()
}

// role names a token of the story.
type role int

const (
	expiring role = iota
	replaced
	renewed
	active
	dead
	lingering
)

// player plays a story.
type player struct {
	Stage
	ctx    context.Context
	end    time.Time         // the present
	apps   map[string]string // IDs by name
	tokens map[role]string   // IDs
	steps  []step
}

// step is one step of a story. Steps at one instant are played in the order in which they were
// written.
type step struct {
	ago time.Duration // before the end
	do  func() error
	// call lists the tokens with which the client calls, if do is nil.
	call []role
}

func (p *player) at(ago time.Duration, do func() error) {
	p.steps = append(p.steps, step{ago: ago, do: do})
}

// late is the part of a second at which the client calls. All else happens at whole seconds, so
// that the order does not depend on the speed of the machine.
const late = 200 * time.Millisecond

// calls lets the client call every second, from one instant to another.
func (p *player) calls(from, to time.Duration, with ...role) {
	for ago := from; ago > to; ago -= time.Second {
		p.steps = append(p.steps, step{ago: ago - late, call: with})
	}
}

// call lets the client call once.
func (p *player) call(ago time.Duration, with role) {
	p.steps = append(p.steps, step{ago: ago, call: []role{with}})
}

// write writes the steps, for the lifetimes of the sandbox.
func (p *player) write() {
	life, window := p.Sandbox.TokenTTL(), p.Sandbox.CacheTTL()
	long := func(d time.Duration) time.Duration {
		return scaled(d, min(life, usualLife), usualLife)
	}
	least := min(window, life/3)
	short := func(d time.Duration) time.Duration {
		return scaled(d, min(least, CacheTTL), CacheTTL)
	}

	left := min(44*time.Second, life/5)
	deviceWait := p.Sandbox.PollInterval() + console.PollSlack // before the first poll
	p.at(life-left+deviceWait, p.get(expiring, "Kiosk", console.GetOptions{}))

	p.at(long(58*time.Minute), p.get(replaced, "Mobile", console.GetOptions{}))
	p.at(long(20*time.Minute+53*time.Second), p.renew(replaced, renewed))

	p.at(long(8*time.Minute), p.get(active, "Orders", console.GetOptions{
		Scopes: []string{"read"},
	}))

	revoked := short(73 * time.Second)
	first := revoked + min(window-short(6*time.Second), life/2)
	p.at(first+2*time.Second, p.get(dead, "Payments", console.GetOptions{}))
	p.call(first, dead)
	p.calls(revoked+short(41*time.Second), revoked-short(6*time.Second), dead)
	for n := range 3 { // three refusals are proof if they are a second apart
		p.call(revoked-short(6*time.Second)-late-time.Duration(n)*(time.Second+late), dead)
	}
	p.at(revoked, p.revoke(dead))

	p.at(short(71*time.Second), p.get(lingering, "Orders", console.GetOptions{}))
	p.call(short(30*time.Second), lingering)
	p.calls(short(14*time.Second), 0, lingering)
	p.at(short(10*time.Second), p.revoke(lingering))

	// With these first calls the console sends the made-up tokens that it compares answers with. It
	// then sends none in the last seconds.
	p.call(short(210*time.Second), renewed)
	p.call(short(2*time.Minute), expiring)
	p.call(short(2*time.Minute), active)
	p.calls(short(10*time.Second), 0, expiring, renewed, active)
}

// scaled returns d times part of whole.
func scaled(d, part, whole time.Duration) time.Duration {
	return time.Duration(float64(d) * (float64(part) / float64(whole)))
}

// play plays the steps, oldest first. The client makes all calls of one instant together.
func (p *player) play() error {
	slices.SortStableFunc(p.steps, func(a, b step) int { return cmp.Compare(b.ago, a.ago) })
	var failed []error
	client := p.Console.Client()
	for i := 0; i < len(p.steps) && p.ctx.Err() == nil; i++ {
		p.Clock.set(p.end.Add(-p.steps[i].ago))
		if do := p.steps[i].do; do != nil {
			failed = append(failed, client.Store(p.ctx), do())
			client = p.Console.Client() // which knows what do has changed
			continue
		}
		ids, ago := p.ids(p.steps[i].call), p.steps[i].ago
		for ; i+1 < len(p.steps) && p.steps[i+1].do == nil && p.steps[i+1].ago == ago; i++ {
			ids = append(ids, p.ids(p.steps[i+1].call)...)
		}
		failed = append(failed, client.Call(p.ctx, ids))
	}
	return errors.Join(append(failed, client.Store(p.ctx), p.ctx.Err())...)
}

// ids returns the IDs of the tokens that there are.
func (p *player) ids(of []role) (ids []string) {
	for _, r := range of {
		if id := p.tokens[r]; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func (p *player) get(r role, app string, o console.GetOptions) func() error {
	return func() error {
		out, err := p.Console.Get(p.ctx, p.apps[app], o)
		if err != nil {
			return fmt.Errorf("get a token for %s: %w", app, err)
		}
		p.tokens[r] = out.Token.ID
		return nil
	}
}

func (p *player) renew(from, to role) func() error {
	return p.with(from, func(id string) error {
		out, err := p.Console.Renew(p.ctx, id)
		if err == nil {
			p.tokens[to] = out.Token.ID
		}
		return err
	})
}

func (p *player) revoke(r role) func() error {
	return p.with(r, func(id string) error {
		if _, err := p.Console.Revoke(p.ctx, id, console.RevokeBoth, 0); err != nil {
			return err
		}
		_, err := p.Console.DeliverOne(p.ctx, id)
		return err
	})
}

// with returns a step with a token, which does nothing if that was not got.
func (p *player) with(r role, do func(id string) error) func() error {
	return func() error {
		if id := p.tokens[r]; id != "" {
			return do(id)
		}
		return nil
	}
}
