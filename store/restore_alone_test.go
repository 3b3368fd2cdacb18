package store_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store"
)

// From its copy of the old store to its end a restore keeps other writers out. What they write
// would be in neither store.
func TestRestoreIsAlone(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	want := contents(t, s)
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	dir := t.TempDir()
	stocked(t, dir, 3)
	tried := false
	r := store.Restoring{Replace: true}.AtStep(func(step string) {
		if step != "kept" {
			return
		}
		tried = true
		// Another process: one's own would share the locks.
		late := strike(t, dir, "late", "")
		if late.killed() || len(late.said) != 1 ||
			!strings.HasPrefix(late.said[0], "store_busy: ") {
			t.Errorf("it was not refused: %q, %v", late.said, late.cmd.ProcessState)
		}
	})
	if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		r); err != nil || !tried {
		t.Fatal(tried, err)
	}
	if got := contents(t, open(t, dir)); got != want {
		t.Errorf("got %s", got)
	}
}

// late is a child that opens a store and writes to it, and does not wait for others.
func late(ctx context.Context, dir string, _ []string) error {
	s, err := store.Open(ctx, dir, store.Options{Busy: time.Millisecond})
	if err != nil {
		return report(err)
	}
	err = s.Update(ctx, func(w console.Writer) error { return put(w, 3, 4) })
	return errors.Join(report(err), s.Close())
}

// A store that another process made during the reading of a backup stays.
func TestRestoreComesTooLate(t *testing.T) {
	t.Parallel()
	id := pair(t)
	b := backedUp(t, rich(t, t.TempDir()), id.Recipient())
	dir := t.TempDir()
	var was string
	r := store.Restoring{}.AtStep(func(step string) {
		if step == "made" {
			stocked(t, dir, 3)
			s := open(t, dir)
			was = contents(t, s)
			_ = s.Close()
		}
	})
	_, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, r)
	explained(t, err, "store_exists", "lanyard.db is there already")
	if got := contents(t, open(t, dir)); got != was || was == "" {
		t.Errorf("got %s", got)
	}
}

// A restore does not replace a store with a revoke that the server has not accepted, unless the
// backup holds that revoke too.
func TestRestoreLosesNoRevoke(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	id := pair(t)
	b := backedUp(t, rich(t, t.TempDir()), id.Recipient()) // in it the revoke of t30 waits
	for name, c := range map[string]struct {
		t       console.Token
		refused bool
	}{
		"decided": {console.Token{ID: "x", RevokeAt: at}, true},
		"the rest of it": {
			console.Token{ID: "x", RevokeAt: at, AcceptedAt: at, RevokeKind: console.RevokeBoth,
				Refresh: console.RefreshLive}, true},
		"of the refresh token": {
			console.Token{ID: "x", RevokeAt: at, RevokeKind: console.RevokeRefresh,
				Refresh: console.RefreshLive}, true},
		"accepted": {
			console.Token{ID: "x", RevokeAt: at, AcceptedAt: at, RevokeKind: console.RevokeAccess},
			false},
		"in the backup as well": {console.Token{ID: "t30", RevokeAt: at}, false},
		"accepted, both of them": {
			console.Token{ID: "x", RevokeAt: at, AcceptedAt: at, RefreshAcceptedAt: at,
				RevokeKind: console.RevokeBoth}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			update(t, s, func(w console.Writer) error { return w.PutToken(&c.t) })
			was := contents(t, s)
			_ = s.Close()
			_, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
				store.Restoring{Replace: true})
			if !c.refused {
				if err != nil {
					t.Error(err)
				}
				return
			}
			explained(t, err, "store_waiting", "1 of the revokes")
			if got := contents(t, open(t, dir)); got != was {
				t.Errorf("got %s", got)
			}
		})
	}
}
