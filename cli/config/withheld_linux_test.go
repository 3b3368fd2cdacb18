package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/console"
)

// After the configuration was read, child processes do not get the variables that it names as
// secrets. The run itself still has them.
func TestWithheld(t *testing.T) {
	t.Setenv("LANYARD_TEST_ORDERS", "canary-env")
	t.Setenv("LANYARD_TEST_ANA", "canary-env")
	t.Setenv("LANYARD_TEST_OTHER", "not a secret")
	env := os.Environ()
	file := filepath.Join(t.TempDir(), "config.toml")
	const text = "[[environment]]\nname = \"e\"\ntoken_url = " +
		"\"http://127.0.0.1:1/token\"\n[[application]]\nname = \"Orders\"\nenvironment = \"e\"\n" +
		"consumer_key = \"k\"\nconsumer_secret = { env = \"LANYARD_TEST_ORDERS\" }\ngrant = " +
		"\"password\"\nusername = \"ana\"\npassword = { env = \"LANYARD_TEST_ANA\" }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Paths{Config: file}.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, kv := range os.Environ() {
		if strings.Contains(kv, "canary-env") {
			t.Errorf("a program started now inherits %s", kv)
		}
	}
	if os.Getenv("LANYARD_TEST_OTHER") == "" {
		t.Error("more than the secrets was taken")
	}
	v := cfg.Vault(func(name string) (string, bool) {
		for _, kv := range env {
			if v, ok := strings.CutPrefix(kv, name+"="); ok {
				return v, true
			}
		}
		return "", false
	})
	for _, kind := range []console.SecretKind{console.ConsumerSecret, console.Password} {
		if got, err := v.Secret(t.Context(), cfg.Applications[0], kind); err != nil ||
			got.Reveal() != "canary-env" {
			t.Errorf("%s: %v, %v", kind, got, err)
		}
	}
}
