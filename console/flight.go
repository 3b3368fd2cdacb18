package console

import (
	"context"
	"sync"
)

// flights lets one write at a time pass per key (a token or an application) in this process. Other
// processes are kept out by leases.
type flights struct {
	mu   sync.Mutex
	held map[string]bool
	wg   sync.WaitGroup
}

// take answers false when the key is in flight.
func (f *flights) take(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[key] {
		return false
	}
	if f.held == nil {
		f.held = map[string]bool{}
	}
	f.held[key] = true
	f.wg.Add(1)
	return true
}

func (f *flights) give(key string) {
	f.mu.Lock()
	delete(f.held, key)
	f.mu.Unlock()
	f.wg.Done()
}

// drain waits until nothing is in flight or ctx ends.
func (f *flights) drain(ctx context.Context) error {
	done := make(chan struct{})
	go func() { f.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
