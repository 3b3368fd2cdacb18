package key_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lanyard/store/key"
)

// pins is a Board in memory.
type pins struct {
	of  map[string][]key.Pin // by path
	err error
}

func (p *pins) Pins(_ context.Context, path string) ([]key.Pin, error) { return p.of[path], p.err }

func (p *pins) SetPins(_ context.Context, path string, all []key.Pin) error {
	p.of[path] = all
	return p.err
}

func TestPinBoth(t *testing.T) {
	t.Parallel()
	file := func(id string) key.Pin { return key.Pin{Kind: key.InFile, ID: id} }
	env := key.Pin{Kind: key.InEnv, ID: "next"}
	for _, c := range []struct {
		name      string
		was, old  []key.Pin
		next      key.Pin
		want      []key.Pin
		board     error // of the board
		wantError bool
	}{
		{name: "nothing was remembered", next: file("next"), want: []key.Pin{file("next")}},
		{name: "beside what was", was: []key.Pin{file("a")}, next: file("next"),
			want: []key.Pin{file("a"), file("next")}},
		{name: "beside the old one alone", was: []key.Pin{file("a"), file("b")},
			old: []key.Pin{file("b")}, next: file("next"),
			want: []key.Pin{file("b"), file("next")}},
		{name: "a kind that needs no pin", next: env},
		{name: "which leaves a file", was: []key.Pin{file("a")}, next: env,
			want: []key.Pin{file("a"), env}},
		{name: "no keyring", board: key.ErrNoBoard, next: file("next")},
		{name: "a keyring that fails", board: errors.New("locked"), next: file("next"),
			wantError: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			at := filepath.Join(dir, "link")
			if err := os.Symlink(t.TempDir(), at); err != nil {
				t.Skip(err)
			}
			real, err := filepath.EvalSymlinks(at)
			if err != nil {
				t.Fatal(err)
			}
			b := &pins{map[string][]key.Pin{at: c.was, real: slices.Clone(c.was)}, c.board}
			err = key.PinBoth(t.Context(), b, at, c.next, c.old...)
			if (err != nil) != c.wantError || c.wantError && !errors.Is(err, c.board) {
				t.Errorf("got %v", err)
			}
			for _, path := range []string{at, real} { // the link, and where it leads
				if got := b.of[path]; !slices.Equal(got, c.want) {
					t.Errorf("of %s: %v", path, got)
				}
			}
		})
	}
	if err := key.PinBoth(t.Context(), nil, "/", file("next")); err != nil {
		t.Errorf("with no board: %v", err)
	}
}

func TestRecall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := key.Pin{Kind: key.InFile, ID: "a"}, key.Pin{Kind: key.InPassphrase, ID: "b"}
	board := &pins{of: map[string][]key.Pin{dir: {a, b, a}}}
	at, err := key.Recall(t.Context(), board, dir)
	if err != nil || !slices.Equal(key.PinsOf(at), []key.Pin{a, b}) {
		t.Fatalf("%v %v", at, err)
	}
	if kind, ok := at[0].Has("b"); kind != key.InPassphrase || !ok {
		t.Errorf("%q %v", kind, ok)
	}
	if _, ok := at[0].Has("c"); ok {
		t.Error("it has what it was not given")
	}
	board.err = key.ErrNoBoard
	if _, err := key.Recall(t.Context(), board, dir); !errors.Is(err, key.ErrNoBoard) {
		t.Errorf("got %v", err)
	}
}
