package jwt_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

func TestParseRFC7515(t *testing.T) {
	t.Parallel()
	tok := parse(t, rs256)
	if tok.Alg != "RS256" || !tok.Signed || tok.Encrypted || tok.KeyID != "" ||
		tok.Issuer() != "joe" {
		t.Errorf("%+v", tok)
	}
	want := []jwt.Claim{
		{Name: "iss", Value: "joe", Text: true},
		{Name: "exp", Value: "1300819380", Time: time.Unix(1300819380, 0).UTC()},
		{Name: "http://example.com/is_root", Value: "true"},
	}
	if !reflect.DeepEqual(tok.Claims, want) {
		t.Errorf("claims %+v", tok.Claims)
	}
	if at, ok := tok.ExpiresAt(); !ok || at.Unix() != 1300819380 {
		t.Errorf("expires at %v, %v", at, ok)
	}
}

// Normalise returns the bare token of a pasted text unchanged, so that its fingerprint is right.
func TestPastes(t *testing.T) {
	t.Parallel()
	for _, form := range []string{
		"%s", " %s ", "\n%s\r\n", `"%s"`, `'%s'`, "“%s”", "`%s`", `"%s",`, "'%s' \\", "Bearer %s",
		"bearer  %s", "BEARER\t%s", `"Bearer %s"`,
		`Bearer "%s"`, "Authorization: Bearer %s", "authorization:bearer %s",
		`"Authorization: Bearer %s"`, "Bearer\n  %s", "\ufeff%s", "\u00a0%s\u200b",
		"Bea\nrer %s", "DPoP %s",
	} {
		for _, bare := range []string{rs256, "0af5ec2c-8ea1-3f4b-9d0e-1f5b0b5a4d3e",
			"a.opaque/token+with=="} {
			wrapped := bare[:9] + "\n  " + bare[9:]
			for _, body := range []string{bare, wrapped,
				strings.ReplaceAll(wrapped, "\n", "\r\n")} {
				text := secret.New(fmt.Sprintf(form, body))
				if got := jwt.Normalise(text); got.Reveal() != bare {
					t.Errorf("%q gives %q", text.Reveal(), got.Reveal())
				}
			}
		}
		if tok := parse(t,
			fmt.Sprintf(form, rs256)); tok.Raw().Fingerprint() != secret.New(rs256).Fingerprint() {
			t.Errorf("%q: another fingerprint", form)
		}
	}
	spaced := strings.Join(strings.Split(rs256, ""), " \u00a0")
	if tok := parse(t, spaced); tok.Raw().Reveal() != rs256 {
		t.Error("blanks within a JWT stay")
	}
	if got := jwt.Normalise(secret.New("two words")).Reveal(); got != "two words" {
		t.Errorf("blanks within an opaque token go: %q", got)
	}
	if !jwt.Normalise(secret.Text{}).IsZero() || !jwt.Normalise(secret.New(` "" `)).IsZero() {
		t.Error("nothing became something")
	}
	long := strings.Repeat("Bearer ", 100_000) + "x" // quadratic code takes minutes
	if got := jwt.Normalise(secret.New(long)).Reveal(); got != "x" {
		t.Errorf("%d bytes left", len(got))
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	dir := b64(`{"alg":"dir","enc":"A128GCM","kid":"k"}`)
	for _, c := range []struct {
		text              string
		ok, signed, crypt bool
	}{
		{rs256, true, true, false},
		{strings.TrimSuffix(rs256, rs256Sig), true, false, false},
		{strings.TrimSuffix(rs256, "."+rs256Sig), true, false, false},
		{dir + "..aXY.Y2lwaGVy.dGFn", true, false, true},
		{dir + ".a2V5.aXY.Y2lwaGVy.dGFn", true, false, true},
		{dir + ".a2V5.aXY.Y2lwaGVy", false, false, false},
		{"", false, false, false},
		{"0af5ec2c-8ea1-3f4b-9d0e-1f5b0b5a4d3e", false, false, false},
		{"ya29.a0Af_opaque.with_dots", false, false, false},
		{b64(`{"user":1}`) + ".aZbYcX." + rs256Sig, false, false, false}, // a signed cookie
		{b64(`["RS256"]`) + "." + rfcPayload + ".x", false, false, false},
		{b64(`{"alg":"RS256"} x`) + "." + rfcPayload + ".x", false, false, false},
		{b64(`{"alg":"RS256"`) + "." + rfcPayload + ".x", false, false, false},
		{b64(`{"alg"}`) + "." + rfcPayload + ".x", false, false, false},
		{unsigned(`{"alg":"RS256"}`, `"text"`), false, false, false},
		{unsigned(`{"alg":"RS256"}`, `{"a":`+strings.Repeat("[", 70)+strings.Repeat("]", 70)+`}`),
			false, false, false},
		{unsigned(`{"alg":"RS256"}`, `{"a":"`+strings.Repeat("[", 70)+`"}`), true, true, false},
		{unsigned(`{"alg":"RS256"}`, `{"a":"\"`+strings.Repeat("[", 70)+`"}`), true, true, false},
		{
			unsigned(`{"alg":"RS256"}`, `{"a":"`+strings.Repeat("x", 300<<10)+`"}`),
			false,
			false,
			false,
		},
		{strings.Repeat("ey", 2<<20) + ".x", false, false, false},
		{unsigned(`{}`, `{}`), true, true, false},
	} {
		tok, err := jwt.Parse(secret.New(c.text))
		if (err == nil) != c.ok || tok.Signed != c.signed || tok.Encrypted != c.crypt {
			t.Errorf("%.60q: signed %v, encrypted %v, %v", c.text, tok.Signed, tok.Encrypted, err)
		}
		if err != nil && !errors.Is(err, jwt.ErrNotJWT) {
			t.Errorf("%.60q: %v is not ErrNotJWT", c.text, err)
		}
	}
	jwe := parse(t, dir+"..aXY.Y2lwaGVy.dGFn")
	if jwe.Claims != nil || jwe.KeyID != "k" || jwe.Alg != "dir" {
		t.Errorf("JWE %+v", jwe)
	}
}

func TestStandardAlphabet(t *testing.T) {
	t.Parallel()
	claims := `{"a":"??>>~~ÿ","iss":"ü"}`
	std := base64.StdEncoding.EncodeToString
	if !strings.ContainsAny(std([]byte(claims)), "+/=") {
		t.Fatal("the claims prove nothing")
	}
	tok := parse(t, std([]byte(`{"alg":"RS256" }`))+"."+std([]byte(claims))+".ab+/cd==")
	if tok.Issuer() != "ü" || tok.Alg != "RS256" {
		t.Errorf("%+v", tok)
	}
}

func TestMembersAsTheyStand(t *testing.T) {
	t.Parallel()
	tok := parse(t, unsigned(`{ "x5t" : "Y2Vy", "kid":"b", "alg":"RS256", "kid":"a" }`,
		"{\"z\":1,\"a\":{ \"n\": [1, "+
			"2.50],\t\"n\":null},\"n\":9007199254740993,\"f\":1.10e2,\"bad\":\"a\xffb\","+
			"\"nested\":[\"\xff\"],\"z\":\"2\",\"esc\":\"\\u001b[31m\"}"))
	var got []string
	for _, c := range append(slices.Clone(tok.Header), tok.Claims...) {
		got = append(got, c.Name+"="+c.Value)
	}
	want := []string{"x5t=Y2Vy", "kid=b", "alg=RS256", "kid=a",
		"z=1", `a={"n":[1,2.50],"n":null}`, "n=9007199254740993", "f=1.10e2", "bad=a\ufffdb",
		"nested=[\"\ufffd\"]", "z=2", "esc=\x1b[31m"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if c, ok := tok.Get("z"); !ok || c.Value != "2" || !c.Text || tok.KeyID != "a" {
		t.Errorf("of two members the last counts: %+v, %q", c, tok.KeyID)
	}
	if _, ok := tok.Get("Z"); ok {
		t.Error("names are matched as they are written")
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	none := time.Time{}
	for _, c := range []struct {
		name, value string
		time        time.Time
		note        string
	}{
		{"exp", "1700000000", at("2023-11-14T22:13:20Z"), ""},
		{"nbf", "1700000000.25", at("2023-11-14T22:13:20.25Z"), ""},
		{"iat", "1700000000.1", at("2023-11-14T22:13:20.1Z"), ""},
		{"auth_time", "1.7e9", at("2023-11-14T22:13:20Z"), ""},
		{"updated_at", "1700000000", at("2023-11-14T22:13:20Z"), ""},
		{"updated_at", `"2023-11-14T22:13:20Z"`, none, ""},
		{"exp", `"1700000000"`, at("2023-11-14T22:13:20Z"), jwt.NoteString},
		{"exp", "1700000000123", at("2023-11-14T22:13:20.123Z"), jwt.NoteMilliseconds},
		{"exp", "0", at("1970-01-01T00:00:00Z"), ""},
		{"exp", "-1.5", at("1969-12-31T23:59:58.5Z"), ""},
		{"exp", "9223372036854775807", none, jwt.NoteNever},
		{"exp", "9223372036854775", none, jwt.NoteNever},
		{"exp", "253402300799", none, jwt.NoteNever},
		{"exp", "1e999999999", none, jwt.NoteNever},
		{"iat", "9223372036854775807", none, jwt.NoteImplausible},
		{"exp", "-90000000000", none, jwt.NoteImplausible}, // a year that cannot be formatted
		{"exp", "-9223372036854775808", none, jwt.NoteImplausible},
		{"exp", strings.Repeat("9", 100_000), none, ""},
		{"exp", "null", none, ""},
		{"exp", "[1]", none, ""},
		{"exp", `""`, none, ""},
		{"other", "1700000000", none, ""},
	} {
		tok := parse(t, unsigned(`{"alg":"RS256"}`, `{"`+c.name+`":`+c.value+`}`))
		got, _ := tok.Get(c.name)
		if !got.Time.Equal(c.time) || got.Note != c.note {
			t.Errorf("%s %.30s: %v, %q", c.name, c.value, got.Time, got.Note)
		}
		if _, err := json.Marshal(got.Time); err != nil {
			t.Errorf("%s %.30s: %v", c.name, c.value, err)
		}
		if _, ok := tok.ExpiresAt(); ok != (c.name == "exp" && !c.time.IsZero()) {
			t.Errorf("%s %.30s: ExpiresAt says %v", c.name, c.value, ok)
		}
	}
}

// Fractions are kept exactly.
func TestFractions(t *testing.T) {
	t.Parallel()
	for micros := int64(1); micros < 1_000_000; micros += 997 {
		c, _ := parse(t,
			unsigned(`{"alg":"RS256"}`, fmt.Sprintf(`{"exp":1700000000.%06d}`, micros))).Get("exp")
		if want := time.Unix(1_700_000_000, micros*1000); !c.Time.Equal(want) {
			t.Fatalf("%s: %v", c.Value, c.Time)
		}
	}
}

func TestTimeProblems(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		claims string
		leeway time.Duration
		want   []string
	}{
		{`{}`, 0, nil},
		{`{"exp":1700000001,"nbf":1700000000,"iat":1700000000}`, 0, nil},
		{`{"exp":1700000000}`, 0, []string{"expired just now"}},
		{`{"exp":1699999820}`, 0, []string{"expired 3 min ago"}},
		{`{"exp":1699999999}`, time.Second, []string{"expired 1 s ago"}},
		{`{"exp":1699999999}`, 2 * time.Second, nil},
		{`{"exp":1699913600}`, 0, []string{"expired 24 h ago"}},
		{`{"exp":1000}`, 0, []string{"expired 19675 days ago"}},
		{`{"exp":1699999820000}`, 0, []string{"expired 3 min ago"}},
		{`{"exp":9223372036854775807}`, 0, nil},
		{`{"nbf":1700000060}`, 59 * time.Second,
			[]string{"not valid before 2023-11-14T22:14:20Z (in 1 min)"}},
		{`{"nbf":1700000060}`, time.Minute, nil},
		{`{"iat":1700000060}`, 0, []string{"issued in the future (in 1 min): a clock is wrong"}},
		{`{"exp":1,"nbf":1700000060,"iat":1700000060}`, time.Minute,
			[]string{"expired 19675 days ago"}},
	} {
		if got := parse(t, unsigned(`{"alg":"RS256"}`, c.claims)).TimeProblems(now,
			c.leeway); !slices.Equal(got, c.want) {
			t.Errorf("%s with %v: %q", c.claims, c.leeway, got)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	for claims, want := range map[string][]string{
		`{}`:                            nil,
		`{"scope":null}`:                nil,
		`{"scope":7}`:                   nil,
		`{"scope":""}`:                  {},
		`{"scope":[]}`:                  {},
		`{"scope":"a"}`:                 {"a"},
		`{"scope":"a  b,c"}`:            {"a", "b,c"},
		`{"scope":"a,b"}`:               {"a", "b"},
		`{"scope":["a","b c"]}`:         {"a", "b c"},
		`{"scp":"a b"}`:                 {"a", "b"},
		`{"scp":["a"],"scope":"b"}`:     {"b"},
		`{"scp":["a"],"scope":{"x":1}}`: {"a"},
	} {
		got := parse(t, unsigned(`{"alg":"RS256"}`, claims)).Scopes()
		if !slices.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%s: %#v", claims, got)
		}
	}
}

func TestTokensDoNotPrint(t *testing.T) {
	t.Parallel()
	tok := parse(t, rs256)
	if out := fmt.Sprintf("%v %+v %#v", tok, tok, tok); strings.Contains(out, rs256Sig[:8]) {
		t.Errorf("a printed token shows its signature: %s", out)
	}
}
