package console_test

import (
	"slices"
	"testing"

	"lanyard/console"
)

func TestNewDestinations(t *testing.T) {
	t.Parallel()
	at := func(host string, change ...func(*console.Application)) console.Application {
		a := console.Application{ProbeURL: console.Private("https://Gateway." + host + "/x")}
		a.Environment.Endpoints = console.Endpoints{
			TokenURL:  console.Private("https://" + host + "/token"),
			RevokeURL: console.Private("https://" + host + ":9443/revoke")}
		for _, c := range change {
			c(&a)
		}
		return a
	}
	here := []console.Application{at("here.example")}
	for name, x := range map[string]struct {
		app  console.Application
		want []string
	}{
		"the same": {at("here.example"), nil},
		"case":     {at("HERE.example"), nil},
		"other": {at("evil.example"),
			[]string{"evil.example", "evil.example:9443", "gateway.evil.example"}},
		"one URL": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.RevokeURL = "https://evil.example/revoke"
				}),
			[]string{"evil.example"}},
		"probe": {
			at("here.example",
				func(a *console.Application) { a.ProbeURL = "https://evil.example/" }),
			[]string{"evil.example"}},
		"issuer": {
			at("here.example",
				func(a *console.Application) { a.Environment.Issuer = "https://evil.example" }),
			[]string{"evil.example"}},
		"keys": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.JWKSURL = "https://evil.example"
				}),
			[]string{"evil.example"}},
		"device": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.DeviceURL = "https://evil.example"
				}),
			[]string{"evil.example"}},
		"authorize": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.AuthorizeURL = "https://evil.example"
				}),
			[]string{"evil.example"}},
		"introspect": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.IntrospectURL = "https://evil.example"
				}),
			[]string{"evil.example"}},
		"port": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.TokenURL = "https://here.example:1/token"
				}),
			[]string{"here.example:1"}},
		"without TLS": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.TokenURL = "http://here.example/token"
				}),
			[]string{"here.example over http"}},
		"proxy": {
			at("here.example",
				func(a *console.Application) { a.Environment.Proxy = "http://Evil.example:3128" }),
			[]string{"the proxy evil.example:3128"}},
		"user in the host": {
			at("here.example",
				func(a *console.Application) {
					a.Environment.Endpoints.TokenURL = "https://here.example@evil.example/"
				}),
			[]string{"evil.example"}},
		"unverified": {at("here.example",
			func(a *console.Application) { a.Environment.InsecureSkipVerify = true }),
			[]string{"gateway.here.example without TLS verification",
				"here.example without TLS verification",
				"here.example:9443 without TLS verification"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := console.NewDestinations([]console.Application{x.app},
				here); !slices.Equal(got, x.want) {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}
