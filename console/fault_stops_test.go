package console_test

import (
	"context"
	"sync"
	"time"

	"lanyard/console"
)

// stops is a Keeper that stops its process at a step: before, inside or after a transaction. The
// process reports the step, and waits for a kill or for the command to continue.
type stops struct {
	console.Keeper
	owner string
	say   func(...any)
	on    chan struct{}

	mu    sync.Mutex
	where string
	left  int // transactions until the one to stop at; 0 for none
	names []string
	seen  map[string]int // number of times that another process's lease was seen, by its key
}

// arm makes the process stop at transaction n from now.
func (k *stops) arm(where string, n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.where, k.left = where, n
}

// begin forgets the names of earlier transactions and what leases were seen.
func (k *stops) begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names, k.seen = nil, map[string]int{}
}

func (k *stops) Update(ctx context.Context, f func(console.Writer) error) error {
	k.mu.Lock()
	where := ""
	if k.left--; k.left == 0 {
		where = k.where
	}
	k.mu.Unlock()
	stop := func(at, name string) {
		if where == at {
			k.say("at", at, name)
			<-k.on
		}
	}
	stop("before", "")
	name := ""
	err := k.Keeper.Update(ctx, func(w console.Writer) error {
		named := &namedWriter{Writer: w}
		err := f(named)
		name = named.name()
		stop("inside", name)
		return err
	})
	stop("after", name)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names = append(k.names, name)
	return err
}

func (k *stops) View(ctx context.Context, f func(console.Reader) error) error {
	return k.Keeper.View(ctx, func(r console.Reader) error { return f(&leaseReader{r, k}) })
}

// leaseReader reports when it sees a lease of another process for the second time: the process then
// waits for it.
type leaseReader struct {
	console.Reader
	k *stops
}

func (r *leaseReader) LeaseOf(key string) (string, time.Time, error) {
	owner, until, err := r.Reader.LeaseOf(key)
	r.k.mu.Lock()
	defer r.k.mu.Unlock()
	if owner != "" && owner != r.k.owner && r.k.seen != nil {
		if r.k.seen[key]++; r.k.seen[key] == 2 {
			r.k.say("waits")
		}
	}
	return owner, until, err
}

// namedWriter names a transaction after what it writes.
type namedWriter struct {
	console.Writer
	lease, release, token, mark, clear bool
}

func (w *namedWriter) name() string {
	switch {
	case w.mark:
		return "mark"
	case w.clear:
		return "answer"
	case w.token:
		return "token"
	case w.lease:
		return "lease"
	case w.release:
		return "release"
	}
	return "other"
}

func (w *namedWriter) Lease(key, owner string, now, until time.Time) (bool, error) {
	w.lease = true
	return w.Writer.Lease(key, owner, now, until)
}

func (w *namedWriter) Release(key, owner string) error {
	w.release = true
	return w.Writer.Release(key, owner)
}

func (w *namedWriter) PutToken(t *console.Token) error {
	w.token = true
	return w.Writer.PutToken(t)
}

func (w *namedWriter) PutMark(m console.Mark) error {
	w.mark = true
	return w.Writer.PutMark(m)
}

func (w *namedWriter) ClearMark(id string) error {
	w.clear = true
	return w.Writer.ClearMark(id)
}
