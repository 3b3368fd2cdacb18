package console

import (
	"strings"

	"lanyard/tokenapi"
)

// Private is text that an audience must not see: a host, a user name or a consumer key. A sentence
// that contains one is private too. A Private joined with constants is a Private too, so the type
// follows the text through the code.
//
// The screen shows a Private only through the scene (ui/scene), which replaces the names while
// presenter mode is on. Secrets have a type of their own, secret.Text: they are never shown.
type Private string

// ErrorText returns the text of an error. It may contain hosts and names, also those that a server
// sent. It returns "" for nil.
func ErrorText(err error) Private {
	if err == nil {
		return ""
	}
	return Private(err.Error())
}

// OpErrorText is like ErrorText. The text begins with op, the verb that failed, such as "revoke".
func OpErrorText(op string, err error) Private {
	text := ErrorText(err)
	if strings.HasPrefix(string(text), op) {
		return text
	}
	return Private(op+": ") + Reason(err)
}

// Reason is ErrorText without the name of the call to the server, for a sentence that names it.
func Reason(err error) Private {
	text := string(ErrorText(err))
	if e, ok := tokenapi.AsError(err); ok {
		text = strings.TrimPrefix(text, e.Op+": ")
	}
	return Private(text)
}

// RevokeReason returns the reason why the last delivery of a token's revoke failed. It is "" if
// none did.
func (t *Token) RevokeReason() Private {
	return Private(strings.TrimPrefix(t.RevokeError, OpRevoke+": "))
}

// Endpoints are the addresses of a Token API. An empty one is unknown, or the server has none.
type Endpoints struct {
	TokenURL      Private // RFC 6749 section 3.2
	RevokeURL     Private // RFC 7009
	IntrospectURL Private // RFC 7662
	AuthorizeURL  Private // RFC 6749 section 3.1
	DeviceURL     Private // RFC 8628 section 3.1
	JWKSURL       Private // RFC 7517: the keys that sign tokens
}

// Client returns the endpoints as a client of the Token API takes them.
func (e Endpoints) Client() tokenapi.Endpoints {
	return tokenapi.Endpoints{
		TokenURL: string(e.TokenURL), RevokeURL: string(e.RevokeURL),
		IntrospectURL: string(e.IntrospectURL), AuthorizeURL: string(e.AuthorizeURL),
		DeviceURL: string(e.DeviceURL), JWKSURL: string(e.JWKSURL),
	}
}
