package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
)

// The types that --json prints. Scripts rely on them, so they do not follow changes of the
// console's types.
type (
	applicationJSON struct {
		ID          string     `json:"id"`
		Name        string     `json:"name"`
		Environment string     `json:"environment"`
		KeyType     string     `json:"key_type"`
		ConsumerKey string     `json:"consumer_key"`
		Secret      string     `json:"secret"`
		Grant       string     `json:"grant"`
		Scopes      []string   `json:"scopes"`
		Source      string     `json:"source"`
		Tokens      tokenCount `json:"tokens"`
		Marks       []markJSON `json:"marks"`
	}
	// markJSON is the mark of a request whose answer was never seen.
	markJSON struct {
		ID          string  `json:"id"`
		State       string  `json:"state"`
		Op          string  `json:"op"`
		Fingerprint *string `json:"fingerprint"` // fingerprint of the refreshed token
		Application string  `json:"application"`
		Environment string  `json:"environment"`
		SentAt      stamp   `json:"sent_at"`
		EndsBy      stamp   `json:"ends_by"`
	}
	// alteredJSON is printed in place of a token or application whose row is altered.
	alteredJSON struct {
		ID    string `json:"id"`
		State string `json:"state"` // "altered"
	}
	tokenCount struct {
		Active    int `json:"active"`
		Expiring  int `json:"expiring"`
		Lingering int `json:"lingering"`
	}
	tokenJSON struct {
		ID          string   `json:"id"`
		Fingerprint string   `json:"fingerprint"`
		Application string   `json:"application"`
		Environment string   `json:"environment"`
		KeyType     string   `json:"key_type"`
		State       string   `json:"state"`
		Grant       string   `json:"grant"`
		User        string   `json:"user"`
		Scopes      []string `json:"scopes"`
		// audience, resource, extra, subject token; null if none
		AskedWith  *string `json:"asked_with,omitempty"`
		TokenType  string  `json:"token_type"`
		IssuedAt   stamp   `json:"issued_at"`
		Lifetime   string  `json:"lifetime"`
		ExpiresAt  stamp   `json:"expires_at"`
		Left       *int64  `json:"left"`
		HasRefresh bool    `json:"has_refresh"`
		From       *string `json:"from"`
		RevokeAt   stamp   `json:"revoke_at"`
		AcceptedAt stamp   `json:"accepted_at"`
		StaleUntil stamp   `json:"stale_until"`
	}
	revocationJSON struct {
		Token       string      `json:"token"`
		Fingerprint string      `json:"fingerprint"`
		Application string      `json:"application"`
		Kind        string      `json:"kind"`
		AcceptedAt  stamp       `json:"accepted_at"`
		StaleUntil  stamp       `json:"stale_until"`
		Left        *int64      `json:"left"`
		AtServer    string      `json:"at_server"`
		Verdict     string      `json:"verdict"`
		Proof       *string     `json:"proof"`
		Probes      []seenProbe `json:"probes"`
	}
	seenProbe struct {
		At      stamp  `json:"at"`
		Status  *int   `json:"status"`
		Verdict string `json:"verdict"`
	}
	probeJSON struct {
		Token       *string `json:"token"` // null: it is not held
		Fingerprint string  `json:"fingerprint"`
		URL         string  `json:"url"`
		At          stamp   `json:"at"`
		Status      *int    `json:"status"`
		Verdict     string  `json:"verdict"`
		FaultCode   *int    `json:"fault_code"`
		Reason      *string `json:"reason,omitempty"` // reason of an unclear result
	}
)

// stamp is a time in JSON: RFC 3339 in UTC with milliseconds, and null for the zero time.
type stamp time.Time

// MarshalJSON implements json.Marshaler.
func (s stamp) MarshalJSON() ([]byte, error) {
	t := time.Time(s)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + t.UTC().Format("2006-01-02T15:04:05.000Z") + `"`), nil
}

// utcTime formats a time for people.
func utcTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// known returns a pointer to v, or nil if v is the zero value: JSON has null for unknown, never 0.
func known[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func seconds(d time.Duration, ok bool) *int64 {
	if !ok {
		return nil
	}
	n := int64(d / time.Second)
	return &n
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// ledger is a board with the time of its reading and its applications by ID.
type ledger struct {
	console.Board
	svc *console.Service
	now time.Time
	app map[string]console.Application
}

// advice returns the warnings about a token, with the way out of each.
func (l ledger) advice(t console.Token) string {
	return voice().Advice(t, l.svc.Policy(l.app[t.AppID]), l.now)
}

func (l ledger) status(t console.Token) console.Status {
	return console.StatusAt(t, l.svc.Policy(l.app[t.AppID]), l.now)
}

func (l ledger) application(a console.Application) applicationJSON {
	j := applicationJSON{
		ID: a.ID, Name: string(a.Name), Environment: string(a.Environment.Name), KeyType: a.KeyType,
		ConsumerKey: string(a.ConsumerKey), Secret: string(a.Secret), Grant: a.Grant,
		Scopes: orEmpty(a.Scopes), Source: string(a.Source), Marks: []markJSON{},
	}
	for _, m := range l.marks() {
		if m.AppID == a.ID {
			j.Marks = append(j.Marks, l.mark(m))
		}
	}
	for _, t := range l.Tokens {
		if t.AppID != a.ID {
			continue
		}
		switch l.status(t).State {
		case console.Active:
			j.Tokens.Active++
		case console.Expiring:
			j.Tokens.Expiring++
		case console.Lingering:
			j.Tokens.Lingering++
		case console.Unsure, console.Revoking, console.Dead, console.Superseded, console.Expired:
		}
	}
	return j
}

func (l ledger) token(t console.Token) tokenJSON {
	a, s := l.app[t.AppID], l.status(t)
	j := tokenJSON{
		ID: t.ID, Fingerprint: t.Fingerprint, Application: string(a.Name),
		Environment: string(a.Environment.Name), KeyType: a.KeyType, State: string(s.State),
		Grant: t.Grant, User: string(t.User), Scopes: orEmpty(t.Scopes),
		AskedWith: known(t.Request.Words()), TokenType: t.TokenType, IssuedAt: stamp(t.IssuedAt),
		Lifetime: string(t.Lifetime), ExpiresAt: stamp(s.ExpiresAt),
		Left: seconds(s.Left, s.HasExpiry), HasRefresh: t.Refresh == console.RefreshLive,
		From: known(t.From), RevokeAt: stamp(t.RevokeAt), AcceptedAt: stamp(s.AcceptedAt),
	}
	if j.Lifetime == "" {
		j.Lifetime = string(tokenapi.Unknown)
	}
	if s.Ended && s.StaleKnown {
		j.StaleUntil = stamp(s.StaleUntil)
	}
	return j
}

// revoked reports whether a token belongs in the list of revocations.
func revoked(s console.Status) bool { return s.RevokeKind != "" || !s.AcceptedAt.IsZero() }

// notAccepted is the verdict of a revocation that the server has not accepted. The other ones are
// states.
const notAccepted = "pending"

func (l ledger) revocation(t console.Token) revocationJSON {
	s := l.status(t)
	j := revocationJSON{
		Token: t.ID, Fingerprint: t.Fingerprint, Application: string(l.app[t.AppID].Name),
		Kind: string(s.RevokeKind), AcceptedAt: stamp(s.AcceptedAt), AtServer: string(s.AtServer),
		Verdict: notAccepted, Probes: []seenProbe{},
	}
	switch {
	case s.AcceptedAt.IsZero() && (s.Pending || s.Proof == console.ProofNone):
		return j
	case s.Proof != console.ProofNone:
		j.Verdict, j.Proof = string(console.Dead), known(string(s.Proof))
		j.Left = seconds(0, true)
	default:
		j.Verdict, j.Left = string(console.Lingering), seconds(s.StaleLeft, s.StaleKnown)
	}
	if s.StaleKnown {
		j.StaleUntil = stamp(s.StaleUntil)
	}
	for _, p := range t.ProbesSince(s, l.svc.Policy(l.app[t.AppID])) {
		j.Probes = append(j.Probes, seenProbe{stamp(p.At), known(p.Status), string(p.Verdict)})
	}
	return j
}

// printJSON prints a value without HTML escapes and without control characters.
func (p *program) printJSON(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := p.stdout.Write(text.JSON(b.Bytes()))
	return err
}

// print prints one line of a result.
func (p *program) print(format string, args ...any) {
	_, _ = fmt.Fprintln(p.out(), text.Line(fmt.Sprintf(format, args...)))
}

// out returns stdout. Main reports what could not be written to it.
func (p *program) out() io.Writer { return resultWriter{p} }

type resultWriter struct{ p *program }

func (k resultWriter) Write(b []byte) (int, error) {
	n, err := k.p.stdout.Write(b)
	if k.p.writeErr == nil {
		k.p.writeErr = err
	}
	return n, err
}

// printRequests prints the requests of a dry run.
func (p *program) printRequests(sent []console.Exchange) error {
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	type request struct {
		Method  string `json:"method"`
		URL     string `json:"url"`
		Headers []pair `json:"headers"`
		Form    []pair `json:"form"`
	}
	all := []request{}
	for _, x := range sent {
		r := request{x.Method, x.URL, []pair{}, []pair{}}
		for _, h := range x.RequestHeaders {
			r.Headers = append(r.Headers, pair{h.Name, h.Value})
		}
		for _, f := range x.Form {
			r.Form = append(r.Form, pair{f.Name, f.Value})
		}
		all = append(all, r)
	}
	if p.json {
		return p.printJSON(struct {
			DryRun   bool      `json:"dry_run"`
			Requests []request `json:"requests"`
		}{true, all})
	}
	if len(all) == 0 {
		p.print("nothing would be sent")
	}
	for i, r := range all {
		if i > 0 {
			p.print("")
		}
		p.print("%s %s", r.Method, r.URL)
		for _, h := range r.Headers {
			p.print("%s: %s", h.Name, h.Value)
		}
		var form []string
		for _, f := range r.Form {
			form = append(form, f.Name+"="+f.Value)
		}
		if len(form) > 0 {
			p.print("")
			p.print("%s", strings.Join(form, "&"))
		}
	}
	return nil
}
