package portal

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"lanyard/tokenapi"
)

// GenerateRequest asks for a consumer key and secret of a type that the application does not have
// yet.
type GenerateRequest struct {
	KeyType      string   // Production or Sandbox
	KeyManager   string   // name; "": the resident one
	Grants       []string // names of tokenapi or of the server
	CallbackURL  string   // required for authorization_code and implicit
	ValidityTime int64    // lifetime of tokens in seconds; 0: the server's default; -1: unlimited
}

// GenerateKeys makes a consumer key and secret. It cannot be repeated: the second request is a
// conflict (409). The answer holds a live token in Key.Token. If the portal stores hashes or
// several secrets, no later answer shows the secret.
func (s *Session) GenerateKeys(ctx context.Context, appID string,
	g GenerateRequest) (Key, []tokenapi.Exchange, error) {
	path, e := applicationPath(opGenerate, appID)
	if e == nil {
		e = g.check()
	}
	if e != nil {
		return Key{}, nil, e
	}
	body, err := g.encode()
	if err != nil {
		return Key{}, nil, usage(opGenerate, "the request could not be built", "")
	}
	r, x, err := s.client.Call(ctx, tokenapi.Call{
		Op: opGenerate, Method: "POST", URL: s.root + path + "/generate-keys", URLKey: "portal_url",
		Bearer: s.token, JSON: body,
	})
	xs := []tokenapi.Exchange{x}
	if e, ok := tokenapi.AsError(err); ok && e.Sent {
		e.Hint = "the keys may have been made nevertheless: look before you ask again"
	}
	if err != nil {
		return Key{}, xs, err
	}
	if e := refusal(opGenerate, r); e != nil {
		if e.Status >= 500 {
			e.Hint = "the keys may be incomplete: check and clean up in the portal before you " +
				"ask again"
		}
		return Key{}, xs, e
	}
	k, err := decodeGenerated(r.Body)
	if err != nil {
		return Key{}, xs, r.Unreadable(opGenerate, missing("consumerKey"))
	}
	return k, xs, nil
}

// check refuses a request that the server would refuse.
func (g GenerateRequest) check() *tokenapi.Error {
	switch {
	case g.KeyType != Production && g.KeyType != Sandbox:
		return usage(opGenerate, "the key type must be "+Production+" or "+Sandbox, "")
	case len(g.Grants) == 0:
		return usage(opGenerate, "the grants are missing",
			"such as "+tokenapi.GrantClientCredentials)
	case g.ValidityTime < -1:
		return usage(opGenerate, "a negative validity time", "")
	case g.CallbackURL != "":
		return nil
	}
	for _, grant := range []string{tokenapi.GrantAuthorizationCode, "implicit"} {
		if slices.Contains(g.Grants, grant) {
			return usage(opGenerate, grant+" needs a callback URL", "name one, or leave out "+grant)
		}
	}
	return nil
}

// encode builds the request. Its validity time is a string, unlike in answers.
func (g GenerateRequest) encode() ([]byte, error) {
	m := map[string]any{"keyType": g.KeyType}
	grants := make([]string, len(g.Grants))
	for i, grant := range g.Grants {
		grants[i] = longGrant(grant)
	}
	m["grantTypesToBeSupported"] = grants
	if g.KeyManager != "" {
		m["keyManager"] = g.KeyManager
	}
	if g.CallbackURL != "" {
		m["callbackUrl"] = g.CallbackURL
	}
	if g.ValidityTime != 0 {
		m["validityTime"] = strconv.FormatInt(g.ValidityTime, 10)
	}
	return json.Marshal(m)
}
