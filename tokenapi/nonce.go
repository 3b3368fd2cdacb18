package tokenapi

import (
	"errors"
	"slices"
	"strings"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// wantsIDToken reports whether the scopes request an ID token (OpenID Connect Core 3.1.2.1).
func wantsIDToken(scopes []string) bool {
	return slices.Contains(strings.Fields(strings.Join(scopes, " ")), "openid")
}

// readableIDToken returns the claims of an ID token. ok is false if it is missing, encrypted or not
// a JWT.
func readableIDToken(id secret.Text) (jwt.Token, bool) {
	j, err := jwt.Parse(id)
	return j, err == nil && !j.Encrypted
}

// checkNonce compares the nonce of an ID token with the nonce that was sent (OpenID Connect Core
// 3.1.3.7 point 11). It accepts an answer without a readable ID token; UncheckedNonce reports that
// case.
func checkNonce(a answer, op string, t TokenAnswer, sent secret.Text) *Error {
	j, ok := readableIDToken(t.ID)
	if sent.IsZero() || !ok {
		return nil
	}
	c, has := j.Get("nonce")
	if has && c.Text && secret.New(c.Value).Equal(sent) {
		return nil
	}
	e := a.failure(op, KindRefused)
	e.Action, e.Hint = Stop,
		"begin again; the token "+t.Access.Fingerprint()+
			" was not kept, and may be alive at the server"
	e.Err = errors.New(
		"the nonce of the ID token is not the one that was sent: it was made for another sign-in")
	if !has {
		e.Err = errors.New(
			"the ID token has no nonce, though one was sent: it may have been made for another " +
				"sign-in")
	}
	return e
}

// UncheckedNonce returns the reason why the nonce of a sign-in could not be checked. It returns ""
// if it was checked, or if none was sent.
func (r TokenRequest) UncheckedNonce(a TokenAnswer) string {
	if r.Nonce.IsZero() {
		return ""
	}
	if a.ID.IsZero() {
		return "the server sent no ID token, although openid was asked for: the nonce of this " +
			"sign-in could not be checked"
	}
	if _, ok := readableIDToken(a.ID); !ok {
		return "the ID token cannot be read here: the nonce of this sign-in could not be checked"
	}
	return ""
}
