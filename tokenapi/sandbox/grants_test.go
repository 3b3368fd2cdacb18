package sandbox_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

func unmarshal(t *testing.T, body string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
}

// assertion signs claims with an application's key, like a client. changes replaces claims; nil
// removes one.
func (b *bench) assertion(a sandbox.Application, changes map[string]any) string {
	b.Helper()
	block, _ := pem.Decode([]byte(a.SigningKey.Reveal()))
	if block == nil {
		b.Fatal("no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		b.Fatal(err)
	}
	c := map[string]any{"iss": a.ConsumerKey, "sub": a.ConsumerKey,
		"aud": "http://sandbox.test/oauth2/token", "exp": b.clock.Now().Add(time.Minute).Unix(),
		"iat": b.clock.Now().Unix(), "jti": rand.Text()}
	for name, v := range changes {
		if c[name] = v; v == nil {
			delete(c, name)
		}
	}
	body, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key.(*ecdsa.PrivateKey), sum[:])
	if err != nil {
		b.Fatal(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestPrivateKeyJWT(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	robot := b.named("Robot")
	ask := func(assertion, more string) reply {
		return b.do(b.request("POST", "/oauth2/token",
			"grant_type=client_credentials&client_assertion_type="+
				url.QueryEscape("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")+
				"&client_assertion="+assertion+more, "Content-Type", formType))
	}
	good := b.assertion(robot, nil)
	b.want(ask(good, ""), 200, "")
	b.want(ask(good, ""), 401, "invalid_client") // its jti is accepted once
	now := b.clock.Now()
	for _, c := range []struct {
		name    string
		changes map[string]any
		status  int
	}{
		{"token URL by its gateway name", map[string]any{"aud": "http://sandbox.test/token"}, 200},
		{"several audiences",
			map[string]any{"aud": []string{"x", "http://sandbox.test/oauth2/token"}}, 200},
		{"a fraction", map[string]any{"exp": float64(now.Unix()) + 60.5}, 200},
		{"within the skew", map[string]any{"exp": now.Add(-4 * time.Minute).Unix()}, 200},
		{"expired", map[string]any{"exp": now.Add(-5 * time.Minute).Unix()}, 401},
		{"no exp", map[string]any{"exp": nil}, 401},
		{"for years", map[string]any{"exp": now.Add(9000 * time.Hour).Unix()}, 401},
		{"no jti", map[string]any{"jti": nil}, 401},
		{"another audience", map[string]any{"aud": "https://elsewhere.test/oauth2/token"}, 401},
		{"no audience", map[string]any{"aud": nil}, 401},
		{"iss is not sub", map[string]any{"iss": "somebody"}, 401},
		{"another client's",
			map[string]any{"iss": b.orders.ConsumerKey, "sub": b.orders.ConsumerKey}, 401},
		{"from the future", map[string]any{"iat": now.Add(time.Hour).Unix()}, 401},
	} {
		if r := ask(b.assertion(robot, c.changes), ""); r.status != c.status {
			t.Errorf("%s: %d %s", c.name, r.status, r.Description)
		}
	}
	b.want(ask(b.assertion(robot, nil), "&client_id="+b.orders.ConsumerKey), 401, "invalid_client")
	b.want(ask(b.assertion(robot, nil), "&client_id="+robot.ConsumerKey), 200, "")
	b.want(ask(b.assertion(robot, nil), "&client_id="+robot.ConsumerKey+"&client_secret=x"), 400,
		"invalid_request")
	forged := b.assertion(robot, nil)
	b.want(ask(forged[:len(forged)-4]+"AAAA", ""), 401, "invalid_client")
	if !b.server.AssertionKeyPEM().Equal(robot.SigningKey) {
		t.Error("AssertionKeyPEM is another key")
	}
}

func TestTLSClient(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	r := b.request("POST", "/token",
		"grant_type=client_credentials&client_id="+b.named("Machine").ConsumerKey, "Content-Type",
		formType)
	b.want(b.do(r.Clone(t.Context())), 401, "invalid_client")
	certPEM, keyPEM, err := sandbox.ClientCertificate(b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	r = b.request("POST", "/token",
		"grant_type=client_credentials&client_id="+b.named("Machine").ConsumerKey, "Content-Type",
		formType)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{pair.Leaf}}
	b.want(b.do(r), 200, "")
	r = b.request("POST", "/token", "grant_type=client_credentials&client_id="+b.orders.ConsumerKey,
		"Content-Type", formType)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{pair.Leaf}}
	b.want(b.do(r), 401, "invalid_client")
}

func TestJWTBearer(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	batch := b.named("Batch")
	const grant = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer"
	good := b.assertion(batch, map[string]any{"iss": "an IdP", "sub": "berta"})
	p := b.post("/token", batch, grant+"&assertion="+good)
	b.want(p, 200, "")
	if p.Refresh == "" ||
		!strings.Contains(b.post("/introspect", b.orders, "token="+p.Access).body,
			`"username":"berta@carbon.super"`) {
		t.Error("the token is not berta's")
	}
	b.want(b.post("/token", batch, grant+"&assertion="+good), 400, "invalid_grant")
	b.want(b.post("/token", batch,
		grant+"&assertion="+b.assertion(batch, map[string]any{"sub": nil})), 400, "invalid_grant")
	b.want(b.post("/token", batch,
		grant+"&assertion="+b.assertion(batch, map[string]any{"exp": nil})), 400, "invalid_grant")
	b.want(b.post("/token", batch, grant+"&assertion=x.y.z"), 400, "invalid_grant")
	b.want(b.post("/token", batch, grant), 400, "invalid_request")
	b.want(b.post("/token", b.orders, grant+"&assertion=x"), 400, "unauthorized_client")
	// Our name, not that of the protocol.
	b.want(b.post("/token", batch, "grant_type=jwt_bearer&assertion=x"), 400,
		"unsupported_grant_type")
}

func TestTokenExchange(t *testing.T) {
	for _, profile := range sandbox.Profiles() {
		b := newBench(t, sandbox.Options{Profile: profile, SigningAlg: "ES256"})
		relay, ana := b.named("Relay"), b.getAna("")
		const grant = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&" +
			"subject_token_type=urn:ietf:params:oauth:token-type:"
		p := b.post("/token", relay, grant+"access_token&subject_token="+ana.Access)
		b.want(p, 200, "")
		var kind struct {
			Issued string `json:"issued_token_type"`
		}
		if unmarshal(t, p.body,
			&kind); kind.Issued != "urn:ietf:params:oauth:token-type:access_token" {
			t.Errorf("issued_token_type %q", kind.Issued)
		}
		if !strings.Contains(b.post("/introspect", b.orders, "token="+p.Access).body,
			`"username":"ana@carbon.super"`) {
			t.Error("the token is not ana's")
		}
		b.want(b.post("/token", relay,
			grant+"jwt&subject_token="+
				b.assertion(b.named("Batch"), map[string]any{"sub": "berta"})), 200, "")
		r := b.post("/token", relay,
			grant+
				"access_token&requested_token_type=urn:ietf:params:oauth:token-type:jwt&"+
				"subject_token="+
				ana.Access)
		if jwt := profile == sandbox.ProfileJWT ||
			profile == sandbox.ProfileStateless; (r.status == 200) != jwt {
			t.Errorf("%s: asking for a JWT: %d %s", profile, r.status, r.Error)
		}
		b.want(b.post("/token", relay, grant+"saml2&subject_token=x"), 400, "invalid_request")
		b.want(b.post("/token", relay, grant+"access_token"), 400, "invalid_request")
		b.revoke(b.payments, ana.Access)
		b.want(b.post("/token", relay, grant+"access_token&subject_token="+ana.Access), 400,
			"invalid_grant")
	}
}

func TestIntrospectAdminOnly(t *testing.T) {
	b := newBench(t, sandbox.Options{IntrospectAdminOnly: true})
	p := b.get(b.orders, "")
	b.want(b.post("/introspect", b.orders, "token="+p.Access), 401, "invalid_client")
	name, password := b.server.PortalUser()
	admin := "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password.Reveal()))
	r := b.do(b.request("POST", "/oauth2/introspect", "token="+p.Access, "Content-Type", formType,
		"Authorization", admin))
	if r.status != 200 || !strings.Contains(r.body, `"active":true`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	b.want(b.do(b.request("POST", "/introspect", "token="+p.Access, "Content-Type", formType,
		"Authorization", admin+"AA")), 401, "invalid_client")
}

func TestDiscovery(t *testing.T) {
	b := newBench(t, sandbox.Options{PublicURL: "https://km.test:9443/", SigningAlg: "ES256"})
	for _, path := range []string{"/oauth2/token/.well-known/openid-configuration",
		"/.well-known/oauth-authorization-server/oauth2/token"} {
		var d map[string]any
		unmarshal(t, b.do(b.request("GET", path, "")).body, &d)
		if d["issuer"] != "https://km.test:9443/oauth2/token" ||
			d["token_endpoint"] != d["issuer"] ||
			d["authorization_response_iss_parameter_supported"] != true {
			t.Errorf("%s: %v", path, d)
		}
		for name, v := range d {
			if s, ok := v.(string); ok && !strings.HasPrefix(s, "https://km.test:9443/oauth2/") {
				t.Errorf("%s is %s", name, s)
			}
		}
		if n := len(d["grant_types_supported"].([]any)); n != 7 {
			t.Errorf("%d grants", n)
		}
	}
	for alg, kty := range map[string]string{"ES256": "EC", "RS256": "RSA"} {
		b := newBench(t, sandbox.Options{SigningAlg: alg, Profile: sandbox.ProfileJWT})
		var set struct{ Keys []map[string]string }
		unmarshal(t, b.do(b.request("GET", "/oauth2/jwks", "")).body, &set)
		head, _, _ := strings.Cut(b.get(b.orders, "").Access, ".")
		raw, err := base64.RawURLEncoding.DecodeString(head)
		if err != nil {
			t.Fatal(err)
		}
		var h map[string]string
		unmarshal(t, string(raw), &h)
		if len(set.Keys) != 1 || set.Keys[0]["kty"] != kty || set.Keys[0]["kid"] != h["kid"] ||
			h["alg"] != alg || h["typ"] != "at+jwt" || !strings.HasSuffix(h["kid"], "_"+alg) {
			t.Errorf("%s: keys %v, header %v", alg, set.Keys, h)
		}
	}
}
