package cli

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"lanyard/tokenapi/secret"
	"lanyard/ui"
)

// desk is a clipboard's surroundings in a test.
type desk struct {
	env     map[string]string
	ran     []string // argv and standard input
	fails   string   // the program that fails
	system  string
	sick    error // the system's clipboard
	written []string
}

func (d *desk) board(via string, command ...string) *board {
	return &board{via: via, command: command, outside: outside{
		getenv: func(k string) string { return d.env[k] },
		run: func(_ context.Context, stdin string, argv ...string) error {
			d.ran = append(d.ran, strings.Join(argv, " ")+" < "+stdin)
			if argv[0] == d.fails {
				return errors.New("exit status 1")
			}
			return nil
		},
		write: func(s string) error {
			if d.sick == nil {
				d.system = s
				d.written = append(d.written, s)
			}
			return d.sick
		},
		read: func() (string, error) { return d.system, d.sick },
	}}
}

func osc52(t *testing.T, c ui.Copied) string {
	t.Helper()
	body, ok := strings.CutPrefix(c.Terminal.Reveal(), "\x1b]52;c;")
	text, err := base64.StdEncoding.DecodeString(strings.TrimRight(body, "\a\x1b\\"))
	if !ok || err != nil {
		t.Fatalf("not an OSC 52 sequence: %q", c.Terminal.Reveal())
	}
	return string(text)
}

func TestCopy(t *testing.T) {
	t.Parallel()
	token := secret.New("canary-token")
	for name, c := range map[string]struct {
		desk    desk
		via     string
		command []string
		want    string // Via
		certain bool
		ran     []string
		system  string
		sent    bool // through the terminal
	}{
		"local":            {via: "auto", want: "system clipboard", certain: true, system: "canary-token"},
		"local, none":      {desk: desk{sick: errors.New("no xclip")}, via: "auto", want: "terminal", sent: true},
		"ssh":              {desk: desk{env: map[string]string{"SSH_TTY": "/dev/pts/1"}}, via: "auto", want: "terminal", sent: true},
		"ssh without tty":  {desk: desk{env: map[string]string{"SSH_CONNECTION": "a b"}}, via: "auto", want: "terminal", sent: true},
		"tmux":             {desk: desk{env: map[string]string{"TMUX": "x", "SSH_TTY": "y"}}, via: "auto", want: "tmux", certain: true, ran: []string{"tmux load-buffer -b lanyard -w - < canary-token"}},
		"old tmux":         {desk: desk{env: map[string]string{"TMUX": "x"}, fails: "tmux"}, via: "auto", want: "terminal", sent: true, ran: []string{"tmux load-buffer -b lanyard -w - < canary-token"}},
		"system over ssh":  {desk: desk{env: map[string]string{"SSH_TTY": "y"}}, via: "system", want: "system clipboard", certain: true, system: "canary-token"},
		"command":          {via: "command", command: []string{"/usr/bin/wl-copy", "-n"}, want: "wl-copy", certain: true, ran: []string{"/usr/bin/wl-copy -n < canary-token"}},
		"terminal, chosen": {via: "osc52", want: "terminal", sent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.desk.board(c.via, c.command...).Copy(t.Context(), token)
			if err != nil || got.Via != c.want || got.Certain != c.certain || c.desk.system != c.system || !slices.Equal(c.desk.ran, c.ran) {
				t.Fatalf("%+v, %v; ran %q, system %q", got, err, c.desk.ran, c.desk.system)
			}
			if c.sent && osc52(t, got) != "canary-token" || !c.sent && !got.Terminal.IsZero() {
				t.Error("through the terminal:", !got.Terminal.IsZero())
			}
		})
	}
}

// A way that was chosen is not replaced by another one, and no error repeats the token.
func TestCopyFails(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*board{
		"system":  (&desk{sick: errors.New("no display")}).board("system"),
		"tmux":    (&desk{fails: "tmux"}).board("tmux"),
		"command": (&desk{fails: "pbcopy"}).board("command", "pbcopy"),
	} {
		_, err := b.Copy(t.Context(), secret.New("canary-token"))
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := secret.New(strings.Repeat("x", terminalMost+1))
	if _, err := (&desk{}).board("osc52").Copy(t.Context(), long); err == nil {
		t.Error("a text that terminals cut off was sent")
	}
}

// What would do something when it is pasted is not copied, whichever way.
func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	for _, via := range []string{"auto", viaSystem, viaTmux, viaTerminal, viaCommand} {
		for _, odd := range []string{"rm -rf ~\n", "a\rb", "a\x1b[201~b", "a\x00b", "a\u009bb", "a\u202eb"} {
			d := &desk{}
			if got, err := d.board(via, "pbcopy").Copy(t.Context(), secret.New(odd)); err == nil || d.system != "" || d.ran != nil || !got.Terminal.IsZero() {
				t.Errorf("%s copied %q: %+v", via, odd, got)
			}
		}
	}
}

// What somebody else has copied since stays.
func TestClear(t *testing.T) {
	t.Parallel()
	d := &desk{}
	b := d.board("system")
	copyAndClear := func(meanwhile func()) {
		t.Helper()
		if _, err := b.Copy(t.Context(), secret.New("canary-token")); err != nil {
			t.Fatal(err)
		}
		meanwhile()
		if _, err := b.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	copyAndClear(func() {})
	if d.system != "" {
		t.Errorf("left: %q", d.system)
	}
	copyAndClear(func() { d.system = "canary-token\n" }) // clipboards add a newline
	if d.system != "" {
		t.Errorf("left: %q", d.system)
	}
	copyAndClear(func() { d.system = "a shopping list" })
	if d.system != "a shopping list" {
		t.Errorf("somebody's %q is gone", d.system)
	}
	if _, err := b.Clear(t.Context()); err != nil || len(d.written) != 5 {
		t.Errorf("a second clear wrote: %q, %v", d.written, err)
	}

	term := (&desk{}).board("osc52")
	_, _ = term.Copy(t.Context(), secret.New("canary-token"))
	if got, err := term.Clear(t.Context()); err != nil || osc52(t, got) != "" {
		t.Errorf("terminal: %+v, %v", got, err)
	}

	mux := &desk{env: map[string]string{"TMUX": "x"}}
	b = mux.board("auto")
	_, _ = b.Copy(t.Context(), secret.New("canary-token"))
	if _, err := b.Clear(t.Context()); err != nil || mux.ran[len(mux.ran)-1] != "tmux delete-buffer -b lanyard < " {
		t.Errorf("tmux: %q, %v", mux.ran, err)
	}
}

// A clipboard program that hangs is given up on.
func TestCopyHangs(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	defer close(never)
	ctx, cancel := context.WithCancel(t.Context())
	b := (&desk{}).board("system")
	b.write = func(string) error { cancel(); <-never; return nil }
	if _, err := b.Copy(ctx, secret.New("canary-token")); err == nil {
		t.Error("a clipboard that never answered was believed")
	}
}
