package portal_test

import (
	"testing"

	"lanyard/tokenapi/portal"
)

func TestExplain(t *testing.T) {
	sub := func(name, version, context, status string) portal.Subscription {
		return portal.Subscription{ID: name + version, APIName: name, APIVersion: version,
			APIContext: context, Status: status}
	}
	hold := sub("Pizza", "1.0.0", "/pizza/1.0.0", portal.OnHold)
	open2 := sub("Pizza", "2.0.0", "/pizza", portal.Unblocked)
	blocked := sub("Beer", "v1", "/beer", portal.Blocked)
	prod := sub("Wine", "1", "/t/a.example/wine", portal.ProductionOnlyBlocked)
	no := sub("Cake", "1", "/cake", portal.Rejected)
	all := []portal.Subscription{hold, open2, blocked, prod, no}
	for _, c := range []struct {
		code                   int
		keyType, context, want string
	}{
		{900909, "PRODUCTION", "https://gw.example:8243/pizza/1.0.0/menu?x=1",
			"the subscription to Pizza 1.0.0 waits for approval"},
		{900909, "", "/pizza/1.0.0", "the subscription to Pizza 1.0.0 waits for approval"},
		{900909, "", "pizza/1.0.0/", "the subscription to Pizza 1.0.0 waits for approval"},
		{900909, "", "/pizza", "the subscription to Pizza 1.0.0 waits for approval"},
		{900909, "", "/pizza/menu", "the subscription to Pizza 1.0.0 waits for approval"},
		{900909, "", "", "the subscription to Pizza 1.0.0 waits for approval"},
		{900909, "", "/pizza/2.0.0/menu", ""},
		{900909, "", "/pizzas/1.0.0", ""},
		{900909, "", "/cake/1", "the subscription to Cake 1 was rejected"},
		{900909, "", "/beer/v1", ""},
		{900907, "SANDBOX", "/beer/v1", "the subscription to Beer v1 is blocked"},
		{900907, "", "/beer/v2", ""},
		{900907, "PRODUCTION", "/t/a.example/wine/1",
			"the subscription to Wine 1 is blocked for production keys"},
		{900907, "", "/t/a.example/wine/1",
			"the subscription to Wine 1 is blocked for production keys"},
		{900907, "sandbox", "/t/a.example/wine/1", ""},
		{900907, "PRODUCTION", "/pizza/1.0.0", ""},
		{900908, "", "/pizza/3.0.0", "the application has no subscription to /pizza/3.0.0"},
		{900908, "", "https://gw.example/coffee%1b%5b2J/1?token=x",
			"the application has no subscription to /coffee/1"},
		{900908, "", "/pizza/2.0.0", ""},
		{900908, "", "/cake/1", "the subscription to Cake 1 was rejected"},
		{900908, "", "", "the subscription to Cake 1 was rejected"},
		{900901, "", "/pizza/1.0.0", ""},
		{900910, "", "/cake/1", ""},
		{0, "", "", ""},
	} {
		if got := portal.Explain(c.code, c.keyType, all, c.context); got != c.want {
			t.Errorf("%d %s %s: %q, want %q", c.code, c.keyType, c.context, got, c.want)
		}
	}
	if got := portal.Explain(900908, "", nil,
		"/pizza/1.0.0"); got != "the application has no subscriptions" {
		t.Error(got)
	}
	if got := portal.Explain(900909, "", nil, "/pizza/1.0.0"); got != "" {
		t.Error(got)
	}
}
