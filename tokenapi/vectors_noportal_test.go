//go:build !portal

// This file goes, and the build tag of vectors_portal_test.go with it, when tokenapi/portal is there.

package tokenapi_test

import "testing"

// devportalToken reads an application token of the developer portal: accessToken, tokenScopes, validityTime.
// With the decoder of tokenapi/portal it gives ok, access_token, expires_in, lifetime and scopes, and null for
// the members of RFC 6749 that this answer never has.
func (v vector) devportalToken(t *testing.T) map[string]any {
	t.Helper()
	t.Fatal("no decoder: portal.DecodeApplicationToken is to be put in here")
	return nil
}

// registration reads an answer of dynamic client registration. With the decoder of tokenapi/portal it gives ok,
// client_id, client_secret, client_name, callback_url and the rest that Registration holds.
func (v vector) registration(t *testing.T) map[string]any {
	t.Helper()
	t.Fatal("no decoder: portal.DecodeRegistration is to be put in here")
	return nil
}
