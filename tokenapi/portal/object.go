package portal

import (
	"encoding/json"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

const (
	nameLimit = 300  // runes of a name, a state, a scope
	textLimit = 1000 // runes of a description, a URL, a consumer key
)

// object is a JSON object of the portal. Booleans and numbers may also be strings, and null means
// missing.
type object map[string]any

// readObject reads a body that is one JSON object.
func readObject(body []byte) (object, bool) {
	v, ok := tokenapi.ReadJSON(body)
	if !ok {
		return nil, false
	}
	o, ok := v.(map[string]any)
	return o, ok
}

// text returns the first of the named members that is a string or a number, cleaned.
func (o object) text(limit int, names ...string) string {
	for _, n := range names {
		switch v := o[n].(type) {
		case string:
			if v = text.Words(v, limit); v != "" && v != "null" {
				return v
			}
		case json.Number:
			return text.Words(v.String(), limit)
		}
	}
	return ""
}

func (o object) name(names ...string) string { return o.text(nameLimit, names...) }

// boolean reads a boolean. known reports whether there was one.
func (o object) boolean(names ...string) (value, known bool) {
	for _, n := range names {
		switch v := o[n].(type) {
		case bool:
			return v, true
		case string:
			switch strings.ToLower(strings.TrimSpace(v)) {
			case "true", "yes", "1":
				return true, true
			case "false", "no", "0":
				return false, true
			}
		case json.Number:
			return v.String() != "0", true
		}
	}
	return false, false
}

// number reads a whole number that is not negative, or returns 0.
func (o object) number(names ...string) int {
	for _, n := range names {
		if v, has, _ := tokenapi.ReadSeconds(o[n]); has {
			return int(min(max(v, 0), 1<<30))
		}
	}
	return 0
}

// words reads a list of words, or a string of words separated by spaces or commas. nil means
// missing.
func (o object) words(names ...string) []string {
	for _, n := range names {
		if w := tokenapi.ReadScopes(o[n]); w != nil {
			return w
		}
	}
	return nil
}

// object returns a member that is an object, or nil, which reads as an empty object.
func (o object) object(name string) object {
	m, _ := o[name].(map[string]any)
	return m
}

// objects returns the objects in the first of the named members that is a list.
func (o object) objects(names ...string) []object {
	for _, n := range names {
		if list, ok := o[n].([]any); ok {
			return objects(list)
		}
	}
	return nil
}

func objects(list []any) []object {
	var all []object
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// raw returns the first of the named members that is a non-blank string, unchanged. It is for
// secrets.
func (o object) raw(names ...string) string {
	for _, n := range names {
		if s, ok := o[n].(string); ok && strings.TrimSpace(s) != "" && s != "null" {
			return s
		}
	}
	return ""
}

// secret reads a secret that the portal may hide. If hashed, the value is the hash of the secret.
func (o object) secret(hashed bool, names ...string) (secret.Text, SecretState) {
	s := o.raw(names...)
	switch {
	case s == "":
		return secret.Text{}, Absent
	case hashed || isMask(s):
		return secret.Text{}, Masked
	}
	return secret.New(s), Available
}

// isMask reports whether a secret is hidden, in whole or in part. No secret of a WSO2 server has
// three asterisks or bullets in a row.
func isMask(s string) bool {
	const marks = "*\u2022\u25cf\u2217\uff0a"
	run := 0
	for _, r := range s {
		if !strings.ContainsRune(marks, r) {
			run = 0
		} else if run++; run == 3 {
			return true
		}
	}
	return strings.Trim(s, marks+" ") == ""
}

// readList reads a list answer: {"count", "list", "pagination"}, or a bare list. If the list is
// null or missing but there is a count, it is empty.
func readList(body []byte) (list []object, page object, ok bool) {
	v, ok := tokenapi.ReadJSON(body)
	if !ok {
		return nil, nil, false
	}
	switch v := v.(type) {
	case []any:
		return objects(v), object{"list": v}, true
	case map[string]any:
		_, isList := v["list"].([]any)
		_, counted := v["count"]
		if !isList && (v["list"] != nil || !counted) {
			return nil, nil, false
		}
		return object(v).objects("list"), v, true
	}
	return nil, nil, false
}

// entries returns the number of entries on a page, including those that cannot be read.
func (o object) entries() int {
	list, _ := o["list"].([]any)
	return len(list)
}

// last reports whether a page with n entries, which ends at offset, is the last one. Without
// pagination it returns false. The count does not help: it is that of the page in some versions,
// and of the list in others. The server may also have a lower limit than pageSize.
func (o object) last(offset, n int) bool {
	p := o.object("pagination")
	if total := p.number("total"); total > 0 {
		return offset >= total
	}
	return p != nil && n < pageSize && p.text(textLimit, "next") == ""
}

// shortGrant returns tokenapi's name of a grant type. The long names are those of RFC 8628, RFC
// 7523 and RFC 8693.
func shortGrant(wire string) string {
	for short, long := range longGrants() {
		if wire == long {
			return short
		}
	}
	return wire
}

func longGrant(short string) string {
	if long, ok := longGrants()[short]; ok {
		return long
	}
	return short
}

func longGrants() map[string]string {
	const ns = "urn:ietf:params:oauth:grant-type:"
	return map[string]string{
		tokenapi.GrantDeviceCode:    ns + "device_code",
		tokenapi.GrantJWTBearer:     ns + "jwt-bearer",
		tokenapi.GrantTokenExchange: ns + "token-exchange",
	}
}

// grants reads grant types and returns tokenapi's names.
func (o object) grants(names ...string) []string {
	w := o.words(names...)
	for i := range w {
		w[i] = shortGrant(w[i])
	}
	return w
}
