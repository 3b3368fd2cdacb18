package jwt

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// readTime reads a NumericDate (RFC 7519 section 2: seconds since 1970, with or without a fraction)
// into Time.
func (c *Claim) readTime() {
	switch c.Name {
	case "exp", "nbf", "iat", "auth_time", "updated_at":
	default:
		return
	}
	// A long number is not a time, and converting it could take long.
	if len(c.Value) > 64 || strings.Trim(c.Value, "0123456789+-.eE") != "" {
		return
	}
	f, _, err := big.ParseFloat(c.Value, 10, 128, big.ToNearestEven)
	if err != nil {
		return
	}
	if c.Text {
		c.Note = NoteString
	}
	const yearOne, centuries, thisCentury, lastMillisecond = -62135596800, 100e9, 1e12,
		253402300799999
	size := new(big.Float).Abs(f)
	switch beyond := func(n float64) bool { return size.Cmp(big.NewFloat(n)) > 0 }; {
	case f.Cmp(big.NewFloat(yearOne)) < 0, beyond(lastMillisecond),
		beyond(centuries) && !beyond(thisCentury):
		// After the year 5138 or before the year 1, and not a present time in milliseconds.
		if c.Note = NoteImplausible; c.Name == "exp" && f.Sign() > 0 {
			c.Note = NoteNever
		}
		return
	case beyond(centuries):
		f.Quo(f, big.NewFloat(1000))
		c.Note = NoteMilliseconds
	}
	seconds, _ := f.Int64()
	rest := new(big.Float).Sub(f, new(big.Float).SetInt64(seconds))
	micros, _ := rest.Mul(rest, big.NewFloat(1e6)).Float64()
	c.Time = time.Unix(seconds, 0).Add(time.Duration(micros * 1000)).UTC()
}

// TimeProblems returns the problems of exp, nbf and iat at the time now, as sentences for a person.
// leeway allows for a difference between the clocks. The signature is not checked.
func (t Token) TimeProblems(now time.Time, leeway time.Duration) []string {
	var out []string
	if c, ok := t.Get("exp"); ok && !c.Time.IsZero() && !now.Before(c.Time.Add(leeway)) {
		out = append(out, "expired "+ago(now.Sub(c.Time)))
	}
	if c, ok := t.Get("nbf"); ok && now.Before(c.Time.Add(-leeway)) {
		out = append(out,
			fmt.Sprintf("not valid before %s (in %s)", c.Time.Format(time.RFC3339),
				span(c.Time.Sub(now))))
	}
	if c, ok := t.Get("iat"); ok && now.Before(c.Time.Add(-leeway)) {
		out = append(out,
			fmt.Sprintf("issued in the future (in %s): a clock is wrong", span(c.Time.Sub(now))))
	}
	return out
}

func ago(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	return span(d) + " ago"
}

// span formats a duration in its largest unit, rounded down.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(1, d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
