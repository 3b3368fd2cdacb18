package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func BenchmarkDurableWrite(b *testing.B) {
	s := open(b, b.TempDir())
	sec := console.Secrets{Access: secret.New(strings.Repeat("x", 1500))}
	tok := console.Token{ID: "t_aaaaaaaaaaaa", IssuedAt: time.Unix(1, 0)}
	for b.Loop() {
		update(b, s, func(w console.Writer) error {
			if err := w.PutToken(&tok); err != nil {
				return err
			}
			return w.PutSecrets(tok.ID, sec)
		})
	}
}

func thousand(b *testing.B) *store.Store {
	s := open(b, b.TempDir())
	update(b, s, func(w console.Writer) error {
		for i := range 1000 {
			t := console.Token{ID: fmt.Sprintf("t_%012d", i), AppID: "app_x",
				Scopes: []string{"default"}, IssuedAt: time.Unix(int64(i), 0),
				ExpiresAt: time.Unix(int64(i), 0)}
			if err := w.PutToken(&t); err != nil {
				return err
			}
			if i%10 == 0 {
				if err := w.PutProbe(t.ID, console.Probe{}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return s
}

func BenchmarkTokens(b *testing.B) {
	s := thousand(b)
	for b.Loop() {
		view(b, s, func(r console.Reader) error {
			ts, err := r.Tokens()
			if len(ts) != 1000 {
				b.Fatal(len(ts))
			}
			return err
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	open(b, dir)
	for b.Loop() {
		s, err := store.Open(b.Context(), dir, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
