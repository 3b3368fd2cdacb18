// Package redact hides in presenter mode who uses tokens and where: user names, hosts, consumer
// keys. Secrets need no redaction. Their type hides them.
package redact

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui/kit"
)

// Redactor replaces names that are no business of an audience. A nil Redactor replaces nothing.
//
// Text is redacted where it enters the screen, before it is cut to a width. The finished frame is
// searched once more, for whole names and for what cutting and wrapping leave of them.
type Redactor struct {
	users, envs map[string]int // numbered in the order in which they were met, for as long as the redactor is used
	words       []masking      // the longest first
}

// Known are the names that a Redactor replaces.
type Known struct {
	Applications []console.Application
	Users        []string // beside those of the applications
	Addresses    []string // URLs whose hosts are replaced, beside those of the applications
}

// masking is a name and what is said instead.
type masking struct{ text, stand string }

// Names that nobody has told us of are known by their form.
var (
	urlForm  = regexp.MustCompile(`://[^/\s"'│>)]+`)
	mailForm = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	addrForm = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b|\[[0-9a-fA-F:]*:[0-9a-fA-F:.]*\](:\d+)?`)
	homeForm = regexp.MustCompile(`(?i)(/home|/Users|\\Users)[/\\][^/\\\s│]+`)
	askForm  = regexp.MustCompile(`\blookup [^\s:]+`)
	hostForm = regexp.MustCompile(`(?i)^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$|^localhost|\S+:\d+$`)
)

// New returns a redactor of names. Those that an earlier one has numbered keep their number.
func New(names Known, old *Redactor) *Redactor {
	v := &Redactor{users: map[string]int{}, envs: map[string]int{}}
	if old != nil {
		v.users, v.envs = old.users, old.envs
	}
	known := map[string]string{}
	say := func(text, stand string) {
		if text = strings.TrimSpace(text); text != "" && known[text] == "" {
			known[text] = stand
		}
	}
	host := func(address string) {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return
		}
		say(u.Host, "host")
		say(u.Hostname(), "host")
		if u.User != nil {
			say(u.User.Username(), "user")
		}
	}
	for _, address := range names.Addresses {
		host(address)
	}
	for i := range names.Applications {
		a := &names.Applications[i]
		e := a.Environment
		for _, u := range []string{
			e.Issuer, e.Proxy, a.ProbeURL, a.Details.RedirectURL, e.Endpoints.TokenURL, e.Endpoints.RevokeURL,
			e.Endpoints.IntrospectURL, e.Endpoints.AuthorizeURL, e.Endpoints.DeviceURL, e.Endpoints.JWKSURL,
		} {
			host(u)
		}
		say(a.ConsumerKey, "key")
	}
	for i := range names.Applications { // when every host is known
		name := names.Applications[i].Environment.Name
		if looksLikeHost(name, known) {
			known[name] = "environment " + number(v.envs, name) // rather than the host that it is
		}
	}
	user := func(name string) {
		if name == "" {
			return
		}
		stand := "user " + number(v.users, name)
		say(name, stand)
		if local, _, ok := strings.Cut(name, "@"); ok && len(local) > 2 {
			say(local, stand)
		}
	}
	for i := range names.Applications {
		user(names.Applications[i].Username)
	}
	for _, name := range names.Users {
		user(name)
	}
	for text, stand := range known {
		v.words = append(v.words, masking{lower(text), stand})
	}
	slices.SortFunc(v.words, func(x, y masking) int {
		return cmp.Or(cmp.Compare(len(y.text), len(x.text)), cmp.Compare(x.text, y.text))
	})
	return v
}

func number(all map[string]int, name string) string {
	if all[name] == 0 {
		all[name] = len(all) + 1
	}
	return strconv.Itoa(all[name])
}

func looksLikeHost(name string, known map[string]string) bool {
	if hostForm.MatchString(name) {
		return true
	}
	for text, stand := range known {
		if stand == "host" && len(text) > 3 && strings.Contains(lower(name), lower(text)) {
			return true
		}
	}
	return false
}

// lower is for ASCII alone, so that every byte stays in its place.
func lower(s string) string {
	b := []byte(s) // and not by characters: what is none would become a longer one
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// inWord says whether a byte belongs to a word.
func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// edge says whether a word may begin or end at i: "…" and borders are no letters.
func edge(s string, i int) bool {
	switch {
	case i <= 0 || i >= len(s):
		return true
	case !inWord(s[i-1]) || !inWord(s[i]):
		return true
	}
	for _, mark := range []string{"…", "│", "›", "▌", "·"} {
		if strings.HasSuffix(s[:i], mark) || strings.HasPrefix(s[i:], mark) {
			return true
		}
	}
	return false
}

// span is a stretch of bytes.
type span struct {
	from, to int
	stand    string
}

// whole finds every known name and every form of one in text.
func (r *Redactor) whole(text string) (out []span) {
	low := lower(text)
	taken := func(from, to int) bool {
		return slices.ContainsFunc(out, func(s span) bool { return from < s.to && s.from < to })
	}
	for _, w := range r.words {
		for at := 0; ; {
			i := strings.Index(low[at:], w.text)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(w.text)
			if at = from + 1; edge(low, from) && edge(low, to) && !taken(from, to) {
				out = append(out, span{from, to, w.stand})
				at = to
			}
		}
	}
	form := func(re *regexp.Regexp, skip int, stand string) {
		for _, m := range re.FindAllStringIndex(text, -1) {
			if from := m[0] + skip; from < m[1] && !taken(from, m[1]) {
				out = append(out, span{from, m[1], stand})
			}
		}
	}
	form(mailForm, 0, "user")
	form(urlForm, len("://"), "host")
	form(addrForm, 0, "host")
	form(askForm, len("lookup "), "host")
	form(homeForm, 0, "~")
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return out
}

// Text returns s with every name in it replaced.
func (r *Redactor) Text(s string) string {
	if r == nil || s == "" {
		return s
	}
	var b strings.Builder
	at := 0
	for _, p := range r.whole(s) {
		b.WriteString(s[at:p.from])
		b.WriteString(p.stand)
		at = p.to
	}
	b.WriteString(s[at:])
	return b.String()
}

// Frame covers, cell by cell, what of a name is left in the lines of a frame. A nil Redactor leaves
// them as they are.
func (r *Redactor) Frame(lines []string) []string {
	if r == nil {
		return lines
	}
	texts := make([]string, len(lines))
	spans := make([][]span, len(lines))
	for i, l := range lines {
		texts[i] = lower(ansi.Strip(l))
		spans[i] = append(r.whole(texts[i]), r.cut(texts[i])...)
	}
	for i := range texts[1:] {
		a, b := r.wrapped(texts[i], texts[i+1])
		spans[i], spans[i+1] = append(spans[i], a...), append(spans[i+1], b...)
	}
	for i, l := range lines {
		if len(spans[i]) > 0 {
			lines[i] = blotted(l, spans[i])
		}
	}
	return lines
}

// leastPart is how much of a name is still the name.
const leastPart = 3

// cut finds what is left of names that were cut: before and after an ellipsis, and at a border.
func (r *Redactor) cut(text string) (out []span) {
	const dots = "…"
	head := func(end int) { // the beginning of a name ends here
		for _, w := range r.words {
			for k := min(len(w.text)-1, end); k >= leastPart; k-- {
				if strings.HasSuffix(text[:end], w.text[:k]) && edge(text, end-k) {
					out = append(out, span{end - k, end, ""})
					break
				}
			}
		}
	}
	tail := func(from int) { // and its end begins here
		for _, w := range r.words {
			for k := min(len(w.text)-1, len(text)-from); k >= leastPart; k-- {
				if strings.HasPrefix(text[from:], w.text[len(w.text)-k:]) && edge(text, from+k) {
					out = append(out, span{from, from + k, ""})
					break
				}
			}
		}
	}
	for at := 0; ; {
		i := strings.Index(text[at:], dots)
		if i < 0 {
			break
		}
		head(at + i)
		at += i + len(dots)
		tail(at)
	}
	for _, s := range segments(text) {
		seg := text[s.from:s.to]
		if end := s.to - (len(seg) - len(strings.TrimRight(seg, " "))); s.to-end <= 1 {
			for _, w := range r.words { // cut hard: more of it, as whole words end here too
				for k := min(len(w.text)-1, end); k > leastPart; k-- {
					if strings.HasSuffix(text[:end], w.text[:k]) && edge(text, end-k) {
						out = append(out, span{end - k, end, ""})
						break
					}
				}
			}
		}
		trimmed := strings.TrimSpace(seg)
		for _, w := range r.words {
			if len(trimmed) >= 8 && strings.Contains(w.text, trimmed) {
				out = append(out, span{s.from, s.to, ""})
			}
		}
	}
	return out
}

// wrapped finds names that begin in one line and go on in the next.
func (r *Redactor) wrapped(a, b string) (above, below []span) {
	for _, s := range segments(a) {
		end := s.from + len(strings.TrimRight(a[s.from:s.to], " "))
		for _, w := range r.words {
			for k := min(len(w.text)-1, end-s.from); k > 0; k-- {
				if !strings.HasSuffix(a[s.from:end], w.text[:k]) || !edge(a, end-k) {
					continue
				}
				for _, t := range segments(b) {
					rest := strings.TrimLeft(b[t.from:t.to], " ▌›")
					from := t.to - len(rest)
					rest = strings.TrimRight(rest, " ")
					n := min(len(rest), len(w.text)-k)
					if n > 0 && rest[:n] == w.text[k:k+n] && (k+n == len(w.text) && edge(b, from+n) || n == len(rest) && k+n > leastPart) {
						above = append(above, span{end - k, end, ""})
						below = append(below, span{from, from + n, ""})
					}
				}
			}
		}
	}
	return above, below
}

// segments are the stretches between borders.
func segments(text string) (out []span) {
	const border = "│"
	at := 0
	for {
		i := strings.Index(text[at:], border)
		if i < 0 {
			return append(out, span{at, len(text), ""})
		}
		if i > 0 {
			out = append(out, span{at, at + i, ""})
		}
		at += i + len(border)
	}
}

// blotted is a painted line with some of its text covered; spans count bytes of what is left
// without escape sequences.
func blotted(line string, spans []span) string {
	var b strings.Builder
	at := 0
	kit.Cells(line, func(seq string, w int) {
		if w == 0 && (seq[0] == '\x1b' || seq[0] < ' ') {
			b.WriteString(seq)
			return
		}
		from := at
		at += len(seq)
		if slices.ContainsFunc(spans, func(s span) bool { return from < s.to && s.from < at }) {
			b.WriteString(strings.Repeat("·", w))
		} else {
			b.WriteString(seq)
		}
	})
	return b.String()
}
