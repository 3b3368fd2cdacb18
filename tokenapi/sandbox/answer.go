package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// refusal is an OAuth error answer (RFC 6749 section 5.2).
type refusal struct {
	status            int
	code, description string
}

var _ error = (*refusal)(nil)

func (e *refusal) Error() string { return e.code + ": " + e.description }

func badRequest(code, description string) *refusal {
	return &refusal{http.StatusBadRequest, code, description}
}

func invalidClient(description string) *refusal {
	return &refusal{http.StatusUnauthorized, "invalid_client", description}
}

// refuse writes e as WSO2 does: description before error. A 401 and a 5xx have a Basic challenge
// with an unquoted realm.
func (s *Server) refuse(w http.ResponseWriter, e *refusal) {
	if e.status == http.StatusUnauthorized || e.status >= http.StatusInternalServerError {
		w.Header().Set("WWW-Authenticate", "Basic realm="+s.set.realm)
	}
	if e.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	writeJSON(w, e.status, struct {
		Description string `json:"error_description"`
		Error       string `json:"error"`
	}{e.description, e.code})
}

// writeJSON writes v with the headers that RFC 6749 section 5.1 requires for answers with tokens.
// It keeps a Content-Type that is already set.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "Internal Server Error.", http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	noStore(w)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func noStore(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}

func refuseMethod(w http.ResponseWriter, allow string) {
	w.Header().Set("Allow", allow)
	http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
}

// printable makes a client's text fit for an error description. RFC 6749 section 5.2 allows
// printable ASCII without quote and backslash: other characters become '?'. It keeps at most 64
// bytes.
func printable(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return strings.Map(plainRune, s)
}

func plainRune(r rune) rune {
	if r < ' ' || r > '~' || r == '"' || r == '\\' {
		return '?'
	}
	return r
}
