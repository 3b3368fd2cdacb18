package tokenapi_test

import (
	"testing"

	"lanyard/tokenapi/portal"
)

// devportalToken is the answer of generate-token in the developer portal, which differs from RFC
// 6749.
func (v vector) devportalToken(t *testing.T) map[string]any {
	t.Helper()
	a, err := portal.DecodeApplicationToken([]byte(v.Body))
	if v.Status < 200 || v.Status > 299 {
		t.Fatalf("status %d: only a success has a token", v.Status)
	}
	m := base(err, "access_token", "refresh_token", "id_token", "expires_in", "lifetime",
		"token_type", "token_type_raw",
		"scopes", "scope_source")
	m["usable"] = a.Usable
	if err != nil {
		return m
	}
	m["access_token"], m["lifetime"], m["scopes"] = a.Access.Reveal(), a.Lifetime, a.Scopes
	m["token_type"], m["token_type_raw"], m["scope_source"] = or(a.TokenType), or(a.RawTokenType),
		"response"
	if a.Scopes == nil {
		m["scope_source"] = "requested"
	}
	if a.HasExpiresIn {
		m["expires_in"] = a.ExpiresIn
	}
	return m
}

// registration is an answer of WSO2's dynamic client registration.
func (v vector) registration(t *testing.T) map[string]any {
	t.Helper()
	r, err := portal.DecodeRegistration([]byte(v.Body))
	m := base(err, "client_id", "client_secret", "client_name", "callback_url",
		"is_saas_application", "app_owner",
		"owner", "token_type", "application_uuid", "grant_types", "redirect_uris")
	if err != nil {
		return m
	}
	m["client_id"], m["client_secret"], m["client_name"] = or(r.ClientID),
		or(r.ClientSecret.Reveal()), or(r.ClientName)
	m["callback_url"], m["is_saas_application"], m["saas_app"] = or(r.CallbackURL),
		r.SaasApplication, r.SaasApplication
	m["app_owner"], m["owner"], m["token_type"] = or(r.Owner), or(r.Owner), or(r.TokenType)
	m["application_uuid"], m["uuid"] = or(r.UUID), or(r.UUID)
	// One fact under several names.
	for _, name := range []string{"saas", "is_saas", "saas_application"} {
		m[name] = r.SaasApplication
	}
	m["redirect_uri"], m["application_owner"] = or(r.CallbackURL), or(r.Owner)
	m["grant_types"], m["redirect_uris"] = r.GrantTypes, r.RedirectURIs
	return m
}
