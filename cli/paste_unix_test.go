//go:build unix

package cli_test

import (
	"strings"
	"testing"
	"time"
)

// Ctrl+c works while a terminal sends faster than the program draws, and in a paste without an end.
func TestStopInAFlood(t *testing.T) {
	t.Parallel()
	for what, s := range map[string]struct{ open, flood string }{
		"a key that is held": {"a", strings.Repeat("x", 20_000)},
		"keys":               {"a", strings.Repeat("abcdefg\x01", 2500)},
		"arrows":             {"", strings.Repeat("\x1b[B", 7000)},
		"a paste": {
			":", "\x1b[200~" + strings.Repeat("some text ", 2000) + "\x1b[201~"},
		"an unfinished paste":    {"a", "\x1b[200~some text"},
		"an endless paste":       {"a", "\x1b[200~" + strings.Repeat("some text ", 20_000)},
		"a paste without marks":  {"a", strings.Repeat("some text ", 2000)},
		"nothing but the ctrl+c": {"", ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := openConsole(t, t.TempDir(), "demo")
			c.see(`Tokens · all`)
			if s.open != "" {
				c.press(s.open)
				c.see(map[string]string{"a": `consumer key`, ":": `Commands`}[s.open])
			}
			c.press(s.flood)
			c.press("\x03")
			if code := c.wait(); code != 0 {
				t.Errorf("exit %d", code)
			}
		})
	}
}

// A long paste arrives as one text: its last letters are not taken for keys.
func TestLongPasteIsOne(t *testing.T) {
	t.Parallel()
	for what, marks := range map[string][2]string{"marked": {"\x1b[200~", "\x1b[201~"},
		"unmarked": {"", ""}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := openConsole(t, t.TempDir(), "demo")
			c.see(`▌ ◒ Orders`)
			c.press(marks[0] + strings.Repeat("some text that says q ", 300) + "q" + marks[1])
			c.see(`A paste does nothing here`)
			// A paste without marks may arrive in several reads. All were handled when the program
			// handles a key behind them.
			c.press("\x1b[A")
			c.see(`▌ ● Orders`)
			c.pass(time.Second) // text right after a paste is taken for its end
			c.press(":")
			c.see(`Commands`)
			c.press("\x03")
			c.wait()
		})
	}
}
