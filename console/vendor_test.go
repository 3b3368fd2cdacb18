package console_test

import (
	"testing"
	"time"

	"lanyard/console"
)

// A get has a warning only if the server is WSO2's or the configuration names the regime.
func TestSupersedeIsAboutWSO2(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		token, issuer string
		regime        console.Regime
		confirmed     bool
		want          bool
	}{
		{"https://gw.example:8243/token", "", console.RegimeAuto, false, true},
		{"http://gw.example:8280/token", "", "", false, true},
		{"https://am.example:9443/oauth2/token", "", console.RegimeAuto, false, true},
		{"https://am.example/t/acme/oauth2/token", "", console.RegimeAuto, false, true},
		{"https://api.asgardeo.io/t/acme/oauth2/token", "", console.RegimeAuto, false, true},
		{"https://gateway.api.cloud.wso2.com/token", "", console.RegimeAuto, false, true},
		{
			"https://am.example/oauth2/token",
			"https://am.example/oauth2/token",
			console.RegimeAuto,
			false,
			true,
		},
		{"https://am.example/oauth2/token", "", console.RegimeAuto, true, true},
		{"https://id.example/oauth2/token", "", console.RegimeJWT, false, true},
		{"https://id.example/oauth2/token", "", console.RegimeAuto, false, false},
		{"https://id.example/oauth2/token", "", console.RegimeStateless, true, false},
		{"https://id.example/realms/x/protocol/openid-connect/token", "https://id.example/realms/x",
			console.RegimeAuto, false, false},
		// ThunderID
		{
			"https://127.0.0.1:8090/oauth2/token",
			"https://127.0.0.1:8090",
			console.RegimeAuto,
			false,
			false,
		},
		{"https://dev.auth0.com/oauth/token", "", console.RegimeAuto, false, false},
		{"https://notwso2.com/token", "", console.RegimeAuto, false, false},
		{"https://id.example:8243/api/login/token", "", console.RegimeAuto, false, false},
	} {
		a := console.Application{ID: "a", Name: "Orders"}
		a.Environment.Endpoints.TokenURL, a.Environment.Issuer = console.Private(c.token),
			console.Private(c.issuer)
		held := []console.Token{
			{ID: "t", AppID: "a", JWT: true, Confirmed: c.confirmed, IssuedAt: now,
				ExpiresAt: now.Add(time.Hour)}}
		k, ok := console.WillSupersede(a, nil, held, nil, console.Policy{Regime: c.regime}, "lap",
			now)
		if ok != c.want || (k.Scope == "device_lap") != c.want {
			t.Errorf("%s, %q, %s: %v, %q", c.token, c.issuer, c.regime, ok, k.Scope)
		}
	}
}
