package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gokeyring "github.com/zalando/go-keyring"

	"lanyard/console"
	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// rotateUntil is a child: it changes the key to another kind and dies at a step.
func rotateUntil(ctx context.Context, dir string, args []string) error {
	s, err := store.Open(ctx, dir,
		store.Options{Slots: []store.KeySlot{store.Cheap(key.Passphrase()),
			store.Cheap(store.Environment("LANYARD_KEY",
				func(string) (string, bool) {
					return "a text of sixteen or more LANYARD_KEY", true
				})),
			store.RingOf(dirRing(filepath.Join(dir, "ring")), patience, patience)}})
	if err != nil {
		return err
	}
	if err := s.Unlock(ctx, secret.New(phrase)); err != nil {
		return err
	}
	s.AtStep(fate())
	if err := s.Rotate(ctx,
		store.Rotation{To: args[0], Passphrase: secret.New(phrase), Now: now}); err != nil {
		return err
	}
	return s.Close()
}

// dirRing is a keyring in a directory, which several processes can use.
type dirRing string

func (d dirRing) path(
	service, user string) string {
	return filepath.Join(string(d), service+"-"+user)
}

func (d dirRing) Get(service, user string) (string, error) {
	b, err := os.ReadFile(d.path(service, user))
	if errors.Is(err, fs.ErrNotExist) {
		err = gokeyring.ErrNotFound
	}
	return string(b), err
}

func (d dirRing) Set(service, user, text string) error {
	return errors.Join(os.MkdirAll(string(d), 0o700),
		os.WriteFile(d.path(service, user), []byte(text), 0o600))
}

func (d dirRing) Delete(service, user string) error { return os.Remove(d.path(service, user)) }

func TestFaultRotationKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	c, _ := harness(t)
	i := 0
	for _, change := range []string{"file file", "file passphrase", "env file", "legacy file",
		"file keyring", "keyring file", "keyring keyring"} {
		from, to, _ := strings.Cut(change, " ")
		for _, step := range store.KeySteps() {
			i++
			if !sampled(i-1, 5) {
				continue
			}
			t.Run(change+" "+step, func(t *testing.T) {
				dir := t.TempDir()
				if from == "legacy" {
					dir = legacy(t)
				}
				o := rings(t)
				o.Slots = append(o.Slots,
					store.RingOf(dirRing(filepath.Join(dir, "ring")), patience, patience))
				s := openWith(t, dir, o)
				if from != "legacy" {
					rotate(t, s, from)
				}
				filled(t, s) // and it stays open, as another console
				other := openWith(t, dir, o)
				if err := other.Unlock(t.Context(), secret.Text{}); err != nil {
					t.Fatal(err)
				}
				c.died(t, strike(t, dir, "rotate "+to, fated(step, 1)))
				again := openWith(t, dir, o)
				for _, s := range []*store.Store{s, other, again} {
					if err := s.Unlock(t.Context(), secret.New(phrase)); err != nil {
						c.add(&c.lost)
						t.Fatal(err)
					}
					whole(t, s)
				}
				want := from
				if !slices.Contains([]string{"made", "resealed", "pinned"}, step) {
					want = to
				} else if from == "legacy" {
					want = "file"
				}
				if got := again.Key().Kind; got != want {
					t.Errorf("kept in %s, not in %s", got, want)
				}
				update(t, again, func(w console.Writer) error {
					return errors.Join(w.PutToken(&console.Token{ID: "n"}),
						w.PutSecrets("n", console.Secrets{Access: secret.New("n")}))
				})
				whole(t, s)
				if _, err := os.Stat(
					filepath.Join(dir,
						"lanyard.key")); (err == nil) != (again.Key().Kind == "file") {
					t.Errorf("the key file: %v", err)
				}
				rotate(t, again, "file") // removes what the killed process left
				left, _ := filepath.Glob(filepath.Join(dir, "*lanyard.key*"))
				if len(left) != 1 || filepath.Base(left[0]) != "lanyard.key" {
					t.Error(left)
				}
				whole(t, s)
				if i, err := again.KeyInfo(t.Context()); err != nil || i.Pinned != "keyring" ||
					len(i.Remembered) != 1 {
					t.Errorf("remembered: %+v %v", i, err)
				}
				// A keyring may keep only the entry of a killed process that never came into force:
				// no database records its name.
				if left, _ := filepath.Glob(filepath.Join(dir, "ring", "lanyard-store-*")); len(
					left) > 1 || len(left) == 1 &&
					(to != "keyring" || step != "made" && step != "resealed" && step != "pinned") {
					t.Error(left)
				}
			})
		}
	}
}
