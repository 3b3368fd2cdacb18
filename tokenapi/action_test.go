package tokenapi_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

const revoke, introspect, device = "revoke", "introspect", "device"

// refusalOf decodes an answer for an operation and returns its error.
func refusalOf(t *testing.T, op string, status int, header http.Header,
	body string) *tokenapi.Error {
	t.Helper()
	if header == nil {
		header = http.Header{}
	}
	r := tokenapi.Answered{Status: status, Header: header, Body: []byte(body),
		At: time.Unix(1_700_000_000, 0)}
	var err error
	switch op {
	case revoke:
		_, _, err = r.Revoke()
	case introspect:
		_, _, err = r.Introspect()
	case device:
		_, _, err = r.Device()
	default:
		_, _, err = r.Token(op)
	}
	e, ok := tokenapi.AsError(err)
	if !ok {
		t.Fatalf("%s %d %s: no error", op, status, body)
	}
	return e
}

func TestActions(t *testing.T) {
	const refresh, code, poll = tokenapi.GrantRefreshToken, tokenapi.GrantAuthorizationCode,
		tokenapi.GrantDeviceCode
	const cc, rfcWords = tokenapi.GrantClientCredentials,
		"Client authentication failed (e.g., unknown client, no client authentication " +
			"included, or unsupported authentication method)."
	for _, c := range []struct {
		op     string
		status int
		body   string
		want   tokenapi.Action
		hint   string
	}{
		{refresh, 400, `{"error":"invalid_grant"}`, tokenapi.Reauthenticate, "ask for a new token"},
		{code, 400, `{"error":"invalid_grant"}`, tokenapi.Reauthenticate, "begin again"},
		{tokenapi.GrantPassword, 400, `{"error":"invalid_grant"}`, tokenapi.FixCredentials,
			"password"},
		{tokenapi.GrantJWTBearer, 400, `{"error":"invalid_grant"}`, tokenapi.Stop, "assertion"},
		{tokenapi.GrantTokenExchange, 400, `{"error":"invalid_target"}`, tokenapi.Stop, "audience"},
		{poll, 400, `{"error":"invalid_grant"}`, tokenapi.Stop, "device code"},
		{poll, 400, `{"error":"invalid_grant","error_description":"invalid_request"}`,
			tokenapi.Stop, "older WSO2"},
		{poll, 429, ``, tokenapi.KeepPolling, "pauses"},
		{poll, 503, ``, tokenapi.RetryLater, "later"},
		{poll, 502, `{"error":"Bad Gateway"}`, tokenapi.RetryLater, ""},
		{poll, 500, `{"error":{"code":500,"status":"Internal Server Error","message":"x"}}`,
			tokenapi.RetryLater, ""},
		{poll, 503, `{"code":"101503","type":"Status report","message":"Runtime Error"}`,
			tokenapi.RetryLater, "later"},
		{poll, 500, `{"error":"server_error"}`, tokenapi.Stop, "begin again"},
		{poll, 503, `{"error":"temporarily_unavailable"}`, tokenapi.Stop, "begin again"},
		{poll, 500, `{"error":"access_denied"}`, tokenapi.Stop, "said no"},
		{poll, 500, `{"error":"expired_token"}`, tokenapi.Stop, "expired"},
		{poll, 500, `{"error":"teapot"}`, tokenapi.Stop, "begin again"},
		{poll, 500, `{"error":"invalid_client"}`, tokenapi.FixCredentials, "consumer key"},
		{poll, 500, `{"error":"authorization_pending"}`, tokenapi.KeepPolling, "not decided"},
		{poll, 503, `{"error":"slow_down"}`, tokenapi.KeepPolling, "pauses"},
		{poll, 401, `{"error":"invalid_client"}`, tokenapi.FixCredentials, "consumer key"},
		{code, 400, `{"error":"slow_down"}`, tokenapi.RetryLater, "later"},
		{refresh, 400, `{"error":"invalid_scope"}`, tokenapi.RetryWithoutScope, "no scope"},
		{code, 400, `{"error":"invalid_scope"}`, tokenapi.Stop, "scope"},
		{refresh, 500, `{"error":"server_error"}`, tokenapi.RetryLater, "later"},
		{refresh, 400, `{"error":"17003"}`, tokenapi.Stop, "locked"},
		{refresh, 400, `{"error":"98765"}`, tokenapi.Stop, "98765"},
		{refresh, 401, ``, tokenapi.FixCredentials, "client_auth"},
		{refresh, 500, `{"code":"101503","message":"Runtime Error"}`, tokenapi.RetryLater,
			"key manager"},
		{refresh, 429, `{"code":"900802","message":"Message throttled out"}`, tokenapi.RetryLater,
			"wait"},
		{refresh, 403, `{"code":"900908","message":"Resource forbidden"}`, tokenapi.Stop,
			"not subscribed"},
		{refresh, 200, `<html>`, tokenapi.Stop, "URL"},
		{revoke, 401, `{"error":"unauthorized_client"}`, tokenapi.UseIssuingClient,
			"another application"},
		{revoke, 400, `{"error":"unsupported_token_type"}`, tokenapi.TryRefreshToken,
			"refresh token"},
		{revoke, 400, `{"error":"access_denied"}`, tokenapi.Stop, "bound"},
		{revoke, 503, ``, tokenapi.RetryLater, "later"},
		{introspect, 401, `<html>`, tokenapi.NotAllowedToAsk, "credentials"},
		{introspect, 403, `{"error":"access_denied"}`, tokenapi.NotAllowedToAsk, "credentials"},
		{introspect, 401, `{"error":"invalid_client"}`, tokenapi.NotAllowedToAsk, "credentials"},
		{introspect, 200, `<html>`, tokenapi.NotAllowedToAsk, "credentials"},
		{introspect, 400, `{"error":"Invalid input"}`, tokenapi.Stop, ""},
		{introspect, 500, ``, tokenapi.RetryLater, ""},
		{introspect, 200, `{"active":"perhaps"}`, tokenapi.Stop, "introspection endpoint"},
		{device, 401, `{"error":"invalid_client"}`, tokenapi.FixCredentials, "consumer key"},
		// The client authentication method.
		{
			cc,
			401,
			`{"error":"invalid_client","error_description":"client is not allowed to use the ` +
				`specified token endpoint authentication method"}`,
			tokenapi.FixCredentials,
			"set client_auth",
		},
		{
			cc,
			400,
			`{"error":"unauthorized_client","error_description":"not allowed to use the ` +
				`specified authentication method"}`,
			tokenapi.FixCredentials,
			"set client_auth",
		},
		{
			cc,
			401,
			`{"error":"invalid_client","error_description":"Unsupported Client Authentication ` +
				`Method!"}`,
			tokenapi.FixCredentials,
			"set client_auth",
		},
		{
			cc,
			400,
			`{"error":"invalid_request","error_description":"Client authentication method not ` +
				`supported."}`,
			tokenapi.FixCredentials,
			"set client_auth",
		},
		{
			cc,
			401,
			`{"error":"invalid_client","error_description":"auth_method client_secret_post not ` +
				`supported"}`,
			tokenapi.FixCredentials,
			"set client_auth",
		},
		{
			cc,
			401,
			`{"error":"invalid_client","error_description":"` + rfcWords +
				` The OAuth 2.0 Client supports client authentication method ` +
				`'client_secret_post', but method 'client_secret_basic' was requested."}`,
			tokenapi.FixCredentials,
			"set client_auth",
		},
		{cc, 401, `{"error":"invalid_client","error_description":"` + rfcWords + `"}`,
			tokenapi.FixCredentials, "check consumer key"},
		{
			introspect,
			401,
			`{"error":"invalid_client","error_description":"client authentication method not ` +
				`supported"}`,
			tokenapi.NotAllowedToAsk,
			"set client_auth",
		},
		{
			refresh,
			400,
			`{"error":"unauthorized_client","error_description":"The client is not allowed to ` +
				`use this grant type"}`,
			tokenapi.Stop,
			"portal",
		},
		// Other names for invalid_client.
		{code, 200, `{"ok":false,"error":"bad_client_secret"}`, tokenapi.FixCredentials,
			"consumer secret"},
		{code, 200, `{"ok":false,"error":"invalid_client_id"}`, tokenapi.FixCredentials,
			"consumer key"},
		{code, 200, `{"ok":false,"error":"bad_client_id"}`, tokenapi.FixCredentials,
			"consumer key"},
		{code, 200, `{"error":"incorrect_client_credentials"}`, tokenapi.FixCredentials,
			"consumer key"},
		{refresh, 400, `{"error":"invalid_client_credentials"}`, tokenapi.FixCredentials,
			"consumer key"},
		{refresh, 400, `{"error":"client_not_found"}`, tokenapi.FixCredentials, "consumer key"},
		{refresh, 400, `{"error":"invalidClientSecret"}`, tokenapi.FixCredentials, "consumer key"},
		{
			refresh,
			401,
			`{"error":"unauthorized_client","error_description":"Invalid client or Invalid ` +
				`client credentials"}`,
			tokenapi.FixCredentials,
			"consumer key",
		},
		{
			cc,
			400,
			`{"error":"unauthorized_client","error_description":"AADSTS700016: Application with ` +
				`identifier 'x' was not found in the directory 'y'."}`,
			tokenapi.FixCredentials,
			"consumer key",
		},
		{cc, 403, `{"status":403,"message":"invalid client secret"}`, tokenapi.FixCredentials,
			"consumer key"},
		{cc, 401, `{"error":{"code":"invalid_client","status":401,"message":"no"}}`,
			tokenapi.FixCredentials, "consumer key"},
		{cc, 500, `{"error":"invalid_client"}`, tokenapi.FixCredentials, "consumer key"},
		{cc, 400, `{"error":"invalid_client_metadata"}`, tokenapi.Stop, ""},
		{
			cc,
			400,
			`{"error":"unauthorized_client","error_description":"Client is unauthorized to ` +
				`retrieve access tokens using this method, or client not authorized for any of ` +
				`the scopes requested."}`,
			tokenapi.Stop,
			"portal",
		},
		{tokenapi.GrantPassword, 401,
			`{"error":"access_denied","error_description":"Invalid username or password"}`,
			tokenapi.FixCredentials, "user name"},
		{tokenapi.GrantPassword, 400, `{"error":"invalid_credentials"}`, tokenapi.FixCredentials,
			"user name"},
		{tokenapi.GrantPassword, 500, `{"error":"server_error"}`, tokenapi.RetryLater,
			"wrong password"},
		{tokenapi.GrantPassword, 403,
			`{"error":"access_denied","error_description":"the policy forbids it"}`, tokenapi.Stop,
			"rule"},
		{device, 200, `{"device_code":"d"}`, tokenapi.Stop, "device authorization endpoint"},
	} {
		if e := refusalOf(t, c.op, c.status, nil, c.body); e.Action != c.want ||
			!strings.Contains(e.Hint, c.hint) {
			t.Errorf("%s %d %s: %q, %q; want %q and a hint with %q", c.op, c.status, c.body,
				e.Action, e.Hint, c.want, c.hint)
		}
	}
}

// TestEveryErrorHasANextStep checks the errors that the RFCs name.
func TestEveryErrorHasANextStep(t *testing.T) {
	for _, code := range []string{
		// RFC 6749 5.2
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
		"unsupported_grant_type", "invalid_scope",
		// 4.1.2.1
		"access_denied", "unsupported_response_type", "server_error", "temporarily_unavailable",
		"invalid_token", "insufficient_scope", // RFC 6750
		"unsupported_token_type",                              // RFC 7009
		"authorization_pending", "slow_down", "expired_token", // RFC 8628
		"invalid_target",                       // RFC 8693
		"use_dpop_nonce", "invalid_dpop_proof", // RFC 9449
		"token_expired", "authorization_declined", "bad_verification_code", "too_many_requests",
	} {
		for _, op := range []string{
			tokenapi.GrantClientCredentials, tokenapi.GrantPassword, tokenapi.GrantRefreshToken,
			tokenapi.GrantAuthorizationCode,
			tokenapi.GrantDeviceCode, tokenapi.GrantJWTBearer, tokenapi.GrantTokenExchange, revoke,
			introspect, device,
		} {
			e := refusalOf(t, op, 400, nil, `{"error":"`+code+`"}`)
			if e.Action == "" ||
				e.Hint == "" && (code != "authorization_pending" ||
					op == tokenapi.GrantDeviceCode) {
				t.Errorf("%s after %s: action %q, hint %q", code, op, e.Action, e.Hint)
			}
		}
	}
}

// TestDropsRefresh checks that only invalid_grant drops a refresh token, because a dropped one is
// lost.
func TestDropsRefresh(t *testing.T) {
	const refresh = tokenapi.GrantRefreshToken
	for _, c := range []struct {
		op     string
		status int
		body   string
		want   bool
	}{
		{refresh, 400, `{"error":"invalid_grant"}`, true},
		{refresh, 401, `{"error":"invalid_grant"}`, true},
		{refresh, 200, `{"error":"invalid_grant"}`, true},
		{refresh, 400, `{"errors":[{"errorType":"invalid_grant"}]}`, true},
		{refresh, 500, `{"error":"invalid_grant"}`, false},
		{refresh, 503, `{"error":"invalid_grant"}`, false},
		{refresh, 400, `{"error":"invalid_scope"}`, false},
		{refresh, 400, `{"error":"invalid_request"}`, false},
		{refresh, 400, `{"error":"Invalid_Grant"}`, false},
		{refresh, 400, `{"error":"expired_token"}`, false},
		{refresh, 401, `{"error":"invalid_client"}`, false},
		{refresh, 400, `{"error_description":"invalid_grant"}`, false},
		{refresh, 400, ``, false},
		{refresh, 404, `<html>`, false},
		{refresh, 200, `<html>`, false},
		{refresh, 401, `{"fault":{"code":900901}}`, false},
		{tokenapi.GrantPassword, 400, `{"error":"invalid_grant"}`, false},
		{tokenapi.GrantDeviceCode, 400, `{"error":"invalid_grant"}`, false},
		{revoke, 400, `{"error":"invalid_grant"}`, false},
	} {
		if got := refusalOf(t, c.op, c.status, nil, c.body).DropsRefresh(); got != c.want {
			t.Errorf("%s %d %s: %v", c.op, c.status, c.body, got)
		}
	}
	_, _, err := clientFor(t, "http://127.0.0.1:1", nil).Token(t.Context(), tokenapi.TokenRequest{
		Credentials: creds(tokenapi.AuthBasic), Grant: refresh, RefreshToken: secret.New("r"),
	})
	if e := failure(t, err, tokenapi.KindNetwork); e.DropsRefresh() ||
		e.Action != tokenapi.RetryLater {
		t.Errorf("%+v", e)
	}
}

// TestUnansweredActions checks that no action repeats a credential that may have been used up.
func TestUnansweredActions(t *testing.T) {
	lost := tripper(
		func(*http.Request) (*http.Response, error) { return nil, http.ErrHandlerTimeout })
	c := clientFor(t, "http://127.0.0.1:1", nil).WithTransport(lost)
	for grant, want := range map[string]tokenapi.Action{
		tokenapi.GrantRefreshToken: "", tokenapi.GrantPassword: "",
		tokenapi.GrantClientCredentials: tokenapi.RetryLater,
	} {
		_, _, err := c.Token(t.Context(), tokenapi.TokenRequest{
			Credentials: creds(tokenapi.AuthBasic), Grant: grant, RefreshToken: secret.New("r"),
			Username: "ana", Password: secret.New("p"),
		})
		if e, ok := tokenapi.AsError(err); !ok || !e.Sent || e.Action != want {
			t.Errorf("%s: %+v", grant, e)
		}
	}
	_, _, err := c.Token(t.Context(), tokenapi.TokenRequest{Grant: tokenapi.GrantPassword})
	if e := failure(t, err, tokenapi.KindUsage); e.Action != tokenapi.Stop {
		t.Errorf("%+v", e)
	}
}

// TestGoneEndpoints checks the answers of version 4 gateways, which have no /token.
func TestGoneEndpoints(t *testing.T) {
	c, err := tokenapi.New(tokenapi.Config{Endpoints: tokenapi.Endpoints{
		TokenURL: "https://gw.example:8243/token", RevokeURL: "https://[2001:db8::1]:8243/revoke",
		IntrospectURL: "https://gw.example:9443/oauth2/introspect",
	}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range []struct {
		status int
		body   string
	}{
		{404, ""},
		{404, "No matching resource found for given API Request"},
		{404, "<html><title>404</title>"},
		{404, `{"code":"404","type":"Status report","message":"Not Found","description":"The ` +
			`requested resource (/token) is not available."}`},
		{404, `<am:fault xmlns:am="http://wso2.org/apimanager"><am:code>404</am:code><am:type>` +
			`Status report</am:type><am:message>Not Found</am:message></am:fault>`},
		{403, `{"code":"900906","message":"No matching resource found in the API for the given ` +
			`request"}`},
	} {
		c = c.WithTransport(tripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: shape.status, Header: http.Header{},
				Body: io.NopCloser(strings.NewReader(shape.body))}, nil
		}))
		_, _, err := get(t.Context(), c)
		failure(t, err, tokenapi.KindRefused, "https://gw.example:9443/oauth2/token")
		_, _, err = c.Revoke(t.Context(),
			tokenapi.RevokeRequest{Credentials: creds(tokenapi.AuthBasic), Token: secret.New("t")})
		failure(t, err, tokenapi.KindRefused, "https://[2001:db8::1]:9443/oauth2/revoke")
		_, _, err = c.Introspect(t.Context(),
			tokenapi.IntrospectRequest{Credentials: creds(tokenapi.AuthBasic),
				Token: secret.New("t")})
		failure(t, err, tokenapi.KindRefused, "is the URL right?")
	}
}

// The URL of a page about an error is kept whole: its fragment and its query name the error.
func TestErrorPage(t *testing.T) {
	for _, c := range [][2]string{
		{"https://h.example/docs#invalid_client", "https://h.example/docs#invalid_client"},
		{"https://h.example/errors/#section-5.2", "https://h.example/errors/#section-5.2"},
		{"https://h.example/error?code=700016&lang=en#AADSTS700016",
			"https://h.example/error?code=700016&lang=en#AADSTS700016"},
		{"https://h.example/docs", "https://h.example/docs"},
		{"https://u:p@h.example/docs?session=1a2b3c4d5e#top",
			"https://h.example/docs?session=•••#top"},
		{"https://h.example/docs?q=3f9ca71e5f704c2e#access_token=c4n1",
			"https://h.example/docs?q=•••"},
		{"https://h.example/docs#3f9ca71e5f704c2e", "https://h.example/docs"},
	} {
		uri, want := c[0], c[1]
		if e := refusalOf(t, revoke, 400, nil,
			`{"error":"invalid_request","error_uri":"`+uri+`"}`); e.URI != want {
			t.Errorf("%s became %s, want %s", uri, e.URI, want)
		}
	}
}

// If the body names no error, the challenge may, with any scheme.
func TestClientErrorInChallenge(t *testing.T) {
	for _, challenge := range []string{`Bearer error="invalid_client"`,
		`Basic realm="x", error="invalid_client", error_description="no"`} {
		for _, op := range []string{revoke, tokenapi.GrantClientCredentials, device} {
			e := refusalOf(t, op, 401, http.Header{"Www-Authenticate": {challenge}}, ``)
			if e.Code != "invalid_client" || e.Action != tokenapi.FixCredentials ||
				(e.Description == "no") != strings.Contains(challenge, "no") {
				t.Errorf("%s after %s: %+v", op, challenge, e)
			}
		}
	}
	// A refusal of the proxy, which requires a token of its own, is no refusal of the grant.
	if e := refusalOf(t, tokenapi.GrantRefreshToken, 401,
		http.Header{"Www-Authenticate": {`Bearer error="invalid_grant"`}}, ``); e.Code != "" ||
		e.DropsRefresh() {
		t.Errorf("%+v", e)
	}
}
