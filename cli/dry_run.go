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

// notSent is the transport of a dry run: it sends nothing. It answers a revocation as accepted, so
// that the second revocation of a pair is shown too. For any other request it returns an error.
type notSent struct{ revokeURLs []string }

var errNotSent = errors.New("a dry run sends nothing")

func (n notSent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	if slices.Contains(n.revokeURLs, r.URL.String()) {
		return &http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r,
		}, nil
	}
	return nil, errNotSent
}

// closedDoors implements console.Callbacks for a dry run, without listening.
type closedDoors struct{}

// Open returns a door that shows its URL only.
func (closedDoors) Open(_ context.Context, redirectURL string) (console.Door, error) {
	return closedDoor(redirectURL), nil
}

type closedDoor string

// URL returns the configured redirect URL.
func (d closedDoor) URL() string { return string(d) }

// Wait returns errNobodyAsked at once.
func (closedDoor) Wait(context.Context, func(url.Values) error) error { return errNobodyAsked }

// Close does nothing.
func (closedDoor) Close(error) {}

var errNobodyAsked = errors.New("a dry run waits for nobody")

// dryRunStore returns a copy of a store in memory. A dry run changes only the copy.
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

// printDryRun prints the requests that a dry run did not send.
func (p *program) printDryRun(ctx context.Context, s *openConsole, err error) error {
	b, boardErr := s.svc.Board(ctx)
	if boardErr != nil {
		return boardErr
	}
	if len(b.Exchanges) == 0 && err != nil && !errors.Is(err, errNobodyAsked) {
		return err // it failed before any request
	}
	return p.printRequests(b.Exchanges)
}
