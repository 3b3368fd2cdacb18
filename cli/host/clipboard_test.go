package host

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// fakeClipboards replaces the clipboards and programs of the machine.
type fakeClipboards struct {
	env     map[string]string
	ran     []string // argv and standard input
	fails   string   // the program that fails
	system  string
	sick    error // the system's clipboard
	written []string
	tmux    map[string]string // its buffers
}

func (d *fakeClipboards) board(via string, command ...string) *Clipboard {
	return &Clipboard{via: via, command: command, dependencies: dependencies{
		getenv: func(k string) string { return d.env[k] },
		run: func(_ context.Context, stdin string, argv ...string) error {
			d.ran = append(d.ran, strings.Join(argv, " ")+" < "+stdin)
			if argv[0] == d.fails {
				return errors.New("exit status 1")
			}
			if argv[0] == "tmux" && argv[1] == "delete-buffer" {
				delete(d.tmux, argv[3])
			} else if argv[0] == "tmux" {
				d.tmux = map[string]string{argv[3]: stdin}
			}
			return nil
		},
		output: func(_ context.Context, most int, argv ...string) (secret.Text, error) {
			text, ok := d.tmux[tmuxBuffer]
			if argv[0] == d.fails || argv[1] == "save-buffer" && !ok {
				return secret.Text{}, errors.New("exit status 1")
			}
			if argv[1] == "list-buffers" {
				text = ""
				for name := range d.tmux {
					text += name + "\n"
				}
			}
			return secret.New(text[:min(len(text), most)]), nil
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

func osc52(t *testing.T, sequence secret.Text) string {
	t.Helper()
	body, ok := strings.CutPrefix(sequence.Reveal(), "\x1b]52;c;")
	text, err := base64.StdEncoding.DecodeString(strings.TrimRight(body, "\a\x1b\\"))
	if !ok || err != nil {
		t.Fatalf("not an OSC 52 sequence: %q", sequence.Reveal())
	}
	return string(text)
}

func TestCopy(t *testing.T) {
	t.Parallel()
	token := secret.New("canary-token")
	for name, c := range map[string]struct {
		desk    fakeClipboards
		via     string
		command []string
		want    string // Via
		certain bool
		ran     []string
		system  string
		sent    bool // copied through the terminal
	}{
		"local": {
			via:     "auto",
			want:    "system clipboard",
			certain: true,
			system:  "canary-token",
		},
		"local, none": {
			desk: fakeClipboards{sick: errors.New("no xclip")},
			via:  "auto",
			want: "terminal",
			sent: true,
		},
		"ssh": {
			desk: fakeClipboards{env: map[string]string{"SSH_TTY": "/dev/pts/1"}},
			via:  "auto",
			want: "terminal",
			sent: true,
		},
		"ssh without tty": {
			desk: fakeClipboards{env: map[string]string{"SSH_CONNECTION": "a b"}},
			via:  "auto",
			want: "terminal",
			sent: true,
		},
		"tmux": {
			desk:    fakeClipboards{env: map[string]string{"TMUX": "x", "SSH_TTY": "y"}},
			via:     "auto",
			want:    "tmux",
			certain: true,
			ran:     []string{"tmux load-buffer -b lanyard -w - < canary-token"},
		},
		"old tmux": {
			desk: fakeClipboards{env: map[string]string{"TMUX": "x"}, fails: "tmux"},
			via:  "auto",
			want: "terminal",
			sent: true,
			ran:  []string{"tmux load-buffer -b lanyard -w - < canary-token"},
		},
		"system over ssh": {
			desk:    fakeClipboards{env: map[string]string{"SSH_TTY": "y"}},
			via:     "system",
			want:    "system clipboard",
			certain: true,
			system:  "canary-token",
		},
		"command": {
			via:     "command",
			command: []string{"/usr/bin/wl-copy", "-n"},
			want:    "wl-copy",
			certain: true,
			ran:     []string{"/usr/bin/wl-copy -n < canary-token"},
		},
		"terminal, chosen": {via: "osc52", want: "terminal", sent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.desk.board(c.via, c.command...).Copy(t.Context(), token, false)
			if err != nil || got.Via != c.want || got.Certain != c.certain ||
				c.desk.system != c.system || !slices.Equal(c.desk.ran, c.ran) {
				t.Fatalf("%+v, %v; ran %q, system %q", got, err, c.desk.ran, c.desk.system)
			}
			if c.sent && osc52(t, got.Terminal) != "canary-token" ||
				!c.sent && !got.Terminal.IsZero() {
				t.Error("through the terminal:", !got.Terminal.IsZero())
			}
		})
	}
}

// A configured way is not replaced by another one, and no error repeats the token.
func TestCopyFails(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*Clipboard{
		"system":  (&fakeClipboards{sick: errors.New("no display")}).board("system"),
		"tmux":    (&fakeClipboards{fails: "tmux"}).board("tmux"),
		"command": (&fakeClipboards{fails: "pbcopy"}).board("command", "pbcopy"),
	} {
		_, err := b.Copy(t.Context(), secret.New("canary-token"), false)
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := secret.New(strings.Repeat("x", maxTerminalCopy+1))
	if _, err := (&fakeClipboards{}).board("osc52").Copy(t.Context(), long, false); err == nil {
		t.Error("a text that terminals cut off was sent")
	}
}

// Each form of a token is copied unchanged in every way, and is cleared again.
func TestCopyForms(t *testing.T) {
	t.Parallel()
	app := console.Application{Name: "Orders", ProbeURL: "https://gw.example/orders?limit=1"}
	plain := console.Secrets{Access: secret.New("canary-access"),
		Refresh: secret.New("canary-refresh"), ID: secret.New("canary-id")}
	odd := console.Secrets{Access: secret.New("a\u202e\u200b\x7f\u009bb\U000e0001\n")}
	for _, via := range []string{ViaSystem, ViaTmux, ViaTerminal, ViaCommand} {
		for _, form := range []console.Form{console.FormBare, console.FormHeader, console.FormCurl,
			console.FormEnv, console.FormJSON, console.FormHTTP, console.FormRefresh,
			console.FormID} {
			for name, sec := range map[string]console.Secrets{"plain": plain, "odd": odd} {
				text, err := console.As(app, console.Token{}, sec, form)
				if err != nil {
					if name == "plain" {
						t.Errorf("%s: %v", form, err)
					}
					continue
				}
				d := &fakeClipboards{}
				b := d.board(via, "pbcopy")
				done, err := b.Copy(t.Context(), text, false)
				if err != nil {
					t.Errorf("%s token as %s, %s: %v", name, form, via, err)
					continue
				}
				pasted := d.system + d.tmux[tmuxBuffer]
				switch via {
				case ViaCommand:
					pasted, _ = strings.CutPrefix(d.ran[0], "pbcopy < ")
				case ViaTerminal:
					pasted = osc52(t, done.Terminal)
				}
				if pasted != text.Reveal() {
					t.Errorf("%s token as %s, %s: pasted %q, want %q", name, form, via, pasted,
						text.Reveal())
				}
				d.system = strings.TrimSuffix(d.system, "\n") // some clipboards remove it
				if got, err := b.Clear(t.Context(), 0); err != nil ||
					via == ViaSystem && got.Outcome != WasOurs {
					t.Errorf("%s token as %s, %s: cleared %+v, %v", name, form, via, got, err)
				}
			}
		}
	}
}

// A text that a paste could execute is not copied in any way.
func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	for _, via := range []string{"auto", ViaSystem, ViaTmux, ViaTerminal, ViaCommand} {
		for _, odd := range []string{"a\rb", "a\tb", "a\x1b[201~b", "a\x00b", "a\u009bb",
			"a\u202eb"} {
			d := &fakeClipboards{}
			if got, err := d.board(via, "pbcopy").Copy(t.Context(), secret.New(odd),
				false); err == nil || d.system != "" || d.ran != nil || !got.Terminal.IsZero() {
				t.Errorf("%s copied %q: %+v", via, odd, got)
			}
		}
	}
}

// A text that was copied since stays.
func TestClear(t *testing.T) {
	t.Parallel()
	d := &fakeClipboards{}
	b := d.board("system")
	copyAndClear := func(meanwhile func()) {
		t.Helper()
		if _, err := b.Copy(t.Context(), secret.New("canary-token"), false); err != nil {
			t.Fatal(err)
		}
		meanwhile()
		if _, err := b.Clear(t.Context(), 0); err != nil {
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
	if _, err := b.Clear(t.Context(), 0); err != nil || len(d.written) != 5 {
		t.Errorf("a second clear wrote: %q, %v", d.written, err)
	}

}

// A clipboard that cannot be read is cleared only on request, and the results of Copy and Clear say
// what happens.
func TestClearWays(t *testing.T) {
	t.Parallel()
	const load, remove = "tmux load-buffer -b lanyard -w - < canary-token",
		"tmux delete-buffer -b lanyard < "
	for name, c := range map[string]struct {
		via       string
		blind     bool
		meanwhile func(*fakeClipboards)
		later     Later
		outcome   Outcome
		around    bool
		ran       []string
		sent      bool
		left      bool
	}{
		"system": {via: ViaSystem, later: ClearedIfOurs, outcome: WasOurs},
		"system, replaced": {
			via:       ViaSystem,
			blind:     true,
			meanwhile: func(d *fakeClipboards) { d.system = "list" },
			later:     ClearedIfOurs,
			outcome:   WasReplaced,
		},
		"command": {
			via:     ViaCommand,
			later:   NotCleared,
			outcome: CannotTell,
			ran:     []string{"pbcopy < canary-token"},
			left:    true,
		},
		"command, blind": {
			via:     ViaCommand,
			blind:   true,
			later:   ClearedBlind,
			outcome: WasBlind,
			ran:     []string{"pbcopy < canary-token", "pbcopy < "},
		},
		"terminal": {
			via:     ViaTerminal,
			later:   NotCleared,
			outcome: CannotTell,
			left:    true,
		},
		"terminal, blind": {
			via:     ViaTerminal,
			blind:   true,
			later:   ClearedBlind,
			outcome: WasBlind,
			sent:    true,
		},
		"tmux": {
			via:     ViaTmux,
			later:   ClearedIfOurs,
			outcome: WasOurs,
			around:  true,
			ran:     []string{load, remove},
			left:    true,
		},
		"tmux, blind": {
			via:     ViaTmux,
			blind:   true,
			later:   ClearedBlind,
			outcome: WasBlind,
			ran:     []string{load, "tmux load-buffer -b lanyard -w - <  ", remove},
		},
		"tmux, replaced": {
			via:       ViaTmux,
			meanwhile: func(d *fakeClipboards) { d.tmux[tmuxBuffer] = "list" },
			later:     ClearedIfOurs,
			outcome:   WasReplaced,
			around:    true,
			ran:       []string{load},
			left:      true,
		},
		"tmux, longer": {
			via:       ViaTmux,
			meanwhile: func(d *fakeClipboards) { d.tmux[tmuxBuffer] += "-and-more" },
			later:     ClearedIfOurs,
			outcome:   WasReplaced,
			around:    true,
			ran:       []string{load},
			left:      true,
		},
		"tmux, buffer removed": {
			via:       ViaTmux,
			meanwhile: func(d *fakeClipboards) { delete(d.tmux, tmuxBuffer) },
			later:     ClearedIfOurs,
			outcome:   WasReplaced,
			around:    true,
			ran:       []string{load},
			left:      true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &fakeClipboards{}
			b := d.board(c.via, "pbcopy")
			b.blind = c.blind
			done, err := b.Copy(t.Context(), secret.New("canary-token"), false)
			if err != nil || done.Later != c.later || done.Around != c.around || done.Serial == 0 {
				t.Fatalf("copied: %+v, %v", done, err)
			}
			if c.meanwhile != nil {
				c.meanwhile(d)
			}
			got, err := b.Clear(t.Context(), done.Serial)
			if err != nil || got.Outcome != c.outcome || got.Around != c.around ||
				!slices.Equal(d.ran, c.ran) {
				t.Errorf("%+v, %v; ran %q, want %q", got, err, d.ran, c.ran)
			}
			if !c.sent && !got.Terminal.IsZero() || c.sent && osc52(t, got.Terminal) != "" {
				t.Error("through the terminal:", !got.Terminal.IsZero())
			}
			if warning := b.MayHold(); (warning != "") != c.left {
				t.Errorf("left: %q", warning)
			}
			if again, err := b.Clear(t.Context(), 0); err != nil ||
				again.Outcome != NothingToClear {
				t.Errorf("a second time: %+v, %v", again, err)
			}
		})
	}
}

// If tmux does not answer, Clear does not claim that it cleared the buffer.
func TestClearFails(t *testing.T) {
	t.Parallel()
	d := &fakeClipboards{}
	b := d.board(ViaTmux)
	_, _ = b.Copy(t.Context(), secret.New("canary-token"), false)
	d.fails = "tmux"
	if _, err := b.Clear(t.Context(), 0); err == nil || b.MayHold() == "" {
		t.Errorf("%v, left %q", err, b.MayHold())
	}
}

// Each copy is cleared by its own number. A copy with stays is not cleared. A copy that went
// another way is not forgotten.
func TestClearTheRightCopy(t *testing.T) {
	t.Parallel()
	d := &fakeClipboards{}
	b := d.board(ViaSystem)
	first, _ := b.Copy(t.Context(), secret.New("canary-1"), false)
	_, _ = b.Copy(t.Context(), secret.New("canary-2"), false)
	if got, _ := b.Clear(t.Context(), first.Serial); got.Outcome != NothingToClear ||
		d.system != "canary-2" {
		t.Errorf("the first one's end: %+v, it holds %q", got, d.system)
	}
	if got, _ := b.Clear(t.Context(), 0); got.Outcome != WasOurs || d.system != "" {
		t.Errorf("at the end: %+v, it holds %q", got, d.system)
	}
	_, _ = b.Copy(t.Context(), secret.New("canary-3"), false)
	if done, _ := b.Copy(t.Context(), secret.New("an address"), true); done.Serial != 0 {
		t.Errorf("what stays: %+v", done)
	}
	if _, _ = b.Clear(t.Context(), 0); d.system != "an address" {
		t.Errorf("what stays is gone: %q", d.system)
	}

	d = &fakeClipboards{env: map[string]string{"TMUX": "x"}}
	b = d.board("auto")
	_, _ = b.Copy(t.Context(), secret.New("canary-4"), false)
	b.via = ViaSystem
	if _, _ = b.Copy(t.Context(), secret.New("canary-5"), false); len(d.tmux) != 0 {
		t.Errorf("tmux still has %q", d.tmux)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Copy(ended, secret.New("canary-6"), false); err == nil ||
		d.system != "canary-5" {
		t.Errorf("copied after the end: %v, %q", err, d.system)
	}
}

// Copy gives up waiting for a clipboard program that hangs.
func TestCopyHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		defer close(never)
		b := (&fakeClipboards{}).board("system")
		b.write = func(string) error { <-never; return nil }
		if _, err := b.Copy(t.Context(), secret.New("canary-token"), false); err == nil {
			t.Error("a clipboard that never answered was believed")
		}
	})
}

// GNU screen gets a long sequence only in pieces: it would print the rest of a longer one.
func TestInsideScreen(t *testing.T) {
	t.Parallel()
	const whole = "\x1b]52;c;"
	long := strings.Repeat("token", 400)
	for name, c := range map[string]struct {
		env            map[string]string
		wrapped, plain bool // for a short sequence; a long one is sent in one form
	}{
		"screen": {
			map[string]string{"STY": "1.pts", "TERM": "screen.xterm-256color"},
			true,
			false,
		},
		"screen, another TERM": {
			map[string]string{"STY": "1.pts", "TERM": "xterm-256color"},
			true,
			false,
		},
		"screen over ssh": {
			map[string]string{"TERM": "screen.xterm-256color", "SSH_TTY": "x"},
			true,
			false,
		},
		"screen or tmux by ssh": {
			map[string]string{"TERM": "screen-256color", "SSH_TTY": "x"},
			true,
			true,
		},
		"tmux": {
			map[string]string{"TMUX": "x", "TERM": "screen-256color"},
			false,
			true,
		},
		"tmux in screen": {
			map[string]string{"TMUX": "x", "STY": "1.pts", "TERM": "screen-256color"},
			false,
			true,
		},
		"none": {map[string]string{"TERM": "xterm-256color"}, false, true},
	} {
		for _, text := range []string{"canary-token", long} {
			d := &fakeClipboards{env: c.env}
			b := d.board("osc52")
			b.blind = true
			copied, err := b.Copy(t.Context(), secret.New(text), false)
			if err != nil {
				t.Fatal(err)
			}
			cleared, err := b.Clear(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			for what, got := range map[string]string{"copy": copied.Terminal.Reveal(),
				"clear": cleared.Terminal.Reveal()} {
				var passed, rest strings.Builder
				for s := got; s != ""; {
					body, ok := strings.CutPrefix(s, "\x1bP")
					if !ok {
						rest.WriteString(s)
						break
					}
					piece, after, closed := strings.Cut(body, "\x1b\\")
					if !closed || len(piece) > 256 {
						t.Fatalf("%s, %s: a piece of %d bytes", name, what, len(piece))
					}
					passed.WriteString(piece)
					s = after
				}
				wrapped, plain := passed.Len() > 0, rest.Len() > 0
				if want := c.plain &&
					(!c.wrapped || what == "clear" || text != long); wrapped != c.wrapped ||
					plain != want {
					t.Errorf("%s, %s of %d bytes: wrapped %t, plain %t", name, what, len(text),
						wrapped, plain)
				}
				for _, s := range []string{passed.String(), rest.String()} {
					if s != "" && what == "copy" && osc52(t, secret.New(s)) != text ||
						s != "" && !strings.HasPrefix(s, whole) {
						t.Errorf("%s, %s: %q", name, what, s)
					}
				}
			}
		}
	}
}
