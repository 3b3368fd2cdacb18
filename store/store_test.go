package store_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func memory(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.OpenMemory(context.Background(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// each runs f on a store on disk and on one in memory.
func each(t *testing.T, f func(*testing.T, *store.Store)) {
	t.Run("disk", func(t *testing.T) { f(t, open(t, filepath.Join(t.TempDir(), "state"))) })
	t.Run("memory", func(t *testing.T) { f(t, memory(t)) })
}

func update(t testing.TB, s *store.Store, f func(console.Writer) error) {
	t.Helper()
	if err := s.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *store.Store, f func(console.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// fill sets everything that v points to to something that is not zero and met nowhere else, so that a
// column that was forgotten or crossed with another one goes red. Secrets are left alone.
func fill(v any) {
	n := int64(0)
	var set func(reflect.Value)
	set = func(v reflect.Value) {
		n++
		switch x := v.Addr().Interface().(type) {
		case *time.Time:
			*x = time.Date(2026, 11, 23, 10, 0, int(n), 123456789, time.UTC)
			return
		case **console.Mark, *[]console.Probe:
			return // come by other calls
		}
		switch v.Kind() {
		case reflect.String:
			v.SetString(fmt.Sprintf("text %d ü'\"\x00%%", n))
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int, reflect.Int64:
			v.SetInt(n<<33 + n)
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			set(v.Index(0))
			set(v.Index(1))
		case reflect.Map:
			v.Set(reflect.ValueOf(url.Values{"validity_period": {"3600"}, "x": {"", "ü"}}))
		case reflect.Struct:
			for i := range v.NumField() {
				set(v.Field(i))
			}
		default:
			panic("fill: " + v.Type().String())
		}
	}
	set(reflect.ValueOf(v).Elem())
}

func TestTokenKeepsEveryField(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var full, bare console.Token
		fill(&full)
		bare.ID = "t_bare"
		bare.Scopes = []string{} // not the same as nil
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&full), w.PutToken(&bare))
		})
		if full.Rev == 0 || bare.Rev <= full.Rev {
			t.Errorf("revisions %d, %d", full.Rev, bare.Rev)
		}
		// Stored over it: every column is replaced, also by zero.
		again := console.Token{ID: full.ID, IssuedAt: full.IssuedAt}
		view(t, s, func(r console.Reader) error {
			for _, want := range []console.Token{full, bare} {
				got, err := r.Token(want.ID)
				if err != nil {
					return err
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
			}
			ts, err := r.Tokens()
			if !reflect.DeepEqual(ts, []console.Token{bare, full}) {
				t.Errorf("list %+v", ts)
			}
			return err
		})
		update(t, s, func(w console.Writer) error { return w.PutToken(&again) })
		view(t, s, func(r console.Reader) error {
			got, err := r.Token(full.ID)
			if !reflect.DeepEqual(got, again) {
				t.Errorf("replaced %+v\nwant %+v", got, again)
			}
			return err
		})
	})
}

func TestApplicationKeepsEveryField(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var full, bare console.Application
		fill(&full)
		bare.ID = "app_bare"
		sec := console.Secrets{Access: secret.New("consumer")}
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutApplication(full, sec), w.PutApplication(bare, console.Secrets{}))
		})
		// A zero secret leaves the stored one.
		update(t, s, func(w console.Writer) error { return w.PutApplication(full, console.Secrets{}) })
		view(t, s, func(r console.Reader) error {
			all, err := r.Applications()
			if !reflect.DeepEqual(all, []console.Application{bare, full}) {
				t.Errorf("got  %+v\nwant %+v", all, []console.Application{bare, full})
			}
			one, err1 := r.Application(full.ID)
			if !reflect.DeepEqual(one, full) {
				t.Errorf("got %+v", one)
			}
			got, err2 := r.ConsumerSecret(full.ID)
			if !got.Access.Equal(sec.Access) {
				t.Error("the consumer secret was not kept")
			}
			none, err3 := r.ConsumerSecret(bare.ID)
			if !none.Access.IsZero() {
				t.Error("a secret from nowhere")
			}
			return errors.Join(err, err1, err2, err3)
		})
		update(t, s, func(w console.Writer) error {
			return w.PutApplication(full, console.Secrets{Access: secret.New("newer")})
		})
		view(t, s, func(r console.Reader) error {
			got, err := r.ConsumerSecret(full.ID)
			if !got.Access.Equal(secret.New("newer")) {
				t.Error("the consumer secret was not replaced")
			}
			return err
		})
	})
}

func TestEnvironmentOfAnotherTime(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error {
		return w.PutApplication(console.Application{ID: "a"}, console.Secrets{})
	})
	if _, err := s.Exec(`UPDATE application SET environment = '{"form":7,"name":"cloud","client_cert":"x","proxy":{}}'`); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		a, err := r.Application("a")
		if a.Environment != (console.Environment{Name: "cloud"}) {
			t.Errorf("got %+v", a.Environment)
		}
		return err
	})
}

func TestMarkAndProbeAndSetting(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var full console.Mark
		fill(&full)
		get := console.Mark{ID: "m_get", Op: "get"}
		probe := console.Probe{}
		fill(&probe)
		tok := console.Token{ID: full.TokenID}
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&tok), w.PutMark(full), w.PutMark(get), w.PutProbe(tok.ID, probe), w.PutProbe(tok.ID, console.Probe{}),
				w.SetSetting("theme", "dark"))
		})
		view(t, s, func(r console.Reader) error {
			ms, err := r.Marks()
			if !reflect.DeepEqual(ms, []console.Mark{get, full}) {
				t.Errorf("marks %+v", ms)
			}
			got, err1 := r.Token(tok.ID)
			if got.Unsure == nil || !reflect.DeepEqual(*got.Unsure, full) {
				t.Errorf("open mark %+v", got.Unsure)
			}
			if !reflect.DeepEqual(got.Probes, []console.Probe{probe, {}}) {
				t.Errorf("probes %+v", got.Probes)
			}
			if got.Rev <= tok.Rev {
				t.Errorf("revision %d after %d", got.Rev, tok.Rev)
			}
			v, err2 := r.Setting("theme")
			none, err3 := r.Setting("nothing")
			if v != "dark" || none != "" {
				t.Errorf("settings %q %q", v, none)
			}
			tok.Rev = got.Rev
			return errors.Join(err, err1, err2, err3)
		})
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.ClearMark(full.ID), w.ClearMark("m_none"), w.SetSetting("theme", "light"))
		})
		view(t, s, func(r console.Reader) error {
			got, err := r.Token(tok.ID)
			if got.Unsure != nil || got.Rev <= tok.Rev {
				t.Errorf("after clearing: %+v, revision %d after %d", got.Unsure, got.Rev, tok.Rev)
			}
			v, err1 := r.Setting("theme")
			if v != "light" {
				t.Errorf("setting %q", v)
			}
			return errors.Join(err, err1)
		})
	})
}

func TestProbesAreForgotten(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error {
		err := errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutToken(&console.Token{ID: "b"}))
		for i := range console.KeepProbes + 3 {
			err = errors.Join(err, w.PutProbe("a", console.Probe{Status: i}))
		}
		return errors.Join(err, w.PutProbe("b", console.Probe{Status: 1}))
	})
	view(t, s, func(r console.Reader) error {
		a, err := r.Token("a")
		if n := len(a.Probes); n != console.KeepProbes || a.Probes[0].Status != 3 || a.Probes[n-1].Status != console.KeepProbes+2 {
			t.Errorf("%d probes: %+v", n, a.Probes)
		}
		b, err1 := r.Token("b")
		if len(b.Probes) != 1 {
			t.Errorf("the other token's: %+v", b.Probes)
		}
		return errors.Join(err, err1)
	})
}

func TestListsAreOldestFirst(t *testing.T) {
	s := memory(t)
	at := func(n int) time.Time { return time.Unix(int64(n), 0).UTC() }
	update(t, s, func(w console.Writer) error {
		var err error
		for _, x := range []struct {
			id string
			at time.Time
		}{{"c", at(5)}, {"b", at(9)}, {"a", at(5)}, {"d", time.Time{}}, {"e", at(-5)}} {
			err = errors.Join(err, w.PutToken(&console.Token{ID: x.id, IssuedAt: x.at}), w.PutMark(console.Mark{ID: x.id, SentAt: x.at}))
		}
		return err
	})
	view(t, s, func(r console.Reader) error {
		ts, err := r.Tokens()
		ms, err1 := r.Marks()
		var a, b string
		for i := range ts {
			a, b = a+ts[i].ID, b+ms[i].ID
		}
		if a != "deacb" || b != "deacb" {
			t.Errorf("tokens %s, marks %s", a, b)
		}
		return errors.Join(err, err1)
	})
}

func TestOddTimesDoNotCostAToken(t *testing.T) {
	s := memory(t)
	far := console.Token{ID: "a", IssuedAt: time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), ExpiresAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	update(t, s, func(w console.Writer) error { return w.PutToken(&far) })
	view(t, s, func(r console.Reader) error {
		got, err := r.Token("a")
		if got.IssuedAt.Year() != 1677 || got.ExpiresAt.Year() != 2262 {
			t.Errorf("%v, %v", got.IssuedAt, got.ExpiresAt)
		}
		return err
	})
}

func TestNotFound(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(w console.Writer) error {
			_, err1 := w.Token("x")
			_, err2 := w.Application("x")
			_, err3 := w.Secrets("x")
			_, err4 := w.ConsumerSecret("x")
			for i, err := range []error{err1, err2, err3, err4, w.PutSecrets("x", console.Secrets{}), w.PutProbe("x", console.Probe{})} {
				if !errors.Is(err, console.ErrNotFound) {
					t.Errorf("%d: %v", i, err)
				}
			}
			return nil
		})
	})
}

func TestFailureRollsBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		boom := errors.New("boom")
		write := func(w console.Writer) error {
			return errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutMark(console.Mark{ID: "m"}), w.SetSetting("k", "v"),
				w.PutApplication(console.Application{ID: "p"}, console.Secrets{Access: secret.New("s")}))
		}
		if err := s.Update(t.Context(), func(w console.Writer) error { return errors.Join(write(w), boom) }); !errors.Is(err, boom) {
			t.Error(err)
		}
		func() {
			defer func() {
				if recover() != "panic" {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Update(t.Context(), func(w console.Writer) error {
				if err := write(w); err != nil {
					t.Error(err)
				}
				panic("panic")
			})
		}()
		view(t, s, func(r console.Reader) error {
			ts, err := r.Tokens()
			as, err1 := r.Applications()
			ms, err2 := r.Marks()
			v, err3 := r.Setting("k")
			if len(ts)+len(as)+len(ms) != 0 || v != "" {
				t.Error("something was kept", ts, as, ms, v)
			}
			return errors.Join(err, err1, err2, err3)
		})
	})
}

func TestViewIsOneReading(t *testing.T) {
	s := open(t, t.TempDir())
	view(t, s, func(r console.Reader) error {
		before, err := r.Tokens()
		update(t, s, func(w console.Writer) error { return w.PutToken(&console.Token{ID: "a"}) })
		after, err1 := r.Tokens()
		if len(before) != 0 || len(after) != 0 {
			t.Errorf("%d, then %d", len(before), len(after))
		}
		return errors.Join(err, err1)
	})
}

func TestContextEndsTheWait(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir), open(t, dir)
	mem := memory(t)
	for _, p := range []struct {
		name         string
		holder, wait *store.Store
	}{{"same process", a, a}, {"other handle", a, b}, {"memory", mem, mem}} {
		t.Run(p.name, func(t *testing.T) {
			update(t, p.holder, func(console.Writer) error {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				err := p.wait.Update(ctx, func(console.Writer) error { return errors.New("got in") })
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				return nil
			})
			// It is as good as new afterwards.
			update(t, p.wait, func(w console.Writer) error { return w.SetSetting("k", p.name) })
		})
	}
}

func TestMemorySurvivesACancelledUpdate(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(w console.Writer) error {
		cancel()
		return w.SetSetting("k", "lost")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	view(t, s, func(r console.Reader) error {
		v, err := r.Setting("k")
		if v != "v" {
			t.Errorf("%q", v)
		}
		return err
	})
}

func TestMemorySurvivesALostConnection(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error { return w.SetSetting("k", "v") })
	if err := s.DropConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		v, err := r.Setting("k")
		if v != "v" {
			t.Errorf("%q", v)
		}
		return err
	})
}

func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for j := range 10 {
					if err := s.Update(t.Context(), func(w console.Writer) error {
						v, err := w.Setting("k")
						return errors.Join(err, w.SetSetting("k", v+"x"), w.PutToken(&console.Token{ID: fmt.Sprint(i, j)}))
					}); err != nil {
						t.Error(err)
					}
					if err := s.View(t.Context(), func(r console.Reader) error {
						ts, err := r.Tokens()
						v, err1 := r.Setting("k")
						if len(ts) != len(v) {
							t.Errorf("%d tokens, counted %d", len(ts), len(v))
						}
						return errors.Join(err, err1)
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		view(t, s, func(r console.Reader) error {
			v, err := r.Setting("k")
			if len(v) != 80 {
				t.Errorf("%d of 80", len(v))
			}
			return err
		})
	})
}

func TestCloseWaits(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var over atomic.Bool
		closed := make(chan error)
		update(t, s, func(w console.Writer) error {
			go func() {
				err := s.Close()
				if !over.Load() {
					t.Error("closed under a running update")
				}
				closed <- err
			}()
			for _, ok := <-s.Changes(t.Context()); ok; _, ok = <-s.Changes(t.Context()) {
			}
			for range 100_000 {
				runtime.Gosched() // for a Close that does not wait
			}
			err := w.SetSetting("k", "v")
			over.Store(true)
			return err
		})
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

func TestLongReadingIsCutByItsContext(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		err := s.CountForEver(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		view(t, s, func(r console.Reader) error { _, err := r.Tokens(); return err })
	})
}

func TestMemoryStoresAreStrangers(t *testing.T) {
	a, b := memory(t), memory(t)
	update(t, a, func(w console.Writer) error { return w.SetSetting("k", "a") })
	view(t, b, func(r console.Reader) error {
		v, err := r.Setting("k")
		if v != "" {
			t.Errorf("%q", v)
		}
		return err
	})
	if a.KeySlot() != "memory" || a.Path() == b.Path() {
		t.Error(a.KeySlot(), a.Path(), b.Path())
	}
}

func TestClosed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		c := s.Changes(t.Context())
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		if _, ok := <-c; ok {
			t.Error("the channel is open")
		}
		if _, ok := <-s.Changes(t.Context()); ok {
			t.Error("a new channel is open")
		}
		err := errors.Join(s.View(t.Context(), func(console.Reader) error { panic("ran") }), nil)
		if !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
		if err := s.Update(t.Context(), func(console.Writer) error { panic("ran") }); !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b", "a?mode=memory", "a#b", "a%41", "ü", "file:x", "a;b'c\"d&e=f+g"} {
		dir := filepath.Join(t.TempDir(), name)
		s := open(t, dir)
		update(t, s, func(w console.Writer) error { return w.SetSetting("k", name) })
		if s.Path() != filepath.Join(dir, "lanyard.db") {
			t.Error(s.Path())
		}
		if info, err := os.Stat(s.Path()); err != nil || info.Size() == 0 {
			t.Errorf("%q: %v, %v", name, info, err)
		}
		beside, err := os.ReadDir(filepath.Dir(dir))
		if err != nil || len(beside) != 1 {
			t.Errorf("%q: something was written beside it: %v, %v", name, beside, err)
		}
	}
}

// canaries are the forms in which a leaked secret would be found.
func canaries(text string) []string {
	return []string{text, base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)), url.QueryEscape(text), fmt.Sprintf("%x", text)}
}

func TestNoSecretOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	texts := []string{"canary/access+1=é", "canary/refresh+2=é", "canary/id+3=é", "canary/consumer+4=é", "canary/old+5=é"}
	update(t, s, func(w console.Writer) error {
		return errors.Join(
			w.PutApplication(console.Application{ID: "p"}, console.Secrets{Access: secret.New(texts[3])}),
			w.PutToken(&console.Token{ID: "a", Fingerprint: "witness1"}),
			w.PutSecrets("a", console.Secrets{Access: secret.New(texts[4])}))
	})
	want := console.Secrets{Access: secret.New(texts[0]), Refresh: secret.New(texts[1]), ID: secret.New(texts[2])}
	update(t, s, func(w console.Writer) error { return w.PutSecrets("a", want) })
	view(t, s, func(r console.Reader) error {
		got, err := r.Secrets("a")
		if !got.Access.Equal(want.Access) || !got.Refresh.Equal(want.Refresh) || !got.ID.Equal(want.ID) {
			t.Error("the secrets did not come back")
		}
		return err
	})
	sweep := func(names ...string) {
		t.Helper()
		witness := false
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			witness = witness || strings.Contains(string(b), "witness1")
			for _, text := range texts {
				for _, c := range canaries(text) {
					if strings.Contains(string(b), c) {
						t.Errorf("%s holds %q", name, c)
					}
				}
			}
		}
		if !witness {
			t.Error("looked in the wrong files")
		}
	}
	sweep("lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.key")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sweep("lanyard.db", "lanyard.key")
	if _, err := os.Stat(filepath.Join(dir, "lanyard.db-wal")); err == nil {
		t.Error("the write-ahead log was not folded in")
	}
}

func TestMovedAndAlteredSecretsAreRefused(t *testing.T) {
	setup := func(t *testing.T) *store.Store {
		s := memory(t)
		update(t, s, func(w console.Writer) error {
			sec := func(p string) console.Secrets {
				return console.Secrets{Access: secret.New(p + "access"), Refresh: secret.New(p + "refresh"), ID: secret.New(p + "id")}
			}
			return errors.Join(
				w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", sec("a")),
				w.PutToken(&console.Token{ID: "b"}), w.PutSecrets("b", sec("b")),
				w.PutApplication(console.Application{ID: "a"}, sec("p")))
		})
		return s
	}
	for name, query := range map[string]string{
		"another row's":    "UPDATE token_secret SET access = (SELECT access FROM token_secret WHERE token_id = 'b') WHERE token_id = 'a'",
		"another column's": "UPDATE token_secret SET access = refresh WHERE token_id = 'a'",
		"another table's":  "UPDATE token_secret SET access = (SELECT consumer FROM application_secret) WHERE token_id = 'a'",
		"altered":          "UPDATE token_secret SET id_token = CAST(substr(id_token, 1, length(id_token) - 1) || char(0) AS BLOB) WHERE token_id = 'a'",
		"cut":              "UPDATE token_secret SET refresh = substr(refresh, 1, 30) WHERE token_id = 'a'",
		"of another form":  "UPDATE token_secret SET refresh = CAST(x'02' || substr(refresh, 2) AS BLOB) WHERE token_id = 'a'",
		"renamed":          "UPDATE token_secret SET access = (SELECT access FROM token_secret WHERE token_id = 'b'), refresh = (SELECT refresh FROM token_secret WHERE token_id = 'b'), id_token = (SELECT id_token FROM token_secret WHERE token_id = 'b') WHERE token_id = 'a'",
		"consumer's":       "UPDATE application_secret SET consumer = (SELECT access FROM token_secret WHERE token_id = 'a')",
	} {
		t.Run(name, func(t *testing.T) {
			s := setup(t)
			if n, err := s.Exec(query); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			view(t, s, func(r console.Reader) error {
				got, err := r.Secrets("a")
				if name == "consumer's" {
					got, err = r.ConsumerSecret("a")
				}
				if !errors.Is(err, store.ErrKey) || got.Access.Reveal()+got.Refresh.Reveal()+got.ID.Reveal() != "" {
					t.Errorf("got %v", err)
				}
				for _, leak := range []string{"access", "refresh", "id"} {
					if err != nil && strings.Contains(err.Error(), "a"+leak) {
						t.Errorf("the error tells: %v", err)
					}
				}
				_, err = r.Secrets("b")
				return err
			})
		})
	}
}

func TestNothingIsSealedTwiceAlike(t *testing.T) {
	s := memory(t)
	same := console.Secrets{Access: secret.New("same")}
	seen := map[string]bool{}
	for range 3 {
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", same))
		})
		v, err := s.Text("SELECT hex(access) FROM token_secret")
		if err != nil || seen[v] {
			t.Error(v, err)
		}
		seen[v] = true
	}
}
