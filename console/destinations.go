package console

import (
	"net/url"
	"slices"
	"strings"
)

// Destinations lists the hosts to which credentials of the application may be sent, each with a
// note if the way there is unsafe, and the proxies on the way. They are sorted and unique.
func (a Application) Destinations() []string {
	e := a.Environment
	var all []string
	for _, raw := range []string{
		string(e.Issuer), string(e.Endpoints.TokenURL), string(e.Endpoints.RevokeURL),
		string(e.Endpoints.IntrospectURL), string(e.Endpoints.AuthorizeURL),
		string(e.Endpoints.DeviceURL), string(e.Endpoints.JWKSURL), string(a.ProbeURL),
	} {
		u, err := url.Parse(raw)
		if raw == "" || err != nil {
			continue
		}
		host := strings.ToLower(u.Host)
		switch {
		case u.Scheme == "http":
			host += " over http"
		case e.InsecureSkipVerify:
			host += " without TLS verification"
		case e.CAFile != "":
			host += " by the certificates of " + e.CAFile
		}
		all = append(all, host)
	}
	if u, err := url.Parse(string(e.Proxy)); e.Proxy != "" && err == nil {
		all = append(all, "the proxy "+strings.ToLower(u.Host))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// NewDestinations returns the destinations of applications that none of the known ones has.
func NewDestinations(apps, known []Application) []string {
	var have, all []string
	for _, a := range known {
		have = append(have, a.Destinations()...)
	}
	for _, a := range apps {
		all = append(all, a.Destinations()...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all),
		func(d string) bool { return slices.Contains(have, d) })
}
