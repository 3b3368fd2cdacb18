package scene

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/ui/kit"
)

// pathOf is a URL without scheme, host and query.
func PathOf(u string) string {
	if _, after, ok := strings.Cut(u, "://"); ok {
		u = after
	}
	if i := strings.IndexByte(u, '/'); i >= 0 {
		u = u[i:]
	} else {
		u = "/"
	}
	if i := strings.IndexAny(u, "?#"); i >= 0 {
		u = u[:i]
	}
	return kit.Clean(u)
}

func Took(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
}

// Join puts a hint behind what it is about.
func JoinHint[T ~string](text T, hint string) T {
	if hint == "" {
		return text
	}
	return text + ": " + T(hint)
}

// OpError returns the text of an error with the verb that failed before it.
func OpError(op string, err error) console.Private {
	text := console.ErrorText(err)
	if !strings.HasPrefix(string(text), op) {
		text = console.Private(op+": ") + text
	}
	return text
}

// ErrorLine returns an error with its hint.
func ErrorLine(err error) console.Private { return JoinHint(console.ErrorText(err), console.Hint(err)) }
