package ui_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"lanyard/ui"
)

// decoded returns what Bubble Tea reads from bytes: keys by name, and pastes with their length.
func decoded(t *testing.T, in []byte) []string {
	t.Helper()
	events := make(chan uv.Event)
	ended := make(chan error, 1)
	go func() {
		ended <- uv.NewTerminalReader(bytes.NewReader(in),
			"xterm").StreamEvents(context.Background(), events)
		close(events)
	}()
	var all []string
	for e := range events {
		switch e := e.(type) {
		case uv.KeyPressEvent:
			all = append(all, e.String())
		case uv.PasteEvent:
			all = append(all, fmt.Sprintf("paste of %d", len(e.Content)))
		}
	}
	if err := <-ended; err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return all
}

// Ctrl+c reaches the program before all other input, in each of its encodings.
func TestStops(t *testing.T) {
	t.Parallel()
	for what, before := range map[string][]string{
		"keys": {"xyz"}, "many keys": {strings.Repeat("x\x01", 3000)},
		"arrows": inReads(strings.Repeat("\x1b[B", 5000)), "a text": {"some text here"},
		"a paste": {"\x1b[200~some text\x1b[201~"}, "an unfinished paste": {"\x1b[200~some text"},
		"an unfinished long paste":  inReads("\x1b[200~" + strings.Repeat("text ", 14_000)),
		"the start of a paste, cut": {"\x1b[20", "0~some text"},
		"the end of a paste, cut":   {"\x1b[200~some text\x1b[20"},
		"an escape in a paste":      {"\x1b[200~text \x1b"},
		"half a sequence":           {"\x1b["}, "half a color": {"\x1b]11;rgb:"},
		"half a character": {"\xe2\x82"},
	} {
		for _, stop := range []string{"\x03", "\x1b[1089::99;5u", "\x1b[968::99;5u", "\x1b[99;5u",
			"\x1b[99;69u", "\x1b[99::99;133:1u", "\x1b[27;5;99~"} {
			var chunks [][]byte
			for _, c := range append(before, stop) {
				chunks = append(chunks, []byte(c))
			}
			all := bytes.Join(chunks, nil)
			forms := map[string][][]byte{"as they are": chunks, "byte by byte": bytewise(all)}
			for _, at := range cuts(len(all)) {
				forms[fmt.Sprintf("cut at %d", at)] = cut(all, at)
			}
			for form, chunks := range forms {
				if got := stopped(t, ui.Fed(4096, 4096, chunks...)); got != "ctrl+c" {
					t.Errorf("%s, then %q, %s: %.200q", what, stop, form, got)
				}
			}
		}
	}
	for _, other := range []string{"\x1b[106::99;5u", "\x1b[99;6u", "\x1b[99;5:3u", "\x1b[98;5u",
		"\x1b[27;5;98~"} {
		// ctrl+shift+c, the release of ctrl+c, and ctrl+b
		if got := string(ui.Fed(4096, 4096, []byte("xyz"), []byte(other))); got != "xyz"+other {
			t.Errorf("%q was taken for ctrl+c: %q", other, got)
		}
	}
	if got := decoded(t,
		ui.Fed(4096, 4096, []byte("\x03"), []byte("x\x03"), []byte("y"))); strings.Join(got,
		" ") != "ctrl+c ctrl+c y" {
		t.Errorf("twice: %q", got)
	}
}

// cuts returns the places to cut n bytes at: all, or those at both ends and around the ends of
// reads.
func cuts(n int) (at []int) {
	for i := 1; i < n; i++ {
		if i <= 40 || n-i <= 40 || (i+8)%4096 <= 16 && i < 10_000 {
			at = append(at, i)
		}
	}
	return at
}

// cut splits b in two parts, each in reads of 4096 bytes.
func cut(b []byte, at int) (chunks [][]byte) {
	for _, c := range append(inReads(string(b[:at])), inReads(string(b[at:]))...) {
		chunks = append(chunks, []byte(c))
	}
	return chunks
}

// bytewise splits b into reads of one byte. Of a long b only the end is in such reads.
func bytewise(b []byte) (chunks [][]byte) {
	n := max(0, len(b)-300)
	if n > 0 {
		chunks = cut(b[:n], 0)
	}
	for ; n < len(b); n++ {
		chunks = append(chunks, b[n:n+1])
	}
	return chunks
}

// stopped is decoded without an empty paste, which only ends a paste that had begun.
func stopped(t *testing.T, in []byte) string {
	t.Helper()
	return strings.Join(
		slices.DeleteFunc(decoded(t, in), func(e string) bool { return e == "paste of 0" }), " ")
}

// A ctrl+c in a paste is text if the same read contains the end of the paste. Otherwise it stops
// the program, and the rest of the paste is not treated as keys.
func TestStopInAPaste(t *testing.T) {
	t.Parallel()
	for _, stop := range []string{"\x03", "\x1b[99;5u", "\x1b[27;5;99~"} {
		for _, around := range []string{"a", strings.Repeat("some text \x01\n", 400)} {
			paste := []byte("\x1b[200~" + around + stop + around + "\x1b[201~")
			for _, at := range append(cuts(len(paste)), 6+len(around)) {
				chunks := cut(paste, at)
				want := "ctrl+c k"
				if at < len("\x1b[200~"+around+stop) && len(around) < 100 {
					want = fmt.Sprintf("paste of %d k", len(around+stop+around))
				}
				if got := stopped(t,
					ui.Fed(4096, 4096, append(chunks, []byte("k"))...)); got != want {
					t.Errorf("%d bytes, %q, cut at %d: %.200q", len(paste), stop, at, got)
				}
			}
			if got := stopped(t,
				ui.Fed(4096, 4096, append(bytewise(paste), []byte("k"))...)); !strings.HasSuffix(
				got, " k") {
				t.Errorf("%d bytes, %q, byte by byte: %.200q", len(paste), stop, got)
			}
		}
	}
	if got := stopped(t,
		ui.Fed(4096, 4096, []byte("\x1b[200~a\x03b\x1b[201~"))); got != "paste of 3" {
		t.Errorf("in one read: %q", got)
	}
	if got := stopped(t,
		ui.Fed(4096, 4096, bytewise([]byte("\x1b[200~a\x03b\x1b[201~"))...)); got != "ctrl+c b" {
		t.Errorf("byte by byte: %q", got) // one letter after ctrl+c may be a key
	}
	const long = "text that is longer than any key is"
	for _, c := range []struct {
		reads []string
		want  string
	}{
		{[]string{"\x1b[200~some text", "\x03", "j", "k"}, "ctrl+c j k"},
		{[]string{"\x1b[200~some text", "\x03", "\x1b[A", "k"}, "ctrl+c up k"},
		{[]string{"\x1b[200~some text", "\x03", "\x03", "k"}, "ctrl+c ctrl+c k"},
		{[]string{"\x1b[200~\x03" + long, long + "\x03" + long, "\x03", "\x03", "k"},
			"ctrl+c ctrl+c ctrl+c ctrl+c k"},
		{[]string{"\x1b[200~\x03" + long, long + "\x1b[99;", "5u" + long, "\x1b[201~k"},
			"ctrl+c ctrl+c k"},
		{[]string{"\x1b[200~\x03" + long, long + "\x03" + long + "\x1b[201~k"}, "ctrl+c k"},
		// The start and the end of the paste are in reads of their own.
		{[]string{"\x1b[200~", "\x03" + long, "the rest", "\x1b[201~", "k"}, "ctrl+c k"},
		// The paste has no end.
		{[]string{"\x1b[200~\x03" + long, "the rest", "j", "k"}, "ctrl+c j k"},
		{[]string{"\x1b[200~\x03" + long, "\x1b[200~" + long + "\x1b[201~", "k"},
			"ctrl+c paste of 35 k"},
		{[]string{"\x1b[200~\x03" + long, long + "\x1b[20", "0~" + long, "\x1b[201~", "k"},
			"ctrl+c paste of 35 k"},
		{[]string{"\x1b[200~x", "\x03\x1b[20", "0~q", "\x1b[201~", "k"}, "ctrl+c paste of 1 k"},
	} {
		var chunks [][]byte
		for _, r := range c.reads {
			chunks = append(chunks, []byte(r))
		}
		if got := stopped(t, ui.Fed(4096, 4096, chunks...)); got != c.want {
			t.Errorf("%q: %.200q", c.reads, got)
		}
	}
	// The program has read the start of a paste. It gets an end, even if more ctrl+c arrive before
	// it reads that.
	for _, stop := range []string{"\x03", "\x1b[99;5u"} {
		got := stopped(t, ui.FedThen([]string{"\x1b[20", "0~some text"}, stop, stop, "k"))
		if got != "ctrl+c ctrl+c k" {
			t.Errorf("twice, %q: %.200q", stop, got)
		}
	}
}

// The program gets a paste whole, wherever a read cuts it. A paste that is too long is reported as
// too long.
func TestPasteIsWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want string
	}{
		{"q", "paste of 1"},
		{strings.Repeat("curl -u x:y https://h/token\n", 300), "paste of 8400"},
		{strings.Repeat("é", 5000), "paste of 10000"},
		{"a\x1bb\x9bc\x1b[31m\x00", "paste of 10"}, // without bytes that are not UTF-8
		{strings.Repeat("x", 64<<10), "paste of 65536"},
		{strings.Repeat("x", 64<<10+1), "paste of 65537"},
		{strings.Repeat("x", 1<<20), "paste of 65537"},
	} {
		for _, cut := range []int{1, 3, 7, 4096} {
			var chunks [][]byte
			for rest := []byte("j\x1b[200~" + c.text + "\x1b[201~k"); len(rest) > 0; {
				n := min(cut, len(rest))
				chunks, rest = append(chunks, rest[:n]), rest[n:]
			}
			if len(chunks) > 50_000 {
				continue
			}
			if got := strings.Join(decoded(t, ui.Fed(0, 4096, chunks...)), ", "); got != "j, "+
				c.want+", k" {
				t.Errorf("%.20q in reads of %d: %.200s", c.text, cut, got)
			}
		}
	}
}

// Of endless keys only some wait, and no part of a sequence is read as keys.
func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	flood := []byte(strings.Repeat("\x1b[B", 20_000))
	for _, cut := range []int{4096, 4095, 100, 7} {
		var chunks [][]byte
		for rest := flood; len(rest) > 0; {
			n := min(cut, len(rest))
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		got := decoded(t, ui.Fed(4096, 4096, append(chunks, []byte("j"))...))
		if len(got) == 0 || len(got) > 4096/3+1 {
			t.Errorf("reads of %d: %d keys", cut, len(got))
		}
		for _, k := range got {
			if k != "down" {
				t.Errorf("reads of %d: the key %s", cut, k)
			}
		}
		if got := decoded(t, ui.FedInTurn(chunks...)); len(got) != 20_000 {
			t.Errorf("reads of %d, each of which is taken: %d keys", cut, len(got))
		}
	}
}

// Input from before a ctrl+c does not reach the program after it. Input that follows it does.
func TestOlderKeysAreDropped(t *testing.T) {
	t.Parallel()
	key := func(r rune) tea.Msg { return tea.KeyPressMsg{Code: r, Text: string(r)} }
	stop := tea.Msg(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})
	size := tea.Msg(tea.WindowSizeMsg{Width: 80, Height: 24})
	for _, c := range []struct{ sent, want []tea.Msg }{
		{[]tea.Msg{key('x'), size, tea.PasteMsg{Content: "x"}, stop, key('y')},
			[]tea.Msg{size, stop, key('y')}},
		// A lost ctrl+c removes no more messages than there were.
		{[]tea.Msg{key('x'), key('x'), key('x'), key('y')}, []tea.Msg{key('y')}},
	} {
		if got := ui.Passed("xxx", c.sent...); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v of %v", got, c.want)
		}
	}
}

// While keys wait nothing is drawn. After the last one the screen is drawn once.
func TestDrawingWaitsForKeys(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	before := p.Frame()
	p.Behind(true)
	p.Key(":")
	p.Type("revok")
	if p.Frame() != before {
		t.Error("it is drawn between two keys")
	}
	p.Behind(false)
	p.Send(tea.KeyReleaseMsg{Code: 'k'}) // a message without effect
	if !strings.Contains(p.Frame(), "revok") {
		t.Errorf("it is not drawn at the end:\n%s", p.Frame())
	}
}

// Lost keys are reported once, by the reader and on the screen.
func TestLostKeysAreTold(t *testing.T) {
	t.Parallel()
	if first, again := ui.Lost([]byte(strings.Repeat("\x1b[B", 5_000))); !first || again {
		t.Errorf("lost: %t, and again: %t", first, again)
	}
	if first, again := ui.Lost(
		[]byte(strings.Repeat("\x1b[200~"+strings.Repeat("x", 60_000)+"\x1b[201~", 4))); !first ||
		again {
		t.Errorf("pastes lost: %t, and again: %t", first, again)
	}
	if first, _ := ui.Lost([]byte("jjj")); first {
		t.Error("nothing was lost")
	}
	l, _ := behindPassphrase(t)
	l.LostKeys()
	l.Key("j")
	l.said("keys came faster")
}

// FuzzInput reads bytes in reads of any length, with a ctrl+c at the end. The program takes some of
// them now and then.
func FuzzInput(f *testing.F) {
	f.Add([]byte("xyz\x1b[200~some \x03 text\x1b[201~q\x1b[99;5u"), []byte{3, 9, 200}, uint16(1),
		uint8(0))
	f.Add([]byte("\x1b[20\x1b[200~\x03\x03\x1b[200~a\x1b[201~"), []byte{1}, uint16(60_000),
		uint8(1))
	f.Add([]byte("\x1b[200~\x1b[201~"), []byte{255, 1}, uint16(60_000), uint8(2))
	f.Add([]byte("some text é\x1b[B\x1b]11;rgb:\xe2"), []byte{254, 100, 255}, uint16(60_000),
		uint8(1))
	f.Add([]byte("a\xff"), []byte{255, 253}, uint16(60_000), uint8(0))
	f.Fuzz(func(t *testing.T, unit, reads []byte, times uint16, which uint8) {
		if len(unit) == 0 || len(unit) > 1<<10 || len(reads) == 0 {
			return
		}
		var chunks [][]byte
		if times < 60_000 { // most are short, because they are quicker
			times %= 50
		}
		stream := bytes.Repeat(unit, 1+min(int(times), 512<<10/len(unit)))
		for n := 0; len(stream) > 0 && n < 2000; n++ {
			r := int(reads[n%len(reads)])
			if r > 200 { // 4096 and a little less
				r = 4096 - (255 - r)
			}
			r = min(r+1, 4096, len(stream))
			chunks, stream = append(chunks, stream[:r]), stream[r:]
		}
		stop := []string{"\x03", "\x1b[99;5u", "\x1b[27;5;99~"}[which%3]
		now := func(chunk int) bool { return reads[chunk%len(reads)]%4 == 1 }
		_, after, most := ui.FedSome(now, stop, chunks...)
		if most > 6*64<<10 {
			t.Errorf("%d bytes wait", most)
		}
		if got, _, _ := strings.Cut(stopped(t, after), " "); got != "ctrl+c" {
			t.Errorf("before ctrl+c: %.200q", after)
		}
	})
}
