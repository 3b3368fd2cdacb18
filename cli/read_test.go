package cli

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/themes"
	"lanyard/tokenapi/secret"
)

// inTOML quotes a text as a TOML string.
func inTOML(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\U%08X`, r)
	}
	return `"` + b.String() + `"`
}

// TestTypeChild is no test: it is a program that prints a file.
func TestTypeChild(t *testing.T) {
	file := os.Getenv("LANYARD_TEST_TYPE")
	if file == "" {
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.Write(data)
	os.Exit(0)
}

// Every source of secrets is read by the same rules.
func TestSecretsAreReadOneWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	t.Setenv("LANYARD_TEST_TYPE", file)
	// otherwise each child of a -race run ends a second late
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	stdin := func(raw string) *program {
		return &program{ctx: t.Context(), stdin: strings.NewReader(raw)}
	}
	ways := map[string]func(raw string) (secret.Text, error){
		"env": func(raw string) (secret.Text, error) {
			env := func(string) (string, bool) { return raw, true }
			return config.SecretRef{Env: "S"}.Resolve(t.Context(), env)
		},
		"file": func(raw string) (secret.Text, error) {
			if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			return config.SecretRef{File: file}.Resolve(t.Context(), nil)
		},
		"command": func(raw string) (secret.Text, error) {
			if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			ref := config.SecretRef{Command: []string{os.Args[0], "-test.run=^TestTypeChild$"}}
			return ref.Resolve(t.Context(), nil)
		},
		"literal": func(raw string) (secret.Text, error) {
			cfg, err := config.Parse("F", []byte(
				"[[environment]]\nname = \"e\"\ntoken_url = \"https://e.example/token\"\n"+
					"[[application]]\nname = \"A\"\nconsumer_key = \"k\"\nconsumer_secret = "+
					inTOML(raw)+"\n"), themes.Set{})
			if err != nil {
				return secret.Text{}, err
			}
			name := config.SecretName{App: cfg.Applications[0].ConfigID,
				Kind: console.ConsumerSecret}
			return cfg.Secrets[name].Literal, nil
		},
		"standard input": func(raw string) (secret.Text,
			error) {
			return stdin(raw).readSecret(console.ConsumerSecret)
		},
	}
	for _, c := range []struct{ raw, want, bad string }{
		{"s3cret-of-mine", "s3cret-of-mine", ""},
		{"\ufeffs3cret-of-mine\n", "s3cret-of-mine", ""},
		{"s3cret-of-mine\n", "s3cret-of-mine", ""},
		{"s3cret-of-mine\r\n\n", "s3cret-of-mine", ""},
		{" s3cret of mine ", " s3cret of mine ", ""},
		{"s3cr\xe9t-of-mine\n", "s3cr\xe9t-of-mine", ""},
		{"", "", "is empty"},
		{"\ufeff\r\n", "", "is empty"},
		{"s3cret\tof-mine", "", "holds a TAB at character 7"},
		{"s3cret\nof-mine\n", "", "holds a line feed at character 7"},
		{"s3cret-of-mine\x00", "", "holds a NUL at character 15"},
		{"s3cret\x1b[Dof-mine", "", "holds an ESC at character 7"},
		{"\xff\xfes\x003\x00c\x00r\x00e\x00t\x00", "", "Set-Content"},
	} {
		for name, way := range ways {
			if name == "literal" && !utf8.ValidString(c.raw) { // the file is UTF-8 text
				continue
			}
			got, err := way(c.raw)
			if got.Reveal() != c.want || (err == nil) != (c.bad == "") ||
				!strings.Contains(fmt.Sprint(err), c.bad) && c.bad != "" {
				t.Errorf("%s: %q: got %q, %v", name, c.raw, got.Reveal(), err)
			}
			if err != nil && strings.Contains(err.Error(), "3cr") {
				t.Errorf("%s: the error shows the secret: %v", name, err)
			}
		}
	}
}

// A signing key from any source may have several lines.
func TestKeysAreReadOneWay(t *testing.T) {
	t.Parallel()
	const pem = "-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----"
	ref := config.SecretRef{Env: "S", Lines: true}
	for raw, bad := range map[string]string{"\ufeff" + pem + "\r\n\n": "", pem: "",
		pem + "\n\x00": "holds a NUL at character 1 of line 4", "\xff\xfe-\x00": "Set-Content"} {
		got, err := ref.Resolve(t.Context(), func(string) (string, bool) { return raw, true })
		in, inErr := (&program{ctx: t.Context(), stdin: strings.NewReader(raw)}).readSecret(
			console.SigningKey)
		for _, err := range []error{err, inErr} {
			if (err == nil) != (bad == "") || err != nil && !strings.Contains(err.Error(), bad) {
				t.Errorf("%q: got %v", raw, err)
			}
		}
		if !got.Equal(in) || bad == "" && got.Reveal() != pem {
			t.Errorf("%q: got %q and %q", raw, got.Reveal(), in.Reveal())
		}
	}
}

// A token from standard input may have line breaks, but no other control characters.
func TestTokensAreReadOneWay(t *testing.T) {
	t.Parallel()
	for raw, bad := range map[string]string{
		"\ufeff\"Bearer\n abc\"\r\n": "", " \n": "is empty", "\"\"": "is empty",
		"abc\x00": "holds a NUL at character 4 of line 1", "\xff\xfea\x00": "Set-Content",
	} {
		if _, err := (&program{ctx: t.Context(), stdin: strings.NewReader(raw)}).readToken(
			""); (err == nil) != (bad == "") || err != nil && !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: got %v", raw, err)
		}
	}
}

// A new passphrase is read like other secrets, and a backup of an older version can be opened.
func TestPassphrasesAreReadOneWay(t *testing.T) {
	t.Parallel()
	for raw, bad := range map[string]string{
		"\ufefflong enough\r\n": "", "long\tenough\n": "holds a TAB at character 5",
		"\n": "no further passphrase", "\ufeff\n": "fewer than 8",
	} {
		s := passphrases{p: &program{ctx: t.Context(), stderr: &strings.Builder{}},
			lines: bufio.NewReader(strings.NewReader(raw))}
		phrase, err := s.choose("a store")
		if (err == nil) != (bad == "") || err != nil && !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: got %v", raw, err)
		}
		if err != nil {
			continue
		}
		to, err := passphraseRecipients(phrase)
		if err != nil || len(to) != 1 {
			t.Error(err)
		}
		if who, err := passphraseIdentities(phrase); err != nil || len(who) != 3 {
			t.Errorf("%q: %d ways to read it, %v", raw, len(who), err)
		}
	}
	for _, text := range []string{
		"\ufeffage1nua4p7j3g7amcgruwuvr6k8gdgq9r0uvtg62jzyskq4erl2ev56syeeys4\r\n"} {
		if to, err := parseRecipients(text); err != nil || len(to) != 1 {
			t.Error(err)
		}
	}
}
