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

// leaseSlack is added to the deadline of a call for the life of its lease: the time to store the answer.
const leaseSlack = 3 * time.Second

// leaseFor is how long a lease for a write to an environment lasts unless it is extended.
func leaseFor(e Environment) time.Duration {
	if e.Timeout <= 0 {
		return 15*time.Second + leaseSlack
	}
	return e.Timeout + leaseSlack
}

// standsFor is how long another owner's lease is left alone while nobody touches it, whatever its end says: the
// longest that one lasts, and a slack. Its holder extends it all the while, so one that stands still is
// nobody's; its end was written by a clock that may have been set since.
func standsFor(e Environment) time.Duration { return leaseFor(e) + leaseSlack }

// patienceFor is how long another process's work is waited for in all: a person may take minutes to sign in, and
// several that fail one after the other are not waited for without end.
func patienceFor(a Application, grant string) time.Duration {
	if interactive(cmp.Or(grant, a.Grant)) {
		return standsFor(a.Environment)
	}
	return 3 * standsFor(a.Environment)
}

func interactive(grant string) bool {
	return grant == tokenapi.GrantAuthorizationCode || grant == tokenapi.GrantDeviceCode
}

// clientKey names the lease under which a server is asked: its token URL, the consumer key and the
// user, because a server may keep one token for those. Who signs in with a browser or a device is
// not known before.
func clientKey(a Application, q grantRequest) string {
	user := "user " + cmp.Or(q.user, a.Username)
	if interactive(cmp.Or(q.grant, a.Grant)) {
		user = "whoever signs in"
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{a.server(), a.ConsumerKey, user}, "\x00")))
	return "client/" + hex.EncodeToString(sum[:10])
}

// asking is the turn of a question. In this process a second one of the same is refused, unless the
// caller waits.
func (s *Service) asking(a Application, q grantRequest, verb string) exclusive {
	grant, user := cmp.Or(q.grant, a.Grant), cmp.Or(q.user, a.Username)
	own := []string{"ask", a.ID, grant, user}
	if !interactive(grant) { // a person signs in to one thing at a time
		own = append(own, strings.Join(slices.Sorted(slices.Values(q.scopes)), " "), fmt.Sprint(q.want))
	}
	proof := func(ctx context.Context, a Application) (req tokenapi.TokenRequest, err error) {
		by := q.by(a)
		if req.Credentials, err = s.credentials(ctx, by); err == nil && by.Grant == tokenapi.GrantPassword {
			req.Username = by.Username
			req.Password, err = s.passwordOf(ctx, by, q)
		}
		return req, err
	}
	return exclusive{proof: proof, key: clientKey(a, q), own: strings.Join(own, "\x00"), appID: a.ID, verb: verb, grant: q.grant, waitElsewhere: true}
}

func tokenKey(id string) string { return "token/" + id }

// lease is one that this process holds. It is extended while it is held, also where a secret takes long to fetch
// or a person long to sign in: it ends when it is given back, or with the process.
type lease struct {
	s   *Service
	key string
	own string // of the turn
	e   Environment

	mu    sync.Mutex
	until time.Time // by the lease clock
}

// ours says whether there is still time on the lease. A process that was stopped may have outlived it.
func (l *lease) ours() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.s.leaseNow().Before(l.until)
}

// extend takes the lease anew in a transaction; false when somebody else has it meanwhile.
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

// stay extends a lease that was ours all the while. One that is free now is not: somebody else may have had it, and
// what was read under it may be old.
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
				// One that cannot be extended now is tried again, and looked at before anything is sent.
				_ = l.s.update(ctx, func(w Writer) error {
					_, err := l.stay(w)
					return err
				})
			}
		}
	}()
	return func() { cancel(); <-over }
}

// leaseNow is the clock that leases are counted by.
func (s *Service) leaseNow() time.Time {
	if s.opt.LeaseClock != nil {
		return s.opt.LeaseClock()
	}
	return s.Now()
}

// exclusive says what is done alone, and how long the wait for it may be.
type exclusive struct {
	key, appID, verb string
	seen             []string // the refusals of the client when the turn began, by ID
	// proof gives what the turn would prove itself with, so that a refusal of other secrets is not
	// taken for its own.
	proof         func(context.Context, Application) (tokenapi.TokenRequest, error)
	own           string // in this process alone, what is done, which is less than what the lease is for; "": the same
	grant         string // other than the application's, or ""
	waitHere      bool   // for another goroutine of this process; else it is refused
	waitElsewhere bool   // for another process; else it is refused
	// storedAlready, if given, looks whether what is wanted has been stored meanwhile. Then no lease is taken, so that of fifty
	// that waited for one answer none has to wait for its turn to write.
	storedAlready func(Reader, Application) (bool, error)
}

// errStoredAlready is the end of a turn that was not needed.
var errStoredAlready = errors.New("what was wanted is there")

// withLease runs f while no other write on a key is under way, in this process or another one.
func (s *Service) withLease(ctx context.Context, t exclusive, f func(Application, *lease) error) error {
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
	if own != t.key { // somebody asks something else of the same client: that is waited for
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
	// A lease that cannot be given back ends by itself.
	_ = s.update(context.WithoutCancel(ctx), func(w Writer) error { return w.Release(key, s.opt.Owner) })
}

// observedLease is another owner's lease as it was seen, and since when it has looked like that.
type observedLease struct {
	owner        string
	until, since time.Time
}

// The pauses between two looks at a lease that another process holds. Looking is a reading: of fifty that wait
// none is in the way of the one they wait for.
const (
	firstLook = 50 * time.Millisecond
	lastLook  = 250 * time.Millisecond
	sayAfter  = time.Second // waited before anybody is told of it
)

// takeLease takes the lease of a turn, now or when another process is done or gone.
func (s *Service) takeLease(ctx context.Context, t exclusive) (Application, *lease, error) {
	var seen observedLease
	said := false
	began := s.leaseNow()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		a, free, err := s.lookAt(ctx, t, &seen)
		if theirs, ok := errors.AsType[*refusedMeanwhile](err); ok {
			switch same, err := s.ours(ctx, a, t, theirs.refusal); {
			case err != nil:
				return a, nil, err
			case same:
				return a, nil, theirs.err()
			}
			t.seen = append(t.seen, theirs.ID) // with other secrets: it says nothing of ours
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
			continue // somebody was faster: what is seen next is his
		}
		waited := s.leaseNow().Sub(began)
		if !t.waitElsewhere || waited > patienceFor(a, t.grant) {
			return a, nil, &Error{Code: CodeInFlight, Text: t.verb + ": another console is at it", Hint: "its result will show here in a moment"}
		}
		if !said && waited >= sayAfter && s.opt.Waits != nil {
			said = true
			s.opt.Waits(a)
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // it only keeps the waiting from looking all at once
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return a, nil, fmt.Errorf("%s: another process is at it: %w", t.verb, ctx.Err())
		}
	}
}

// lookAt says whether a lease seems to be free, without keeping anybody from writing.
func (s *Service) lookAt(ctx context.Context, t exclusive, seen *observedLease) (a Application, free bool, err error) {
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

// stale says whether a lease is nobody's: it has stood untouched for longer than one that is held can, or, where all
// processes share a clock, it ends later than any can that was taken since the machine was started.
func (s *Service) stale(a Application, seen observedLease) bool {
	now := s.leaseNow()
	return seen.owner != "" && (now.Sub(seen.since) >= standsFor(a.Environment) || s.impossible(a, seen.until))
}

// impossible says whether the end of a lease was written by the clock of another start of this machine.
func (s *Service) impossible(a Application, until time.Time) bool {
	return s.opt.LeaseClock != nil && until.Sub(s.leaseNow()) > 2*standsFor(a.Environment)
}

// takeNow takes a lease in a transaction: one that has ended, or that is still what was seen stale.
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

// meanwhile says in an outcome that its token is another process's answer.
const meanwhile = "another console asked meanwhile, this is its answer"

// rev reads the store's revision: what is brought after it is news to whoever begins now.
func (s *Service) rev(ctx context.Context) (rev int64, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		rev, err = r.Rev()
		return err
	})
	return rev, err
}
