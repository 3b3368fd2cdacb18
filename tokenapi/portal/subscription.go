package portal

import (
	"net/url"
	"strings"
)

// The states of a subscription.
const (
	Unblocked             = "UNBLOCKED"
	Blocked               = "BLOCKED"
	ProductionOnlyBlocked = "PROD_ONLY_BLOCKED"
	OnHold                = "ON_HOLD" // waits for approval
	Rejected              = "REJECTED"
	TierUpdatePending     = "TIER_UPDATE_PENDING"
)

// Subscription allows an application to call an API.
type Subscription struct {
	ID               string
	APIID            string
	APIName          string
	APIVersion       string
	APIContext       string // "/pizza", with or without the version
	Provider         string
	ThrottlingPolicy string
	Status           string // one of the above, or a state of a later version
}

// title names the API by name and version, or by its context.
func (s Subscription) title() string {
	switch {
	case s.APIName != "":
		return strings.TrimSpace(s.APIName + " " + s.APIVersion)
	case s.APIContext != "":
		return s.APIContext
	}
	return "the API"
}

// path returns the path of the API at the gateway: its context with its version.
func (s Subscription) path() string {
	base := apiPath(strings.ReplaceAll(s.APIContext, "{version}", s.APIVersion))
	if s.APIVersion != "" && !hasSegment(base, s.APIVersion) {
		return strings.TrimSuffix(base, "/") + "/" + s.APIVersion
	}
	return base
}

// URL returns the URL of the API at a gateway, which is a base URL such as https://HOST:8243. It is
// "" without a gateway or without a context.
func (s Subscription) URL(gateway string) string {
	u, err := url.Parse(gateway)
	if err != nil || u.Host == "" || apiPath(s.APIContext) == "/" {
		return ""
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+s.path(), ""
	return u.String()
}

// Allows reports whether tokens of a key type may call the API.
func (s Subscription) Allows(keyType string) bool {
	switch s.Status {
	case Unblocked, TierUpdatePending:
		return true
	case ProductionOnlyBlocked:
		return strings.EqualFold(keyType, Sandbox)
	}
	return false
}

// decodeSubscriptions reads one page of /subscriptions.
func decodeSubscriptions(body []byte) ([]Subscription, object, bool) {
	list, page, ok := readList(body)
	var subs []Subscription
	for _, o := range list {
		api := o.object("apiInfo")
		s := Subscription{
			ID:               o.name("subscriptionId", "id"),
			APIID:            o.name("apiId", "apiIdentifier"),
			APIName:          api.name("name", "apiName"),
			APIVersion:       api.name("version"),
			APIContext:       api.name("context"),
			Provider:         api.name("provider"),
			ThrottlingPolicy: o.name("throttlingPolicy", "tier"),
			Status:           strings.ToUpper(o.name("status")),
		}
		if s.APIID == "" {
			s.APIID = api.name("id")
		}
		if s.ID != "" || s.APIID != "" {
			subs = append(subs, s)
		}
	}
	return subs, page, ok
}
