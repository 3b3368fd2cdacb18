package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// The fault harness: other lanyards are killed at moments that nobody chose, and what they had said to be stored must be there. The
// moments come from a seed, which is printed; FAULT_SEED repeats one as far as the machine does.

// tally counts what the harness saw.
type tally struct {
	mu                sync.Mutex
	kills, lost, torn int
}

func (c *tally) add(n *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*n++
}

// harness makes the dice of one test, and prints the counts at its end.
func harness(t *testing.T) (*tally, *rand.Rand) {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("FAULT_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	c := &tally{}
	t.Cleanup(func() {
		t.Logf("seed %d: kills %d, lost %d, torn %d", seed, c.kills, c.lost, c.torn)
		if c.lost+c.torn > 0 || c.kills == 0 {
			t.Fail()
		}
	})
	return c, rand.New(rand.NewPCG(seed, 1)) // dice, not keys
}

// moment waits until the victims have begun, mostly, and then for a random time up to most.
func moment(dice *rand.Rand, most time.Duration, victims ...*victim) {
	for _, v := range victims {
		if dice.IntN(8) > 0 {
			v.printed(1)
		}
	}
	<-time.After(time.Duration(dice.Int64N(int64(most))))
}

// intact counts a store as torn whose pages, or whose counts, do not fit together.
func (c *tally) intact(t *testing.T, s *store.Store) {
	t.Helper()
	v, err := s.Text("SELECT group_concat(integrity_check) FROM pragma_integrity_check")
	halves, err1 := s.Text("SELECT count(*) FROM token t WHERE NOT EXISTS (SELECT 1 FROM token_secret WHERE token_id = t.id)")
	count, err2 := s.Text("SELECT coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'count'), 0) = (SELECT count(*) FROM token)")
	if err := errors.Join(err, err1, err2); err != nil || v != "ok" || halves != "0" || count != "1" {
		t.Errorf("torn: %q, %s tokens without secrets, counts fit: %s, %v", v, halves, count, err)
		c.add(&c.torn)
	}
}

// holds counts a token that was said to be stored and is not there or does not open.
func (c *tally) holds(t *testing.T, s *store.Store, ids []string) {
	t.Helper()
	view(t, s, func(r console.Reader) error {
		for _, id := range ids {
			if got, err := r.Secrets(id); err != nil || !got.Access.Equal(secret.New("secret of "+id)) {
				t.Errorf("%s was stored and is lost: %v", id, err)
				c.add(&c.lost)
			}
		}
		return nil
	})
}

// stored gives the tokens that a child said it had stored.
func stored(said []string) []string {
	var ids []string
	for _, line := range said {
		if name, i, ok := strings.Cut(line, " "); ok {
			ids = append(ids, name+"-"+i)
		}
	}
	return ids
}

func TestFaultTwoWriters(t *testing.T) {
	c, dice := harness(t)
	dir := t.TempDir()
	load := strike(t, dir, "load 1000000") // goes on all the time; a third one, so to speak
	var done []string
	for round := range 15 {
		a := strike(t, dir, fmt.Sprintf("a%d 1000000", round))
		b := strike(t, dir, fmt.Sprintf("b%d 1000000", round))
		moment(dice, 60*time.Millisecond, a, b)
		for _, v := range []*victim{a, b} {
			if v.kill() {
				c.add(&c.kills)
			}
			done = append(done, stored(v.said)...)
			moment(dice, 20*time.Millisecond)
		}
		if round%5 == 4 {
			s := open(t, dir)
			c.intact(t, s)
			c.holds(t, s, done)
		}
	}
	if load.kill() {
		c.add(&c.kills)
	}
	s := open(t, dir)
	c.intact(t, s)
	c.holds(t, s, append(done, stored(load.said)...))
	if len(done) == 0 {
		t.Error("nobody stored anything: the harness waits too short")
	}
}

// turns changes the key again and again, between the kinds that it is given.
func turns(ctx context.Context, dir string, kinds []string) error {
	s, err := store.Open(ctx, dir, turning())
	if err != nil {
		return err
	}
	if err := s.Unlock(ctx, secret.Text{}); err != nil {
		return err
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		if err := s.Rotate(ctx, store.Rotation{To: kinds[i%len(kinds)]}); err != nil && codeOf(err) != "store_busy" {
			return err
		}
		fmt.Println("rotated")
	}
}

// turning are the slots of the harness: none of them asks anybody.
func turning() store.Options {
	return store.Options{Slots: []store.KeySlot{
		store.Command("a command", func(context.Context) (secret.Text, error) { return secret.New("what a command of a test prints"), nil }),
	}}
}

func TestFaultRotationWhileAnotherWrites(t *testing.T) {
	c, dice := harness(t)
	dir := t.TempDir()
	stocked(t, dir, 20)
	var done []string
	rotations := 0
	for round := range 14 {
		w := strike(t, dir, fmt.Sprintf("w%d 1000000", round))
		r := strike(t, dir, "turns file")
		moment(dice, 150*time.Millisecond, r, w)
		first, second := w, r
		if dice.IntN(2) == 0 {
			first, second = r, w
		}
		for _, v := range []*victim{first, second} {
			if v.kill() {
				c.add(&c.kills)
			}
			moment(dice, 20*time.Millisecond)
		}
		done = append(done, stored(w.said)...)
		rotations += len(r.said)
		s := open(t, dir)
		if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
			t.Errorf("after %d rotations: %v", rotations, err)
			c.add(&c.lost)
			return
		}
		c.intact(t, s)
		c.holds(t, s, done)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d rotations, %d tokens written meanwhile", rotations, len(done))
}
