package describe

import (
	"cmp"

	"lanyard/console"
	"lanyard/text"
)

// SameToken is the note of a get or a renewal that brought the token which was held already.
const SameToken = "the server hands out the live token again"

// Renewed describes the origin of the token of a renewal. The name of the token follows the text.
func Renewed(how console.How) string {
	if how == console.Refreshed {
		return "refreshed: got"
	}
	return "asked anew, there was no live refresh token: got"
}

// Owner names the user of a token, or the application if the token has none.
func Owner(t console.Token) console.Private {
	return cmp.Or(t.User, unnamed(t.Grant, "the user who signed in"))
}

// OwnerOf names in one word the user for whom a grant brings a token. It is "app" for the
// application itself, and "user" for one whose name is not known.
func OwnerOf(grant string, user console.Private) console.Private {
	if console.SignsIn(grant) || grant == console.GrantPassword {
		return cmp.Or(user, "user")
	}
	return cmp.Or(user, "app")
}

// WillOwn names the user for whom an application's grant would bring a token.
func WillOwn(a console.Application) console.Private {
	if a.Grant == console.GrantClientCredentials {
		a.Username = ""
	}
	return cmp.Or(a.Username, unnamed(a.Grant, "the user who signs in"))
}

// unnamed names the owner of a token whose user is not known. signing names one who signs in.
func unnamed(grant string, signing console.Private) console.Private {
	switch {
	case console.SignsIn(grant):
		return signing
	case grant == console.GrantPassword:
		return "a user"
	}
	return "the application itself"
}

// Pruned counts the tokens that were removed because they were over for longer than store.keep.
func Pruned(n int) string {
	return "forgot " + text.Count(n, "token") + " that had been over for longer than store.keep"
}
