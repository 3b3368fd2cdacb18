package leak

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"lanyard/tokenapi/secret"
)

// sweepCommands runs every command, in text and JSON, with success and failure. It checks that each
// prints only what was requested, and that nothing is stored in the clear.
func sweepCommands(t *testing.T, y *tally) {
	srv := httptest.NewServer(echoServer())
	t.Cleanup(srv.Close)
	p := newPlace(t, y, srv.URL)
	sweep := p.sweepOf

	// A command that prints a token prints nothing else, and only on stdout.
	for _, as := range []string{"bare", "header", "env", "json", "curl"} {
		stdout, stderr, code := p.run("token", "Users", "--as", as)
		if code != 0 || !bytes.Contains([]byte(stdout), []byte(accessCanary.text)) {
			t.Fatalf("token --as %s: exit %d, %q, %s", as, code, stdout, stderr)
		}
		p.sweep("commands", "stderr of token --as "+as, stderr)
		for _, l := range leaks([]byte(stdout), []canary{secretCanary, passwordCanary}) {
			t.Errorf("token --as %s prints %s", as, l)
		}
	}
	fingerprint := func(c canary) string { return secret.New(c.text).Fingerprint() }
	const usage, refused, missing = 2, 3, 5
	for _, c := range []struct {
		code int
		args string
	}{
		{0, "apps"}, {0, "apps --json"}, {0, "tokens"}, {0, "tokens --json"}, {0, "tokens --all"},
		{0, "revocations"},
		{0, "token Orders --dry-run"}, {0, "token Orders --dry-run --json"},
		{0, "renew Users --dry-run"}, {0, "renew Users --dry-run --json"},
		{0, "revoke Users --dry-run"}, {0, "revoke Users --dry-run --json"},
		{0, "probe " + fingerprint(accessCanary) + " --dry-run"},
		{refused, "token Broken"}, {refused, "token Broken --json"},
		{refused, "probe " + fingerprint(accessCanary)},
		{refused, "probe " + fingerprint(accessCanary) + " --json"}, {0, "renew Users"},
		{0, "tokens --all"}, {0, "tokens --all --json"},
		{refused, "probe " + fingerprint(access2Canary)}, {0, "revoke Users --all --yes"},
		{0, "revocations"}, {0, "revocations --json"},
		{missing, "renew Nobody"}, {missing, "renew Nobody --json"}, {usage, "revoke"},
		{usage, "tokens nonsense --json"},
		{0, "config check"}, {0, "config path"}, {0, "version"}, {0, "themes"},
	} {
		sweep(c.code, strings.Fields(c.args)...)
	}
	p.stdin = strings.Join([]string{"apps", "get Users", "tokens", "copy Users", "probe Users",
		"renew Users", "inspect " + fingerprint(access2Canary), "get Broken",
		"get Device", "get Signer", leakedCanary.text, "Bearer " + leakedCanary.text,
		"get " + leakedCanary.text, "probe " + leakedCanary.text,
		"revoke Users", "wait", "gateway", "log all", "help", "cancel", "quit"}, "\n") + "\n"
	sweep(0, "--plain")
	p.stdin = "Bearer \"" + leakedCanary.text + "\"\n"
	for _, c := range []struct {
		code int
		args string
	}{
		{0, "introspect " + fingerprint(access2Canary)},
		{0, "introspect " + fingerprint(access2Canary) + " --json"},
		{0, "introspect " + fingerprint(access2Canary) + " --dry-run"},
		{0, "inspect " + fingerprint(access2Canary)},
		{0, "inspect -"}, {0, "inspect - --json"}, {refused, "probe Orders -"},
		{refused, "probe Orders - --json"},
		{0, "probe Orders - --dry-run"}, {0, "revoke Orders - --dry-run"}, {0, "revoke Orders -"},
		{0, "revocations"},
		{0, "token Device --dry-run"}, {refused, "token Device"}, {refused, "token Device --json"},
		{usage, "token Signer"}, {usage, "token Signer --json"},
	} {
		sweep(c.code, strings.Fields(c.args)...)
	}
	p.stdin = portalCanary.text + "\n"
	for _, user := range []string{"eve", "ana"} {
		sweep(refused, "import", "portal", srv.URL, "--user", user, "--secret-stdin")
		sweep(refused, "import", "portal", srv.URL, "--user", user, "--secret-stdin", "--json")
		sweep(0, "import", "portal", srv.URL, "--user", user, "--secret-stdin", "--dry-run")
	}
	p.stdin = secretCanary.text + "\n"
	sweep(usage, "apps", "set-secret", "Orders", "--secret-stdin")
	p.stdin = "CLIENT_ID=pasted\nTOKEN_URL=" + srv.URL + "/token?api_key=" + secretCanary.text +
		"\nCLIENT_SECRET=" + secretCanary.text + "\nOTHER=" + secretCanary.text + "\n" +
		secretCanary.text + "\n"
	sweep(0, "import", "env", "-", "--name", "Pasted", "--dry-run")
	sweep(0, "import", "env", "-", "--name", "Pasted")
	sweep(usage, "import", "env", "-", "--name", "Again")
	p.stdin = "curl -u 'pasted:" + secretCanary.text +
		"' -d grant_type=client_credentials -H 'X-Key: " + secretCanary.text + "' -d x=" +
		secretCanary.text + " " + srv.URL + "/token '" + secretCanary.text
	sweep(usage, "import", "curl", "-", "--name", "Again")
	p.stdin += "'"
	sweep(0, "import", "curl", "-", "--name", "Lined", "--dry-run")
	p.stdin = ""
	sweep(0, "log")
	sweep(0, "log", "--json")
	p.sweepFiles("files")
}

// sweepOf runs a command and sweeps its output.
func (p *place) sweepOf(want int, args ...string) {
	p.t.Helper()
	if p.skipVariant(args) {
		return
	}
	stdout, stderr, code := p.run(args...)
	if code != want {
		p.t.Errorf("%s: exit %d, want %d: %s", args, code, want, stderr)
	}
	p.sweep("commands", strings.Join(args, " "), stdout+"\n"+stderr)
}

// sweepCare runs the commands that maintain the store: its key, its backups, its log.
func sweepCare(t *testing.T, y *tally) {
	srv := httptest.NewServer(echoServer())
	t.Cleanup(srv.Close)
	p := newPlace(t, y, srv.URL)
	const usage, locked = 2, 6
	sweep := p.sweepOf
	for _, args := range []string{"token Users", "renew Users", "revoke Users --all --yes"} {
		if _, stderr, code := p.run(strings.Fields(args)...); code != 0 {
			t.Fatalf("%s: exit %d, %s", args, code, stderr)
		}
	}
	for _, args := range []string{"log", "log --json", "log --app Users", "key status",
		"key status --json"} {
		sweep(0, strings.Fields(args)...)
	}
	sweep(0, "doctor", "--offline")
	sweep(0, "doctor", "--offline", "--json")
	sweep(0, "doctor")
	sweep(0, "key", "rotate")
	p.stdin = slotCanary.text + "\n"
	if full() { // deriving a key from the passphrase takes more than a second
		sweep(0, "backup", "backup.age", "--secret-stdin")
		sweep(usage, "backup", "backup.age", "--secret-stdin")
		sweep(usage, "backup", "other.age", "--recipient", "AGE-SECRET-KEY-1"+slotCanary.text)
		sweep(usage, "restore", "backup.age", "--secret-stdin")
		sweep(0, "restore", "backup.age", "--secret-stdin", "--replace")
	}
	sweep(0, "key", "set", "passphrase", "--secret-stdin")
	p.stdin = ""
	sweep(locked, "token", "Users")
	sweep(locked, "token", "Users", "--json")
	sweep(0, "tokens", "--all")
	p.stdin = otherCanary.text + "\n" + otherCanary.text + "\n"
	sweep(locked, "key", "rotate", "--secret-stdin")
	if full() {
		sweep(locked, "restore", "backup.age", "--secret-stdin", "--replace")
	}
	p.stdin = slotCanary.text + "\n"
	sweep(0, "key", "set", "file", "--secret-stdin")
	p.sweepFiles("files")
}
