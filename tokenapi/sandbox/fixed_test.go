package sandbox_test

import (
	"strings"
	"testing"

	"lanyard/tokenapi/sandbox"
)

// issued returns the access tokens of three grants at a server with these options.
func issued(t *testing.T, o sandbox.Options) (out []string) {
	t.Helper()
	o.SigningAlg, o.JWTApps = "ES256", []string{"Mobile"}
	b := newBench(t, o)
	ana := "grant_type=password&username=ana&password=" + b.payments.Password.Reveal()
	user := b.post("/token", b.mobile, ana)
	return []string{b.get(b.orders, "").Access, user.Access, user.Refresh,
		b.post("/token", b.mobile, "grant_type=refresh_token&refresh_token="+user.Refresh).Access}
}

// With FixedTokens, the same seed and the same requests give the same tokens.
func TestFixedTokens(t *testing.T) {
	t.Parallel()
	one := issued(t, sandbox.Options{FixedTokens: true, Seed: 7})
	for i, token := range issued(t, sandbox.Options{FixedTokens: true, Seed: 7}) {
		if token == "" || token != one[i] {
			t.Errorf("token %d: %.8s and %.8s", i, token, one[i])
		}
	}
	for name, o := range map[string]sandbox.Options{
		"another seed": {FixedTokens: true, Seed: 8}, "without FixedTokens": {Seed: 7},
	} {
		for i, token := range issued(t, o) {
			if token == one[i] {
				t.Errorf("%s: token %d is the same", name, i)
			}
		}
	}
}

// A JWT of JWTApps keeps the rules of the opaque profile: it is issued again while it is valid, and
// the gateway remembers it after its revocation.
func TestJWTApps(t *testing.T) {
	t.Parallel()
	b := newBench(t, sandbox.Options{JWTApps: []string{"Mobile"}, SigningAlg: "ES256"})
	token := b.get(b.mobile, "").Access
	if strings.Count(token, ".") != 2 || strings.Contains(b.get(b.orders, "").Access, ".") {
		t.Fatalf("%q is no JWT, or another application has one", token)
	}
	if again := b.get(b.mobile, "").Access; again != token {
		t.Error("a second request returns another token")
	}
	b.wantCall(b.mobile.ProbePath, token, 200, "at first")
	b.revoke(b.mobile, token)
	b.wantCall(b.mobile.ProbePath, token, 200, "after the revocation")
}
