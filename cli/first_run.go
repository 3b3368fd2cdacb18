package cli

import (
	"context"
	"sync"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
)

// firstRun creates the service of the first run, when there is neither configuration nor store. For
// testing an application the service lives in memory. When the person saves something, it is
// created in the store; before that nothing is written.
type firstRun struct {
	p     *program
	cfg   *config.Config
	paths config.Paths

	mu     sync.Mutex
	opened map[bool]*openConsole // key: whether it is in the store
}

// service returns the service in the store (kept) or in memory, and creates it at the first call.
func (b *firstRun) service(ctx context.Context, kept bool) (*console.Service, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.opened[kept]; s != nil {
		return s.svc, nil
	}
	st, err := b.open(ctx, kept)
	if err != nil {
		return nil, err
	}
	s, err := b.p.assemble(b.cfg, b.paths, st,
		askingVault{Vault: b.cfg.Vault(b.p.lookup), cfg: b.cfg}, nil, true)
	if err != nil {
		_ = st.Close()
		return nil, err
	}
	if b.opened == nil {
		b.opened = map[bool]*openConsole{}
	}
	b.opened[kept] = s
	return s.svc, nil
}

func (b *firstRun) open(ctx context.Context, kept bool) (*store.Store, error) {
	if kept {
		return b.p.openKept(ctx, b.cfg, b.paths, false)
	}
	return store.OpenMemory(ctx, store.Options{})
}

// queueUndelivered queues notes about revokes that the service in the store leaves undelivered.
func (b *firstRun) queueUndelivered(ctx context.Context, quitNow bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for kept, s := range b.opened {
		if s.quitNow = quitNow; kept {
			b.p.queueUndelivered(ctx, s)
		}
	}
}

func (b *firstRun) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.opened {
		s.Close()
	}
}
