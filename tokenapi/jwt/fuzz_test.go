package jwt_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", rs256, es256, `"Bearer ` + rs256 + `"`, "Authorization: Bearer opaque", "“a\n b”",
		"bea\nrer \"x",
		unsigned(`{"alg":"none","kid":"a","kid":"b"}`,
			`{"exp":1e300,"nbf":"1.5e9","iat":-1,"scope":["a"],"scp":"b"}`),
		b64(`{"alg":"dir","enc":"A128GCM"}`) + "..aXY.Y2lwaGVy.dGFn",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		bare := jwt.Normalise(secret.New(s))
		if !jwt.Normalise(bare).Equal(bare) {
			t.Errorf("normalised twice it is another: %q", bare.Reveal())
		}
		tok, err := jwt.Parse(secret.New(s))
		if err != nil {
			if !errors.Is(err, jwt.ErrNotJWT) {
				t.Errorf("%v is not ErrNotJWT", err)
			}
			return
		}
		if !tok.Raw().Equal(bare) {
			t.Errorf("raw %q, normalised %q", tok.Raw().Reveal(), bare.Reveal())
		}
		for _, c := range tok.Claims {
			if !c.Text && !json.Valid([]byte(c.Value)) {
				t.Errorf("%q is no JSON", c.Value)
			}
			if _, err := json.Marshal(c.Time); err != nil {
				t.Errorf("%q: %v", c.Value, err)
			}
		}
		tok.Scopes()
		tok.TimeProblems(time.Unix(1_700_000_000, 0), time.Minute)
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(rs256, set(rsaJWK, ecJWK))
	f.Add(es256, set(with(ecJWK, map[string]any{"kid": "a", "use": "sig", "alg": "ES256"}),
		`{"kty":"oct"}`, `7`))
	f.Add(rs256, []byte(rsaJWK))
	f.Add(rs256, set(
		with(rsaJWK, map[string]any{"e": "Ag", "x5c": []string{"AA=="}, "x5t": "AA", "x5u": "x"})))
	f.Add(unsigned(`{"alg":"EdDSA","kid":"e"}`, `{}`),
		set(`{"kty":"OKP","crv":"Ed25519","kid":"e","x":"`+ecX+`"}`))
	f.Fuzz(func(t *testing.T, text string, jwks []byte) {
		tok, err := jwt.Parse(secret.New(text))
		if err != nil {
			tok = parse(t, rs256) // the keys must be tried nevertheless
		}
		got := tok.Verify(jwks)
		if got.Verified == (got.Why != "") {
			t.Errorf("%+v", got)
		}
		for _, line := range append(got.Skipped, got.Why) {
			if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("control characters in %q", line)
			}
		}
		jwt.KeyIDs(jwks)
	})
}

func FuzzSignKey(f *testing.F) {
	for _, key := range keys() {
		f.Add(pkcs8(f, key), "", "")
	}
	f.Add(rsaJWK, "RS256", "k")
	f.Add(jwkOf(f, keys()["P-256"], "k"), "", "")
	f.Add(string(set(jwkOf(f, keys()["Ed25519"], "a"), jwkOf(f, keys()["RSA"], "b"))), "", "b")
	f.Fuzz(func(t *testing.T, key, alg, kid string) {
		s, err := jwt.Sign(map[string]any{"iss": "x"}, secret.New(key), alg, kid)
		if err != nil {
			// Longer than any word of the messages, shorter than any key.
			for i := 0; i+24 <= len(key); i++ {
				if piece := key[i : i+24]; !strings.Contains(alg, piece) &&
					strings.Contains(err.Error(), piece) {
					t.Fatalf("%v quotes the key", err)
				}
			}
			return
		}
		if tok := parse(t, s.Reveal()); !tok.Signed || tok.Alg == "" {
			t.Errorf("%+v", tok)
		}
	})
}
