package tokenapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
)

// inProcess carries requests to the sandbox without a socket.
func inProcess(h http.Handler) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return rec.Result(), nil
	})
}

// TestAgainstTheSandbox is the life of a token, in virtual time: issued, refreshed, revoked,
// accepted by the gateway for a while longer, dead.
func TestAgainstTheSandbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		const base = "https://sandbox.example"
		c := clientFor(t, base, nil).WithTransport(inProcess(s))
		ctx := t.Context()
		lived := 0
		for _, app := range s.Applications() {
			if app.Auth != sandbox.AuthBasic || app.Grant != tokenapi.GrantClientCredentials &&
				app.Grant != tokenapi.GrantPassword || app.Name == "Reports" {
				// A grant of more than one step, or an application that may not call its API.
				continue
			}
			lived++
			cr := tokenapi.Credentials{ConsumerKey: app.ConsumerKey,
				ConsumerSecret: app.ConsumerSecret, Auth: tokenapi.AuthBasic}
			a, _, err := c.Token(ctx, tokenapi.TokenRequest{
				Credentials: cr, Grant: app.Grant, Username: app.Username, Password: app.Password,
				Scopes: app.Scopes,
			})
			if err != nil || !a.Usable || a.Lifetime != tokenapi.Bounded ||
				!a.At.Equal(time.Now()) {
				t.Fatalf("%s: %+v %v", app.Name, a, err)
			}
			if !a.Refresh.IsZero() {
				request := tokenapi.TokenRequest{Credentials: cr, Grant: tokenapi.GrantRefreshToken,
					RefreshToken: a.Refresh}
				b, _, err := c.Token(ctx, request)
				if err != nil || b.Access.Equal(a.Access) || b.Refresh.Equal(a.Refresh) {
					t.Fatalf("%s: refresh: %+v %v", app.Name, b, err)
				}
				_, _, err = c.Token(ctx, request)
				failure(t, err, tokenapi.KindRefused, "invalid_grant", "ask for a new token")
				a = b
			}
			probe := func(want tokenapi.Verdict) {
				t.Helper()
				p, _, err := c.Probe(ctx,
					tokenapi.ProbeRequest{URL: base + app.ProbePath, Token: a.Access})
				if err != nil || p.Verdict != want {
					t.Errorf("%s: %+v %v, want %s", app.Name, p, err, want)
				}
			}
			probe(tokenapi.Accepted)
			r, _, err := c.Revoke(ctx,
				tokenapi.RevokeRequest{Credentials: cr, Token: a.Access, Hint: "access_token"})
			if err != nil || !r.Confirmed || !r.AccessToken.Equal(a.Access) {
				t.Fatalf("%s: revoke: %+v %v", app.Name, r, err)
			}
			probe(tokenapi.Accepted)
			time.Sleep(s.CacheTTL() + time.Second) // virtual: no time passes
			probe(tokenapi.Refused)

			cr.ConsumerSecret = a.Access
			_, _, err = c.Token(ctx,
				tokenapi.TokenRequest{Credentials: cr, Grant: tokenapi.GrantClientCredentials})
			failure(t, err, tokenapi.KindRefused, "invalid_client", "consumer secret")
		}
		if lived < 4 {
			t.Errorf("only %d applications lived through it", lived)
		}
	})
}

// TestDeadlineInVirtualTime checks the default deadline, without a socket.
func TestDeadlineInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clientFor(t, "https://h.example",
			nil).WithTransport(tripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, context.Cause(r.Context())
		}))
		began := time.Now()
		_, x, err := get(t.Context(), c)
		if e := failure(t, err, tokenapi.KindTimeout, "15s"); !e.Sent {
			t.Error("nobody knows whether it was sent")
		}
		if time.Since(began) != 15*time.Second || x.Took != 15*time.Second {
			t.Errorf("%v %v", time.Since(began), x.Took)
		}
	})
}
