package console_test

import (
	"errors"
	"fmt"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
)

// A sentence that names the verb does not name the call to the server too.
func TestReason(t *testing.T) {
	t.Parallel()
	refused := &tokenapi.Error{
		Op: tokenapi.GrantPassword, Kind: tokenapi.KindRefused, Status: 400, Code: "invalid_grant",
		Description: "Authentication failed for ana",
	}
	for _, c := range []struct {
		err            error
		reason, opened console.Private
	}{
		{refused, "refused (400), invalid_grant: Authentication failed for ana",
			"get: refused (400), invalid_grant: Authentication failed for ana"},
		{fmt.Errorf("sign: %w", refused),
			"sign: password: refused (400), invalid_grant: Authentication failed for ana",
			"get: sign: password: refused (400), invalid_grant: Authentication failed for ana"},
		{errors.New("get: no password"), "get: no password", "get: no password"},
		{errors.New("no password"), "no password", "get: no password"},
	} {
		if got := console.Reason(c.err); got != c.reason {
			t.Errorf("reason %q, want %q", got, c.reason)
		}
		if got := console.OpErrorText("get", c.err); got != c.opened {
			t.Errorf("%q, want %q", got, c.opened)
		}
	}
	old := console.Token{RevokeError: "revoke: no connection"}
	if got := old.RevokeReason(); got != "no connection" {
		t.Errorf("the revoke failed because of %q", got)
	}
}
