package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// HeaderKind returns the kind of the secret value of an application's header.
func HeaderKind(name string) SecretKind { return SecretKind("headers." + name) }

// ProbeHeaderKind returns the kind of the secret value of an application's probe header.
func ProbeHeaderKind(name string) SecretKind { return SecretKind("probe_headers." + name) }

// HeaderValues are values of headers, by name.
type HeaderValues map[string]secret.Text

// HeaderNamesProblem returns why headers cannot be added to requests to a Token API, or "".
func HeaderNamesProblem(names []string) string {
	seen := map[string]bool{}
	for _, name := range names {
		if why := tokenapi.FieldNameProblem(name, false); why != "" {
			return "a header " + why
		}
		low := strings.ToLower(name)
		if seen[low] {
			return "a header is given twice"
		}
		seen[low] = true
	}
	return ""
}

// headersProblem returns why the headers of a draft are invalid, or "".
func (d Draft) headersProblem() string {
	if why := HeaderNamesProblem(d.Details.Headers); why != "" {
		return why
	}
	for _, name := range d.Details.Headers {
		if why := tokenapi.FieldValueProblem(d.Headers[name]); why != "" {
			return "the value of " + name + " " + why
		}
	}
	return ""
}

// headerValues returns the headers of a draft. A header without a given value has that of was, the
// application that the draft edits; was may be nil. A stored value goes only to the servers for
// which it was given. verb begins the text of an error.
func (d Draft) headerValues(r Reader, was *Application, verb string) ([]tokenapi.Field, error) {
	var all []tokenapi.Field
	kept := map[string]string{}
	same := was != nil && SameServer(was.Environment, d.Environment)
	for _, name := range d.Details.Headers {
		value, given := d.Headers[name]
		if (!given || value.IsZero()) && same {
			if len(kept) == 0 {
				sec, err := r.ConsumerSecret(was.ID)
				if err != nil && !isNotFound(err) {
					return nil, err
				}
				kept = sec.headerValues()
			}
			value = secret.New(kept[name])
		}
		if value.IsZero() {
			e := &Error{
				Code: CodeUsage, Text: verb + ": headers: " + name + " has no value",
				Hint: "type its value",
			}
			if was != nil && !same && slices.Contains(was.Details.Headers, name) {
				e.Text = verb + ": headers: the value of " + name +
					" that is kept is for the other server"
			}
			return nil, e
		}
		all = append(all, tokenapi.Field{Name: name, Value: value})
	}
	return all, nil
}

// headerValues returns the values of stored headers by name. It returns none of a text that cannot
// be read.
func (s Secrets) headerValues() map[string]string {
	values := map[string]string{}
	if s.Headers.IsZero() || json.Unmarshal([]byte(s.Headers.Reveal()), &values) != nil {
		return map[string]string{}
	}
	return values
}

// fieldsText returns header values as they are stored, sealed, with the application, so that its
// tokens can be revoked when it is no longer configured.
func fieldsText(all []tokenapi.Field) secret.Text {
	if len(all) == 0 {
		return secret.Text{}
	}
	values := map[string]string{}
	for _, f := range all {
		values[f.Name] = f.Value.Reveal()
	}
	text, err := json.Marshal(values)
	if err != nil { // strings always encode
		return secret.Text{}
	}
	return secret.New(string(text))
}

// keptFields returns the headers of an application that is not configured, as they are stored.
func (s *Service) keptFields(ctx context.Context, a Application) ([]tokenapi.Field, error) {
	var kept Secrets
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		kept, err = r.ConsumerSecret(a.ID)
		return err
	})
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	values := kept.headerValues()
	var all []tokenapi.Field
	for _, name := range a.Details.Headers {
		value, ok := values[name]
		if !ok {
			e := &Error{
				Code: CodeNoSecret,
				Text: "header " + name + " of " + string(a.Label()) + ": its value is not kept",
				Hint: "edit the application, and type its value",
			}
			if a.Source != FromStore {
				e.Text += ", and the application is no longer configured"
				e.Hint = "put the application back into the configuration"
			}
			return nil, e
		}
		all = append(all, tokenapi.Field{Name: name, Value: secret.New(value)})
	}
	return all, nil
}

// fields fetches the values of headers.
func (s *Service) fields(ctx context.Context, a Application, names []string,
	kind func(string) SecretKind) ([]tokenapi.Field, error) {
	var all []tokenapi.Field
	for _, name := range names {
		value, err := s.opt.Vault.Secret(ctx, a, kind(name))
		if err != nil {
			return nil, err
		}
		all = append(all, tokenapi.Field{Name: name, Value: value})
	}
	return all, nil
}

// ProbeMethod returns the HTTP method of an application's probes.
func (a Application) ProbeMethod() string { return cmp.Or(a.Details.ProbeMethod, "GET") }

// ProbeActs reports whether a probe may change something at the API, because its method is not safe
// (RFC 9110 section 9.2.1). Then no made-up token is sent, and a person is asked before probes are
// repeated.
func (a Application) ProbeActs() bool {
	return !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, a.ProbeMethod())
}

// RepeatedProbes returns the question to ask before probes of applications are repeated; "" if
// their methods are safe.
func RepeatedProbes(apps ...Application) string {
	var all []string
	for _, a := range apps {
		if a.ProbeActs() {
			all = append(all,
				"each probe of "+string(a.Label())+" sends a "+a.ProbeMethod()+
					" to the API, which may act")
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "\n")
}

// probeWay is the method and the headers of the calls of an application's probe URL.
type probeWay struct {
	method  string
	headers []tokenapi.Field
	key     string // method and digest of the headers: the key of controls
}

// form returns the key of a control: method, headers and form of the token.
func (p probeWay) form(token secret.Text) string { return p.key + tokenapi.TokenForm(token) }

func (p probeWay) request(a Application, token secret.Text) tokenapi.ProbeRequest {
	return tokenapi.ProbeRequest{
		Method: p.method, URL: string(a.ProbeURL), Headers: p.headers, Token: token,
	}
}

// probeWayOf fetches the values of the probe headers. It digests them with a key, because a value
// may be easy to guess.
func (s *Service) probeWayOf(ctx context.Context, a Application) (probeWay, error) {
	way := probeWay{method: a.ProbeMethod(), key: a.ProbeMethod() + " "}
	var err error
	if way.headers, err = s.fields(ctx, a, a.Details.ProbeHeaders, ProbeHeaderKind); err != nil ||
		len(way.headers) == 0 {
		return way, err
	}
	sum := sha256.New()
	read := func(r Reader) error {
		sum.Reset()
		for _, f := range way.headers {
			h, err := r.Digest("probe header "+strings.ToLower(f.Name), f.Value)
			if err == nil && h == "" && !f.Value.IsZero() {
				err = errUnhashed
			}
			if err != nil {
				return err
			}
			// a hash never fails
			_, _ = sum.Write([]byte(strings.ToLower(f.Name) + "\x00" + h + "\x00"))
		}
		return nil
	}
	if err = s.opt.Keeper.View(ctx, read); errors.Is(err, errUnhashed) {
		err = s.opt.Keeper.Update(ctx, func(w Writer) error { return read(w) })
	}
	way.key = way.method + "#" + hex.EncodeToString(sum.Sum(nil)[:6]) + " "
	return way, err
}
