package key_test

import (
	"bytes"
	"errors"
	"testing"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

func TestKeyInForceIsKnownInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, old, now string
		want           bool
	}{
		{"file", `{"id":"aa"}`, `{"id":"aa"}`, true},
		{"file", `{"ID" : "aa", "x": 1}`, `{"id":"aa"}`, true},
		{"file", `{"id":"bb"}`, `{"id":"aa"}`, false},
		{"file", `{"id":"bb"}`, `{}`, true}, // whichever the file holds
		{"file", `[`, `{"id":"aa"}`, true},
		{"keyring", `{"user":"store-A","id":"bb"}`, `{"user":"store-a","id":"aa"}`, true},
		{"keyring", `{"user":"store-b","id":"aa"}`, `{"user":"store-a","id":"aa"}`, false},
		{"passphrase", `{"salt":"AA=="}`, `{"salt":"AA=="}`, false}, // nothing is kept
	} {
		if got := key.Same(c.kind, []byte(c.old), []byte(c.now)); got != c.want {
			t.Errorf("%s %s, in force %s: %v", c.kind, c.old, c.now, got)
		}
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	ctx, slot := t.Context(), &key.Memory{}
	made, params, err := slot.Make(ctx, secret.Text{}, true)
	if err != nil || len(made) != key.Size {
		t.Fatal(len(made), err)
	}
	got, err := slot.Key(ctx, params, secret.Text{})
	if err != nil || !bytes.Equal(got, made) {
		t.Fatal(err)
	}
	clear(got) // the caller may overwrite it
	if got, err = slot.Key(ctx, params, secret.Text{}); err != nil || !bytes.Equal(got, made) {
		t.Error("it was cleared", err)
	}
	if err := slot.Forget(ctx, params); err != nil {
		t.Error(err)
	}
	if _, err := slot.Key(ctx, params, secret.Text{}); !errors.Is(err, key.ErrNoKey) {
		t.Errorf("forgotten, and: %v", err)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	bare := key.New()
	for _, c := range []struct {
		name       string
		kept       []byte
		guards, ok bool
	}{
		{"from before rows had MACs", bare, false, true},
		{"as it is kept", key.Guarded(bare), true, true},
		{"another note", append(bytes.Clone(bare), 2), false, false},
		{"too long", append(key.Guarded(bare), 1), false, false},
		{"too short", bare[1:], false, false},
		{"nothing", nil, false, false},
	} {
		got, guards, err := key.Split(c.kept)
		if guards != c.guards || (err == nil) != c.ok || c.ok && !bytes.Equal(got, bare) {
			t.Errorf("%s: guards %v, %v", c.name, guards, err)
		}
		if c.guards && cap(got) != key.Size {
			t.Errorf("%s: an append to the key overwrites what follows it", c.name)
		}
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{key.InFile: true, key.InMemory: true,
		key.InKeyring: false, key.InPassphrase: false, key.InEnv: false, key.InCommand: false} {
		if got := key.Quiet(kind); got != want {
			t.Errorf("%s: %v", kind, got)
		}
	}
}
