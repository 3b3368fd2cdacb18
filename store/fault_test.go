package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

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

// victim is a process that is going to be killed, and what it said until then.
type victim struct {
	kill  func() bool // says whether it was still alive
	ended func() bool // waits for its end, and says whether it was killed
	said  []string    // complete once one of them returned; without "ready"

	began chan struct{} // it has said something
}

// strike starts a child and collects what it says.
func strike(t *testing.T, dir, do string) *victim {
	t.Helper()
	cmd, out := start(t, dir, do)
	v := &victim{began: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		begun := sync.OnceFunc(func() { close(v.began) })
		defer begun()
		for out.Scan() {
			begun()
			if out.Text() != "ready" {
				v.said = append(v.said, out.Text())
			}
		}
	}()
	v.ended = func() bool {
		<-ended
		_ = cmd.Wait()
		return cmd.ProcessState.ExitCode() < 0
	}
	v.kill = func() bool {
		_ = cmd.Process.Kill()
		return v.ended()
	}
	return v
}

// patience is how long a victim is given to begin, which takes a busy machine a while.
const patience = time.Minute

// moment waits until the victims have begun, mostly, and then for a random time up to most.
func moment(dice *rand.Rand, most time.Duration, victims ...*victim) {
	for _, v := range victims {
		if dice.IntN(8) > 0 {
			select {
			case <-v.began:
			case <-time.After(patience):
			}
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

// manySteps are migrations that take their time.
func manySteps() []string {
	steps := store.SchemaSteps()
	for i := range 12 {
		steps = append(steps, fmt.Sprintf("CREATE TABLE extra%d (x BLOB) STRICT; INSERT INTO extra%d VALUES (zeroblob(200000)); ALTER TABLE token ADD COLUMN note%d TEXT NOT NULL DEFAULT 'new';", i, i, i))
	}
	return steps
}

// climb brings a store to the last of manySteps.
func climb(ctx context.Context, dir string, _ []string) error {
	fmt.Println("ready")
	s, err := store.OpenSteps(ctx, dir, store.Options{}, manySteps())
	if err != nil {
		return err
	}
	return s.Close()
}

func TestFaultMigration(t *testing.T) {
	c, dice := harness(t)
	reached := map[string]int{}
	for range 18 {
		dir := t.TempDir()
		db := stocked(t, dir, 50)
		v := strike(t, dir, "climb")
		moment(dice, 200*time.Millisecond, v)
		if v.kill() {
			c.add(&c.kills)
		}
		// With the new program it is brought to the end.
		at, err := store.OpenSteps(t.Context(), dir, store.Options{Lists: true}, nil)
		if e := codeOf(err); e != "store_newer" {
			t.Error(at, err)
		}
		_, where, _ := strings.Cut(fmt.Sprint(err), "version ")
		reached[strings.Split(where, ";")[0]]++
		s, err := store.OpenSteps(t.Context(), dir, store.Options{}, manySteps())
		if err != nil {
			t.Errorf("a killed migration is not taken up again: %v", err)
			c.add(&c.lost)
			continue
		}
		var ids []string
		for i := range 50 {
			ids = append(ids, fmt.Sprint("t", i))
		}
		c.intact(t, s)
		c.holds(t, s, ids)
		version, err := s.Text("SELECT user_version FROM pragma_user_version")
		if err != nil || version != fmt.Sprint(len(manySteps())) {
			t.Errorf("version %s: %v", version, err)
		}
		_ = s.Close()
		// And a copy from before is whole: the old program can take it up.
		copies, err := filepath.Glob(fmt.Sprintf("%s.v%d-*", db, len(store.SchemaSteps())))
		if err != nil {
			t.Fatal(err)
		}
		good := 0
		for _, path := range copies {
			if size := fileSize(t, path); size == 0 {
				continue // begun by the one that was killed, before anything was changed
			}
			back := t.TempDir()
			for from, to := range map[string]string{path: "lanyard.db", filepath.Join(dir, "lanyard.key"): "lanyard.key"} {
				b, err := os.ReadFile(from)
				if err := errors.Join(err, os.WriteFile(filepath.Join(back, to), b, 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			o, err := store.Open(t.Context(), back, store.Options{})
			if err != nil {
				continue // begun by the one that was killed
			}
			if n, err := o.Text("SELECT count(*) FROM token"); err == nil && n == "50" {
				c.intact(t, o)
				c.holds(t, o, ids)
				good++
			}
			_ = o.Close()
		}
		if good == 0 {
			t.Errorf("no whole copy among %d", len(copies))
			c.add(&c.lost)
		}
	}
	t.Log("killed at versions: ", reached)
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// saves makes backups one after the other, for the recipient it is given.
func saves(ctx context.Context, dir string, args []string) error {
	to, err := age.ParseX25519Recipient(args[1])
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		path := filepath.Join(args[0], fmt.Sprint("b", i, ".age"))
		if err := s.BackupTo(ctx, path, to); err != nil {
			return err
		}
		fmt.Println(path)
	}
}

func TestFaultBackup(t *testing.T) {
	c, dice := harness(t)
	id := pair(t)
	dir := t.TempDir()
	stocked(t, dir, 30)
	w := strike(t, dir, "w 1000000")
	backups := 0
	for range 12 {
		out := t.TempDir()
		v := strike(t, dir, fmt.Sprintf("saves %s %s", out, id.Recipient()))
		moment(dice, 150*time.Millisecond, v)
		if v.kill() {
			c.add(&c.kills)
		}
		there, err := filepath.Glob(filepath.Join(out, "b*.age"))
		if err != nil {
			t.Fatal(err)
		}
		if len(there) < len(v.said) {
			t.Errorf("%d were written, %d are there", len(v.said), len(there))
			c.add(&c.lost)
		}
		for _, path := range there { // what has its name is whole
			backups++
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			back := filepath.Join(t.TempDir(), "state")
			if _, err := store.Restore(t.Context(), back, bytes.NewReader(b), []age.Identity{id}, store.Restoring{}); err != nil {
				t.Errorf("%s: %v", path, err)
				c.add(&c.torn)
				continue
			}
			s := open(t, back)
			c.torn += partly(t, s)
		}
	}
	if w.kill() {
		c.add(&c.kills)
	}
	s := open(t, dir)
	c.holds(t, s, stored(w.said))
	c.torn += partly(t, s)
	t.Logf("%d backups of a store that was written to", backups)
}

// partly is 1 for a store in which something is only half there. (The writers of a stocked store count from what it says.)
func partly(t *testing.T, s *store.Store) int {
	t.Helper()
	c := &tally{}
	c.intact(t, s)
	return c.torn
}

// replaces restores one backup after the other, in the place of the store that is there.
func replaces(ctx context.Context, dir string, args []string) error {
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	who, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for i := 0; ; i++ {
		b, err := os.ReadFile(args[1+i%2])
		if err != nil {
			return err
		}
		r := store.Restoring{Options: turning(), Replace: true}
		if len(args) > 3 {
			r.First = []string{args[3+i%(len(args)-3)]}
		}
		if _, err := store.Restore(ctx, dir, bytes.NewReader(b), who, r); err != nil {
			return err
		}
		fmt.Println("restored")
	}
}

func TestFaultRestore(t *testing.T) {
	c, dice := harness(t)
	id := pair(t)
	at := t.TempDir()
	args := []string{filepath.Join(at, "identity")}
	if err := os.WriteFile(args[0], []byte(id.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{40, 70} { // two stores that can be told apart
		dir := t.TempDir()
		stocked(t, dir, n)
		path := filepath.Join(at, fmt.Sprint(n, ".age"))
		if err := open(t, dir).BackupTo(t.Context(), path, id.Recipient()); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	seen, restored := map[int]int{}, 0
	for round := range 21 {
		dir := t.TempDir()
		stocked(t, dir, 10)
		kinds := []string{"file", "file command", "command file"}[round%3]
		v := strike(t, dir, "replaces "+strings.Join(args, " ")+" "+kinds)
		moment(dice, 250*time.Millisecond, v)
		if v.kill() {
			c.add(&c.kills)
		}
		restored += len(v.said)
		s, err := store.Open(t.Context(), dir, turning())
		if err == nil {
			err = s.Unlock(t.Context(), secret.Text{})
		}
		if err != nil {
			t.Errorf("neither the old store nor the new one opens: %v", err)
			c.add(&c.lost)
			continue
		}
		v2, err := s.Text("SELECT count(*) FROM token")
		n, _ := strconv.Atoi(v2)
		if err != nil || n != 10 && n != 40 && n != 70 || n == 10 && len(v.said) > 0 {
			t.Errorf("%s tokens after %d restores, %v", v2, len(v.said), err)
			c.add(&c.lost)
		}
		seen[n]++
		var ids []string
		for i := range n {
			ids = append(ids, fmt.Sprint("t", i))
		}
		c.intact(t, s)
		c.holds(t, s, ids)
		_ = s.Close()
		if len(v.said) > 0 { // then the first store is kept, and opens with its key
			c.kept(t, dir)
		}
	}
	t.Logf("%d restores came to their end; tokens found: %v", restored, seen)
}

// kept looks for the store with ten tokens among those that were put aside.
func (c *tally) kept(t *testing.T, dir string) {
	t.Helper()
	found := false
	copies, err := filepath.Glob(filepath.Join(dir, "lanyard.db.before-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range copies {
		back := t.TempDir()
		db, err := os.ReadFile(path)
		key, err1 := os.ReadFile(strings.Replace(path, "lanyard.db.", "lanyard.key.", 1))
		if err1 != nil {
			continue // its key was not in a file: not the first one
		}
		if err := errors.Join(err, os.WriteFile(filepath.Join(back, "lanyard.db"), db, 0o600), os.WriteFile(filepath.Join(back, "lanyard.key"), key, 0o600)); err != nil {
			t.Fatal(err)
		}
		s := open(t, back)
		if n, err := s.Text("SELECT count(*) FROM token"); err == nil && n == "10" {
			sound(t, s, 10)
			found = true
		}
	}
	if !found {
		t.Errorf("the store from before is not among %d that were kept", len(copies))
		c.add(&c.lost)
	}
}

// restoreUntil restores and dies at a step.
func restoreUntil(ctx context.Context, dir string, args []string) error {
	id, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	who, err := age.ParseIdentities(bytes.NewReader(id))
	if err != nil {
		return err
	}
	b, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	r := store.Restoring{Options: turning(), Replace: true}
	r.First = []string{args[2]}
	_, err = store.Restore(ctx, dir, bytes.NewReader(b), who, r.AtStep(func(at string) {
		if at == args[3] {
			self, err := os.FindProcess(os.Getpid())
			if err := errors.Join(err, self.Kill()); err != nil {
				os.Exit(1)
			}
			select {} // the rest is not to happen
		}
	}))
	return err
}

func TestFaultRestoreKilledAtEveryStep(t *testing.T) {
	c, _ := harness(t)
	id := pair(t)
	at := t.TempDir()
	args := filepath.Join(at, "identity") + " " + filepath.Join(at, "b.age")
	from := t.TempDir()
	stocked(t, from, 40)
	if err := errors.Join(os.WriteFile(filepath.Join(at, "identity"), []byte(id.String()), 0o600),
		open(t, from).BackupTo(t.Context(), filepath.Join(at, "b.age"), id.Recipient())); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"file", "command"} {
		for _, harm := range []string{"sound", "damaged", "fresh"} {
			for _, step := range store.RestoreSteps() {
				if (step == "cleared") != (harm == "damaged") && step == "cleared" {
					continue // there is nothing to clear
				}
				t.Run(kind+" "+harm+" "+step, func(t *testing.T) {
					dir := filepath.Join(t.TempDir(), "state")
					var old []byte
					if harm != "fresh" {
						db := stocked(t, dir, 10)
						if harm == "damaged" {
							if err := os.WriteFile(db, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
								t.Fatal(err)
							}
						}
						old = files(t, dir)["lanyard.db"]
					}
					v := strike(t, dir, fmt.Sprintf("restore-until %s %s %s", args, kind, step))
					if !v.ended() {
						t.Fatal("it was not killed")
					}
					c.add(&c.kills)
					again := store.Restoring{Options: turning(), Replace: true}
					want := map[string]int{"sound": 10, "fresh": 0}[harm]
					switch {
					case step == "swapped":
						want = 40
					case harm == "damaged":
						kept := false // what does not open is there, byte for byte, in its place or beside
						for name, b := range files(t, dir) {
							kept = kept || strings.HasPrefix(name, "lanyard.db") && bytes.Equal(b, old)
						}
						if !kept {
							c.add(&c.lost)
							t.Error("the damaged database is gone")
						}
						b, err := os.ReadFile(filepath.Join(at, "b.age"))
						if err != nil {
							t.Fatal(err)
						}
						if _, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, again); err != nil {
							t.Fatal(err)
						}
						want = 40
					}
					s, err := store.Open(t.Context(), dir, turning())
					if err == nil {
						err = s.Unlock(t.Context(), secret.Text{})
					}
					if err != nil {
						c.add(&c.lost)
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = s.Close() })
					sound(t, s, want)
					if err := s.Rotate(t.Context(), store.Rotation{To: "file"}); err != nil { // what was left lying is in nobody's way
						t.Fatal(err)
					}
					sound(t, s, want)
				})
			}
		}
	}
}
