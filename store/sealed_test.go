package store_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func canaries(text string) []string {
	return []string{text, base64.StdEncoding.EncodeToString([]byte(text)),
		base64.RawURLEncoding.EncodeToString([]byte(text)), url.QueryEscape(text),
		fmt.Sprintf("%x", text)}
}

func TestNoSecretOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	texts := []string{"canary/access+1=é", "canary/refresh+2=é", "canary/id+3=é",
		"canary/consumer+4=é", "canary/old+5=é"}
	update(t, s, func(w console.Writer) error {
		return errors.Join(
			w.PutApplication(console.Application{ID: "p"},
				console.Secrets{Access: secret.New(texts[3])}),
			w.PutToken(&console.Token{ID: "a", Fingerprint: "witness1"}),
			w.PutSecrets("a", console.Secrets{Access: secret.New(texts[4])}))
	})
	want := console.Secrets{Access: secret.New(texts[0]), Refresh: secret.New(texts[1]),
		ID: secret.New(texts[2])}
	update(t, s, func(w console.Writer) error { return w.PutSecrets("a", want) })
	view(t, s, func(r console.Reader) error {
		got, err := r.Secrets("a")
		if !got.Access.Equal(want.Access) || !got.Refresh.Equal(want.Refresh) ||
			!got.ID.Equal(want.ID) {
			t.Error("the secrets did not come back")
		}
		return err
	})
	sweep := func(names ...string) {
		t.Helper()
		witness := false
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			witness = witness || strings.Contains(string(b), "witness1")
			for _, text := range texts {
				for _, c := range canaries(text) {
					if strings.Contains(string(b), c) {
						t.Errorf("%s holds %q", name, c)
					}
				}
			}
		}
		if !witness {
			t.Error("looked in the wrong files")
		}
	}
	sweep("lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.key")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sweep("lanyard.db", "lanyard.key")
	if _, err := os.Stat(filepath.Join(dir, "lanyard.db-wal")); err == nil {
		t.Error("the write-ahead log was not folded in")
	}
}

func TestMovedAndAlteredSecretsAreRefused(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) *store.Store {
		s := memory(t)
		update(t, s, func(w console.Writer) error {
			sec := func(p string) console.Secrets {
				return console.Secrets{Access: secret.New(p + "access"),
					Refresh: secret.New(p + "refresh"), ID: secret.New(p + "id")}
			}
			return errors.Join(
				w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", sec("a")),
				w.PutToken(&console.Token{ID: "b"}), w.PutSecrets("b", sec("b")),
				w.PutApplication(console.Application{ID: "a"}, sec("p")))
		})
		return s
	}
	for name, query := range map[string]string{
		"another row's": "UPDATE token_secret SET access = (SELECT access FROM token_secret " +
			"WHERE token_id = 'b') WHERE token_id = 'a'",
		"another column's": "UPDATE token_secret SET access = refresh WHERE token_id = 'a'",
		"another table's": "UPDATE token_secret SET access = (SELECT consumer FROM " +
			"application_secret) WHERE token_id = 'a'",
		"altered": "UPDATE token_secret SET id_token = CAST(substr(id_token, 1, " +
			"length(id_token) - 8) || zeroblob(8) AS BLOB) WHERE token_id = 'a'",
		"cut": "UPDATE token_secret SET refresh = substr(refresh, 1, 30) WHERE token_id = 'a'",
		"of another form": "UPDATE token_secret SET refresh = CAST(x'01' || substr(refresh, " +
			"2) AS BLOB) WHERE token_id = 'a'",
		"renamed": "UPDATE token_secret SET access = (SELECT access FROM token_secret " +
			"WHERE token_id = 'b'), refresh = (SELECT refresh FROM token_secret WHERE token_id " +
			"= 'b'), id_token = (SELECT id_token FROM token_secret WHERE token_id = 'b') WHERE " +
			"token_id = 'a'",
		"consumer's": "UPDATE application_secret SET consumer = (SELECT access FROM " +
			"token_secret WHERE token_id = 'a')",
	} {
		t.Run(name, func(t *testing.T) {
			s := setup(t)
			if n, err := s.Exec(query); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			view(t, s, func(r console.Reader) error {
				got, err := r.Secrets("a")
				if name == "consumer's" {
					got, err = r.ConsumerSecret("a")
				}
				if !errors.Is(err, store.ErrKey) ||
					got.Access.Reveal()+got.Refresh.Reveal()+got.ID.Reveal() != "" {
					t.Errorf("got %v", err)
				}
				for _, leak := range []string{"access", "refresh", "id"} {
					if err != nil && strings.Contains(err.Error(), "a"+leak) {
						t.Errorf("the error tells: %v", err)
					}
				}
				_, err = r.Secrets("b")
				return err
			})
		})
	}
}

func TestNothingIsSealedTwiceAlike(t *testing.T) {
	s := memory(t)
	same := console.Secrets{Access: secret.New("same")}
	seen := map[string]bool{}
	for range 3 {
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutSecrets("a", same))
		})
		v, err := s.Text("SELECT hex(access) FROM token_secret")
		if err != nil || seen[v] {
			t.Error(v, err)
		}
		seen[v] = true
	}
}
