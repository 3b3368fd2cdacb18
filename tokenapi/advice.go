package tokenapi

// Action is the next step after a failure, for a program; Error.Hint says it to a person.
type Action string

// The actions.
const (
	KeepPolling       Action = "keep_polling" // device grant: the person is not done yet
	Stop              Action = "stop"
	Reauthenticate    Action = "reauthenticate"
	RetryWithoutScope Action = "retry_without_scope"
	RetryWithNonce    Action = "retry_with_nonce"
	FixCredentials    Action = "fix_credentials"
	UseIssuingClient  Action = "use_issuing_client"
	RetryLater        Action = "retry_later"
	NotAllowedToAsk   Action = "not_allowed_to_ask" // introspection: the refusal is about the caller
)

// FaultAdvice is what a gateway fault means.
type FaultAdvice struct {
	Category        string // "" when the fault is not known
	NewTokenMayHelp bool
	Retryable       bool
	Cause           string // what happened, for a person
	Next            string // what to do about it
	Scope           string // 900910: the scope that the API wants, when the answer names it
}

// AdviseFault looks a gateway fault up by its code and the HTTP status: 900901 with 403 is another thing
// than with 401.
func AdviseFault(_, _ int) FaultAdvice { return FaultAdvice{} }
