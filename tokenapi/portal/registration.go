package portal

import (
	"encoding/json"
	"strings"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Registration is a client from dynamic client registration. A second request with the same name
// returns the same client.
type Registration struct {
	ClientID        string
	ClientSecret    secret.Text // zero unless SecretState is Available
	SecretState     SecretState
	ClientName      string
	CallbackURL     string
	SaasApplication bool // usable in every tenant
	Owner           string
	TokenType       string // "JWT", "DEFAULT" …, or "" if not named
	UUID            string
	GrantTypes      []string // nil: not named
	RedirectURIs    []string
	Details         secret.Text // jsonString as received: it may repeat the secret
}

// DecodeRegistration reads an answer of the registration endpoint. The server's answer differs from
// its API definition in callbackUrl (callBackURL) and in the type of isSaasApplication. jsonString
// is JSON inside a string.
func DecodeRegistration(body []byte) (Registration, error) {
	o, ok := readObject(body)
	if !ok || o.name("clientId", "client_id") == "" {
		return Registration{}, undecoded(opRegister, body, missing("clientId"))
	}
	r := Registration{
		ClientID:    o.text(textLimit, "clientId", "client_id"),
		ClientName:  o.name("clientName", "client_name"),
		CallbackURL: o.text(textLimit, "callBackURL", "callbackUrl", "callBackUrl", "callbackURL"),
		Owner:       o.name("appOwner", "owner"),
		TokenType:   o.name("tokenType"),
		UUID:        o.name("applicationUUID"),
		Details:     secret.New(o.raw("jsonString")),
	}
	r.ClientSecret, r.SecretState = o.secret(false, "clientSecret", "client_secret")
	r.SaasApplication, _ = o.boolean("isSaasApplication", "saasApp")
	inner := o.object("jsonString")
	if s, ok := o["jsonString"].(string); ok {
		inner, _ = readObject([]byte(s))
	}
	r.GrantTypes = inner.grants("grant_types")
	if r.GrantTypes == nil {
		r.GrantTypes = o.grants("grantType", "grant_types")
	}
	if r.RedirectURIs = inner.words("redirect_uris"); r.RedirectURIs == nil && r.CallbackURL != "" {
		r.RedirectURIs = []string{r.CallbackURL}
	}
	if r.ClientName == "" {
		r.ClientName = inner.name("client_name")
	}
	return r, nil
}

// registerRequest returns the body of a registration: a public name and one grant, without refresh
// tokens, so that nothing outlives the session.
func registerRequest(name, owner string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"clientName": name, "owner": owner, "grantType": tokenapi.GrantPassword, "saasApp": true,
		// It is never used, but some versions require it.
		"callbackUrl": "http://localhost/" +
			strings.ToLower(strings.Join(strings.Fields(name), "-")),
	})
}
