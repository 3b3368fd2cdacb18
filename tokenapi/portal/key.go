package portal

import (
	"strings"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// The two types of keys.
const (
	Production = "PRODUCTION"
	Sandbox    = "SANDBOX"
)

// SecretState reports whether the portal shows a secret.
type SecretState string

// The states of a secret.
const (
	Available SecretState = "available"
	Masked    SecretState = "masked" // the portal shows asterisks, or a hash
	Absent    SecretState = "absent"
)

// Key is the consumer key of an application for one key type and key manager.
type Key struct {
	MappingID      string
	KeyManager     string
	KeyType        string // Production or Sandbox
	ConsumerKey    string
	ConsumerSecret secret.Text // zero unless SecretState is Available
	SecretState    SecretState
	Secrets        []Secret // with several secrets (API Manager 4.7 and later)
	GrantTypes     []string // by tokenapi's names; nil: not named
	CallbackURL    string
	KeyState       string           // "APPROVED", "COMPLETED", "CREATED", "REJECTED" …
	Mode           string           // "CREATED", "MAPPED"
	Token          ApplicationToken // only in the answer of GenerateKeys; it is live
}

// Secret is one of several secrets of a key.
type Secret struct {
	ID          string
	Value       secret.Text // zero unless State is Available
	State       SecretState
	Description string
	ExpiresAt   string // as received
}

// key reads one ApplicationKey. hashed reports that the portal stores hashes of the application's
// secrets.
func (o object) key(hashed bool) (Key, bool) {
	k := Key{
		MappingID:   o.name("keyMappingId"),
		KeyManager:  o.name("keyManager"),
		KeyType:     strings.ToUpper(o.name("keyType", "key_type")),
		ConsumerKey: o.text(textLimit, "consumerKey"),
		GrantTypes:  o.grants("supportedGrantTypes", "grantTypes"),
		CallbackURL: o.text(textLimit, "callbackUrl", "callBackURL"),
		KeyState:    o.name("keyState"),
		Mode:        o.name("mode"),
	}
	if k.ConsumerKey == "" && k.MappingID == "" && k.KeyType == "" {
		return Key{}, false
	}
	if h, _ := o.boolean("hashEnabled"); h {
		hashed = true
	}
	k.ConsumerSecret, k.SecretState = o.secret(hashed, "consumerSecret")
	for _, e := range o.objects("consumerSecrets") {
		more := e.object("additionalProperties")
		s := Secret{
			ID:          e.name("secretId", "id"),
			Description: more.name("description"),
			ExpiresAt:   more.name("expiresAt"),
		}
		s.Value, s.State = e.secret(hashed, "secretValue", "consumerSecret")
		k.Secrets = append(k.Secrets, s)
	}
	for _, s := range k.Secrets {
		switch {
		case k.SecretState == Available:
		case s.State == Available:
			k.ConsumerSecret, k.SecretState = s.Value, Available
		case s.State == Masked:
			k.SecretState = Masked
		}
	}
	k.Token, _ = o.object("token").token()
	return k, true
}

// decodeKeys reads an answer of /oauth-keys or /keys.
func decodeKeys(body []byte, hashed bool) ([]Key, bool) {
	list, page, ok := readList(body)
	if !ok {
		return nil, false
	}
	all, _ := page.boolean("hashEnabled")
	keys := []Key{}
	for _, o := range list {
		if k, ok := o.key(hashed || all); ok {
			keys = append(keys, k)
		}
	}
	return keys, true
}

// decodeGenerated reads an answer of /generate-keys. It shows the secret once, even if the portal
// stores hashes.
func decodeGenerated(body []byte) (Key, error) {
	o, ok := readObject(body)
	if !ok || o.text(textLimit, "consumerKey") == "" {
		return Key{}, undecoded(opGenerate, body, missing("consumerKey"))
	}
	delete(o, "hashEnabled")
	k, _ := o.key(false)
	return k, nil
}

// ApplicationToken is a token that the portal made for an application. Its members differ from
// those of RFC 6749: accessToken, tokenScopes as a list, validityTime, and no token_type.
type ApplicationToken struct {
	Access       secret.Text
	Scopes       []string // nil: not named
	ExpiresIn    int64    // seconds; valid if HasExpiresIn
	HasExpiresIn bool
	Lifetime     tokenapi.Lifetime
	TokenType    string // the scheme to send; "Bearer" if the answer names none
	RawTokenType string // as received, or ""
	Usable       bool   // false: not a bearer token, do not send it
}

// DecodeApplicationToken reads an answer of generate-token, or the token in an answer of
// generate-keys.
func DecodeApplicationToken(body []byte) (ApplicationToken, error) {
	o, ok := readObject(body)
	t, has := o.token()
	if !ok || !has {
		return ApplicationToken{}, undecoded("portal token", body, missing("accessToken"))
	}
	return t, nil
}

func (o object) token() (t ApplicationToken, ok bool) {
	access := o.raw("accessToken", "access_token")
	if access == "" {
		return t, false
	}
	t = ApplicationToken{
		Access:       secret.New(access),
		Scopes:       o.words("tokenScopes", "scopes", "scope"),
		RawTokenType: o.text(100, "tokenType", "token_type"),
	}
	for _, n := range []string{"validityTime", "expiresIn", "expires_in"} {
		if t.ExpiresIn, t.HasExpiresIn, t.Lifetime = tokenapi.ReadSeconds(o[n]); t.HasExpiresIn {
			break
		}
	}
	t.TokenType, t.Usable = tokenapi.ReadTokenType(t.RawTokenType, access)
	return t, true
}
