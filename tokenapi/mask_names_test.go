package tokenapi

import (
	"strings"
	"testing"

	"lanyard/tokenapi/secret"
)

// Descriptions of a token or a key are shown, but the same name does not uncover a credential.
func TestNamesThatTellOfSecrets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value string }{
		{"token_use", "access_token"}, {"token_use", "access"}, {"tokenUse", "refresh_token"},
		{"token-use", "id"}, {"token_usage", "bearer"},
		{"token_type", "Bearer"}, {"tokentype", "application_access_token"}, {"Token-Type", "DPoP"},
		{"token_type", "N_A"},
		{"issued_token_type", "urn:ietf:params:oauth:token-type:saml2"},
		{"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"},
		{"token_endpoint_auth_method", "client_secret_basic"}, {"token_status", "ACTIVE"},
		{"tokenState", "inactive"}, {"token_kind", "OPAQUE"},
		{"token_format", "at+jwt"}, {"key_type", "PRODUCTION"}, {"keyType", "SANDBOX"},
		{"key_use", "sig"}, {"keyManager", "Resident Key Manager"},
		{"credential_type", "password"}, {"session_state", "active"}, {"jwt_alg", "RS256"},
		{"code_challenge_method", "S256"},
		{"access_token_expires_at", "2026-11-29T15:00:00Z"}, {"refresh_token_expires_in", "3600"},
		{"token_scope", "api:read"},
		{"error_code", "AADSTS50011"}, {"errorCode", "invalid_client"}, {"fault_code", "900901"},
		{"token_class", "id_token"}, {"tokenIssuedAt", "1795950262"},
		{"token", "access_token"}, {"code", "900901"}, {"code", "7000215"},
		{"code", "invalid_client"}, {"key", "orders_pkey"},
		{"access_token", "expired"}, {"client_secret", "missing"}, {"token", "YOUR_TOKEN"},
		{"token_endpoint", "https://a1b2c3.example/oauth2/token"},
	} {
		if isSecret(c.name, c.value) {
			t.Errorf("%s = %s is taken for a secret", c.name, c.value)
		}
	}
	for _, c := range []struct{ name, value string }{
		{"token", "active"}, {"access_token", "opaque"}, {"refreshToken", "abc"},
		{"client_secret", "basic"}, {"password", "access_token"}, {"client_secret", "bearer"},
		{"password_hint", "cat"}, {"secret", "Bearer-1a2b3c4d"},
		{"token_use", "3f9ca71e-5f70-4c2e-9a56-0d9c1e3f7a10"},
		{"token_type", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjNG4ifQ.c2ln"},
		{"token_status", "ya29.A0ARrdaM8x3Yb7qZ"}, {"key_type", "c4n-7d1f"},
		{"token_state", "gho_16C7e42F292c6912E7710c838347Ae178B4a"},
		{"code", "SplxlOBeZQQYbYS6WxSbIA"}, {"code", "active"}, {"code", "12345678"},
		{"code", "WDJB_MJHT1"}, {"code", "wdjb-mjht"}, {"code", "WDJB-MJHT"}, {"key", "production"},
		{"key", "orders_1pkey"},
		{"api_key", "orders_pkey"}, {"token", "_YOURTOKEN"}, {"token", "Your_Token"},
		{"password", "expired1"},
		{"token", strings.Repeat("A", 30) + "_B"}, {"user_code", "WDJB"}, {"session_id", "active"},
		{"api_key", "production"}, {"nonce", "n"}, {"key_use", "d131dd02c5e6eec4693d9a0698aff95c"},
		{"token_kind", strings.Repeat("a", 40)}, {"token_mode", "QwErTyUiOp"},
		{"token_policy", "1234567890123"}, {"token_in", "abc"}, {"password_at", "work"},
	} {
		if !isSecret(c.name, c.value) {
			t.Errorf("%s = %s is shown", c.name, c.value)
		}
	}
	for _, value := range []string{"expired", "SUPER_SECRET"} {
		if !isSecretParam("password", value) {
			t.Errorf("our own password %s is shown", value)
		}
	}
}

// In a body, a header and a text the same values are shown, and the same are masked.
func TestShownWordsOfTokens(t *testing.T) {
	t.Parallel()
	var m masker
	const body = `{"active":true,"key_ids":["c4n"],"token_expires_in":60,` +
		`"token_types":["access_token","c4n-7d1f"],"token_use":"access_token"}`
	want := `{"active":true,"key_ids":["` + secret.Mask +
		`"],"token_expires_in":60,"token_types":["access_token","` + secret.Mask +
		`"],"token_use":"access_token"}`
	if got := m.body([]byte(body)); got != want {
		t.Errorf("the body is shown as %s", got)
	}
	if got := m.text(
		"token_use=access_token token_kind=zz9-5e"); got != "token_use=access_token token_kind="+
		secret.Mask {
		t.Errorf("the text is shown as %s", got)
	}
	k := &call{mask: m}
	if got := k.headerValue("Token-Use", "access_token"); got != "access_token" {
		t.Errorf("the header is shown as %s", got)
	}
	if got := k.headerValue("Token-Use", "c4n-7d1f"); got != secret.Mask {
		t.Errorf("the header is shown as %s", got)
	}
}
