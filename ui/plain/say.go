package plain

import (
	"fmt"
	"io"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/redact"
)

// printer writes whole lines. It removes control characters from the text of others, and replaces
// signs of the screen by words.
type printer struct {
	w        io.Writer
	redactor *redact.Redactor // nil: nothing is redacted
	err      error            // the first failure; nothing is written after it
}

// say prints one line.
func (s *printer) say(format string, args ...any) {
	if s.err != nil {
		return
	}
	line := fmt.Sprintf(format, args...)
	if s.redactor != nil {
		line = s.redactor.Text(text.Line(line)) // before signs are replaced in names
	}
	_, s.err = io.WriteString(s.w, readable(line)+"\n")
}

// hint prints what to do next; nothing for "".
func (s *printer) hint(text string) {
	if text != "" {
		s.say("hint: %s", text)
	}
}

// readable returns text as one line that can be read aloud.
func readable(line string) string {
	return strings.TrimSpace(text.Line(signs().Replace(line)))
}

// signs replaces the signs of the screen by words or ASCII.
func signs() *strings.Replacer {
	return strings.NewReplacer(
		"≤ ", "at most ", "≤", "at most ", " …", "...", "…", "...", " · ", ", ", "·", ",", " – ",
		" - ", "–", "-", "—", "-", "×", "x", "→", "to", "‘", "'", "’", "'", "“", `"`, "”", `"`,
	)
}

// spoken formats a duration in its two largest units, to the nearest second.
func spoken(d time.Duration) string {
	return inUnits(int64(d.Round(time.Second) / time.Second))
}

// spokenAtMost formats an upper bound in its two largest units. It rounds up, because a shorter
// bound would be false.
func spokenAtMost(d time.Duration) string {
	s := int64((d + time.Second - 1) / time.Second)
	for _, u := range []struct{ from, least int64 }{{24 * 3600, 3600}, {3600, 60}} {
		if s >= u.from && s%u.least != 0 {
			s += u.least - s%u.least
		}
	}
	return inUnits(s)
}

func inUnits(s int64) string {
	if s <= 0 {
		return "less than a second"
	}
	var parts []string
	for _, u := range []struct {
		name string
		of   int64
	}{
		{"year", 365 * 24 * 3600}, {"day", 24 * 3600}, {"hour", 3600}, {"minute", 60},
		{"second", 1},
	} {
		n := s / u.of
		s -= n * u.of
		if n == 0 && len(parts) == 0 {
			continue
		}
		if n == 0 || len(parts) == 2 {
			break
		}
		parts = append(parts, text.Count(int(n), u.name))
	}
	return strings.Join(parts, " ")
}

// plainHint returns the hint of an error. It names commands in place of keys.
func plainHint(err error) string {
	return console.Remedy(err, console.Hint(err), console.FaceLines())
}
