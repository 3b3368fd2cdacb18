package describe

import (
	"cmp"

	"lanyard/console"
	"lanyard/text"
)

// SameToken tells why a get or a renewal brought the token that was held already.
const SameToken = "the server hands out the live token again"

// Renewed tells how a renewal brought its token, which is named after it.
func Renewed(how console.How) string {
	if how == console.Refreshed {
		return "refreshed: got"
	}
	return "asked anew, there was no live refresh token: got"
}

// Owner names the user of a token, or the application if the token has none.
func Owner(t console.Token) console.Private { return cmp.Or(t.User, "the application itself") }

// Pruned tells how many tokens were removed because they were over for longer than store.keep.
func Pruned(n int) string {
	return "forgot " + text.Count(n, "token") + " that had been over for longer than store.keep"
}
