package describe

import (
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
)

// Renews describes what Renew would do to a token, to be put after the name of the act. The longest
// form comes first. It is nil if Renew would refuse.
func (v Voice) Renews(c console.Consequences) []string {
	const does, anew = "refreshes it", "asks anew"
	switch b := c.Refreshed; {
	case c.Renewal == console.RenewalRefused:
		return nil
	case c.Same:
		return []string{"gets this token again while it lives", "gets the same again"}
	case c.Renewal == console.RenewalAnew:
		return []string{anew + ": " + withoutRefresh(c.Without), anew}
	case c.Over || c.Pending:
		return []string{does}
	case !b.Known:
		return []string{does + "; nobody knows how long the old one may pass",
			does + "; the old one may pass on", does}
	default:
		most, upTo := v.AtMost(b.Left), "≤"+v.AtMost(b.Left)
		return []string{
			does + "; the old one may pass at most " + most,
			does + "; the old one may pass " + upTo,
			does + ", the old one may pass " + upTo,
			does + ", the old may pass " + upTo,
			does,
		}
	}
}

// withoutRefresh describes why a renewal cannot refresh.
func withoutRefresh(why console.NoRefresh) string {
	switch why {
	case console.NoRefreshLost:
		return "the answer to its refresh was lost"
	case console.NoRefreshSpent:
		return "its refresh token is spent"
	case console.NoRefreshRevoked:
		return "its refresh token is revoked"
	case console.NoRefreshOfGrant:
		return "this grant has no refresh token"
	case console.NoRefreshCame, console.NoRefreshNone:
	}
	return "no refresh token came with it"
}

// Revokes describes what Revoke would do to a token, as Renews does.
func Revokes(c console.Consequences) []string {
	does := []string{"revokes"}
	if c.Revokes == console.RevokeRefresh {
		does = []string{"revokes its refresh token", "revokes the refresh"}
	}
	switch {
	case !c.Revocable:
		return nil
	case c.Production:
		return []string{does[0] + ", asks first: production", does[0] + ", asks first"}
	}
	return does
}

// IfRevoked describes the time for which the gateway may accept a token that is revoked now. until
// is the end of that time. The longest form comes first; nil if its access token is not revoked.
func (v Voice) IfRevoked(c console.Consequences, until string) []string {
	switch b := c.Revoked; {
	case !c.Revocable, c.Revokes == console.RevokeRefresh:
		return nil
	case !b.Known:
		return []string{"the gateway may pass it, nobody knows how long"}
	default:
		short := "the gateway may pass it until " + until + " at most"
		return []string{short + " (" + v.AtMost(b.Left) + ")", short,
			"it may pass until " + until + " at most"}
	}
}

// WhenAccepted describes the time for which the gateway may accept a token whose revoke the server
// accepts now. It is "" if Revoke would not revoke the access token.
func (v Voice) WhenAccepted(c console.Consequences) string {
	const may = "its gateway may pass the token"
	switch b := c.Revoked; {
	case !c.Revocable, c.Revokes == console.RevokeRefresh:
		return ""
	case !b.Known:
		return may + ", nobody knows how long"
	case b.Left == 0:
		return "its gateway refuses the token at once"
	default:
		return may + " for at most " + v.AtMost(b.Left)
	}
}

// The consequences for every verb of secrets that cannot be read: they are locked, or their key
// cannot be fetched, or there is none yet.
const (
	LockedVerbs = "no verb works until the secrets are unlocked"
	NoKeyVerbs  = "no verb works: the key to the secrets is not there"
	FreshVerbs  = "the first secret asks for a passphrase"
)

// GrantOf describes the grant of a token and its refresh token, the longest form first.
func GrantOf(t console.Token) []string {
	words := Grant(t.Grant)
	if words == "" {
		words = "unknown grant"
	}
	with, brief := "", ""
	if t.Refresh == console.RefreshLive {
		with, brief = ", with a refresh token", " + refresh"
	}
	forms := []string{words + with, words + brief}
	if t.Grant == console.GrantPassword {
		forms = append([]string{"grant " + forms[0]}, forms...)
	}
	return forms
}

// StateWord returns the word for a state on the screen. cause is that of the status.
func StateWord(state console.State, cause console.Cause) string {
	switch state {
	case console.Lingering:
		return MayPass(EndWord(cause))
	case console.Superseded:
		return "replaced"
	case console.Unsure, console.Revoking, console.Dead, console.Expired, console.Expiring,
		console.Active:
	}
	return string(state)
}

// MayPass returns the words for tokens that the gateway may still let through. ended is [EndWord].
func MayPass(ended string) string { return ended + ", may pass" }

// EndWord returns the word for what ended a token at the server.
func EndWord(cause console.Cause) string {
	switch cause {
	case console.CauseReplaced:
		return "replaced"
	case console.CauseElsewhere:
		return "inactive"
	case console.CauseNone, console.CauseRevoked, console.CauseRefresh, console.CauseRefused:
	}
	return "revoked"
}

// LostRequest describes the mark of a get whose answer was lost, in three sentences. sent and ends
// are its times; ends is "" if the life of the token is not known.
func LostRequest(sent, ends string) (what, bound, sooner []string) {
	bound = []string{"Nobody holds that token, so nothing can be done to it. " +
		"Nobody knows how long it may live.", "Nobody knows how long it may live."}
	if ends != "" {
		end := "It ends by " + ends + " at the latest."
		bound = []string{"Nobody holds that token, so nothing can be done to it. " + end, end}
	}
	const no = " and no answer was read"
	return []string{
			"a get was sent at " + sent + no + ": the server may have issued a token",
			"a get was sent at " + sent + no, "no answer was read",
		}, bound, []string{
			"The state ends sooner if the next get returns the same token, or if a revoke of the " +
				"grant takes it along.",
			"It ends sooner if the next get returns the same token.",
		}
}

// LostBriefly describes a lost answer and the end of the doubt, in one sentence. what is the
// request without an answer, the longest form first, and ends is as for [LostRequest].
func LostBriefly(what []string, ends string) []string {
	end, it := ", nobody knows when the doubt ends", ", nobody knows when it ends"
	if ends != "" {
		end, it = ", the doubt ends by "+ends, ", ends by "+ends
	}
	forms := make([]string, len(what), len(what)+1)
	for i := range what {
		forms[i] = what[i] + end
	}
	return append(forms, what[len(what)-1]+it)
}

// Several describes marked tokens together. environments are the names of their production
// environments.
func (v Voice) Several(c console.Several, environments []string, now time.Time) []string {
	var parts []string
	switch n := c.Production; {
	case n == 1 && c.N == 1:
		parts = append(parts, "in production ("+strings.Join(environments, ", ")+")")
	case n > 0:
		parts = append(parts,
			ofThem(n)+" in production ("+strings.Join(environments, ", ")+")")
	}
	switch n := c.Refreshable; {
	case n == 1 && c.N == 1:
		parts = append(parts, "with a refresh token")
	case n == 1:
		parts = append(parts, "one has a refresh token")
	case n > 1:
		parts = append(parts, strconv.Itoa(n)+" have refresh tokens")
	}
	if !c.FirstEnd.IsZero() {
		who := "the first of them"
		if c.N == 1 {
			who = "it"
		}
		parts = append(parts, who+" ends in "+v.Span(c.FirstEnd.Sub(now)))
	}
	if c.Passing > 0 {
		who, pass := ofThem(c.Passing), ", nobody knows how long"
		if c.N == 1 {
			who = "it"
		}
		if c.Passes.Known {
			pass = " for at most " + v.AtMost(c.Passes.Left)
		}
		parts = append(parts, who+" may pass"+pass)
	}
	return parts
}

func ofThem(n int) string {
	if n == 1 {
		return "one of them"
	}
	return strconv.Itoa(n) + " of them"
}

// RevokesSeveral describes a revoke of all marked tokens, as Renews does. A revoke of one token
// asks first only in production.
func (v Voice) RevokesSeveral(c console.Several) []string {
	if c.Revocable == 0 {
		return nil
	}
	all := "revokes all " + strconv.Itoa(c.N)
	if c.Revocable < c.N {
		all = "revokes " + strconv.Itoa(c.Revocable) + " of " + strconv.Itoa(c.N)
	}
	them, asks := "them", "; it asks first"
	if c.N == 1 {
		all, them = "revokes it", "it"
		if c.Production == 0 {
			asks = ""
		}
	}
	after := ", nobody knows how long the gateway may pass " + them
	if c.RefreshOnly == c.Revocable {
		after = ", only the refresh tokens are left to revoke"
		if c.Revocable == 1 {
			after = ", only its refresh token is left to revoke"
		}
	} else if c.Revoked.Known {
		after = ", the gateway may pass " + them + " for at most " + v.AtMost(c.Revoked.Left)
	}
	return []string{all + after + asks, all + asks, all}
}

// Requests describes a request for a token: its grant, scopes and user. The longest form comes
// first.
func Requests(grant, scopes, owner string) []string {
	short := Grant(grant) + ", no scopes named"
	if scopes != "" {
		short = Grant(grant) + ", scopes " + scopes
	}
	return []string{short + ", for " + owner, short, Grant(grant)}
}

// Brings describes the token that a grant would bring, as far as it is known. life is that of the
// last token from the same server, or 0 if none is known.
func Brings(grant string, life time.Duration) []string {
	lasts := "How long it lives is known when it comes."
	if life > 0 {
		lasts = Length(life) + ", as the last one from this server."
	}
	refresh := "A refresh token may come with it."
	if !console.BringsRefresh(grant) {
		refresh = "No refresh token comes with this grant."
	}
	return []string{lasts + " " + refresh, lasts}
}

// Length writes a length of time with one unit if that is exact: "1 h", "15 min", "90 s".
func Length(d time.Duration) string {
	switch {
	case d > 0 && d%(24*time.Hour) == 0:
		return strconv.Itoa(int(d/(24*time.Hour))) + " d"
	case d > 0 && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d > 0 && d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 100*time.Second:
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return console.Left(d)
}

// GatewayTook describes the measured windows of a gateway; "" if there are none.
func GatewayTook(l console.Learned) string {
	if l.Times == 0 {
		return ""
	}
	took := passed(l.Longest)
	if !l.Steady() {
		took = passed(l.Shortest) + " to " + took
	}
	if l.Times == 1 {
		return "this gateway took " + took + " the last time"
	}
	return "this gateway took " + took + " the last " + text.Count(l.Times, "time")
}

// passed writes a length of time that has passed: "2 m 11 s".
func passed(d time.Duration) string {
	if d < time.Minute {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return strconv.Itoa(int(d/time.Minute)) + " m " + strconv.Itoa(int(d/time.Second)%60) + " s"
}

// OverBrief describes the end of a token that is over, to be put after the word of its state:
// "revoked 10:44:02, refused 6 s later". at writes a time of day. The longest form comes first; nil
// if the token is not over.
func OverBrief(s console.Status, at func(time.Time) string, replacedBy string) []string {
	switch {
	case s.State == console.Expired:
		return []string{"at " + at(s.ExpiresAt)}
	case s.State == console.Superseded && replacedBy != "":
		return []string{"by " + replacedBy + " at " + at(s.EndedAt), "by " + replacedBy}
	case s.State == console.Superseded:
		return []string{"at " + at(s.EndedAt)}
	case !s.State.IsOver():
		return nil
	}
	ended := map[console.Cause]string{
		console.CauseRevoked: "revoked", console.CauseReplaced: "replaced",
		console.CauseRefresh:   "revoked with its refresh token",
		console.CauseElsewhere: "called inactive", console.CauseRefused: "refused",
	}[s.Cause] + " " + at(s.EndedAt)
	switch s.Proof {
	case console.ProofProbe:
		if s.Cause == console.CauseRefused {
			return []string{ended}
		}
		return []string{ended + ", refused " + passed(s.Took()) + " later", ended}
	case console.ProofWindow:
		return []string{ended + ", its window was over " + at(s.OverAt), ended}
	case console.ProofExpiry:
		return []string{ended + ", expired " + at(s.OverAt), ended}
	case console.ProofNone:
	}
	return []string{ended}
}
