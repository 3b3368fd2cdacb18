package tokenapi

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

const (
	learnLimit = 64 // secrets taken from one answer; further ones are masked by their key only
	learnFrom  = 8  // bytes; shorter values may be words such as "true"
	shortest   = 4  // shorter secrets are masked as whole words only, see isWord
)

// textOmitted replaces a text that repeats a secret in a way that cannot be cut out.
const textOmitted = "the server's text was left out: it repeats a credential"

// textWithheld replaces a server's text in the store if the text holds what looks like a
// credential.
const textWithheld = "the server's text was left out: it may hold a credential"

// masker hides the secrets of one exchange in every text that a server sends. Every text goes
// through it before it reaches a screen, a line, JSON, the store or a log.
//
// It replaces known secrets in their usual encodings, and strings that look like a secret. It also
// replaces one word that repeats a part of a secret in another form. If the text still repeats a
// secret, masker omits the whole text.
type masker struct {
	replacements map[string]string // text → its replacement
	secrets      []string          // secrets of which parts are looked for
	publicTexts  []string          // parts of the request that are public
	learned      int
	replacer     *strings.Replacer
	echoes       *echoes
}

// masked returns the replacement of a secret. For a token it includes the fingerprint. Other
// secrets get none, because the fingerprint of a password can be found by guessing.
func masked(s string, token bool) string {
	if s == "" {
		return ""
	}
	if token {
		return secret.Mask + " " + secret.New(s).Fingerprint()
	}
	return secret.Mask
}

// add registers a secret, in every encoding in which a server may return it, and each long part of
// it.
func (m *masker) add(s string, token bool) {
	if strings.TrimSpace(s) == "" {
		return
	}
	m.addWhole(s, token)
	if !slices.Contains(m.secrets, s) {
		m.secrets, m.echoes = append(m.secrets, s), nil
	}
}

// addNamed registers a value that only its name marks as a secret. Parts of a value that isLabel
// accepts are not looked for.
func (m *masker) addNamed(s string, token bool) {
	if token || !isLabel(s) {
		m.add(s, token)
	} else {
		m.addWhole(s, token)
	}
}

// public registers a text of the request that is not a secret. A secret's part that also occurs in
// it is shown.
func (m *masker) public(texts ...string) {
	m.publicTexts, m.echoes = append(m.publicTexts, texts...), nil
}

// addWhole registers a secret in its encodings, without its parts.
func (m *masker) addWhole(s string, token bool) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if m.replacements == nil {
		m.replacements = map[string]string{}
	}
	m.replacer = nil
	show := masked(s, token)
	for _, v := range encodings(s) {
		if have, ok := m.replacements[v]; v != "" && (!ok || len(have) < len(show)) {
			m.replacements[v] = show
		}
	}
}

// learn registers a secret of the answer.
func (m *masker) learn(s string, token bool) {
	if _, known := m.replacements[s]; known || m.learned >= learnLimit || len(s) < learnFrom ||
		len(s) > 64<<10 {
		return
	}
	m.learned++
	m.addNamed(s, token)
}

// text hides every secret in s, and every string that looks like one.
func (m *masker) text(s string) string {
	out, _ := m.maskText(s)
	return out
}

// maskText is text. guessed reports that a string was masked only because it looks like a secret:
// other parts may be secrets too.
func (m *masker) maskText(s string) (out string, guessed bool) {
	s = m.maskKnown(s)
	out = maskFree(s)
	guessed = out != s
	out = m.maskEcho(out)
	return out, guessed && out != textOmitted
}

// maskEcho masks the one word that repeats a secret in another form. If there are several such
// words, it returns textOmitted.
func (m *masker) maskEcho(s string) string {
	if !m.repeats(s, false) {
		return s
	}
	out, words := m.dropWords(s)
	if words > 1 || m.repeats(out, true) { // the secret may be spread over more words
		return textOmitted
	}
	return out
}

// holdsSecret reports whether s repeats any part of a secret. It is for texts that are shown whole
// or not at all.
func (m *masker) holdsSecret(s string) bool { return m.maskKnown(s) != s || m.repeats(s, false) }

// repeats reports whether a text holds a part of a secret, in any form. If strict, a short part is
// enough.
func (m *masker) repeats(s string, strict bool) bool {
	if len(m.secrets) == 0 {
		return false
	}
	if m.echoes == nil {
		m.echoes = newEchoes(m.secrets, m.publicTexts)
	}
	return m.echoes.in(s, strict)
}

// repeatsLong is repeats for secrets of wholeFrom characters and more.
func (m *masker) repeatsLong(s string) bool {
	if !m.repeats(s, false) {
		return false
	}
	long := *m.echoes
	long.short = nil
	return long.in(s, false)
}

// dropWords masks each word that repeats a secret by itself. dropped is the number of different
// words.
func (m *masker) dropWords(s string) (out string, dropped int) {
	seen := map[string]bool{}
	ends := func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`<>(){}[],;|&=?«»", r)
	}
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, ends)
		if n < 0 {
			n = len(s)
		}
		if word := s[:n]; m.repeats(word, false) {
			seen[word] = true
			b.WriteString(secret.Mask)
		} else {
			b.WriteString(word)
		}
		_, size := utf8.DecodeRuneInString(s[n:])
		b.WriteString(s[n : n+size])
		s = s[n+size:]
	}
	return b.String(), len(seen)
}

// maskKnown masks the registered secrets.
func (m *masker) maskKnown(s string) string {
	if s == "" || len(m.replacements) == 0 {
		return s
	}
	if show, ok := m.replacements[s]; ok {
		return show
	}
	if m.replacer == nil {
		m.build()
	}
	s = m.replacer.Replace(s)
	for v, show := range m.replacements {
		if isWord(v) {
			s = replaceWord(s, v, show)
		}
	}
	return s
}

// words masks and cleans a text of a server or of an error. It masks twice, because cleaning can
// join a secret that invisible characters had split.
func (m *masker) words(s string, limit int) string {
	out, _ := m.maskWords(s, limit)
	return out
}

// maskWords is words. guessed is that of maskText.
func (m *masker) maskWords(s string, limit int) (out string, guessed bool) {
	out, guessed = m.maskText(text.Words(m.maskKnown(s), rawLimit))
	return text.Words(out, limit), guessed
}

// build makes the replacer. Long texts come first, so that no secret hides a part of another.
func (m *masker) build() {
	var texts []string
	for v := range m.replacements {
		if !isWord(v) {
			texts = append(texts, v)
		}
	}
	sort.Slice(texts, func(i, j int) bool {
		if len(texts[i]) != len(texts[j]) {
			return len(texts[i]) > len(texts[j])
		}
		return texts[i] < texts[j]
	})
	pairs := make([]string, 0, 2*len(texts))
	for _, v := range texts {
		pairs = append(pairs, v, m.replacements[v])
	}
	m.replacer = strings.NewReplacer(pairs...)
}

// isWord reports whether a secret is masked only as a whole word. Masking "pass" within "password"
// would reveal it by the rest of the word.
func isWord(s string) bool {
	const digits, letters = "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return len(s) < shortest ||
		len(s) < wholeFrom && (strings.Trim(s, digits) == "" || strings.Trim(s, letters) == "")
}

// replaceWord replaces v in s where no letter or digit is next to it. It reads each byte only a few
// times, because a server may repeat one letter through its whole answer.
func replaceWord(s, v, show string) string {
	var b strings.Builder
	inWord := func(r rune, size int) bool {
		return size > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	before := "" // the text before s
	for {
		i := strings.Index(s, v)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		if i > 0 {
			before = s[:i]
		}
		b.WriteString(s[:i])
		s = s[i+len(v):]
		if inWord(utf8.DecodeLastRuneInString(before)) || inWord(utf8.DecodeRuneInString(s)) {
			before = v
		} else {
			before = show
		}
		b.WriteString(before)
	}
}

// isTokenKey reports whether a value of this name is a token, to be shown by its fingerprint.
func isTokenKey(name string) bool {
	switch strings.ToLower(name) {
	case "token", "access_token", "accesstoken", "refresh_token", "refreshtoken", "id_token",
		"idtoken", "subject_token",
		"deactivatedaccesstoken", "revokedaccesstoken", "revokedrefreshtoken":
		return true
	}
	return false
}

// body re-encodes a JSON body with its secrets masked. It returns "" for any other body.
func (m *masker) body(body []byte) string {
	v, ok := readJSON(toUTF8(body))
	if !ok {
		return ""
	}
	m.find(v, "")
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(m.value(v, "", false)) != nil {
		return ""
	}
	out := strings.TrimRight(b.String(), "\n")
	if m.repeats(out, false) { // in several parts, of which none shows it alone
		return strconv.Quote(textOmitted)
	}
	return out
}

// maskStrings replaces the strings of a JSON body that repeat a secret. It returns any other body
// unchanged.
func (m *masker) maskStrings(body []byte) []byte {
	v, ok := readJSON(toUTF8(body))
	if !ok {
		return body
	}
	changed := false
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				v[k] = walk(e)
			}
		case []any:
			for i, e := range v {
				v[i] = walk(e)
			}
		case string:
			out := m.maskEcho(m.maskKnown(v))
			changed = changed || out != v
			return out
		}
		return v
	}
	v = walk(v)
	if again, err := json.Marshal(v); changed && err == nil {
		return again
	}
	return body
}

// find registers the secrets of a JSON value, so that they are masked under harmless names too.
func (m *masker) find(v any, key string) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			m.find(e, k)
		}
	case []any:
		for _, e := range v {
			m.find(e, key)
		}
	case string:
		if isSecret(key, v) {
			m.learn(v, isTokenKey(key))
		}
	}
}

// value masks a JSON value. Everything within the value of a secret key is masked, under any name.
func (m *masker) value(v any, key string, below bool) any {
	hide := below || isSecretKey(key)
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		_, isKey := v["kty"] // a JSON Web Key: its private members are short (RFC 7518 section 6)
		for k, e := range v {
			out[m.text(text.Words(k, wordsLimit))] = m.value(e, k,
				hide || isKey &&
					slices.Contains([]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}, k))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = m.value(e, key, below)
		}
		return out
	case string:
		if below || isSecret(key, v) {
			return masked(v, isTokenKey(key))
		}
		if strings.Contains(v, "://") && strings.ContainsAny(v, "?#@") {
			v = maskQuotedURL(v)
		}
		return m.text(text.Words(m.maskKnown(v), len(v)))
	case json.Number:
		if hide && (below || !strings.EqualFold(key, "code") && !describes(key)) {
			return secret.Mask
		}
		return json.RawMessage(v.String())
	}
	return v
}
