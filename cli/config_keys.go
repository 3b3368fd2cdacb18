package cli

import (
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lanyard/ui"
)

// kind is the form a key's value must have.
type kind int

const (
	str      kind = iota // "…"
	span                 // "15m"
	flag                 // true or false
	list                 // ["…", "…"]
	secretly             // "…", { env = … }, { command = … }, { file = … } or { stored = true }
	form                 // a table of form parameters or claims
	fields               // a table of HTTP headers, each value as for secretly
	table                // [name]
	tables               // [[name]]
	choice               // "auto", true or false
	strokes              // "r" or ["r", "f5"]
)

// The keys of the contract, table by table. What is not here, nobody knows.
func topKeys() map[string]kind {
	return map[string]kind{
		"theme": str, "undo_window": span, "due_before": span,
		"reveal_for": span, "presenter": flag, "mouse": flag, "ascii": choice,
		"clipboard": table, "alerts": table, "keys": table, "store": table,
		"environment": tables, "application": tables,
	}
}

func clipboardKeys() map[string]kind {
	return map[string]kind{"via": str, "command": list, "clear_after": span, "clear_blind": flag}
}

func alertKeys() map[string]kind { return map[string]kind{"before": list, "via": list} }

// actionKeys are the actions that [keys] may give keys to.
func actionKeys() map[string]kind {
	keys := map[string]kind{}
	for _, name := range ui.ActionNames() {
		keys[name] = strokes
	}
	return keys
}

func storeKeys() map[string]kind {
	return map[string]kind{"key": str, "command": list, "keep": span}
}

func environmentKeys() map[string]kind {
	return map[string]kind{
		"name": str, "production": flag, "token_url": str, "revoke_url": str, "introspect_url": str,
		"cache_ttl": span, "regime": str, "client_auth": str, "timeout": span, "ca_file": str,
		"insecure_skip_verify": flag, "allow_http": flag, "read_only": flag,
		"issuer": str, "authorize_url": str, "device_url": str, "jwks_url": str,
		"client_cert": str, "client_key": str, "proxy": str,
	}
}

func applicationKeys() map[string]kind {
	return map[string]kind{
		"name": str, "environment": str, "key_type": str, "consumer_key": str, "consumer_secret": secretly,
		"grant": str, "scopes": list, "username": str, "password": secretly, "extra": form, "probe_url": str,
		"audience": str, "resource": list, "client_auth": str, "probe_control": flag,
		"redirect_url": str, "signing_key": secretly, "signing_alg": str, "signing_key_id": str,
		"assertion": secretly, "assertion_claims": form,
		"subject_token": secretly, "subject_token_type": str, "requested_token_type": str,
		"auto_renew": flag, "headers": fields, "probe_method": str, "probe_headers": fields,
	}
}

// knownNames lists a table's keys, for suggestions.
func knownNames(keys map[string]kind) []string {
	names := make([]string, 0, len(keys))
	for k := range keys {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

// strayHint says where an unknown key would be known, or which known one is near.
func strayHint(key string, keys map[string]kind) string {
	if hint := didYouMean(key, knownNames(keys)); hint != "" {
		return hint
	}
	for _, t := range []struct {
		keys map[string]kind
		name string
	}{{environmentKeys(), "[[environment]]"}, {applicationKeys(), "[[application]]"},
		{clipboardKeys(), "[clipboard]"}, {alertKeys(), "[alerts]"}, {storeKeys(), "[store]"}, {topKeys(), "the top of the file, before any [table]"}} {
		if _, ok := t.keys[key]; ok && key != "name" {
			return "it belongs in " + t.name
		}
	}
	return ""
}

// didYouMean names the known word that is near, or nothing.
func didYouMean(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// nearest gives the known word a mistyped one was probably meant to be, or "".
func nearest(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if len(k) < 3 {
			continue // everything short is near
		}
		limit := 2
		if min(utf8.RuneCountInString(k), utf8.RuneCountInString(word)) < 5 {
			limit = 1
		}
		if d := distance(word, k); d <= limit && d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, drop, change or swap with their neighbour to make b of a.
// Case, and - for _, do not count. Above 3 it is not exact.
func distance(a, b string) int {
	level := func(s string) []rune { return []rune(strings.ReplaceAll(strings.ToLower(s), "-", "_")) }
	if abs := len(a) - len(b); len(a) > 64 || abs > 8 || abs < -8 {
		return 99
	}
	x, y := level(a), level(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// shown is a key as it may be printed: bare, or quoted when it could confuse a terminal, and never long.
func shown(key string) string {
	const most = 40
	if utf8.RuneCountInString(key) > most {
		key = string([]rune(key)[:most]) + "…"
	}
	for _, r := range key {
		if r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return strconv.Quote(key)
		}
	}
	if key == "" {
		return `""`
	}
	return key
}
