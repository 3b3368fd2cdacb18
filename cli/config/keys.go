package config

import (
	"sort"

	"lanyard/text"
)

// kind is the type that the value of a key must have.
type kind int

const (
	str       kind = iota // "…"
	span                  // "15m"
	flag                  // true or false
	list                  // ["…", "…"]
	secretRef             // "…", { env = … }, { command = … }, { file = … } or { stored = true }
	form                  // a table of form parameters or claims
	fields                // a table of HTTP headers, each value as for secretRef
	table                 // [name]
	tables                // [[name]]
	choice                // "auto", true or false
	strokes               // "r" or ["r", "f5"]
)

// topKeys and the functions below return the keys of each table. Any other key is unknown.
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
		"name": str, "environment": str, "key_type": str, "consumer_key": str,
		"consumer_secret": secretRef, "grant": str, "scopes": list, "username": str,
		"password": secretRef, "extra": form, "probe_url": str, "audience": str, "resource": list,
		"client_auth": str, "probe_control": flag, "redirect_url": str, "signing_key": secretRef,
		"signing_alg": str, "signing_key_id": str, "assertion": secretRef, "assertion_claims": form,
		"subject_token": secretRef, "subject_token_type": str, "requested_token_type": str,
		"auto_renew": flag, "headers": fields, "probe_method": str, "probe_headers": fields,
	}
}

// knownNames returns the keys of a table, sorted.
func knownNames(keys map[string]kind) []string {
	names := make([]string, 0, len(keys))
	for k := range keys {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

// strayHint returns a hint for an unknown key: a similar key, or the table that the key belongs to.
func strayHint(key string, keys map[string]kind) string {
	if hint := text.DidYouMean(key, knownNames(keys)); hint != "" {
		return hint
	}
	for _, t := range []struct {
		keys map[string]kind
		name string
	}{
		{environmentKeys(), "[[environment]]"}, {applicationKeys(), "[[application]]"},
		{clipboardKeys(), "[clipboard]"}, {alertKeys(), "[alerts]"}, {storeKeys(), "[store]"},
		{topKeys(), "the top of the file, before any [table]"},
	} {
		if _, ok := t.keys[key]; ok && key != "name" {
			return "it belongs in " + t.name
		}
	}
	return ""
}
