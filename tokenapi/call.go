package tokenapi

import (
	"context"
	"net/http"
	"net/url"

	"lanyard/tokenapi/secret"
)

// Call is one exchange that is no grant: discovery, a key set, a call to a developer portal. It goes over the
// same transport and through the same mask as every other, and like them it follows no redirect.
type Call struct {
	Op     string // a word for Exchange.Op
	Method string
	URL    string
	URLKey string // what the URL is called in errors, such as "issuer"
	Bearer secret.Text
	User   string // with Password: Basic authentication
	Pass   secret.Text
	Accept string // "": application/json
	Header http.Header
	Form   url.Values    // sent form-encoded; its values are masked by name, as those of a grant are
	JSON   []byte        // sent as application/json, when Form is nil
	Hide   []secret.Text // further secrets that are in URL, Form or JSON
}

// Reply is what a Call brought. The body is as received, at most 1 MiB; Large says that there was more. Texts of
// JSON that repeat what was sent are replaced: its names and descriptions are shown to people.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Large  bool
	read   *read
}

// Call makes one exchange. An error means that no answer was read; any status is a Reply.
func (c *Client) Call(ctx context.Context, r Call) (Reply, Exchange, error) {
	k := c.begin(r.Op, r.Method, r.URL)
	k.key = r.URLKey
	for _, s := range append([]secret.Text{r.Bearer, r.Pass}, r.Hide...) {
		k.mask.add(s.Reveal(), false)
	}
	for name, values := range r.Form { // the server may say them again
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
		e = usage(k.x.Op, "the token has "+unsendable(r.Bearer.Reveal())+", which no header can carry",
			"the server made a token that no API can be sent: tell whoever runs it")
	}
	var a answer
	if e == nil {
		a, e = k.do(ctx, c.calls, bodyLimit, false)
	}
	body := k.mask.unsaid(a.body) // what was sent; the answer has secrets of its own, which are read
	x, err := k.end(e)
	if err != nil {
		return Reply{}, x, err
	}
	a.body = body
	return Reply{a.status, a.header, a.body, a.large, &read{k.mask, a.host, a.url, a.key, a.at}}, x, nil
}
