package describe_test

import (
	"testing"

	"lanyard/console"
	"lanyard/console/describe"
)

func TestOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{describe.Renewed(console.Refreshed), "refreshed: got"},
		{describe.Renewed(console.Issued), "asked anew, there was no live refresh token: got"},
		{string(describe.Owner(console.Token{})), "the application itself"},
		{string(describe.Owner(console.Token{User: "ana"})), "ana"},
		{describe.Pruned(1), "forgot 1 token that had been over for longer than store.keep"},
		{describe.Pruned(2), "forgot 2 tokens that had been over for longer than store.keep"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
