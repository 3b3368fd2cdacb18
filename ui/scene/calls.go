package scene

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
)

// Path returns the path of a URL as it may be shown, without its query.
func (s *Scene) Path(u string) string { return s.Redacted(pathOf(u)) }

func pathOf(u string) string {
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
	return u
}

// Took formats the duration of a call in milliseconds, or in seconds from 10 seconds on.
func Took(d time.Duration) string {
	if d >= 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
}

// JoinHint returns text and hint joined by a colon, or text alone if the hint is empty.
func JoinHint[T, H ~string](text T, hint H) T {
	if hint == "" {
		return text
	}
	return text + ": " + T(hint)
}

// ErrorLine returns an error with its hint.
func ErrorLine(err error) console.Private {
	return JoinHint(console.ErrorText(err), console.Hint(err))
}
