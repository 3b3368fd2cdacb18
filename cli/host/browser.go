package host

import (
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/cli/browser"
)

// Browse opens a page in the person's browser. It tries the commands of list ($BROWSER), else the
// system's opener. With "none" it opens nothing. The browser cannot write to the terminal.
func Browse(page, list string, getenv func(string) string) error {
	if u, err := url.Parse(page); err != nil || u.Scheme != "https" && u.Scheme != "http" ||
		u.Host == "" {
		return errors.New("not a page")
	}
	if list == "none" {
		return errors.New("no browser is wanted")
	}
	for _, argv := range browserCommands(list, page, string(os.PathListSeparator)) {
		if startBrowser(argv) == nil {
			return nil
		}
	}
	if !hasDisplay(runtime.GOOS, getenv) {
		// the opener could start a text browser, which takes the terminal
		return errors.New("no screen for a browser")
	}
	quietBrowser()
	return browser.OpenURL(page)
}

// hasDisplay reports whether the system's opener can show a page to the person.
func hasDisplay(goos string, getenv func(string) string) bool {
	switch {
	case getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "":
		return true
	case getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "":
		return false
	}
	return goos != "linux" || getenv("WSL_DISTRO_NAME") != ""
}

// browserCommands parses $BROWSER as xdg-open and Python do: a list of commands, of which the first
// that succeeds is used. In a command %s stands for the page and %% for %; without %s the page is
// the last argument. No shell is used, and the page is never more than part of one argument.
func browserCommands(list, page, separator string) (commands [][]string) {
	for one := range strings.SplitSeq(list, separator) {
		argv, ok := browserWords(one, separator == ":")
		if !ok || len(argv) == 0 {
			continue
		}
		placed := false
		for i := range argv {
			with := strings.NewReplacer("%%", "%", "%s", page).Replace(argv[i])
			placed = placed || strings.Contains(strings.ReplaceAll(argv[i], "%%", ""), "%s")
			argv[i] = with
		}
		if !placed {
			rest := len(argv)
			if argv[rest-1] == "&" {
				rest--
			}
			argv = append(argv[:rest:rest], append([]string{page}, argv[rest:]...)...)
		}
		commands = append(commands, argv)
	}
	return commands
}

// browserWords splits a command at blanks outside quotes, and expands nothing. With escapes, a
// backslash quotes the next character; on Windows it is a path separator instead. ok is false if a
// quote is not closed.
func browserWords(command string, escapes bool) (words []string, ok bool) {
	var word strings.Builder
	within, quote, escaped := false, rune(0), false
	for _, r := range command {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && escapes && quote != '\'':
			escaped, within = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, within = r, true
		case quote == 0 && strings.ContainsRune(" \t\n", r):
			if within {
				words = append(words, word.String())
			}
			word.Reset()
			within = false
		default:
			word.WriteRune(r)
			within = true
		}
	}
	if within {
		words = append(words, word.String())
	}
	return words, quote == 0 && !escaped
}

// startBrowser runs a command of $BROWSER without the terminal. It does not wait for a command that
// ends with &, like Python.
func startBrowser(argv []string) error {
	last := len(argv) - 1
	left := argv[last] == "&"
	if left {
		argv = argv[:last]
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	if ext := strings.ToLower(filepath.Ext(path)); runtime.GOOS == "windows" &&
		(ext == ".bat" || ext == ".cmd") {
		return errors.New("a batch file reads its arguments with a shell")
	}
	cmd := exec.Command(path, argv[1:]...) //nolint:noctx // the browser outlives this process
	detachBrowser(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	if left {
		go func() { _ = cmd.Wait() }()
		return nil
	}
	return cmd.Wait()
}

// quietBrowser discards the output of browsers.
var quietBrowser = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })
