package tokenapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"unicode"
)

// members are the named values of a body. Values of JSON stay as they are, with numbers as
// json.Number. Values of a form or of XML are strings, and xmlSpace holds the namespace of the XML
// fault.
type members map[string]any

// notation is the format of a body. It does not depend on the Content-Type, which is wrong too
// often.
type notation int

const (
	isOther notation = iota
	isEmpty
	isJSON
	isForm
	isXML
	isHTML
)

// readMembers detects the notation of a body and reads its members. The map is never nil.
func readMembers(body []byte) (members, notation) {
	body = bytes.TrimFunc(toUTF8(body), blank)
	if len(body) == 0 {
		return members{}, isEmpty
	}
	switch body[0] {
	case '{', '[', '"':
		if v, ok := readJSON(body); ok {
			return jsonMembers(v, true)
		}
		return members{}, isOther
	case '<':
		if isPage(body) {
			return members{}, isHTML
		}
		if m := readXML(body); m != nil {
			return m, isXML
		}
		return members{}, isOther
	}
	if m := readForm(string(body)); m != nil {
		return m, isForm
	}
	return members{}, isOther
}

// blank reports whether a rune may surround a body: white space, or the NUL that programs in C
// append.
func blank(r rune) bool { return r == 0 || unicode.IsSpace(r) }

// jsonMembers returns the members of a JSON value. Some servers send an error code as a bare
// string, or their object encoded as a string once more. A bare list is read only if it holds
// errors.
func jsonMembers(v any, again bool) (members, notation) {
	switch v := v.(type) {
	case map[string]any:
		if v != nil {
			return v, isJSON
		}
	case string:
		if s := strings.TrimSpace(v); again && strings.HasPrefix(s, "{") {
			if in, ok := readJSON([]byte(s)); ok {
				return jsonMembers(in, false)
			}
		}
		return members{"error": v}, isJSON
	case []any:
		first := members{"list": v}.object("list")
		for _, name := range []string{"error", "errorCode", "errorType", "error_description"} {
			if first.has(name) {
				return members{"errors": v}, isJSON
			}
		}
	}
	return members{}, isOther
}

// readJSON reads one JSON value and nothing after it.
func readJSON(body []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	return v, true
}

// readForm reads a form-encoded body, or returns nil. Of repeated members the first counts.
func readForm(s string) members {
	// A space within a value (a scope) is not escaped by some servers. A space before the first "="
	// means prose.
	if name, _, ok := strings.Cut(s, "="); !ok || strings.Contains(name, " ") ||
		strings.ContainsAny(s, "<>{}\r\n\t") {
		return nil
	}
	q, err := url.ParseQuery(s)
	if err != nil {
		return nil
	}
	m, ours := members{}, false
	for name := range q {
		m[name] = q.Get(name)
		switch name {
		case "access_token", "accessToken", "error", "device_code", "active":
			ours = ours || !strings.Contains(q.Get(name), " ")
		}
	}
	if !ours {
		return nil
	}
	return m
}

// has reports whether a member exists and is not null.
func (m members) has(name string) bool { return m[name] != nil }

// text returns the first of the named members that is a non-empty string or a number.
func (m members) text(names ...string) string {
	for _, n := range names {
		switch v := m[n].(type) {
		case string:
			if strings.TrimSpace(v) != "" {
				return v
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}

// str returns the first of the named members that is a non-blank string.
func (m members) str(names ...string) string {
	for _, n := range names {
		if v, ok := m[n].(string); ok && strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}

// object returns a member that is an object, or the first object of a list, or nil.
func (m members) object(name string) members {
	switch v := m[name].(type) {
	case map[string]any:
		return v
	case []any:
		for _, e := range v {
			if o, ok := e.(map[string]any); ok {
				return o
			}
		}
	}
	return nil
}

// boolean reads a boolean in any notation that servers use. known is false if the value is not a
// boolean.
func (m members) boolean(name string) (is, known bool) {
	switch v := m[name].(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "1", "yes":
			return true, true
		case "false", "0", "no":
			return false, true
		}
	case json.Number:
		switch n, ok := wholeSeconds(v.String()); {
		case ok && n == 1:
			return true, true
		case ok && n == 0:
			return false, true
		}
	}
	return false, false
}

// isFalse reports whether a member exists and is false.
func (m members) isFalse(name string) bool {
	is, known := m.boolean(name)
	return known && !is
}

// seconds reads the first of the named members that is a number, or a string that holds one.
func (m members) seconds(names ...string) (int64, bool) {
	for _, name := range names {
		if n, ok := wholeSeconds(m.text(name)); ok {
			return n, true
		}
	}
	return 0, false
}
