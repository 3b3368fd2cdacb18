package console

import (
	"context"
	"sync"
)

// flights allows one write at a time for each key (a token or an application) in this process.
// Leases do so across processes.
type flights struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the key is free
}

// take reports false if the key is in flight.
func (f *flights) take(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[key] != nil {
		return false
	}
	if f.held == nil {
		f.held = map[string]chan struct{}{}
	}
	f.held[key] = make(chan struct{})
	return true
}

// wait takes the key when it is free.
func (f *flights) wait(ctx context.Context, key string) error {
	for !f.take(key) {
		f.mu.Lock()
		c := f.held[key]
		f.mu.Unlock()
		if c == nil {
			continue
		}
		select {
		case <-c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (f *flights) give(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.held[key])
	delete(f.held, key)
}

// count returns the number of keys in flight.
func (f *flights) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.held)
}

// drain waits until nothing is in flight, or until ctx ends.
func (f *flights) drain(ctx context.Context) error {
	for {
		var any chan struct{}
		f.mu.Lock()
		for _, c := range f.held {
			any = c
			break
		}
		f.mu.Unlock()
		if any == nil {
			return nil
		}
		select {
		case <-any:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
