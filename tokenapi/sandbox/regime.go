package sandbox

// The profiles: the rules for tokens of the key manager and the gateway. The package comment
// describes each.
const (
	ProfileOpaque        = "opaque"        // WSO2 1.x to 3.1, and OAUTH-type applications later
	ProfileJWT           = "jwt"           // WSO2 3.2 to 4.6
	ProfileStateless     = "stateless"     // WSO2 4.7, without token persistence
	ProfileIntrospecting = "introspecting" // an external key manager, asked by introspection
)

// Profiles returns the profiles, the default first.
func Profiles() []string {
	return []string{ProfileOpaque, ProfileJWT, ProfileStateless, ProfileIntrospecting}
}

// regime is the set of rules of a profile.
type regime struct {
	profile    string
	reuses     bool // a request returns the present access token while it is valid
	oneRow     bool // the key manager has one active row for a (key, user, scope set)
	paired     bool // the row holds both tokens: they are revoked together
	jwt        bool // access tokens are JWTs, and the gateway validates them itself
	notices    bool // the gateways learn of revoked access tokens
	scopeAsked bool // the scope of a refresh counts
	names      bool // headers of answers name the revoked tokens
}

func regimeOf(profile string) (regime, bool) {
	switch profile {
	case "", ProfileOpaque:
		return regime{
			profile: ProfileOpaque, reuses: true, oneRow: true, paired: true, names: true,
		}, true
	case ProfileJWT:
		return regime{
			profile: profile, oneRow: true, paired: true, jwt: true, notices: true,
			scopeAsked: true, names: true,
		}, true
	case ProfileStateless:
		return regime{profile: profile, jwt: true, notices: true, scopeAsked: true}, true
	case ProfileIntrospecting:
		return regime{profile: profile, paired: true, scopeAsked: true, names: true}, true
	}
	return regime{}, false
}
