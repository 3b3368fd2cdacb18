package portal

import "strings"

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
