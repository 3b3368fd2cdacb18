package portal

import (
	"net/url"
	"strings"

	"lanyard/text"
)

// Explain returns the cause of a gateway fault as a sentence, or "" if no subscription explains the
// fault.
//
// subs are all subscriptions of the application. context is the API that was called: its context, a
// path, a URL, or "" if unknown. keyType is the type of the token's key, or "" if unknown.
//
// The gateway answers 900907 for a blocked subscription, 900909 for one that was never approved,
// and 900908 if there is none. A subscription that is blocked for production only accepts sandbox
// keys.
func Explain(faultCode int, keyType string, subs []Subscription, context string) string {
	mine := matching(subs, context)
	switch faultCode {
	case 900907, 900909:
		for _, s := range mine {
			if why := s.explains(faultCode, keyType); why != "" {
				return why
			}
		}
	case 900908:
		switch {
		case len(subs) == 0:
			return "the application has no subscriptions"
		case len(mine) == 0:
			return "the application has no subscription to " +
				text.Words(apiPath(context), nameLimit)
		}
		for _, s := range mine {
			if s.Status == Rejected {
				return "the subscription to " + s.title() + " was rejected"
			}
		}
	}
	return ""
}

// explains returns how a subscription causes a fault, or "".
func (s Subscription) explains(code int, keyType string) string {
	the := "the subscription to " + s.title()
	switch {
	case code == 900909 && s.Status == OnHold:
		return the + " waits for approval"
	case code == 900909 && s.Status == Rejected:
		return the + " was rejected"
	case code == 900907 && s.Status == Blocked:
		return the + " is blocked"
	case code == 900907 && s.Status == ProductionOnlyBlocked &&
		!strings.EqualFold(keyType, Sandbox):
		return the + " is blocked for production keys"
	}
	return ""
}

// matching returns the subscriptions for a call to context, or all of them if context is "". A
// subscription with the version in the path comes before one without, which is for the default
// version of an API.
func matching(subs []Subscription, context string) []Subscription {
	if context == "" {
		return subs
	}
	path := apiPath(context)
	var exact, loose []Subscription
	for _, s := range subs {
		base := apiPath(s.APIContext)
		if base == "/" {
			continue
		}
		full := s.path()
		rest, below := under(path, base)
		switch _, here := under(path, full); {
		case here:
			exact = append(exact, s)
		case below && !isVersion(rest):
			loose = append(loose, s)
		}
		if base == full { // the context holds the version; the default version has none
			bare := strings.TrimSuffix(base, "/"+s.APIVersion)
			if rest, below := under(path, bare); bare != base && below && !isVersion(rest) {
				loose = append(loose, s)
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return loose
}

// apiPath returns the path of a context or a URL, with a slash at the start and none at the end.
func apiPath(s string) string {
	if u, err := url.Parse(s); err == nil {
		s = u.Path
	}
	return "/" + strings.Trim(s, "/")
}

// under reports whether path is base or below it. next is the first segment after base.
func under(path, base string) (next string, ok bool) {
	rest, ok := strings.CutPrefix(path, base)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	next, _, _ = strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	return next, true
}

func hasSegment(path, segment string) bool { return strings.Contains(path+"/", "/"+segment+"/") }

// isVersion reports whether a segment looks like the version of an API: 1, 1.0.0, v2.
func isVersion(segment string) bool {
	s := strings.TrimLeft(segment, "vV")
	return len(segment)-len(s) <= 1 && s != "" && s[0] >= '0' && s[0] <= '9' &&
		strings.Trim(s, "0123456789.") == ""
}
