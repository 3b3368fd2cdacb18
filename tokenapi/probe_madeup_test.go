package tokenapi_test

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

var t0 = time.Date(2026, 7, 21, 12, 0, 0, 0, time.UTC)

// shared reports whether two texts have a run of n characters in common.
func shared(a, b string, n int) bool {
	for i := 0; i+n <= len(a); i++ {
		if strings.Contains(b, a[i:i+n]) {
			return true
		}
	}
	return false
}

// A made-up opaque token has the length, alphabet and punctuation of the real one, and no other
// part of it.
func TestMadeUpOpaque(t *testing.T) {
	t.Parallel()
	for real, form := range map[string]string{
		"7f8a5b2c-1d3e-4f60-9a8b-c0d1e2f30415":     `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
		"0123456789abcdef0123456789abcdef":         `^[0-9a-f]{32}$`,
		"0123456789ABCDEF0123456789ABCDEF":         `^[0-9A-F]{32}$`,
		"gho_16C7e42F292c6912E7710c838347Ae178B4a": `^[0-9a-zA-Z]{3}_[0-9a-zA-Z]{36}$`,
		"onlysmalllettersinthisone":                `^[a-z]{25}$`,
		"12345678901234567890":                     `^[0-9]{20}$`,
		"bm90IGEgand0IGF0IGFsbCwgbm8gbm8=":         `^[0-9a-zA-Z]{31}=$`,
		"not.a.jwt.at.all.but.dots": `^[a-z]{3}\.[a-z]\.[a-z]{3}\.[a-z]{2}` +
			`\.[a-z]{3}\.[a-z]{3}\.[a-z]{4}$`,
	} {
		seen := map[string]bool{}
		for range 20 {
			made := tokenapi.MadeUp(secret.New(real), t0).Reveal()
			if !regexp.MustCompile(form).MatchString(made) || made == real ||
				shared(made, real, 8) {
				t.Fatalf("%s: made up %s", real, made)
			}
			seen[made] = true
		}
		if len(seen) < 20 {
			t.Errorf("%s: %d different of 20", real, len(seen))
		}
	}
	for range 300 { // 36 are possible
		if made := tokenapi.MadeUp(secret.New("a"), t0).Reveal(); made == "a" || made == "" {
			t.Fatalf("made up %q for a", made)
		}
	}
}

func TestMadeUpJWT(t *testing.T) {
	t.Parallel()
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	header := b64(`{"alg":"RS256","kid":"key-1","typ":"at+jwt"}`)
	signature := b64(strings.Repeat("real signature! ", 16))
	for name, c := range map[string]struct {
		claims string
		exp    time.Time
		iss    string
	}{
		"whole": {`{"iss":"https://id.example","aud":["a","b"],"exp":4102444800,"iat":1,` +
			`"jti":"real-jti-1","sub":"ana","scope":"orders"}`,
			time.Unix(4102444800, 0), "https://id.example"},
		"expired": {`{"iss":"https://id.example","exp":1000,"jti":"real-jti-1"}`, t0.Add(time.Hour),
			"https://id.example"},
		"bare": {`{"sub":"ana"}`, t0.Add(time.Hour), ""},
	} {
		real := header + "." + b64(c.claims) + "." + signature
		text := tokenapi.MadeUp(secret.New(real), t0)
		made, err := jwt.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		parts := strings.Split(text.Reveal(), ".")
		exp, _ := made.ExpiresAt()
		if parts[0] != header || made.Issuer() != c.iss || !exp.Equal(c.exp.Truncate(time.Second)) {
			t.Errorf("%s: iss %q, exp %v", name, made.Issuer(), exp)
		}
		if len(parts[2]) != len(signature) || parts[2] == signature ||
			shared(parts[2], signature, 8) {
			t.Errorf("%s: the signature is of another length, or not random", name)
		}
		for _, claim := range made.Claims {
			switch claim.Name {
			case "iss", "exp":
			case "aud":
				if claim.Value != `["a","b"]` {
					t.Errorf("%s: aud %s", name, claim.Value)
				}
			case "jti", "sub":
				if len(claim.Value) != 36 || strings.Contains(c.claims, claim.Value) {
					t.Errorf("%s: %s %s", name, claim.Name, claim.Value)
				}
			default:
				t.Errorf("%s: the claim %s was copied", name, claim.Name)
			}
		}
		if again := tokenapi.MadeUp(secret.New(real), t0); again.Equal(text) {
			t.Errorf("%s: made up twice alike", name)
		}
	}
	unsigned := header + "." + b64(`{"sub":"ana"}`) + "."
	if made := tokenapi.MadeUp(secret.New(unsigned), t0).Reveal(); !strings.HasSuffix(made, ".") ||
		strings.Count(made, ".") != 2 {
		t.Errorf("unsigned: %s", made)
	}
	encrypted := strings.Join([]string{b64(`{"alg":"dir","enc":"A128GCM"}`), "", b64("iv iv iv iv"),
		b64("a text that nobody can read"), b64("tag")}, ".")
	made := tokenapi.MadeUp(secret.New(encrypted), t0).Reveal()
	if p, q := strings.Split(made, "."), strings.Split(encrypted, "."); len(p) != 5 ||
		p[0] != q[0] || p[1] != "" || len(p[3]) != len(q[3]) || p[3] == q[3] {
		t.Errorf("encrypted: %s", made)
	}
}

func TestTokenForm(t *testing.T) {
	t.Parallel()
	form := func(s string) string { return tokenapi.TokenForm(secret.New(s)) }
	if form("0123456789abcdef") != form("fedcba9876543210") ||
		form("0123456789abcdef") == form("0123456789abcdefa") ||
		form("0123456789abcdef") == form("0123456789abcdez") {
		t.Error("the form of an opaque token is its alphabet and length")
	}
}
