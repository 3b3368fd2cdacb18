package portal

import "strings"

// Settings is what a portal says of itself.
type Settings struct {
	GrantTypes         []string // by the names that tokenapi has for them; nil: the portal did not say
	Scopes             []string
	APIGatewayEndpoint []string // base URLs under which the gateway answers
	MapExistingKeys    bool     // keys made elsewhere can be attached to an application
}

// decodeSettings reads an answer of /settings.
func decodeSettings(body []byte) (Settings, bool) {
	o, ok := readObject(body)
	if !ok {
		return Settings{}, false
	}
	s := Settings{GrantTypes: o.grants("grantTypes"), Scopes: o.words("scopes")}
	s.MapExistingKeys, _ = o.yes("mapExistingAuthApps")
	for _, w := range o.words("apiGatewayEndpoint") {
		for _, u := range strings.Split(w, ",") {
			if u = strings.TrimSpace(u); u != "" {
				s.APIGatewayEndpoint = append(s.APIGatewayEndpoint, u)
			}
		}
	}
	return s, true
}
