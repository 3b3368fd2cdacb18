package ui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/cli/demo"
	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
	"lanyard/ui"
)

// inner calls a server without a socket, so that calls take only the clock's time.
type inner struct{ http.Handler }

func (i inner) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	i.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// storyRun runs a story in the process: a screen on a console, a store in memory and the sandbox,
// with one clock.
type storyRun struct {
	t     *testing.T
	pump  *ui.Pump
	clock *clock
	clip  *fakeClipboard
	words map[string]string
	never []*regexp.Regexp
	order []string // fingerprints in the order of their first use
	svc   *console.Service
	w, h  int
}

const base = "https://gw.example"

// flagged reads the flags of a story, which are those of the demo.
func flagged(t *testing.T, flags []string, o *sandbox.Options) {
	t.Helper()
	for i := 0; i+1 < len(flags); i += 2 {
		var err error
		switch flags[i] {
		case "--token-ttl":
			o.TokenTTL, err = time.ParseDuration(flags[i+1])
		case "--cache-ttl":
			o.CacheTTL, err = time.ParseDuration(flags[i+1])
		case "--profile":
			o.Profile = flags[i+1]
		default:
			t.Fatalf("no flag %s", flags[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tell starts a story on an empty board.
func tell(t *testing.T, w, h int, flags []string) *storyRun {
	t.Helper()
	var o sandbox.Options
	flagged(t, flags, &o)
	return open(t, w, h, o, false)
}

// liveDemo opens the board on which lanyard demo opens, with its client. Its first frame is the
// same in each run.
func liveDemo(t *testing.T, w, h int, change ...func(*ui.Options)) *storyRun {
	t.Helper()
	return open(t, w, h, demo.Sandbox(sandbox.Options{CacheTTL: demo.CacheTTL}), true, change...)
}

// open opens a demo on a sandbox. With alive it begins with the story of package demo.
func open(t *testing.T, w, h int, o sandbox.Options, alive bool,
	change ...func(*ui.Options)) *storyRun {
	t.Helper()
	s := &storyRun{
		t:     t,
		clock: &clock{t0},
		clip:  newFakeClipboard(),
		words: map[string]string{},
		w:     w,
		h:     h,
	}
	clock := demo.NewClock(s.clock.Now)
	o.Clock, o.PublicURL = clock.Now, base
	server, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	env := console.Environment{
		Name: "demo", CacheTTL: server.CacheTTL(), Regime: console.Regime(server.Profile()),
		ClientAuth: tokenapi.AuthBasic, Timeout: 15 * time.Second,
		Endpoints: console.Endpoints{TokenURL: base + "/token", RevokeURL: base + "/revoke",
			AuthorizeURL:  base + "/oauth2/authorize",
			DeviceURL:     base + "/oauth2/device_authorize",
			IntrospectURL: base + "/introspect", JWKSURL: base + "/oauth2/jwks"},
	}
	keys := sealed{}
	var apps []console.Application
	for _, a := range server.Applications() {
		if a.Name == "Reports" {
			s.words["KEY"], s.words["SECRET"] = a.ConsumerKey, a.ConsumerSecret.Reveal()
		}
		if !a.Demo {
			continue
		}
		app := console.Application{
			Name: console.Private(a.Name), Environment: env, KeyType: a.KeyType,
			ConsumerKey: console.Private(a.ConsumerKey), Grant: a.Grant,
			Username: console.Private(a.Username),
			Scopes:   a.Scopes, ProbeURL: console.Private(base + a.ProbePath),
			Source: console.FromConfig, Secret: console.SecretAvailable,
		}
		app.ID = app.Identity()
		keys[app.ID] = a
		apps = append(apps, app)
	}
	s.svc, err = console.New(console.Options{
		Clock: clock.Now, Wait: clock.Wait, Keeper: st, Vault: keys, Applications: apps,
		UndoWindow: 3 * time.Second,
		DueBefore:  min(time.Minute, server.TokenTTL()/4), Owner: "story", Device: "lap",
		Connect: func(e console.Environment) (console.API, error) {
			c, err := tokenapi.New(
				tokenapi.Config{Endpoints: e.Endpoints.Client(), Timeout: e.Timeout}, clock.Now)
			if err != nil {
				return nil, err
			}
			return c.WithTransport(inner{server}), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if alive {
		err := demo.Play(t.Context(), demo.Stage{Console: s.svc, Sandbox: server, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
	}
	shown := ui.Options{
		Service: s.svc, Clipboard: s.clip,
		Settings: ui.Settings{Theme: theme(t, "dark"), ClearAfter: 45 * time.Second}, Demo: true,
		Traffic: alive, Device: "lap", Width: w, Height: h,
	}
	for _, f := range change {
		f(&shown)
	}
	s.pump = ui.NewPump(t.Context(), shown, s.clock.Now)
	return s
}

// sealed holds the secrets of the sandbox's applications, by the ID in the console.
type sealed map[string]sandbox.Application

func (s sealed) Secret(_ context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	if kind == console.Password {
		return s[a.ID].Password, nil
	}
	return s[a.ID].ConsumerSecret, nil
}

func (s *storyRun) text() string {
	s.t.Helper()
	frame := s.pump.Frame()
	fits(s.t, frame, s.w, s.h)
	text := ansi.Strip(frame)
	for _, re := range s.never {
		if re.MatchString(text) {
			s.t.Fatalf("%s is on the screen:\n%s", re, text)
		}
	}
	return text
}

// until moves the clock, beat by beat, until seen is true for the screen.
func (s *storyRun) until(what string, seen func(string) bool) {
	s.t.Helper()
	for end := s.clock.now.Add(2 * time.Hour); !seen(s.text()); s.pump.Beat() {
		if !s.pump.Pending() || s.pump.BeatDue().After(end) {
			s.t.Fatalf("%s: never:\n%s", what, s.text())
		}
		if due := s.pump.BeatDue(); due.After(s.clock.now) {
			s.clock.now = due
		}
	}
}

func (s *storyRun) fill(text string) string {
	return os.Expand(text, func(name string) string {
		if v, ok := s.words[name]; ok {
			return v
		}
		return "$" + name
	})
}

// play performs one line of a story.
func (s *storyRun) play(line string) {
	s.t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "wait": // the next line waits
	case "press":
		s.clock.now = s.clock.now.Add(time.Second) // time of a person for a key
		for k := range strings.FieldsSeq(rest) {
			s.pump.Key(k)
			s.text()
			s.came()
		}
	case "type":
		s.pump.Type(s.fill(rest))
	case "see", "gone":
		re := pattern(s.t, s.fill(rest))
		s.until(line, func(text string) bool { return re.MatchString(text) == (verb == "see") })
	case "never":
		s.never = append(s.never, pattern(s.t, s.fill(rest)))
	case "take":
		name, rest, _ := strings.Cut(rest, " ")
		re := pattern(s.t, s.fill(rest))
		s.until(line, re.MatchString)
		s.words[name] = re.FindStringSubmatch(s.text())[1]
	case "clip":
		if re := pattern(s.t, s.fill(rest)); !re.MatchString(s.clip.holds.Reveal()) {
			s.t.Fatalf("%s: what was copied is %q", line, s.clip.holds.Reveal())
		}
	case "grow":
		n, err := strconv.Atoi(rest)
		for i := 2; err == nil && i <= n; i++ {
			s.play("press g")
			s.play(fmt.Sprintf(`see \b%d active`, i))
		}
	default:
		s.t.Fatalf("no line begins with %q", verb)
	}
}

// pattern compiles a pattern of a story: "$" matches only at the end of a text, and "." not across
// lines.
func pattern(t *testing.T, text string) *regexp.Regexp {
	t.Helper()
	re, err := regexp.Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	return re
}

// came records the tokens that were added since the last call.
func (s *storyRun) came() {
	s.t.Helper()
	b, err := s.svc.Board(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, tok := range b.Tokens {
		if !slices.Contains(s.order, tok.Fingerprint) {
			s.order = append(s.order, tok.Fingerprint)
		}
	}
}

// same replaces texts that differ between runs by others of the same width: fingerprints by their
// order, and the names of keys and tokens.
func (s *storyRun) same(text string) string {
	for _, m := range tried.FindAllStringSubmatch(text, -1) { // not in the store yet
		if !slices.Contains(s.order, m[1]) {
			s.order = append(s.order, m[1])
		}
	}
	for i, fp := range s.order {
		text = strings.ReplaceAll(text, fp, fmt.Sprintf("%08x", (i+1)*0x1111))
	}
	text = kids.ReplaceAllString(text, strings.Repeat("k", 43)+"_RS256")
	text = cutKids.ReplaceAllString(text, strings.Repeat("k", 20)+"…")
	return ids.ReplaceAllString(text, "00000000-0000-4000-8000-000000000000")
}

var tried = regexp.MustCompile(`it works: .* token ([0-9a-f]{8})`)

var (
	kids    = regexp.MustCompile(`[\w-]{43}_RS256`)
	cutKids = regexp.MustCompile(`[\w-]{20}…`)
)

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// Ten tasks of people. Each can be done with these keys on screens of the usual sizes, and the
// screen looks like the golden.
func TestStories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../integration/testdata/stories/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d stories, %v", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		for _, sz := range []string{"80x24", "120x32", "200x50"} {
			t.Run(name+"-"+sz, func(t *testing.T) {
				t.Parallel()
				w, h, _ := size(sz)
				var flags []string
				if _, rest, ok := strings.Cut(string(data), "\nflags "); ok {
					line, _, _ := strings.Cut(rest, "\n")
					flags = strings.Fields(line)
				}
				s := tell(t, w, h, flags)
				var before []string
				for i, step := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
					said := ""
					for line := range strings.SplitSeq(step, "\n") {
						switch {
						case strings.HasPrefix(line, "#"):
							said += strings.TrimSpace(strings.TrimPrefix(line, "#")) + "\n"
						case !strings.HasPrefix(line, "flags "):
							said += "  " + line + "\n"
							s.play(line)
						}
					}
					if sz == "120x32" {
						lines := strings.Split(
							s.same(strings.Join(unfooted(t, s.pump.Frame(), ""), "\n")), "\n")
						compare(t, "story-"+name, fmt.Sprint("step ", i),
							said+"\n"+since(before, lines))
						before = lines
					}
				}
			})
		}
	}
}
