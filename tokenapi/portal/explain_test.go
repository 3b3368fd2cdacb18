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

func TestSubscriptionURL(t *testing.T) {
	for _, c := range []struct{ gateway, context, version, want string }{
		{"https://gw.example:8243", "/pizza", "1.0.0", "https://gw.example:8243/pizza/1.0.0"},
		{"https://gw.example:8243/", "/pizza/1.0.0", "1.0.0",
			"https://gw.example:8243/pizza/1.0.0"},
		{"https://gw.example/base/", "t/a.example/wine", "1",
			"https://gw.example/base/t/a.example/wine/1"},
		{"https://gw.example", "/{version}/beer", "v1", "https://gw.example/v1/beer"},
		{"https://gw.example", "/a b?c#d", "1", "https://gw.example/a%20b/1"},
		{"https://gw.example", "", "1", ""}, {"", "/pizza", "1", ""}, {"::", "/pizza", "1", ""},
	} {
		s := portal.Subscription{APIContext: c.context, APIVersion: c.version}
		if got := s.URL(c.gateway); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	for status, want := range map[string]string{
		portal.Unblocked: "PRODUCTION SANDBOX", portal.TierUpdatePending: "PRODUCTION SANDBOX",
		portal.ProductionOnlyBlocked: "SANDBOX", portal.Blocked: "", portal.OnHold: "",
		portal.Rejected: "", "OF_THE_FUTURE": "",
	} {
		got := ""
		for _, key := range []string{portal.Production, portal.Sandbox} {
			if (portal.Subscription{Status: status}).Allows(key) {
				got += " " + key
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != want {
			t.Errorf("%s allows %q, want %q", status, got, want)
		}
	}
	for want, all := range map[string][]string{
		"https://b:8243": {"http://a:8280", "https://b:8243", "https://c"},
		"http://a":       {"http://a"}, "": nil,
	} {
		if got := (portal.Settings{APIGatewayEndpoint: all}).Gateway(); got != want {
			t.Errorf("%q: %q", all, got)
		}
	}
}
