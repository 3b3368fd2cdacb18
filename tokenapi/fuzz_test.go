package tokenapi

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// seeds are bodies of every notation, valid and broken.
func seeds() []string {
	return []string{
		`{"access_token":"t","expires_in":1e99}`,
		`{"active":"true","exp":"9223372036854775807","scope":["a"]}`, `{"active":false}`,
		`{"device_code":"d","user_code":"u","verification_url":"https://h/","interval":"5"}`,
		`{"data":{"access_token":"t"}}`,
		`{"error":[{}]}`, `{"error":"slow_down","interval":10}`, `[{"errorCode":"x"}]`,
		`"{\"error\":1}"`, "\ufeff{}", "", "null", "[]", `{"a":`,
		"\xff\xfe{\x00}\x00", "\x00{\x00}", "\xfe\xff\xd8\x00\xdc\x00\xd8",
		"access_token=t&scope=a%2Cb", "error=x&error_description=%zz", "device_code=d&user_code=u",
		"<OAuth><access_token>t</access_token></OAuth>",
		`<?xml version="1.0" encoding="iso-8859-1"?><a><b>` + "\xe9" + `</b></a>`,
		`<f:fault xmlns:f="x"><f:code>900901</f:code></f:fault>`, strings.Repeat("<a>", 40),
		strings.Repeat("<a>", 20) + "x" + strings.Repeat("</a>", 20),
		`<e:Envelope xmlns:e="x"><e:Body><e:Fault><faultstring>Authentication ` +
			`Failure</faultstring></e:Fault></e:Body></e:Envelope>`,
		`{"fault":{"code":900804,"nextAccessTime":"2026-Nov-24 12:00:00+0000 UTC"}}`,
		`{"code":"900910","description":"scopes: [a]"}`,
		"<html><title>x", "No matching resource found",
	}
}

func answerOf(status int, body []byte) answer {
	return answer{status: status, header: http.Header{}, body: bounded(body),
		at: time.Unix(1_700_000_000, 0), host: "h", path: "/token"}
}

// small fails if a text is larger than its source and a constant.
func small(t *testing.T, input []byte, texts ...string) {
	t.Helper()
	n := 0
	for _, s := range texts {
		n += len(s)
		noControls(t, s)
	}
	if n > 4*len(input)+4096 { // JSON writes a byte as up to six, U+FFFD takes three
		t.Fatalf("%d bytes of text from %d", n, len(input))
	}
}

// checkError checks the properties of every refusal.
func checkError(t *testing.T, e *Error, body []byte) {
	t.Helper()
	small(t, body, e.Error(), e.Code, e.Description, e.Hint, e.URI)
	if e.Action == "" || e.Kind == "" || !e.Answered() && e.Status != 0 || e.Interval < 0 ||
		e.RetryAfter < 0 || e.RetryAfter > longestWait {
		t.Fatalf("%+v", e)
	}
	if e.DropsRefresh() &&
		(e.Op != GrantRefreshToken || e.Code != "invalid_grant" || e.Status >= 500) {
		t.Fatalf("dropped: %+v", e)
	}
	if e.FaultCode < 0 || e.FaultCode > 999_999_999 {
		t.Fatalf("fault code %d", e.FaultCode)
	}
}

func FuzzDecodeToken(f *testing.F) {
	for _, s := range seeds() {
		f.Add(200, uint8(0), []byte(s))
		f.Add(400, uint8(1), []byte(s))
		f.Add(429, uint8(2), []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, which uint8, body []byte) {
		grants := []string{GrantPassword, GrantRefreshToken, GrantDeviceCode,
			GrantAuthorizationCode}
		body = bounded(body)
		a, e := decodeToken(grants[int(which)%len(grants)], answerOf(status, body))
		if e != nil {
			checkError(t, e, body)
			return
		}
		if a.Access.IsZero() || a.ExpiresIn < 0 || a.Life() < 0 || status < 200 || status > 299 {
			t.Fatalf("a success that is none: %+v", a)
		}
		if (a.Lifetime == Unknown) == a.HasExpiresIn || a.Lifetime == Bounded && a.ExpiresIn <= 0 ||
			a.Lifetime == Unbounded && a.ExpiresIn <= maxBounded {
			t.Fatalf("lifetime %s of %d with HasExpiresIn %v", a.Lifetime, a.ExpiresIn,
				a.HasExpiresIn)
		}
		if a.Usable && (a.TokenType != "Bearer" || !sendable(a.Access.Reveal())) {
			t.Fatalf("usable: %+v", a)
		}
		small(t, body, append([]string{a.TokenType, a.RawTokenType, a.IssuedTokenType},
			a.Scopes...)...)
		kept := len(a.Access.Reveal()) + len(a.Refresh.Reveal()) + len(a.ID.Reveal())
		for _, x := range a.Extra {
			noControls(t, x.Name)
			kept += len(x.Value.Reveal())
		}
		if kept > 7*len(body)+4096 {
			t.Fatalf("%d bytes kept of %d", kept, len(body))
		}
	})
}

func FuzzRevokeAnswer(f *testing.F) {
	f.Add(200, "canary", []byte(""))
	for _, s := range seeds() {
		f.Add(200, "", []byte(s))
		f.Add(400, "", []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, named string, body []byte) {
		r := answerOf(status, body)
		r.header.Set("RevokedAccessToken", named)
		a, e := decodeRevoke(r)
		if e != nil {
			checkError(t, e, r.body)
			return
		}
		if status < 200 || status > 299 ||
			a.Confirmed == (a.AccessToken.IsZero() && a.AuthorizedUser == "") {
			t.Fatalf("%d: %+v", status, a)
		}
	})
}

func FuzzIntrospectAnswer(f *testing.F) {
	for _, s := range seeds() {
		f.Add(200, []byte(s))
		f.Add(401, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		body = bounded(body)
		a, e := decodeIntrospect(answerOf(status, body))
		if e != nil {
			checkError(t, e, body)
			if (status == 401 || status == 403) && e.Action != NotAllowedToAsk && e.FaultCode == 0 {
				t.Fatalf("%d: %+v", status, e)
			}
			return
		}
		if status < 200 || status > 299 || a.Active == (a.Lifetime == "") ||
			a.Lifetime == Bounded && (!a.Expires.Known || a.Expires.Seconds <= 0) {
			t.Fatalf("%d: %+v", status, a)
		}
		if !a.Active && (a.Expires.Known || a.Scopes != nil || a.Extra != nil || a.ClientID != "") {
			t.Fatalf("inactive, and yet: %+v", a)
		}
		texts := append([]string{a.ClientID, a.Username, a.Subject, a.TokenType}, a.Scopes...)
		for _, p := range a.Extra {
			if strings.Contains(p.Value, secret.Mask) {
				p.Value = "" // a mask may be longer than the secret
			}
			texts = append(texts, p.Name, p.Value)
		}
		small(t, body, texts...)
	})
}

func FuzzDeviceAnswer(f *testing.F) {
	for _, s := range seeds() {
		f.Add(200, []byte(s))
		f.Add(400, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		body = bounded(body)
		a, e := decodeDevice(answerOf(status, body))
		if e != nil {
			checkError(t, e, body)
			return
		}
		if status < 200 || status > 299 || a.DeviceCode.IsZero() || a.Interval <= 0 ||
			a.Interval > longestPause || a.ExpiresIn < 0 || a.ExpiresIn > longestDevice {
			t.Fatalf("%d: %+v", status, a)
		}
		if u := a.VerificationURIComplete; u != "" &&
			!strings.HasPrefix(strings.ToLower(u), "http") {
			t.Fatalf("to open: %q", u)
		}
		small(t, body, a.UserCode, a.VerificationURI, a.VerificationURIComplete)
	})
}

func FuzzParseFault(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bounded(body)
		fault := parseFault(body)
		code, message, description := fault.code, fault.message, fault.description
		if code < 0 || code > 999_999_999 {
			t.Fatalf("code %d", code)
		}
		small(t, body, message, description)
		for _, status := range []int{0, 200, 302, 401, 403, 404, 429, 500, 502} {
			facts := probeFacts(status, http.Header{}, body, "")
			j := Judge(facts, facts.Shape, History{Accepted: true, Unchanged: true})
			if v := j.Verdict; v != Accepted && v != Refused && v != Unclear || v == Accepted ||
				v == Refused && (status < 300 || status >= 500 && !j.NamesToken) {
				t.Fatalf("%d: %+v", status, j)
			}
			_, m := probeWords(status, http.Header{}, body)
			noControls(t, m)
			a := fault.advise(status, http.Header{})
			small(t, body, a.Category, a.Cause, a.Scope)
			if a.NewTokenMayHelp && a.Category != expiredOrInvalid ||
				code >= 900905 && a.NewTokenMayHelp || a.Category == "" && a.Cause != "" {
				t.Fatalf("%d, %d: %+v", code, status, a)
			}
		}
	})
}

func FuzzMembers(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bounded(body)
		plain := toUTF8(body)
		if len(plain) > len(body)/2*3+3 {
			t.Fatalf("%d bytes of %d", len(plain), len(body))
		}
		m, n := readMembers(body)
		if m == nil || n == isEmpty && len(m) > 0 || n == isHTML && len(m) > 0 {
			t.Fatalf("notation %d: %v", n, m)
		}
		held := 0
		for name, v := range m {
			held += len(name)
			if s, ok := v.(string); ok {
				held += len(s)
			}
			m.text(name)
			m.boolean(name)
			m.seconds(name)
			m.object(name)
		}
		// An XML text is also part of the texts around it. All of them are parts of one string.
		if n != isXML && held > 3*len(plain)+64 {
			t.Fatalf("%d bytes held of %d", held, len(plain))
		}
		oauthError(m)
		extras(m)
		m.params()
		var mask masker
		if out := mask.body(body); out != "" && n != isJSON && n != isOther {
			t.Fatalf("notation %d has a record", n)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{
		"120", "-5", "1e99", "Mon, 23 Nov 2026 10:01:00 GMT", "2026-Nov-24 12:00:00+0000 UTC",
		"2026-11-24T12:00:00.5+01:00", "1795521600000", "0001-01-01T00:00:00Z",
	} {
		f.Add(s, "Mon, 23 Nov 2026 10:00:30 GMT")
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		h := http.Header{"Retry-After": {value}, "Date": {date}}
		now := time.Unix(1_700_000_000, 0)
		for _, d := range []time.Duration{retryAfter(h, now), fault{next: value}.wait(h, now)} {
			if d < 0 || d > longestWait {
				t.Fatalf("%q: %v", value, d)
			}
		}
		if at, ok := nextAccess(value); ok == at.IsZero() && at.Year() != 1 {
			t.Fatalf("%q: %v %v", value, at, ok)
		}
	})
}

func FuzzWholeSeconds(f *testing.F) {
	for _, s := range []string{"3600", "86400.92", "1e3", "-1", "9223372036854775808",
		"1e-999999999", "0e999999999", "+", ".", "1e", "0x10", " 7 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := wholeSeconds(s)
		if !ok && n != 0 || ok && n < 0 && !strings.Contains(s, "-") {
			t.Fatalf("%q: %d %v", s, n, ok)
		}
		if ok && n > 0 {
			if again, ok := wholeSeconds(strings.TrimSpace(s) + "0"); strings.Trim(s,
				"0123456789") == "" && (!ok || again < n) {
				t.Fatalf("%q: ten times as much is %d", s, again)
			}
		}
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range append(seeds(), "<title>a\x1b[31mred\x1b[0m",
		"<title>\u202eabc\u200b</title>") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		noControls(t, pageTitle([]byte(s)))
		isPage([]byte(s))
	})
}

func FuzzMask(f *testing.F) {
	f.Add("canary-secret", "x canary-secret y",
		[]byte(`{"access_token":"canary-secret","a":"canary-secret"}`))
	f.Add("a+b/c==", "a%2Bb%2Fc%3D%3D", []byte(`{"code":"a+b/c=="}`))
	f.Fuzz(func(t *testing.T, hidden, said string, body []byte) {
		var m masker
		m.add(hidden, true)
		noControls(t, m.words(said+hidden+said, 1000))
		if len(hidden) < learnFrom || strings.TrimSpace(hidden) != hidden ||
			strings.Contains(secret.Mask+secret.New(hidden).Fingerprint(), hidden) {
			return
		}
		if out := m.text(said + " " + hidden); strings.Contains(out, hidden) &&
			!strings.Contains(strings.ReplaceAll(out, secret.Mask, ""), hidden) {
			t.Fatalf("%q is shown in %q", hidden, out)
		}
		if out := m.text(hidden); strings.Contains(out, hidden) {
			t.Fatalf("%q is shown alone", hidden)
		}
		if !strings.ContainsAny(hidden, "•… ") && utf8.ValidString(hidden) && len(hidden) < 200 {
			for name, form := range disguises(hidden) {
				// A space separates the form from the text before it. The mask itself may hold a
				// form of few letters.
				if out := m.text("said " + form); len(form) >= learnFrom &&
					strings.Contains(strings.ReplaceAll(out, masked(hidden, true), ""), form) {
					t.Fatalf("%q is shown, %s, in %q", hidden, name, out)
				}
			}
		}
		noPiece(t, &m, hidden, said)
		if out := m.body(bounded(body)); out != "" &&
			strings.Contains(strings.ReplaceAll(out, masked(hidden, true), ""),
				strconv.Quote(hidden)) {
			t.Fatalf("%q is shown in the body %s", hidden, out)
		}
		noControls(t, maskFree(text.Words(said, 1000)))
		if again := maskFree(maskFree(said)); len(said) < 1000 && len(again) > 40*len(said)+1000 {
			t.Fatalf("%d bytes from %d", len(again), len(said))
		}
		_ = maskURL(said)
	})
}

// noPiece looks for pieceLen characters of a secret in the masked form of a text with such a piece.
func noPiece(t *testing.T, m *masker, hidden, said string) {
	t.Helper()
	piece := []rune(string(folded(hidden)))
	if len(piece) < pieceLen || !utf8.ValidString(hidden) {
		return
	}
	at := len(said) % (len(piece) - pieceLen + 1)
	shown := strings.ReplaceAll(masked(hidden, true), " ", "") + textOmitted
	for _, text := range []string{said, said + string(piece[at:at+pieceLen]) + said,
		said + " " + strings.ToUpper(string(piece[at:])) + " " + said} {
		for _, out := range []string{m.text(text), m.words(text, 1000),
			m.body([]byte(strconv.Quote(text)))} {
			out := string(folded(strings.ReplaceAll(out, textOmitted, "")))
			for i := 0; i+pieceLen <= len(piece); i++ {
				if p := string(piece[i : i+pieceLen]); strings.Contains(out, p) &&
					!strings.Contains(string(folded(shown)), p) {
					t.Fatalf("%q of %q is shown of %q: %q", p, hidden, text, out)
				}
			}
		}
	}
}
