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

// Clipboard is the clipboard of the machine. Package cli implements it.
type Clipboard interface {
	// Copy copies a text. If stays is false, Clear clears it later. Copy fails without copying if
	// ctx is done. It copies line breaks (LF), which the .http form has. The caller refuses them in
	// other texts.
	Copy(ctx context.Context, text secret.Text, stays bool) (CopiedTo, error)
	// Clear clears the copy with this serial number, or any copy if serial is 0. It does not clear
	// a later copy of another program, unless clear_blind is configured.
	Clear(ctx context.Context, serial int) (Cleared, error)
}

// CopiedTo is the result of a copy.
type CopiedTo struct {
	Via      string      // "system clipboard", "tmux", "terminal"
	Certain  bool        // false: the terminal did not confirm it
	Terminal secret.Text // if not zero, the control sequence that the screen must write
	Serial   int         // for Clear; 0 if the copy stays
	Later    Later
	Around   bool // the terminal around tmux has a copy too, which cannot be read back
}

// Later is the ability of Clear to remove a copy.
type Later int

// The abilities of Clear, from the least to the most.
const (
	NotCleared    Later = iota // nothing: the clipboard cannot be read
	ClearedIfOurs              // clear the clipboard if it still holds the copy
	ClearedBlind               // clear the clipboard without reading it (clear_blind)
)

// Cleared is the result of Clear.
type Cleared struct {
	Via      string
	Outcome  Outcome
	Terminal secret.Text // see CopiedTo
	Around   bool        // see CopiedTo; the copy in the terminal around tmux was not cleared
}

// Outcome is the result of looking at the clipboard and clearing it.
type Outcome int

// The outcomes of Clear.
const (
	NothingToClear Outcome = iota // no copy of ours is to be cleared
	WasOurs                       // it held the copy, and was cleared
	WasReplaced                   // it held something else, and was left alone
	WasBlind                      // it was cleared without looking: clear_blind
	CannotTell                    // it cannot be read, and was left alone
)

// Words describes what was done; "" if nothing was.
func (c Cleared) Words() string {
	said := map[Outcome]string{
		WasOurs:     "the clipboard was cleared",
		WasReplaced: "the clipboard holds something else now, not cleared",
		WasBlind:    "the clipboard was cleared, whatever it held",
		CannotTell: "cannot tell, not cleared: the token may still be in the clipboard (" + c.Via +
			")",
	}[c.Outcome]
	switch {
	case c.Outcome == WasBlind && !c.Terminal.IsZero():
		said = "the terminal was told to clear its clipboard, whatever it held"
	case c.Around && c.Outcome == WasOurs:
		said = "the copy in tmux was cleared; the terminal around it: cannot tell, not cleared"
	case c.Around && c.Outcome == WasReplaced:
		said = "tmux holds something else now, not cleared; the terminal around it: cannot " +
			"tell, not cleared"
	}
	return said
}

// Hint returns how to prevent what Words describes; "" if nothing is wrong.
func (c Cleared) Hint() string {
	if c.Unknown() {
		return blindHint
	}
	return ""
}

// Unknown reports whether a clipboard may still hold the token.
func (c Cleared) Unknown() bool { return c.Outcome == CannotTell || c.Around }

// blindHint is the hint for a clipboard that cannot be read.
const blindHint = "set clipboard.clear_blind = true to clear it nevertheless"

// clipboardState is the session's record of its copies.
type clipboardState struct {
	held    bool      // the clipboard holds a copy to clear
	serial  int       // of the newest copy to clear
	clearAt time.Time // when to clear it; zero: when the console ends or is stopped
}

// copied notes a copy at now. If the copy has a serial number, it is to be cleared after the given
// time. since is the serial number of the newest copy when this one was begun. A copy noted since
// then may be the one in the clipboard, so it stays noted: Clear clears only its own copy.
func (c *clipboardState) copied(done CopiedTo, since int, now time.Time, after time.Duration) {
	switch {
	case done.Serial == 0 && c.serial == since:
		c.held, c.clearAt = false, time.Time{}
	case done.Serial > c.serial:
		c.held, c.serial, c.clearAt = true, done.Serial, now.Add(after)
	}
}

// Words describes a copy of what, with its promise in brackets. A copy that is not certain was only
// sent.
func (done CopiedTo) Words(what, promise string) string {
	words, way := "copied "+what, done.Via
	if !done.Certain {
		words, way = "sent "+what+" to the "+done.Via, ""
		if done.Via == "terminal" {
			words, way = words+"'s clipboard", "OSC 52"
		}
	}
	with := strings.TrimPrefix(strings.TrimSuffix(way+", "+promise, ", "), ", ")
	if with == "" {
		return words
	}
	return words + " (" + with + ")"
}

// Promise returns what will happen to the copy after the time in words; "" if it stays.
func (done CopiedTo) Promise(words string) (promise, hint string) {
	switch {
	case done.Serial == 0:
		return "", ""
	case done.Later == NotCleared:
		return "not cleared later",
			"Lanyard cannot read this clipboard, and so does not clear it; " + blindHint
	}
	promise = "cleared in " + words
	switch {
	case done.Later == ClearedBlind:
		promise += ", whatever it then holds"
	case done.Around:
		return "cleared there in " + words,
			"the terminal around it keeps a copy that Lanyard cannot read; " + blindHint
	}
	return promise, ""
}

// nextClear returns when the copy is to be cleared. It is zero if none is, or if the clipboard is
// being cleared.
func (s *Session) nextClear() time.Time {
	if s.isClearing() {
		return time.Time{}
	}
	return s.clipboard.clearAt
}

// isClearing reports whether the clipboard is being cleared.
func (s *Session) isClearing() bool { return s.Busy(Key{Kind: Clearing}) }

// cleared notes that a Clear ended. serial is that of the newest copy when it was begun. A copy
// made since then is still to be cleared.
func (c *clipboardState) cleared(serial int) {
	if serial == c.serial {
		c.held, c.clearAt = false, time.Time{}
	}
}

// clipboardTime is the time limit of a clipboard program. A program whose display is gone
// never answers.
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
			sec, err := svc.Secrets(ctx, t.ID) // no time limit: may ask for a passphrase
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

// copyText copies a text that is not secret, such as an address. It refuses line breaks: pasted
// into a shell, a line break runs the text before it.
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
				return TextCopied{
					call: c,
					Err: errors.New("copy: " + r.What +
						" has a line break, and cannot be pasted safely"),
				}
			}
			ctx, cancel := context.WithTimeout(ctx, clipboardTime)
			defer cancel()
			done, err := clip.Copy(ctx, secret.New(r.Text), true)
			return TextCopied{c, r.What, done, err, since}
		}
	})
}

// clear clears the copy with a serial number, or any copy if it is 0.
func (s *Session) clear(serial int) []Work {
	s.clipboard.clearAt = time.Time{}
	clip, newest := s.opts.Clipboard, s.clipboard.serial
	return s.start(Key{Kind: Clearing}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			done, err := clearClipboard(ctx, clip, serial)
			return ClipboardCleared{call: c, Cleared: done, Err: err, serial: newest}
		}
	})
}

func clearClipboard(ctx context.Context, clip Clipboard, serial int) (Cleared, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clipboardTime)
	defer cancel()
	return clip.Clear(ctx, serial)
}

// ClearNow clears any copy when no more events are applied, for example after a signal or a panic.
// It writes the control sequence for a clipboard behind the terminal itself. It changes nothing of
// the session, so it may be called from any goroutine.
func (s *Session) ClearNow(terminal io.Writer) {
	if s.opts.Clipboard == nil {
		return
	}
	done, _ := clearClipboard(s.ctx, s.opts.Clipboard, 0)
	if !done.Terminal.IsZero() && terminal != nil {
		_, _ = io.WriteString(terminal, done.Terminal.Reveal())
	}
}

// isCopying reports whether a token is being copied.
func (s *Session) isCopying() bool {
	for _, f := range s.flights {
		if f.copies {
			return true
		}
	}
	return false
}

// SetClearAfter changes when the next copies are cleared.
func (s *Session) SetClearAfter(d time.Duration) { s.opts.ClearAfter = d }
