package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lanyard/tokenapi"
)

// ImportEnvironment returns the environment for an application that was read elsewhere, and a note
// for a person or "". e describes its Token API. into is the name that the person gave, or "".
//
// Without a name it is the known environment of that Token API, else a new one. A new one has the
// name of e, or a similar one if that is taken. A known environment that the person names is used
// if it is at the same host; its own token URL then counts.
func ImportEnvironment(all []KnownEnvironment, e Environment, into Private) (
	Environment, string, error) {
	if into == "" {
		if k, ok := environmentOf(all, e); ok {
			return k.Environment, k.differs(e), nil
		}
		wanted := e.Name
		if e.Name = freeName(all, wanted); e.Name != wanted {
			return e, "the environment " + string(wanted) +
				" has another token URL, so a new one is made: " + string(e.Name), nil
		}
		return e, "", nil
	}
	e.Name = into
	i := slices.IndexFunc(all, func(k KnownEnvironment) bool { return k.Name == into })
	if i < 0 {
		return e, "", nil
	}
	k := all[i]
	if e.place() != "" && hostOf(e.place()) != hostOf(k.place()) {
		return e, "", &Error{
			Code: CodeExists,
			Text: "import: the environment " + string(into) + " is at another server, " +
				hostOf(k.place()),
			Hint: "choose another environment, or a new name",
		}
	}
	return k.Environment, k.differs(e), nil
}

// environmentOf returns the known environment of a Token API: the one with its token URL or its
// issuer, else one at its origin. Then both token URLs must be of the forms in which WSO2 offers
// one Token API, because other servers have several at one origin.
func environmentOf(all []KnownEnvironment, e Environment) (KnownEnvironment, bool) {
	for _, same := range []func(k KnownEnvironment) bool{
		func(k KnownEnvironment) bool {
			return e.Endpoints.TokenURL != "" && k.Endpoints.TokenURL == e.Endpoints.TokenURL
		},
		func(k KnownEnvironment) bool { return e.Issuer != "" && k.Issuer == e.Issuer },
		func(k KnownEnvironment) bool {
			mine, its := ofVendor(e.Endpoints.TokenURL), ofVendor(k.Endpoints.TokenURL)
			return mine != "" && mine == its
		},
	} {
		if i := slices.IndexFunc(all, same); i >= 0 {
			return all[i], true
		}
	}
	return KnownEnvironment{}, false
}

// ofVendor returns the origin of a token URL that is /token or /oauth2/token, else "".
func ofVendor(tokenURL Private) string {
	u, err := url.Parse(string(tokenURL))
	if err != nil || u.RawQuery != "" || u.Path != "/token" && u.Path != "/oauth2/token" {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// place returns the URL that says where an environment is.
func (e Environment) place() string { return string(cmp.Or(e.Endpoints.TokenURL, e.Issuer)) }

// SameHost reports whether an environment is at the host of a URL.
func SameHost(e Environment, raw string) bool {
	host := hostOf(raw)
	return host != "" &&
		(hostOf(string(e.Endpoints.TokenURL)) == host || hostOf(string(e.Issuer)) == host)
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// differs returns what of an imported environment is not used, because the known one differs; "" if
// it does not.
func (k KnownEnvironment) differs(e Environment) string {
	var says []string
	if own := k.Endpoints.TokenURL; own != "" && e.Endpoints.TokenURL != "" &&
		own != e.Endpoints.TokenURL {
		says = append(says, "its token URL is "+string(own))
	}
	if basic := tokenapi.AuthBasic; e.ClientAuth != basic && // basic may be a default
		k.ClientAuth != e.ClientAuth {
		says = append(says, "its client_auth is "+string(k.ClientAuth)+", not "+
			string(e.ClientAuth))
	}
	if len(says) == 0 {
		return ""
	}
	return "the environment " + string(k.Name) + " is used: " + strings.Join(says, ", and ")
}

// freeName returns a name that no environment has: the given one, else the same with a number.
func freeName(all []KnownEnvironment, name Private) Private {
	taken := func(name Private) bool {
		return slices.ContainsFunc(all, func(k KnownEnvironment) bool { return k.Name == name })
	}
	free := name
	for n := 2; name != "" && taken(free); n++ {
		free = name + Private("-"+strconv.Itoa(n))
	}
	return free
}
