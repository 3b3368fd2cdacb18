package portal

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"

	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// The operations, for errors and exchanges.
const (
	opRegister      = "portal register"
	opSignIn        = "portal sign in"
	opVersion       = "portal version"
	opApplications  = "portal applications"
	opKeys          = "portal keys"
	opSubscriptions = "portal subscriptions"
	opKeyManagers   = "portal key managers"
	opGenerate      = "portal generate keys"
)

const (
	defaultClientName = "lanyard"
	registerPath      = "/client-registration/v0.17/register" // API Manager 3.2 to 4.7
	oauthPath         = "/oauth2/token"
	scopeSubscribe    = "apim:subscribe"  // to list applications, keys and subscriptions
	scopeManage       = "apim:app_manage" // to make keys
	scopeSettings     = "apim:store_settings"
)

// versions returns the paths of the portal's API, the newest first.
func versions() []string {
	return []string{"/api/am/devportal/v3", "/api/am/devportal/v2", storeV1}
}

// storeV1 is the path in API Manager 3.x.
const storeV1 = "/api/am/store/v1"

// Options are the addresses of a portal.
type Options struct {
	Base        string // https://host:9443, or the portal's address in a browser (…/devportal)
	TokenURL    string // "": Base with /oauth2/token
	RegisterURL string // "": Base with /client-registration/v0.17/register
	// ClientName is the name of the client that signs users in; "" means "lanyard". Use the same
	// name each time: the server returns the same client for it, and no client can be deleted.
	ClientName string
}

// complete sets the options that are empty and checks the base. Each URL is checked when it is
// called.
func (o *Options) complete() *tokenapi.Error {
	if o.Base == "" {
		return usage(opSignIn, "the portal's URL is missing",
			"it looks like https://host.example:9443")
	}
	u, err := url.Parse(o.Base)
	if err != nil || u.Opaque != "" {
		return usage(opSignIn, "the portal's URL is not a URL",
			"it looks like https://host.example:9443")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return usage(opSignIn, "the portal's URL has a query or a fragment",
			"remove what follows the path")
	}
	path := strings.TrimRight(u.Path, "/")
	for _, page := range []string{"/devportal", "/store"} { // as copied from a browser
		if before, after, found := strings.Cut(path, page); found &&
			(after == "" || after[0] == '/') {
			path = before
		}
	}
	u.Path, u.RawPath = path, ""
	o.Base = u.String()
	if o.TokenURL == "" {
		o.TokenURL = o.Base + oauthPath
	}
	if o.RegisterURL == "" {
		o.RegisterURL = o.Base + registerPath
	}
	if o.ClientName == "" {
		o.ClientName = defaultClientName
	}
	return nil
}

// Session is a user's session with a portal. It is safe for concurrent use. Its token is in memory
// only.
type Session struct {
	client  *tokenapi.Client // its endpoints have issued the token
	signIn  tokenapi.Credentials
	root    string // base and version
	version string
	token   secret.Text
	refresh secret.Text // zero unless the client was registered with that grant earlier
	found   Settings
	revokes bool

	mu     sync.Mutex
	hashed map[string]bool // IDs of applications of which the portal stores hashes
}

// SignIn starts a session. It registers the client or finds it again, requests a token with the
// password, and finds the version of the portal's API by reading the settings. Only that last step
// tries more than once. The exchanges are returned after a failure too.
func SignIn(ctx context.Context, c *tokenapi.Client, o Options, user string,
	password secret.Text) (*Session, []tokenapi.Exchange, error) {
	if e := o.complete(); e != nil {
		return nil, nil, e
	}
	switch {
	case user == "":
		return nil, nil, usage(opSignIn, "the user name is missing", "")
	case strings.Contains(user, ":"):
		return nil, nil, usage(opSignIn, "a user name with a colon cannot be sent as basic", "")
	case password.IsZero():
		return nil, nil, usage(opSignIn, "the password is missing", "")
	}
	to := tokenapi.Endpoints{TokenURL: o.TokenURL}
	if before, ok := strings.CutSuffix(o.TokenURL, "/token"); ok {
		to.RevokeURL = before + "/revoke"
	}
	at, err := c.WithEndpoints(to)
	if err != nil {
		return nil, nil, err
	}
	s := &Session{client: at, revokes: to.RevokeURL != "", hashed: map[string]bool{}}
	var all []tokenapi.Exchange
	x, err := s.register(ctx, o, user, password)
	if all = append(all, x); err != nil {
		return nil, all, err
	}
	x, err = s.requestToken(ctx, user, password)
	all = append(all, x)
	if err == nil {
		var xs []tokenapi.Exchange
		xs, err = s.findVersion(ctx, o.Base)
		all = append(all, xs...)
	}
	if err == nil {
		return s, all, nil
	}
	// Without an answer there is no server that could revoke.
	if e, ok := tokenapi.AsError(err); ok && e.Answered() {
		all = append(all, s.Close(ctx)...)
	}
	return nil, all, err
}

// register registers the client that signs users in.
func (s *Session) register(ctx context.Context, o Options, user string,
	password secret.Text) (tokenapi.Exchange, error) {
	body, err := registerRequest(o.ClientName, user)
	if err != nil {
		return tokenapi.Exchange{Op: opRegister},
			usage(opRegister, "the request could not be built", "")
	}
	r, x, err := s.client.Call(ctx, tokenapi.Call{
		Op: opRegister, Method: "POST", URL: o.RegisterURL, URLKey: "register_url", User: user,
		Pass: password, JSON: body,
	})
	if err != nil {
		return x, err
	}
	if e := refusal(opRegister, r); e != nil {
		return x, e
	}
	reg, err := DecodeRegistration(r.Body)
	if err != nil {
		e := r.Unreadable(opRegister, missing("clientId"))
		e.Hint = "a registration URL that does not exist answers like this: is " +
			text.Words(hostOf(o.RegisterURL), nameLimit) +
			" the control plane, and its version right?"
		return x, e
	}
	if reg.SecretState != Available {
		return x, &tokenapi.Error{
			Op: opRegister, Kind: tokenapi.KindRefused, Status: r.Status, Sent: true,
			Err: errors.New("the server does not show the secret of the client " +
				r.Words(o.ClientName) + " again"),
			Hint: "it keeps secrets as hashes: use another client name",
		}
	}
	s.signIn = tokenapi.Credentials{
		ConsumerKey: reg.ClientID, ConsumerSecret: reg.ClientSecret, Auth: tokenapi.AuthBasic,
	}
	return x, nil
}

// requestToken requests the portal's token with the password grant (RFC 6749 section 4.3). A
// program without a browser has no other way.
func (s *Session) requestToken(ctx context.Context, user string,
	password secret.Text) (tokenapi.Exchange, error) {
	t, x, err := s.client.Token(ctx, tokenapi.TokenRequest{
		Credentials: s.signIn, Grant: tokenapi.GrantPassword, Username: user, Password: password,
		Scopes: []string{scopeSubscribe, scopeManage, scopeSettings},
	})
	if e, ok := tokenapi.AsError(err); ok {
		if e.Kind != tokenapi.KindUsage {
			e.Op = opSignIn
		}
		switch {
		case e.Code == "invalid_client":
			e.Hint = "the token URL does not know the client just registered: do both URLs " +
				"lead to the same server?"
		case e.Code == "unauthorized_client" || e.Code == "unsupported_grant_type":
			e.Hint = "the server allows no sign-in with a password: copy the keys from the " +
				"portal by hand"
		case e.Status == 401 && e.Code == "":
			e.Hint = "check user name and password"
		}
		return x, e
	}
	if err != nil {
		return x, err
	}
	s.token, s.refresh = t.Access, t.Refresh
	if t.Unsendable != "" {
		return x, &tokenapi.Error{
			Op: opSignIn, Kind: tokenapi.KindGarbled, Status: x.Status, Sent: true,
			Err: errors.New(t.Unusable()),
		}
	}
	if !t.Usable {
		return x, &tokenapi.Error{
			Op: opSignIn, Kind: tokenapi.KindGarbled, Status: x.Status, Sent: true,
			Err: errors.New("the portal's token is no bearer token"),
		}
	}
	if t.Scopes != nil && !slices.Contains(t.Scopes, scopeSubscribe) &&
		!slices.Contains(t.Scopes, scopeManage) {
		return x, &tokenapi.Error{
			Op: opSignIn, Kind: tokenapi.KindRefused, Status: x.Status, Sent: true,
			Err: errors.New("the server granted neither " + scopeSubscribe + " nor " +
				scopeManage),
			Hint: "the user needs a role that may use the developer portal (Internal/subscriber)",
		}
	}
	return x, nil
}

// findVersion finds the version of the API. A 404, a redirect or a web page means that a version is
// missing. Any other refusal is about the user or the server and ends the search.
func (s *Session) findVersion(ctx context.Context, base string) ([]tokenapi.Exchange, error) {
	var all []tokenapi.Exchange
	var clue *tokenapi.Error
	for _, path := range versions() {
		r, x, err := s.get(ctx, opVersion, base+path+"/settings")
		all = append(all, x)
		if err != nil {
			return all, err
		}
		e := refusal(opVersion, r)
		switch {
		case e == nil:
			if found, ok := decodeSettings(r.Body); ok {
				s.root, s.found = base+path, found
				s.version = path[strings.LastIndexByte(path, '/')+1:]
				return all, nil
			}
			e = r.Unreadable(opVersion, "the answer is no JSON object")
		case r.Status != 404 && (r.Status < 300 || r.Status > 399):
			return all, e
		}
		if clue == nil || clue.Status == 404 {
			clue = e
		}
	}
	if clue.Status == 404 {
		clue.Code, clue.Description, clue.Err = "", "", nil
	}
	why := "there is no developer portal"
	if clue.Err != nil {
		why += ": " + clue.Err.Error()
	}
	clue.Err = errors.New(why)
	clue.Hint = "is " + text.Words(hostOf(base), nameLimit) +
		" the control plane (port 9443), not the gateway (8243)?"
	return all, clue
}

// get sends a GET with the portal's token.
func (s *Session) get(ctx context.Context,
	op, u string) (tokenapi.Reply, tokenapi.Exchange, error) {
	return s.client.Call(ctx,
		tokenapi.Call{Op: op, Method: "GET", URL: u, URLKey: "portal_url", Bearer: s.token})
}

// Close revokes the session's tokens, the access token first, so that gateways are notified. It
// stops at the first failure: the tokens then expire.
func (s *Session) Close(ctx context.Context) []tokenapi.Exchange {
	var all []tokenapi.Exchange
	if !s.revokes {
		return nil
	}
	for _, t := range []struct {
		token secret.Text
		hint  string
	}{{s.token, "access_token"}, {s.refresh, "refresh_token"}} {
		if t.token.IsZero() {
			continue
		}
		_, x, err := s.client.Revoke(ctx,
			tokenapi.RevokeRequest{Credentials: s.signIn, Token: t.token, Hint: t.hint})
		if all = append(all, x); err != nil {
			break
		}
	}
	return all
}

// hostOf returns host and port of a URL for a hint.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "this"
	}
	return u.Host
}
