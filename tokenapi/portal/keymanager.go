package portal

// KeyManager is a server that issues tokens for the portal's applications. Use its URLs: they
// cannot be derived from the portal's address.
type KeyManager struct {
	ID                 string
	Name               string
	DisplayName        string
	Type               string // "default" for the resident one, "WSO2-IS", "Okta" …
	Enabled            bool   // also true if the portal does not name it
	TokenEndpoint      string
	RevokeEndpoint     string
	IntrospectEndpoint string // missing in most versions
	UserInfoEndpoint   string
	AuthorizeEndpoint  string
	Issuer             string
	GrantTypes         []string // by tokenapi's names; nil: not named
	TokenType          string   // "DIRECT" (the gateway accepts its tokens), "EXCHANGED", "BOTH"
	TokenGeneration    bool     // it makes keys for applications; also true if not named
	EnableTokenHashing bool
}

// decodeKeyManagers reads an answer of /key-managers.
func decodeKeyManagers(body []byte) ([]KeyManager, bool) {
	list, _, ok := readList(body)
	if !ok {
		return nil, false
	}
	all := []KeyManager{}
	for _, o := range list {
		props := o.object("additionalProperties")
		first := func(names ...string) string {
			if s := o.text(textLimit, names...); s != "" {
				return s
			}
			return props.text(textLimit, names...)
		}
		k := KeyManager{
			ID:                 o.name("id"),
			Name:               o.name("name"),
			DisplayName:        o.name("displayName"),
			Type:               o.name("type"),
			TokenEndpoint:      first("tokenEndpoint", "token_endpoint"),
			RevokeEndpoint:     first("revokeEndpoint", "revoke_endpoint"),
			IntrospectEndpoint: first("introspectionEndpoint", "introspection_endpoint"),
			UserInfoEndpoint:   first("userInfoEndpoint", "userinfo_endpoint"),
			AuthorizeEndpoint:  first("authorizeEndpoint", "authorize_endpoint"),
			Issuer:             first("issuer"),
			GrantTypes:         o.grants("availableGrantTypes"),
			TokenType:          o.name("tokenType"),
			Enabled:            true,
			TokenGeneration:    true,
		}
		if v, known := o.boolean("enabled"); known {
			k.Enabled = v
		}
		if v, known := o.boolean("enableTokenGeneration"); known {
			k.TokenGeneration = v
		}
		k.EnableTokenHashing, _ = o.boolean("enableTokenHashing")
		if k.Name != "" {
			all = append(all, k)
		}
	}
	return all, true
}
