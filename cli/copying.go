package cli

import (
	"context"
	"errors"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// clipboard returns the configured clipboard, or nil if copying is off.
func (p *program) clipboard(cfg *config.Config) *host.Clipboard {
	if cfg.ClipboardVia == "off" {
		return nil
	}
	return host.NewClipboard(p.getenv, cfg.ClipboardVia, cfg.ClipboardCommand, cfg.ClearBlind)
}

// sessionClipboard adapts the machine's clipboard to session.Clipboard.
type sessionClipboard struct{ *host.Clipboard }

var _ session.Clipboard = sessionClipboard{}

// Copy implements session.Clipboard.
func (c sessionClipboard) Copy(ctx context.Context, text secret.Text,
	stays bool) (session.CopiedTo, error) {
	done, err := c.Clipboard.Copy(ctx, text, stays)
	return copiedTo(done), err
}

func copiedTo(done host.Copied) session.CopiedTo {
	return session.CopiedTo{
		Via: done.Via, Certain: done.Certain, Terminal: done.Terminal, Serial: done.Serial,
		Around: done.Around,
		Later: map[host.Later]session.Later{
			host.NotCleared:    session.NotCleared,
			host.ClearedIfOurs: session.ClearedIfOurs,
			host.ClearedBlind:  session.ClearedBlind,
		}[done.Later],
	}
}

// Clear implements session.Clipboard.
func (c sessionClipboard) Clear(ctx context.Context, serial int) (session.Cleared, error) {
	done, err := c.Clipboard.Clear(ctx, serial)
	return clearedIn(done), err
}

func clearedIn(done host.Cleared) session.Cleared {
	return session.Cleared{
		Via: done.Via, Terminal: done.Terminal, Around: done.Around,
		Outcome: map[host.Outcome]session.Outcome{
			host.NothingToClear: session.NothingToClear,
			host.WasOurs:        session.WasOurs,
			host.WasReplaced:    session.WasReplaced,
			host.WasBlind:       session.WasBlind,
			host.CannotTell:     session.CannotTell,
		}[done.Outcome],
	}
}

// lineClipboard refuses copies that need a control sequence to the terminal, which the console in
// lines must not write.
type lineClipboard struct{ sessionClipboard }

// Copy implements session.Clipboard.
func (c lineClipboard) Copy(ctx context.Context, text secret.Text,
	stays bool) (session.CopiedTo, error) {
	done, err := c.sessionClipboard.Copy(ctx, text, stays)
	if err == nil && !done.Terminal.IsZero() {
		c.Forget() // the sequence was not sent
		err = errors.New(
			"copy: no clipboard can be reached without a control sequence to the terminal, which " +
				"is not sent in lines; clipboard.via in the configuration names another way")
	}
	if err != nil {
		return session.CopiedTo{}, err
	}
	return done, nil
}

var _ session.Clipboard = lineClipboard{}
