package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lanyard/cli"
)

// The test binary runs as lanyard when it is called lanyard, so scripts and terminals run the real
// program.
func TestMain(m *testing.M) {
	if os.Getenv("LANYARD_TEST_HARDEN") != "" { // testscript.Main would leave a folder behind
		os.Exit(m.Run())
	}
	testscript.Main(m, map[string]func(){"lanyard": func() {
		example, err := os.ReadFile(os.Getenv("LANYARD_TEST_EXAMPLE"))
		if err != nil {
			example = []byte("# example\n")
		}
		embedded := cli.Embedded{ConfigExample: string(example)}
		ctx, stop := cli.Interruptible(context.Background())
		defer stop()
		path := os.Getenv(handClockFile)
		if path == "" {
			os.Exit(cli.Main(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr,
				embedded))
		}
		clock, err := readHandClock(path)
		if err != nil {
			panic(err)
		}
		os.Exit(cli.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, embedded,
			clock))
	}, "xdg-open": browser, "approve": approver})
}

// browser replaces the desktop's browser: it follows redirects to their end.
func browser() {
	resp, err := http.Get(os.Args[1])
	if err == nil {
		err = resp.Body.Close()
	}
	if err != nil {
		os.Exit(1)
	}
}

// approver replaces a person with another device: it runs lanyard token NAME, reads address and
// code from its stderr, and approves them.
func approver() {
	lanyard := exec.Command("lanyard", "token", os.Args[1])
	lanyard.Stdout = os.Stdout
	stderr, err := lanyard.StderrPipe()
	if err == nil {
		err = lanyard.Start()
	}
	var address, code string
	for lines := bufio.NewScanner(stderr); err == nil && lines.Scan(); {
		line := lines.Text()
		fmt.Fprintln(os.Stderr, line)
		if u, ok := strings.CutPrefix(line, "  http"); ok && address == "" {
			address = "http" + u
		}
		if _, rest, ok := strings.Cut(line, "     ("); ok {
			code = strings.TrimSuffix(rest, ")")
		}
		if strings.HasPrefix(line, "waiting until") {
			var resp *http.Response
			if resp, err = http.PostForm(address,
				url.Values{"user_code": {code}, "approve": {"1"}}); err == nil {
				err = resp.Body.Close()
			}
		}
	}
	if waited := lanyard.Wait(); err != nil || waited != nil {
		fmt.Fprintln(os.Stderr, err, waited)
		os.Exit(1)
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	example, err := filepath.Abs("../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			for _, kv := range [][2]string{
				{"HOME", filepath.Join(e.WorkDir, "home")}, {"XDG_CONFIG_HOME", ""},
				{"XDG_STATE_HOME", ""},
				{"LANYARD_STATE", filepath.Join(e.WorkDir, "state")}, {"LANYARD_CONFIG", ""},
				{"LANYARD_TEST_EXAMPLE", example},
				{"NO_PROXY", "*"}, {"GORACE", "atexit_sleep_ms=0"},
			} {
				e.Setenv(kv[0], kv[1])
			}
			e.Values["servers"] = map[string]func(){}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox": startSandbox,
			"stub":    startStub,
			"down":    stopServer,
			"grab":    grab,
			"shape":   shape,
			"decide":  decide,
			"expire":  expire,
			"tamper":  tamper,
		},
	})
}

// firstWrite sends the first write to a channel and drops the others.
type firstWrite struct {
	data chan []byte
	sent atomic.Bool
}

func (f *firstWrite) Write(p []byte) (int, error) {
	if f.sent.CompareAndSwap(false, true) {
		f.data <- bytes.Clone(p)
	}
	return len(p), nil
}

// serveSandbox runs lanyard sandbox on a free port and returns its configuration.
func serveSandbox(flags ...string) (config []byte, stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	out := &firstWrite{data: make(chan []byte, 1)}
	ended := make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		args := append([]string{"sandbox", "--addr", "127.0.0.1:0"}, flags...)
		ended <- cli.Main(ctx, args, nil, nil, out, &stderr, cli.Embedded{})
	}()
	select {
	case config := <-out.data:
		return config, sync.OnceFunc(func() { cancel(); <-ended }), nil
	case code := <-ended:
		cancel()
		return nil, nil, fmt.Errorf("sandbox ended with %d: %s", code, stderr.String())
	case <-time.After(patience):
		cancel()
		return nil, nil, fmt.Errorf("sandbox does not start")
	}
}

// sandbox NAME [flags]: starts a sandbox, writes its configuration to NAME.toml and makes that the
// current one.
func startSandbox(ts *testscript.TestScript, _ bool, args []string) {
	config, stop, err := serveSandbox(args[1:]...)
	ts.Check(err)
	inForce(ts, args[0], config, stop)
}

func inForce(ts *testscript.TestScript, name string, config []byte, stop func()) {
	file := ts.MkAbs(name + ".toml")
	ts.Check(os.WriteFile(file, config, 0o600))
	ts.Setenv("LANYARD_CONFIG", file)
	ts.Value("servers").(map[string]func())[name] = stop
	ts.Defer(stop)
}

// down NAME: stops the server.
func stopServer(ts *testscript.TestScript, _ bool, args []string) {
	ts.Value("servers").(map[string]func())[args[0]]()
}

// stub NAME html|empty|hang|invalid_grant|short|says|thunder|thunder-pairs: starts a server that
// misbehaves, with a configuration for it.
func startStub(ts *testscript.TestScript, _ bool, args []string) {
	name, kind := args[0], args[1]
	gone := make(chan struct{})
	var posts atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch kind {
		case "html":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html><body>Sign in, canary</body></html>")
		case "invalid_grant":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w,
				`{"error":"invalid_grant","error_description":"Authentication failed for ana"}`)
		case "hang":
			select {
			case <-gone:
			case <-r.Context().Done():
			}
		case "short": // the same token with half a minute to live
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"the-same-token","token_type":"Bearer","expires_in":30}`)
		case "says": // a token that contains its request
			_ = r.ParseForm()
			w.Header().Set("Content-Type", "application/json")
			text := fmt.Sprintf("token-%d.%s", posts.Add(1), url.QueryEscape(r.PostForm.Encode()))
			fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, text)
		case "thunder", "thunder-pairs":
			// a new token each time; the second answer is lost, and there is no revoke_url
			if r.URL.Path != "/token" {
				http.NotFound(w, r)
				return
			}
			n := posts.Add(1)
			if n == 2 {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Type", "application/json")
			refresh := ""
			if kind == "thunder-pairs" {
				refresh = fmt.Sprintf(`,"refresh_token":"refresh-%d-of-thunder"`, n)
			}
			fmt.Fprintf(w, `{"access_token":"token-%d-of-thunder","token_type":"Bearer",`+
				`"expires_in":3600%s}`,
				n, refresh)
		case "empty":
		}
	}))
	var b strings.Builder
	fmt.Fprintf(&b, "[[environment]]\nname = \"stub\"\ntoken_url = %q\nrevoke_url = %q\n",
		srv.URL+"/token", srv.URL+"/revoke")
	if kind == "hang" {
		b.WriteString("timeout = \"1s\"\n")
	}
	b.WriteString("[[application]]\nname = \"Orders\"\nconsumer_key = \"key\"\nconsumer_secret " +
		"= \"canary-secret\"\n")
	if kind == "invalid_grant" {
		b.WriteString("grant = \"password\"\nusername = \"ana\"\npassword = \"canary-password\"\n")
	}
	inForce(ts, name, []byte(b.String()), sync.OnceFunc(func() {
		close(gone)
		srv.CloseClientConnections()
		srv.Close()
	}))
}

// grab VAR REGEXP: sets VAR to the first group that matches in the last stdout.
func grab(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 {
		ts.Fatalf("%s does not match stdout", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// shape FILE WANT: checks that the JSON in FILE has the members and types of WANT: string, time,
// number, bool, null.
func shape(ts *testscript.TestScript, _ bool, args []string) {
	var got, want any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &got))
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &want))
	g, _ := json.MarshalIndent(shapeOf(got), "", "  ")
	w, _ := json.MarshalIndent(want, "", "  ")
	if !bytes.Equal(g, w) {
		ts.Fatalf("the shape is\n%s\nnot\n%s", g, w)
	}
}

func shapeOf(v any) any {
	isTime := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = shapeOf(v[k])
		}
		return v
	case []any:
		for i := range v {
			v[i] = shapeOf(v[i])
		}
		return v
	case string:
		if isTime.MatchString(v) {
			return "time"
		}
		return "string"
	case float64:
		if v != float64(int64(v)) {
			return "fraction " + strconv.FormatFloat(v, 'g', -1, 64)
		}
		return "number"
	case bool:
		return "bool"
	}
	return "null"
}

// tamper SQL: changes the database outside of Lanyard.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(ts.Getenv("LANYARD_STATE"), "lanyard.db"))
	ts.Check(err)
	res, err := db.Exec(args[0])
	ts.Check(err)
	n, err := res.RowsAffected()
	ts.Check(errors.Join(err, db.Close()))
	if n == 0 {
		ts.Fatalf("no row was changed")
	}
}
