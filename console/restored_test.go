package console_test

import (
	"bytes"
	"context"
	"path/filepath"
	"sync"
	"testing"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store"
)

// replacing is a store that is replaced by a restored backup after the first reading.
type replacing struct {
	*store.Store
	restore func()
}

func (r replacing) View(ctx context.Context, f func(console.Reader) error) error {
	defer r.restore()
	return r.Store.View(ctx, f)
}

// A token of a restored backup is no answer to a request that began before.
func TestRestoredTokenIsNoAnswer(t *testing.T) {
	for name, ask := range map[string]func(s *console.Service, appID,
		tokenID string) (console.Outcome, error){
		"get": func(s *console.Service, appID, _ string) (console.Outcome, error) {
			return s.Get(t.Context(), appID, console.GetOptions{})
		},
		"renew": func(s *console.Service, _, tokenID string) (console.Outcome, error) {
			return s.Renew(t.Context(), tokenID)
		},
		"renew the application": func(s *console.Service, appID, _ string) (console.Outcome,
			error) {
			return s.RenewApplication(t.Context(), appID)
		},
		"obtain": func(s *console.Service, appID, _ string) (console.Outcome, error) {
			return s.Obtain(t.Context(), appID, console.ObtainOptions{Fresh: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, _ := onDisk(t)
			app := w.app("Payments", "PRODUCTION")
			st, ok := w.keeper.(*store.Store)
			if !ok {
				t.Fatal("no store")
			}
			id, err := age.GenerateX25519Identity()
			if err != nil {
				t.Fatal(err)
			}
			held := onlyToken(t, w.console())
			for range 3 {
				held = must[console.Outcome](t)(w.console().Renew(t.Context(), held.ID)).Token
			}
			var backup bytes.Buffer
			if err := st.Backup(t.Context(), &backup, id.Recipient()); err != nil {
				t.Fatal(err)
			}
			var once sync.Once
			// A younger store, with a lower revision. The backup replaces it directly after its
			// first reading.
			young, err := store.Open(t.Context(), t.TempDir(), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = young.Close() }()
			held.AnswerRev = 0
			if err := young.Update(t.Context(),
				func(w console.Writer) error { return w.PutToken(&held) }); err != nil {
				t.Fatal(err)
			}
			w.keeper = replacing{young, func() {
				once.Do(func() {
					_, err := store.Restore(t.Context(), filepath.Dir(young.Path()), &backup,
						[]age.Identity{id}, store.Restoring{Replace: true})
					if err != nil {
						t.Error(err)
					}
				})
			}}
			out, err := ask(w.console(), app.ID, held.ID)
			if err != nil || out.How == console.Reused {
				t.Errorf("%s %v, %v", out.How, out.Notes, err)
			}
		})
	}
}
