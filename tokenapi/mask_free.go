package tokenapi

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"lanyard/tokenapi/secret"
)

// maskFree masks strings in a text that look like a secret although they are not registered, such
// as another user's token in a server's error. It finds tokens by their form (JWT, JWE, PEM, SAML),
// by the word before them (Bearer, Basic), and by their name (access_token=…). It also masks user
// info, query and fragment of URLs.
func maskFree(s string) string {
	if len(s) < shortest {
		return s
	}
	low := asciiLower(s)
	for _, f := range secretForms() {
		hinted := func(hint string) bool { return strings.Contains(low, hint) }
		if slices.ContainsFunc(f.hints, hinted) {
			s = replaceGroups(s, f.expr, f.mask)
		}
	}
	return s
}

// secretForm is one form of a secret. mask returns the replacement of a match: group 0 is the
// match, after is the text that follows it.
type secretForm struct {
	hints []string // in lower case; without one of these there is no match
	expr  *regexp.Regexp
	mask  func(group []string, after string) string
}

// secretForms are tried in this order. Their time is proportional to the length of the text.
var secretForms = sync.OnceValue(func() []secretForm {
	hidden := func([]string, string) string { return secret.Mask }
	return []secretForm{
		{[]string{"private"},
			regexp.MustCompile(
				`(?s)-----BEGIN(?:[A-Z0-9 +]|%20)*PRIVATE(?: |\+|%20)KEY(?:(?: ` +
					`|\+|%20)BLOCK)?-----.*?(?:-----END(?:[A-Z0-9 +]|%20)*PRIVATE(?: ` +
					`|\+|%20)KEY(?:(?: |\+|%20)BLOCK)?-----|\z)`),
			hidden},
		{[]string{"assertion"},
			regexp.MustCompile(
				`(?is)(?:<|&lt;|%3c)(?:[\w-]+(?::|%3a))?(?:Encrypted)?Assertion(?:\s|>|&gt;` +
					`|%3e|%20|\+).*?(?:(?:</|&lt;/|%3c%2f)(?:[\w-]+(?::|%3a))?(?:Encrypted)` +
					`?Assertion\s*(?:>|&gt;|%3e)|\z)`),
			hidden},
		{[]string{"phnhbw", "pefzc2vydglvb", "pevuy3j5chrlzefzc2vydglvb", "pd94bwwg"},
			regexp.MustCompile(
				`\b(?:PHNhbW|PEFzc2VydGlvb|PEVuY3J5cHRlZEFzc2VydGlvb|PD94bWwg)(?:[A-Za-z0-9+/_-]` +
					`|%2[bBfF]){24,}(?:=|%3[dD])*`),
			hidden},
		{[]string{"eyj", "eya"},
			regexp.MustCompile(`\bey[JA][A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){2,4}`), maskJWT},
		{[]string{"bearer", "basic", "dpop"},
			regexp.MustCompile(
				`(?i)\b(bearer|basic|dpop)((?: |\+|%20)+"?)([A-Za-z0-9._~+/%-]{8,})(=*)`),
			maskScheme},
		{[]string{"://"}, regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s"'<>|]+`),
			maskFreeURL},
		{[]string{"=", ">", "%3d", "\":", "\" :", "':", "' :"},
			regexp.MustCompile(
				`([A-Za-z][A-Za-z0-9_.-]*)( ?= ?["']?|%3[dD]|\\?["'] ?: ?\\?["']|>)([^\s"'&;,` +
					`<>\\•]{4,})•*`),
			maskPair},
	}
})

func replaceGroups(s string, expr *regexp.Regexp, mask func([]string, string) string) string {
	var b strings.Builder
	done := 0
	for _, at := range expr.FindAllStringSubmatchIndex(s, -1) {
		group := make([]string, len(at)/2)
		for i := range group {
			if at[2*i] >= 0 {
				group[i] = s[at[2*i]:at[2*i+1]]
			}
		}
		b.WriteString(s[done:at[0]])
		b.WriteString(mask(group, s[at[1]:]))
		done = at[1]
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// maskJWT keeps a full stop that ends a sentence, so that the fingerprint is that of the token.
func maskJWT(group []string, _ string) string {
	token := strings.TrimRight(group[0], ".")
	if strings.Count(token, ".") < 2 {
		token = group[0] // not signed: the last part is empty
	}
	return masked(token, true) + group[0][len(token):]
}

// maskScheme masks the credential after the name of a scheme. It keeps a word of a sentence ("Basic
// authentication") and the first parameter of a challenge (Bearer error_description="…").
func maskScheme(group []string, after string) string {
	proof := strings.TrimRight(group[3], ".")
	odd := strings.ContainsAny(proof, "0123456789") ||
		strings.ContainsFunc(proof[1:], func(r rune) bool { return r >= 'A' && r <= 'Z' })
	next, _ := utf8.DecodeRuneInString(after)
	parameter := group[4] != "" &&
		(next == '"' || next >= '0' && next <= '9' || next >= 'A' && next <= 'Z' ||
			next >= 'a' && next <= 'z')
	// ACCESS_TOKEN, as in explanations of WSO2.
	placeholder := strings.Contains(proof, "_") &&
		strings.Trim(proof, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
	if placeholder || !odd && (len(proof) < 20 || parameter) {
		return group[0]
	}
	tail := group[3][len(proof):]
	if tail == "" {
		proof += group[4]
	} else {
		tail += group[4]
	}
	return group[1] + group[2] + masked(proof, strings.EqualFold(group[1], "bearer")) + tail
}

func maskFreeURL(group []string, _ string) string {
	if !strings.ContainsAny(group[0], "?#@") {
		return group[0]
	}
	whole := strings.TrimRight(group[0], ".,;:)]}")
	return maskQuotedURL(whole) + group[0][len(whole):]
}

// maskPair masks a value by the name before it.
func maskPair(group []string, _ string) string {
	name, value := group[1], group[3]
	if i := strings.LastIndexByte(name, '.'); i >= 0 && i+1 < len(name) {
		name = name[i+1:]
	}
	if !isSecret(name, strings.TrimRight(value, ".:!?)]}")) { // the sentence may end there
		return group[0]
	}
	return group[1] + group[2] + masked(value, isTokenKey(name))
}
