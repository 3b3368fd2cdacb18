package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// canary is a secret to look for, chosen so that every escaping changes it.
type canary struct{ name, text string }

// forms are the ways a secret can hide in a text: as it is, escaped for a URL, a JSON string or a shell,
// and in base64 at each of the three offsets, so that it is found within "id:secret" as well.
func (c canary) forms() map[string][]byte {
	f := map[string][]byte{
		"raw":        []byte(c.text),
		"URL query":  []byte(url.QueryEscape(c.text)),
		"URL path":   []byte(url.PathEscape(c.text)),
		"JSON":       jsonForm(c.text, true),
		"plain JSON": jsonForm(c.text, false),
	}
	for off := range 3 {
		// Bytes before shift the alignment; the edges of the encoding mix with neighbours and are cut off.
		padded := strings.Repeat("x", off) + c.text
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			b := enc.EncodeToString([]byte(padded))
			first := (off*8 + 5) / 6
			last := len(padded) * 8 / 6
			f[name+" at "+string(rune('0'+off))] = []byte(b[first:last])
		}
	}
	return f
}

func jsonForm(s string, html bool) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	_ = e.Encode(s)
	return bytes.Trim(bytes.TrimSpace(b.Bytes()), `"`)
}

// leaks names every secret found in a text, with the form it was found in.
func leaks(text []byte, secrets []canary) []string {
	var found []string
	for _, c := range secrets {
		for form, b := range c.forms() {
			if bytes.Contains(text, b) {
				found = append(found, c.name+" ("+form+")")
			}
		}
	}
	return found
}

// A leak of each kind is planted, and the sweep must see it.
func TestSweepGoesRed(t *testing.T) {
	t.Parallel()
	c := canary{"the canary", `c4n/ary+S=e"c&ret<1>?~`}
	basic := base64.StdEncoding.EncodeToString([]byte("consumer_key:" + c.text))
	for kind, text := range map[string]string{
		"raw":                 "token is " + c.text + ".",
		"Basic":               "Authorization: Basic " + basic,
		"Basic, another id":   "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("ab:"+c.text)),
		"Basic, a third id":   "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("abc:"+c.text)),
		"URL query":           "GET /x?token=" + url.QueryEscape(c.text),
		"URL path":            "GET /x/" + url.PathEscape(c.text),
		"JSON":                string(jsonForm(c.text, true)),
		"JSON without HTML":   string(jsonForm(c.text, false)),
		"base64url":           "eyJ." + base64.RawURLEncoding.EncodeToString([]byte("{"+c.text+"}")),
		"form inside a frame": "│ token=" + url.QueryEscape(c.text) + " │",
	} {
		if len(leaks([]byte(text), []canary{c})) == 0 {
			t.Errorf("a leak as %s goes unseen", kind)
		}
	}
	if got := leaks([]byte("•••  3f9ca71e  nothing here"), []canary{c}); got != nil {
		t.Errorf("seen where there is none: %v", got)
	}
}
