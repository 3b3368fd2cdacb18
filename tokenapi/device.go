package tokenapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

const (
	opDevice      = "device"
	pollEvery     = 5 * time.Second // RFC 8628 section 3.5: if the server names no interval
	longestPause  = time.Hour
	longestDevice = 24 * time.Hour
	uriLimit      = 4 << 10 // runes
)

// DeviceRequest holds the parameters of a device authorization request (RFC 8628 section 3.1).
type DeviceRequest struct {
	Credentials Credentials
	Scopes      []string
	Extra       url.Values
}

// DeviceAnswer is the answer to a device authorization request (RFC 8628 section 3.2).
type DeviceAnswer struct {
	DeviceCode              secret.Text
	UserCode                string // unchanged: some servers compare it case-sensitively
	VerificationURI         string
	VerificationURIComplete string        // "" if it is missing or not an http or https URL
	ExpiresIn               time.Duration // at most 24 h; 0 if the server did not name it
	Interval                time.Duration // between polls, at most 1 h; 5 s if not named
	At                      time.Time     // when the answer was read
}

// AuthorizeDevice requests a device code and a user code from the device authorization endpoint.
func (c *Client) AuthorizeDevice(ctx context.Context,
	r DeviceRequest) (DeviceAnswer, Exchange, error) {
	k := c.begin(opDevice, http.MethodPost, c.cfg.Endpoints.DeviceURL)
	k.form = url.Values{}
	e := k.fillDevice(r)
	if e == nil {
		e = k.prepare(r.Credentials, c.cfg.Endpoints.DeviceURL, "device_url")
	}
	if e == nil && k.form.Get("client_id") == "" {
		// A server that authenticates no client here reads client_id from the form (RFC 8628
		// section 3.1).
		k.form.Set("client_id", r.Credentials.ConsumerKey)
		k.body = []byte(k.form.Encode())
	}
	var ans DeviceAnswer
	if e == nil {
		var a answer
		if a, e = k.do(ctx, c.calls, bodyLimit, false); e == nil {
			// The code and the address for the person cannot be masked.
			if ans, e = decodeDevice(a); e == nil &&
				k.mask.holdsSecret(ans.UserCode+" "+ans.VerificationURI+" "+
					ans.VerificationURIComplete) {
				ans, e = DeviceAnswer{}, a.failure(opDevice, KindGarbled)
				e.Err = errors.New(textOmitted)
			}
		}
	}
	if e == nil {
		k.mask.add(ans.DeviceCode.Reveal(), false)
	}
	x, err := k.end(e)
	return ans, x, err
}

func (k *call) fillDevice(r DeviceRequest) *Error {
	for name, values := range r.Extra {
		for _, v := range values {
			if !slices.Contains(publicParams(), name) {
				k.mask.addNamed(v, isTokenKey(name))
			}
		}
	}
	for name, values := range r.Extra {
		if slices.Contains(reservedParams(), strings.ToLower(strings.TrimSpace(name))) {
			return usage(k.x.Op,
				"the extra parameter "+text.Words(name, 50)+" belongs to the protocol",
				"remove it from extra")
		}
		k.form[name] = slices.Clone(values)
	}
	if s := strings.Join(strings.Fields(strings.Join(r.Scopes, " ")), " "); s != "" {
		k.form.Set("scope", s)
	}
	return nil
}

// decodeDevice reads an answer of the device authorization endpoint. It also knows Google's member
// names.
func decodeDevice(a answer) (DeviceAnswer, *Error) {
	m, n, e := a.accepted(opDevice)
	if e != nil {
		return DeviceAnswer{}, e
	}
	ans := DeviceAnswer{
		DeviceCode: secret.New(m.str("device_code", "deviceCode")),
		UserCode:   text.Value(m.text("user_code", "userCode"), 100),
		VerificationURI: text.Value(
			m.str("verification_uri", "verification_url", "verificationUri"), uriLimit),
		VerificationURIComplete: text.Value(
			m.str("verification_uri_complete", "verification_url_complete",
				"verificationUriComplete"), uriLimit),
		Interval: pollEvery,
		At:       a.at,
	}
	// They are made to be opened: accept the URL of a web page only.
	page := func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	}
	if ans.DeviceCode.IsZero() || ans.UserCode == "" || !page(ans.VerificationURI) {
		return DeviceAnswer{}, a.garbled(opDevice, n)
	}
	if !page(ans.VerificationURIComplete) {
		ans.VerificationURIComplete = ""
	}
	if s, ok := m.seconds("interval"); ok && s > 0 {
		ans.Interval = clampSeconds(s, longestPause)
	}
	if s, ok := m.seconds("expires_in", "expiresIn"); ok {
		ans.ExpiresIn = clampSeconds(s, longestDevice)
	}
	return ans, nil
}
