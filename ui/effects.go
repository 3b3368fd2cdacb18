package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// effects is everything the screen can cause. The effects files are the only ones that call the console and the
// clipboard. Each effect takes copies, runs outside Update and answers with one result; none of them
// reads or writes the model.
type effects struct {
	ctx     context.Context
	svc     *console.Service
	clip    Clipboard
	changes <-chan struct{}
	reloads <-chan Reload
	begin   func(ctx context.Context, kept bool) (*console.Service, error) // nil where there is a service already
	follow  func(*console.Service) <-chan struct{}
	tick    func(tag int, in time.Duration) tea.Cmd
}

func newEffects(ctx context.Context, o Options) effects {
	fx := effects{ctx: ctx, svc: o.Service, clip: o.Clipboard, reloads: o.Reloads, begin: o.Begin, tick: beat}
	fx.follow = func(svc *console.Service) <-chan struct{} { return svc.Changes(ctx) }
	if fx.svc != nil {
		fx.changes = fx.follow(fx.svc)
	}
	return fx
}

// run wraps an effect with a concrete result, so that a command cannot be returned where a result is due.
func run[R result](f func() R) tea.Cmd { return func() tea.Msg { return f() } }

// now is the service's clock. The welcome screen has none, and shows nothing that depends on one.
func (fx effects) now() time.Time {
	if fx.svc == nil {
		return time.Time{}
	}
	return fx.svc.Now()
}

func (fx effects) policy(a console.Application) console.Policy {
	if fx.svc == nil {
		return console.PolicyOf(a, time.Minute)
	}
	return fx.svc.Policy(a)
}

// key says where the key to the stored secrets is. It waits for nothing.
func (fx effects) key() console.KeyStatus { return fx.svc.Key() }

func (fx effects) unlock(ticket int, passphrase secret.Text) tea.Cmd {
	return run(func() storeUnlocked { return storeUnlocked{ticket, fx.svc.Unlock(fx.ctx, passphrase)} })
}

// remedy adds to a hint about an application where what it names is changed. Nothing is asked: the configuration is known.
func (fx effects) remedy(a *session.App, hint string, f console.Face) string {
	if fx.svc == nil || a == nil {
		return hint
	}
	return fx.svc.Home(a.Application).Remedy(hint, f)
}

func (fx effects) undoWindow() time.Duration {
	if fx.svc == nil {
		return 0
	}
	return fx.svc.UndoWindow()
}

// watch waits for the next change of the store or of the exchanges.
func (fx effects) watch() tea.Cmd {
	if fx.changes == nil {
		return nil
	}
	changes := fx.changes
	return run(func() storeChanged {
		_, ok := <-changes
		return storeChanged{over: !ok}
	})
}

func (fx effects) readBoard(ticket int) tea.Cmd {
	if fx.svc == nil {
		return nil
	}
	return run(func() boardRead {
		b, err := fx.svc.Board(fx.ctx)
		return boardRead{ticket, b, err}
	})
}

// get asks for a token; selected is the token that was selected when the key was pressed.
func (fx effects) get(i getToken, selected string) tea.Cmd {
	return run(func() tokenGot {
		out, err := fx.svc.Get(fx.ctx, i.appID, console.GetOptions{Scopes: i.scopes, Grant: i.grant, Username: i.user, Password: i.password})
		return tokenGot{i.appID, selected, out, err}
	})
}

func (fx effects) renew(id, appID string) tea.Cmd {
	return run(func() tokenRenewed {
		out, err := fx.svc.Renew(fx.ctx, id)
		return tokenRenewed{id, appID, out, err}
	})
}

// giveUp ends the wait for the person of an invitation. Its result is that of the get.
func (fx effects) giveUp(id string) tea.Cmd {
	if fx.svc == nil {
		return nil
	}
	return func() tea.Msg {
		fx.svc.GiveUp(id)
		return nil
	}
}

// answer hands over what was pasted for an invitation. Nothing is waited for.
func (fx effects) answer(id string, pasted secret.Text) error {
	if fx.svc == nil {
		return nil
	}
	return fx.svc.Answer(id, pasted)
}

func (fx effects) revoke(id string) tea.Cmd {
	return run(func() revokeDecided {
		t, err := fx.svc.Revoke(fx.ctx, id, console.RevokeBoth, fx.svc.UndoWindow())
		return revokeDecided{id, t, err}
	})
}

// revokeAll decides about several tokens at once, so that one undo takes all of it back.
func (fx effects) revokeAll(ids []string) tea.Cmd {
	return run(func() revokesDecided {
		return revokesDecided{fx.svc.RevokeAll(fx.ctx, ids, console.RevokeBoth, fx.svc.UndoWindow())}
	})
}

// undo takes back what was decided together with the revoke of a token; "" is what was decided last.
func (fx effects) undo(id string) tea.Cmd {
	return run(func() revokeUndone {
		out, err := fx.svc.UndoDecision(fx.ctx, id)
		return revokeUndone{out, err}
	})
}

// undoOne takes back the revoke of one token, whatever was decided together with it.
func (fx effects) undoOne(id string) tea.Cmd {
	return run(func() revokeUndone {
		t, err := fx.svc.Undo(fx.ctx, id)
		return revokeUndone{console.Undone{Taken: []console.Token{t}}, err}
	})
}

func (fx effects) deliver() tea.Cmd {
	return run(func() revokesDelivered {
		done, next, err := fx.svc.Deliver(fx.ctx)
		return revokesDelivered{done, next, err}
	})
}

func (fx effects) probe(id string) tea.Cmd {
	return run(func() tokenProbed {
		a, t, err := fx.svc.Probe(fx.ctx, id)
		return tokenProbed{id, probedOf(a), t, err}
	})
}

// clipboardTime is how long a clipboard program may take: one on a display that is gone never answers.
const clipboardTime = 3 * time.Second

// copyText copies what is no secret: an address, or a code that is worth nothing without a person. It is one line: pasted into a
// shell, a line break runs what stands before it.
func (fx effects) copyText(what, text string) tea.Cmd {
	return run(func() textCopied {
		if strings.ContainsRune(text, '\n') {
			return textCopied{err: errors.New("copy: " + what + " has a line break, and cannot be pasted safely")}
		}
		ctx, cancel := context.WithTimeout(fx.ctx, clipboardTime)
		defer cancel()
		c, err := fx.clip.Copy(ctx, secret.New(text), true)
		return textCopied{what, c, err}
	})
}

// clear clears the copy with a serial number, or any copy if it is 0.
func (fx effects) clear(serial int) tea.Cmd {
	return run(func() clipboardCleared {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(fx.ctx), clipboardTime)
		defer cancel()
		c, err := fx.clip.Clear(ctx, serial)
		return clipboardCleared{serial, c, err}
	})
}

// clearNow is clear for when no loop is left to answer to: a signal or a panic ended it. It writes the control
// sequence of a clipboard behind the terminal itself.
func (fx effects) clearNow(terminal io.Writer) {
	if fx.clip == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(fx.ctx), clipboardTime)
	defer cancel()
	if c, _ := fx.clip.Clear(ctx, 0); !c.Terminal.IsZero() && terminal != nil {
		_, _ = io.WriteString(terminal, c.Terminal.Reveal())
	}
}

// raw writes the control sequence that a clipboard behind the terminal needs.
func raw(sequence secret.Text) tea.Cmd {
	if sequence.IsZero() {
		return nil
	}
	return tea.Raw(sequence.Reveal())
}

// drain waits for every write in flight.
func (fx effects) drain() tea.Cmd {
	return run(func() drained {
		if fx.svc == nil {
			return drained{}
		}
		return drained{fx.svc.Drain(context.WithoutCancel(fx.ctx))}
	})
}

// beat is one tagged tick; the root drops ticks whose tag is not the one it waits for.
func beat(tag int, in time.Duration) tea.Cmd {
	return tea.Tick(max(in, time.Millisecond), func(time.Time) tea.Msg { return beaten{tag} })
}
