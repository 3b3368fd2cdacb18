package tokenapi

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Texts of servers without a secret are shown unchanged.
func TestMaskLeavesInnocentTexts(t *testing.T) {
	t.Parallel()
	var m masker
	for _, s := range []string{
		"c4nQ7xW2mK9pR4tL8vB3nZ6dJ1sF", "3f9ca71e-5f70-4c2e-9a56-0d9c1e3f7a10",
		"0123456789abcdef0123456789abcdef", "pass", "test1", "changeme",
		"reporting-service-secret-7Fq",
		"eyJ4NXQiOiJNell4TW1Gak56STFaV1kiLCJraWQiOiJkMGVjIiwiYWxnIjoiUlMyNTYifQ." +
			base64.RawURLEncoding.EncodeToString(
				[]byte(`{"sub":"ana","aud":"https://gw.example/api",`+
					`"iss":"https://km.example:9443/oauth2/token","scope":"default"}`)) +
			".c2lnbmF0dXJlLW9mLWl0",
		"correct horse battery staple",
	} {
		m.add(s, true)
		m.learn(s, true)
	}
	m.public("reporting-service", "ana@example.com", "https://km.example:9443/oauth2/token")
	m.learn("invalid.client.credentials", false) // a server's value of error_key
	m.addNamed("urn:mace:incommon:iap:silver", false)
	again := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, said := range []string{
		again("<x:Issuer>" + strings.Repeat("an issuer of 10 things; ", 400) +
			again(strings.Repeat("271828 and a certificate, ", 200))),
		again(again(strings.Repeat("Invalid client, 12. ", 500))),
		"", "no", "ok", "The provided authorization grant is invalid, expired, revoked.",
		"invalid client credentials", "Invalid credentials were given",
		"The client reporting-service is not allowed to use client_credentials.",
		"reporting-service-xyz is another client",
		"A valid OAuth client could not be found for client_id: reporting-service",
		"Client Authentication failed.", "Client authentication failed. Unknown client.",
		"Persisted access token data not found", "Provided Authorization Grant is invalid",
		"Authentication failed for ana@example.com", "17002 - The authenticated user is locked",
		"<ams:fault " +
			"xmlns:ams=\"http://wso2.org/apimanager/security\"><ams:code>900901</ams:code>" +
			"<ams:message>Invalid Credentials</ams:message><ams:description>Access failure for " +
			"API: /pizzashack/1.0.0, version: 1.0.0 status: (900901) - Invalid Credentials. Make " +
			"sure you have provided the correct security credentials</ams:description></ams:fault>",
		`{"fault":{"code":900902,"message":"Missing Credentials","description":"Invalid ` +
			`Credentials. Make sure your API invocation call has a header: 'Authorization : ` +
			`Bearer ACCESS_TOKEN' or 'Authorization : Basic ACCESS_TOKEN' or 'ApiKey : API_KEY'"}}`,
		"900800 Message throttled out You have exceeded your quota. You can access API after " +
			"2026-Nov-24 12:00:00+0000 UTC",
		"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the " +
			"request is the client secret value, not the client secret ID, for a secret added " +
			"to app 'b7a1c2d3-9f3e-4b6a-8c1d-2e3f4a5b6c7d'.",
		"AADSTS50126: Error validating credentials due to invalid username or password. Trace " +
			"ID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e800 Correlation ID: " +
			"11d3f7a0-5b6c-4d7e-8f90-a1b2c3d4e5f6 Timestamp: 2026-11-24 12:00:00Z",
		"unauthorized_client", "invalid_grant: Bad Request", "Token was not recognised",
		"JWT signature does not match locally computed signature",
		"The request is missing a required parameter, includes an invalid parameter value, " +
			"includes a parameter more than once, or is otherwise malformed.",
		"see https://docs.example/errors/invalid-client and " +
			"https://km.example:9443/oauth2/token for more",
		"connect to 10.0.0.1:8243: connection refused",
		"dial tcp: lookup km.example on 127.0.0.53:53: no such host",
		"x509: certificate signed by unknown authority", "remote error: tls: handshake failure",
		"the correct password is needed, and the horse is elsewhere", "latest",
		"the latest tests of the passage", "a battery of tests",
		"Die Anmeldung ist fehlgeschlagen: Benutzername oder Kennwort falsch. Größe 12 €.",
		"認証に失敗しました。もう一度お試しください。", "Ошибка аутентификации клиента",
		"request 7c9e6679-7425-40de-944b-e07fc1f90ae7 failed after 1234 ms",
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"etag W/\"686897696a7c876b7e\"",
		"values 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 99 52 110",
		"50% of the requests%20failed", `a \ b \n c`, "&lt;b&gt; &amp; &copy; 2026",
		"see https://docs.example/errors?code=invalid_client for more",
		"see https://login.example/error?code=7000215.",
		"https://login.example/error?code=50126&lang=en-US",
		"see https://docs.example/help?topic=token-endpoint&lang=en, please",
		"at https://km.example/services/Token?wsdl", "https://docs.example/errors#invalid-client",
		"https://docs.example/e?a=b;c=d&&e=&msg=Invalid%20client+credentials#section-5.2",
		`duplicate key value violates primary key='orders_pkey'`,
		`{"constraint":"x","key":"orders_pkey"}`, "<key>orders_pkey</key>",
		"access_token=expired", "The access_token=expired. Try (code=invalid_client).",
		`{"refresh_token":"missing"}`, "token: invalid, client_secret=required",
		"Use ?token=YOUR_TOKEN", "curl https://h.example/revoke?token=YOUR_TOKEN&api_key=API_KEY",
		strings.Repeat("The scope is invalid. ", 40),
	} {
		if got := m.text(said); got != said {
			t.Errorf("%q became\n%q", said, got)
		}
	}
}
