package ui_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// formProblems has, for each problem that the form of an application tells of a field, a text that
// has it.
var formProblems = []struct{ label, text, says string }{
	{"name", "", "is missing"},
	{"name", strings.Repeat("n", 101), "must have at most 100 characters"},
	{"name", "-x", "must not begin with -"},
	{"name", "a\u202eb", "must not contain control characters, or others that cannot be seen"},
	{"its name", "", "is missing"},
	{"its name", "a@b", "must not contain @ or /"},
	{"its name", "cloud", "there is one of that name: choose it above"},
	{"token URL", "", "give the token URL, or an issuer"},
	{"token URL", "http://gw.example/token",
		"http:// would show secrets to everyone on the way: use https://"},
	{"token URL", "https://a b", "is not a URL"},
	{"token URL", "127.0.0.1:9443", "must be https:// and a host, such as https://api.example"},
	{"token URL", "gw.example:8243/oauth2/token",
		"must be https:// and a host, such as https://api.example"},
	{"or issuer", "https://ana:x@id.example", "must not hold a user name or password"},
	{"or issuer", "https://id.example/#x", "must not contain #"},
	{"revoke URL", "http://gw.example/oauth2/revoke",
		"http:// would show secrets to everyone on the way: use https://"},
	{"consumer key", "", "is missing"},
	{"consumer key", "kéy", "holds a character that no consumer key has"},
	{"consumer key", "a:b", `must not contain : with client_auth = "basic"`},
	{"consumer secret", "", "is missing"},
	{"scopes", `read "write"`, "must be single words without quotes"},
	{"probe URL", "orders/1.0.0/list", "must be https:// and a host, such as https://api.example"},
	{"resource", "orders", "must be an absolute URI without a fragment"},
	{"extra", "a;b", "must be name=value, with & between several"},
	{"extra", "scope=x", "a parameter is set by the protocol and cannot be given here"},
	{"extra", "api_key=abcdef0123456789",
		"a parameter may be a secret: the store would keep it in the clear"},
	{"headers", "Authorization",
		"a header carries the client's credentials, and cannot be given here"},
	{"gateway cache", "soon",
		`is neither a duration nor "expiry": write it like "15m"`},
}

// The whole problem of a field can be read while the field has the focus. While it has not, the
// problem stands beside the field, whole or as a mark.
func TestFormProblemsAreWhole(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			w, h, _ := size(s)
			l := alive(t)
			l.Resize(w, h)
			l.Key("a", "tab", "left")
			l.goTo("more settings")
			l.Key("right")
			for _, c := range formProblems {
				l.goTo(c.label)
				if c.text != "" {
					l.Paste(c.text)
				} else {
					l.Type("x")
					l.Key("backspace")
				}
				l.readsWhole(c.label+": "+c.says, "focused")
				l.Key("tab")
				l.cutsNoProblem(c.label + ", left")
				l.Key("ctrl+s")
				l.cutsNoProblem(c.label + ", saved")
				l.goTo(c.label)
				l.readsWhole(c.label+": "+c.says, "again")
				l.Key("ctrl+u")
			}
			l.goTo("grant")
			l.Key("right")
			l.goTo("user")
			l.Key("ctrl+s")
			l.goTo("user")
			l.readsWhole("user: is needed by the password grant", "saved")
			l.goTo("grant")
			l.Key("right")
			l.readsWhole("grant: authorization_code needs an issuer", "focused")
			l.goTo("redirect URL")
			l.Paste("https://orders.example/callback")
			l.readsWhole("redirect URL: must be http:// on this machine without a query", "focused")
			l.Key("tab")
			l.cutsNoProblem("redirect URL, left")
			l.goTo("environment")
			l.Key("c")
			l.goTo("name")
			l.Paste("Orders")
			l.readsWhole("name: name, environment and key type are those of another one", "focused")
			l.Key("tab")
			l.cutsNoProblem("name, left")
		})
	}
}

// importProblems are those of the form that asks a portal.
var importProblems = []struct{ label, text, says string }{
	{"portal URL", "", "is missing"},
	{"portal URL", "http://apim.example", "http:// would show secrets to everyone on the way"},
	{"portal URL", "apim.example", "must be https:// and a host, such as https://api.example"},
	{"user", "", "is missing"},
	{"password", "", "is missing"},
	{"its name", "cloud", "there is one of that name: choose it above"},
	{"its name", "a/b", "must not contain @ or /"},
}

func TestImportProblemsAreWhole(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		l := alive(t)
		l.Resize(w, h)
		l.Key("i")
		for _, c := range importProblems {
			l.goTo(c.label)
			if c.text != "" {
				l.Paste(c.text)
			}
			l.Key("tab")
			l.cutsNoProblem(c.label + ", left")
			l.Key("ctrl+s")
			l.cutsNoProblem(c.label + ", saved")
			l.goTo(c.label)
			l.readsWhole(c.says, s+", focused")
			l.Key("ctrl+u")
		}
	}
}

// inBox returns the text of the box on top without its border, in one line.
func (l *live) inBox() string {
	box, out := l.Box(), []string{}
	for y, line := range strings.Split(ansi.Strip(l.Frame()), "\n") {
		if y > box.Y && y < box.Y+box.H-1 {
			out = append(out, ansi.Cut(line, box.X+1, box.X+box.W-1))
		}
	}
	return strings.Join(out, "\n")
}

func (l *live) readsWhole(text, when string) {
	l.t.Helper()
	if !strings.Contains(strings.Join(strings.Fields(l.inBox()), " "), text) {
		l.t.Errorf("%s: no %q in\n%s", when, text, l.inBox())
	}
}

// cutsNoProblem fails if the box has a problem that is cut.
func (l *live) cutsNoProblem(when string) {
	l.t.Helper()
	for line := range strings.SplitSeq(l.inBox(), "\n") {
		if _, said, wrong := strings.Cut(line, "✕"); wrong && strings.Contains(said, "…") {
			l.t.Errorf("%s: %q is cut in\n%s", when, said, l.inBox())
		}
	}
}

// A save marks each field that has to be filled in, and focuses the first one.
func TestSaveMarksAllThatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keys, press string
		focus       string
		missing     []string
	}{
		{"a tab left", "ctrl+s", "name", []string{
			"name *            ▏such as Orders  ✕ is missing",
			"its name *        such as cloud  ✕ is missing",
			"token URL *       ✕ give the token URL, or an issuer",
			"consumer key *    typed or pasted  ✕ is missing",
			"consumer secret * typed or pasted, shown as dots  ✕ is missing",
		}},
		{"i", "ctrl+s", "portal URL", []string{
			"portal URL *      ▏https://apim.example, with its port  ✕ is missing",
			"user *            who signs in there  ✕ is missing",
			"password *        to sign in with, and not kept  ✕ is missing",
		}},
		{"G right right right", "enter", "user", []string{
			"user *            ▏such as ana  ✕ is needed by the password grant",
			"password *        used for this get, and not kept  ✕ is missing",
		}},
	} {
		l := alive(t).scoped("Orders")
		l.Resize(80, 24)
		l.Key(strings.Fields(c.keys)...)
		l.Key(c.press)
		text := l.inBox()
		for _, want := range append(c.missing, "▌"+c.focus) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", c.keys, want, text)
			}
		}
	}
}
