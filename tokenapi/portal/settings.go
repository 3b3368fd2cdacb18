package portal

import "strings"

// Settings are the settings of a portal.
type Settings struct {
	GrantTypes         []string // by tokenapi's names; nil: not named
	Scopes             []string
	APIGatewayEndpoint []string // base URLs of the gateway
	MapExistingKeys    bool     // keys of another server can be attached to an application
}

// Gateway returns the base URL of the gateway: the first one with https, else the first one.
func (s Settings) Gateway() string {
	for _, u := range s.APIGatewayEndpoint {
		if strings.HasPrefix(strings.ToLower(u), "https://") {
			return u
		}
	}
	if len(s.APIGatewayEndpoint) > 0 {
		return s.APIGatewayEndpoint[0]
	}
	return ""
}

// decodeSettings reads an answer of /settings.
func decodeSettings(body []byte) (Settings, bool) {
	o, ok := readObject(body)
	if !ok {
		return Settings{}, false
	}
	s := Settings{GrantTypes: o.grants("grantTypes"), Scopes: o.words("scopes")}
	s.MapExistingKeys, _ = o.boolean("mapExistingAuthApps")
	for _, w := range o.words("apiGatewayEndpoint") {
		for _, u := range strings.Split(w, ",") {
			if u = strings.TrimSpace(u); u != "" {
				s.APIGatewayEndpoint = append(s.APIGatewayEndpoint, u)
			}
		}
	}
	return s, true
}
