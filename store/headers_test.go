package store_test

import (
	"testing"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// The values of an application's headers are sealed in one place with its consumer secret. Either
// is stored without the other one.
func TestHeadersBesideTheSecret(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	headers := `{"X-Tenant":"ac\u0000me"}`
	put := func(names []string, access, headers string) {
		update(t, s, func(w console.Writer) error {
			a := console.Application{ID: "a", Details: console.Details{Headers: names}}
			return w.PutApplication(a,
				console.Secrets{Access: secret.New(access), Headers: secret.New(headers)})
		})
	}
	names := []string{"X-Tenant"}
	for _, c := range []struct {
		names                             []string
		access, headers                   string
		wantAccess, wantHeaders, whatThis string
	}{
		{names, "", "", "", "", "neither"},
		{names, "", headers, "", headers, "headers alone"},
		{names, "one", "", "one", headers, "a secret later"},
		{names, "", "{}", "one", "{}", "other headers"},
		{names, "two", headers, "two", headers, "both"},
		{names, "", "", "two", headers, "nothing new"},
		{nil, "two", "", "two", "", "no headers any more"},
		{nil, "\x00not{joined", "", "\x00not{joined", "", "an odd secret"},
	} {
		put(c.names, c.access, c.headers)
		view(t, s, func(r console.Reader) error {
			got, err := r.ConsumerSecret("a")
			if !got.Access.Equal(secret.New(c.wantAccess)) ||
				!got.Headers.Equal(secret.New(c.wantHeaders)) {
				t.Errorf("%s: %q and %q", c.whatThis, got.Access.Reveal(), got.Headers.Reveal())
			}
			return err
		})
	}
}
