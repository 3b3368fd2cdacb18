package describe

import (
	"strings"
	"time"

	"lanyard/console"
	"lanyard/text"
)

// Subscriptions returns the APIs that an application may call, by the last answer of a developer
// portal. After a heading, each API has a line with its version, path, tier and state. It returns
// nil if no portal was asked. The lines hold text from elsewhere.
func Subscriptions(s console.Subscriptions, now time.Time) []string {
	if s.At.IsZero() {
		return nil
	}
	out := []string{
		text.Count(len(s.All), "API") + ", as the portal said " + console.Ago(now.Sub(s.At)),
	}
	for _, one := range s.All {
		parts := []string{strings.TrimSpace(one.API + " " + one.Version)}
		for _, p := range []string{one.Context, one.Tier, SubscriptionState(one.Status)} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		out = append(out, strings.Join(parts, " · "))
	}
	return out
}

// SubscriptionState returns the portal's word for the state of a subscription as a person reads it.
func SubscriptionState(status string) string {
	switch status {
	case "UNBLOCKED":
		return "active"
	case "BLOCKED":
		return "blocked"
	case "PROD_ONLY_BLOCKED":
		return "blocked for production keys"
	case "ON_HOLD":
		return "waits for approval"
	case "REJECTED":
		return "rejected"
	case "TIER_UPDATE_PENDING":
		return "active, another tier waits for approval"
	}
	return strings.ToLower(strings.ReplaceAll(status, "_", " "))
}
