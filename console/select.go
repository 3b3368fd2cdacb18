package console

import (
	"slices"
	"strings"
)

// LeastPrefix is the least number of characters of a fingerprint that name a token.
const LeastPrefix = 4

// Answers reports whether a text names the application: name[@environment][/KEY_TYPE], or its ID.
// exact reports whether the text leaves no key type open. The forms are compared as a whole by
// same, because a name may contain @ and /.
func (a Application) Answers(text string, same func(x, y string) bool) (ok, exact bool) {
	env, kind := "@"+a.Environment.Name, "/"+a.KeyType
	for _, form := range []string{
		a.ID, string(a.Label()), string(a.Name) + string(env) + kind, string(a.Name) + kind,
	} {
		if same(form, text) {
			return true, a.KeyType != "" || same(a.ID, text)
		}
	}
	return same(string(a.Name), text) || same(string(a.Name)+string(env), text), false
}

// ApplicationsNamed returns the applications that a text can name. A name without key type prefers
// KeyProduction if exactly one such matches. An application that is no longer configured is
// returned only if no other matches, so that its tokens can be revoked.
func ApplicationsNamed(apps []Application, text string, same func(x, y string) bool) []Application {
	var found, gone, preferred []Application
	for _, a := range apps {
		switch ok, _ := a.Answers(text, same); {
		case !ok:
		case a.Source == Gone:
			gone = append(gone, a)
		default:
			found = append(found, a)
		}
	}
	if len(found) == 0 {
		found = gone
	}
	for _, a := range found {
		if a.KeyType == KeyProduction {
			preferred = append(preferred, a)
		}
	}
	if len(found) > 1 && len(preferred) == 1 {
		if _, exact := preferred[0].Answers(text, same); !exact {
			return preferred
		}
	}
	return found
}

// TokensNamed returns the tokens whose fingerprint begins with a text.
func TokensNamed(tokens []Token, text string) []Token {
	var found []Token
	for _, t := range tokens {
		if len(text) >= LeastPrefix && strings.HasPrefix(t.Fingerprint, strings.ToLower(text)) {
			found = append(found, t)
		}
	}
	return found
}

// RevocableOf returns an application's tokens that are alive, and those with a pending revoke,
// which is tried again. With all it returns each token that can still be used. judge returns a
// token's status.
func RevocableOf(tokens []Token, appID string, all bool, judge func(Token) Status) []Token {
	var live, rest []Token
	for _, t := range tokens {
		if t.AppID != appID {
			continue
		}
		switch st := judge(t); {
		case slices.Contains([]State{Active, Expiring, Unsure, Revoking}, st.State),
			st.Pending && st.State.IsRefused():
			live = append(live, t)
		case OfUse(t, st):
			rest = append(rest, t)
		}
	}
	if all || len(live) == 0 {
		return append(live, rest...)
	}
	return live
}

// OfUse reports whether a token can still be used: it is alive, or its refresh token is and brings
// another one.
func OfUse(t Token, st Status) bool {
	switch st.State {
	case Active, Expiring, Unsure:
		return true
	case Revoking, Lingering, Superseded, Dead, Expired:
	}
	return t.Refresh == RefreshLive
}

// RenewableOf returns the token of an application to renew: the newest one that can be refreshed
// and has not ended, else the newest one that has not ended. An unsure token is replaced by a new
// request, not refreshed, so it is returned only if it is the newest.
func RenewableOf(tokens []Token, appID string, judge func(Token) Status) (t Token, ok bool) {
	var alive, refreshable Token
	for _, t := range tokens {
		if t.AppID != appID {
			continue
		}
		st := judge(t)
		if st.Ended || st.State == Revoking {
			continue
		}
		if t.Refresh == RefreshLive || t.Unsure != nil {
			refreshable = t
		}
		alive = t
	}
	if refreshable.ID != "" && refreshable.Unsure == nil {
		return refreshable, true
	}
	return alive, alive.ID != ""
}
