package console

import (
	"slices"
	"strings"
)

// LeastPrefix is how many characters of a fingerprint are needed at least to name a token.
const LeastPrefix = 4

// Answers says whether a text names the application: name[@environment][/KEY_TYPE], or its identity. exact is
// whether it leaves no key type open. The forms are compared whole, because a name may itself hold @ and /; same
// compares them.
func (a Application) Answers(text string, same func(x, y string) bool) (ok, exact bool) {
	env, kind := "@"+a.Environment.Name, "/"+a.KeyType
	for _, form := range []string{a.ID, a.Label(), a.Name + env + kind, a.Name + kind} {
		if same(form, text) {
			return true, a.KeyType != "" || same(a.ID, text)
		}
	}
	return same(a.Name, text) || same(a.Name+env, text), false
}

// ApplicationsNamed gives the applications that a text names: none, the one that is meant, or all that may be. A
// name without its key type prefers PRODUCTION, if exactly one such fits. One that is no longer configured is
// meant only where no other is, to revoke what it left.
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

// TokensNamed gives the tokens whose fingerprint begins with a text.
func TokensNamed(tokens []Token, text string) []Token {
	var found []Token
	for _, t := range tokens {
		if len(text) >= LeastPrefix && strings.HasPrefix(t.Fingerprint, strings.ToLower(text)) {
			found = append(found, t)
		}
	}
	return found
}

// RevocableOf are an application's live tokens, and those whose revoke was decided and not accepted yet: to ask
// again is to try again. With all it is everything that is of use to whoever has it. judge gives a token's state.
func RevocableOf(tokens []Token, appID string, all bool, judge func(Token) Status) []Token {
	var live, rest []Token
	for _, t := range tokens {
		if t.AppID != appID {
			continue
		}
		switch st := judge(t); {
		case slices.Contains([]State{Active, Expiring, Unsure, Revoking}, st.State):
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

// OfUse says whether a token is of use to whoever has it: it lives, or its refresh token does, which brings another.
func OfUse(t Token, st Status) bool {
	switch st.State {
	case Active, Expiring, Unsure:
		return true
	case Revoking, Lingering, Superseded, Dead, Expired:
	}
	return t.Refresh == RefreshLive
}

// RenewableOf gives the token of an application that is to be renewed: the newest that can be
// refreshed and was not ended, else the newest that was not ended. An unsure one is asked for anew,
// not refreshed: it is taken only where it is the newest.
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
