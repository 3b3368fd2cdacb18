package tokenapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// maxBounded is the lifetime in seconds above which a token counts as unbounded.
const maxBounded = int64(10 * 365 * 24 * 3600)

// decodeToken reads an answer of the token endpoint. Its errors are not masked yet.
func decodeToken(op string, a answer) (TokenAnswer, *Error) {
	m, n, e := a.accepted(op)
	if e != nil {
		return TokenAnswer{}, e
	}
	m, e = a.tokenMembers(op, m)
	if e != nil {
		return TokenAnswer{}, e
	}
	access := strings.TrimSpace(m.str("access_token", "accessToken"))
	if access == "" {
		return TokenAnswer{}, a.garbled(op, n)
	}
	t := TokenAnswer{
		Access:          secret.New(access),
		Refresh:         secret.New(strings.TrimSpace(m.str("refresh_token", "refreshToken"))),
		ID:              secret.New(strings.TrimSpace(m.str("id_token", "idToken"))),
		RawTokenType:    text.Words(m.text("token_type", "tokenType"), 100),
		IssuedTokenType: text.Words(m.str("issued_token_type"), wordsLimit),
		Deactivated:     secret.New(strings.TrimSpace(a.header.Get("DeactivatedAccessToken"))),
		Nonce:           secret.New(strings.TrimSpace(a.header.Get("DPoP-Nonce"))),
		Extra:           extras(m),
		At:              a.at,
	}
	t.TokenType, t.Usable = tokenType(t.RawTokenType)
	t.Unsendable = unsendable(access)
	t.Usable = t.Usable && t.Unsendable == ""
	t.Scopes = scopes(m["scope"])
	t.ExpiresIn, t.HasExpiresIn, t.Lifetime = lifetime(m)
	return t, nil
}

// RefreshAfter returns the refresh token to keep after a refresh with sent: the new one, or sent if
// the answer has none (RFC 6749 section 6).
func (a TokenAnswer) RefreshAfter(sent secret.Text) secret.Text {
	if a.Refresh.IsZero() {
		return sent
	}
	return a.Refresh
}

// tokenMembers returns the members that hold the token. Most servers put them into the body itself.
// Douyin ("data") and Slack ("authed_user") put them, or an error, into an object within it.
func (a answer) tokenMembers(op string, m members) (members, *Error) {
	if m.has("access_token") || m.has("accessToken") {
		return m, nil
	}
	for _, name := range []string{"data", "authed_user"} {
		o, ok := m[name].(map[string]any)
		if !ok {
			continue
		}
		in := members(o)
		if in.has("access_token") || in.has("accessToken") {
			return in, nil
		}
		code, words, bad := oauthError(in)
		if n, ok := in.seconds("error_code"); !bad && ok && n != 0 {
			code, bad = in.text("error_code"), true
			words = in.text("error_description", "description", "message")
		}
		if bad {
			e := a.failure(op, KindRefused)
			e.Code, e.Description = text.Words(code, rawLimit), text.Words(words, rawLimit)
			e.Action, e.Hint = a.next(e, fault{})
			return nil, e
		}
	}
	return m, nil
}

// tokenType normalizes the spelling of a token type. A missing type counts as Bearer, because
// servers of the early OAuth 2.0 drafts send none.
func tokenType(raw string) (scheme string, usable bool) {
	switch strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(raw)) {
	case "", "bearer", "bearer token", "bearertoken", "application access token",
		"user access token":
		return "Bearer", true
	case "dpop":
		return "DPoP", false // RFC 9449 section 5: it needs a proof
	case "n a":
		return "N_A", false // RFC 8693 section 2.2.1: not an access token
	}
	return raw, false
}

// sendable reports whether a token can be sent in a header.
func sendable(token string) bool { return token != "" && unsendable(token) == "" }

// unsendable describes the first character of a token that cannot be sent in a header (RFC 6750
// section 2.1), by its kind and position. It returns "" if there is none, and never quotes the
// token.
func unsendable(token string) string {
	n := 0
	for _, r := range token {
		n++
		var what string
		switch {
		case r == '\n' || r == '\r':
			what = "a line break"
		case r == ' ' || r == '\t':
			what = "a blank"
		case r < ' ' || r == 0x7f:
			what = "a control character"
		case r == utf8.RuneError:
			what = "a byte that is no text in UTF-8"
		case r > '~':
			what = "a character outside ASCII"
		default:
			continue
		}
		return fmt.Sprintf("%s as character %d of %d", what, n, utf8.RuneCountInString(token))
	}
	return ""
}

// scopes reads a scope member. It returns nil if the member is missing, and an empty list if it is
// empty. A comma separates scopes only if there is no space: "read:a,b" may be one scope.
func scopes(v any) []string {
	var words []string
	switch v := v.(type) {
	case string:
		if words = strings.Fields(v); len(words) == 1 {
			words = strings.Split(words[0], ",")
		}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok {
				words = append(words, s)
			}
		}
	default:
		return nil
	}
	out := []string{}
	for _, w := range words {
		if w = text.Words(w, wordsLimit); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// lifetime reads expires_in, or the member that some servers send instead.
func lifetime(m members) (seconds int64, has bool, l Lifetime) {
	for _, name := range []string{"expires_in", "expiresIn", "expires"} {
		var text string
		switch v := m[name].(type) {
		case json.Number:
			text = v.String()
		case string:
			text = v
		}
		seconds, has = wholeSeconds(text)
		if name == "expires" && seconds > maxBounded {
			has = false // a point in time, not a lifetime
		}
		if has {
			break
		}
	}
	switch {
	case !has:
		return 0, false, Unknown
	case seconds <= 0:
		return 0, true, Ambiguous
	case seconds > maxBounded:
		return seconds, true, Unbounded
	}
	return seconds, true, Bounded
}

// wholeSeconds reads a decimal number, drops its fraction and clamps it to an int64. It does not
// use float64, which would change 9223372036854775 and fail on 1e999.
func wholeSeconds(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	mantissa, power := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		p, err := strconv.Atoi(s[i+1:])
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, false
		}
		mantissa, power = s[:i], min(max(p, -10_000), 10_000)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || len(digits) > 5_000 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	switch point := len(whole) + power; {
	case point <= 0:
		digits = "0"
	case point <= len(digits):
		digits = digits[:point]
	case strings.Trim(digits, "0") == "":
		digits = "0"
	default:
		digits += strings.Repeat("0", point-len(digits))
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	if negative {
		n = -n
	}
	return n, true
}
