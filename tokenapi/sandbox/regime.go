package sandbox

// The profiles: how the key manager and the gateway treat tokens. The package comment says what each does.
const (
	ProfileOpaque        = "opaque"        // WSO2 1.x to 3.1, and OAUTH-type applications later
	ProfileJWT           = "jwt"           // WSO2 3.2 to 4.6
	ProfileStateless     = "stateless"     // WSO2 4.7, without token persistence
	ProfileIntrospecting = "introspecting" // an external key manager that the gateway introspects at
)

// Profiles lists them, the default first.
func Profiles() []string {
	return []string{ProfileOpaque, ProfileJWT, ProfileStateless, ProfileIntrospecting}
}

// regime is a profile as the rest of the server asks about it.
type regime struct {
	profile    string
	reuses     bool // a get while the access token lives gives it again
	oneRow     bool // the key manager keeps one living row for a (key, user, scope set)
	paired     bool // the row holds both tokens: one dies with the other
	jwt        bool // access tokens are JWTs, which the gateway validates by itself
	notices    bool // the gateways are told of an access token that died
	scopeAsked bool // the scope of a refresh is looked at
	names      bool // answers name the tokens that died in their headers
}

func regimeOf(profile string) (regime, bool) {
	switch profile {
	case "", ProfileOpaque:
		return regime{profile: ProfileOpaque, reuses: true, oneRow: true, paired: true, names: true}, true
	case ProfileJWT:
		return regime{profile: profile, oneRow: true, paired: true, jwt: true, notices: true, scopeAsked: true, names: true}, true
	case ProfileStateless:
		return regime{profile: profile, jwt: true, notices: true, scopeAsked: true}, true
	case ProfileIntrospecting:
		return regime{profile: profile, paired: true, scopeAsked: true, names: true}, true
	}
	return regime{}, false
}
