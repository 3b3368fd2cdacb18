package store

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

func applicationFields(a *console.Application) []field {
	return []field{
		{"id", &a.ID},
		{"name", &a.Name},
		{"environment", environment{&a.Environment}},
		{"key_type", &a.KeyType},
		{"consumer_key", &a.ConsumerKey},
		{"grant_type", &a.Grant},
		{"username", &a.Username},
		{"scopes", inJSON(&a.Scopes)},
		{"extra", inJSON(&a.Extra)},
		{"probe_url", &a.ProbeURL},
		{"source", &a.Source},
		{"secret_state", &a.Secret},
		{"details", details{a}},
	}
}

// environmentForm is the stored form of an environment. Fields are only ever added: an older
// version ignores unknown ones, and missing ones are zero. Durations are in nanoseconds.
type environmentForm struct {
	Form               int           `json:"form"` // 1
	Name               string        `json:"name,omitempty"`
	Production         bool          `json:"production,omitempty"`
	Issuer             string        `json:"issuer,omitempty"`
	TokenURL           string        `json:"token_url,omitempty"`
	RevokeURL          string        `json:"revoke_url,omitempty"`
	IntrospectURL      string        `json:"introspect_url,omitempty"`
	AuthorizeURL       string        `json:"authorize_url,omitempty"`
	DeviceURL          string        `json:"device_url,omitempty"`
	JWKSURL            string        `json:"jwks_url,omitempty"`
	IssInAnswer        bool          `json:"iss_in_answer,omitempty"`
	CacheTTL           time.Duration `json:"cache_ttl_ns,omitempty"`
	Regime             string        `json:"regime,omitempty"`
	ClientAuth         string        `json:"client_auth,omitempty"`
	Timeout            time.Duration `json:"timeout_ns,omitempty"`
	CAFile             string        `json:"ca_file,omitempty"`
	ClientCert         string        `json:"client_cert,omitempty"`
	KeyFile            string        `json:"key_file,omitempty"` // of the client certificate
	Proxy              string        `json:"proxy,omitempty"`
	InsecureSkipVerify bool          `json:"insecure_skip_verify,omitempty"`
	AllowHTTP          bool          `json:"allow_http,omitempty"`
	ReadOnly           bool          `json:"read_only,omitempty"`
}

// environment is the column of an environment.
type environment struct{ e *console.Environment }

// Value implements driver.Valuer.
func (c environment) Value() (driver.Value, error) {
	e := c.e
	b, err := json.Marshal(environmentForm{
		Form:               1,
		Name:               string(e.Name),
		Production:         e.Production,
		Issuer:             string(e.Issuer),
		TokenURL:           string(e.Endpoints.TokenURL),
		RevokeURL:          string(e.Endpoints.RevokeURL),
		IntrospectURL:      string(e.Endpoints.IntrospectURL),
		AuthorizeURL:       string(e.Endpoints.AuthorizeURL),
		DeviceURL:          string(e.Endpoints.DeviceURL),
		JWKSURL:            string(e.Endpoints.JWKSURL),
		IssInAnswer:        e.IssInAnswer,
		CacheTTL:           e.CacheTTL,
		Regime:             string(e.Regime),
		ClientAuth:         string(e.ClientAuth),
		Timeout:            e.Timeout,
		CAFile:             e.CAFile,
		ClientCert:         e.ClientCert,
		KeyFile:            e.ClientKey,
		Proxy:              string(e.Proxy),
		InsecureSkipVerify: e.InsecureSkipVerify,
		AllowHTTP:          e.AllowHTTP,
		ReadOnly:           e.ReadOnly,
	})
	return string(b), err
}

// Scan implements sql.Scanner.
func (c environment) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("an environment is stored as %T", src)
	}
	var f environmentForm
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return fmt.Errorf("an environment is stored in another form: %w", err)
	}
	e := console.Environment{
		Name:               console.Private(f.Name),
		Production:         f.Production,
		CacheTTL:           f.CacheTTL,
		Regime:             console.Regime(f.Regime),
		Timeout:            f.Timeout,
		CAFile:             f.CAFile,
		ClientCert:         f.ClientCert,
		ClientKey:          f.KeyFile,
		Proxy:              console.Private(f.Proxy),
		Issuer:             console.Private(f.Issuer),
		IssInAnswer:        f.IssInAnswer,
		InsecureSkipVerify: f.InsecureSkipVerify,
		AllowHTTP:          f.AllowHTTP,
		ReadOnly:           f.ReadOnly,
	}
	e.Endpoints.TokenURL = console.Private(f.TokenURL)
	e.Endpoints.RevokeURL = console.Private(f.RevokeURL)
	e.Endpoints.IntrospectURL = console.Private(f.IntrospectURL)
	e.Endpoints.AuthorizeURL = console.Private(f.AuthorizeURL)
	e.Endpoints.DeviceURL = console.Private(f.DeviceURL)
	e.Endpoints.JWKSURL = console.Private(f.JWKSURL)
	setText(&e.ClientAuth, f.ClientAuth)
	*c.e = e
	return nil
}

// detailsForm is the stored form of details. Fields are only ever added.
type detailsForm struct {
	Form               int            `json:"form"` // 1
	RedirectURL        string         `json:"redirect_url,omitempty"`
	SecretStored       bool           `json:"secret_stored,omitempty"`
	SigningAlg         string         `json:"signing_alg,omitempty"`
	SigningKeyID       string         `json:"signing_key_id,omitempty"`
	AssertionClaims    map[string]any `json:"assertion_claims,omitempty"`
	ReadyAssertion     bool           `json:"ready_assertion,omitempty"`
	SubjectTokenType   string         `json:"subject_token_type,omitempty"`
	RequestedTokenType string         `json:"requested_token_type,omitempty"`
	Server             string         `json:"server,omitempty"`
	// of the application, as is the next
	Audience        string   `json:"audience,omitempty"`
	Resource        []string `json:"resource,omitempty"`
	ProbeControlOff bool     `json:"probe_control_off,omitempty"`
	Headers         []string `json:"headers,omitempty"` // names, as are the next
	ProbeHeaders    []string `json:"probe_headers,omitempty"`
	ProbeMethod     string   `json:"probe_method,omitempty"`
}

// details is the column of an application's details and of the fields that were added after the
// other columns.
type details struct{ a *console.Application }

// Value implements driver.Valuer.
func (c details) Value() (driver.Value, error) {
	d := c.a.Details
	b, err := json.Marshal(detailsForm{
		1, string(d.RedirectURL), d.SecretStored, d.SigningAlg, d.SigningKeyID,
		d.AssertionClaims, d.ReadyAssertion, d.SubjectTokenType, d.RequestedTokenType, d.Server,
		c.a.Audience, c.a.Resource, d.ProbeControlOff, d.Headers, d.ProbeHeaders, d.ProbeMethod,
	})
	return string(b), err
}

// Scan implements sql.Scanner.
func (c details) Scan(src any) error {
	var f detailsForm
	switch v := src.(type) {
	case nil: // stored before there were any
	case string:
		if err := json.Unmarshal([]byte(v), &f); err != nil {
			return fmt.Errorf("details are stored in another form: %w", err)
		}
	default:
		return fmt.Errorf("details are stored as %T", src)
	}
	c.a.Audience, c.a.Resource = f.Audience, f.Resource
	c.a.Details = console.Details{
		RedirectURL: console.Private(f.RedirectURL), SecretStored: f.SecretStored,
		SigningAlg: f.SigningAlg, SigningKeyID: f.SigningKeyID, AssertionClaims: f.AssertionClaims,
		ReadyAssertion: f.ReadyAssertion, SubjectTokenType: f.SubjectTokenType,
		RequestedTokenType: f.RequestedTokenType, Server: f.Server,
		ProbeControlOff: f.ProbeControlOff, Headers: f.Headers, ProbeHeaders: f.ProbeHeaders,
		ProbeMethod: f.ProbeMethod,
	}
	return nil
}

// setText sets a string whose type this package does not import.
func setText[T ~string](dst *T, s string) { *dst = T(s) }

// Applications returns all stored applications, by name and ID, without altered ones.
func (r *reader) Applications() ([]console.Application, error) {
	good, altered, err := rowsOf(r, "read applications", applicationTable(), "ORDER BY name, id")
	for _, a := range altered {
		r.found("application", a.ID)
	}
	return good, err
}

// Application returns one application, or console.ErrNotFound. An altered one is an *Error with the
// code "store_altered".
func (r *reader) Application(id string) (console.Application, error) {
	op := "read application " + id
	good, altered, err := rowsOf(r, op, applicationTable(), "WHERE id = ?", id)
	switch {
	case err != nil:
		return console.Application{}, err
	case len(good) > 0 && good[0].ID == id:
		// a MAC does not prove that the row has the requested ID
		return good[0], nil
	case len(good)+len(altered) > 0:
		r.found("application", id)
		return console.Application{}, r.alteredRow(op, "application", id)
	}
	return console.Application{}, fmt.Errorf("%s: %w", op, console.ErrNotFound)
}

// ConsumerSecret returns the consumer secret of an application, in Access, and the values of its
// headers. Both may be zero. It fails with console.ErrNotFound if the application is not stored,
// and with ErrKey if the secret was altered.
func (r *reader) ConsumerSecret(appID string) (console.Secrets, error) {
	op := "read consumer secret of " + appID
	var sealed []byte
	err := r.row(op,
		`SELECT s.consumer FROM application a
		LEFT JOIN application_secret s ON s.app_id = a.id WHERE a.id = ?`, []any{appID}, &sealed)
	if err != nil {
		return console.Secrets{}, err
	}
	text, err := r.open(sealed, "application_secret", appID, "consumer")
	if errors.Is(err, ErrKey) {
		err = &Error{
			Code: console.CodeStoreAltered,
			Text: "the consumer secret of application " + appID + " is altered", Err: err,
			Hint: "it opens with no key: store it anew (lanyard apps set-secret, or e in the " +
				"console)",
		}
	}
	consumer, headers := withoutHeaders(text)
	return console.Secrets{Access: consumer, Headers: headers}, r.fail(op, err)
}

// HasConsumerSecret reports whether a consumer secret is stored, also while the store is locked.
func (r *reader) HasConsumerSecret(appID string) (has bool, err error) {
	err = r.row("look for the consumer secret of "+appID,
		"SELECT EXISTS (SELECT 1 FROM application_secret WHERE app_id = ?)", []any{appID}, &has)
	return has, err
}

// PutApplication stores or replaces an application. A zero s.Access keeps the stored secret; zero
// s.Headers keep the stored values.
func (w *writer) PutApplication(a console.Application, s console.Secrets) error {
	op := "store application " + a.ID
	if err := put(w, op, applicationTable(), &a); err != nil {
		return err
	}
	if s.Access.IsZero() && s.Headers.IsZero() {
		return nil
	}
	if s.Access.IsZero() || a.Details.Headers != nil && s.Headers.IsZero() {
		had, err := w.ConsumerSecret(a.ID)
		switch {
		case err == nil && s.Access.IsZero():
			s.Access = had.Access
		case err == nil:
			s.Headers = had.Headers
		case s.Access.IsZero() || !errors.Is(err, ErrKey): // an altered one is replaced
			return err
		}
	}
	consumer, err := w.seal(withHeaders(s.Access, s.Headers), "application_secret", a.ID,
		"consumer")
	if err != nil {
		return w.fail(op, err)
	}
	_, err = w.exec(op, "INSERT INTO application_secret (app_id, consumer) VALUES (?, ?)"+
		" ON CONFLICT (app_id) DO UPDATE SET consumer = excluded.consumer", a.ID, consumer)
	return err
}

// DropApplication removes an application with its consumer secret and password. One that is not
// stored is no error.
func (w *writer) DropApplication(id string) error {
	_, err := w.exec("forget application "+id, "DELETE FROM application WHERE id = ?", id)
	w.dropped = true
	return err
}

// Password returns the password of an application's user, or a zero one if none is stored. It fails
// with ErrKey if it was altered.
func (r *reader) Password(appID string) (secret.Text, error) {
	op := "read password of " + appID
	var sealed []byte
	err := r.row(op, "SELECT (SELECT password FROM application_password WHERE app_id = ?)",
		[]any{appID}, &sealed)
	if err != nil {
		return secret.Text{}, err
	}
	text, err := r.open(sealed, "application_password", appID, "password")
	if errors.Is(err, ErrKey) {
		err = &Error{
			Code: console.CodeStoreAltered,
			Text: "the password of application " + appID + " is altered", Err: err,
			Hint: "it opens with no key: store it anew",
		}
	}
	return text, r.fail(op, err)
}

// HasPassword reports whether a password is stored, also while the store is locked.
func (r *reader) HasPassword(appID string) (has bool, err error) {
	err = r.row("look for the password of "+appID,
		"SELECT EXISTS (SELECT 1 FROM application_password WHERE app_id = ?)", []any{appID}, &has)
	return has, err
}

// PutPassword seals and stores the password of an application's user. A zero one removes the stored
// password.
func (w *writer) PutPassword(appID string, password secret.Text) error {
	op := "store password of " + appID
	if password.IsZero() {
		_, err := w.exec(op, "DELETE FROM application_password WHERE app_id = ?", appID)
		return err
	}
	sealed, err := w.seal(password, "application_password", appID, "password")
	if err != nil {
		return w.fail(op, err)
	}
	_, err = w.exec(op, "INSERT INTO application_password (app_id, password) VALUES (?, ?)"+
		" ON CONFLICT (app_id) DO UPDATE SET password = excluded.password", appID, sealed)
	return err
}
