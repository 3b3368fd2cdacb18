package store_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
)

// Each condition returns exactly the tokens that meet it, alone and with another one.
func TestFilters(t *testing.T) {
	t.Parallel()
	s := memory(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
	flip := func() bool { return rnd.IntN(2) == 0 }
	var all []console.Token
	marked := map[string]bool{}
	err := s.Update(t.Context(), func(w console.Writer) error {
		for i := range 300 {
			tok := console.Token{
				ID: fmt.Sprintf("t_%03d", i), AppID: fmt.Sprintf("app%d", i%3),
				Fingerprint: fmt.Sprintf("%02x%06x", i%7, i/2),
				IssuedAt:    now.Add(time.Duration(i/2) * time.Second), JWT: flip(),
				Confirmed: flip(),
				AnswerRev: int64(i),
			}
			if flip() {
				tok.ExpiresAt = now.Add(time.Duration(rnd.IntN(3)-1) * time.Hour)
			}
			if flip() {
				tok.Refresh = console.RefreshLive
			}
			if flip() {
				tok.AccessHash, tok.RefreshHash = fmt.Sprintf("a%d", i%10), fmt.Sprintf("r%d", i%10)
			}
			if flip() {
				tok.RevokeAt, tok.RevokeKind = now,
					[]console.RevokeKind{console.RevokeAccess, console.RevokeRefresh,
						console.RevokeBoth}[i%3]
			}
			if flip() {
				tok.AcceptedAt = now
			}
			if flip() {
				tok.RefreshAcceptedAt = now
			}
			if err := w.PutToken(&tok); err != nil {
				return err
			}
			if i%20 == 0 {
				marked[tok.ID] = true
				if err := w.PutMark(console.Mark{ID: "m" + tok.ID, Op: "refresh", AppID: tok.AppID,
					TokenID: tok.ID, SentAt: now}); err != nil {
					return err
				}
			}
			all = append(all, tok)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pending := func(t console.Token) bool {
		return !t.RevokeAt.IsZero() &&
			(t.RevokeKind != console.RevokeRefresh && t.AcceptedAt.IsZero() ||
				t.RevokeKind != console.RevokeAccess && t.Refresh == console.RefreshLive &&
					t.RefreshAcceptedAt.IsZero())
	}
	unhashed := func(t console.Token) bool { return t.AccessHash == "" && t.RefreshHash == "" }
	twin := func(t console.Token) bool {
		return slices.ContainsFunc(all,
			func(o console.Token) bool { return o.ID != t.ID && o.Fingerprint == t.Fingerprint })
	}
	type one struct {
		name string
		set  func(*console.TokenFilter)
		want func(console.Token) bool
	}
	conds := []one{
		{"all", func(*console.TokenFilter) {}, func(console.Token) bool { return true }},
		{"application", func(f *console.TokenFilter) { f.AppIDs = []string{"app1"} },
			func(t console.Token) bool { return t.AppID == "app1" }},
		{"applications",
			func(f *console.TokenFilter) { f.AppIDs = []string{"app1", "app2", "none"} },
			func(t console.Token) bool { return t.AppID != "app0" }},
		{"prefix", func(f *console.TokenFilter) { f.Prefix = "0300" },
			func(t console.Token) bool { return strings.HasPrefix(t.Fingerprint, "0300") }},
		{"access", func(f *console.TokenFilter) { f.AccessHashes = []string{"a1", "a2", ""} },
			func(t console.Token) bool { return t.AccessHash == "a1" || t.AccessHash == "a2" }},
		{"not", func(f *console.TokenFilter) { f.NotIDs = []string{"t_001", "t_008"} },
			func(t console.Token) bool { return t.ID != "t_001" && t.ID != "t_008" }},
		{"refresh", func(f *console.TokenFilter) { f.RefreshHash = "r3" },
			func(t console.Token) bool { return t.RefreshHash == "r3" }},
		{"answered", func(f *console.TokenFilter) { f.AnsweredAfter = 200 },
			func(t console.Token) bool { return t.AnswerRev > 200 }},
		{"unexpired", func(f *console.TokenFilter) { f.UnexpiredAt = now },
			func(t console.Token) bool {
				later := func(t console.Token) bool {
					return t.ExpiresAt.IsZero() || t.ExpiresAt.After(now)
				}
				return later(t) || marked[t.ID] || t.AccessHash != "" &&
					slices.ContainsFunc(all,
						func(o console.Token) bool {
							return o.AccessHash == t.AccessHash && later(o)
						})
			}},
		{"refreshable", func(f *console.TokenFilter) { f.Refreshable = true },
			func(t console.Token) bool { return t.Refresh == console.RefreshLive || marked[t.ID] }},
		{"jwt", func(f *console.TokenFilter) { f.JWT = true },
			func(t console.Token) bool { return t.JWT }},
		{"confirmed", func(f *console.TokenFilter) { f.Confirmed = true },
			func(t console.Token) bool { return t.Confirmed }},
		{"pending", func(f *console.TokenFilter) { f.Pending = true }, pending},
		{"unhashed", func(f *console.TokenFilter) { f.Unhashed = true }, unhashed},
		{"shared", func(f *console.TokenFilter) { f.Shared = true },
			func(t console.Token) bool { return t.Refresh == console.RefreshLive || twin(t) }},
	}
	ids := func(ts []console.Token) (all []string) {
		for _, t := range ts {
			all = append(all, t.ID)
		}
		return all
	}
	err = s.View(t.Context(), func(r console.Reader) error {
		for _, a := range conds {
			for _, b := range conds {
				var f console.TokenFilter
				a.set(&f)
				b.set(&f)
				if a.name != b.name &&
					(strings.HasPrefix(a.name, "application") &&
						strings.HasPrefix(b.name, "application")) {
					continue // two values of one condition
				}
				var want []string
				for _, t := range all {
					if a.want(t) && b.want(t) {
						want = append(want, t.ID)
					}
				}
				got, err := r.TokensWhere(f)
				if err != nil {
					return err
				}
				var newest []string
				if err := r.Newest(f,
					func(t console.Token) bool {
						newest = append(newest, t.ID)
						return true
					}); err != nil {
					return err
				}
				slices.Reverse(newest)
				if !slices.Equal(ids(got), want) || !slices.Equal(newest, want) {
					t.Errorf("%s and %s: %v, newest %v; want %v", a.name, b.name, ids(got), newest,
						want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The queries of verbs use an index, and do not read all tokens.
func TestFiltersUseIndexes(t *testing.T) {
	t.Parallel()
	s := memory(t)
	for index, f := range map[string]console.TokenFilter{
		"token_application":            {AppIDs: []string{"a"}, UnexpiredAt: time.Now()},
		"token_fingerprint":            {Prefix: "3f9c"},
		"token_access":                 {AccessHashes: []string{"h"}, NotIDs: []string{"t"}},
		"token_refresh":                {RefreshHash: "h"},
		"token_pending":                {Pending: true},
		"token_unhashed (fingerprint>": {Unhashed: true, Prefix: "3f9c"},
		"token_unhashed":               {Unhashed: true},
		"token_application (app_id=?)": {AppIDs: []string{"a", "b"}},
	} {
		clause, args, err := store.ClauseOf(f)
		if err != nil {
			t.Fatal(err)
		}
		plan := "EXPLAIN QUERY PLAN SELECT rev FROM token " + clause +
			"ORDER BY issued_at DESC, id DESC"
		rows, err := store.Query(t.Context(), s, plan, args...) //nolint:rowserrcheck // planOf does
		if err != nil {
			t.Fatal(err)
		}
		if plan := planOf(t, rows); !strings.Contains(plan, index) {
			t.Errorf("%+v is not found by %s:\n%s", f, index, plan)
		}
	}
}

// planOf reads a query plan, a line for each step.
func planOf(t *testing.T, rows *sql.Rows) string {
	t.Helper()
	defer func() { _ = rows.Close() }()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
