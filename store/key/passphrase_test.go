package key_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

const phrase = "correct horse battery"

func TestPassphraseParameters(t *testing.T) {
	t.Parallel()
	slot := key.Passphrase()
	made, params, err := slot.Make(t.Context(), secret.New(phrase), true)
	if err != nil {
		t.Fatal(err)
	}
	again, err := slot.Key(t.Context(), params, secret.New(phrase))
	if err != nil || !bytes.Equal(made, again) || len(made) != 32 {
		t.Error(err)
	}
	another, err := slot.Key(t.Context(), params, secret.New(phrase+"!"))
	if err != nil || bytes.Equal(made, another) {
		t.Error("another passphrase, the same key", err)
	}
	_, second, err := slot.Make(t.Context(), secret.New(phrase), true)
	if err != nil || bytes.Equal(params, second) {
		t.Error("the same salt twice", err)
	}
	_, _, err = slot.Make(t.Context(), secret.New("7 chars"), true)
	const short = "passphrase: fewer than 8 characters"
	if e, ok := errors.AsType[*key.WeakError](err); !ok || e.Error() != short {
		t.Errorf("of a short one: %v", err)
	}
	good := string(params)
	with := func(old, now string) string { return strings.Replace(good, old, now, 1) }
	for _, hostile := range []string{
		"", "{}", "null", with("65536", "4294967295"), with("65536", "262145"), with("65536", "8"),
		with(`"time":3`, `"time":0`), with(`"time":3`, `"time":4000000000`),
		with(`"threads":4`, `"threads":0`), with(`"threads":4`, `"threads":255`),
		with(`"threads":4`, `"threads":256`), with(`"salt":"`, `"salt":"AAAA","x":"`),
		good + strings.Repeat(" ", 5000),
	} {
		if hostile == good {
			t.Fatal("that is the good one")
		}
		if _, err := slot.Key(t.Context(), []byte(hostile), secret.New(phrase)); err == nil {
			t.Errorf("taken: %.80s", hostile)
		}
	}
}
