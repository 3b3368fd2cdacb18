package tokenapi_test

import (
	"net/http"
	"strings"
	"testing"

	"lanyard/tokenapi"
)

// The error texts of gateways other than WSO2's are read and understood.
func TestForeignFaults(t *testing.T) {
	const token, missing, scope = "invalid_or_expired_token", "missing_credentials",
		"insufficient_scope"
	for _, c := range []struct {
		status                     int
		body, message, description string
		category                   string
	}{
		{401, `{"error":{"code":401,"status":"Unauthorized","reason":"Access token is not ` +
			`active","message":"Access credentials are invalid"}}`,
			"Access credentials are invalid", "Access token is not active", token},
		{401, `{"error":{"code":401,"status":"Unauthorized","reason":"Access token expired"}}`,
			"Unauthorized", "Access token expired", token},
		{403, `{"error":{"code":403,"status":"Forbidden","message":"Access credentials are not ` +
			`sufficient to access this resource"}}`,
			"Access credentials are not sufficient to access this resource", "", ""},
		{
			500,
			`{"error":{"code":500,"status":"Internal Server Error","message":"the token could ` +
				`not be checked"}}`,
			"the token could not be checked",
			"",
			"",
		},
		{401, `{"error":{"type":"token_expired"}}`, "token_expired", "", token},
		{503, `{"fault":{"code":101503,"type":"Endpoint timeout"}}`, "Endpoint timeout", "",
			"gateway_upstream_error"},
		{503, `{"fault":{"code":101503,"type":"Status report","description":"x"}}`, "", "x",
			"gateway_upstream_error"},
		{401, `{"fault":{"type":"Authentication error","description":"Token is inactive"}}`,
			"Authentication error", "Token is inactive", token},
		{401, `{"fault":{"faultstring":"Invalid access token",` +
			`"detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}`,
			"Invalid access token", "keymanagement.service.invalid_access_token", token},
		{401, `{"message":"No credentials found for given 'iss'"}`,
			"No credentials found for given 'iss'", "", ""},
		{
			401,
			`{"message":"The incoming token has expired"}`,
			"The incoming token has expired",
			"",
			token,
		},
		{401, `{"code":401,"message":"Expired JWT Token"}`, "Expired JWT Token", "", token},
		{403, `{"detail":"Authentication credentials were not provided."}`, "",
			"Authentication credentials were not provided.", missing},
		{403, `{"error":{"code":403,"message":"Request had insufficient authentication scopes.",` +
			`"status":"PERMISSION_DENIED"}}`,
			"Request had insufficient authentication scopes.", "", scope},
		{401, `{"error":"invalid_token","error_description":"The access token expired"}`,
			"invalid_token", "The access token expired", token},
		{
			401,
			`{"type":"about:blank","title":"Unauthorized","status":401,"detail":"the token was ` +
				`revoked"}`,
			"Unauthorized",
			"the token was revoked",
			token,
		},
		{403, `{"message":"invalid audience in token"}`, "invalid audience in token", "", ""},
		{
			404,
			`{"error":{"code":404,"status":"Not Found","message":"Requested url does not match ` +
				`any rules"}}`,
			"Requested url does not match any rules",
			"",
			"",
		},
	} {
		f := tokenapi.Answered{Status: c.status, Header: http.Header{},
			Body: []byte(c.body)}.Fault()
		if f.Message != c.message || f.Description != c.description ||
			f.Advice.Category != c.category || f.Advice.NewTokenMayHelp != (c.category == token) {
			t.Errorf("%d %s: %q, %q, %q, helps %v", c.status, c.body, f.Message, f.Description,
				f.Advice.Category, f.Advice.NewTokenMayHelp)
		}
	}
	// A grant quotes both.
	e := refusalOf(t, tokenapi.GrantClientCredentials, 403, nil,
		`{"error":{"code":403,"status":"Forbidden","reason":"no rule","message":"denied"}}`)
	if e.Code != "Forbidden" || !strings.Contains(e.Description, "denied: no rule") {
		t.Errorf("a grant is refused with %q, %q", e.Code, e.Description)
	}
}
