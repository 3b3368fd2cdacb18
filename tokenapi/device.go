package tokenapi

import (
	"context"
	"net/url"
	"time"

	"lanyard/tokenapi/secret"
)

// DeviceRequest begins a device grant (RFC 8628 section 3.1).
type DeviceRequest struct {
	Credentials Credentials
	Scopes      []string
	Extra       url.Values
}

// DeviceAnswer is what a person needs to take part in a device grant (RFC 8628 section 3.2).
type DeviceAnswer struct {
	DeviceCode              secret.Text
	UserCode                string // as given: some servers tell upper from lower case
	VerificationURI         string
	VerificationURIComplete string // "" when the server gave none
	ExpiresIn               time.Duration
	Interval                time.Duration // between two polls; 5 s when the server did not say
	At                      time.Time
}

// AuthorizeDevice asks the device authorization endpoint.
func (c *Client) AuthorizeDevice(_ context.Context, _ DeviceRequest) (DeviceAnswer, Exchange, error) {
	return DeviceAnswer{}, Exchange{}, usage("device", "the device grant is not supported yet", "")
}
