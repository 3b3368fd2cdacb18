package cli

import (
	"cmp"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/term"

	"lanyard/cli/config"
	"lanyard/cli/host"
)

// checkClipboard reports which clipboards a copied token can go to.
func (d *doctor) checkClipboard() {
	const check = "clipboard"
	b := d.p.clipboard(d.cfg)
	if b == nil {
		d.ok(check, "copying is switched off")
		return
	}
	var can []string
	var why error
	for _, way := range b.Ways() {
		words, err := d.wayTo(way)
		if err == nil {
			can = append(can, words)
			continue
		}
		why = err
	}
	switch {
	case len(can) > 0:
		d.ok(check, "%s", strings.Join(can, ", else "))
		if d.cfg.ClearAfter > 0 && d.cfg.ClearBlind {
			d.ok(check, "a copy that cannot be read back is cleared, whatever the clipboard "+
				"then holds (clear_blind)")
		} else if way := b.Ways()[0]; d.cfg.ClearAfter > 0 && way != host.ViaSystem {
			d.ok(check, "%s cannot be read back, so that a copy there is not cleared",
				unreadableClipboard(way))
		}
	case d.cfg.ClipboardVia == host.ViaCommand:
		d.fail(check, "install it, or correct clipboard.command in "+d.paths.Config, "%v", why)
	case d.cfg.ClipboardVia == host.ViaTmux:
		d.fail(check, `install tmux, or set clipboard.via = "auto" in `+d.paths.Config, "%v", why)
	default:
		d.fail(check, `install wl-clipboard, xclip or xsel, or set clipboard.via = "auto" in `+
			d.paths.Config, "%v", why)
	}
}

// unreadableClipboard names the clipboard that cannot be read back when a copy goes this way.
func unreadableClipboard(way string) string {
	switch way {
	case host.ViaTmux:
		return "the clipboard of the terminal around tmux"
	case host.ViaCommand:
		return "the clipboard of a command"
	}
	return "the terminal's clipboard"
}

// wayTo describes a way to a clipboard, or returns an error if the way is not open. It does not use
// the clipboard.
func (d *doctor) wayTo(way string) (string, error) {
	switch way {
	case host.ViaTmux:
		if _, err := exec.LookPath("tmux"); err != nil {
			return "", fmt.Errorf("tmux is not there: %w", config.PlainCause(err))
		}
		return "tmux, and through it the terminal's (set-clipboard must not be off)", nil
	case host.ViaCommand:
		name := d.cfg.ClipboardCommand[0]
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("the command %s is not there: %w",
				filepath.Base(name), config.PlainCause(err))
		}
		return "command " + filepath.Base(name), nil
	case host.ViaSystem:
		if !host.HasSystem() {
			return "", fmt.Errorf(
				"the system's clipboard cannot be reached: none of its programs is here")
		}
		return "the system's clipboard", nil
	}
	return "the terminal (OSC 52), which confirms nothing", nil
}

// checkTerminal reports what the terminal can show.
func (d *doctor) checkTerminal() {
	const check = "terminal"
	fd, is := host.TerminalFD(d.p.stdout)
	kind := d.p.getenv("TERM")
	switch {
	case is && (kind == "" || kind == "dumb"):
		d.warn(check, "set TERM to what the terminal is, such as xterm-256color",
			"TERM is %q: the console cannot draw on it", kind)
	case !is:
		d.ok(check, "standard output is no terminal: commands work, the console needs one")
	default:
		d.ok(check, "TERM %s, %s%s", kind, d.colours(), d.size(fd))
	}
	if around := d.multiplexers(); around != "" {
		d.ok(check, "%s", around)
	}
	if l := cmp.Or(d.p.getenv("LC_ALL"), d.p.getenv("LC_CTYPE"), d.p.getenv("LANG")); is &&
		!utf8Locale(l) {
		d.warn(check, "export LC_ALL=C.UTF-8, or another UTF-8 locale that locale -a lists",
			"the locale %q is not UTF-8: frames and names may come out garbled", l)
	}
}

func utf8Locale(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, "-", ""))
	return strings.Contains(name, "utf8")
}

func (d *doctor) colours() string {
	switch c := d.p.getenv("COLORTERM"); {
	case d.p.getenv("NO_COLOR") != "":
		return "no colours (NO_COLOR)"
	case c == "truecolor" || c == "24bit":
		return "16 million colours"
	case strings.Contains(d.p.getenv("TERM"), "256color"):
		return "256 colours"
	}
	return "16 colours"
}

func (d *doctor) size(fd uintptr) string {
	w, h, err := term.GetSize(fd)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", %d × %d", w, h)
}

// multiplexers describes tmux, screen or ssh between the console and the person's terminal, and how
// copies pass them.
func (d *doctor) multiplexers() string {
	var all []string
	if d.p.getenv("TMUX") != "" {
		all = append(all, "tmux: set -s set-clipboard on lets copies through to the terminal")
	}
	if d.p.getenv("STY") != "" {
		all = append(all, "screen: it does not let copies through to the terminal")
	}
	if d.p.getenv("SSH_TTY") != "" || d.p.getenv("SSH_CONNECTION") != "" {
		all = append(all, "ssh: copies go to the terminal at the other end (OSC 52)")
	}
	if len(all) == 0 {
		return ""
	}
	return "in " + strings.Join(all, "; in ")
}
