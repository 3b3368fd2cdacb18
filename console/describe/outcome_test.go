package describe_test

import (
	"testing"

	"lanyard/console"
	"lanyard/console/describe"
)

func willOwn(grant string, user console.Private) console.Private {
	return describe.WillOwn(console.Application{Grant: grant, Username: user})
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{describe.Renewed(console.Refreshed), "refreshed: got"},
		{describe.Renewed(console.Issued), "asked anew, there was no live refresh token: got"},
		{string(describe.Owner(console.Token{})), "the application itself"},
		{string(describe.Owner(console.Token{User: "ana"})), "ana"},
		{string(describe.Owner(console.Token{Grant: console.GrantDeviceCode})),
			"the user who signed in"},
		{string(describe.OwnerOf(console.GrantClientCredentials, "")), "app"},
		{string(describe.OwnerOf(console.GrantPassword, "ana")), "ana"},
		{string(describe.OwnerOf(console.GrantAuthorizationCode, "")), "user"},
		{string(willOwn(console.GrantClientCredentials, "ana")), "the application itself"},
		{string(willOwn(console.GrantJWTBearer, "")), "the application itself"},
		{string(willOwn(console.GrantPassword, "ana")), "ana"},
		{string(willOwn(console.GrantDeviceCode, "")), "the user who signs in"},
		{describe.Pruned(1), "forgot 1 token that had been over for longer than store.keep"},
		{describe.Pruned(2), "forgot 2 tokens that had been over for longer than store.keep"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
