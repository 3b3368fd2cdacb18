package ui

import (
	"context"
	"time"

	"lanyard/tokenapi/secret"
)

// Clipboard is the outside world's clipboard.
type Clipboard interface {
	// Copy copies a text. If stays is false, Clear is to clear it again. It fails without copying if ctx is done.
	// A line break (LF) in the text is copied, because the .http form has some: the caller refuses those of others.
	Copy(ctx context.Context, text secret.Text, stays bool) (Copied, error)
	// Clear clears the copy with this serial number, or any copy if serial is 0. It never clears what was copied by
	// somebody else since, unless the configuration says so (clear_blind).
	Clear(ctx context.Context, serial int) (Cleared, error)
}

// Copied says what became of a copy.
type Copied struct {
	Via      string      // "system clipboard", "tmux", "terminal"
	Certain  bool        // false: it was sent, and nobody confirmed
	Terminal secret.Text // when not zero: a control sequence that the screen must write itself
	Serial   int         // for Clear; 0 if nothing is to be cleared
	Later    Later
	Around   bool // the terminal around tmux got the copy too, and cannot be read
}

// Later says what Clear can do about a copy.
type Later int

// From the least to the most.
const (
	NotCleared    Later = iota // the clipboard cannot be read, so that it is left alone
	ClearedIfOurs              // it is read, and cleared if it still holds the copy
	ClearedBlind               // it is cleared, whatever it holds: clear_blind
)

// Cleared says what Clear did.
type Cleared struct {
	Via      string
	Outcome  Outcome
	Terminal secret.Text // as of Copied
	Around   bool        // as of Copied: the terminal around tmux was left alone
}

// Outcome is what became of the clipboard.
type Outcome int

// The outcomes of Clear.
const (
	NothingToClear Outcome = iota // no copy of ours is to be cleared
	WasOurs                       // it held the copy, and was cleared
	WasReplaced                   // it held something else, and was left alone
	WasBlind                      // it was cleared without looking: clear_blind
	CannotTell                    // it cannot be read, and was left alone
)

// words say what was done, to be shown; "" when nothing was.
func (c Cleared) words() string {
	said := map[Outcome]string{
		WasOurs:     "the clipboard was cleared",
		WasReplaced: "the clipboard holds something else now, not cleared",
		WasBlind:    "the clipboard was cleared, whatever it held",
		CannotTell:  "cannot tell, not cleared: the token may still be in the clipboard (" + c.Via + ")",
	}[c.Outcome]
	switch {
	case c.Outcome == WasBlind && !c.Terminal.IsZero():
		said = "the terminal was told to clear its clipboard, whatever it held"
	case c.Around && c.Outcome == WasOurs:
		said = "the copy in tmux was cleared; the terminal around it: cannot tell, not cleared"
	case c.Around && c.Outcome == WasReplaced:
		said = "tmux holds something else now, not cleared; the terminal around it: cannot tell, not cleared"
	}
	return said
}

// hint is the way out of what words say.
func (c Cleared) hint() string {
	if c.unknown() {
		return blindHint
	}
	return ""
}

// unknown says whether the token may still be in a clipboard.
func (c Cleared) unknown() bool { return c.Outcome == CannotTell || c.Around }

// blindHint is the way out where the clipboard cannot be read.
const blindHint = "clipboard.clear_blind = true clears it whatever it holds"

// copying is what a console knows of its clipboard. Screen and lines have the same.
type copying struct {
	under    int       // copies under way
	held     bool      // the clipboard holds a copy that is to be cleared
	serial   int       // of that copy
	clearAt  time.Time // zero: when the console ends or is stopped
	clearing bool      // Clear is under way
}

// copied notes a copy and gives the promise to be made: what will become of it after the time in words.
func (c *copying) copied(done Copied, now time.Time, after time.Duration, words string) (promise, hint string) {
	c.held, c.serial, c.clearAt = done.Serial != 0, done.Serial, time.Time{}
	if !c.held {
		return "", ""
	}
	c.clearAt = now.Add(after)
	if done.Later == NotCleared {
		return "not cleared later", "it cannot be read back; " + blindHint
	}
	promise = "cleared in " + words
	switch {
	case done.Later == ClearedBlind:
		promise += ", whatever it then holds"
	case done.Around:
		return promise + ", not in the terminal around it", "the terminal cannot be read back; " + blindHint
	}
	return promise, ""
}

// due says whether the copy is to be cleared now, and notes that it is.
func (c *copying) due(now time.Time) bool {
	if c.clearAt.IsZero() || now.Before(c.clearAt) {
		return false
	}
	c.begun()
	return true
}

// begun notes that Clear is under way.
func (c *copying) begun() { c.clearing, c.clearAt = true, time.Time{} }

// cleared notes that Clear ended. A copy that was made meanwhile is still to be cleared.
func (c *copying) cleared(serial int) {
	c.clearing = false
	if serial == 0 || serial == c.serial {
		c.held, c.clearAt = false, time.Time{}
	}
}
