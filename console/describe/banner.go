package describe

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
)

// Banner is a permanent warning.
type Banner struct {
	Text  string
	Short string // where Text does not fit
}

// BannerOf returns the warning that an environment needs. ok is false if it needs none.
func BannerOf(e console.Environment) (Banner, bool) {
	short := e.Name + ": TLS not verified"
	if e.AllowHTTP && e.InsecureSkipVerify {
		short += ", http"
	} else if e.AllowHTTP {
		short = e.Name + ": plain http"
	}
	return Banner{Text: e.Banner(), Short: string(short)}, e.Banner() != ""
}

// Banners returns the warnings about the environments of the configuration, then about those of
// applications of the store, then about altered rows.
func Banners(configured []Banner, apps []console.Application, altered []console.Altered) []Banner {
	all := slices.Clone(configured)
	for _, a := range apps {
		if b, ok := BannerOf(a.Environment); ok && a.Source != console.FromConfig &&
			!slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	return append(all, AlteredBanner(altered)...)
}

// AlteredBanner returns the warning about altered rows. ok is false if there are none.
func AlteredBanner(altered []console.Altered) []Banner {
	if len(altered) == 0 {
		return nil
	}
	names := make([]string, len(altered))
	for i, a := range altered {
		names[i] = a.String()
	}
	return []Banner{{
		Text: "altered outside of lanyard, and not used: " + strings.Join(names, ", ") +
			" (lanyard doctor)",
		Short: strconv.Itoa(len(names)) + " altered",
	}}
}

// Restored is the text about a restored backup that has replaced the store which is shown.
const Restored = "the store was replaced by a restored backup; this console shows it now"

// WroteOut names the place to which the content of this console was written, and the next step.
func WroteOut(place string) (words, hint string) {
	return "written to " + place,
		"lanyard --state " + place + " opens it; to put it back: " + console.PutBack(place)
}

// Forgotten counts the tokens and applications that can be forgotten, or were.
func Forgotten(f console.Forgotten) string {
	words := text.CountOf(len(f.Tokens), "token that is", "tokens that are") + " over"
	if n := len(f.Applications); n > 0 {
		words += ", " + text.Count(n, "application") + " no longer configured"
	}
	return words
}

// BoundTime writes a time until which something may happen, to the second, so that it is never
// earlier than the bound. It has its date if that is not the date of now.
func BoundTime(at, now time.Time) string {
	if at = at.In(now.Location()); at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}

// WindowTime writes the end of a window that would begin now. The end moves with now, so it is
// written to the minute and rounded up.
func WindowTime(end, now time.Time) string {
	return ClockTime(end.Add(time.Minute).Truncate(time.Minute), now)
}

// ClockTime writes the minute of an event of the day of now, or a time with its date. It is not for
// a bound, which would be up to a minute too early ([BoundTime]).
func ClockTime(at, now time.Time) string {
	if at = at.In(now.Location()); at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

// Trouble describes the failure of the last poll of an invitation.
func Trouble(i *console.Invitation) string {
	return "the poll of the server failed: " + i.Trouble + "; it is asked again"
}

// Shadowed says that an application of the store is not listed, because the configuration has the
// same one.
func Shadowed(stored, configured console.Application) string {
	return string(stored.Label()) + " of the store is not listed: " +
		string(configured.Label()) + " of the configuration is the same, and in force"
}
