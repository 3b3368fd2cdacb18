package console_test

import (
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

// tornRows counts the rows that a store must not hold.
func tornRows(t *testing.T, st *store.Store, file string) (torn int) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRowContext(t.Context(),
		"PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Error(verdict, err)
		torn++
	}
	err = st.View(t.Context(), func(r console.Reader) error {
		all, err := r.Tokens()
		for _, tok := range all {
			if sec, err := r.Secrets(tok.ID); err != nil ||
				sec.Access.Fingerprint() != tok.Fingerprint || tok.Refresh == console.RefreshLive &&
				sec.Refresh.IsZero() {
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

// reckon compares the store with the requests at the server and the lines of the writers.
func reckon(t *testing.T, s *console.Service, api *issuer,
	said *saidBy) (lost, undelivered, unsure int) {
	t.Helper()
	b, err := s.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := map[string]string{}
	for _, a := range b.Applications {
		key[a.ID] = string(a.ConsumerKey)
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
			t.Errorf("%s was answered and is not held, and neither its get nor its predecessor "+
				"is unsure", p.access)
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

// reckonMarks compares the open marks with the regimes. If the server ends earlier tokens, no mark
// is older than a later get of the same request. If not, each mark has its latest end. The clock of
// s is past all ends, so s lists none of these marks. It returns the marks that a later get has
// left.
func reckonMarks(t *testing.T, st *store.Store, s *console.Service) (kept int) {
	t.Helper()
	var marks []console.Mark
	var tokens []console.Token
	err := st.View(t.Context(), func(r console.Reader) (err error) {
		if marks, err = r.Marks(); err == nil {
			tokens, err = r.Tokens()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]console.Application{}
	for _, a := range faultApps("") {
		of[string(a.ConsumerKey)] = a
	}
	b, err := s.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]bool{}
	for _, m := range b.Marks {
		open[m.ID] = true
	}
	for _, tok := range b.Tokens {
		if tok.Unsure != nil {
			open[tok.Unsure.ID] = true
		}
	}
	regimes := map[string]console.Regime{}
	for _, a := range b.Applications {
		regimes[a.ID] = of[string(a.ConsumerKey)].Environment.Regime
	}
	for _, m := range marks {
		scopes := m.Scopes
		seen, later := false, false
		for _, tok := range tokens {
			if m.TokenID == tok.ID {
				scopes = tok.Asked
			}
		}
		for _, tok := range tokens {
			if tok.AppID == m.AppID && strings.Join(tok.Asked, " ") == strings.Join(scopes, " ") {
				seen = true
				later = later || tok.From == "" && tok.IssuedAt.After(m.SentAt)
			}
		}
		end := time.Time{}
		if seen {
			end = m.SentAt.Add(faultTimeout + faultLife*time.Second)
		}
		if !m.EndsBy.Equal(end) {
			t.Errorf("mark %s, sent %v, ends by %v, want %v", m.ID, m.SentAt, m.EndsBy, end)
		}
		if open[m.ID] == seen {
			t.Errorf("mark %s, past its end %v: listed %v", m.ID, m.EndsBy, open[m.ID])
		}
		switch ends := regimes[m.AppID] == console.RegimeOpaque; {
		case later && ends:
			t.Errorf("mark %s of %s: a later get leaves it", m.Op, m.ID)
		case later:
			kept++
		}
	}
	return kept
}

// saidBy collects the lines of the writers.
type saidBy struct {
	mu             sync.Mutex
	shown, decided map[string]bool
	broken         []string
	told           []string // lines about stored rows, in order
}
