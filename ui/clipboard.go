package ui

import (
	"time"

	"lanyard/ui/session"
)

// What a clipboard is, and what it did, is the session's. These are the names that others use.
type (
	Clipboard = session.Clipboard
	Copied    = session.CopiedTo
	Cleared   = session.Cleared
	Later     = session.Later
	Outcome   = session.Outcome
)

// What Clear can do about a copy, and what it did.
const (
	NotCleared     = session.NotCleared
	ClearedIfOurs  = session.ClearedIfOurs
	ClearedBlind   = session.ClearedBlind
	NothingToClear = session.NothingToClear
	WasOurs        = session.WasOurs
	WasReplaced    = session.WasReplaced
	WasBlind       = session.WasBlind
	CannotTell     = session.CannotTell
)

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
