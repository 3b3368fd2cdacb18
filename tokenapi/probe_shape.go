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

// Shape is what is kept of an answer to compare it with another one. Two answers are alike if their
// shapes are equal. The digest is of the host and path of Location and of a body without what
// differs from call to call, so a Shape is small, can be stored and holds no secret.
type Shape struct {
	Status int    `json:"status"`
	Digest string `json:"digest"`
}

// Known reports whether a shape can be a control: only a 2xx, 3xx or 4xx other than 407, 408 and
// 429 is one.
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
	text, to := string(unmark(body)), header.Get("Location")
	if u, err := url.Parse(to); err == nil {
		fmt.Fprintf(h, "%s\x00%s\x00", strings.ToLower(u.Host), u.EscapedPath())
	}
	for _, repeated := range []string{token, to, html.EscapeString(to)} { // these differ from call to call
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

// outline writes JSON by the names of its members, with the values of code, error and type alone.
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
	b, _ := json.Marshal(v) // it was JSON
	return string(b)
}

// varying matches what an answer makes up anew for each call: UUIDs, runs of hex digits, numbers. A
// short word counts as a run of hex digits only if it has a decimal one: "bad" and "added" are
// words.
var varying = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|[0-9a-f]{8,}|` +
	`\b(?:0x)?[0-9a-f]*[0-9][0-9a-f]*\b|[0-9]+`)

// constant is the part of a text that does not differ from call to call.
func constant(text string) string {
	return strings.Join(strings.Fields(varying.ReplaceAllString(text, "")), " ")
}
