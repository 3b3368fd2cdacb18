package session_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

func bare(id string) session.Copy { return session.Copy{Token: id, Form: console.FormBare} }

func TestCopyIsCleared(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(bare(id))
	c := once[session.Copied](d)
	if c.Err != nil || c.ID != id || c.What != fp(1) || c.Unlogged != nil {
		t.Errorf("copied %+v", c)
	}
	if !d.clip.holds.Equal(secret.New(access(1))) {
		t.Fatal("another text was copied")
	}
	d.run(d.tick(d.now.Add(45*time.Second - time.Nanosecond))...)
	if len(d.clip.clears) > 0 {
		t.Fatal("cleared before its time")
	}
	if at := d.Next(); at.After(d.now.Add(time.Nanosecond)) {
		t.Errorf("the next thing is at %s, now is %s", at, d.now)
	}
	work := d.tick(d.now.Add(time.Nanosecond))
	if len(work) != 1 || len(d.tick(d.now.Add(time.Second))) > 0 {
		t.Fatalf("%d works clear it, or it is cleared twice", len(work))
	}
	d.run(work...)
	if c := once[session.ClipboardCleared](d); c.Cleared.Outcome != session.WasOurs || d.Holds() {
		t.Errorf("cleared: %+v", c)
	}
}

// Clear reports that another program has copied something since.
func TestCopyReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(bare(d.get(1)[0]))
	d.clip.taken = true
	d.facts = nil
	d.after(time.Minute)
	if c := once[session.ClipboardCleared](d); c.Cleared.Outcome != session.WasReplaced ||
		d.Holds() {
		t.Errorf("cleared: %+v", c)
	}
	if d.does(session.Quit{}); len(d.clip.clears) != 1 {
		t.Errorf("Clear was called with %v", d.clip.clears)
	}
}

// A second copy replaces the first one, and is cleared at its own time.
func TestTwoCopies(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(bare(ids[0]))
	d.after(30 * time.Second)
	d.does(bare(ids[1]))
	if d.after(44 * time.Second); len(d.clip.clears) > 0 {
		t.Fatal("cleared when the first copy was due")
	}
	if d.after(time.Second); !d.clip.holds.IsZero() || len(d.clip.clears) != 1 {
		t.Errorf("the second copy stays; Clear was called with %v", d.clip.clears)
	}
}

// A copy made while an older one is being cleared is cleared too.
func TestCopyWhileClearing(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"copy", "clear"} {
		d := sit(t)
		ids := d.get(2)
		d.does(bare(ids[0]))
		clear := d.tick(d.now.Add(45 * time.Second))
		copied := d.came(d.ask(bare(ids[1]))...)
		cleared := d.came(clear...)
		if first == "copy" {
			copied, cleared = cleared, copied
		}
		d.run(d.apply(cleared...)...)
		d.run(d.apply(copied...)...)
		if !d.Holds() {
			t.Fatalf("%s first: the second copy is not to be cleared", first)
		}
		if d.after(time.Minute); !d.clip.holds.IsZero() {
			t.Errorf("%s first: the second copy stays", first)
		}
	}
}

// Results of copies may arrive in another order than the copies.
func TestCopiesFiledInAnotherOrder(t *testing.T) {
	t.Parallel()
	text := session.CopyText{What: "the code", Text: "ABCD"}
	d := sit(t)
	ids := d.get(2)
	for name, both := range map[string][2]session.Request{
		"two tokens": {bare(ids[0]), bare(ids[1])}, "a text before": {text, bare(ids[0])},
		"a text after": {bare(ids[1]), text},
	} {
		for _, swapped := range []bool{false, true} {
			work := append(d.ask(both[0]), d.ask(both[1])...)
			events := d.came(work...)
			if swapped {
				slices.Reverse(events)
			}
			d.run(d.apply(events...)...)
			d.after(time.Minute)
			if d.clip.leaks || d.Holds() {
				t.Errorf("%s, swapped %t: a token stays", name, swapped)
			}
			if stays := both[1] == text; stays && d.clip.holds.IsZero() {
				t.Errorf("%s, swapped %t: what is no secret was cleared", name, swapped)
			}
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(bare(d.get(1)[0]))
	d.does(session.CopyText{What: "the code", Text: "ABCD"})
	if e := once[session.TextCopied](d); e.Err != nil || e.What != "the code" {
		t.Errorf("copied %+v", e)
	}
	d.after(time.Hour)
	if d.does(session.Quit{}); len(d.clip.clears) > 0 || d.clip.holds.IsZero() {
		t.Error("it was cleared")
	}
}

// Pasted into a shell, a line break would run the text before it.
func TestNoLineBreakIsCopied(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(session.CopyText{What: "the address", Text: "rm -rf\n"})
	err := once[session.TextCopied](d).Err
	if err == nil || !strings.Contains(err.Error(), "the address") {
		t.Errorf("a line break: %v", err)
	}
}

func TestCopyStays(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.SetClearAfter(0)
	d.does(bare(id))
	d.after(time.Hour)
	if d.does(session.Quit{}); len(d.clip.clears) > 0 || d.clip.holds.IsZero() {
		t.Error("it was cleared")
	}
}

func TestCopyIsRefused(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.ask(bare("t_gone"))
	if f := once[session.Refused](d); f.Reason != session.TokenGone {
		t.Errorf("a token that is gone: %d", f.Reason)
	}
	d.ask(bare(id))
	d.ask(bare(id))
	if f := once[session.Refused](d); f.Reason != session.InFlight ||
		f.Key != session.TokenKey(id) {
		t.Errorf("a second time: %+v", f)
	}
	off := sit(t, func(o *options) { o.Clipboard = nil })
	if off.CanCopy() {
		t.Error("it can copy without a clipboard")
	}
	off.ask(bare(id))
	off.ask(session.CopyText{What: "the code", Text: "ABCD"})
	for _, f := range told[session.Refused](off) {
		if f.Reason != session.CopyingOff {
			t.Errorf("without a clipboard: %d", f.Reason)
		}
	}
	off.does(session.Suspend{})
	once[session.MaySuspend](off)
	off.ClearNow(nil)
}

func TestCopyNamesItsForm(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Copy{Token: id, Form: console.FormHeader, As: "a header"})
	if e := once[session.Copied](d); e.What != fp(1)+" as a header" {
		t.Errorf("copied %q", e.What)
	}
	d.does(session.Copy{Token: id, Form: console.FormRefresh, As: "the refresh token"})
	if e := once[session.Copied](d); e.Err == nil || e.What != fp(1) {
		t.Errorf("what the token lacks: %q, %v", e.What, e.Err)
	}
	d.does(session.Copy{Token: id}) // the bare token
	if e := once[session.Copied](d); e.Err != nil || e.What != fp(1) {
		t.Errorf("no form: %q, %v", e.What, e.Err)
	}
}

// A stopped process cannot clear the clipboard, so it is cleared before.
func TestSuspendWaitsForTheClipboard(t *testing.T) {
	t.Parallel()
	d := sit(t)
	id := d.get(1)[0]
	d.does(session.Suspend{})
	once[session.MaySuspend](d)
	copying := d.ask(bare(id))
	if work := d.ask(session.Suspend{}); len(work) > 0 {
		t.Error("it clears what is not copied yet")
	}
	never[session.MaySuspend](d)
	clear := d.apply(d.came(copying...)...)
	if len(clear) != 1 || len(d.tick(d.now)) > 0 {
		t.Fatalf("%d works clear the copy", len(clear))
	}
	never[session.MaySuspend](d)
	if d.run(clear...); !d.clip.holds.IsZero() {
		t.Error("the copy stays")
	}
	once[session.MaySuspend](d)
	if d.tick(d.now.Add(time.Second)); len(told[session.MaySuspend](d)) > 0 {
		t.Error("it is suspended again by itself")
	}
}

func TestClearNow(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(bare(d.get(1)[0]))
	if d.ClearNow(nil); !d.clip.holds.IsZero() {
		t.Error("the copy stays")
	}
}

// A copy made while quitting clears an older one is cleared too.
func TestQuitClearsTheClipboard(t *testing.T) {
	t.Parallel()
	d := sit(t)
	ids := d.get(2)
	d.does(bare(ids[0]))
	copying := d.ask(bare(ids[1]))
	clear := d.quits()
	if f := once[session.Finishing](d); f.Clipboard {
		t.Error("a copy is under way, and only the clipboard is waited for")
	}
	cleared := d.came(clear...) // the first copy, before the second is there
	d.run(d.apply(d.came(copying...)...)...)
	d.run(d.apply(cleared...)...)
	if once[session.Finished](d); !d.clip.holds.IsZero() {
		t.Error("it has quit, and the second copy stays")
	}
}

func TestQuitWaitsForTheClipboardAlone(t *testing.T) {
	t.Parallel()
	d := sit(t)
	d.does(bare(d.get(1)[0]))
	clear := d.quits()
	if f := once[session.Finishing](d); !f.Clipboard || !d.Clearing() {
		t.Errorf("it waits for more: %+v", f)
	}
	never[session.Finished](d)
	d.run(clear...)
	if once[session.Finished](d); !d.clip.holds.IsZero() {
		t.Error("the copy stays")
	}
}

// A copy is cleared after the time that was set when it was requested.
func TestClearAfterChangesWhileACopyIsMade(t *testing.T) {
	t.Parallel()
	d := sit(t)
	work := d.ask(bare(d.get(1)[0]))
	d.SetClearAfter(0)
	d.run(work...)
	if d.after(44 * time.Second); len(d.clip.clears) > 0 {
		t.Error("cleared at once")
	}
	if d.after(time.Second); d.clip.leaks {
		t.Error("the token stays")
	}
}
