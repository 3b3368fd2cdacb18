package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"syscall"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
)

// Config is a decoded and checked configuration.
type Config struct {
	Path  string // where it was read; "" when there is none
	Found bool

	Theme            string
	Themes           themes.Set       // the built-in ones and those beside the file
	ThemeProblems    []themes.Problem // in the themes beside the file
	UndoWindow       time.Duration
	DueBefore        time.Duration
	ClipboardVia     string
	ClipboardCommand []string
	ClearBlind       bool // also clear a clipboard that cannot be read
	ClearAfter       time.Duration
	RevealFor        time.Duration
	Presenter        bool
	Mouse            bool
	ASCII            string // "auto", "true" or "false"
	Alerts           Alerts
	Keys             keys.Bindings
	StoreKey         string        // where a new store keeps its key: "auto" or a kind of slot
	StoreCommand     []string      // for "command"
	Keep             time.Duration // time for which tokens that are over are kept; 0: for ever

	Environments []console.Environment
	Applications []console.Application // Source FromConfig, ID and Secret state set
	Secrets      map[SecretName]SecretRef
	Warnings     []string // with file:line:column, without secrets

	ThemeChoice func() string // returns the theme chosen in the console; nil: none can be chosen
	Once        bool          // the file is a pipe, which can be read once
	Place       string        // where the file is or would be; its themes are beside it

	themeSaid bool // the file names a theme
	reread    bool // it is a later reading by an open console
	literal   bool // the file has a secret as a literal
	named     []namedFile
	unused    []SecretRef // references of keys that have no effect
}

// SecretName identifies one secret of one application.
type SecretName struct {
	App  string // ConfigID
	Kind console.SecretKind
}

// Error holds all problems of one configuration file. It holds no line of the file. The only values
// in it are names of environments and applications, users in ~user, and the files that CheckNamed
// opens: any other value may be a secret in the wrong place.
type Error struct {
	File     string
	Problems []Problem // by line, then column
	cause    error
}

// Problem is one problem. Line is 0 if it is about the whole file.
type Problem struct {
	Line, Column int // from 1; the column counts characters
	Key          string
	Text         string
	Hint         string
}

// Error returns one line for each problem: file:line:column: key: what is wrong (hint).
func (e *Error) Error() string {
	const most = 50
	lines := make([]string, 0, min(len(e.Problems), most)+1)
	for i, p := range e.Problems {
		if i == most {
			lines = append(lines, fmt.Sprintf("%s: %d more problems", e.File, len(e.Problems)-most))
			break
		}
		lines = append(lines, p.In(e.File))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the error of the file system, if there was one.
func (e *Error) Unwrap() error { return e.cause }

// In returns a problem of a file as a line: file:line:column: key: what is wrong (hint).
func (p Problem) In(file string) string {
	s := file
	if p.Line > 0 {
		s += fmt.Sprintf(":%d:%d", p.Line, p.Column)
	}
	if p.Key != "" {
		s += ": " + p.Key
	}
	s += ": " + p.Text
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// Default returns the configuration that applies without a file.
func Default() *Config {
	return &Config{
		Theme:        "auto",
		UndoWindow:   3 * time.Second,
		DueBefore:    time.Minute,
		ClipboardVia: "auto",
		ClearAfter:   45 * time.Second,
		RevealFor:    defaultReveal,
		Mouse:        true,
		ASCII:        "auto",
		Alerts:       defaultAlerts(),
		StoreKey:     "auto",
		Secrets:      map[SecretName]SecretRef{},
	}
}

// MaxSize is the largest size of a configuration or certificate file, in bytes.
const MaxSize = 1 << 20

// Load reads and checks a configuration file. Without a file it returns the defaults, with Found
// false. Every error is an *Error, unless ctx has ended.
func Load(ctx context.Context, path string) (*Config, error) {
	own, problems := LoadThemes(path)
	data, mode, err := ReadFile(ctx, path, MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		cfg := Default()
		cfg.Themes, cfg.ThemeProblems, cfg.Place = own, problems, path
		return cfg, nil
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		text := err.Error()
		if _, ok := errors.AsType[syscall.Errno](err); ok {
			text = "cannot be read: " + text
		}
		return nil, &Error{
			File: path,
			Problems: []Problem{
				{Text: text, Hint: "name the configuration with --config or LANYARD_CONFIG"}},
			cause: err,
		}
	}
	cfg, err := Parse(path, data, own)
	if err != nil {
		return nil, err
	}
	cfg.Path, cfg.Found, cfg.Once = path, true, mode&fs.ModeNamedPipe != 0
	cfg.Themes, cfg.ThemeProblems, cfg.Place = own, problems, path
	if cfg.literal && runtime.GOOS != "windows" && mode.Perm()&0o044 != 0 {
		cfg.Warnings = append(cfg.Warnings, Problem{
			Text: fmt.Sprintf("holds a secret and can be read by other users (mode %04o)",
				mode.Perm()),
			Hint: "chmod 600",
		}.In(path))
	}
	return cfg, nil
}
