package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/tokenapi"
	"lanyard/ui/keys"
)

// canary is used for every secret; no message may contain it.
const canary = "cAnArY-7f3e-secret"

// good is a valid environment (lines 1 to 3) and application (lines 4 to 7) for tests to break.
const good = `[[environment]]
name = "cloud"
token_url = "https://gw.example:8243/token"
[[application]]
name = "Orders"
consumer_key = "key1"
consumer_secret = { env = "ORDERS" }
`

func mustParse(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Parse("dir/config.toml", []byte(text), themes.Set{})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestConfigDefaults(t *testing.T) {
	cfg := mustParse(t, "")
	want := Config{Theme: "auto", UndoWindow: 3 * time.Second, DueBefore: time.Minute,
		ClipboardVia: "auto",
		RevealFor:    10 * time.Second, Mouse: true, ASCII: "auto",
		Alerts: Alerts{Before: []time.Duration{5 * time.Minute, time.Minute},
			Via: []string{"title", "bell"}},
		ClearAfter: 45 * time.Second, StoreKey: "auto", Secrets: map[SecretName]SecretRef{}}
	if !reflect.DeepEqual(*cfg, want) {
		t.Errorf("got %+v\nwant %+v", *cfg, want)
	}
}

func TestConfigFull(t *testing.T) {
	cfg := mustParse(t, "\ufeff"+strings.ReplaceAll(`theme = 'dark'
undo_window = "0s"
due_before = "90s"
reveal_for = "5s"
presenter = true
mouse = false
ascii = true
alerts.before = ["10m"]
alerts.via = ["osc9"]
keys.mark = "M"
clipboard.via = "command"
clipboard.command = ["xclip", "-i"]
clipboard.clear_after = "0s"
store.key = "command"
store.command = ["pass", "lanyard"]
[[environment]]
name = "cloud"
production = true
token_url = "https://gw.example:8243/token"
revoke_url = "https://gw.example:8243/revoke"
introspect_url = "https://gw.example:9443/introspect"
cache_ttl = "5m"
regime = "jwt"
client_auth = "post"
timeout = "3s"
ca_file = "ca.pem"
insecure_skip_verify = true
allow_http = true
read_only = true
[[application]]
name = "Orders"
environment = "cloud"
key_type = "SANDBOX"
consumer_key = "key1"
grant = "password"
scopes = ["read", "write"]
username = "ana"
probe_url = "http://api.example/orders"
[application.consumer_secret]
file = "orders.secret"
[application.password]
command = ["pass", "ana"]
[application.extra]
validity_period = 3600
flag = true
share = 0.5
note = "a b"
`, "\n", "\r\n"))
	e := console.Environment{Name: "cloud", Production: true, Endpoints: console.Endpoints{
		TokenURL: "https://gw.example:8243/token", RevokeURL: "https://gw.example:8243/revoke",
		IntrospectURL: "https://gw.example:9443/introspect"}, CacheTTL: 5 * time.Minute,
		Regime:     console.RegimeJWT,
		ClientAuth: tokenapi.AuthPost, Timeout: 3 * time.Second,
		CAFile:             filepath.Join("dir", "ca.pem"),
		InsecureSkipVerify: true, AllowHTTP: true, ReadOnly: true}
	id := console.ApplicationID(string(e.Endpoints.TokenURL), "key1", "password", "ana")
	a := console.Application{ID: id, ConfigID: id + "/Orders@cloud/SANDBOX", Name: "Orders",
		Environment: e, KeyType: "SANDBOX", ConsumerKey: "key1",
		Grant: "password", Username: "ana", Scopes: []string{"read", "write"},
		ProbeURL: "http://api.example/orders",
		Extra: map[string][]string{"validity_period": {"3600"}, "flag": {"true"}, "share": {"0.5"},
			"note": {"a b"}},
		Source: console.FromConfig, Secret: console.SecretOnDemand}
	keys, wrong := keys.Choose(map[string][]string{"mark": {"M"}})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	want := Config{Theme: "dark", themeSaid: true, DueBefore: 90 * time.Second,
		ClipboardVia: "command",
		RevealFor:    5 * time.Second, Presenter: true, ASCII: "true", Keys: keys,
		Alerts:           Alerts{Before: []time.Duration{10 * time.Minute}, Via: []string{"osc9"}},
		ClipboardCommand: []string{"xclip", "-i"}, StoreKey: "command",
		StoreCommand: []string{"pass", "lanyard"}, Environments: []console.Environment{e},
		Applications: []console.Application{a},
		Secrets: map[SecretName]SecretRef{
			{a.ConfigID, console.ConsumerSecret}: {File: filepath.Join("dir", "orders.secret")},
			{a.ConfigID, console.Password}:       {Command: []string{"pass", "ana"}},
		}, named: cfg.named}
	if !reflect.DeepEqual(*cfg, want) {
		t.Errorf("got  %+v\nwant %+v", *cfg, want)
	}
}

func TestConfigOmittedEnvironmentIsTheOnlyOne(t *testing.T) {
	cfg := mustParse(t, good)
	a := cfg.Applications[0]
	if a.Environment.Name != "cloud" || a.Grant != "client_credentials" ||
		a.Secret != console.SecretOnDemand {
		t.Errorf("got %+v", a)
	}
	if e := cfg.Environments[0]; e.CacheTTL != 15*time.Minute || e.Timeout != 15*time.Second ||
		e.Regime != "auto" || e.ClientAuth != "basic" {
		t.Errorf("defaults of an environment: %+v", e)
	}
	whole := mustParse(t,
		strings.Replace(good, "[[application]]", "cache_ttl = \"expiry\"\n[[application]]", 1))
	if e := whole.Environments[0]; e.CacheTTL != console.UntilExpiry {
		t.Errorf("until the token's own end: %v", e.CacheTTL)
	}
	if len(cfg.Warnings) > 0 {
		t.Errorf("warnings: %q", cfg.Warnings)
	}
}

func TestConfigWarnings(t *testing.T) {
	literal := strings.Replace(good, `{ env = "ORDERS" }`, `"`+canary+`"`, 1)
	for _, tt := range []struct{ name, text, want string }{
		{
			"literal",
			literal,
			`dir/config.toml:7:19: application "Orders": consumer_secret: is written ` +
				`in the file; safer is ` +
				SaferForms,
		},
		{"literal for loopback",
			strings.Replace(literal, "https://gw.example", "http://127.0.0.9", 1), ""},
		{"literal for localhost",
			strings.Replace(literal, "https://gw.example", "http://localhost", 1), ""},
		{"literal for ::1", strings.Replace(literal, "https://gw.example", "http://[::1]", 1), ""},
		{
			"literal for something like localhost",
			strings.Replace(literal, "gw.example", "localhost.example", 1),
			`dir/config.toml:7:19: application "Orders": consumer_secret: is written ` +
				`in the file; safer is ` +
				SaferForms,
		},
		{
			"literal password",
			good + "grant = \"password\"\nusername = \"ana\"\npassword = \"" + canary + "\"",
			`dir/config.toml:10:12: application "Orders": password: is written in ` +
				`the file; safer is ` +
				SaferForms,
		},
		{
			"literal API key in a header",
			good + "headers = { X-Api-Key = \"" + canary + "\", X-Tenant = \"acme\" }",
			`dir/config.toml:8:25: application "Orders": headers.X-Api-Key: is written in the ` +
				`file; safer is ` +
				SaferForms,
		},
		{"no credential in a header",
			good + "probe_headers = { X-Tenant = \"acme\", Accept = \"application/json\", " +
				"X-Api-Key = { env = \"K\" } }\nheaders = {}", ""},
		{"members of other grants",
			good + "username = \"ana\"\nredirect_url = " +
				"\"http://127.0.0.1:0/callback\"\nassertion_claims = { x = 1 " +
				"}\nrequested_token_type = \"jwt\"\nsigning_key = { env = \"A\" }",
			"dir/config.toml:8:12: application \"Orders\": username: is only for grant = " +
				"\"password\" or \"jwt_bearer\" and has no effect; remove it\n" +
				"dir/config.toml:9:16: application \"Orders\": redirect_url: is only for grant " +
				"= \"authorization_code\" and has no effect; remove it\n" +
				"dir/config.toml:10:20: application \"Orders\": assertion_claims: is only for " +
				"grant = \"jwt_bearer\" and has no effect; remove it\n" +
				"dir/config.toml:11:24: application \"Orders\": requested_token_type: is only " +
				"for grant = \"token_exchange\" and has no effect; remove it\n" +
				"dir/config.toml:12:15: application \"Orders\": signing_key: is only for " +
				"client_auth = \"private_key_jwt\", or grant = \"jwt_bearer\" without an " +
				"assertion and has no effect; remove it"},
		{
			"a secret of another grant, written down",
			good + "password = \"" + canary + "\"",
			"dir/config.toml:8:12: application \"Orders\": password: is only for grant = " +
				"\"password\" and has no effect; remove it\n" +
				`dir/config.toml:8:12: application "Orders": password: is written in ` +
				`the file; safer is ` +
				SaferForms,
		},
		{"a secret that proves nothing", good + "client_auth = \"none\"",
			`dir/config.toml:7:19: application "Orders": consumer_secret: is only for ` +
				`client_auth = basic, basic-encoded or post and has no effect; remove it`},
		{"nothing is renewed by itself", good + "auto_renew = false", ""},
		{"missing", strings.Replace(good, "consumer_secret", "# ", 1),
			`dir/config.toml:4:1: application "Orders": consumer_secret: is missing; give it as ` +
				SaferForms},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := mustParse(t, tt.text)
			if got := strings.Join(cfg.Warnings, "\n"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if s := fmt.Sprintf("%v %+v %#v", cfg, cfg, *cfg); strings.Contains(s, canary) {
				t.Error("the secret shows when the configuration is printed")
			}
		})
	}
}

func TestConfigLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	absent := filepath.Join(dir, "absent.toml")
	if cfg, err := Load(t.Context(), absent); err != nil || cfg.Found || cfg.Path != "" ||
		cfg.Theme != "auto" {
		t.Errorf("absent: %+v, %v", cfg, err)
	}
	var ce *Error
	if _, err := (Paths{Config: absent, NamedBy: "LANYARD_CONFIG"}).Load(t.Context()); !errors.As(
		err, &ce) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent but named: %v", err)
	}
	if cfg, err := (Paths{Config: absent}).Load(t.Context()); err != nil || cfg.Found {
		t.Errorf("absent and not named: %+v, %v", cfg, err)
	}
	p := write("good.toml", good, 0o644)
	if cfg, err := Load(t.Context(), p); err != nil || !cfg.Found || cfg.Path != p ||
		len(cfg.Applications) != 1 || len(cfg.Warnings) != 0 {
		t.Errorf("good: %+v, %v", cfg, err)
	}
	if _, err := Load(t.Context(), dir); !errors.As(err, &ce) ||
		err.Error() != dir+": is a directory, not a file "+
			"(name the configuration with --config or LANYARD_CONFIG)" {
		t.Errorf("directory: %v", err)
	}
	if _, err := Load(t.Context(),
		write("big.toml", strings.Repeat("# more\n", MaxSize/7+1), 0o600)); !errors.As(err, &ce) ||
		!strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("big: %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	literal := strings.Replace(good, `{ env = "ORDERS" }`, `"`+canary+`"`, 1)
	p = write("open.toml", literal, 0o640)
	cfg, err := Load(t.Context(), p)
	if err != nil || len(cfg.Warnings) != 2 ||
		cfg.Warnings[1] != p+
			": holds a secret and can be read by other users (mode 0640) (chmod 600)" {
		t.Errorf("open: %v, %v", cfg, err)
	}
	if cfg, err = Load(t.Context(), write("closed.toml", literal, 0o600)); err != nil ||
		len(cfg.Warnings) != 1 {
		t.Errorf("closed: %v, %v", cfg, err)
	}
}

// TestConfigExample checks that the example is complete: as it is, it changes nothing, and with
// every setting uncommented it is valid and still has the defaults.
func TestConfigExample(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if cfg := mustParse(t, string(data)); !reflect.DeepEqual(cfg, mustParse(t, "")) {
		t.Errorf("as it is, it changes something: %+v", cfg)
	}
	text := regexp.MustCompile(`(?m)^#(\S)`).ReplaceAllString(string(data), "$1")
	cfg := mustParse(t, text)
	if len(cfg.Warnings) > 0 {
		t.Errorf("warnings: %q", cfg.Warnings)
	}
	if len(cfg.Environments) != 1 || len(cfg.Applications) != 6 {
		t.Fatalf("got %d environments and %d applications", len(cfg.Environments),
			len(cfg.Applications))
	}
	plain := mustParse(t, good).Environments[0] // every default
	e := cfg.Environments[0]
	if e.Endpoints.TokenURL != "https://gateway.api.cloud.wso2.com:8243/token" ||
		e.Endpoints.RevokeURL != "https://gateway.api.cloud.wso2.com:8243/revoke" || !e.Production {
		t.Errorf("environment: %+v", e)
	}
	e.Name, e.Endpoints, e.Production = plain.Name, plain.Endpoints, plain.Production
	if e != plain {
		t.Errorf("not the defaults of an environment:\n%+v\n%+v", e, plain)
	}
	cfg.Environments, cfg.Applications, cfg.Secrets = nil, nil, map[SecretName]SecretRef{}
	cfg.named = nil
	cfg.themeSaid = false
	if !reflect.DeepEqual(cfg, mustParse(t, "")) {
		t.Errorf("not the defaults: %+v", cfg)
	}

	var values map[string]any
	if _, err := toml.Decode(text, &values); err != nil {
		t.Fatal(err)
	}
	has := func(name string, keys map[string]kind, in ...map[string]any) {
		for key := range keys {
			found := false
			for _, m := range in {
				_, ok := m[key]
				found = found || ok
			}
			if !found {
				t.Errorf("%s%s is not in the example", name, key)
			}
		}
	}
	apps := values["application"].([]map[string]any)
	has("", topKeys(), values)
	has("clipboard.", clipboardKeys(), values["clipboard"].(map[string]any))
	has("store.", storeKeys(), values["store"].(map[string]any))
	has("environment.", environmentKeys(), values["environment"].([]map[string]any)...)
	has("application.", applicationKeys(), apps...)
}

// A file with every key is valid. Keys of other grants get a warning and change nothing.
func TestConfigEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/every_key.toml")
	if err != nil {
		t.Fatal(err)
	}
	cfg := mustParse(t, string(text))
	want := []string{
		`dir/config.toml:57:18: application "Orders": password: is only for grant = "password" ` +
			`and has no effect; remove it`,
		`dir/config.toml:58:18: application "Orders": redirect_url: is only for grant = ` +
			`"authorization_code" and has no effect; remove it`,
	}
	if !slices.Equal(cfg.Warnings, want) {
		t.Errorf("warnings:\n%s", strings.Join(cfg.Warnings, "\n"))
	}
	if got := cfg.secretVariables(); !slices.Equal(got, []string{"ANA_PASSWORD", "ORDERS_SECRET"}) {
		t.Errorf("withheld: %q", got)
	}
	user := strings.Replace(string(text), `username       = ""`, `username = "ana"`, 1)
	if a, b := cfg.Applications[0], mustParse(t, user).Applications[0]; !reflect.DeepEqual(a, b) {
		t.Errorf("a user of another grant makes another application:\n%+v\n%+v", a, b)
	}
	for name := range cfg.Secrets {
		if name.Kind == console.Password {
			t.Error("the password of another grant is kept")
		}
	}
}

// probe_control is on by default.
func TestConfigProbeControl(t *testing.T) {
	t.Parallel()
	for text, off := range map[string]bool{"": false, "probe_control = true": false,
		"probe_control = false": true} {
		if a := mustParse(t, good+text+"\n").Applications; len(a) == 0 ||
			a[len(a)-1].Details.ProbeControlOff != off {
			t.Errorf("%q: %+v", text, a)
		}
	}
}
