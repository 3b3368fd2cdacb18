package redact_test

import (
	"testing"

	"lanyard/console"
	"lanyard/ui/redact"
)

func names(users ...string) redact.Known {
	const at = "https://"
	return redact.Known{Users: users, Addresses: []string{at + "given.example"},
		Applications: []console.Application{{
			ConsumerKey: "Key12345", Username: "ana@corp.example", ProbeURL: at + "probe.example/x",
			Details: console.Details{RedirectURL: at + "redirect.example/"},
			Environment: console.Environment{
				Name: "gw.example", Issuer: at + "issuer.example", Proxy: "http://me@proxy.example",
				Endpoints: console.Endpoints{
					TokenURL: at + "token.example/token", RevokeURL: at + "revoke.example",
					IntrospectURL: at + "introspect.example",
					AuthorizeURL:  at + "authorize.example",
					DeviceURL:     at + "device.example", JWKSURL: at + "keys.example",
				},
			},
		}},
	}
}

// Known names are replaced wherever they are a word, and so are unknown ones that have the form of
// a name.
func TestText(t *testing.T) {
	t.Parallel()
	r := redact.New(names("bob"), nil)
	for in, want := range map[string]string{
		"given.example, PROBE.example and redirect.example": "host, host and host",
		"issuer.example proxy.example token.example":        "host host host",
		"revoke.example introspect.example":                 "host host",
		"authorize.example device.example keys.example":     "host host host",
		"key12345 of me":                   "key of user",
		"ana@corp.example, as ana; Banana": "user 1, as user 1; Banana",
		"bob at gw.example":                "user 2 at environment 1",
		"eve@other.example":                "user",
		"http://other.example:80/x":        "http://host/x",
		"10.1.2.3:80 and [fe80::1]":        "host and host",
		"lookup other: no host":            "lookup host: no host",
		"/home/kim/x":                      "~/x",
		// A tenant belongs to its user.
		"ana@carbon.super, bob@t.example":       "user 1, user 2",
		"as bob@carbon; bob":                    "as user 2; user 2",
		"bob@proxy.example, bob@probe.example.": "user 2@host, user 2@host.",
		// The scope of a machine has its name.
		"scopes default device_bobs-laptop.lan device_7": "scopes default device_host device_host",
		"device_code, device_authorization":              "device_code, device_authorization",
		// Directories may have a name in them; the file tells what it is about.
		"key file /srv/kim/keys/lanyard.key is open": "key file …/lanyard.key is open",
		"open /mnt/acme/config.toml:3: bad":          "open …/config.toml:3: bad",
		"/root/x and C:\\Users\\kim\\y":              "…/x and C:~\\y",
		"GET /orders/1.0/list":                       "GET /orders/1.0/list",
		"":                                           "",
	} {
		if got := r.Text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := (*redact.Redactor)(nil).Text("bob"); got != "bob" {
		t.Errorf("without a Redactor bob becomes %q", got)
	}
}

// A name keeps its number when the names change.
func TestNumbersStay(t *testing.T) {
	t.Parallel()
	r := redact.New(names("eve", "bob"), redact.New(names("bob"), nil))
	if got := r.Text("bob eve"); got != "user 2 user 3" {
		t.Errorf("they become %q", got)
	}
}
