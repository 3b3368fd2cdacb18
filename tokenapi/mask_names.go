package tokenapi

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// secretWords are the words that mark a name as the name of a secret.
func secretWords() []string {
	return []string{
		"token", "secret", "password", "passwd", "assertion", "key", "code", "authorization",
		"cookie", "nonce", "credential", "jwt", "ticket", "session", "passphrase", "pwd", "saml",
		"bearer",
	}
}

// isSecretKey reports whether a header, parameter or member of this name holds a secret. If in
// doubt, it returns true.
func isSecretKey(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "access-control-") || name == "authorization_details" { // RFC 9396
		return false
	}
	// Members of a discovery document.
	if strings.HasSuffix(name, "_endpoint") || strings.HasSuffix(name, "_supported") {
		return false
	}
	if name == "otp" || strings.HasSuffix(name, "_otp") {
		return true
	}
	return slices.ContainsFunc(secretWords(),
		func(word string) bool { return strings.Contains(name, word) })
}

// NamesSecret reports whether a parameter of this name may hold a secret.
func NamesSecret(name string) bool { return isSecretKey(name) && !describes(name) }

// isSecret reports whether a value that a server sent under this name is a secret. Names such as
// token_use and key_type describe a secret: for these, a value that isLabel accepts is none.
func isSecret(name, value string) bool {
	return isSecretParam(name, value) && !isPlaceholder(name, value)
}

// isSecretParam is isSecret for a value that the client sent. There, "expired" may be a password.
func isSecretParam(name, value string) bool {
	if !isSecretKey(name) {
		return false
	}
	if strings.EqualFold(name, "code") { // code of a fault; no authorization code is this short
		return faultCode(value) == 0 || len(value) > 7
	}
	return !describes(name) && !kindOfToken(name, value) || !isLabel(value)
}

// isPlaceholder reports whether a value describes a secret or is a placeholder for one, such as
// YOUR_TOKEN. A "code" may be the name of an error, and a "key" that of a table: primary
// key='orders_pkey'.
func isPlaceholder(name, value string) bool {
	switch strings.ToLower(value) {
	case "expired", "invalid", "missing", "revoked", "required", "malformed", "unknown",
		"undefined", "empty", "null", "none":
		return true
	}
	return isJoined(value, unicode.IsUpper) ||
		(strings.EqualFold(name, "code") || strings.EqualFold(name, "key")) &&
			isJoined(value, unicode.IsLower)
}

// isJoined reports whether a text is two words or more, joined by _, in letters of one case:
// orders_pkey.
func isJoined(s string, ofCase func(rune) bool) bool {
	return isLabel(s) && strings.Contains(strings.Trim(s, "_"), "_") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r != '_' && !ofCase(r) })
}

// kindOfToken reports whether value names a type of tokens (RFC 7009 section 2.1, RFC 8693 section
// 3, RFC 6750 section 4).
func kindOfToken(name, value string) bool {
	if !strings.Contains(strings.ToLower(name), "token") {
		return false
	}
	switch strings.ToLower(value) {
	case "access_token", "refresh_token", "id_token", "bearer":
		return true
	}
	return strings.HasPrefix(value, "urn:ietf:params:oauth:token-type:")
}

// describes reports whether a name with a secret's word ends with a word that makes it a
// description, such as token_type.
func describes(name string) bool {
	words := nameWords(name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	if last == "code" || strings.HasSuffix(last, "code") { // error_code, errorcode
		before := strings.TrimSuffix(strings.Join(words, ""), "code")
		kinds := []string{
			"error", "err", "fault", "status", "response", "result", "reason", "http", "country",
		}
		ends := func(kind string) bool { return strings.HasSuffix(before, kind) }
		return slices.ContainsFunc(kinds, ends)
	}
	for _, word := range secretWords() { // tokentype
		if rest := strings.TrimPrefix(last, word); rest != "" {
			last = rest
		}
	}
	switch last {
	case "type", "types", "use", "usage", "kind", "class", "category", "format", "profile", "mode",
		"level", "version", "binding", "manager", "policy",
		"method", "methods", "alg", "algorithm", "algorithms", "endpoint", "uri", "url", "scope",
		"scopes", "supported", "required", "enabled",
		"status", "state", "error", "reason", "message", "description",
		"expiry", "expires", "expiration", "lifetime", "validity", "ttl", "period", "time",
		"seconds", "minutes", "count", "limit", "length", "size":
		return true
	case "in", "at", "on": // expires_in, issued_at
		return len(words) > 1 &&
			slices.Contains([]string{"expires", "expire", "issued", "created", "updated", "valid"},
				words[len(words)-2])
	case "hint":
		return len(words) > 1 && words[len(words)-2] == "type" // token_type_hint, not password_hint
	}
	return false
}

// nameWords returns the words of a name in lower case: token_use, Token-Use and tokenUse are the
// same.
func nameWords(name string) []string {
	var spaced strings.Builder
	before := rune(0)
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.FieldsFunc(spaced.String(),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// LooksSecret reports whether a word may be a token or another credential: it has the form of one,
// or is long and not made of words.
func LooksSecret(word string) bool {
	const shortestToken = 20
	return maskFree(word) != word || len(word) >= shortestToken &&
		!strings.ContainsAny(word, " @") && !isLabel(word)
}

// isLabel reports whether a text is made of words, versions and short numbers, unlike a generated
// secret. Examples: access_token, RS256, urn:ietf:params:oauth:token-type:jwt, AADSTS50011, 3600, a
// point in time.
func isLabel(s string) bool {
	const longest, longestWord, mostDigits, mostHumps = 120, 24, 7, 2
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return true
	}
	if isDigits(s) && len(s) <= len("1795950262") { // seconds since 1970
		return true
	}
	if len(s) > longest {
		return false
	}
	between := func(r rune) bool { return strings.ContainsRune(" _:./+#,-", r) }
	for _, word := range strings.FieldsFunc(s, between) {
		letters := strings.TrimRight(word, "0123456789")
		if len(letters) > longestWord || len(word)-len(letters) > mostDigits {
			return false
		}
		humps := 0
		for i := range len(letters) {
			small := letters[i] >= 'a' && letters[i] <= 'z'
			capital := letters[i] >= 'A' && letters[i] <= 'Z'
			if !small && !capital {
				return false
			}
			if capital && i > 0 && letters[i-1] >= 'a' {
				humps++
			}
		}
		if humps > mostHumps {
			return false
		}
	}
	return true
}
