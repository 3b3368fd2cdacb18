package console_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// consequences of the verbs for a token of an application that can do everything, at 100 seconds.
func consequences(t console.Token, p console.Policy,
	change func(*console.Application)) console.Consequences {
	a := console.Application{
		ID: "app_x", Name: "Orders", Grant: tokenapi.GrantPassword, Username: "ana",
		Source: console.FromConfig, ProbeURL: "https://gateway.example/orders",
	}
	a.Environment.CacheTTL, a.Environment.Regime = p.CacheTTL, p.Regime
	if change != nil {
		change(&a)
	}
	return console.ConsequencesOf(t, a, p, false, at(100))
}

func TestConsequencesOfRenewal(t *testing.T) {
	t.Parallel()
	token := func(change func(*console.Token)) console.Token {
		return with(func(t *console.Token) {
			t.Grant, t.User, t.Refresh = tokenapi.GrantPassword, "ana", console.RefreshLive
			if change != nil {
				change(t)
			}
		})
	}
	for name, c := range map[string]struct {
		token   console.Token
		app     func(*console.Application)
		want    console.Renewal
		without console.NoRefresh
	}{
		"refresh": {token(nil), nil, console.RenewalRefresh, console.NoRefreshNone},
		"its refresh was lost": {token(func(t *console.Token) { t.Unsure = &console.Mark{} }), nil,
			console.RenewalAnew, console.NoRefreshLost},
		"spent": {token(func(t *console.Token) { t.Refresh = console.RefreshSpent }), nil,
			console.RenewalAnew, console.NoRefreshSpent},
		"refresh token revoked": {
			token(func(t *console.Token) { t.Refresh = console.RefreshRevoked }), nil,
			console.RenewalAnew, console.NoRefreshRevoked},
		"none came": {token(func(t *console.Token) { t.Refresh = console.RefreshNone }), nil,
			console.RenewalAnew, console.NoRefreshCame},
		"client credentials": {token(func(t *console.Token) {
			t.Refresh, t.Grant = console.RefreshNone, tokenapi.GrantClientCredentials
		}), nil, console.RenewalAnew, console.NoRefreshOfGrant},
		"another user": {token(func(t *console.Token) {
			t.Refresh, t.User = console.RefreshNone, "bob"
		}), nil, console.RenewalRefused, console.NoRefreshCame},
		"another user, with a refresh token": {token(func(t *console.Token) { t.User = "bob" }),
			nil, console.RenewalRefresh, console.NoRefreshNone},
		"no longer configured": {
			token(func(t *console.Token) { t.Refresh = console.RefreshNone }),
			func(a *console.Application) { a.Source = console.Gone },
			console.RenewalRefused, console.NoRefreshCame},
		"it can only refresh": {token(func(t *console.Token) { t.Refresh = console.RefreshNone }),
			func(a *console.Application) { a.Grant = tokenapi.GrantRefreshToken },
			console.RenewalRefused, console.NoRefreshCame},
		"replaced": {token(func(t *console.Token) {
			t.ReplacedAt, t.ReplacedBy = at(50), "t_y"
		}), nil, console.RenewalRefused, console.NoRefreshNone},
		"being revoked": {token(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind = at(104), console.RevokeBoth
		}), nil, console.RenewalRefused, console.NoRefreshNone},
		"read-only": {token(nil), func(a *console.Application) { a.Environment.ReadOnly = true },
			console.RenewalRefused, console.NoRefreshNone},
	} {
		got := consequences(c.token, policy, c.app)
		if got.Renewal != c.want || got.Without != c.without {
			t.Errorf("%s: %q without %q, want %q without %q", name, got.Renewal, got.Without,
				c.want, c.without)
		}
	}
}

// The bounds follow the rule of StatusAt: a gateway window, and never past the expiry if that is
// known. Only a server that is known to end a replaced token limits it to the window.
func TestConsequencesOfBounds(t *testing.T) {
	t.Parallel()
	opaque, stateless, unlimited := policy, policy, policy
	opaque.Regime, stateless.Regime = console.RegimeOpaque, console.RegimeStateless
	unlimited.CacheTTL = console.UntilExpiry
	short := with(func(t *console.Token) { t.ExpiresAt = at(141) })
	never := with(func(t *console.Token) {
		t.Lifetime, t.ExpiresAt = tokenapi.Unbounded, time.Time{}
	})
	ended := with(func(t *console.Token) {
		t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(40), console.RevokeBoth, at(40)
	})
	const unknown = -1
	for name, c := range map[string]struct {
		token              console.Token
		policy             console.Policy
		refreshed, revoked int // seconds
	}{
		"the window":              {live(), opaque, 900, 900},
		"the expiry comes first":  {short, opaque, 41, 41},
		"replaced, nobody knows":  {live(), policy, 3500, 900},
		"replaced, it lives on":   {live(), stateless, 3500, 900},
		"until its expiry":        {live(), unlimited, 3500, 3500},
		"no end, a window":        {never, opaque, 900, 900},
		"no end, replaced":        {never, policy, unknown, 900},
		"no end, no window":       {never, unlimited, unknown, unknown},
		"revoked a minute before": {ended, opaque, 840, 840},
	} {
		got := consequences(c.token, c.policy, nil)
		for _, b := range []struct {
			what string
			got  console.Bound
			want int
		}{{"refreshed", got.Refreshed, c.refreshed}, {"revoked", got.Revoked, c.revoked}} {
			left := time.Duration(max(b.want, 0)) * time.Second
			if b.got.Window != (b.want == 900) {
				t.Errorf("%s, %s: it is the window: %v", name, b.what, b.got.Window)
			}
			if b.got.Known != (b.want != unknown) || b.got.Left != left ||
				b.got.Known && !b.got.Until.Equal(at(100+b.want)) {
				t.Errorf("%s, %s: %+v, want %v", name, b.what, b.got, left)
			}
		}
	}
}

func TestConsequencesOfRevokeAndProbe(t *testing.T) {
	t.Parallel()
	revoked := with(func(t *console.Token) {
		t.RevokeAt, t.RevokeKind, t.AcceptedAt = at(40), console.RevokeBoth, at(40)
	})
	for name, c := range map[string]struct {
		token               console.Token
		app                 func(*console.Application)
		revocable, probable bool
	}{
		"live":            {live(), nil, true, true},
		"revoked already": {revoked, nil, false, true},
		"revoked, its refresh token lives": {with(func(t *console.Token) {
			*t = revoked
			t.Refresh = console.RefreshLive
		}), nil, true, true},
		"pending": {with(func(t *console.Token) {
			t.RevokeAt, t.RevokeKind = at(104), console.RevokeBoth
		}), nil, false, true},
		"read-only": {live(), func(a *console.Application) { a.Environment.ReadOnly = true }, false,
			true},
		"no probe URL": {live(), func(a *console.Application) { a.ProbeURL = "" }, true, false},
		"DPoP": {with(func(t *console.Token) { t.TokenType = "DPoP" }), nil, true,
			false},
	} {
		got := consequences(c.token, policy, c.app)
		if got.Revocable != c.revocable || got.Probeable != c.probable {
			t.Errorf("%s: revocable %v, probeable %v", name, got.Revocable, got.Probeable)
		}
	}
}

// A revoke of a token that is over is of no use, but for the refresh token that came with it. The
// refusals of a gateway say nothing of the server, and an expired token that was accepted may be
// judged by a wrong clock.
func TestConsequencesOfRevokeWhenOver(t *testing.T) {
	t.Parallel()
	opaque := policy
	opaque.Regime = console.RegimeOpaque
	expired := func(t *console.Token) { t.ExpiresAt = at(99) }
	replaced := func(t *console.Token) { t.ReplacedAt, t.ReplacedBy = at(-900), "t_y" }
	refused := func(t *console.Token) {
		t.SeenURL = api
		t.Probes = probes(90, tokenapi.Refused, 92, tokenapi.Refused, 94, tokenapi.Refused)
	}
	dead := func(t *console.Token) {
		refused(t)
		t.AtServer, t.AtServerAt, t.AtServerCounts = console.ServerInactive, at(80), true
	}
	skewed := func(t *console.Token) {
		expired(t)
		t.SeenURL, t.Probes = api, probes(100, tokenapi.Accepted)
	}
	for name, c := range map[string]struct {
		change      func(*console.Token)
		state       console.State
		alone, with console.RevokeKind // without and with a refresh token
	}{
		"live": {func(*console.Token) {}, console.Active, console.RevokeAccess,
			console.RevokeBoth},
		"expired":  {expired, console.Expired, "", console.RevokeRefresh},
		"replaced": {replaced, console.Superseded, "", console.RevokeRefresh},
		"dead":     {dead, console.Dead, "", console.RevokeRefresh},
		"refused":  {refused, console.Dead, console.RevokeAccess, console.RevokeBoth},
		"accepted": {skewed, console.Expired, console.RevokeAccess, console.RevokeBoth},
	} {
		token := with(c.change)
		if got := console.StatusAt(token, opaque, at(100)).State; got != c.state {
			t.Errorf("%s: it is %s, want %s", name, got, c.state)
		}
		if got := consequences(token, opaque, nil); got.Revokes != c.alone ||
			got.Revocable != (c.alone != "") {
			t.Errorf("%s: revokes %q, want %q", name, got.Revokes, c.alone)
		}
		token.Refresh = console.RefreshLive
		if got := consequences(token, opaque, nil).Revokes; got != c.with {
			t.Errorf("%s with a refresh token: revokes %q, want %q", name, got, c.with)
		}
	}
}

// A server with opaque tokens answers an equal request with the token that lives.
func TestConsequencesOfSameToken(t *testing.T) {
	t.Parallel()
	of := func(change func(*console.Token)) console.Token {
		return with(func(t *console.Token) {
			t.Grant, t.User = tokenapi.GrantPassword, "ana"
			change(t)
		})
	}
	held := of(func(*console.Token) {})
	expired := of(func(t *console.Token) { t.ExpiresAt = at(99) })
	refreshed := of(func(t *console.Token) { t.Refresh = console.RefreshLive })
	for regime, want := range map[console.Regime]bool{
		console.RegimeOpaque: true, console.RegimeAuto: false, console.RegimeJWT: false,
	} {
		p := policy
		p.Regime = regime
		if got := consequences(held, p, nil).Same; got != want {
			t.Errorf("%s: %v", regime, got)
		}
		other := of(func(t *console.Token) { t.Grant = tokenapi.GrantJWTBearer })
		if consequences(other, p, nil).Same {
			t.Errorf("%s: a token of another grant comes back", regime)
		}
		if consequences(expired, p, nil).Same || consequences(refreshed, p, nil).Same {
			t.Errorf("%s: an expired or a refreshed one comes back", regime)
		}
	}
}

// A revoke that is decided changes no proved end.
// In the opaque regime a get brings a token that lives and came by the same request again.
func TestGetsAgain(t *testing.T) {
	t.Parallel()
	a := console.Application{ID: "app_x", Grant: tokenapi.GrantPassword, Username: "ana",
		Scopes: []string{"read"}}
	opaque := console.Policy{Regime: console.RegimeOpaque, CacheTTL: time.Minute}
	own := func(t *console.Token) {
		t.Grant, t.User, t.Asked = tokenapi.GrantPassword, "ana", []string{"read"}
	}
	for name, c := range map[string]struct {
		change func(*console.Token)
		policy console.Policy
		want   bool
	}{
		"its own":           {func(*console.Token) {}, opaque, true},
		"another regime":    {func(*console.Token) {}, console.Policy{}, false},
		"for another user":  {func(t *console.Token) { t.User = "bob" }, opaque, false},
		"with other scopes": {func(t *console.Token) { t.Asked = nil }, opaque, false},
		"by another grant": {func(t *console.Token) {
			t.Grant = tokenapi.GrantDeviceCode
		}, opaque, false},
		"revoked": {func(t *console.Token) { t.RevokeAt, t.AcceptedAt = at(5), at(5) }, opaque,
			false},
		"expired": {func(t *console.Token) { t.ExpiresAt = at(50) }, opaque, false},
	} {
		token := with(func(t *console.Token) { own(t); c.change(t) })
		if got := console.GetsAgain(token, a, c.policy, at(100)); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What a server said before the end of a token does not keep it.
func TestActiveBeforeItsEnd(t *testing.T) {
	t.Parallel()
	opaque := policy
	opaque.Regime = console.RegimeOpaque
	for said, kept := range map[int]bool{40: false, 60: true} {
		token := with(func(t *console.Token) {
			t.Refresh, t.ReplacedAt = console.RefreshSpent, at(50)
			t.AtServer, t.AtServerAt = console.ServerActive, at(said)
		})
		if _, held := console.OverSince(token, opaque, at(2000)); (held.Why != "") != kept {
			t.Errorf("active %d s after its start, replaced at 50 s: %q", said, held.Why)
		}
	}
}

func TestPendingRevokeOfDeadToken(t *testing.T) {
	t.Parallel()
	token := with(func(t *console.Token) {
		t.SeenURL = api
		t.Probes = probes(90, tokenapi.Refused, 92, tokenapi.Refused, 94, tokenapi.Refused)
		t.RevokeAt, t.RevokeKind = at(110), console.RevokeAccess
	})
	if st := console.StatusAt(token, policy, at(100)); st.State != console.Dead || !st.Pending {
		t.Errorf("%s, pending %v", st.State, st.Pending)
	}
	if got := console.RevocableOf([]console.Token{token}, token.AppID, false,
		func(t console.Token) console.Status { return console.StatusAt(t, policy, at(100)) },
	); len(got) != 1 {
		t.Error("its revoke is not tried again")
	}
}

func TestLastLife(t *testing.T) {
	t.Parallel()
	older := live()
	newer := with(func(t *console.Token) { t.IssuedAt, t.Granted = at(5), time.Minute })
	adopted := with(func(t *console.Token) {
		t.IssuedAt, t.Granted, t.Grant = at(9), time.Second, console.GrantAdopted
	})
	if life, ok := console.LastLife([]*console.Token{&newer, &older, &adopted}); !ok ||
		life != time.Minute {
		t.Errorf("%v %v", life, ok)
	}
	if _, ok := console.LastLife(nil); ok {
		t.Error("a life of no token")
	}
}

func TestActAfter(t *testing.T) {
	t.Parallel()
	expired := func(t *console.Token) { t.ExpiresAt = at(90) }
	refreshable := func(t *console.Token) {
		expired(t)
		t.Grant, t.Refresh = tokenapi.GrantPassword, console.RefreshLive
	}
	for name, c := range map[string]struct {
		token func(*console.Token)
		app   func(*console.Application)
		want  console.Act
	}{
		"expired":                  {expired, nil, console.ActGet},
		"with a refresh token":     {refreshable, nil, console.ActRenew},
		"read-only":                {refreshable, readOnly, ""},
		"no longer configured":     {expired, gone, ""},
		"gone, and can be renewed": {refreshable, gone, console.ActRenew},
		"it can only refresh": {expired,
			func(a *console.Application) { a.Grant = tokenapi.GrantRefreshToken }, ""},
		"replaced": {func(t *console.Token) {
			refreshable(t)
			t.ReplacedAt, t.ReplacedBy = at(50), "t_y"
		}, nil, ""},
	} {
		a := console.Application{Grant: tokenapi.GrantClientCredentials}
		if c.app != nil {
			c.app(&a)
		}
		if got := console.ActAfter(with(c.token), a, policy, at(100)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func readOnly(a *console.Application) { a.Environment.ReadOnly = true }

func gone(a *console.Application) { a.Source = console.Gone }
