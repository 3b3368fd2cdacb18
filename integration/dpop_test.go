package integration

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A client that is limited to DPoP tokens gets no token, and the error says that the server
// refused.
func TestDPoPClientIsRefused(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, `
		[[environment]]
		name = "oidc"
		token_url = "HTTP/token"
		[[application]]
		name = "Orders"
		consumer_key = "bound"
		consumer_secret = "bound-secret"`)
	if r := s.ends(exitRefused, "token", "Orders"); r.out != "" ||
		!strings.Contains(r.err, "invalid_grant") {
		t.Errorf("said %q, %q", r.out, r.err)
	}
}

// Another program's DPoP token is active at the server, but cannot be used as a bearer token.
func TestDPoPTokenIsNoBearerToken(t *testing.T) {
	t.Parallel()
	b := requireBench(t, "nginx")
	bound := b.boundToken(t)
	if !b.alive(t, bound) {
		t.Fatal("no live token to begin with")
	}
	s := b.sit(t, b.gateway(t, time.Hour), behindGateway)
	if r := s.runWith(bound+"\n", "probe", "Orders", "-"); r.code != exitRefused {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
	}
}

// boundToken requests a token of the client bound, with a proof (RFC 9449 section 4.2) by a new
// key.
func (b *bench) boundToken(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key},
		(&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		t.Fatal(err)
	}
	claims, err := json.Marshal(map[string]any{
		"htm": http.MethodPost, "htu": b.issuer + "/token", "iat": time.Now().Unix(),
		"jti": rand.Text(),
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.issuer+"/token",
		strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("DPoP", proof)
	req.SetBasicAuth("bound", "bound-secret")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		Access string `json:"access_token"`
		Type   string `json:"token_type"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Type != "DPoP" {
		t.Fatalf("%d, type %q, %v", res.StatusCode, answer.Type, err)
	}
	return answer.Access
}
