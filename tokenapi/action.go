package tokenapi

// Action is the next step after a failure, as a word for a program. Error.Hint is the same advice
// for a person.
type Action string

// The actions.
const (
	KeepPolling       Action = "keep_polling" // device grant: the person is not done yet
	Stop              Action = "stop"         // the same request would fail again
	Reauthenticate    Action = "reauthenticate"
	RetryWithoutScope Action = "retry_without_scope"
	RetryWithNonce    Action = "retry_with_nonce" // with Error.Nonce (RFC 9449 section 8)
	FixCredentials    Action = "fix_credentials"
	UseIssuingClient  Action = "use_issuing_client"
	TryRefreshToken   Action = "try_refresh_token" // the server revokes refresh tokens only
	RetryLater        Action = "retry_later"
	NotAllowedToAsk   Action = "not_allowed_to_ask" // introspection: caller refused
)

// actionWithoutAnswer returns the next step after a failure without an answer from the server. It
// returns "" if the request may have arrived and holds a credential that can be used only once:
// sending it again is the caller's decision.
func (e *Error) actionWithoutAnswer() Action {
	switch e.Kind {
	case KindUsage, KindTLS:
		return Stop
	case KindNetwork, KindTimeout:
		once := e.Op == GrantRefreshToken || e.Op == GrantAuthorizationCode || e.Op == GrantPassword
		if !e.Sent || !once {
			return RetryLater
		}
	}
	return ""
}
