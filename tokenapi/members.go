package tokenapi

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
)

// members are the named values of a body, whatever notation it came in: JSON values with numbers kept
// as json.Number, strings for a form, strings and (for xmlSpace) the namespace of the root for XML.
type members map[string]any

// notation is what a body turned out to be. The Content-Type is not asked: it is wrong too often.
type notation int

const (
	isOther notation = iota
	isEmpty
	isJSON
	isForm
	isXML
	isHTML
)

// stripBOM takes one byte order mark off.
func stripBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// readMembers sniffs a body and reads its members. The map is never nil.
func readMembers(body []byte) (members, notation) {
	body = bytes.TrimSpace(stripBOM(body))
	if len(body) == 0 {
		return members{}, isEmpty
	}
	switch body[0] {
	case '{':
		var m members
		if v, ok := readJSON(body); ok {
			if obj, isObj := v.(map[string]any); isObj {
				m = obj
			}
		}
		if m == nil {
			return members{}, isOther
		}
		return m, isJSON
	case '"':
		// A bare JSON string is how some servers send an error code.
		if v, ok := readJSON(body); ok {
			return members{"error": v}, isJSON
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

// readForm reads a form-encoded body, if that is what it is.
func readForm(s string) members {
	if strings.ContainsAny(s, "<>{}\r\n\t ") || !strings.Contains(s, "=") {
		return nil
	}
	q, err := url.ParseQuery(s)
	if err != nil || !q.Has("access_token") && !q.Has("error") && !q.Has("accessToken") {
		return nil
	}
	m := members{}
	for name := range q {
		m[name] = q.Get(name)
	}
	return m
}

// xmlSpace is the member under which readXML keeps the namespace of the innermost fault; no XML name can clash.
const xmlSpace = " namespace"

// readXML reads the text of every element, by local name; the first of a name wins. An element that
// holds others has all their text. Prefixes and namespaces differ between versions and are not compared.
func readXML(body []byte) members {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	m := members{}
	type open struct {
		name string
		text strings.Builder
	}
	var stack []*open
	for n := 0; n < 10_000; n++ {
		tok, err := d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) && len(stack) == 0 && len(m) > 0 {
				return m
			}
			return nil
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > 32 {
				return nil
			}
			if strings.EqualFold(t.Name.Local, "fault") {
				m[xmlSpace] = t.Name.Space
			}
			stack = append(stack, &open{name: t.Name.Local})
		case xml.CharData:
			for _, o := range stack {
				o.text.Write(t)
			}
		case xml.EndElement:
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if _, have := m[last.name]; !have {
				m[last.name] = strings.TrimSpace(last.text.String())
			}
		}
	}
	return nil
}

// has says whether a member is there and not null.
func (m members) has(name string) bool { return m[name] != nil }

// text gives the first of the named members that is a non-empty string or a number.
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

// str gives the first of the named members that is a non-blank string.
func (m members) str(names ...string) string {
	for _, n := range names {
		if v, ok := m[n].(string); ok && strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}

// object gives a member that is an object, or the first object of a member that is a list; nil for others.
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

// no says whether a member is false, in any of the ways servers write that.
func (m members) no(name string) bool {
	switch v := m[name].(type) {
	case bool:
		return !v
	case string:
		return strings.EqualFold(v, "false")
	}
	return false
}
