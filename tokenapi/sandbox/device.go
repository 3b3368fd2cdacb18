package sandbox

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// deviceTTL is the lifetime of a device code (WSO2: 600 s).
const deviceTTL = 10 * time.Minute

// userCodes is WSO2's alphabet: no vowels and no characters that look alike. Case matters.
const userCodes = "BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz23456789"

// device is a device grant in progress. It is kept for one more lifetime after its expiry, so that
// answers can tell "expired" from "unknown".
type device struct {
	client           *client
	scope, userCode  string
	ends, last       time.Time // last: the last poll, zero before the first one
	interval         time.Duration
	approved, denied bool
}

// serveDeviceAuthorize serves RFC 8628 section 3.1. A confidential client must authenticate.
func (s *Server) serveDeviceAuthorize(w http.ResponseWriter, r *http.Request) {
	f, bad := readForm(w, r)
	var c *client
	if bad == nil {
		c, bad = s.authenticate(r, f)
	}
	if bad == nil && !c.grants[grantDevice] {
		bad = badRequest("unauthorized_client",
			"The authenticated client is not authorized to use this authorization grant type")
	}
	if bad == nil {
		_, _, bad = parseScope(f["scope"])
	}
	if bad != nil {
		s.refuse(w, bad)
		return
	}
	d := &device{
		client: c, scope: f["scope"], interval: s.set.interval, ends: s.set.clock().Add(deviceTTL),
	}
	text, ok := s.newDevice(d)
	if !ok {
		s.refuse(w, &refusal{
			http.StatusServiceUnavailable, "temporarily_unavailable",
			"Too many devices are waiting.",
		})
		return
	}
	uri := s.base(r) + devicePath
	writeJSON(w, http.StatusOK, struct {
		DeviceCode  string `json:"device_code"`
		UserCode    string `json:"user_code"`
		URI         string `json:"verification_uri"`
		URIComplete string `json:"verification_uri_complete"`
		ExpiresIn   int64  `json:"expires_in"`
		Interval    int64  `json:"interval"`
	}{
		text, d.userCode, uri, uri + "?" + url.Values{"user_code": {d.userCode}}.Encode(),
		int64(deviceTTL / time.Second), int64(d.interval / time.Second),
	})
}

func (s *Server) newDevice(d *device) (code string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(s.set.clock())
	if len(s.devices) >= maxWaiting {
		return "", false
	}
	for d.userCode == "" || s.deviceOf(d.userCode) != nil {
		var b [6]byte
		_, _ = rand.Read(b[:])
		for i := range b {
			b[i] = userCodes[int(b[i])%len(userCodes)] // slightly uneven, which is harmless
		}
		d.userCode = string(b[:])
	}
	code = s.newToken()
	s.devices[code] = d
	return code, true
}

// deviceOf returns the device with this user code, compared exactly. The caller holds the mutex.
func (s *Server) deviceOf(userCode string) *device {
	for _, d := range s.devices {
		if d.userCode == userCode {
			return d
		}
	}
	return nil
}

// poll serves RFC 8628 section 3.4. An early poll lengthens the interval permanently (section 3.5),
// and every poll restarts it. The caller holds the mutex.
func (s *Server) poll(a tokenRequest, f form, now time.Time) (g granted, bad *refusal) {
	if f.missing("device_code") != "" {
		return g, badRequest("invalid_request", "Missing parameters: device_code")
	}
	d := s.devices[f["device_code"]]
	if d == nil || d.client != a.client {
		return g, badRequest("invalid_request", "Invalid device code")
	}
	early := !d.last.IsZero() && now.Sub(d.last) < d.interval
	d.last = now
	switch {
	case !now.Before(d.ends):
		return g, badRequest("expired_token", "Forbidden")
	case early:
		d.interval += 5 * time.Second
		return g, badRequest("slow_down", "Forbidden")
	case d.denied:
		delete(s.devices, f["device_code"])
		return g, badRequest("access_denied", "Forbidden")
	case !d.approved:
		return g, badRequest("authorization_pending", "Precondition required")
	}
	a.user, a.scope = userID+tenant, d.scope
	if g, bad = s.issueUser(a, "", "", now); bad == nil {
		delete(s.devices, f["device_code"])
	}
	return g, bad
}

// ApproveDevices approves every device grant that waits for it, as a user does who enters its code.
func (s *Server) ApproveDevices() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		d.approved = !d.denied
	}
}

// serveDevice serves the page on which the user types the code and approves or denies. It also
// accepts such a form from curl: user_code, and approve or deny.
func (s *Server) serveDevice(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		enterCode(w, r.URL.Query().Get("user_code"))
		return
	case http.MethodPost:
	default:
		refuseMethod(w, "GET, HEAD, POST")
		return
	}
	f, bad := readForm(w, r)
	if bad != nil {
		page(w, bad.status, bad.description, "")
		return
	}
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deviceOf(strings.TrimSpace(f["user_code"]))
	switch {
	case d == nil || !now.Before(d.ends) || d.approved || d.denied:
		page(w, http.StatusBadRequest, "There is no such code",
			"<p>Upper and lower case matter.</p>")
	case f["deny"] != "":
		d.denied = true
		page(w, http.StatusOK, "Denied", "")
	case f["approve"] != "":
		d.approved = true
		page(w, http.StatusOK, "Approved", "<p>You can go back to your device.</p>")
	default:
		enterCode(w, d.userCode)
	}
}
