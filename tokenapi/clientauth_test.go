package tokenapi_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

const granted = `{"access_token":"canary-access-7d1f","expires_in":60}`

// claimsOf decodes a JWS without package jwt and checks its ES256 signature.
func claimsOf(t *testing.T, jws string, key *ecdsa.PublicKey) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(jws, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	var raw [3][]byte
	for i, p := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(p); err != nil {
			t.Fatal(err)
		}
	}
	if json.Unmarshal(raw[0], &header) != nil || json.Unmarshal(raw[1], &claims) != nil ||
		len(raw[2]) != 64 {
		t.Fatalf("%s %s", raw[0], raw[1])
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(raw[2][:32]),
		new(big.Int).SetBytes(raw[2][32:])) {
		t.Error("the signature is not of this key")
	}
	return header, claims
}

// TestPrivateKeyJWT also has a server whose clock is ahead. From the second call on, assertions use
// its time.
func TestPrivateKeyJWT(t *testing.T) {
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	var forms []seen
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		forms = append(forms, seen{form: r.PostForm, header: r.Header.Clone()})
		w.Header().Set("Date", now.Add(10*time.Minute).Format(http.TimeFormat))
		_, _ = io.WriteString(w, granted)
	}))
	defer s.Close()
	key := newKey(t)
	c, err := tokenapi.New(
		tokenapi.Config{
			Endpoints: tokenapi.Endpoints{TokenURL: s.URL + "/token",
				RevokeURL: s.URL + "/revoke"}},
		func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	cr := tokenapi.Credentials{
		ConsumerKey: "key+1", ConsumerSecret: secret.New("canary-unused-7d1f"),
		Auth:       tokenapi.AuthPrivateKeyJWT,
		SigningKey: tokenapi.SigningKey{Key: text(keyPEM(t, key)), KeyID: "k1"},
	}
	_, x, err := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.Revoke(t.Context(),
		tokenapi.RevokeRequest{Credentials: cr, Token: secret.New("t")})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[any]bool{}
	for i, f := range forms {
		if f.form.Get("client_id") != "key+1" || f.form.Has("client_secret") ||
			f.header.Get("Authorization") != "" ||
			f.form.Get("client_assertion_type") !=
				"urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			t.Errorf("sent %v %v", f.form, f.header)
		}
		header, claims := claimsOf(t, f.form.Get("client_assertion"), &key.PublicKey)
		if header["alg"] != "ES256" || header["kid"] != "k1" {
			t.Errorf("header %v", header)
		}
		at := now
		if i > 0 {
			at = now.Add(10*time.Minute + time.Second/2)
		}
		if claims["iss"] != "key+1" || claims["sub"] != "key+1" ||
			claims["aud"] != s.URL+"/token" ||
			claims["iat"] != float64(at.Unix()) ||
			claims["exp"] != float64(at.Add(5*time.Minute).Unix()) {
			t.Errorf("claims %v", claims)
		}
		if jti, _ := claims["jti"].(string); len(jti) < 22 || ids[jti] {
			t.Errorf("jti %q", jti)
		}
		ids[claims["jti"]] = true
	}
	if d := dump(x); strings.Contains(d, forms[0].form.Get("client_assertion")) ||
		strings.Contains(d, "canary") ||
		!strings.Contains(d, "{Name:client_assertion Value:•••}") {
		t.Error(d)
	}
	cr.SigningKey = tokenapi.SigningKey{}
	_, _, err = c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
	failure(t, err, tokenapi.KindUsage, "no key to sign with", "signing_key")
	cr.SigningKey = tokenapi.SigningKey{Key: secret.New("canary-key-7d1f")}
	_, _, err = c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
	if e := failure(t, err, tokenapi.KindUsage, "could not be signed",
		"signing_key"); strings.Contains(e.Error(), "canary") {
		t.Error(e)
	}
}

func TestSignAssertion(t *testing.T) {
	now := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	key := newKey(t)
	sk := tokenapi.SigningKey{Key: text(keyPEM(t, key))}
	c, err := tokenapi.New(
		tokenapi.Config{Endpoints: tokenapi.Endpoints{TokenURL: "https://h.example/token"}},
		func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	mine := map[string]any{"sub": "ana", "aud": []string{"alias"}, "role": "x", "exp": int64(7)}
	for _, x := range []struct {
		in   map[string]any
		want string
	}{
		{map[string]any{"iss": "idp"},
			fmt.Sprintf("https://h.example/token %d %d idp <nil> idp", now.Unix()+300, now.Unix())},
		{mine, fmt.Sprintf("[alias] 7 %d ana x ana", now.Unix())},
		{map[string]any{"iss": "idp", "sub": "ana"},
			fmt.Sprintf("https://h.example/token %d %d idp <nil> ana", now.Unix()+300, now.Unix())},
	} {
		a, err := c.SignAssertion(sk, x.in)
		if err != nil {
			t.Fatal(err)
		}
		_, m := claimsOf(t, a.Reveal(), &key.PublicKey)
		whole := func(v any) int64 { f, _ := v.(float64); return int64(f) }
		if got := fmt.Sprintf("%v %d %d %v %v %v", m["aud"], whole(m["exp"]), whole(m["iat"]),
			m["iss"], m["role"], m["sub"]); got != x.want {
			t.Errorf("%s, want %s", got, x.want)
		}
		if m["jti"] == nil {
			t.Error("no jti")
		}
	}
	if len(mine) != 4 {
		t.Errorf("the caller's claims were changed: %v", mine)
	}
	_, err = c.SignAssertion(sk, nil)
	failure(t, err, tokenapi.KindUsage, "iss", "sub")
}

func TestPublicClient(t *testing.T) {
	s, got := recording(t, 200, granted)
	c := clientFor(t, s.URL, nil)
	cr := creds(tokenapi.AuthNone)
	if _, _, err := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "refresh_token",
			RefreshToken: secret.New("r")}); err != nil {
		t.Fatal(err)
	}
	cr.ConsumerSecret = secret.Text{}
	if _, _, err := c.Revoke(t.Context(),
		tokenapi.RevokeRequest{Credentials: cr, Token: secret.New("r")}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"client_id=key%2B1&grant_type=refresh_token&refresh_token=r",
		"client_id=key%2B1&token=r"} {
		if g := got()[i]; g.form.Encode() != want || g.header.Get("Authorization") != "" {
			t.Errorf("sent %v %v", g.form.Encode(), g.header)
		}
	}
	for _, auth := range []tokenapi.ClientAuth{"", tokenapi.AuthBasic, tokenapi.AuthBasicEncoded,
		tokenapi.AuthPost} {
		cr.Auth = auth
		_, _, err := c.Token(t.Context(),
			tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
		failure(t, err, tokenapi.KindUsage, "consumer secret is missing")
	}
	cr.Auth = tokenapi.AuthTLS
	_, _, err := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
	failure(t, err, tokenapi.KindUsage, "needs a client certificate", "client_cert")
}

// TestClientCertificate makes a real handshake that requests a certificate.
func TestClientCertificate(t *testing.T) {
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	var names []string
	var forms []string
	s := ours.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		names, forms = append(names, r.TLS.PeerCertificates[0].Subject.CommonName),
			append(forms, r.PostForm.Encode())
		_, _ = io.WriteString(w, granted)
	}), func(s *httptest.Server) {
		ours.wantClient(s)
		// The refusal comes before the request, so it is always read.
		s.TLS.MaxVersion = tls.VersionTLS12
	})
	cert, key := ours.issue(t, "console")
	with := func(cert, key []byte) *tokenapi.Client {
		return clientFor(t, s.URL, func(c *tokenapi.Config) {
			c.CAPEM, c.ClientCertPEM, c.ClientKeyPEM = ours.pem, cert, text(key)
		})
	}
	c := with(cert, key)
	cr := creds(tokenapi.AuthTLS)
	cr.ConsumerSecret = secret.Text{}
	if _, _, err := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"}); err != nil {
		t.Fatal(err)
	}
	if p, _, err := c.Probe(t.Context(),
		tokenapi.ProbeRequest{URL: s.URL + "/api", Token: secret.New("t")}); err != nil ||
		p.Verdict != tokenapi.Accepted {
		t.Errorf("%+v %v", p, err)
	}
	if !slices.Equal(names, []string{"console", "console"}) ||
		forms[0] != "client_id=key%2B1&grant_type=client_credentials" {
		t.Errorf("%v %v", names, forms)
	}
	_, _, err := get(t.Context(), with(nil, nil))
	if e := failure(t, err, tokenapi.KindTLS, "ended the handshake", "client_cert"); e.Sent {
		t.Error("the server never looked at the request")
	}
	other, otherKey := theirs.issue(t, "stranger")
	_, _, err = get(t.Context(), with(other, otherKey))
	if e := failure(t, err, tokenapi.KindTLS, "ended the handshake",
		"does not know the authority of client_cert"); e.Sent {
		t.Error("the server never looked at the request")
	}
	if len(names) != 2 {
		t.Errorf("%d requests", len(names))
	}
}

// TestRefusedAfterTheRequest has an alert of TLS 1.3 that arrives after the request was sent.
func TestRefusedAfterTheRequest(t *testing.T) {
	for words, sent := range map[string]bool{"certificate required": false,
		"bad certificate": false, "internal error": true} {
		c := clientFor(t, "https://h.example",
			nil).WithTransport(tripper(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "remote error", Err: errors.New("tls: " + words)}
		}))
		_, _, err := get(t.Context(), c)
		if e := failure(t, err, tokenapi.KindTLS, "ended the handshake: "+words,
			"client_cert"); e.Sent != sent {
			t.Errorf("%s: sent %v", words, e.Sent)
		}
	}
}

func TestClientCertificateErrors(t *testing.T) {
	a := newAuthority(t, "a")
	cert, key := a.issue(t, "console")
	_, otherKey := a.issue(t, "other")
	block, _ := pem.Decode(key)
	locked := pem.EncodeToMemory(
		&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("canary-7d1f")})
	oldLocked := pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: []byte("canary-7d1f"),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"},
	})
	for _, x := range []struct {
		cert, key   []byte
		which, what string
	}{
		{cert, nil, "client_cert", "without its key"},
		{nil, key, "client_key", "without its client certificate"},
		{[]byte{}, key, "client_cert", "no certificate"},
		{[]byte("canary-7d1f"), key, "client_cert", "no certificate"},
		{key, cert, "client_cert", "mixed up"},
		{cert, cert, "client_key", "mixed up"},
		{cert, []byte("canary-7d1f"), "client_key", "no private key"},
		{cert, locked, "client_key", "encrypted"},
		{cert, oldLocked, "client_key", "encrypted"},
		{cert, otherKey, "client_key", "does not belong"},
		{cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: block.Bytes[:20]}),
			"client_key", "damaged"},
		{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("canary-7d1f")}), key,
			"client_cert", "damaged"},
	} {
		_, err := tokenapi.New(tokenapi.Config{ClientCertPEM: x.cert, ClientKeyPEM: text(x.key)},
			time.Now)
		e := failure(t, err, tokenapi.KindUsage, x.what)
		if e.Op != x.which || strings.Contains(e.Error()+e.Hint, "canary") {
			t.Errorf("%v: op %s, want %s", e, e.Op, x.which)
		}
	}
	params := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte("x")})
	both := slices.Concat(params, key, cert)
	if _, err := tokenapi.New(tokenapi.Config{ClientCertPEM: both, ClientKeyPEM: text(both)},
		time.Now); err != nil {
		t.Errorf("one file for both: %v", err)
	}
}
