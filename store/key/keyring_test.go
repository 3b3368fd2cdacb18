package key_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// A call of the keyring is waited for three seconds, or thirty if a person has requested it and may
// have to type.
func TestKeyringIsNotWaitedForLong(t *testing.T) {
	if brief, asked := key.KeyringLimits(); brief != 3*time.Second || asked != 30*time.Second {
		t.Error(brief, asked)
	}
}

// fakeRing is a keyring that counts its calls.
type fakeRing struct{ calls int }

func (f *fakeRing) Get(string, string) (string, error) { f.calls++; return "", nil }
func (f *fakeRing) Set(string, string, string) error   { f.calls++; return nil }
func (f *fakeRing) Delete(string, string) error        { f.calls++; return nil }

func TestKeyringParametersOfSomebodyElse(t *testing.T) {
	ring := &fakeRing{}
	slot := key.OnRing(ring, time.Minute, time.Minute, func() error { return nil })
	long := `{"user":"store-` + strings.Repeat("x", 5000) + `"}`
	for _, params := range []string{`{"user":"mail"}`, `{}`, `[`, long} {
		_, err := slot.Key(t.Context(), []byte(params), secret.Text{})
		err2 := slot.Forget(t.Context(), []byte(params))
		if err == nil || err2 == nil || ring.calls > 0 {
			t.Errorf("%.30s: %v %v", params, err, err2)
		}
	}
}

func TestSessionBusIsLookedForFirst(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	env := func(kv ...string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			for i := 0; i < len(kv); i += 2 {
				if kv[i] == name {
					return kv[i+1], true
				}
			}
			return "", false
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, lookup := range []func(string) (string, bool){
		env(), env("XDG_RUNTIME_DIR", t.TempDir()), env("XDG_RUNTIME_DIR", dir),
		env("DBUS_SESSION_BUS_ADDRESS", "autolaunch:"),
		env("DBUS_SESSION_BUS_ADDRESS", "autolaunch:scope=*install-path"),
		env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/x;autolaunch:"),
	} {
		if err := key.SessionBus(lookup); err == nil {
			t.Error("looked for a bus that is not there")
		}
	}
	if got := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); got != "unix:path=/nowhere" {
		t.Error(got)
	}
	if err := key.SessionBus(env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")); err != nil {
		t.Error(err)
	}
	odd := filepath.Join(dir, "a b;é")
	if err := os.Mkdir(odd, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(odd, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	err = key.SessionBus(env("XDG_RUNTIME_DIR", odd))
	got := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	path, ok := strings.CutPrefix(got, "unix:path=/")
	if err != nil || !ok || !strings.HasSuffix(path, "/a%20b%3b%c3%a9/bus") {
		t.Error(got, err)
	}
}
