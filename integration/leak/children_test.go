package leak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
	"lanyard/themes"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui"
	"lanyard/ui/session"
)

// The programs that the test binary can be, besides lanyard itself.
const (
	recording  = "record-child" // first argument; records its start, then prints the second file
	recordTo   = "LANYARD_TEST_RECORD"
	panicking  = "panic "
	panicTo    = "LANYARD_TEST_PANIC_STATE"
	panicKinds = 5
)

// recorders are the names of programs that Lanyard starts by name.
func recorders() []string { return []string{"xdg-open", "xclip", "tmux"} }

// beforeMain is started by the library for colours while packages are initialised, before any code
// of Lanyard: tmux info, in the environment of the shell within that tmux.
const beforeMain = "tmux-info"

// record writes down the arguments and the environment of this process, and those of all visible
// processes. A browser then opens its URL, and a command that fetches a secret prints it.
func record(name string) {
	var b strings.Builder
	fmt.Fprintf(&b, "argv: %q\nraw argv: %s\nenvironment:\n%s\n", os.Args,
		strings.Join(os.Args, "\n"), strings.Join(os.Environ(), "\n"))
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		text, _ := os.ReadFile(line) // it may have ended
		fmt.Fprintf(&b, "%s: %s\n", line, strings.ReplaceAll(string(text), "\x00", " "))
	}
	if name == "tmux" && len(os.Args) > 1 && os.Args[1] == "info" {
		name = beforeMain
	} else if name != "xdg-open" && len(os.Args) < 4 { // a clipboard: it reads its input
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	if err := os.WriteFile(
		filepath.Join(os.Getenv(recordTo), fmt.Sprintf("%s-%d", name, os.Getpid())),
		[]byte(b.String()), 0o600); err != nil {
		panic(err)
	}
	switch {
	case name == "xdg-open":
		resp, err := http.Get(os.Args[1])
		if err != nil {
			panic(err)
		}
		_ = resp.Body.Close()
	case len(os.Args) > 2 && os.Args[1] == recording:
		text, err := os.ReadFile(os.Args[2])
		if err != nil {
			panic(err)
		}
		fmt.Print(string(text))
	}
}

// holder holds a secret in a field, like a value that is printed by mistake.
type holder struct {
	Name string
	Text secret.Text
	At   *secret.Text
}

// bomb is a clipboard that panics with its text.
type bomb struct {
	kind string
	err  error // as the console passed it
}

// Copy panics. In the goroutine of a command the screen recovers. In a goroutine of its own nothing
// recovers.
func (b bomb) Copy(_ context.Context, text secret.Text, _ bool) (session.CopiedTo, error) {
	how, which, _ := strings.Cut(b.kind, " ")
	var value any
	switch which {
	case "0":
		value = text
	case "1":
		value = holder{"a holder", text, &text}
	case "2":
		value = fmt.Errorf("copy: %w; %w", b.err, errors.New(text.String()))
	case "3":
		value = fmt.Sprintf("%v %+v %#v %s %q %x %d %v %#v", text, text, text, text, text, text,
			text, holder{"", text, &text}, &holder{"", text, &text})
	default:
		value = map[string]any{"one": text, "more": []secret.Text{text}, "at": &text, "err": b.err}
	}
	if how == "alone" {
		go panic(value)
		select {}
	}
	panic(value)
}

func (b bomb) Clear(context.Context, int) (session.Cleared, error) { return session.Cleared{}, nil }

// explode runs the console with a bomb as its clipboard.
func explode(kind string) {
	ctx := context.Background()
	cfg, err := config.Load(ctx, os.Getenv("LANYARD_CONFIG"))
	must(err)
	kept, err := store.Open(ctx, os.Getenv("LANYARD_STATE"), store.Options{})
	must(err)
	svc, err := console.New(console.Options{
		Clock: time.Now, Keeper: kept, Vault: cfg.Vault(os.LookupEnv),
		Applications: cfg.Applications, DueBefore: time.Minute, Owner: "bomb",
		Connect: func(e console.Environment) (console.API, error) {
			return tokenapi.New(
				tokenapi.Config{Endpoints: e.Endpoints.Client(), Timeout: time.Minute}, time.Now)
		},
	})
	must(err)
	var refused error
	for _, a := range cfg.Applications {
		if a.Name == "Broken" {
			_, refused = svc.Get(ctx, a.ID, console.GetOptions{})
		}
	}
	if refused == nil {
		must(errors.New("nothing was refused"))
	}
	theme, err := themes.Set{}.ByName("auto")
	must(err)
	_, err = ui.Run(ctx,
		ui.Options{Service: svc, Clipboard: bomb{kind, refused},
			Settings: ui.Settings{Theme: theme, ThemeName: "auto"}, Input: os.Stdin,
			Output: os.Stdout, Environ: os.Environ()})
	fmt.Fprintln(os.Stderr, "the screen ended:", err)
	_, _ = io.Copy(io.Discard, os.Stdin) // the recovering code has not printed everything yet
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "setting up:", err)
		os.Exit(9)
	}
}
