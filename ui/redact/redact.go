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

	"lanyard/console"
	"lanyard/text"
)

// Redactor replaces the names of hosts, users and keys in texts. A nil Redactor changes nothing.
//
// A text must be redacted before it is cut to a width, because a part of a name is not found. The
// type console.Private sends every such text through the scene, which calls Text.
type Redactor struct {
	// numbers, in the order of their first appearance
	users, envs map[string]int
	words       []replacement // longest first
}

// Known are the names that a Redactor replaces.
type Known struct {
	Applications []console.Application
	Users        []string // in addition to those of the applications
	Addresses    []string // URLs whose hosts are replaced

	// Clean makes a text safe for the face that shows it; nil is text.Line. Redactor.Text gets
	// texts that the same function has cleaned.
	Clean func(string) string
}

// replacement is a name, and the text that replaces it.
type replacement struct{ name, with string }

// The forms of names that are not known.
var (
	urlForm  = regexp.MustCompile(`://[^/\s"'│>)]+`)
	mailForm = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	addrForm = regexp.MustCompile(
		`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b|\[[0-9a-fA-F:]*:[0-9a-fA-F:.]*\](:\d+)?`)
	homeForm = regexp.MustCompile(`(?i)(/home|/Users|\\Users)[/\\][^/\\\s│]+`)
	// directories in which programs and people keep files; the name of the file stays
	fileForm = regexp.MustCompile(`(?i)(?:^|[\s"'(=:,])(/(?:root|mnt|media|srv|data|var|opt|tmp|` +
		`run|etc|private|volumes|workspaces?)(?:/[^/\s"'│]+)*)/[^/\s"'│]`)
	tenantForm = regexp.MustCompile(`^@[\w-]+(\.[\w-]+)*`)
	deviceForm = regexp.MustCompile(`\bdevice_[^\s"',;│]+`)
	askForm    = regexp.MustCompile(`\blookup [^\s:]+`)
	hostForm   = regexp.MustCompile(`(?i)^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$|^localhost|\S+:\d+$`)
)

// protocolWords are the words of OAuth that follow "device_". All others name a machine, in the
// scope of its own that WSO2 has.
var protocolWords = []string{"code", "authorization", "authorize", "authorization_endpoint", "url"}

// addressesOf returns the URLs of an application and of its environment.
func addressesOf(a *console.Application) []string {
	e := a.Environment
	return []string{
		string(e.Issuer),
		string(e.Proxy),
		string(a.ProbeURL),
		string(a.Details.RedirectURL),
		string(e.Endpoints.TokenURL),
		string(e.Endpoints.RevokeURL),
		string(e.Endpoints.IntrospectURL),
		string(e.Endpoints.AuthorizeURL),
		string(e.Endpoints.DeviceURL),
		string(e.Endpoints.JWKSURL),
	}
}

// New returns a Redactor of names. A name that old has numbered keeps its number.
func New(names Known, old *Redactor) *Redactor {
	v := &Redactor{users: map[string]int{}, envs: map[string]int{}}
	if old != nil {
		v.users, v.envs = old.users, old.envs
	}
	clean := names.Clean
	if clean == nil {
		clean = text.Line
	}
	known := map[string]string{}
	add := func(name, with string) {
		if name = strings.TrimSpace(clean(name)); name != "" && known[name] == "" {
			known[name] = with
		}
	}
	host := func(address string) {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return
		}
		add(u.Host, "host")
		add(u.Hostname(), "host")
		if u.User != nil {
			add(u.User.Username(), "user")
		}
	}
	for _, address := range names.Addresses {
		host(address)
	}
	for i := range names.Applications {
		a := &names.Applications[i]
		for _, u := range addressesOf(a) {
			host(u)
		}
		add(string(a.ConsumerKey), "key")
	}
	for i := range names.Applications { // needs all hosts
		name := names.Applications[i].Environment.Name
		if looksLikeHost(string(name), known) {
			// else it would be called "host"
			known[string(name)] = "environment " + number(v.envs, string(name))
		}
	}
	user := func(name string) {
		if name == "" {
			return
		}
		with := "user " + number(v.users, name)
		add(name, with)
		if local, _, ok := strings.Cut(name, "@"); ok && len(local) > 2 {
			add(local, with)
		}
	}
	for i := range names.Applications {
		user(string(names.Applications[i].Username))
	}
	for _, name := range names.Users {
		user(name)
	}
	v.words = longestFirst(known)
	return v
}

// longestFirst returns the known names with their replacements, longest first.
func longestFirst(known map[string]string) (words []replacement) {
	for text, with := range known {
		words = append(words, replacement{lower(text), with})
	}
	slices.SortFunc(words, func(x, y replacement) int {
		return cmp.Or(cmp.Compare(len(y.name), len(x.name)), cmp.Compare(x.name, y.name))
	})
	return words
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
	for text, with := range known {
		if with == "host" && len(text) > 3 && strings.Contains(lower(name), lower(text)) {
			return true
		}
	}
	return false
}

// lower lowers ASCII letters only, so that every byte keeps its offset. It goes by bytes: a byte
// that is not UTF-8 would grow to three as a rune.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// inWord reports whether a byte belongs to a word.
func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c >= 0x80
}

// edge reports whether a word may begin or end at offset i. Ellipses and borders are no letters.
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

// span is a range of bytes and its replacement.
type span struct {
	from, to int
	with     string
}

// find returns the places of names in a text: of known names, and of words in the form of a name.
func (r *Redactor) find(text string) (out []span) {
	low := lower(text)
	taken := func(from, to int) bool {
		return slices.ContainsFunc(out, func(s span) bool { return from < s.to && s.from < to })
	}
	for _, w := range r.words {
		for at := 0; ; {
			i := strings.Index(low[at:], w.name)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(w.name)
			if at = from + 1; edge(low, from) && edge(low, to) && !taken(from, to) {
				tenant := tenantForm.FindString(text[to:])
				if strings.HasPrefix(w.with, "user") && !taken(from, to+len(tenant)) {
					to += len(tenant) // it belongs to the name of the user
				}
				out = append(out, span{from, to, w.with})
				at = to
			}
		}
	}
	form := func(re *regexp.Regexp, skip int, with string) {
		for _, m := range re.FindAllStringIndex(text, -1) {
			if from := m[0] + skip; from < m[1] && !taken(from, m[1]) {
				out = append(out, span{from, m[1], with})
			}
		}
	}
	form(mailForm, 0, "user")
	form(urlForm, len("://"), "host")
	form(addrForm, 0, "host")
	form(askForm, len("lookup "), "host")
	form(homeForm, 0, "~")
	for _, m := range fileForm.FindAllStringSubmatchIndex(text, -1) {
		if !taken(m[2], m[3]) {
			out = append(out, span{m[2], m[3], "…"})
		}
	}
	for _, m := range deviceForm.FindAllStringIndex(text, -1) {
		from := m[0] + len("device_")
		if !slices.Contains(protocolWords, text[from:m[1]]) && !taken(from, m[1]) {
			out = append(out, span{from, m[1], "host"})
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return out
}

// Text returns s with every name replaced.
func (r *Redactor) Text(s string) string {
	if r == nil || s == "" {
		return s
	}
	var b strings.Builder
	at := 0
	for _, p := range r.find(s) {
		b.WriteString(s[at:p.from])
		b.WriteString(p.with)
		at = p.to
	}
	b.WriteString(s[at:])
	return b.String()
}
