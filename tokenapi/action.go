package tokenapi

// Action is the next step after a failure, for a program; Error.Hint says it to a person.
type Action string

// The actions.
const (
	KeepPolling       Action = "keep_polling" // device grant: the person is not done yet
	Stop              Action = "stop"         // the same request would fail again
	Reauthenticate    Action = "reauthenticate"
	RetryWithoutScope Action = "retry_without_scope"
	RetryWithNonce    Action = "retry_with_nonce" // with Error.Nonce in the proof (RFC 9449 section 8)
	FixCredentials    Action = "fix_credentials"
	UseIssuingClient  Action = "use_issuing_client"
	TryRefreshToken   Action = "try_refresh_token" // revocation: the server revokes refresh tokens only
	RetryLater        Action = "retry_later"
	NotAllowedToAsk   Action = "not_allowed_to_ask" // introspection: the refusal is about the caller
)

// unanswered gives the next step after a failure that no server named a reason for. What may have reached the
// server with something that can be used once is not to be sent again without thought: it names no step.
func (e *Error) unanswered() Action {
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
