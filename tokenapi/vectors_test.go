package tokenapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// vector is one answer of a real server with the conclusions of a correct client.
type vector struct {
	Name        string         `json:"name"`
	Kind        string         `json:"kind"`
	Source      string         `json:"source"`     // for people, like the next
	Provenance  string         `json:"provenance"` // documented, issue, derived, rfc or memory
	Note        string         `json:"note"`
	Request     map[string]any `json:"request"`
	Status      int            `json:"status"`
	Headers     map[string]any `json:"headers"`
	Body        string         `json:"body"`
	Control     *vectorAnswer  `json:"control"` // the answer to a made-up token
	Expect      map[string]any `json:"expect"`
	Alternative any            `json:"alternative"` // another correct reading
}

// vectorAnswer is one answer in a vector.
type vectorAnswer struct {
	Status  int            `json:"status"`
	Headers map[string]any `json:"headers"`
	Body    string         `json:"body"`
}

// TestVectors processes every vector in LANYARD_VECTORS (default testdata/vectors) like a live
// answer, and compares every expected member. Unknown kinds and members fail.
func TestVectors(t *testing.T) {
	dir := os.Getenv("LANYARD_VECTORS")
	if dir == "" {
		dir = filepath.Join("testdata", "vectors")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			d := json.NewDecoder(bytes.NewReader(raw))
			d.UseNumber()
			d.DisallowUnknownFields()
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			got, x := v.run(t)
			v.compare(t, got, x)
		})
	}
}

// run decodes the vector's answer by its kind, and returns the result by the names of Expect.
func (v vector) run(t *testing.T) (map[string]any, tokenapi.Exchange) {
	t.Helper()
	switch v.Kind {
	case "token":
		return v.token()
	case "revoke":
		return v.revoke()
	case "introspect":
		return v.introspect(t)
	case "device_authorization":
		return v.device()
	case "gateway_fault":
		return v.fault()
	case "devportal_token":
		return v.devportalToken(t), tokenapi.Exchange{}
	case "dcr":
		return v.registration(t), tokenapi.Exchange{}
	case "probe":
		return v.probe(t), tokenapi.Exchange{}
	}
	t.Fatalf("unknown kind %q", v.Kind)
	return nil, tokenapi.Exchange{}
}

// compare compares the result with the expectation, member by member. A member may differ if the
// vector's alternative has it: an object of members, a list of such objects, or a text that names
// it.
func (v vector) compare(t *testing.T, got map[string]any, x tokenapi.Exchange) {
	t.Helper()
	if len(v.Expect) == 0 {
		t.Error("nothing is expected")
	}
	others := []any{v.Alternative, v.Expect["alternative"]}
	for name, want := range v.Expect {
		have, known := got[name]
		switch {
		case name == "alternative":
		case name == "secret_headers":
			v.compareHeaders(t, want, x)
		case name == "extra":
			compareExtra(t, want, got)
		case !known:
			t.Errorf("member %q is not compared", name)
		case name == "next_access_time" && sameInstant(have, want):
		case reflect.DeepEqual(plain(t, have), plain(t, want)):
		case slices.ContainsFunc(others, func(o any) bool { return allows(t, o, name, have) }):
			t.Logf("%s = %v by the alternative", name, plain(t, have))
		default:
			t.Errorf("%s = %v, want %v", name, plain(t, have), plain(t, want))
		}
	}
}

// allows reports whether an alternative has the result.
func allows(t *testing.T, alternative any, name string, have any) bool {
	t.Helper()
	switch a := alternative.(type) {
	case map[string]any:
		want, has := a[name]
		return has && reflect.DeepEqual(plain(t, have), plain(t, want))
	case []any:
		return slices.ContainsFunc(a, func(o any) bool { return allows(t, o, name, have) })
	case string:
		b, err := json.Marshal(have)
		word := strings.Trim(string(b), `"`)
		return err == nil &&
			slices.Contains(
				strings.FieldsFunc(a,
					func(r rune) bool { return strings.ContainsRune(` ,.;:()="'`, r) }), word)
	}
	return false
}

// compareHeaders checks that the headers with secrets are masked in the record.
func (v vector) compareHeaders(t *testing.T, want any, x tokenapi.Exchange) {
	t.Helper()
	names, _ := want.([]any)
	for _, n := range names {
		found := false
		for _, h := range x.ResponseHeaders {
			if strings.EqualFold(h.Name, n.(string)) {
				found = true
				if !strings.HasPrefix(h.Value, secret.Mask) {
					t.Errorf("header %s is not masked", n)
				}
			}
		}
		if !found {
			t.Errorf("header %s is not in the record", n)
		}
	}
}

// compareExtra looks for members that are kept unchanged, or in a field of their own.
func compareExtra(t *testing.T, want any, got map[string]any) {
	t.Helper()
	kept, _ := got["extra"].(map[string]any)
	wanted, _ := want.(map[string]any)
	for name, w := range wanted {
		have, ok := kept[name]
		if !ok {
			have, ok = got[name]
		}
		if !ok || !reflect.DeepEqual(plain(t, have), plain(t, w)) {
			t.Errorf("extra %s = %v (%v), want %v", name, have, ok, w)
		}
	}
}

// sameInstant reports whether two texts name the same time, in any notation.
func sameInstant(a, b any) bool {
	s, _ := a.(string)
	u, _ := b.(string)
	at, ok1 := tokenapi.NextAccess(s)
	bt, ok2 := tokenapi.NextAccess(u)
	return ok1 && ok2 && at.Equal(bt)
}

// plain makes values comparable by sending them through JSON.
func plain(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(b)
}

// parsed returns a JSON text as a value, or nil.
func parsed(b []byte) any {
	var out any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&out) != nil {
		return nil
	}
	return out
}

func (v vector) answered() tokenapi.Answered {
	return vectorAnswer{v.Status, v.Headers, v.Body}.arrived()
}

func (a vectorAnswer) arrived() tokenapi.Answered {
	h := http.Header{}
	for name, value := range a.Headers {
		switch value := value.(type) {
		case string:
			h.Set(name, value)
		case []any:
			for _, e := range value {
				h.Add(name, e.(string))
			}
		}
	}
	return tokenapi.Answered{Status: a.Status, Header: h, Body: []byte(a.Body),
		At: time.Unix(1_700_000_000, 0)}
}

// probe returns the verdict on the answer to a token. The control is fresh, and equals the
// signature of the URL if the token was accepted there before.
func (v vector) probe(t *testing.T) map[string]any {
	t.Helper()
	before := v.Request["before"]
	for name, value := range v.Request {
		if name != "endpoint" && name != "before" {
			t.Errorf("member %q of the request is unknown", name)
		}
		if name == "before" && value != nil && value != "accepted" {
			t.Errorf("before = %v", value)
		}
	}
	var control tokenapi.Shape
	if v.Control != nil {
		control = v.Control.arrived().Facts("").Shape
	}
	j := tokenapi.Judge(v.answered().Facts(""), control,
		tokenapi.History{Accepted: before == "accepted", Unchanged: before == "accepted"})
	return map[string]any{"verdict": j.Verdict, "names_token": j.NamesToken}
}

// or returns nil for an empty text, which a vector writes as null.
func or(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// whole returns a duration in seconds, or nil.
func whole(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return int64(d / time.Second)
}

// base returns the members of every kind, with null for those that a refusal leaves empty.
func base(err error, empty ...string) map[string]any {
	m := map[string]any{
		"ok": err == nil, "error": nil, "error_description": nil, "error_uri": nil, "action": nil,
		"retry_after": nil,
		"interval":    nil, "dpop_nonce": nil, "fault_code": nil, "drop_refresh_token": false,
	}
	for _, name := range empty {
		m[name] = nil
	}
	if e, ok := tokenapi.AsError(err); ok {
		m["error"], m["error_description"], m["error_uri"] = or(e.Code), or(e.Description),
			or(e.URI)
		m["action"], m["retry_after"], m["interval"] = or(string(e.Action)), whole(e.RetryAfter),
			whole(e.Interval)
		m["dpop_nonce"], m["drop_refresh_token"] = or(e.Nonce.Reveal()), e.DropsRefresh()
		if e.FaultCode != 0 {
			m["fault_code"] = e.FaultCode
		}
	}
	return m
}

func (v vector) token() (map[string]any, tokenapi.Exchange) {
	grant, _ := v.Request["grant_type"].(string)
	if i := strings.LastIndexByte(grant, ':'); i >= 0 { // the short names of Client.Token
		grant = strings.ReplaceAll(grant[i+1:], "-", "_")
	}
	old, _ := v.Request["refresh_token"].(string)
	a, x, err := v.answered().Token(grant)
	m := base(err, "access_token", "refresh_token", "id_token", "expires_in", "lifetime",
		"token_type", "token_type_raw",
		"scopes", "scope_source", "issued_token_type", "deactivated_access_token", "extra")
	m["usable"], m["replaces_refresh_token"] = false, false
	if err != nil {
		return m, x
	}
	m["access_token"], m["id_token"], m["issued_token_type"] = a.Access.Reveal(), or(a.ID.Reveal()),
		or(a.IssuedTokenType)
	m["refresh_token"] = or(a.Refresh.Reveal())
	if grant == tokenapi.GrantRefreshToken {
		m["refresh_token"] = or(a.RefreshAfter(secret.New(old)).Reveal())
		m["replaces_refresh_token"] = !a.Refresh.IsZero() && !a.Refresh.Equal(secret.New(old))
	}
	m["lifetime"], m["token_type"], m["token_type_raw"] = a.Lifetime, a.TokenType,
		or(a.RawTokenType)
	m["scopes"], m["scope_source"], m["usable"] = a.Scopes, "response", a.Usable
	if a.Scopes == nil {
		m["scope_source"] = "requested"
	}
	m["deactivated_access_token"], m["dpop_nonce"] = or(a.Deactivated.Reveal()),
		or(a.Nonce.Reveal())
	if a.HasExpiresIn {
		m["expires_in"] = a.ExpiresIn
	}
	extra := map[string]any{}
	for _, e := range a.Extra {
		extra[e.Name] = parsed([]byte(e.Value.Reveal()))
	}
	m["extra"] = extra
	return m, x
}

func (v vector) revoke() (map[string]any, tokenapi.Exchange) {
	a, x, err := v.answered().Revoke()
	m := base(err)
	m["revoked_access_token"], m["revoked_refresh_token"] = or(a.AccessToken.Reveal()),
		or(a.RefreshToken.Reveal())
	m["authorized_user"] = or(a.AuthorizedUser)
	switch e, _ := tokenapi.AsError(err); {
	case e == nil && a.Confirmed:
		m["outcome"] = "confirmed"
	case e == nil:
		m["outcome"] = "accepted_unconfirmed"
	case e.Kind == tokenapi.KindGarbled || e.Status >= 500:
		m["outcome"] = "unknown"
	default:
		m["outcome"] = "rejected"
	}
	return m, x
}

func (v vector) introspect(t *testing.T) (map[string]any, tokenapi.Exchange) {
	t.Helper()
	a, x, err := v.answered().Introspect()
	m := base(err, "active", "scopes", "client_id", "username", "sub", "token_type", "exp", "iat",
		"nbf", "lifetime")
	if err == nil {
		m["active"] = a.Active
	}
	if !a.Active {
		for name := range v.Expect { // an inactive token has no other members
			if _, known := m[name]; !known && v.Expect[name] == nil {
				m[name] = nil
			}
		}
		return m, x
	}
	m["scopes"], m["client_id"], m["username"], m["sub"] = a.Scopes, or(a.ClientID), or(a.Username),
		or(a.Subject)
	m["token_type"], m["lifetime"] = or(a.TokenType), a.Lifetime
	for name, at := range map[string]tokenapi.Epoch{"exp": a.Expires, "iat": a.Issued,
		"nbf": a.NotBefore} {
		if at.Known {
			m[name] = at.Seconds
		}
	}
	extra := map[string]any{}
	for _, p := range a.Extra {
		m[p.Name] = p.Value
		if want, isText := v.Expect[p.Name].(string); !isText || want != p.Value {
			if value := parsed([]byte(p.Value)); value != nil {
				m[p.Name] = value
			}
		}
		extra[p.Name] = m[p.Name]
	}
	m["extra"] = extra
	return m, x
}

func (v vector) device() (map[string]any, tokenapi.Exchange) {
	a, x, err := v.answered().Device()
	m := base(err, "device_code", "user_code", "verification_uri", "verification_uri_complete",
		"expires_in")
	if err == nil {
		m["device_code"], m["user_code"] = a.DeviceCode.Reveal(), a.UserCode
		m["verification_uri"], m["verification_uri_complete"] = a.VerificationURI,
			or(a.VerificationURIComplete)
		m["expires_in"], m["interval"] = whole(a.ExpiresIn), whole(a.Interval)
	}
	return m, x
}

// fault is the result of a probe for a refusal and, if the token endpoint was called, of a grant.
// Both must have the same code.
func (v vector) fault() (map[string]any, tokenapi.Exchange) {
	f := v.answered().Fault()
	grant, _ := v.Request["grant_type"].(string)
	_, x, err := v.answered().Token(grant)
	m := base(err)
	m["ok"], m["fault_code"] = err == nil, nil
	if f.Code != 0 {
		m["fault_code"] = f.Code
	}
	m["message"], m["description"], m["next_access_time"] = or(f.Message), or(f.Description),
		or(f.NextAccess)
	m["category"], m["new_token_may_help"], m["retryable"] = or(f.Advice.Category),
		f.Advice.NewTokenMayHelp, f.Advice.Retryable
	m["scope"], m["required_scope"], m["retry_after"] = or(f.Advice.Scope), or(f.Advice.Scope),
		whole(f.Wait)
	return m, x
}
