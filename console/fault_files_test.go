package console_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

// losses counts files that other programs replaced or deleted under a working console, and the
// results.
type losses struct{ losses, refused, sent, told, nowhere atomic.Int64 }

// mayLose reports whether a file may be lost at a step. It must not be lost after the verb's answer
// was stored, because the verb then reports success.
func (s step) mayLose() bool {
	if s.request() {
		return s.where != answered
	}
	stores := s.name == "answer" || s.verb == "revoke" || s.verb == "deliver" && s.n == s.last-1
	return s.name != "release" && (!stores || s.where != "after")
}

// since returns the lines of the writers after the first n.
func (l *saidBy) since(n int) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.told[n:]...)
}

// broke returns the number of times that a writer was refused because of its store.
func (l *saidBy) broke() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.broken)
}

// tellable returns the lines by which a writer may show the content of a store.
func tellable(t *testing.T, dir string) map[string]bool {
	t.Helper()
	st, err := store.Open(t.Context(), dir, patient)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer func() { _ = st.Close() }()
	there := map[string]bool{}
	err = st.View(t.Context(), func(r console.Reader) error {
		tokens, err := r.Tokens()
		for _, t := range tokens {
			_, bad := r.Secrets(t.ID)
			there["shown "+t.Fingerprint] = bad == nil
			there["decided "+t.Fingerprint] = !t.RevokeAt.IsZero()
			there["accepted access "+t.Fingerprint] = !t.AcceptedAt.IsZero()
			there["accepted refresh "+t.Fingerprint] = !t.RefreshAcceptedAt.IsZero()
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return there
}

// lose replaces or deletes the files of a writer that stands still, and counts what the writer
// sends and shows from then on. At the end the writer is dead.
func (c *losses) lose(a *arena, v *victim, do func(path, copied string) error, on func()) {
	a.t.Helper()
	path, aside := filepath.Join(a.dir, "lanyard.db"), a.t.TempDir()
	copied, key := filepath.Join(aside, "lanyard.db"), filepath.Join(a.dir, "lanyard.key")
	was, err := os.ReadFile(key)
	db, err1 := sql.Open("sqlite", path)
	if err := errors.Join(err, err1,
		os.WriteFile(filepath.Join(aside, "lanyard.key"), was, 0o600)); err != nil {
		a.t.Fatal(err)
	}
	_, err = db.ExecContext(a.t.Context(), "VACUUM INTO ?", copied)
	if err := errors.Join(err, db.Close(), os.Chmod(copied, 0o600)); err != nil {
		a.t.Fatal(err)
	}
	held := tellable(a.t, aside) // the writer may go on showing this
	if err := do(path, copied); err != nil {
		a.t.Skip(err) // Windows does not allow this for an open file
	}
	sent, told := a.api.sent(v.name), len(a.said.since(0))
	on()
	v.kill()
	c.losses.Add(1)
	c.refused.Add(int64(a.said.broke()))
	if n := a.api.sent(v.name) - sent; n > 0 {
		a.t.Errorf("%d requests were sent after the loss", n)
		c.sent.Add(int64(n))
	}
	all := slices.DeleteFunc(a.said.since(told), func(line string) bool { return held[line] })
	if len(all) == 0 {
		return
	}
	c.told.Add(int64(len(all)))
	// The result must be in the store that is there now, under the key that was there.
	if err := os.WriteFile(key, was, 0o600); err != nil {
		a.t.Fatal(err)
	}
	there := tellable(a.t, a.dir)
	for _, line := range all {
		if !there[line] {
			a.t.Errorf("%s: it is nowhere", line)
			c.nowhere.Add(1)
		}
	}
}

// atStep loses a file while a verb is at a step, and then tries every verb.
func (c *losses) atStep(t *testing.T, seed uint64, s step, do func(path, copied string) error) {
	a := newArena(t, seed)
	v := a.start()
	id := a.prepare(v, s.verb, "0", "s")
	other := a.prepare(v, "renew", "1", "s")
	var at *stop
	if s.request() {
		at = a.api.arm(v.name, s.where, s.n)
		at.lives = true
	} else {
		a.tell(v, "stop", s.where, s.n)
	}
	a.tell(v, "do", s.verb, "0", "s", id)
	a.reach(v, s, at)
	c.lose(a, v, do, func() {
		if at != nil {
			close(at.gone)
		} else {
			a.tell(v, "on")
		}
		a.await(v, "did")
		for _, verb := range []string{"get", "renew", "revoke", "deliver", "obtain"} {
			a.tell(v, "do", verb, "1", "s", other)
			a.await(v, "did")
		}
	})
}

// inLoop loses a file between two verbs of a console that does verbs in a loop, three at once.
func (c *losses) inLoop(t *testing.T, seed uint64, do func(path, copied string) error) {
	a := newArena(t, seed)
	v := a.start()
	at := a.api.arm(v.name, answered, 12)
	at.lives = true
	a.tell(v, "anything", int64(seed>>1))
	a.reach(v, step{verb: "anything", where: answered}, at)
	close(at.gone)
	a.tell(v, "rest")
	a.await(v, "rested")
	before := a.said.broke()
	c.lose(a, v, do, func() {
		for late := time.Now().Add(faultPatience); a.said.broke() < before+30; {
			if time.Now().After(late) {
				t.Fatal("it goes on")
			}
			a.tell(v, "go")
			a.tell(v, "rest")
			a.await(v, "rested")
		}
	})
}

// TestFaultFiles replaces and deletes the files of a console at every step of every verb, and while
// it does random verbs in a loop. It counts what the console sends and shows afterwards. Without
// LANYARD_FULL it takes a sample of the steps.
func TestFaultFiles(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("FAULT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	var steps []step
	for _, s := range newArena(t, seed).steps() {
		if s.mayLose() {
			steps = append(steps, s)
		}
	}
	c := &losses{}
	t.Run("all", func(t *testing.T) {
		kinds := misplacing()
		for k, name := range slices.Sorted(maps.Keys(kinds)) {
			do := kinds[name]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for i, s := range steps {
					// Every other step for each kind in full, so that each step has two or three of
					// them.
					if n := uint64(i) + 5*uint64(k) + seed; full() && n%2 == 0 || n%30 == 0 {
						t.Run(strings.ReplaceAll(s.String(), " ", "_"),
							func(t *testing.T) { c.atStep(t, seed, s, do) })
					}
				}
				t.Run("loop", func(t *testing.T) { c.inLoop(t, seed, do) })
			})
		}
	})
	fmt.Printf("losses %d, refused %d, requests sent after one %d, told as stored %d, of those "+
		"nowhere %d (seed %d)\n",
		c.losses.Load(), c.refused.Load(), c.sent.Load(), c.told.Load(), c.nowhere.Load(), seed)
	if c.losses.Load() == 0 || c.refused.Load() == 0 || c.sent.Load()+c.nowhere.Load() > 0 {
		t.Error("see the counts")
	}
}
