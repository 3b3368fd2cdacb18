package leak

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lanyard/cli"
)

// asProgram makes the test binary run as the program itself, so that the tests sweep what a person
// runs. Values other than "1" are programs for the sweep only.
const asProgram = "LANYARD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	mode := os.Getenv(asProgram)
	name := filepath.Base(os.Args[0])
	switch {
	case mode == "":
		os.Exit(m.Run())
	case len(os.Args) > 1 && os.Args[1] == recording, slices.Contains(recorders(), name):
		record(name)
	case strings.HasPrefix(mode, panicking):
		explode(strings.TrimPrefix(mode, panicking))
	default:
		program()
	}
}

// program has the statements of main. TestSweepRunsMain compares them. Only the top level can embed
// the example of a configuration, and no swept command writes it.
func program() {
	cli.Harden() // before os.Environ copies possible secrets
	ctx, stop := cli.Interruptible(context.Background())
	embedded := cli.Embedded{}
	code := cli.Main(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, embedded)
	stop()
	os.Exit(code)
}

// full reports whether the heavy tests run completely. Without LANYARD_FULL a sample of each runs.
func full() bool { return os.Getenv("LANYARD_FULL") != "" }

// canary is a secret to look for, chosen so that every escaping changes it.
type canary struct{ name, text string }

// formsOf caches the forms of each canary: making them takes longer than searching.
var formsOf sync.Map

// forms returns the result of makeForms. The caller must not change it.
func (c canary) forms() map[string][]byte {
	if f, ok := formsOf.Load(c); ok {
		return f.(map[string][]byte) //nolint:errcheck,forcetypeassert // nothing else is stored
	}
	f := c.makeForms()
	formsOf.Store(c, f)
	return f
}

// makeForms returns the forms in which a secret can be in a text: unchanged, escaped for a URL
// (once and twice, with digits in upper and lower case), for HTML, for a JSON or Go string, and in
// hexadecimal. It also returns base64 at each of the three offsets, to find it within "id:secret"
// as well.
func (c canary) makeForms() map[string][]byte {
	query, path := url.QueryEscape(c.text), url.PathEscape(c.text)
	f := map[string]string{
		"raw":               c.text,
		"URL query":         query,
		"URL query, %20":    strings.ReplaceAll(query, "+", "%20"),
		"URL path":          path,
		"URL, every byte":   everyByte(c.text),
		"URL twice":         url.QueryEscape(query),
		"URL path twice":    url.QueryEscape(path),
		"page":              html.EscapeString(c.text),
		"JSON":              jsonForm(c.text, true),
		"plain JSON":        jsonForm(c.text, false),
		"JSON, slashes too": strings.ReplaceAll(jsonForm(c.text, false), "/", `\/`),
		"JSON, \\u":         escaped(c.text, `\u%04x`),
		"JSON, \\U":         escaped(c.text, `\u%04X`),
		"Go":                strings.Trim(strconv.Quote(c.text), `"`),
		"hex":               hex.EncodeToString([]byte(c.text)),
		"HEX":               strings.ToUpper(hex.EncodeToString([]byte(c.text))),
	}
	for _, name := range []string{"URL query", "URL query, %20", "URL path", "URL, every byte",
		"URL twice", "URL path twice"} {
		f[name+", small"] = smallDigits(f[name])
	}
	f["small URL twice"] = url.QueryEscape(smallDigits(query))
	for off := range 3 {
		// Bytes before the secret shift the alignment. The edges of the encoding depend on the
		// neighbours and are cut off.
		padded := strings.Repeat("x", off) + c.text
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding,
			"base64url": base64.RawURLEncoding} {
			b := enc.EncodeToString([]byte(padded))
			first := (off*8 + 5) / 6
			last := len(padded) * 8 / 6
			f[name+" at "+string(rune('0'+off))] = b[first:last]
		}
	}
	out := make(map[string][]byte, len(f))
	for name, text := range f {
		out[name] = []byte(text)
	}
	return out
}

func jsonForm(s string, html bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	_ = e.Encode(s)
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}

// escaped writes everything but letters and digits as an escape.
func escaped(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, format, r)
		}
	}
	return b.String()
}

func everyByte(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// smallDigits converts the digits of percent escapes to lower case, also of double escapes.
func smallDigits(s string) string {
	parts := strings.Split(s, "%")
	for i := 1; i < len(parts); i++ {
		n := 2
		if strings.HasPrefix(parts[i], "25") {
			n = 4
		}
		n = min(n, len(parts[i]))
		parts[i] = strings.ToLower(parts[i][:n]) + parts[i][n:]
	}
	return strings.Join(parts, "%")
}

// pieces are the beginnings of the canaries of TestNothingLeaks. They find a canary that is cut off
// or broken over lines.
func pieces() []string { return []string{"c4n/", "c4n_", "c4n+", "c4n%2", `c4n\u`, `c4n\/`} }

// leaks names every secret found in a text, with its form.
func leaks(text []byte, secrets []canary) []string {
	var found []string
	for _, c := range secrets {
		for form, b := range c.forms() {
			if bytes.Contains(text, b) {
				found = append(found, c.name+" ("+form+")")
			}
		}
	}
	return found
}

// The sweep finds a planted leak of each kind.
func TestSweepFindsLeaks(t *testing.T) {
	t.Parallel()
	c := canary{"the canary", `c4n/ary+S=e"c&ret<1>? ~`}
	basic := base64.StdEncoding.EncodeToString([]byte("consumer_key:" + c.text))
	for kind, text := range map[string]string{
		"raw":   "token is " + c.text + ".",
		"Basic": "Authorization: Basic " + basic,
		"Basic, another id": "Authorization: Basic " +
			base64.StdEncoding.EncodeToString([]byte("ab:"+c.text)),
		"Basic, a third id": "Authorization: Basic " +
			base64.StdEncoding.EncodeToString([]byte("abc:"+c.text)),
		"URL query":         "GET /x?token=" + url.QueryEscape(c.text),
		"URL path":          "GET /x/" + url.PathEscape(c.text),
		"URL, small digits": "GET /x?token=c4n%2fary%2bS%3de%22c%26ret%3c1%3e%3f+~",
		"URL, small, %20":   "GET /x?token=c4n%2fary%2bS%3de%22c%26ret%3c1%3e%3f%20~",
		"URL, every byte": "GET /x?token=%63%34%6e%2f%61%72%79%2b%53%3d%65%22%63%26%72%65%74%3c" +
			"%31%3e%3f%20%7e",
		"URL in a URL": "GET /x?next=" +
			url.QueryEscape("/y?token="+url.QueryEscape(c.text)),
		"small URL in a URL": "GET /x?next=%2Fy%3Ftoken%3Dc4n%252fary%252bS%253de%2522c%2526ret%2" +
			"53c1%253e%253f%2B~",
		"page":              `<a title="c4n/ary+S=e&#34;c&amp;ret&lt;1&gt;? ~">`,
		"JSON":              jsonForm(c.text, true),
		"JSON without HTML": jsonForm(c.text, false),
		"JSON of PHP":       `{"token":"c4n\/ary+S=e\"c&ret<1>? ~"}`,
		"JSON with escapes": `c4n\u002fary\u002bS\u003de\u0022c\u0026ret\u003c1\u003e\u003f\u0020` +
			`\u007e`,
		"JSON with ESCAPES": `c4n\u002Fary\u002BS\u003De\u0022c\u0026ret\u003C1\u003E\u003F\u0020` +
			`\u007E`,
		"Go":  fmt.Sprintf("holder{T:%q}", c.text),
		"hex": fmt.Sprintf("%x", c.text),
		"HEX": fmt.Sprintf("%X", c.text),
		"base64url": "eyJ." +
			base64.RawURLEncoding.EncodeToString([]byte("{"+c.text+"}")),
		"form inside a frame": "│ token=" + url.QueryEscape(c.text) + " │",
	} {
		if len(leaks([]byte(text), []canary{c})) == 0 {
			t.Errorf("a leak as %s goes unseen", kind)
		}
	}
	if got := leaks([]byte("•••  3f9ca71e  nothing here"), []canary{c}); got != nil {
		t.Errorf("seen where there is none: %v", got)
	}
	for _, c := range allCanaries() {
		if !slices.ContainsFunc(pieces(),
			func(p string) bool { return strings.Contains(c.text, p) }) {
			t.Errorf("%s has no beginning that is looked for", c.name)
		}
	}
}

// The secrets that go through the program in TestNothingLeaks. They hold every character that an
// escaping would change, as far as their place in a request allows it.
var (
	secretCanary   = canary{"the consumer secret", `c4n/sec+S=e"c&ret<1>?~`}
	passwordCanary = canary{"the password", `c4n/pass+w"o&r<d>'~ 1`}
	accessCanary   = canary{"an access token", "c4n/access+token~1=="}
	access2Canary  = canary{"another access token", "c4n/access+token~2/next"}
	refreshCanary  = canary{"a refresh token", "c4n/refresh+token~1=="}
	refresh2Canary = canary{"another refresh token", "c4n/refresh+token~2/next"}
	idCanary       = canary{"an id token", "eyJhbGciOiJub25lIn0.c4n_id_token_1.sig-1"}
	deviceCanary   = canary{"a device code", "c4n/device+code~1=="}
	portalCanary   = canary{"the portal's password", `c4n/portal+w"o&r<d>'~ 2`}
	keyCanary      = canary{"a signing key",
		"-----BEGIN PRIVATE KEY-----c4n+broken/key-----END PRIVATE KEY-----"}
	leakedCanary = canary{"a leaked token", "c4n/leaked+token~1=="}
	codeCanary   = canary{"an authorization code", "c4n/code+1=="}
	slotCanary   = canary{"the key in the environment", "c4n/slot+key~1=="}
	otherCanary  = canary{"a secret in the environment", `c4n/env+S=e"c&ret<2>?~`}
)

func allCanaries() []canary {
	return []canary{secretCanary, passwordCanary, accessCanary, access2Canary, refreshCanary,
		refresh2Canary, idCanary,
		deviceCanary, portalCanary, keyCanary, leakedCanary, codeCanary, slotCanary, otherCanary}
}

// tally counts the swept surfaces, by their kind.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (y *tally) add(class string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.n == nil {
		y.n = map[string]int{}
	}
	y.n[class]++
}

// Everything that the program shows, prints, writes, starts or leaves behind after a crash is swept
// for every secret that went through it. Without LANYARD_FULL it is a sample of each kind.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	y := &tally{}
	whole := 0 // how many parts ran to their end, since one may be run alone
	part := func(t *testing.T, name string, sweep func(*testing.T)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sweep(t)
			y.mu.Lock()
			defer y.mu.Unlock()
			whole++
		})
	}
	sizes, least := [][2]int{{60, 20}}, 90
	if full() {
		sizes, least = [][2]int{{60, 20}, {80, 24}, {120, 32}}, 180
	}
	t.Run("sweep", func(t *testing.T) {
		part(t, "commands", func(t *testing.T) { sweepCommands(t, y) })
		part(t, "care", func(t *testing.T) { sweepCare(t, y) })
		for _, size := range sizes {
			part(t, fmt.Sprintf("screen %dx%d", size[0], size[1]),
				func(t *testing.T) { sweepScreen(t, y, size[0], size[1]) })
		}
		part(t, "panics", func(t *testing.T) { sweepPanics(t, y) })
		part(t, "processes", func(t *testing.T) { sweepProcesses(t, y) })
	})
	all, want := 0, []string{"commands", "files", "files, in use", "panics", "terminal, bytes",
		"terminal, frames"}
	if runtime.GOOS == "linux" {
		want = append(want, "argv", "environments and argv of all processes", "process titles",
			"crash output")
	}
	var classes []string
	for class, n := range y.n {
		classes = append(classes, fmt.Sprintf("%4d  %s", n, class))
		if class != "terminal, frames" { // their number varies
			all += n
		}
	}
	slices.Sort(classes)
	t.Logf("%d surfaces and %d frames were swept for %d secrets in %d forms:\n%s", all,
		y.n["terminal, frames"], len(allCanaries()), len(secretCanary.forms()),
		strings.Join(classes, "\n"))
	if whole < len(sizes)+4 {
		return
	}
	for _, class := range want {
		if y.n[class] == 0 {
			t.Errorf("no %s were swept", class)
		}
	}
	if all < least {
		t.Errorf("only %d surfaces were swept", all)
	}
}
