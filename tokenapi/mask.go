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
	learnLimit = 64 // secrets taken from one answer; what is more is still masked by its key
	learnFrom  = 8  // bytes; what a server calls a secret may be "true"
	shortest   = 4  // shorter secrets are masked only where they stand alone, or "a" would mask every word: see isWord
)

// leftOut stands in place of a text that repeats a secret in a way that cannot be cut out of it.
const leftOut = "the server's text was left out: it repeats a credential"

// mayHold stands for the words of a server in the store where they hold what looks like a credential.
const mayHold = "the server's text was left out: it may hold a credential"

// masker takes the secrets of one exchange out of every text that a server sends: text does it, and each way to
// a screen, a line, JSON, the store or a log goes through it. What is written out as it is known is replaced,
// what looks like a secret too, and a word that repeats a piece of one in another form; if that is not all of it,
// the text is left out.
type masker struct {
	shown   map[string]string // text → what stands in its place
	secrets []string          // whose pieces are looked for
	open    []string          // texts of the request that are no secrets
	learned int
	built   *strings.Replacer
	echo    *echoes
}

// masked gives what is shown in place of a secret: for tokens the fingerprint too. Nothing else has one:
// the fingerprint of a password could be searched for.
func masked(s string, token bool) string {
	if s == "" {
		return ""
	}
	if token {
		return secret.Mask + " " + secret.New(s).Fingerprint()
	}
	return secret.Mask
}

// add makes a secret known, in every encoding in which it may come back, and each long piece of it.
func (m *masker) add(s string, token bool) {
	if strings.TrimSpace(s) == "" {
		return
	}
	m.addWhole(s, token)
	if !slices.Contains(m.secrets, s) {
		m.secrets, m.echo = append(m.secrets, s), nil
	}
}

// addNamed makes a value known that only its name calls a secret. Pieces of words and addresses are none.
func (m *masker) addNamed(s string, token bool) {
	if token || !isLabel(s) {
		m.add(s, token)
	} else {
		m.addWhole(s, token)
	}
}

// public says that a text of the request is no secret. What a secret has in common with it is shown.
func (m *masker) public(texts ...string) {
	m.open, m.echo = append(m.open, texts...), nil
}

// addWhole makes a secret known in its encodings, without its pieces.
func (m *masker) addWhole(s string, token bool) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if m.shown == nil {
		m.shown = map[string]string{}
	}
	m.built = nil
	show := masked(s, token)
	for _, v := range spellings(s) {
		if have, ok := m.shown[v]; v != "" && (!ok || len(have) < len(show)) {
			m.shown[v] = show
		}
	}
}

// learn makes a secret of the answer known.
func (m *masker) learn(s string, token bool) {
	if _, known := m.shown[s]; known || m.learned >= learnLimit || len(s) < learnFrom || len(s) > 64<<10 {
		return
	}
	m.learned++
	m.addNamed(s, token)
}

// text takes every secret out of s, and what looks like one.
func (m *masker) text(s string) string {
	out, _ := m.sift(s)
	return out
}

// sift is text. Guessed: something was masked by its looks alone, so that nobody knows whether that was all of it.
func (m *masker) sift(s string) (out string, guessed bool) {
	s = m.known(s)
	out = maskFree(s)
	guessed = out != s
	out = m.cut(out)
	return out, guessed && out != leftOut
}

// cut masks the one word that repeats a secret in another form, or leaves the text out.
func (m *masker) cut(s string) string {
	if !m.repeats(s, false) {
		return s
	}
	out, words := m.dropWords(s)
	if words > 1 || m.repeats(out, true) { // what was parted once may be parted more often
		return leftOut
	}
	return out
}

// hides reports whether there is anything of a secret in a text that is shown as it is, or not at all.
func (m *masker) hides(s string) bool { return m.known(s) != s || m.repeats(s, false) }

// repeats reports whether a text holds a piece of a secret, in any form; if strict, a short one.
func (m *masker) repeats(s string, strict bool) bool {
	if len(m.secrets) == 0 {
		return false
	}
	if m.echo == nil {
		m.echo = newEchoes(m.secrets, m.open)
	}
	return m.echo.in(s, strict)
}

// repeatsLong is repeats of secrets of wholeFrom characters and more.
func (m *masker) repeatsLong(s string) bool {
	if !m.repeats(s, false) {
		return false
	}
	long := *m.echo
	long.short = nil
	return long.in(s, false)
}

// dropWords masks each word that alone repeats a secret, and says how many different ones.
func (m *masker) dropWords(s string) (out string, dropped int) {
	seen := map[string]bool{}
	ends := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\"'`<>(){}[],;|&=?«»", r) }
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

// known masks the secrets of this exchange.
func (m *masker) known(s string) string {
	if s == "" || len(m.shown) == 0 {
		return s
	}
	if show, ok := m.shown[s]; ok {
		return show
	}
	if m.built == nil {
		m.build()
	}
	s = m.built.Replace(s)
	for v, show := range m.shown {
		if isWord(v) {
			s = replaceWord(s, v, show)
		}
	}
	return s
}

// words masks and cleans what a server or a cause said. Masking comes twice: cleaning may bring a
// secret together that was split by invisible characters.
func (m *masker) words(s string, limit int) string {
	out, _ := m.quote(s, limit)
	return out
}

// quote is words. Guessed: as that of sift.
func (m *masker) quote(s string, limit int) (out string, guessed bool) {
	out, guessed = m.sift(text.Words(m.known(s), rawLimit))
	return text.Words(out, limit), guessed
}

// build makes the replacer, the longest texts first, so that none hides a part of another.
func (m *masker) build() {
	var texts []string
	for v := range m.shown {
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
		pairs = append(pairs, v, m.shown[v])
	}
	m.built = strings.NewReplacer(pairs...)
}

// isWord reports whether a secret is masked only where it stands alone: "pass" within "password" says nothing of
// it, and what was left of the word would.
func isWord(s string) bool {
	const digits, letters = "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return len(s) < shortest || len(s) < wholeFrom && (strings.Trim(s, digits) == "" || strings.Trim(s, letters) == "")
}

// replaceWord replaces v in s where no letter or digit stands next to it. It looks at each byte a few times
// only: a server may repeat one letter through its whole answer.
func replaceWord(s, v, show string) string {
	var b strings.Builder
	inWord := func(r rune, size int) bool { return size > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	before := "" // what was written last
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

// isTokenKey says whether what has that name is a token, to be shown by its fingerprint.
func isTokenKey(name string) bool {
	switch strings.ToLower(name) {
	case "token", "access_token", "accesstoken", "refresh_token", "refreshtoken", "id_token", "idtoken", "subject_token",
		"deactivatedaccesstoken", "revokedaccesstoken", "revokedrefreshtoken":
		return true
	}
	return false
}

// body re-encodes a JSON body with its secrets masked, and gives "" for any other.
func (m *masker) body(body []byte) string {
	v, ok := readJSON(unmark(body))
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
	if m.repeats(out, false) { // in parts, none of which shows it
		return strconv.Quote(leftOut)
	}
	return out
}

// unsaid replaces the texts of a JSON body that repeat a secret. Any other body stays as it is.
func (m *masker) unsaid(body []byte) []byte {
	v, ok := readJSON(unmark(body))
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
			out := m.cut(m.known(v))
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

// find learns the secrets of a JSON value, so that they are masked under harmless names too.
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

// value masks a JSON value. Below a secret key everything is masked, whatever its own name.
func (m *masker) value(v any, key string, below bool) any {
	hide := below || isSecretKey(key)
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		_, isKey := v["kty"] // a JSON Web Key: what is private in it has short names (RFC 7518 section 6)
		for k, e := range v {
			out[m.text(text.Words(k, wordsLimit))] = m.value(e, k, hide || isKey && slices.Contains([]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}, k))
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
			v = maskSaidURL(v)
		}
		return m.text(text.Words(m.known(v), len(v)))
	case json.Number:
		if hide && (below || !strings.EqualFold(key, "code") && !describes(key)) {
			return secret.Mask
		}
		return json.RawMessage(v.String())
	}
	return v
}
