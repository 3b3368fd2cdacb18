package console_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// counting is a store that counts the tokens that are read from it.
type counting struct {
	console.Keeper
	n int
}

func (k *counting) View(ctx context.Context, f func(console.Reader) error) error {
	return k.Keeper.View(ctx, func(r console.Reader) error { return f(countingReader{r, k}) })
}

func (k *counting) Update(ctx context.Context, f func(console.Writer) error) error {
	return k.Keeper.Update(ctx,
		func(w console.Writer) error { return f(countingWriter{w, countingReader{w, k}}) })
}

type countingReader struct {
	console.Reader
	k *counting
}

func (r countingReader) Tokens() ([]console.Token, error) {
	all, err := r.Reader.Tokens()
	r.k.n += len(all)
	return all, err
}

func (r countingReader) TokensWhere(f console.TokenFilter) ([]console.Token, error) {
	some, err := r.Reader.TokensWhere(f)
	r.k.n += len(some)
	return some, err
}

func (r countingReader) Newest(f console.TokenFilter, each func(console.Token) bool) error {
	return r.Reader.Newest(f, func(t console.Token) bool { r.k.n++; return each(t) })
}

func (r countingReader) Token(id string) (console.Token, error) {
	r.k.n++
	return r.Reader.Token(id)
}

type countingWriter struct {
	console.Writer
	r countingReader
}

func (w countingWriter) Tokens() ([]console.Token, error) { return w.r.Tokens() }
func (w countingWriter) TokensWhere(f console.TokenFilter) ([]console.Token, error) {
	return w.r.TokensWhere(f)
}

func (w countingWriter) Newest(f console.TokenFilter, each func(console.Token) bool) error {
	return w.r.Newest(f, each)
}
func (w countingWriter) Token(id string) (console.Token, error) { return w.r.Token(id) }

// The number of tokens that a verb reads does not grow with other applications. Unless the verb
// sends a request, it does not grow with tokens that are over.
func TestVerbsReadWhatTheyNeed(t *testing.T) {
	t.Parallel()
	reads := func(held int) map[string]int {
		w := newWorld(t)
		k := &counting{Keeper: w.keeper}
		w.keeper = k
		s, ctx, own := w.console(), t.Context(), w.apps[0]
		first := must[console.Outcome](t)(s.Get(ctx, own.ID, console.GetOptions{})).Token
		err := k.Keeper.Update(ctx, func(x console.Writer) error {
			for i := range held {
				tok := console.Token{
					ID: fmt.Sprintf("t_%012d", i), AppID: []string{"app_other", own.ID}[i%2],
					Fingerprint: fmt.Sprintf("%08x", i),
					Grant:       own.Grant, Asked: own.Scopes, Request: first.Request,
					Lifetime: tokenapi.Bounded, Granted: time.Hour,
					IssuedAt: t0.Add(-3 * time.Hour), ExpiresAt: t0.Add(-2 * time.Hour),
					AccessHash: fmt.Sprintf("h%d", i),
				}
				if i%2 == 0 {
					tok.ExpiresAt = t0.Add(24 * time.Hour)
				}
				if err := x.PutToken(&tok); err != nil {
					return err
				}
				if err := x.PutSecrets(tok.ID,
					console.Secrets{
						Access: secret.New(fmt.Sprintf("held-token-%08d", i))}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		count := func(verb string, f func() error) {
			k.n = 0
			if err := f(); err != nil {
				t.Fatalf("%s: %v", verb, err)
			}
			out[verb] = k.n
		}
		count("what it names",
			func() error { _, err := s.BoardOf(ctx, first.Fingerprint); return err })
		count("token", func() error {
			_, err := s.Obtain(ctx, own.ID, console.ObtainOptions{})
			return err
		})
		count("fresh token",
			func() error {
				_, err := s.Obtain(ctx, own.ID, console.ObtainOptions{Fresh: true})
				return err
			})
		count("renew", func() error { _, err := s.RenewApplication(ctx, own.ID); return err })
		count("probe", func() error { _, _, err := s.Probe(ctx, first.ID); return err })
		count("revoke", func() error {
			_, err := s.Revoke(ctx, first.ID, console.RevokeBoth, 0)
			return err
		})
		count("deliver", func() error { _, _, err := s.Deliver(ctx); return err })
		count("nothing to deliver", func() error { _, _, err := s.Deliver(ctx); return err })
		return out
	}
	few, many := reads(2), reads(200)
	for verb, n := range many {
		if verb == "fresh token" || verb == "renew" {
			// the longest life that was granted is looked for among those of the client
			n -= (200 - 2) / 2
		}
		if n != few[verb] {
			t.Errorf("%s reads %d tokens where 2 more are held, %d where 200 are", verb, few[verb],
				n)
		}
	}
	if n := few["nothing to deliver"]; n != 0 {
		t.Errorf("%d tokens are read where nothing is to be delivered", n)
	}
}
