package tokenapi_test

import (
	"bytes"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"lanyard/tokenapi"
)

// utf16LE returns a text as Windows editors may save it.
func utf16LE(s string, mark bool) []byte {
	var out []byte
	if mark {
		out = []byte{0xff, 0xfe}
	}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// Certificates counts all certificates of a file, however it was saved, joined or commented, or
// refuses the file.
func TestCertificateFiles(t *testing.T) {
	one, two := string(newAuthority(t, "one").pem), string(newAuthority(t, "two").pem)
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for name, file := range map[string]string{
		"plain":               one + two,
		"a mark":              "\ufeff" + one + two,
		"a mark before each":  "\ufeff" + one + "\ufeff" + two,
		"lines of Windows":    crlf(one + two),
		"a mark, and both":    "\ufeff" + crlf(one+two),
		"lines of an old Mac": strings.ReplaceAll(one+two, "\n", "\r"),
		"mixed lines":         one + crlf(two),
		"text between": "# first\nSubject: CN=one\n" + one + "\n# second: é\n" + two +
			"the end",
		"indented":        "  " + strings.ReplaceAll(one+two, "\n", "\n\t"),
		"blanks behind":   strings.ReplaceAll(one+two, "\n", "  \n"),
		"no line between": strings.TrimSpace(one) + strings.TrimSpace(two),
		"UTF-16":          string(utf16LE(one+two, true)),
		"a key between": one +
			"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + two,
		"the old kind": one +
			strings.ReplaceAll(two, " CERTIFICATE", " X509 CERTIFICATE"),
		"a header in the second": one +
			strings.Replace(two, "CERTIFICATE-----\n", "CERTIFICATE-----\nName: two\n\n", 1),
	} {
		all, err := tokenapi.Certificates("ca_file", []byte(file))
		if err != nil || len(all) != 2 || all[0].Subject.CommonName != "one" ||
			all[1].Subject.CommonName != "two" {
			t.Errorf("%s: %d certificates, %v", name, len(all), err)
		}
		if _, err := tokenapi.New(tokenapi.Config{CAPEM: []byte(file)}, time.Now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	junk := string(pem.EncodeToMemory(
		&pem.Block{Type: "CERTIFICATE", Bytes: []byte("canary-7d1f")}))
	for name, c := range map[string]struct{ file, says string }{
		"empty":  {"", "no certificate could be read"},
		"no PEM": {"canary-7d1f", "no certificate could be read"},
		"only a key": {
			"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
			"no certificate could be read"},
		"junk first":  {"\ufeff" + junk + one, "certificate 1 of the file is damaged"},
		"junk second": {one + junk + two, "certificate 2 of the file is damaged"},
		"broken base64": {one + strings.Replace(two, "\nMII", "\nM!I", 1),
			"certificate 2 of the file is damaged: its base64"},
		"cut short": {one + two[:len(two)/2],
			"certificate 2 of the file is damaged: its base64"},
		"cut in the middle": {one[:len(one)/2] + two,
			"certificate 1 of the file is damaged: its base64"},
		"a dash is missing": {one + strings.Replace(two, "-----BEGIN", "----BEGIN", 1),
			"holds 2 certificates, of which 1"},
		"the first line is gone": {
			one + strings.Replace(two, "-----BEGIN CERTIFICATE-----\n", "", 1),
			"holds 2 certificates, of which 1"},
		"a form of OpenSSL's own": {
			one + strings.ReplaceAll(two, " CERTIFICATE", " TRUSTED CERTIFICATE"),
			"certificate 2 of the file is damaged: it is in a form of OpenSSL"},
		"PKCS #7": {one + strings.ReplaceAll(two, " CERTIFICATE", " PKCS7"),
			"of the kind PKCS7"},
		"UTF-16 without a mark": {string(utf16LE(one+two, false)),
			"no text in UTF-8: it holds a NUL at character 2 of line 1"},
		"DER": {"\x30\x82\x01",
			"no text in UTF-8: it holds the control character U+0001 at character 3 of line 1"},
		"an ESC": {"# one\r\n# \x1b[1m\r\n" + one,
			"no text in UTF-8: it holds an ESC at character 3 of line 2"},
	} {
		_, err := tokenapi.New(tokenapi.Config{CAPEM: []byte(c.file)}, time.Now)
		if e := failure(t, err, tokenapi.KindUsage, c.says); e.Op != "ca_file" ||
			strings.Contains(e.Error()+e.Hint, "canary") {
			t.Errorf("%s: %v", name, e)
		}
	}
	// A client certificate and its key are read in the same way.
	cert, key := newAuthority(t, "a").issue(t, "console")
	mark := []byte("\ufeff")
	if _, err := tokenapi.New(tokenapi.Config{
		ClientCertPEM: slices.Concat(mark, bytes.ReplaceAll(cert, []byte("\n"), []byte("\r\n"))),
		ClientKeyPEM:  text(slices.Concat(mark, key)),
	}, time.Now); err != nil {
		t.Errorf("a client certificate behind a mark: %v", err)
	}
	_, err := tokenapi.New(
		tokenapi.Config{ClientCertPEM: append(cert, junk...), ClientKeyPEM: text(key)}, time.Now)
	failure(t, err, tokenapi.KindUsage, "certificate 2")
	_, err = tokenapi.New(tokenapi.Config{ClientCertPEM: cert, ClientKeyPEM: text(append(key, 0))},
		time.Now)
	if e := failure(t, err, tokenapi.KindUsage,
		"it holds a NUL at character 1 of line "); e.Op != "client_key" {
		t.Error(e.Op)
	}
}
