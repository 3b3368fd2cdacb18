package console

import (
	"net/url"
	"reflect"
)

// Request is what shaped the request that brought a token, beside grant, user and scopes. It is stored with
// the token and holds no secret: of a secret it has the keyed hash that Reader.Digest gives.
type Request struct {
	// Params are audience (RFC 8693, Auth0), resource (RFC 8707) and the extra form parameters. The value of
	// a parameter that may be a secret is a keyed hash, after hashedParam.
	Params        url.Values `json:"params,omitempty"`
	RequestedType string     `json:"requested_type,omitempty"` // token exchange, as the next two
	SubjectType   string     `json:"subject_type,omitempty"`
	Subject       string     `json:"subject,omitempty"`   // keyed hash of the subject token
	Assertion     string     `json:"assertion,omitempty"` // keyed hash of the assertion, or of its lasting claims
}

// IsZero says whether nothing shaped the request.
func (r Request) IsZero() bool { return reflect.DeepEqual(r, Request{}) }
