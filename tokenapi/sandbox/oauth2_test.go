package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"lanyard/tokenapi/sandbox"
)

// A stock client, with both of its authentication methods, must work with the sandbox.
func TestStockClient(t *testing.T) {
	for name, style := range map[string]oauth2.AuthStyle{"header": oauth2.AuthStyleInHeader,
		"params": oauth2.AuthStyleInParams} {
		t.Run(name, func(t *testing.T) {
			// It compares expiry with the system clock.
			b := newBench(t, sandbox.Options{Clock: time.Now})
			ctx := context.WithValue(context.Background(), oauth2.HTTPClient,
				&http.Client{Transport: wire{b.server}})
			const tokenURL = "http://sandbox.test/token"

			cc := clientcredentials.Config{ClientID: b.orders.ConsumerKey,
				ClientSecret: b.orders.ConsumerSecret.Reveal(),
				TokenURL:     tokenURL, Scopes: []string{"a", "b"}, AuthStyle: style}
			tok, err := cc.Token(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !tok.Valid() || tok.RefreshToken != "" || tok.Type() != "Bearer" ||
				tok.Extra("scope") != "a b" {
				t.Errorf("valid %v, type %q, scope %v", tok.Valid(), tok.Type(), tok.Extra("scope"))
			}
			res, err := cc.Client(ctx).Get("http://sandbox.test" + b.orders.ProbePath)
			if err != nil || res.StatusCode != 200 {
				t.Errorf("calling the API: %v, %v", res, err)
			}

			conf := oauth2.Config{ClientID: b.payments.ConsumerKey,
				ClientSecret: b.payments.ConsumerSecret.Reveal(),
				Endpoint:     oauth2.Endpoint{TokenURL: tokenURL, AuthStyle: style}}
			tok, err = conf.PasswordCredentialsToken(ctx, b.payments.Username,
				b.payments.Password.Reveal())
			if err != nil {
				t.Fatal(err)
			}
			next, err := conf.TokenSource(ctx,
				&oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
			if err != nil {
				t.Fatal(err)
			}
			if next.AccessToken == tok.AccessToken || next.RefreshToken == tok.RefreshToken ||
				next.RefreshToken == "" {
				t.Error("the stock client did not see the rotation")
			}
			_, err = conf.TokenSource(ctx, &oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
			var fail *oauth2.RetrieveError
			if !errors.As(err, &fail) || fail.ErrorCode != "invalid_grant" ||
				fail.Response.StatusCode != 400 {
				t.Errorf("a spent refresh token: %v", err)
			}
		})
	}
}
