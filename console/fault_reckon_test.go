package console_test

import (
	"database/sql"
	"strings"
	"sync"
	"testing"

	"lanyard/console"
	"lanyard/store"
)

// tornRows counts what a store must not hold.
func tornRows(t *testing.T, st *store.Store, file string) (torn int) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Error(verdict, err)
		torn++
	}
	err = st.View(t.Context(), func(r console.Reader) error {
		all, err := r.Tokens()
		for _, tok := range all {
			if sec, err := r.Secrets(tok.ID); err != nil || sec.Access.Fingerprint() != tok.Fingerprint || tok.Refresh == console.RefreshLive && sec.Refresh.IsZero() {
				t.Error(tok.ID, err)
				torn++
			}
			if _, err := r.Application(tok.AppID); err != nil {
				t.Error(tok.ID, err)
				torn++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return torn
}

// reckon holds the store against what the server did and what the writers said.
func reckon(t *testing.T, s *console.Service, api *issuer, said *saidBy) (lost, undelivered, unsure int) {
	t.Helper()
	b, err := s.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := map[string]string{}
	for _, a := range b.Applications {
		key[a.ID] = a.ConsumerKey
	}
	held, open := map[string]bool{}, map[string]bool{}
	gets := map[string]int{} // open marks: each explains one token that is not held
	for _, tok := range b.Tokens {
		held[tok.Fingerprint] = true
		if tok.Unsure != nil {
			unsure++
			open[tok.Fingerprint] = true
		}
	}
	for _, m := range b.Marks {
		unsure++
		gets[key[m.AppID]+" "+strings.Join(m.Scopes, " ")]++
	}
	api.mu.Lock()
	defer api.mu.Unlock()
	for fp, p := range api.written {
		if held[fp] || open[p.from] {
			continue
		}
		if gets[p.client+" "+p.scope]--; gets[p.client+" "+p.scope] < 0 {
			t.Errorf("%s was answered and is not held, and neither its get nor its predecessor is unsure", p.access)
			lost++
		}
	}
	for fp := range said.shown {
		if !held[fp] {
			t.Errorf("%s was shown and is not held", fp)
			lost++
		}
	}
	for fp := range said.decided {
		if !api.revoked[fp] {
			t.Errorf("the revoke of %s has not arrived", fp)
			undelivered++
		}
	}
	return lost, undelivered, unsure
}

// saidBy collects the lines of the writers.
type saidBy struct {
	mu             sync.Mutex
	shown, decided map[string]bool
	broken         []string
}
