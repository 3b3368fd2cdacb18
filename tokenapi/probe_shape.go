package tokenapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Shape is a digest of an answer, for comparing two answers. It covers the host and path of
// Location, and the body without the parts that differ from call to call. A Shape is small, can be
// stored and holds no secret.
type Shape struct {
	Status int    `json:"status"`
	Digest string `json:"digest"`
}

// Known reports whether a shape can be a control: its status is 2xx, 3xx or 4xx, except 407, 408
// and 429.
func (s Shape) Known() bool {
	switch s.Status {
	case http.StatusProxyAuthRequired, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return s.Status >= 200 && s.Status <= 499
}

func (s Shape) ok() bool { return s.Status >= 200 && s.Status <= 299 }

func shapeOf(status int, header http.Header, body []byte, token string) Shape {
	h := sha256.New()
	text, to := string(toUTF8(body)), header.Get("Location")
	if u, err := url.Parse(to); err == nil {
		fmt.Fprintf(h, "%s\x00%s\x00", strings.ToLower(u.Host), u.EscapedPath())
	}
	// These differ from call to call.
	for _, repeated := range []string{token, to, html.EscapeString(to)} {
		if repeated != "" {
			text = strings.ReplaceAll(text, repeated, "")
		}
	}
	if v, ok := readJSON([]byte(strings.TrimSpace(text))); ok && isTree(v) {
		fmt.Fprintf(h, "json\x00%s", outline(v, false))
	} else {
		fmt.Fprintf(h, "text\x00%s", constant(text))
	}
	return Shape{status, hex.EncodeToString(h.Sum(nil)[:12])}
}

func isTree(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// outline writes JSON as the names of its members, with the values of code, error and type only.
func outline(v any, keep bool) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v)) {
			kept := name == "code" || name == "error" || name == "type"
			fmt.Fprintf(&b, "%q:%s,", name, outline(v[name], kept))
		}
		return "{" + b.String() + "}"
	case []any:
		var b strings.Builder
		for _, e := range v {
			b.WriteString(outline(e, keep) + ",")
		}
		return "[" + b.String() + "]"
	}
	if !keep {
		return ""
	}
	b, _ := json.Marshal(v) // v was read from JSON
	return string(b)
}

// varying matches the parts of an answer that differ from call to call: UUIDs, runs of hexadecimal
// digits, numbers. A short word is a run only if it has a decimal digit, because "bad" and "added"
// are words.
var varying = regexp.MustCompile(
	`(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|[0-9a-f]{8,}|` +
		`\b(?:0x)?[0-9a-f]*[0-9][0-9a-f]*\b|[0-9]+`)

// constant returns the part of a text that does not differ from call to call.
func constant(text string) string {
	return strings.Join(strings.Fields(varying.ReplaceAllString(text, "")), " ")
}
