package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// The fault harness kills other lanyard processes, most of them at a named step. Then it looks for
// everything that they reported as stored. With LANYARD_FULL all steps are hit, and some victims
// are killed after a random printed line instead. They run on while the signal travels, so they die
// anywhere, also within SQLite. FAULT_SEED repeats the numbers of these lines, not the places.

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

// harness returns the counts and the random numbers of one test, and prints the counts at its end.
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
	return c, rand.New(rand.NewPCG(seed, 1)) // random, not keys
}

// died waits for a victim whose fate is a step, and fails if it ended otherwise.
func (c *tally) died(t *testing.T, v *victim) {
	t.Helper()
	if !v.killed() {
		t.Errorf("%s: the step was not reached: %v", v.cmd.Env[len(v.cmd.Env)-1],
			v.cmd.ProcessState)
		return
	}
	c.add(&c.kills)
}

// struck kills a victim after it has printed a number of lines. One that has ended by itself is not
// counted.
func (c *tally) struck(v *victim, lines int) {
	v.t.Helper()
	v.printed(lines)
	if v.kill() {
		c.add(&c.kills)
	}
}

// intact counts a store as torn whose pages, or whose counts, do not fit together.
func (c *tally) intact(t *testing.T, s *store.Store) {
	t.Helper()
	v, err := s.Text("SELECT group_concat(integrity_check) FROM pragma_integrity_check")
	halves, err1 := s.Text(
		"SELECT count(*) FROM token t WHERE NOT EXISTS (SELECT 1 FROM token_secret WHERE " +
			"token_id = t.id)")
	count, err2 := s.Text(
		"SELECT coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'count'), 0) " +
			"= (SELECT count(*) FROM token)")
	if err := errors.Join(err, err1, err2); err != nil || v != "ok" || halves != "0" ||
		count != "1" {
		t.Errorf("torn: %q, %s tokens without secrets, counts fit: %s, %v", v, halves, count, err)
		c.add(&c.torn)
	}
}

// holds counts as lost each token that was reported as stored and that is missing or does not open.
func (c *tally) holds(t *testing.T, s *store.Store, ids []string) {
	t.Helper()
	view(t, s, func(r console.Reader) error {
		for _, id := range ids {
			if got, err := r.Secrets(id); err != nil ||
				!got.Access.Equal(secret.New("secret of "+id)) {
				t.Errorf("%s was stored and is lost: %v", id, err)
				c.add(&c.lost)
			}
		}
		return nil
	})
}

// stored returns the tokens that a child reported as stored.
func stored(said []string) []string {
	var ids []string
	for _, line := range said {
		if name, i, ok := strings.Cut(line, " "); ok {
			ids = append(ids, name+"-"+i)
		}
	}
	return ids
}

// writeSteps are the steps at which a child of the role "writes" can die.
func writeSteps() []string { return append(store.UpdateSteps(), "half written") }

// writes is a child that reads a number from each line of its input and writes that many tokens.
// All children write at once, so it waits for the others without a limit.
func writes(ctx context.Context, dir string, args []string) error {
	s, err := store.Open(ctx, dir, turning())
	if err == nil {
		err = s.Unlock(ctx, secret.Text{})
	}
	if err != nil {
		return err
	}
	at := fate()
	s.AtStep(at)
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for i := 0; in.Scan(); {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		for last := i + n; i < last; i++ {
			if err := s.Update(ctx,
				func(w console.Writer) error { return putNext(w, args[0], i, at) }); err != nil {
				return err
			}
			fmt.Println(args[0], i)
		}
	}
	return s.Close()
}

// exactly checks that a token exists if and only if its transaction was committed. It counts a
// missing token as lost, and one that should not exist as torn.
func (c *tally) exactly(t *testing.T, s *store.Store, id string, committed bool) {
	t.Helper()
	n, err := s.Text("SELECT count(*) FROM token WHERE id = ?", id)
	if committed && n == "1" || !committed && n == "0" {
		return
	}
	t.Errorf("%s tokens %s, committed: %v, %v", n, id, committed, err)
	if committed {
		c.add(&c.lost)
	} else {
		c.add(&c.torn)
	}
}

func TestFaultTwoWriters(t *testing.T) {
	t.Parallel()
	c, random := harness(t)
	dir := t.TempDir()
	s := openWith(t, dir, patient(turning()))
	load := strike(t, dir, "writes load", "") // is not killed
	var done []string
	look := func(round int) {
		load.ask(2)
		load.did(5*round + 5) // the leases of the killed ones are free
		c.intact(t, s)
		c.holds(t, s, done)
	}
	steps, round := writeSteps(), 0
	for i := range len(steps) * len(steps) {
		if !sampled(i, len(steps)+1) { // in the sample, both die at the same step
			continue
		}
		const nth, other = 2, 4 // the second one goes on for two tokens
		a := strike(t, dir, fmt.Sprint("writes a", i), fated(steps[i/len(steps)], nth))
		b := strike(t, dir, fmt.Sprint("writes b", i), fated(steps[i%len(steps)], other))
		load.ask(3)
		a.ask(other)
		b.ask(other)
		c.died(t, a)
		c.died(t, b)
		done = append(append(done, stored(a.said)...), stored(b.said)...)
		look(round)
		c.exactly(t, s, fmt.Sprintf("a%d-%d", i, nth-1), steps[i/len(steps)] == "update committed")
		c.exactly(t, s, fmt.Sprintf("b%d-%d", i, other-1),
			steps[i%len(steps)] == "update committed")
		round++
	}
	for i := 0; full() && i < 8; i++ {
		a := strike(t, dir, fmt.Sprint("writes c", i), tells)
		b := strike(t, dir, fmt.Sprint("writes d", i), tells)
		load.ask(3)
		a.ask(20)
		b.ask(20)
		c.struck(a, 1+random.IntN(60))
		c.struck(b, 1+random.IntN(60))
		done = append(append(done, stored(a.said)...), stored(b.said)...)
		look(round)
		round++
	}
	if load.kill() {
		c.add(&c.kills)
	}
	done = append(done, stored(load.said)...)
	c.intact(t, s)
	c.holds(t, s, done)
	t.Logf("%d tokens stored", len(done))
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
	s.AtStep(fate())
	fmt.Println("ready")
	for i := range 100 {
		if err := s.Rotate(ctx, store.Rotation{To: kinds[i%len(kinds)]}); err != nil &&
			codeOf(err) != "store_busy" {
			return err
		}
		fmt.Println("rotated")
	}
	return s.Close()
}

// turning returns options whose key slots need no person. A store with them waits for the locks of
// other stores.
func turning() store.Options {
	return patient(store.Options{Slots: []store.KeySlot{
		store.Cheap(store.Command("a command", func(context.Context) (secret.Text, error) {
			return secret.New("what a command of a test prints"), nil
		})),
	}})
}

func TestFaultRotationWhileAnotherWrites(t *testing.T) {
	t.Parallel()
	c, random := harness(t)
	dir := t.TempDir()
	stocked(t, dir, 20)
	var done []string
	rotations := 0
	look := func(w, r *victim) {
		done = append(done, stored(w.said)...)
		rotations += len(r.said)
		s := openWith(t, dir, turning())
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
	steps, kinds := store.KeySteps(), []string{"file", "file command", "command file"}
	for i := range len(kinds) * len(steps) {
		if !sampled(i, len(steps)+1) {
			continue
		}
		const before, during, after = 2, 3, 3
		write := fated(writeSteps()[i%len(writeSteps())], before+1)
		if i%2 == 1 { // the writer outlives the rotation
			write = fated(writeSteps()[i%len(writeSteps())], before+during+1)
		}
		w := strike(t, dir, fmt.Sprint("writes w", i), write)
		w.ask(before)
		w.did(before)
		r := strike(t, dir, "turns "+kinds[i/len(steps)], fated(steps[i%len(steps)], 1+i%2))
		r.printed(1)
		w.ask(during)
		c.died(t, r)
		w.ask(after) // the key may be another one by now
		c.died(t, w)
		look(w, r)
	}
	for i := 0; full() && i < 6; i++ {
		w := strike(t, dir, fmt.Sprint("writes v", i), tells)
		r := strike(t, dir, "turns "+kinds[i%len(kinds)], tells)
		w.ask(20)
		if random.IntN(2) == 0 {
			c.struck(w, 1+random.IntN(30))
		}
		c.struck(r, 1+random.IntN(30))
		c.struck(w, 0)
		look(w, r)
	}
	t.Logf("%d rotations, %d tokens written meanwhile", rotations, len(done))
}
