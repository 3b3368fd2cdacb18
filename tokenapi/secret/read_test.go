package secret_test

import (
	"errors"
	"strings"
	"testing"

	"lanyard/tokenapi/secret"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, want, bad string }{
		{"plain", "s3cret", "s3cret", ""},
		{"byte order mark", "\ufeffs3cret", "s3cret", ""},
		{"byte order mark, line end", "\ufeffs3cret\r\n", "s3cret", ""},
		{"line ends of each kind", "s3cret\n\r\n\r", "s3cret", ""},
		{"spaces", "  s3 cret  \n", "  s3 cret  ", ""},
		{"only spaces", "  \n", "  ", ""},
		{"no-break space at the end", "s3cret\u00a0\n", "s3cret\u00a0", ""},
		{"mark in the middle", "s3\ufeffcret", "s3\ufeffcret", ""},
		{"not UTF-8", "\x85s3\xe9cret\xff\n", "\x85s3\xe9cret\xff", ""},
		{"letters", "pässwörd日本\n", "pässwörd日本", ""},
		{"empty", "", "", "is empty"},
		{"only a mark and line ends", "\ufeff\r\n\n", "", "is empty"},
		{"line feed", "ab\ncd\n", "", "holds a line feed at character 3"},
		{"line feed before", "\ns3cret", "", "holds a line feed at character 1"},
		{"carriage return", "ab\rcd", "", "holds a carriage return at character 3"},
		{"TAB at the end", "abcd\t", "", "holds a TAB at character 5"},
		{"TAB after a mark and letters", "\ufeffä\t", "", "holds a TAB at character 2"},
		{"TAB after bytes", "\xe9\xe8\tx", "", "holds a TAB at character 3"},
		{"NUL", "ab\x00", "", "holds a NUL at character 3"},
		{"arrow key", "ab\x1b[D", "", "holds an ESC at character 3"},
		{"DEL", "\x7f", "", "holds a DEL at character 1"},
		{"bell", "\a", "", "holds the control character U+0007 at character 1"},
		{"C1", "ab\u009b", "", "holds the control character U+009B at character 3"},
		{"UTF-16", "\xff\xfes\x003\x00", "", secret.ErrUTF16.Error()},
		{"UTF-16, big", "\xfe\xff\x00s\x003", "", secret.ErrUTF16.Error()},
		{"UTF-16 without a mark", "s\x003\x00", "", "holds a NUL at character 2"},
	} {
		got, err := secret.Read(c.raw)
		if got.Reveal() != c.want || (err == nil) != (c.bad == "") ||
			err != nil && err.Error() != c.bad {
			t.Errorf("%s: got %q, %v", c.name, got.Reveal(), err)
		}
	}
}

func TestReadLines(t *testing.T) {
	t.Parallel()
	const pem = "-----BEGIN X-----\r\nYQ==\n\tYg==\n-----END X-----"
	for _, c := range []struct{ name, raw, want, bad string }{
		{"PEM", pem + "\r\n\n", pem, ""},
		{"behind a mark", "\ufeff" + pem, pem, ""},
		{"empty", "\n\n", "", "is empty"},
		{"NUL", "a\nbc\x00\n", "", "holds a NUL at character 3 of line 2"},
		{"ESC", "\x1b", "", "holds an ESC at character 1 of line 1"},
		{"UTF-16", "\xff\xfe-\x00", "", secret.ErrUTF16.Error()},
	} {
		got, err := secret.ReadLines(c.raw)
		if got.Reveal() != c.want || (err == nil) != (c.bad == "") ||
			err != nil && err.Error() != c.bad {
			t.Errorf("%s: got %q, %v", c.name, got.Reveal(), err)
		}
	}
	if err := secret.CheckLines("a\r\n\tb\n"); err != nil {
		t.Error(err)
	}
	var odd *secret.ControlCharError
	if err := secret.CheckLines("a\r\nb\f"); !errors.As(err, &odd) || odd.Line != 2 ||
		odd.Character != 2 {
		t.Error(err)
	}
}

// Readings returns the text as Read reads it now, and as older versions read it.
func TestReadings(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":               "",
		"phrase":         "phrase",
		"phrase\n":       "phrase|phrase\n",
		"phrase\r\n\n":   "phrase|phrase\r\n|phrase\r\n\n",
		"\ufeffphrase\n": "phrase|\ufeffphrase|\ufeffphrase\n",
		"two\twords":     "two\twords",
	} {
		var got []string
		for _, r := range secret.Readings(secret.New(raw)) {
			got = append(got, r.Reveal())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: got %q", raw, got)
		}
	}
}
