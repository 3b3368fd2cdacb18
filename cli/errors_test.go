package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/ui/session"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	api := func(k tokenapi.Kind) error {
		return fmt.Errorf("get: %w", &tokenapi.Error{Op: "x", Kind: k})
	}
	own := func(code console.Code) error { return &console.Error{Code: code, Text: string(code)} }
	for _, c := range []struct {
		err  error
		want int
	}{
		{errors.New("anything"), 1},
		{misuse("", "wrong"), 2},
		{exitSilently(3), 3},
		{fmt.Errorf("x: %w", &config.Error{File: "f"}), 2},
		{api(tokenapi.KindUsage), 2},
		{api(tokenapi.KindRefused), 3},
		{api(tokenapi.KindGarbled), 1},
		{api(tokenapi.KindNetwork), 4},
		{api(tokenapi.KindTLS), 4},
		{api(tokenapi.KindTimeout), 4},
		{api(tokenapi.KindCanceled), 130},
		{context.Canceled, 130},
		{session.ErrInterrupted, 130},
		{&store.Error{Code: "store_locked", Err: store.ErrLocked}, 6},
		{fmt.Errorf("secrets: %w", store.ErrKey), 6},
		{&store.Error{Code: "store_full"}, 1},
		{&store.Error{Code: "store_exists"}, 2},
		{&store.Error{Code: "store_backup"}, 1},
		{&store.Error{Code: "store_backup_locked"}, 6},
		{&store.Error{Code: "store_network"}, 1},
		{own("no_application"), 5},
		{own("no_token"), 5},
		{own("read_only"), 2},
		{own("already_revoked"), 2},
		{own("nobody_came"), 1},
		{own("no_probe_url"), 2},
		{own("in_flight"), 1},
		{undelivered(console.Delivery{Kept: true, Err: api(tokenapi.KindNetwork)}), 4},
		{undelivered(console.Delivery{Err: api(tokenapi.KindRefused)}), 3},
	} {
		if got := explain(c.err).Exit; got != c.want {
			t.Errorf("%v: exit %d, not %d", c.err, got, c.want)
		}
	}
}

// Text of a server cannot move the cursor, forge a line or reverse the text.
func TestNothingHostileIsPrinted(t *testing.T) {
	t.Parallel()
	nasty := "a\x1b[2Jb\x07c\u202edddd\u2066e\nf\u009bg\xffh\u200bi\U000e0041j"
	acts := func(r rune) bool { return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) }
	for _, r := range text.Line(nasty) {
		if acts(r) {
			t.Errorf("Line lets %U through", r)
		}
	}
	if text.Line("決済 👩‍💻 añb") != "決済 👩‍💻 añb" {
		t.Error("Line harms plain text")
	}
	doc, err := json.Marshal(map[string]string{"x": nasty})
	if err != nil {
		t.Fatal(err)
	}
	safe := text.JSON(doc)
	var back map[string]string
	if err := json.Unmarshal(safe, &back); err != nil ||
		back["x"] != strings.ToValidUTF8(nasty, "\ufffd") {
		t.Errorf("%q, %v", back["x"], err)
	}
	for _, r := range string(safe) {
		if acts(r) {
			t.Errorf("JSON lets %U through", r)
		}
	}
	var out bytes.Buffer
	complain(&out, nil, errors.New("x\x1b]0;y"), false)
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("%q", out.String())
	}
	out.Reset()
	columns(&out, []string{"NAME", ">N"}, [][]string{{"決済", "1"}, {"a\x1b[1m", "22"}, {"👩‍💻", "3"}})
	if want := "NAME   N\n決済   1\na     22\n👩‍💻   3\n"; out.String() != want {
		t.Errorf("columns:\n%s\nnot\n%s", out.String(), want)
	}
}

func TestShellQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "''", "a b": "'a b'", "it's": `'it'\''s'`,
		"$(x)`y`": "'$(x)`y`'"} {
		if got := shellQuote(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}
