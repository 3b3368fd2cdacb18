package portal

// Application is an application of the portal. Keys and subscriptions belong to it.
type Application struct {
	ID                string
	Name              string
	Description       string
	Owner             string
	Status            string // "APPROVED", "CREATED" (waits for approval), "REJECTED" …
	TokenType         string // "JWT", "OAUTH" (opaque), or "" if the list does not name it
	ThrottlingPolicy  string
	Groups            []string
	SubscriptionCount int
	HashEnabled       bool // the portal stores hashes of its secrets and cannot show them again
}

// decodeApplications reads one page of /applications.
func decodeApplications(body []byte) ([]Application, object, bool) {
	list, page, ok := readList(body)
	var apps []Application
	for _, o := range list {
		a := Application{
			ID:                o.name("applicationId", "id"),
			Name:              o.name("name"),
			Description:       o.text(textLimit, "description"),
			Owner:             o.name("owner", "subscriber"),
			Status:            o.name("status"),
			TokenType:         o.name("tokenType"),
			ThrottlingPolicy:  o.name("throttlingPolicy", "throttlingTier"),
			Groups:            o.words("groups"),
			SubscriptionCount: o.number("subscriptionCount"),
		}
		a.HashEnabled, _ = o.boolean("hashEnabled")
		if a.ID != "" {
			apps = append(apps, a)
		}
	}
	return apps, page, ok
}
