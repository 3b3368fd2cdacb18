package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lanyard/tokenapi/secret"
)

// PortalVersions returns the versions of the developer portal's API, newest first.
func PortalVersions() []string { return []string{"v3", "v2", "v1"} }

func portalBase(version string) string {
	if version == "v1" { // API Manager 3.1 and 3.2: the portal was the store
		return "/api/am/store/v1"
	}
	return "/api/am/devportal/" + version
}

// portal holds the developer portal's applications, in the order in which they were made, with
// their keys.
type portal struct {
	apps       []*portalApp
	registered map[string]*client // by client name (RFC 7591, as in WSO2)
}

type portalApp struct {
	id, name string
	keys     []*client
}

// newPortal returns the seeded applications, with keys of one name together, and one without keys.
func newPortal(seed int64, clients []*client) portal {
	p := portal{registered: map[string]*client{}}
	for _, c := range clients {
		i := slices.IndexFunc(p.apps, func(a *portalApp) bool { return a.name == c.Name })
		if i < 0 {
			i = len(p.apps)
			p.apps = append(p.apps,
				&portalApp{id: deriveID(seed, "application "+c.Name), name: c.Name})
		}
		p.apps[i].keys = append(p.apps[i].keys, c)
	}
	p.apps = append(p.apps, &portalApp{id: deriveID(seed, "application Drafts"), name: "Drafts"})
	return p
}

// subscription returns the state of the subscription to an API. An application without keys is
// subscribed to all.
func (a *portalApp) subscription(api string) string {
	if len(a.keys) == 0 {
		return unblocked
	}
	return a.keys[0].subscription(api)
}

// portalError is the portal's error body. Unlike the gateway's, its code is a number.
type portalError struct {
	Code        int      `json:"code"`
	Message     string   `json:"message"`
	Description string   `json:"description"`
	MoreInfo    string   `json:"moreInfo"`
	Error       []string `json:"error"`
}

func refusePortal(w http.ResponseWriter, status int, message, description string) {
	writeJSON(w, status, portalError{status, message, description, "", []string{}})
}

// servePortal serves one version of the portal's API. The token must be that of the portal's user,
// with the scope apim:subscribe. Only the settings need no token.
func (s *Server) servePortal(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, portalBase(s.set.portal)+"/")
	if !ok {
		refuseCall(w, http.StatusNotFound,
			fault{"404", "Status report", "Not Found", "The requested resource is not available."})
		return
	}
	if rest == "settings" && r.Method == http.MethodGet {
		s.serveSettings(w, r)
		return
	}
	if status := s.portalBearer(r); status != 0 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="API Developer Portal"`)
		refusePortal(w, status, http.StatusText(status),
			"Make sure you have provided the correct security credentials")
		return
	}
	words := strings.Split(rest, "/")
	keys := "oauth-keys"
	if s.set.portal == "v1" {
		keys = "keys"
	}
	switch {
	case rest == "applications":
		s.portalGet(w, r, s.listApplications)
	case rest == "subscriptions":
		s.portalGet(w, r, s.listSubscriptions)
	case rest == "key-managers":
		s.portalGet(w, r, s.listKeyManagers)
	case len(words) == 2 && words[0] == "applications":
		s.portalGet(w, r,
			func(w http.ResponseWriter, r *http.Request) { s.showApplication(w, words[1]) })
	case len(words) == 3 && words[0] == "applications" && words[2] == keys:
		s.portalGet(w, r, func(w http.ResponseWriter, r *http.Request) { s.listKeys(w, words[1]) })
	case len(words) == 3 && words[0] == "applications" && words[2] == "generate-keys":
		s.generateKeys(w, r, words[1])
	default:
		refusePortal(w, http.StatusNotFound, "Not Found", "The requested resource is not available")
	}
}

func (s *Server) portalGet(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		refusePortal(w, http.StatusMethodNotAllowed, "Method Not Allowed", "Only GET is supported")
		return
	}
	serve(w, r)
}

// portalBearer returns the status with which to refuse a call, or 0. It asks the key manager each
// time: the portal's own token cache (300 s) is not simulated.
func (s *Server) portalBearer(r *http.Request) int {
	token, ok := bearer(r.Header.Values("Authorization"))
	now := s.set.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	p := s.ledger.byAccess[token]
	switch {
	case !ok || p == nil || !p.accessLives(now):
		return http.StatusUnauthorized
	case p.user != owner || !slices.Contains(strings.Fields(p.scope), "apim:subscribe"):
		return http.StatusForbidden
	}
	return 0
}

// isPortalUser reports whether a request has the portal user's password (Basic).
func (s *Server) isPortalUser(r *http.Request) bool {
	id, pass, ok := basic(r.Header.Values("Authorization"))
	return ok && isBasic(r.Header.Get("Authorization")) &&
		strings.TrimSuffix(id, tenant) == portalID && s.accounts[portalID].Equal(secret.New(pass))
}

// readJSON reads the body of a portal call into v.
func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	if r.Body == nil {
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	return err == nil && json.Unmarshal(body, v) == nil
}

// list is a page of a list with the portal's counters.
type list struct {
	Count      int         `json:"count"`
	List       any         `json:"list"`
	Pagination *pagination `json:"pagination,omitempty"`
}

type pagination struct {
	Offset   int    `json:"offset"`
	Limit    int    `json:"limit"`
	Total    int    `json:"total"`
	Next     string `json:"next"`
	Previous string `json:"previous"`
}

// paged returns the page of all that the query selects (by default limit 25, offset 0). next and
// previous are relative URLs, empty at the ends.
func paged[T any](all []T, path string, query url.Values) list {
	number := func(name string, unset int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil && n >= 0 {
			return n
		}
		return unset
	}
	limit, offset := max(number("limit", 25), 1), number("offset", 0)
	from := min(offset, len(all))
	cut := append([]T{}, all[from:min(from+min(limit, len(all)), len(all))]...)
	p := pagination{Offset: offset, Limit: limit, Total: len(all)}
	link := func(offset int) string {
		q := url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}
		for _, name := range []string{"applicationId", "apiId", "query"} {
			if v := query.Get(name); v != "" {
				q.Set(name, v)
			}
		}
		return path + "?" + q.Encode()
	}
	if from+len(cut) < len(all) && len(cut) > 0 {
		p.Next = link(from + len(cut))
	}
	if from > 0 {
		p.Previous = link(max(from-limit, 0))
	}
	return list{len(cut), cut, &p}
}

// deriveID returns a UUID that depends on seed and label only.
func deriveID(seed int64, label string) string {
	return uuid([]byte(derive(seed, label, 16)))
}
