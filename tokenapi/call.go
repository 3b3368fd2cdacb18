package tokenapi

import (
	"context"
	"net/http"
	"net/url"

	"lanyard/tokenapi/secret"
)

// Call is an exchange other than a grant: discovery, a key set, a call to a developer portal. It
// uses the transport and the mask of the client, and follows no redirect.
type Call struct {
	Op     string // for Exchange.Op
	Method string
	URL    string
	URLKey string // the name of the URL in errors, such as "issuer"
	Bearer secret.Text
	User   string // with Pass: Basic authentication
	Pass   secret.Text
	Accept string // "": application/json
	Header http.Header
	Form   url.Values    // sent form-encoded; its values are masked by name, like those of a grant
	JSON   []byte        // sent as application/json, if Form is nil
	Hide   []secret.Text // more secrets in URL, Form or JSON
}

// Reply is the answer to a Call. Body is the body as received, at most 1 MiB; Large reports that
// the body was longer. Strings in JSON that repeat a secret of the request are masked, because
// names and descriptions are shown to people.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Large  bool
	source *replySource
}

// Call makes one exchange. It returns an error if no answer could be read. Every HTTP status is a
// Reply, not an error.
func (c *Client) Call(ctx context.Context, r Call) (Reply, Exchange, error) {
	k := c.begin(r.Op, r.Method, r.URL)
	k.key = r.URLKey
	for _, s := range append([]secret.Text{r.Bearer, r.Pass}, r.Hide...) {
		k.mask.add(s.Reveal(), false)
	}
	for name, values := range r.Form { // the server may repeat them
		for _, v := range values {
			if isSecretParam(name, v) {
				k.mask.add(v, isTokenKey(name))
			}
		}
	}
	for name, v := range r.Header {
		k.header[name] = v
	}
	if r.Accept != "" {
		k.header.Set("Accept", r.Accept)
	}
	switch {
	case !r.Bearer.IsZero():
		k.header.Set("Authorization", "Bearer "+r.Bearer.Reveal())
	case r.User != "":
		k.basic(r.User, r.Pass.Reveal())
	}
	switch {
	case r.Form != nil:
		k.form = r.Form
		k.body = []byte(r.Form.Encode())
		k.header.Set("Content-Type", "application/x-www-form-urlencoded")
	case r.JSON != nil:
		k.body = r.JSON
		k.header.Set("Content-Type", "application/json")
	}
	var e *Error
	switch err := checkURL(r.URLKey, r.URL, c.cfg.AllowHTTP); {
	case r.URL == "":
		e = usage(k.x.Op, r.URLKey+" is missing", "set "+r.URLKey+" for this environment")
	case err != nil:
		e, _ = AsError(err)
	case !r.Bearer.IsZero() && !sendable(r.Bearer.Reveal()):
		e = usage(k.x.Op,
			"the token has "+unsendable(r.Bearer.Reveal())+", which no header can carry",
			"the server issued a token that cannot be sent in a header: tell whoever runs it")
	}
	var a answer
	if e == nil {
		a, e = k.do(ctx, c.calls, bodyLimit, false)
	}
	// Hide only what was sent: the caller reads the secrets that the answer itself holds.
	body := k.mask.maskStrings(a.body)
	x, err := k.end(e)
	if err != nil {
		return Reply{}, x, err
	}
	a.body = body
	return Reply{
		a.status, a.header, a.body, a.large, &replySource{k.mask, a.host, a.url, a.key, a.at},
	}, x, nil
}
