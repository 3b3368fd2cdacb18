package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// The exit codes. Scripts rely on them.
const (
	exitDone        = 0
	exitUnexpected  = 1 // or a probe that is unclear
	exitUsage       = 2 // usage or configuration
	exitRefused     = 3 // by the Token API, or by the gateway for a probe
	exitNetwork     = 4 // network or TLS; a revoke that could not be delivered
	exitNotFound    = 5 // no such application or token
	exitLocked      = 6 // the store's secrets cannot be opened
	exitStillAlive  = 7 // still accepted after --timeout
	exitInterrupted = 130
)

// failure is an error of the command line with its exit code. A silent one is not printed, because
// the output already shows it.
type failure struct {
	exit   int
	code   console.Code
	text   string
	hint   string
	err    error // the cause, if there is one
	silent bool
}

func (f *failure) Error() string {
	if f.text == "" && f.err != nil {
		return f.err.Error()
	}
	return f.text
}

func (f *failure) Unwrap() error { return f.err }

// misuse returns the error of a command that cannot run as it was given.
func misuse(hint, format string, args ...any) error {
	return &failure{
		exit: exitUsage, code: console.CodeUsage, text: fmt.Sprintf(format, args...), hint: hint,
	}
}

// exitSilently returns an error that sets the exit code and prints nothing.
func exitSilently(exit int) error { return &failure{exit: exit, silent: true} }

// report is an error as it is printed, also as JSON.
type report struct {
	Code    console.Code `json:"code"`
	Message string       `json:"message"`
	Hint    string       `json:"hint"`
	Status  *int         `json:"status"`
	OAuth   *string      `json:"oauth_error"`
	Exit    int          `json:"exit"`
}

// explain returns the exit code and the message of an error.
func explain(err error) report {
	r := report{Code: console.CodeUnexpected, Message: err.Error(), Exit: exitUnexpected}
	var own *failure
	var cfg *config.Error
	var api *tokenapi.Error
	refusal, isRefusal := console.AsError(err)
	if errors.As(err, &api) && api.Answered() {
		r.Status = &api.Status
		if api.Code != "" {
			r.OAuth = &api.Code
		}
	}
	switch {
	case errors.As(err, &own):
		r.Code, r.Hint, r.Exit = own.code, own.hint, own.exit
		if r.Hint == "" && api != nil {
			r.Hint = api.Hint
		}
	case errors.As(err, &cfg):
		r.Code, r.Exit = console.CodeConfig, exitUsage
	case errors.Is(err, session.ErrInterrupted), errors.Is(err, context.Canceled):
		r.Code, r.Message, r.Exit = console.CodeInterrupted, "interrupted", exitInterrupted
	case isRefusal && refusal.Code == console.CodeStoreAltered:
		r.Code, r.Hint, r.Exit = refusal.Code, refusal.Hint, exitLocked
	case errors.Is(err, store.ErrLocked), errors.Is(err, store.ErrKey):
		r.Code, r.Exit = console.CodeStoreLocked, exitLocked
		if isRefusal {
			r.Hint = refusal.Hint
		}
	case isRefusal && refusal.Code == console.CodeNotKept:
		r.Code, r.Hint, r.Exit = refusal.Code, refusal.Hint, exitUnexpected
	case api != nil:
		r.Code, r.Hint, r.Exit = console.Code(api.Kind), api.Hint, exitOf(api.Kind)
		if isRefusal && refusal.Code == console.CodeUnsure {
			r.Hint = refusal.Hint
		}
	case isRefusal:
		r.Code, r.Hint, r.Exit = refusal.Code, refusal.Hint, refusalExit(refusal.Code)
	}
	r.Hint = console.Remedy(err, r.Hint, console.FaceCommands())
	return r
}

// hintOf returns the hint of an error, with the place of the settings that it names.
func hintOf(err error) string {
	return console.Remedy(err, console.Hint(err), console.FaceCommands())
}

func exitOf(k tokenapi.Kind) int {
	switch k {
	case tokenapi.KindUsage:
		return exitUsage
	case tokenapi.KindRefused:
		return exitRefused
	case tokenapi.KindNetwork, tokenapi.KindTLS, tokenapi.KindTimeout:
		return exitNetwork
	case tokenapi.KindCanceled:
		return exitInterrupted
	case tokenapi.KindGarbled:
	}
	return exitUnexpected
}

func refusalExit(code console.Code) int {
	switch {
	case code == console.CodeNoApplication || code == console.CodeNoToken ||
		code == console.CodeNoMark:
		return exitNotFound
	case code == console.CodeStoreExists: // a file or store exists, and must not be replaced
		return exitUsage
	case code == console.CodeStoreBackupLocked || code == console.CodeStoreAltered:
		return exitLocked
	case code == console.CodeInFlight || code == console.CodeNotKept ||
		code == console.CodeNobodyCame || code.OfStore():
		return exitUnexpected
	}
	return exitUsage
}

// complain prints an error to stderr and returns its exit code.
func complain(w io.Writer, args []string, err error, asJSON bool) int {
	r := explain(err)
	r.Message, r.Hint = maskArguments(r.Message, args), maskArguments(r.Hint, args)
	var own *failure
	if errors.As(err, &own) && own.silent {
		return r.Exit
	}
	if asJSON {
		out, _ := json.Marshal(struct {
			Error report `json:"error"`
		}{r})
		_, _ = fmt.Fprintf(w, "%s\n", text.JSON(out))
		return r.Exit
	}
	for line := range strings.SplitSeq(r.Message, "\n") {
		_, _ = fmt.Fprintf(w, "lanyard: %s\n", text.Line(line))
	}
	if r.Hint != "" {
		_, _ = fmt.Fprintf(w, "hint: %s\n", text.Line(r.Hint))
	}
	return r.Exit
}

// maskArguments masks arguments that may be tokens in a message, because terminals are recorded and
// shared. A path whose directory exists and an ID of Lanyard are not masked.
func maskArguments(message string, args []string) string {
	var hide []string
	for _, arg := range args {
		flag := strings.TrimLeft(arg, "-")
		name, value, _ := strings.Cut(flag, "=")
		for _, s := range []string{arg, flag, name, value} {
			if tokenapi.LooksSecret(s) && !console.IsID(s) && !isPlace(s) {
				hide = append(hide, s)
				if s == flag && s != arg &&
					strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
					// pflag names --TOKEN== without its end
					hide = append(hide, name)
				}
			}
		}
	}
	slices.SortFunc(hide, func(x, y string) int { return len(y) - len(x) })
	for _, s := range hide {
		forGo := strconv.Quote(s)
		for _, form := range []string{s, forGo[1 : len(forGo)-1], text.Line(s)} {
			message = strings.ReplaceAll(message, form, secret.Mask)
		}
	}
	return message
}

// isPlace reports whether an argument is a path whose directory exists, or an absolute path.
func isPlace(arg string) bool {
	dir := filepath.Dir(arg)
	if dir == "." {
		dir = arg
	}
	_, err := os.Lstat(dir)
	return err == nil || filepath.IsAbs(arg)
}
