package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"lanyard/tokenapi"
)

// leaseSlack is added to the deadline of a call for the life of its lease. It is the time to store
// the answer.
const leaseSlack = 3 * time.Second

// leaseFor returns the life of a lease for a write to an environment, unless it is extended.
func leaseFor(e Environment) time.Duration {
	if e.Timeout <= 0 {
		return 15*time.Second + leaseSlack
	}
	return e.Timeout + leaseSlack
}

// staleAfter is the time without an extension after which another process's lease is taken over:
// the longest life of a lease, and a slack. The stored expiry does not decide, because a clock that
// wrote it may have been set since.
func staleAfter(e Environment) time.Duration { return leaseFor(e) + leaseSlack }

// patienceFor returns the longest time that a verb waits for other processes in all. A person may
// take minutes to sign in, and the wait for several that fail must end.
func patienceFor(a Application, grant string) time.Duration {
	if SignsIn(cmp.Or(grant, a.Grant)) {
		return staleAfter(a.Environment)
	}
	return 3 * staleAfter(a.Environment)
}

// clientKey names the lease of a client: its token URL, consumer key and user, for which a server
// may keep one token. A user who signs in by browser or device is not known before, and is not part
// of it.
func clientKey(a Application, q grantRequest) string {
	user := "user " + cmp.Or(q.user, a.Username)
	if SignsIn(cmp.Or(q.grant, a.Grant)) {
		user = "whoever signs in"
	}
	parts := []string{a.server(), string(a.ConsumerKey), string(user)}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "client/" + hex.EncodeToString(sum[:10])
}

// asking is the exclusive sending of a request. A second equal one of this process is refused,
// unless the caller waits.
func (s *Service) asking(a Application, q grantRequest, verb string) exclusive {
	grant, user := cmp.Or(q.grant, a.Grant), cmp.Or(q.user, a.Username)
	own := []string{"ask", a.ID, grant, string(user)}
	if !SignsIn(grant) { // a person signs in once at a time
		own = append(own, strings.Join(slices.Sorted(slices.Values(q.scopes)), " "),
			fmt.Sprint(q.want))
	}
	proof := func(ctx context.Context, a Application) (req tokenapi.TokenRequest, err error) {
		by := q.by(a)
		if req.Credentials, err = s.credentials(ctx, by); err == nil &&
			by.Grant == tokenapi.GrantPassword {
			req.Username = string(by.Username)
			req.Password, err = s.passwordOf(ctx, by, q)
		}
		return req, err
	}
	return exclusive{
		proof: proof, key: clientKey(a, q), own: strings.Join(own, "\x00"),
		appID: a.ID, verb: verb, grant: q.grant, waitElsewhere: true,
	}
}

func tokenKey(id string) string { return "token/" + id }

// lease is a lease that this process holds. It is extended until it is released or the process
// ends, also while a secret is fetched or a person signs in.
type lease struct {
	s   *Service
	key string
	own string // exclusive.own
	e   Environment

	mu    sync.Mutex
	until time.Time // by the lease clock
}

// ours reports whether the lease has time left. A process that was stopped may have outlived its
// lease.
func (l *lease) ours() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.s.leaseNow().Before(l.until)
}

// extend takes the lease anew in a transaction. It reports false if another process has taken it
// meanwhile.
func (l *lease) extend(w Writer, asOf time.Time) (bool, error) {
	until := l.s.leaseNow().Add(leaseFor(l.e))
	ok, err := w.Lease(l.key, l.s.opt.Owner, asOf, until)
	if ok && err == nil {
		l.mu.Lock()
		l.until = until
		l.mu.Unlock()
	}
	return ok, err
}

// stay extends a lease that was held without a gap. It fails for one that is free now: another
// process may have had it, so what was read under it may be old.
func (l *lease) stay(w Writer) (bool, error) {
	owner, _, err := w.LeaseOf(l.key)
	if err != nil || owner != l.s.opt.Owner {
		return false, err
	}
	return l.extend(w, l.s.leaseNow())
}

// beat extends the lease until the returned function is called.
func (l *lease) beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan struct{})
	go func() {
		defer close(over)
		every := time.NewTicker(leaseFor(l.e) / 3)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				// After a failure the next beat extends the lease. It is checked before anything is
				// sent.
				_ = l.s.update(ctx, func(w Writer) error {
					_, err := l.stay(w)
					return err
				})
			}
		}
	}()
	return func() { cancel(); <-over }
}

// leaseNow returns the time by the clock of leases.
func (s *Service) leaseNow() time.Time {
	if s.opt.LeaseClock != nil {
		return s.opt.LeaseClock()
	}
	return s.Now()
}

// exclusive is a write that excludes others with the same key, and how long it may wait for them.
type exclusive struct {
	key, appID, verb string
	seen             []string // IDs of the client's refusals that were stored at the beginning
	// proof returns what the request proves itself with. A refusal of other secrets is then not
	// taken for its own.
	proof         func(context.Context, Application) (tokenapi.TokenRequest, error)
	own           string // a narrower key within this process; "" for key
	grant         string // "" for the application's own
	waitHere      bool   // wait for other goroutines of this process; else fail
	waitElsewhere bool   // wait for other processes; else fail
	// storedAlready, if set, reports whether another process has stored the result meanwhile. No
	// lease is taken then, so that fifty processes that wait for one answer need not take turns.
	storedAlready func(Reader, Application) (bool, error)
}

// errStoredAlready ends an exclusive write whose result is stored already.
var errStoredAlready = errors.New("what was wanted is there")

// withLease runs f while no other write with the same key is in flight, in this process or another
// one.
func (s *Service) withLease(ctx context.Context, t exclusive,
	f func(Application, *lease) error) error {
	own := cmp.Or(t.own, t.key)
	if t.own != "" {
		var err error
		if t.seen, err = s.seenRefusals(ctx, t.appID); err != nil {
			return err
		}
	}
	if t.waitHere {
		if err := s.flights.wait(ctx, own); err != nil {
			return err
		}
	} else if !s.flights.take(own) {
		return &Error{Code: CodeInFlight, Text: t.verb + ": one is under way"}
	}
	defer s.flights.give(own)
	if own != t.key { // another request of the same client is in flight: wait for it
		if err := s.clients.wait(ctx, t.key); err != nil {
			return err
		}
		defer s.clients.give(t.key)
	}
	a, l, err := s.takeLease(ctx, t)
	if err != nil {
		return err
	}
	defer s.release(ctx, t.key)
	defer l.beat(ctx)()
	return f(a, l)
}

func (s *Service) release(ctx context.Context, key string) {
	// A lease that cannot be released expires.
	_ = s.update(context.WithoutCancel(ctx),
		func(w Writer) error { return w.Release(key, s.opt.Owner) })
}

// observedLease is a lease of another owner as last read, and when it last changed.
type observedLease struct {
	owner        string
	until, since time.Time
}

// The pauses between two readings of a lease that another process holds. Readings do not delay that
// process.
const (
	firstLook = 50 * time.Millisecond
	lastLook  = 250 * time.Millisecond
	sayAfter  = time.Second // after this wait Options.Waits is called
)

// takeLease takes the lease of t, now or when another process has released or abandoned it.
func (s *Service) takeLease(ctx context.Context, t exclusive) (Application, *lease, error) {
	var seen observedLease
	notified := false
	began := s.leaseNow()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		a, free, err := s.lookAt(ctx, t, &seen)
		if theirs, ok := errors.AsType[*refusedMeanwhile](err); ok {
			switch same, err := s.aboutSameSecrets(ctx, a, t, theirs.refusal); {
			case err != nil:
				return a, nil, err
			case same:
				return a, nil, theirs.err()
			}
			t.seen = append(t.seen, theirs.ID) // a refusal of other secrets does not count here
			continue
		}
		if err != nil {
			return a, nil, err
		}
		l := &lease{s: s, key: t.key, own: t.own, e: a.Environment}
		if free {
			ok := false
			writes, cancel := context.WithTimeout(ctx, patienceFor(a, t.grant))
			err := s.update(writes, func(w Writer) (err error) {
				ok, err = s.takeNow(w, t, l, seen)
				return err
			})
			cancel()
			if err != nil || ok {
				return a, l, err
			}
			continue // another process took the lease first; read the store again
		}
		waited := s.leaseNow().Sub(began)
		if !t.waitElsewhere || waited > patienceFor(a, t.grant) {
			return a, nil, &Error{
				Code: CodeInFlight, Text: t.verb + ": another console is at it",
				Hint: "its result will show here in a moment",
			}
		}
		if !notified && waited >= sayAfter && s.opt.Waits != nil {
			notified = true
			s.opt.Waits(a)
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // spreads the processes
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return a, nil, fmt.Errorf("%s: another process is at it: %w", t.verb, ctx.Err())
		}
	}
}

// lookAt reports whether a lease seems to be free. It only reads, so it blocks no writer.
func (s *Service) lookAt(ctx context.Context, t exclusive,
	seen *observedLease) (a Application, free bool, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		if a, err = s.application(r, t.appID); err != nil {
			return err
		}
		if err = writable(a, t.verb); err != nil {
			return err
		}
		if t.storedAlready != nil {
			if done, err := t.storedAlready(r, a); done || err != nil {
				return cmp.Or(err, errStoredAlready)
			}
		}
		if t.own != "" {
			if f, found, err := newRefusal(r, a, t); err != nil || found {
				return cmp.Or(err, error(&refusedMeanwhile{f}))
			}
		}
		owner, until, err := r.LeaseOf(t.key)
		if err != nil {
			return err
		}
		now := s.leaseNow()
		if owner != seen.owner || !until.Equal(seen.until) {
			*seen = observedLease{owner, until, now}
		}
		free = owner == "" || owner == s.opt.Owner || !until.After(now) || s.stale(a, *seen)
		return nil
	})
	return a, free, err
}

// stale reports whether a lease is abandoned: it went unextended for longer than its longest life
// or, where all processes share a clock, it ends later than any lease taken since boot can.
func (s *Service) stale(a Application, seen observedLease) bool {
	now := s.leaseNow()
	return seen.owner != "" &&
		(now.Sub(seen.since) >= staleAfter(a.Environment) || s.impossible(a, seen.until))
}

// impossible reports whether the end of a lease was written before the last boot of this machine.
func (s *Service) impossible(a Application, until time.Time) bool {
	return s.opt.LeaseClock != nil && until.Sub(s.leaseNow()) > 2*staleAfter(a.Environment)
}

// takeNow takes a lease in a transaction if it has ended, or is still the stale one that was
// observed.
func (s *Service) takeNow(w Writer, t exclusive, l *lease, seen observedLease) (bool, error) {
	a, err := s.application(w, t.appID)
	if err != nil {
		return false, err
	}
	if err := writable(a, t.verb); err != nil {
		return false, err
	}
	asOf := s.leaseNow()
	if s.stale(a, seen) {
		owner, until, err := w.LeaseOf(t.key)
		if err != nil {
			return false, err
		}
		if owner == seen.owner && until.Equal(seen.until) && until.After(asOf) {
			asOf = until
		}
	}
	return l.extend(w, asOf)
}

// answeredMeanwhile is the note of an outcome whose token is another process's answer.
const answeredMeanwhile = "another console asked meanwhile, this is its answer"

// rev returns the store's revision. A verb that begins now has not read the changes of later
// revisions.
func (s *Service) rev(ctx context.Context) (rev int64, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		rev, err = r.Rev()
		return err
	})
	return rev, err
}
