package cli

import (
	"errors"
	"io"
	"net/url"
	"runtime"
	"sync"

	"github.com/cli/browser"
)

// browse opens a page in the person's browser, where there is a screen for one. The program that is started
// must not write into the terminal.
func (p *program) browse(page string) error {
	if u, err := url.Parse(page); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("not a page")
	}
	if p.getenv("BROWSER") == "none" || p.getenv("SSH_CONNECTION") != "" || p.getenv("SSH_TTY") != "" {
		return errors.New("no browser here")
	}
	if runtime.GOOS == "linux" && p.getenv("DISPLAY") == "" && p.getenv("WAYLAND_DISPLAY") == "" && p.getenv("WSL_DISTRO_NAME") == "" {
		return errors.New("no screen for a browser") // a text browser would take the terminal
	}
	quietBrowser()
	return browser.OpenURL(page)
}

// quietBrowser keeps what a browser says out of the terminal.
var quietBrowser = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = io.Discard, io.Discard })
