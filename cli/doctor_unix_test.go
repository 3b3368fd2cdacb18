//go:build unix

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lanyard/console"
)

// The key of a TLS client certificate must be as private as a password.
func TestDoctorLooksWhoCanUseTheClientKey(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	cert, key := filepath.Join(home, "client.crt"), filepath.Join(home, "client.key")
	for _, c := range []struct {
		own  bool // the key is in the certificate's file
		mode fs.FileMode
		bad  bool
	}{{false, 0o600, false}, {false, 0o400, false}, {false, 0o640, true}, {false, 0o604, true},
		{true, 0o644, true}, {true, 0o600, false}} {
		e := console.Environment{Name: "cloud", ClientCert: cert, ClientKey: key}
		of := key
		if c.own {
			e.ClientKey, of = "", cert
		}
		for _, path := range []string{cert, key} {
			mode := fs.FileMode(0o644) // a file without a key may be readable by all
			if path == of {
				mode = c.mode
			}
			_ = os.Remove(path) // the file before may be read-only
			if err := errors.Join(os.WriteFile(path, nil, 0o600),
				os.Chmod(path, mode)); err != nil {
				t.Fatal(err)
			}
		}
		d := &doctor{p: &program{ctx: t.Context(), clock: time.Now}}
		d.checkOwnCertificate(e)
		if !c.bad && len(d.found) == 0 {
			continue
		}
		if !c.bad || len(d.found) != 1 || d.found[0].Status != warned ||
			!strings.Contains(d.found[0].Found,
				fmt.Sprintf("cloud: client_key %s can be used by other users (%04o)", of,
					c.mode)) ||
			*d.found[0].Fix != "chmod 600 "+shellQuote(of) {
			t.Errorf("%+v: %+v", c, d.found)
		}
	}
}
