package console

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"

	"lanyard/tokenapi/secret"
)

// Form is the form in which a token is handed out.
type Form string

// The forms.
const (
	FormBare    Form = "bare"    // only the access token
	FormHeader  Form = "header"  // Authorization: Bearer …
	FormCurl    Form = "curl"    // a curl call of the probe URL
	FormEnv     Form = "env"     // export LANYARD_TOKEN=…
	FormJSON    Form = "json"    // access, refresh and ID token
	FormHTTP    Form = "http"    // a request of an .http file
	FormRefresh Form = "refresh" // only the refresh token
	FormID      Form = "id"      // only the ID token
)

// As returns a token in a form. It fails with CodeOddToken if the token has characters that the
// form cannot hold, with CodeNoProbeURL if the form needs a probe URL, and with CodeNoSuch if the
// token has no such credential.
func As(a Application, t Token, sec Secrets, form Form) (secret.Text, error) {
	part := map[Form]secret.Text{FormRefresh: sec.Refresh, FormID: sec.ID}
	if text, ok := part[form]; ok {
		if text.IsZero() {
			return text, &Error{Code: CodeNoSuch, Text: t.Fingerprint + " came without it"}
		}
		return text, plainText(text)
	}
	if form == FormJSON {
		return asJSON(t, sec)
	}
	if err := plainText(sec.Access); err != nil {
		return secret.Text{}, err
	}
	text := sec.Access.Reveal()
	header := "Authorization: " + tokenKind(t) + " " + text
	switch form {
	case FormHeader:
		return secret.New(header), nil
	case FormEnv:
		return secret.New("export LANYARD_TOKEN=" + ShellQuote(text)), nil
	case FormBare:
		return sec.Access, nil
	}
	u, err := url.Parse(string(a.ProbeURL))
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	if a.ProbeURL == "" || err != nil ||
		strings.ContainsFunc(string(a.ProbeURL)+a.Environment.CAFile, unprintable) {
		return secret.Text{}, &Error{
			Code: CodeNoProbeURL,
			Text: string(a.Label()) + " has no probe URL that can be written down",
			Hint: "set probe_url",
		}
	}
	if form == FormHTTP {
		return secret.New(a.ProbeMethod() + " " + u.String() + "\n" + header + "\n"), nil
	}
	return asCurl(a, header), nil
}

// asJSON returns a token as the token answer in which a server would issue it.
func asJSON(t Token, sec Secrets) (secret.Text, error) {
	out := map[string]any{
		"access_token": sec.Access.Reveal(),
		"token_type":   tokenKind(t),
		"scope":        strings.Join(t.Scopes, " "),
	}
	if !sec.Refresh.IsZero() {
		out["refresh_token"] = sec.Refresh.Reveal()
	}
	if !sec.ID.IsZero() {
		out["id_token"] = sec.ID.Reveal()
	}
	if !t.ExpiresAt.IsZero() {
		out["expires_at"] = t.ExpiresAt.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	b, err := json.Marshal(out)
	return secret.New(asciiJSON(string(b))), err
}

// asCurl returns a curl line that calls the probe URL of an application with a header.
func asCurl(a Application, header string) secret.Text {
	// The header goes through a pipe. printf is built into every shell, so the token is in no
	// argument list that other users can see.
	line := "printf '%s\\n' " + ShellQuote(header) + " | curl -sS -H @-"
	switch method := a.ProbeMethod(); method {
	case "GET":
	case "HEAD":
		line += " -I"
	default:
		line += " -X " + ShellQuote(method)
	}
	if a.Environment.CAFile != "" {
		line += " --cacert " + ShellQuote(a.Environment.CAFile)
	}
	return secret.New(line + " " + ShellQuote(string(a.ProbeURL)))
}

// asciiJSON escapes all but printable ASCII in a JSON text, so that every token can be pasted.
func asciiJSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= ' ' && r <= '~' {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// plainText refuses a credential with characters on which a terminal or shell acts. RFC 6749 allows
// printable ASCII; a line break would forge a header, and a quote would end a curl setting.
func plainText(t secret.Text) error {
	odd := func(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }
	if strings.ContainsFunc(t.Reveal(), odd) {
		return &Error{
			Code: CodeOddToken,
			Text: "the token holds characters that cannot be printed safely",
			Hint: "as JSON it can be copied and printed",
		}
	}
	return nil
}

// tokenKind returns the scheme with which a token is sent (RFC 6750 section 2.1).
func tokenKind(t Token) string {
	k := t.TokenType
	if k == "" || strings.EqualFold(k, "bearer") ||
		strings.ContainsFunc(k, func(r rune) bool { return r < '!' || r > '~' }) {
		return "Bearer"
	}
	return k
}

// ShellQuote quotes a text as one word of a POSIX shell.
func ShellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// ShellWord returns s as one word of a POSIX shell, quoted only if it must be.
func ShellWord(s string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-./@+:,%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return ShellQuote(s)
}
