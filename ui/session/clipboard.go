package session

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// Clipboard is the outside world's clipboard.
type Clipboard interface {
	// Copy copies a text. If stays is false, Clear is to clear it again. It fails without copying if ctx is done.
	// A line break (LF) in the text is copied, because the .http form has some: the caller refuses those of others.
	Copy(ctx context.Context, text secret.Text, stays bool) (CopiedTo, error)
	// Clear clears the copy with this serial number, or any copy if serial is 0. It never clears what was copied by
	// somebody else since, unless the configuration says so (clear_blind).
	Clear(ctx context.Context, serial int) (Cleared, error)
}

// CopiedTo says what became of a copy.
type CopiedTo struct {
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
	Terminal secret.Text // as of CopiedTo
	Around   bool        // as of CopiedTo: the terminal around tmux was left alone
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

// Words say what was done, to be shown; "" when nothing was.
func (c Cleared) Words() string {
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

// Hint is the way out of what Words say.
func (c Cleared) Hint() string {
	if c.Unknown() {
		return blindHint
	}
	return ""
}

// Unknown reports whether the token may still be in a clipboard.
func (c Cleared) Unknown() bool { return c.Outcome == CannotTell || c.Around }

// blindHint is the way out where the clipboard cannot be read.
const blindHint = "clipboard.clear_blind = true clears it whatever it holds"

// copying is what a session knows of the clipboard.
type clipboardState struct {
	held     bool      // the clipboard holds a copy that is to be cleared
	serial   int       // of the newest copy that was to be cleared
	clearAt  time.Time // zero: when the console ends or is stopped
	clearing bool      // Clear is in flight
}

// copied notes a copy, which is cleared after some time if it has a serial number. since is the serial
// number of the newest copy when it was begun. One that came meanwhile may be the later one, and stays
// noted: Clear leaves alone what is not its copy.
func (c *clipboardState) copied(done CopiedTo, since int, now time.Time, after time.Duration) {
	switch {
	case done.Serial == 0 && c.serial == since:
		c.held, c.clearAt = false, time.Time{}
	case done.Serial > c.serial:
		c.held, c.serial, c.clearAt = true, done.Serial, now.Add(after)
	}
}

// Promise says what will become of the copy after the time in words; "" if it stays.
func (done CopiedTo) Promise(words string) (promise, hint string) {
	switch {
	case done.Serial == 0:
		return "", ""
	case done.Later == NotCleared:
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

// due reports whether the copy is to be cleared now.
func (c *clipboardState) due(now time.Time) bool {
	return !c.clearAt.IsZero() && !now.Before(c.clearAt)
}

// cleared notes that Clear ended, which was begun when the newest copy had this serial number. A copy
// that was made meanwhile is still to be cleared.
func (c *clipboardState) cleared(serial int) {
	c.clearing = false
	if serial == c.serial {
		c.held, c.clearAt = false, time.Time{}
	}
}

// clipboardTime is how long a clipboard program may take: one on a display that is gone never answers.
const clipboardTime = 3 * time.Second

// copy copies a token, which is cleared later unless clear_after is 0.
func (s *Session) copy(r Copy) []Work {
	row, key := s.board.byID[r.Token], TokenKey(r.Token)
	switch {
	case s.opts.Clipboard == nil:
		s.refuse(r, CopyingOff, key)
		return nil
	case row == nil || row.Token == nil:
		s.refuse(r, TokenGone, key)
		return nil
	case !s.Busy(key) && s.AskToUnlock(r):
		return nil
	}
	r.Form = cmp.Or(r.Form, console.FormBare)
	a, t, after := s.board.Apps[row.App].Application, *row.Token, s.opts.ClearAfter
	svc, clip, since := s.svc, s.opts.Clipboard, s.clipboard.serial
	work := s.begin(r, key, "", func(c call) Work {
		return func(ctx context.Context) Event {
			e := Copied{call: c, ID: t.ID, What: t.Fingerprint, since: since, after: after}
			sec, err := svc.Secrets(ctx, t.ID) // unlocking the store may take longer than a clipboard program
			if err != nil {
				e.Err = err
				return e
			}
			text, err := console.As(a, t, sec, r.Form)
			if err != nil {
				e.Err = err
				return e
			}
			short, cancel := context.WithTimeout(ctx, clipboardTime)
			defer cancel()
			if e.Copied, e.Err = clip.Copy(short, text, after == 0); e.Err != nil {
				return e
			}
			if r.Form != console.FormBare {
				e.What += " as " + r.As
			}
			e.Unlogged = svc.Copied(ctx, t.ID, e.Copied.Via, r.Form)
			return e
		}
	})
	if work != nil {
		f := s.flights[key]
		f.copies = true
		s.flights[key] = f
	}
	return work
}

// copyText copies what is no secret: an address, or a code that is worth nothing without a person. It is
// one line: pasted into a shell, a line break runs what stands before it.
func (s *Session) copyText(r CopyText) []Work {
	key := Key{Kind: CopyingText}
	if s.opts.Clipboard == nil {
		s.refuse(r, CopyingOff, key)
		return nil
	}
	clip, since := s.opts.Clipboard, s.clipboard.serial
	return s.begin(r, key, "", func(c call) Work {
		return func(ctx context.Context) Event {
			if strings.ContainsRune(r.Text, '\n') {
				return TextCopied{call: c, Err: errors.New("copy: " + r.What + " has a line break, and cannot be pasted safely")}
			}
			ctx, cancel := context.WithTimeout(ctx, clipboardTime)
			defer cancel()
			done, err := clip.Copy(ctx, secret.New(r.Text), true)
			return TextCopied{c, r.What, done, err, since}
		}
	})
}

// clear clears the copy with a serial number, or any copy if it is 0.
func (s *Session) clear(serial int) Work {
	s.clipboard.clearing, s.clipboard.clearAt = true, time.Time{}
	clip, newest := s.opts.Clipboard, s.clipboard.serial
	return func(ctx context.Context) Event {
		done, err := clearClipboard(ctx, clip, serial)
		return ClipboardCleared{Cleared: done, Err: err, serial: newest}
	}
}

func clearClipboard(ctx context.Context, clip Clipboard, serial int) (Cleared, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clipboardTime)
	defer cancel()
	return clip.Clear(ctx, serial)
}

// ClearNow clears any copy for when no loop is left to apply events: a signal or a panic ended it. It
// writes the control sequence of a clipboard behind the terminal itself. It changes nothing of the
// session, so that work which panics may call it beside the loop.
func (s *Session) ClearNow(terminal io.Writer) {
	if s.opts.Clipboard == nil {
		return
	}
	done, _ := clearClipboard(s.ctx, s.opts.Clipboard, 0)
	if !done.Terminal.IsZero() && terminal != nil {
		_, _ = io.WriteString(terminal, done.Terminal.Reveal())
	}
}

// copies reports whether a token is being copied.
func (s *Session) isCopying() bool {
	for _, f := range s.flights {
		if f.copies {
			return true
		}
	}
	return false
}

// SetClearAfter changes after how long the next copies are cleared.
func (s *Session) SetClearAfter(d time.Duration) { s.opts.ClearAfter = d }
