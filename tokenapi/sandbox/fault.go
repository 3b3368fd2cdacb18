package sandbox

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault makes answers of an endpoint fail. With slow, truncated and lost the request still takes
// effect; with all other kinds it does not.
type Fault struct {
	Endpoint string        // one of FaultEndpoints()
	Kind     string        // one of FaultKinds()
	Times    int           // the number of requests that fail (0: 1; negative: all)
	After    int           // the number of requests that succeed before
	Wait     time.Duration // delay of kind slow in real time; 0 means 3 s
}

// FaultKinds returns the kinds of faults. slow answers late. 500, 502 and 503 (with Retry-After)
// are those statuses. garbage is random bytes as JSON. truncated is the first half of the right
// answer. html is a web page with 200, and empty an empty body with 200. lost does what the request
// asks for and closes the connection. hang never answers.
func FaultKinds() []string {
	return []string{
		"slow", "500", "502", "503", "garbage", "truncated", "html", "empty", "lost", "hang",
	}
}

// FaultEndpoints returns the names of the endpoints. any stands for all of them.
func FaultEndpoints() []string {
	return []string{
		"token", "revoke", "introspect", "authorize", "device_authorize", "device",
		"jwks", "discovery", "register", "portal", "gateway", "index", "any",
	}
}

const (
	slowWait  = 3 * time.Second
	maxFaults = 100
	faultPath = "/__sandbox/fault"
)

// ParseFault parses endpoint:kind[:times], such as token:lost:1.
func ParseFault(text string) (Fault, error) {
	words := strings.Split(text, ":")
	if len(words) < 2 || len(words) > 3 {
		return Fault{}, fmt.Errorf(
			"sandbox: fault %q: must be endpoint:kind or endpoint:kind:times", text)
	}
	f := Fault{Endpoint: words[0], Kind: words[1]}
	if len(words) == 3 {
		n, err := strconv.Atoi(words[2])
		if err != nil || n == 0 {
			return Fault{}, fmt.Errorf("sandbox: fault %q: %q is not a number of times", text,
				words[2])
		}
		f.Times = n
	}
	return f, f.check()
}

func (f Fault) check() error {
	switch {
	case !slices.Contains(FaultEndpoints(), f.Endpoint):
		return fmt.Errorf("sandbox: fault: endpoint %q must be one of %s", f.Endpoint,
			strings.Join(FaultEndpoints(), ", "))
	case !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("sandbox: fault: kind %q must be one of %s", f.Kind,
			strings.Join(FaultKinds(), ", "))
	case f.After < 0 || f.Wait < 0:
		return fmt.Errorf("sandbox: fault: after and wait must not be negative")
	}
	return nil
}

// fault returns the next fault of an endpoint, if there is one, and counts it.
func (s *Server) fault(endpoint string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults {
		f := &s.faults[i]
		if f.Endpoint != endpoint && f.Endpoint != "any" {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		due := *f
		if f.Times >= 0 {
			if f.Times--; f.Times <= 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return due, true
	}
	return Fault{}, false
}

// serveFaulty answers r with a fault instead of the answer of serve.
func (s *Server) serveFaulty(w http.ResponseWriter, r *http.Request, f Fault,
	serve http.HandlerFunc) {
	switch f.Kind {
	case "slow":
		if f.Wait == 0 {
			f.Wait = slowWait
		}
		if s.delay(r, f.Wait) {
			serve(w, r)
		}
	case "500": // WSO2 sends an empty 500 in some cases
		w.WriteHeader(http.StatusInternalServerError)
	case "502":
		s.refuse(w, &refusal{http.StatusBadGateway, "server_error", "Service Unavailable Error."})
	case "503":
		w.Header().Set("Retry-After", "2")
		page(w, http.StatusServiceUnavailable, "503 Service Unavailable", "")
	case "garbage":
		var b [512]byte
		_, _ = rand.Read(b[:])
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b[:])
	case "truncated":
		buffer := &bufferedAnswer{header: w.Header(), status: http.StatusOK}
		serve(buffer, r)
		w.WriteHeader(buffer.status)
		_, _ = w.Write(buffer.body[:len(buffer.body)/2])
	case "html":
		page(w, http.StatusOK, "Web page blocked",
			"<p>The page cannot be displayed. Please contact the administrator.</p>")
	case "empty":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
	case "lost":
		serve(&bufferedAnswer{header: http.Header{}}, r)
		panic(http.ErrAbortHandler) // closes the connection without an answer
	case "hang":
		if r.Body != nil { // net/http notices a lost client only after the body is read
			_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody))
		}
		<-r.Context().Done()
	}
}

// bufferedAnswer is a ResponseWriter that keeps the answer in memory.
type bufferedAnswer struct {
	header http.Header
	status int
	body   []byte
}

func (h *bufferedAnswer) Header() http.Header    { return h.header }
func (h *bufferedAnswer) WriteHeader(status int) { h.status = status }
func (h *bufferedAnswer) Write(p []byte) (int, error) {
	h.body = append(h.body, p...)
	return len(p), nil
}

// serveFault controls the faults. POST adds one: the form members are kind, endpoint (any), times
// (1), after (0) and wait (such as 500ms). kind=clock with seconds sets how far the clock is ahead.
// GET returns the faults that remain, and DELETE removes them and corrects the clock. Requests from
// web pages are refused.
func (s *Server) serveFault(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != "" {
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		s.mu.Lock()
		s.faults = nil
		s.mu.Unlock()
		s.ahead.Store(0)
	case http.MethodPost:
		f, bad := readForm(w, r)
		if bad == nil {
			bad = s.orderFault(f)
		}
		if bad != nil {
			s.refuse(w, bad)
			return
		}
	default:
		refuseMethod(w, "GET, POST, DELETE")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	type row struct {
		Endpoint string `json:"endpoint"`
		Kind     string `json:"kind"`
		Times    int    `json:"times"`
		After    int    `json:"after"`
	}
	rows := []row{}
	for _, f := range s.faults {
		if f.Times == 0 {
			f.Times = 1
		}
		rows = append(rows, row{f.Endpoint, f.Kind, f.Times, f.After})
	}
	writeJSON(w, http.StatusOK, struct {
		Faults   []row `json:"faults"`
		ClockOff int64 `json:"clock_off"`
	}{rows, s.ahead.Load() / int64(time.Second)})
}

func (s *Server) orderFault(f form) *refusal {
	number := func(name string) (n int, ok bool) {
		if f[name] == "" {
			return 0, true
		}
		n, err := strconv.Atoi(f[name])
		return n, err == nil && n > -1e8 && n < 1e8
	}
	times, ok1 := number("times")
	after, ok2 := number("after")
	seconds, ok3 := number("seconds")
	var wait time.Duration
	var err error
	if f["wait"] != "" {
		wait, err = time.ParseDuration(f["wait"])
	}
	if !ok1 || !ok2 || !ok3 || err != nil {
		return badRequest("invalid_request",
			"times, after and seconds are whole numbers, wait a duration.")
	}
	if f["kind"] == "clock" {
		s.ahead.Store(int64(time.Duration(seconds) * time.Second))
		return nil
	}
	fault := Fault{f["endpoint"], f["kind"], times, after, wait}
	if fault.Endpoint == "" {
		fault.Endpoint = "any"
	}
	if err := fault.check(); err != nil {
		return badRequest("invalid_request", strings.Map(plainRune, err.Error()))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) >= maxFaults {
		return badRequest("invalid_request", "Too many faults are waiting.")
	}
	s.faults = append(s.faults, fault)
	return nil
}
