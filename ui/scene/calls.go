package scene

import (
	"fmt"
	"strconv"
	"time"

	"lanyard/console"
)

// Path returns the path of a URL as it may be shown, without its query.
func (s *Scene) Path(u string) string { return s.Show(console.PathOf(console.Private(u))) }

// CallWords describes what a call came to.
func (s *Scene) CallWords(c console.Call, e console.CallEffect) string {
	return s.CallForms(c, e)[0]
}

// CallForms describes what a call came to, from the longest form to the shortest.
func (s *Scene) CallForms(c console.Call, e console.CallEffect) []string {
	v := s.Voice()
	v.Span = Seconds // the call is over, so the text does not change
	v.AtMost = func(d time.Duration) string { return "≤" + console.AtMost(d) }
	forms := v.Call(c, e)
	for i := range forms {
		forms[i] = s.Redacted(forms[i])
	}
	return forms
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
