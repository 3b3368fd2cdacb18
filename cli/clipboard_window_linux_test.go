package cli_test

import (
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// Closing the window hangs up the terminal: writes of the console fail, and its reads end.
func TestClosedWindowClearsTheClipboard(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"demo", "--empty"}, {"demo", "--empty", "--plain"}} {
		dir := t.TempDir()
		file, env := fakeClipboard(t, dir)
		s := openConsoleWith(t, dir, env, args...)
		s.copied(len(args) > 2)
		n, err := unix.IoctlGetInt(int(s.tty.Fd()), unix.TIOCGPTN)
		if err != nil {
			t.Fatal(err)
		}
		tty, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_WRONLY|unix.O_NOCTTY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.tty.Close(); err != nil {
			t.Fatal(err)
		}
		_, _ = tty.WriteString(" ") // end the read that keeps the terminal open
		s.wait()
		_ = tty.Close()
		if contents(t, file) != "" {
			t.Errorf("%v: the clipboard holds the token", args)
		}
	}
}
