package store

import (
	"context"
	"database/sql"
	"time"
)

// Changes returns a channel that receives after every commit with a change: at once for commits of
// this Store, within Options.Poll for others. Commits that were not received yet count as one. The
// channel is closed when ctx ends or the Store is closed.
func (s *Store) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || ctx.Err() != nil {
		close(c)
		return c
	}
	s.watchers[c] = context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.watchers[c]; ok { // else Close has removed it
			delete(s.watchers, c)
			close(c)
		}
	})
	if s.watching == nil && s.dir != "" { // no other process can reach a store in memory
		s.watching, s.stop = context.WithCancel(context.Background())
		// Look before Changes returns: a commit after that must not be missed.
		conn, version := s.look(nil, 0)
		s.running.Go(func() { s.watch(conn, version) })
	}
	return c
}

// signal tells every watcher that something was committed.
func (s *Store) signal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watchers {
		select {
		case w <- struct{}{}:
		default: // one is not yet received: it also stands for this commit
		}
	}
}

// watch looks for commits of others until the Store is closed.
func (s *Store) watch(conn *sql.Conn, version int64) {
	tick := time.NewTicker(s.poll)
	defer tick.Stop()
	lost := false
	for {
		select {
		case <-s.watching.Done():
			if conn != nil {
				_ = conn.Close()
			}
			return
		case <-tick.C:
		}
		if s.filesInPlace() != nil {
			if !lost {
				s.signal()
			}
			lost = true
			continue
		}
		was, old := conn, version
		if conn, version = s.look(conn, version); conn != nil && (conn != was || version != old) {
			s.signal()
		}
	}
}

// look reads data_version. The number grows on a connection when any other connection commits, and
// cannot be compared between two connections. After a failure look returns no connection. The next
// look takes a new one, and counts as a change.
func (s *Store) look(conn *sql.Conn, version int64) (*sql.Conn, int64) {
	var err error
	if conn == nil {
		if conn, err = s.eye.Conn(s.watching); err != nil {
			return nil, 0
		}
	}
	if err = conn.QueryRowContext(s.watching, "PRAGMA data_version").Scan(&version); err != nil {
		_ = conn.Close()
		return nil, 0
	}
	return conn, version
}
