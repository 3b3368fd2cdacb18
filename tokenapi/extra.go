package tokenapi

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// Extra is a member of an answer that has no field in TokenAnswer. It may be a secret, so its value
// is handled as one. Value is the member as JSON, even if the body was XML or a form.
type Extra struct {
	Name  string // cleaned
	Value secret.Text
}

// known lists the members of a token answer that have a field in TokenAnswer.
func known() []string {
	return []string{
		"access_token", "accessToken", "refresh_token", "refreshToken", "id_token", "idToken",
		"token_type", "tokenType",
		"scope", "issued_token_type", "expires_in", "expiresIn", xmlSpace,
	}
}

// extras returns the members without a field in TokenAnswer, sorted by name.
func extras(m members) []Extra {
	var names []string
	for name := range m {
		if !slices.Contains(known(), name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var out []Extra
	for _, name := range names {
		if b, err := json.Marshal(m[name]); err == nil {
			out = append(out, Extra{text.Words(name, 100), secret.New(string(b))})
		}
	}
	return out
}

// masked hides secrets of the exchange that the server repeats in the names and texts of its
// answer.
func (a *TokenAnswer) masked(m *masker) {
	for i := range a.Extra {
		a.Extra[i].Name = m.words(a.Extra[i].Name, 100)
	}
	a.IssuedTokenType = m.words(a.IssuedTokenType, wordsLimit)
	for _, s := range []*string{&a.TokenType, &a.RawTokenType} {
		if m.repeatsLong(*s) {
			*s = secret.Mask
		}
	}
	for i, s := range a.Scopes { // a scope may equal a short password
		if m.repeatsLong(s) {
			a.Scopes[i] = secret.Mask
		}
	}
	if m.repeatsLong(strings.Join(a.Scopes, " ")) {
		a.Scopes = []string{secret.Mask}
	}
}

// params returns members as text for a person, sorted by name. Strings stay as they are, other
// values become JSON. All are cleaned, and masked if the name is that of a secret.
func (m members) params(not ...string) []Param {
	var mask masker
	mask.find(map[string]any(m), "")
	var names []string
	for name := range m {
		if !slices.Contains(not, name) && m[name] != nil {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var out []Param
	for _, name := range names {
		v := mask.value(m[name], name, false)
		shown, isText := v.(string)
		if !isText {
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if e.Encode(v) != nil {
				continue
			}
			shown = strings.TrimRight(b.String(), "\n")
		}
		out = append(out, Param{mask.text(text.Words(name, 100)), text.Words(shown, 4*wordsLimit)})
	}
	return out
}
