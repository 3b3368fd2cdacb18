package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"lanyard/themes"
)

// env is a valid environment in lines 1 to 3; app is an application of it in three more lines.
const (
	env = "[[environment]]\nname = \"cloud\"\ntoken_url = \"https://gw.example/token\"\n"
	app = "[[application]]\nname = \"Orders\"\nconsumer_key = \"k\"\n"
)

func TestConfigProblems(t *testing.T) {
	secretly := `consumer_secret = "` + canary + `"`
	for _, tt := range []struct{ name, text, want string }{
		// keys
		{"unknown", `them = "dark"`, `1:1: them: unknown key (did you mean "theme"?)`},
		{"unknown, nothing near", "\n  flux_capacitor = 1", `2:3: flux_capacitor: unknown key`},
		{"unknown in an environment", env + `cach_ttl = "15m"`,
			`4:1: environment "cloud": cach_ttl: unknown key (did you mean "cache_ttl"?)`},
		{"unknown in one without a name",
			"[[environment]]\ntoken_url = \"https://gw.example/token\"\ncach_ttl = \"15m\"",
			"1:1: environment[0].name: is missing\nF:3:1: environment[0].cach_ttl: unknown key " +
				"(did you mean \"cache_ttl\"?)"},
		{"dash for underscore", env + `Cache-TTL = "15m"`,
			`4:1: environment "cloud": Cache-TTL: unknown key (did you mean "cache_ttl"?)`},
		{"in the wrong table", env + app + `cache_ttl = "15m"`,
			`7:1: application "Orders": cache_ttl: unknown key (it belongs in [[environment]])`},
		{"at the top", `consumer_key = "k"`,
			`1:1: consumer_key: unknown key (it belongs in [[application]])`},
		{"below a table", "[clipboard]\nundo_window = \"3s\"",
			`2:1: clipboard.undo_window: unknown key (it belongs in the top of the ` +
				`file, before any [table])`},
		{"unknown table", "[[enviroment]]\nname = \"x\"",
			`1:1: enviroment: unknown key (did you mean "environment"?)`},
		{"key that could paint the screen", `"a\u001b[31m" = 1`, `1:1: "a\x1b[31m": unknown key`},
		{"quoted and dotted", `clipboard . "viaa" = "off"`,
			`1:1: clipboard.viaa: unknown key (did you mean "via"?)`},
		{"in an inline table", `clipboard = { via = "off", klear_after = "1s" }`,
			`1:28: clipboard.klear_after: unknown key (did you mean "clear_after"?)`},
		{"in an inline array",
			"environment = [\n  { name = \"a\", token_url = \"https://a.example/t\" },\n  { " +
				"name = \"ö\", token_url = \"https://b.example/t\", tiemout = \"1s\" },\n]",
			`3:52: environment "ö": tiemout: unknown key (did you mean "timeout"?)`},
		{"after a multi-line text",
			"theme = \"\"\"dark\n# \"not\" = a comment\n[nor.a.table]\n\"\"\"\nmous = 1",
			"1:9: theme: must be one of auto, dark, light, mono, high-contrast, " +
				"catppuccin-mocha, catppuccin-latte, gruvbox, nord, or the name of a file in " +
				"themes/ beside this one\nF:5:1: mous: unknown key (did you mean \"mouse\"?)"},
		// the screen
		{"no time to read", `reveal_for = "0s"`,
			`1:14: reveal_for: must be more than 0 and at most 5m`},
		{"ascii perhaps", `ascii = "maybe"`, `1:9: ascii: must be "auto", true or false`},
		{"an alert at no time", "[alerts]\nbefore = [\"5m\", \"soon\"]",
			`2:17: alerts.before: is not a duration (write it like "5m" or "1m")`},
		{"an alert in no way", "[alerts]\nvia = [\"bel\"]",
			`2:8: alerts.via: must be some of title, bell, osc9, osc99, osc777, progress (did ` +
				`you mean "bell"?)`},
		{"a slip in the alerts", "[alerts]\nviaa = []",
			`2:1: alerts.viaa: unknown key (did you mean "via"?)`},
		{"an action that is none", "[keys]\nrenwe = \"r\"",
			`2:1: keys.renwe: unknown key (did you mean "renew"?)`},
		{"a key that is none", "[keys]\nrenew = \"R R\"",
			`2:9: keys.renew: "R R" is not a key (keys are written "r", "R", "f5", "ctrl+r", ` +
				`"alt+r", "enter", "space", "tab")`},
		{"a key by default elsewhere", "[keys]\nrenew = \"x\"",
			`2:9: keys.renew: the key x is on revoke too by default (give revoke another key, or ` +
				`none: revoke = [])`},
		{"a key chosen twice", "[keys]\nrenew = \"R\"\nrevoke = [\"f8\", \"R\"]",
			`3:10: keys.revoke: the key R is on renew too in line 2 (give renew another key, or ` +
				`none: renew = [])`},
		{"no way out", "[keys]\nquit_now = \"Q\"",
			`2:12: keys.quit_now: must keep ctrl+c (it is the way out of everything)`},
		// not supported
		{"a key nowhere", "[store]\nkey = \"vault\"",
			`2:7: store.key: must be one of auto, keyring, passphrase, file, env, command`},
		{"a key of a command without one", "[store]\nkey = \"command\"",
			`2:7: store.key: "command" needs store.command (such as ["pass", "show", "lanyard"])`},
		{"a command for nothing", "[store]\nkey = \"env\"\ncommand = [\"pass\"]",
			`3:11: store.command: has no effect without key = "command"`},
		{"a slip in the store", "[store]\nkye = \"env\"",
			`2:1: store.kye: unknown key (did you mean "key"?)`},
		{"a proxy with a password", env + `proxy = "http://u:p@proxy.example"`,
			`4:9: environment "cloud": proxy: must not hold a user name or password (put it into ` +
				`the environment variable HTTPS_PROXY)`},
		{"not built in an application", env + app + `auto_renew = true`,
			`7:1: application "Orders": auto_renew: not supported yet`},
		// headers
		{"a header that is ours",
			env + app + `headers = { X-Tenant = "acme", AUTHORIZATION = "` + canary + `" }`,
			`7:32: application "Orders": headers.AUTHORIZATION: carries the client's credentials,` +
				` and cannot be given here`},
		{"the header of the token",
			env + app + "[application.probe_headers]\nauthorization = { env = \"T\" }",
			`8:1: application "Orders": probe_headers.authorization: carries the token, and ` +
				`cannot be given here`},
		{"a header of the connection", env + app + `headers = { Host = "gw.example" }`,
			`7:13: application "Orders": headers.Host: is set by the connection, and ` +
				`cannot be given here`},
		{"a header of the protocol", env + app + `headers = { Content-Type = "text/plain" }`,
			`7:13: application "Orders": headers.Content-Type: is set by the protocol, and ` +
				`cannot be given here`},
		{"a header with a blank", env + app + `headers = { "X Tenant" = "acme" }`,
			`7:13: application "Orders": headers."X Tenant": is no name of an HTTP header: ` +
				`letters, digits and - make one`},
		{"a header in two cases", env + app + `headers = { X-Tenant = "a", x-tenant = "b" }`,
			`7:29: application "Orders": headers.x-tenant: is given twice: HTTP does not ` +
				`distinguish it from X-Tenant`},
		{"a header with a line break",
			env + app + `headers = { X-Tenant = "` + canary + `\r\nX: y" }`,
			`7:24: application "Orders": headers.X-Tenant: holds a carriage return ` +
				`at character 19`},
		{"a header that is a number", env + app + `headers = { X-Tenant = 1 }`,
			`7:24: application "Orders": headers.X-Tenant: must be a text in quotes or ` +
				SaferForms},
		{"a header of the store", env + app + `headers = { X-Tenant = { stored = true } }`,
			`7:35: application "Orders": headers.X-Tenant.stored: is only for consumer_secret ` +
				`and signing_key`},
		{"a slip in a reference", env + app + `headers = { X-Tenant = { evn = "T" } }`,
			`7:26: application "Orders": headers.X-Tenant.evn: unknown key (did you mean "env"?)`},
		{"headers that are none", env + app + `headers = "X-Tenant: acme"`,
			`7:11: application "Orders": headers: must be a table, such as { X-Tenant = "acme" }`},
		{"a method in small letters", env + app + `probe_method = "post"`,
			`7:16: application "Orders": probe_method: must be an HTTP method in capitals, such ` +
				`as GET, HEAD or POST (did you mean "POST"?)`},
		{"a method that tells the token", env + app + `probe_method = "TRACE"`,
			`7:16: application "Orders": probe_method: must be a method that a token can be sent ` +
				`with: CONNECT and TRACE are not`},
		// grants and client authentication with further keys
		{"device without a place to ask", env + app + `grant = "device_code"`,
			`7:9: application "Orders": grant: device_code needs device_url or issuer ` +
				`in its environment`},
		{"code without a place to go", env + app + `grant = "authorization_code"`,
			`7:9: application "Orders": grant: authorization_code needs authorize_url or issuer ` +
				`in its environment`},
		{"a way back from elsewhere",
			env + "authorize_url = \"https://gw.example/authorize\"\n" + app +
				"grant = \"authorization_code\"\nredirect_url = \"http://app.example/cb\"",
			`9:16: application "Orders": redirect_url: must be http:// on this machine without a ` +
				`query (such as http://127.0.0.1:0/callback; port 0 is a free one)`},
		{"tls without a certificate", env + `client_auth = "tls"`,
			`4:15: environment "cloud": client_auth: "tls" needs client_cert and client_key`},
		{"key without a certificate", env + `client_key = "k.pem"`,
			`4:14: environment "cloud": client_key: has no effect without client_cert`},
		{"not stored", env + app + `consumer_secret = { stored = false }`,
			`7:30: application "Orders": consumer_secret.stored: must be true`},
		{"assertion without anything to sign with", env + app + `grant = "jwt_bearer"`,
			`7:9: application "Orders": grant: jwt_bearer needs signing_key or assertion (such ` +
				`as signing_key = { file = "orders.pem" })`},
		{
			"exchange of nothing",
			env + app + `grant = "token_exchange"`,
			`4:1: application "Orders": subject_token: is needed by the ` +
				`token_exchange grant (give it as ` +
				SaferForms + `)`,
		},
		{"a claim that is set here",
			env + app + "grant = \"jwt_bearer\"\nsigning_key = { file = \"k.pem\" " +
				"}\nassertion_claims = { exp = 1 }",
			`9:28: application "Orders": assertion_claims.exp: is set each time an ` +
				`assertion is signed`},
		{"neither token URL nor issuer", "[[environment]]\nname = \"cloud\"",
			`1:1: environment "cloud": token_url: is missing, and so is issuer, ` +
				`which could provide it`},
		// types
		{"number for a duration", `undo_window = 15`,
			`1:15: undo_window: must be a duration in quotes, such as "15m"`},
		{"no unit", `undo_window = "15"`,
			`1:15: undo_window: is not a duration (write it like "15m" or "45s")`},
		{"neither a duration nor expiry", env + `cache_ttl = "soon"`,
			`4:13: environment "cloud": cache_ttl: is neither a duration nor "expiry" (write it ` +
				`like "15m" or "45s")`},
		{"negative", `due_before = "-1s"`, `1:14: due_before: must not be negative`},
		{"text for a flag", env + `production = "true"`,
			`4:14: environment "cloud": production: must be true or false, without quotes`},
		{"text for a list", env + app + `scopes = "a b"`,
			`7:10: application "Orders": scopes: must be a list of texts, such as ["a", "b"]`},
		{"number for a text", env + app + `username = 7`,
			`7:12: application "Orders": username: must be a text in quotes`},
		{"single brackets", "[environment]\nname = \"x\"",
			`1:1: environment: must begin with two brackets: [[environment]]`},
		{"double brackets", "[[clipboard]]\nvia = \"off\"",
			`1:1: clipboard: must be a table that begins with [clipboard]`},
		{"no such word", `clipboard.via = "osc25"`,
			`1:17: clipboard.via: must be one of auto, system, tmux, osc52, command, off (did ` +
				`you mean "osc52"?)`},
		{"no such key type", env + app + `key_type = "PRODUCTON"`,
			`7:12: application "Orders": key_type: must be one of PRODUCTION, SANDBOX, or empty ` +
				`(did you mean "PRODUCTION"?)`},
		{"command without one", `clipboard.via = "command"`,
			`1:17: clipboard.via: "command" needs clipboard.command`},
		// environments
		{"no URL", "[[environment]]\nname = \"a\"",
			`1:1: environment "a": token_url: is missing, and so is issuer, which ` +
				`could provide it`},
		{"empty URL", "[[environment]]\nname = \"a\"\ntoken_url = \"\"",
			`3:13: environment "a": token_url: is empty`},
		{"no scheme", "[[environment]]\nname = \"a\"\ntoken_url = \"gw.example/token\"",
			`3:13: environment "a": token_url: must be https:// and a host, such as ` +
				`https://api.example`},
		{"bad port", "[[environment]]\nname = \"a\"\n" +
			"token_url = \"https://gw.example:99999/token\"",
			`3:13: environment "a": token_url: must be https:// and a host, such as ` +
				`https://api.example`},
		{"not a URL", "[[environment]]\nname = \"a\"\ntoken_url = \"https://u:" + canary +
			"@gw.exa mple/\"",
			`3:13: environment "a": token_url: is not a URL`},
		{"user in the URL",
			"[[environment]]\nname = \"a\"\ntoken_url = \"https://u:" + canary + "@gw.example/\"",
			`3:13: environment "a": token_url: must not hold a user name or password`},
		{"plain http", "[[environment]]\nname = \"a\"\ntoken_url = \"http://gw.example/\"",
			`3:13: environment "a": token_url: http:// would show secrets to everyone on the way ` +
				`(use https://, or set allow_http = true in its environment)`},
		{"plain http for revoke", env + `revoke_url = "http://gw.example/"`,
			`4:14: environment "cloud": revoke_url: http:// would show secrets to everyone on ` +
				`the way (use https://, or set allow_http = true in its environment)`},
		{"same name", env + env, `5:8: environment "cloud": name: is used already, in line 2`},
		{"@ in a name", strings.Replace(env, "cloud", "a@b", 1),
			`2:8: environment "a@b": name: must not contain @ or / (they separate the parts of ` +
				`NAME@ENVIRONMENT/KEY_TYPE)`},
		{"no patience", env + `timeout = "0s"`,
			`4:11: environment "cloud": timeout: must be more than 0`},
		// applications
		{"no environment", app,
			`1:1: application "Orders": environment: no [[environment]] has this name (there is ` +
				`no [[environment]] at all)`},
		{"which environment", env + strings.ReplaceAll(env, "cloud", "other") + app,
			`7:1: application "Orders": environment: is missing, and there ` +
				`are several environments`},
		{"unknown environment", env + app + `environment = "clod"`,
			`7:15: application "Orders": environment: no [[environment]] has this name (did you ` +
				`mean "cloud"?)`},
		{"no consumer key", env + "[[application]]\nname = \"a\"",
			`4:1: application "a": consumer_key: is missing`},
		{"password grant without a user", env + app + `grant = "password"`,
			`4:1: application "Orders": username: is needed by the password grant`},
		{"two words as a scope", env + app + `scopes = ["a", "b c"]`,
			`7:16: application "Orders": scopes: must be single words without quotes (one text ` +
				`for each scope: ["read", "write"])`},
		{"plain http probe", env + app + `probe_url = "http://api.example/"`,
			`7:13: application "Orders": probe_url: http:// would show secrets to everyone on ` +
				`the way (use https://, or set allow_http = true in its environment)`},
		{"protocol parameter", env + app + `extra = { x = 1, Client_Secret = "` + canary + `" }`,
			`7:18: application "Orders": extra.Client_Secret: is set by the protocol and cannot ` +
				`be given here`},
		{"list as parameter", env + app + `extra = { x = [["` + canary + `"]] }`,
			`7:15: application "Orders": extra.x: must be a text, a number, true or false, ` +
				`or a list of them`},
		{"same label", env + app + strings.Replace(app, `"k"`, `"k2"`, 1),
			`8:8: application "Orders": name: name, environment and key_type are those of the ` +
				`application in line 5`},
		{"same identity", env + app + strings.Replace(app, "Orders", "Bills", 1),
			`9:16: application "Bills": consumer_key: application "Orders" in line 5 makes the ` +
				`same request with the same consumer key, grant and user (their tokens could not ` +
				`be distinguished: remove one, or give it other scopes, audience or resource)`},
		{"colon in the key", env + strings.Replace(app, `"k"`, `"a:b"`, 1),
			`6:16: application "Orders": consumer_key: must not contain : with client_auth = ` +
				`"basic" (use "basic-encoded" or "post")`},
		// references
		{"two references", env + app + `consumer_secret = { env = "A", file = "` + canary + `" }`,
			`7:19: application "Orders": consumer_secret: must be exactly one of ` + SaferForms},
		{"no reference", env + app + `consumer_secret = {}`,
			`7:19: application "Orders": consumer_secret: must be exactly one of ` + SaferForms},
		{"unknown reference",
			env + app + "[application.consumer_secret]\nfiel = \"" + canary + "\"",
			`8:1: application "Orders": consumer_secret.fiel: unknown key (did you mean "file"?)`},
		{"command as a text", env + app + `consumer_secret = { command = "pass ` + canary + `" }`,
			`7:31: application "Orders": consumer_secret.command: must be a list of texts, such ` +
				`as ["a", "b"]`},
		{"empty command", env + app + `consumer_secret = { command = [""] }`,
			`7:31: application "Orders": consumer_secret.command: must begin with the name ` +
				`of a program`},
		{"dollar", env + app + `consumer_secret = { env = "$A" }`,
			`7:27: application "Orders": consumer_secret.env: must be the name of the variable ` +
				`(without the $)`},
		{"empty secret", env + app + `consumer_secret = ""`,
			`7:19: application "Orders": consumer_secret: is empty (leave it out, or use ` +
				SaferForms + `)`},
		// syntax: the messages of the library repeat the value or the whole line
		{"secret without quotes", env + app + "consumer_secret = " + canary,
			`7:19: expected a value here (texts need quotes)`},
		{"digits without quotes", env + app + "consumer_secret = 12" + canary,
			`7:21: expected the end of the line after the value`},
		{"date without quotes", env + app + "consumer_secret = 1979-13-01",
			`7:19: is neither a number nor a date (texts need quotes)`},
		{"quote not closed", env + app + strings.TrimSuffix(secretly, `"`) + "\ngrant = 1",
			`7:38: the text is not closed on its line`},
		{"file ends", env + app + strings.TrimSuffix(secretly, `"`),
			`7:37: the file ends inside a text, a list or a table (is a quote or ` +
				`bracket not closed?)`},
		{"bad escape", env + app + `consumer_secret = "\c` + canary + `"`,
			`7:20: \ starts an escape in "…", but this is no escape (write \\, or put a ` +
				`path in '…')`},
		{"more on the line", env + app + secretly + " x",
			`7:40: expected the end of the line after the value`},
		{"no equals sign", env + app + "consumer_secret \"" + canary + `"`,
			`7:17: expected = after the key`},
		{"twice", env + app + secretly + "\n" + secretly, `8:1: consumer_secret: is defined twice`},
		{"table twice", "[clipboard]\nvia = \"off\"\n[clipboard]",
			`3:2: clipboard: is defined twice`},
		{"too deep", "x = " + strings.Repeat("[", 100000), `1:38: is nested too deeply`},
		{"latin-1", "theme = \"\xe9" + canary + `"`, `1:10: is not UTF-8 text`},
		// several problems
		{"several, in their order",
			"theme = 1\n" + env + "regime = \"x\"\n" + app + "zzz = 1\ncolour = 2",
			"1:9: theme: must be a text in quotes\n" +
				"F:5:10: environment \"cloud\": regime: must be one of auto, opaque, jwt, " +
				"stateless, introspecting\n" +
				"F:9:1: application \"Orders\": zzz: unknown key\n" +
				"F:10:1: application \"Orders\": colour: unknown key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := Parse("F", []byte(tt.text), themes.Set{})
			var ce *Error
			if !errors.As(err, &ce) || cfg != nil {
				t.Fatalf("got %v, %v", cfg, err)
			}
			if got := err.Error(); got != "F:"+tt.want {
				t.Errorf("got\n%s\nwant\nF:%s", got, tt.want)
			}
			if strings.Contains(err.Error(), canary) {
				t.Error("the secret is in the error")
			}
			// the same with CRLF line ends and a byte order mark
			crlf := "\ufeff" + strings.ReplaceAll(tt.text, "\n", "\r\n")
			_, err = Parse("F", []byte(crlf), themes.Set{})
			if err == nil || err.Error() != "F:"+tt.want {
				t.Errorf("with CRLF and BOM got\n%v\nwant\nF:%s", err, tt.want)
			}
		})
	}
}

// With a fault in the first of three elements the library reports the last one; Parse must name the
// first.
func TestConfigFaultInOneOfThree(t *testing.T) {
	for i, name := range []string{"A", "B", "C"} {
		text := env
		for _, n := range []string{"A", "B", "C"} {
			x := map[bool]string{true: "[[]]", false: "1"}[n == name]
			text += "[[application]]\nname = \"" + n + "\"\nconsumer_key = \"" + n +
				"\"\n[application.extra]\nx = " + x + "\n"
		}
		_, err := Parse("F", []byte(text), themes.Set{})
		want := fmt.Sprintf(
			"F:%d:5: application %q: extra.x: must be a text, a number, true or false, or a "+
				"list of them", 8+5*i, name)
		if err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// BenchmarkConfigLongLine took a minute and a half when columns were counted from the start of the
// line.
func BenchmarkConfigLongLine(b *testing.B) {
	text := []byte("x = [" + strings.Repeat("1,", 400000) + "]")
	for b.Loop() {
		if _, err := Parse("F", text, themes.Set{}); err == nil {
			b.Fatal("x is no key")
		}
	}
}

func TestConfigErrorStopsCounting(t *testing.T) {
	var b strings.Builder
	for i := range 60 {
		b.WriteString("q" + strings.Repeat("z", i) + " = 1\n")
	}
	_, err := Parse("F", []byte(b.String()), themes.Set{})
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 51 ||
		lines[50] != "F: 10 more problems" {
		t.Errorf("%d lines, the last: %s", len(lines), lines[len(lines)-1])
	}
}

// FuzzParseConfig puts a secret in its place between any two texts. No message may contain it.
func FuzzParseConfig(f *testing.F) {
	f.Add(env+app, "")
	f.Add(env+app+"grant = \"password\"\nusername = \"u\"\n", "password = \"x\"\nscopes = [1]")
	f.Add(env+app, "consumer_secret = 1")
	f.Add(env+app+"[application.extra]\n", "\"é\\u0041\" . b = [{x=1,},]")
	f.Add("a = \"\"\"", "\"\"\"\n[[environment]]\nname=1\n[[x.y]]\n[x.y.z]")
	f.Add("a = '''\n", "'''' x")
	f.Add("x = [ {", "}]")
	f.Fuzz(func(t *testing.T, before, after string) {
		data := []byte(before + `consumer_secret = "` + canary + `"` + "\n" + after)
		cfg, err := Parse("F", data, themes.Set{})
		var printed string
		if err != nil {
			printed = err.Error()
			var ce *Error
			if !errors.As(err, &ce) || len(ce.Problems) == 0 {
				t.Fatalf("%T with nothing in it: %v", err, err)
			}
			for _, p := range ce.Problems {
				if p.Line < 1 || p.Line > bytes.Count(data, []byte("\n"))+1 || p.Column < 1 {
					t.Fatalf("%+v is not in the file", p)
				}
			}
		} else {
			printed = strings.Join(cfg.Warnings, "\n")
		}
		if strings.Contains(printed, canary) && !namesHold(data, canary) {
			t.Fatalf("the secret is in: %s", printed)
		}
	})
}

// namesHold reports whether the text is in a name of an environment or application, which messages
// repeat.
func namesHold(data []byte, text string) bool {
	var v struct{ Environment, Application []struct{ Name string } }
	_, _ = toml.Decode(string(data), &v)
	for _, e := range append(v.Environment, v.Application...) {
		if strings.Contains(e.Name, text) {
			return true
		}
	}
	return false
}
