package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A token that is given in place of another argument is not repeated: not by an error, in JSON, or
// by a suggestion.
func TestTokensInArgumentsAreNotEchoed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(config,
		[]byte("[[environment]]\nname = \"e\"\ntoken_url = "+
			"\"http://127.0.0.1:1/token\"\n[[application]]\nname = \"Orders\"\nconsumer_key = "+
			"\"k\"\nconsumer_secret = \"s\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiJjNG4ifQ.c2ln", "3f9ca71e-5f70-4c2e-9a56-0d9c1e3f7a10",
		"gho_16C7e42F292c6912E7710c838347Ae178B4a",
		"c4n/access+token~1==", "Bearer c4n-opaque-1", `c4n"Q7xW2mK9\pR4tL8vB3nZ`,
		"d131dd02c5e6eec4693d9a06", "app_tofpb2obdwtv2ltl2a", "sk_tofpb2obdwtv2ltl2a",
	} {
		for _, args := range [][]string{
			{"T"}, {"--T"}, {"-T"}, {"token", "T"}, {"token", "Orders", "T"}, {"token", "--T"},
			{"token", "--T=x"}, {"token", "--scope"}, {"token", "Orders", "--as", "T"},
			{"token", "Orders", "--grant", "T"},
			{"token", "Orders", "--as=T"}, {"renew", "T"}, {"revoke", "T", "--yes"},
			{"revoke", "Orders", "T", "--yes"}, {"revoke", "--app", "T", "--yes"}, {"forget", "T"},
			{"probe", "T"}, {"probe", "Orders", "T"},
			{"probe", "T", "--every", "T"}, {"inspect", "T"}, {"introspect", "T"}, {"tokens", "T"},
			{"tokens", "--app", "T"}, {"apps", "T"}, {"apps", "set-secret", "T"}, {"import", "T"},
			{"import", "portal", "T"}, {"import", "curl", "T"},
			{"import", "env", "T", "--name", "X"},
			{"import", "curl", "T", "--name", "T", "--env", "T", "--key-type", "T"},
			{"log", "--app", "T"}, {"log", "--token", "T"}, {"log", "--since", "T"}, {"key", "T"},
			{"key", "set", "T"}, {"config", "T"}, {"themes", "T"}, {"themes", "show", "T"},
			{"help", "T"},
			{"completion", "T"}, {"doctor", "--env", "T"}, {"sandbox", "--profile", "T"},
			{"sandbox", "--addr", "T"}, {"sandbox", "--token-ttl", "T"}, {"restore", "T"},
			{"version", "T"}, {"revocations", "T"},
		} {
			for _, more := range [][]string{nil, {"--json"}} {
				given := append(
					[]string{"--config", config, "--state", filepath.Join(dir, "state")}, args...)
				for i := range given[4:] {
					given[4+i] = strings.ReplaceAll(given[4+i], "T", token)
				}
				given = append(given, more...)
				var stdout, stderr bytes.Buffer
				run(t.Context(), given, []string{"HOME=" + dir}, strings.NewReader(""), &stdout,
					&stderr, Embedded{}, time.Now)
				out := stdout.String() + stderr.String()
				for i := 0; i+12 <= len(token); i++ {
					if strings.Contains(out, token[i:i+12]) {
						t.Errorf("%q %v: %s", args, more, strings.ReplaceAll(out, token, "TOKEN"))
						break
					}
				}
			}
		}
	}
}

// Other arguments are named in errors.
func TestOtherArgumentsAreEchoed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"Orders", "a-rather-long-application-name", "3f9ca71e",
		"t_abcdefghijkl", "app_tofpb2obdwtv2ltl", "Orders PRODUCTION", "pizza.shack.v1",
		filepath.Join(dir, "tmp.Xy7aK2p9Qr5tU8wZ.age")} {
		for _, args := range [][]string{{name}, {"restore", name}, {"token", name}} {
			var stdout, stderr bytes.Buffer
			given := append(
				[]string{"--config", filepath.Join(dir, "no.toml"), "--state",
					filepath.Join(dir, "state")}, args...)
			run(t.Context(), given, []string{"HOME=" + dir}, strings.NewReader(""), &stdout,
				&stderr, Embedded{}, time.Now)
			if out := stdout.String() + stderr.String(); strings.Contains(out, "•••") ||
				len(args) == 1 && !strings.Contains(out, name) {
				t.Errorf("%q: %s", args, out)
			}
		}
	}
}
