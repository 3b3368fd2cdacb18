package ui_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"lanyard/ui"
)

// reads is a terminal that gives one chunk for each read.
type reads struct{ chunks [][]byte }

func (r *reads) Read(p []byte) (int, error) {
	if len(r.chunks) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.chunks[0])
	if r.chunks[0] = r.chunks[0][n:]; len(r.chunks[0]) == 0 {
		r.chunks = r.chunks[1:]
	}
	return n, nil
}

func (*reads) Write(p []byte) (int, error) { return len(p), nil }
func (*reads) Close() error                { return nil }
func (*reads) Fd() uintptr                 { return 0 }
func (*reads) Name() string                { return "tty" }

func readAll(t *testing.T, chunks ...string) string {
	t.Helper()
	r := &reads{}
	for _, c := range chunks {
		r.chunks = append(r.chunks, []byte(c))
	}
	in := ui.Marking(r)
	var out bytes.Buffer
	buf := make([]byte, 4096)
	for {
		n, err := in.Read(buf)
		if out.Write(buf[:n]); err != nil {
			return out.String()
		}
	}
}

// What no fingers can have typed is marked as a paste, as a terminal with bracketed paste would have done.
func TestBursts(t *testing.T) {
	t.Parallel()
	mark := func(s string) string { return "\x1b[200~" + s + "\x1b[201~" }
	long := strings.Repeat("ab", 4096)
	for _, c := range []struct {
		in   []string
		want string
	}{
		{[]string{"g", "p", "x"}, "gpx"},
		{[]string{"1kkk2gp"}, "1kkk2gp"},   // fast fingers
		{[]string{"jjjjjjjj"}, "jjjjjjjj"}, // a key that is held
		{[]string{"xgpu: q hello\r"}, mark("xgpu: q hello") + "\r"},
		{[]string{"Nightly\t\tsome-key\tno"}, "Nightly\t\t" + mark("some-key") + "\tno"},
		{[]string{"x\ry\rz\rq\rg"}, mark("x\ry\rz\rq\rg")},
		{[]string{"ключ ключ"}, mark("ключ ключ")},
		{[]string{"鍵"}, "鍵"},
		{[]string{"éééééé"}, "éééééé"},
		{[]string{"\x1b[A\x1b[A\x1b[A"}, "\x1b[A\x1b[A\x1b[A"},
		{[]string{"\x1b[<0;12;7M"}, "\x1b[<0;12;7M"},
		{[]string{mark("quit")}, mark("quit")},
		{[]string{"\x03\x03\x03q"}, "\x03\x03\x03q"},
		{[]string{"quit now", "q"}, mark("quit now") + "q"},
	} {
		if got := readAll(t, c.in...); got != c.want {
			t.Errorf("%q: %q", c.in, got)
		}
	}
	// A paste longer than a read stays one to its last letter.
	got := readAll(t, long+"q")
	if text := strings.NewReplacer("\x1b[200~", "", "\x1b[201~", "").Replace(got); text != long+"q" {
		t.Errorf("%d bytes came of %d", len(text), len(long)+1)
	}
	if !strings.HasSuffix(got, "\x1b[201~") {
		t.Errorf("the end is not in the paste: %q", got[len(got)-20:])
	}
}

func FuzzBursts(f *testing.F) {
	f.Add("xgpu: q hello\r", 3)
	f.Add("\x1b[200~abc\x1b[201~", 100)
	f.Add(strings.Repeat("é", 3000), 4000)
	f.Fuzz(func(t *testing.T, text string, size int) {
		in := ui.Marking(&reads{[][]byte{[]byte(text)}})
		buf := make([]byte, max(1, size%5000))
		var out bytes.Buffer
		for {
			n, err := in.Read(buf)
			if out.Write(buf[:n]); err != nil {
				break
			}
		}
		unmarked := strings.NewReplacer("\x1b[200~", "", "\x1b[201~", "")
		if unmarked.Replace(out.String()) != unmarked.Replace(text) {
			t.Errorf("%q became %q", text, out.String())
		}
	})
}
