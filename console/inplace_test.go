package console_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
)

// onDisk is a world on a store in a directory of its own, with a copy that was made while it was
// closed.
func onDisk(t *testing.T) (w *world, path, copied string) {
	t.Helper()
	w = newWorld(t)
	dir := t.TempDir()
	path, copied = filepath.Join(dir, "state", "lanyard.db"), filepath.Join(dir, "copy")
	begin := func() *store.Store {
		st, err := store.Open(t.Context(), filepath.Dir(path), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = st.Close() })
		return st
	}
	st := begin()
	w.keeper = st
	must[console.Outcome](t)(
		w.console().Get(t.Context(), w.app("Payments", "PRODUCTION").ID, console.GetOptions{}))
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err = errors.Join(err, os.WriteFile(copied, b, 0o600)); err != nil {
		t.Fatal(err)
	}
	w.keeper = begin()
	return w, path, copied
}

// misplacing returns ways in which another program moves or replaces an open store.
func misplacing() map[string]func(path, copied string) error {
	return map[string]func(path, copied string) error{
		"renamed over": func(path, copied string) error { return os.Rename(copied, path) },
		"deleted":      func(path, _ string) error { return os.Remove(path) },
		"log deleted":  func(path, _ string) error { return os.Remove(path + "-wal") },
		"key deleted": func(path, _ string) error {
			return os.Remove(filepath.Join(filepath.Dir(path), "lanyard.key"))
		},
		"key replaced": func(path, copied string) error {
			other := []byte(strings.Repeat("x", 32) + "\x01")
			return errors.Join(os.WriteFile(copied+".key", other, 0o600),
				os.Rename(copied+".key", filepath.Join(filepath.Dir(path), "lanyard.key")))
		},
	}
}

// misplacedError checks that a verb was refused because of the store's files, or of its key.
func misplacedError(t *testing.T, err error) {
	t.Helper()
	if e, ok := console.AsError(err); !ok || e.Code != "store_replaced" &&
		e.Code != "store_locked" || e.Hint == "" {
		t.Errorf("error %v", err)
	}
}

// A process whose open store was replaced or deleted sends no request that can be sent once. Its
// store can still be read.
func TestReplacedStoreSendsNothing(t *testing.T) {
	for name, do := range misplacing() {
		t.Run(name, func(t *testing.T) {
			w, path, copied := onDisk(t)
			s, app := w.console(), w.app("Payments", "PRODUCTION")
			tok := must[console.Outcome](t)(s.Renew(t.Context(), onlyToken(t, s).ID)).Token
			if err := do(path, copied); err != nil {
				t.Skip(err)
			}
			sent := 0
			w.wire.instead = func(*http.Request) (*http.Response, error, bool) {
				sent++
				return nil, errors.New("it was sent"), true
			}
			ctx := t.Context()
			for verb, f := range map[string]func() error{
				"get": func() error {
					_, err := s.Get(ctx, app.ID, console.GetOptions{})
					return err
				},
				"renew": func() error { _, err := s.Renew(ctx, tok.ID); return err },
				"obtain": func() error {
					_, err := s.Obtain(ctx, app.ID, console.ObtainOptions{Fresh: true})
					return err
				},
			} {
				err := f()
				if misplacedError(t, err); t.Failed() {
					t.Fatal(verb)
				}
			}
			_, err := s.Revoke(ctx, tok.ID, console.RevokeBoth, 0)
			if err == nil {
				_, err = s.DeliverOne(ctx, tok.ID)
			}
			misplacedError(t, err)
			if sent > 0 {
				t.Errorf("%d requests were sent", sent)
			}
			b := must[console.Board](t)(s.Board(ctx))
			if misplacedError(t, b.Unkept); len(b.Tokens) != 2 {
				t.Errorf("%d tokens can be read", len(b.Tokens))
			}
			if sec := must[console.Secrets](t)(s.Secrets(ctx, tok.ID)); sec.Access.IsZero() {
				t.Error("the token cannot be read")
			}
		})
	}
}

func onlyToken(t *testing.T, s *console.Service) console.Token {
	t.Helper()
	b := must[console.Board](t)(s.Board(t.Context()))
	if len(b.Tokens) != 1 {
		t.Fatalf("%d tokens", len(b.Tokens))
	}
	return b.Tokens[0]
}

// The store is replaced while the server answers: the result is not reported as stored.
func TestStoreGoesDuringACall(t *testing.T) {
	for name, do := range misplacing() {
		if strings.HasPrefix(name, "key ") {
			continue // the stored answer is there, and opens when the key is back
		}
		for verb, f := range map[string]func(*console.Service, console.Token) error{
			"renew": func(s *console.Service, tok console.Token) error {
				_, err := s.Renew(context.Background(), tok.ID)
				refusal(t, err, "not_kept")
				return err
			},
			"revoke": func(s *console.Service, tok console.Token) error {
				_, err := s.Revoke(context.Background(), tok.ID, console.RevokeBoth, 0)
				if err != nil {
					return err
				}
				done, err := s.DeliverOne(context.Background(), tok.ID)
				if len(done) != 0 ||
					!strings.Contains(errText(err),
						"has accepted it, and that could not be stored") {
					t.Errorf("told %+v, %v", done, err)
				}
				return err
			},
		} {
			t.Run(name+" "+verb, func(t *testing.T) {
				w, path, copied := onDisk(t)
				s := w.console()
				tok := onlyToken(t, s)
				w.wire.cut(nil, func(*http.Request) error {
					if err := do(path, copied); err != nil && !os.IsNotExist(err) {
						t.Error(err)
					}
					return nil
				})
				if err := f(s, tok); !strings.Contains(errText(err), path) {
					t.Errorf("error %v", err)
				}
				if n := w.wire.sent("/revoke") + w.wire.sent("/token"); n != 2 {
					t.Errorf("%d requests", n)
				}
			})
		}
	}
}

// misplaced is a store whose files are replaced after the last check before a request.
type misplaced struct{ console.Keeper }

func (misplaced) InPlace(context.Context) error {
	return &console.Error{Code: "store_replaced", Text: "it was replaced", Hint: "start again"}
}

// The store is checked before each request that can be sent once.
func TestEachSpendingRequestLooksFirst(t *testing.T) {
	for _, grant := range []string{tokenapi.GrantClientCredentials, tokenapi.GrantDeviceCode} {
		t.Run(grant, func(t *testing.T) {
			w := newWorld(t,
				func(e *console.Environment) { e.Endpoints.DeviceURL = base + "/device_authorize" })
			s := w.console(func(o *console.Options) { o.Keeper = misplaced{w.keeper} })
			_, err := s.Get(t.Context(), w.app("Orders", "PRODUCTION").ID,
				console.GetOptions{Grant: grant})
			refusal(t, err, "store_replaced")
			w.wire.mu.Lock()
			defer w.wire.mu.Unlock()
			if len(w.wire.posts) != 0 {
				t.Errorf("sent %v", w.wire.posts)
			}
		})
	}
}
