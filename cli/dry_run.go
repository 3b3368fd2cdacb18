package cli

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/store"
)

// notSent is the network of a dry run: nothing leaves. A revocation is answered as if accepted, so that the
// second of a pair is shown too; everything else gets no answer.
type notSent struct{ revokeURLs []string }

var errNotSent = errors.New("a dry run sends nothing")

func (n notSent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	if slices.Contains(n.revokeURLs, r.URL.String()) {
		return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
	}
	return nil, errNotSent
}

// closedDoors are the doors of a dry run: an address to show, at which nobody listens and nobody is waited for.
type closedDoors struct{}

// Open listens to nothing.
func (closedDoors) Open(_ context.Context, redirectURL string) (console.Door, error) {
	return closedDoor(redirectURL), nil
}

type closedDoor string

// URL is the redirect URL as it is configured.
func (d closedDoor) URL() string { return string(d) }

// Wait waits for nobody.
func (closedDoor) Wait(context.Context, func(url.Values) error) error { return errNobodyAsked }

// Close has nothing to close.
func (closedDoor) Close(error) {}

var errNobodyAsked = errors.New("a dry run waits for nobody")

// dryRunStore copies a store into memory, so that a dry run can do everything it would do and keep nothing.
func dryRunStore(ctx context.Context, db *store.Store) (*store.Store, error) {
	mem, err := store.OpenMemory(ctx, store.Options{})
	if err != nil {
		return nil, err
	}
	err = mem.HashAs(ctx, db)
	if err == nil {
		err = db.View(ctx, func(r console.Reader) error {
			return mem.Update(ctx, func(w console.Writer) error { return copyAll(r, w) })
		})
	}
	if err != nil {
		_ = mem.Close()
		return nil, err
	}
	return mem, nil
}

func copyAll(r console.Reader, w console.Writer) error {
	apps, err := r.Applications()
	if err != nil {
		return err
	}
	for _, a := range apps {
		sec, err := r.ConsumerSecret(a.ID)
		if err != nil && !errors.Is(err, console.ErrNotFound) {
			return err
		}
		if err := w.PutApplication(a, sec); err != nil {
			return err
		}
	}
	tokens, err := r.Tokens()
	if err != nil {
		return err
	}
	for _, t := range tokens {
		sec, err := r.Secrets(t.ID)
		if err != nil {
			return err
		}
		if err := w.PutToken(&t); err != nil {
			return err
		}
		if err := w.PutSecrets(t.ID, sec); err != nil {
			return err
		}
		for _, p := range t.Probes {
			if err := w.PutProbe(t.ID, p); err != nil {
				return err
			}
		}
	}
	settings, err := r.Settings()
	if err != nil {
		return err
	}
	for key, value := range settings {
		if err := w.SetSetting(key, value); err != nil {
			return err
		}
	}
	marks, err := r.Marks()
	if err != nil {
		return err
	}
	for _, m := range marks {
		if err := w.PutMark(m); err != nil {
			return err
		}
	}
	return nil
}

// printDryRun prints the requests that a dry run would have sent.
func (p *program) printDryRun(ctx context.Context, s *openConsole, err error) error {
	b, boardErr := s.svc.Board(ctx)
	if boardErr != nil {
		return boardErr
	}
	if len(b.Exchanges) == 0 && err != nil && !errors.Is(err, errNobodyAsked) {
		return err // it would not even have been sent
	}
	return p.printRequests(b.Exchanges)
}
