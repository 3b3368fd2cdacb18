package tokenapi

import (
	"encoding/base64"
	"net/url"
	"strings"

	"lanyard/text"
)

// assertionType is the client_assertion_type of a signed JWT (RFC 7523 section 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// prepare adds the client's credentials to the header or the form, and encodes the form. It escapes
// nothing twice and sends no credential in two places: servers refuse both.
func (k *call) prepare(cr Credentials, target, key string) *Error {
	k.mask.add(cr.ConsumerSecret.Reveal(), false)
	k.mask.public(cr.ConsumerKey)
	k.hideFields(cr.Headers)
	switch {
	case target == "":
		return usage(k.x.Op, key+" is missing", "set "+key+" for this environment")
	case cr.ConsumerKey == "":
		return usage(k.x.Op, "the consumer key is missing", "set consumer_key for the application")
	}
	if k.form == nil {
		k.form = url.Values{}
	}
	if e := k.authenticate(cr, target); e != nil {
		return e
	}
	if SameOrigin(target, k.c.cfg.Endpoints.TokenURL) {
		if e := k.setFields("headers", cr.Headers); e != nil {
			return e
		}
	}
	k.header.Set("Content-Type", "application/x-www-form-urlencoded")
	k.body = []byte(k.form.Encode())
	return nil
}

// authenticate adds what the chosen authentication method needs. It requires and sends a secret
// only if the method uses one.
func (k *call) authenticate(cr Credentials, target string) *Error {
	id, pass := cr.ConsumerKey, cr.ConsumerSecret.Reveal()
	switch cr.Auth {
	case AuthBasic, AuthBasicEncoded, AuthPost, "":
		if pass == "" {
			return usage(k.x.Op, "the consumer secret is missing",
				"set consumer_secret for the application")
		}
	case AuthNone, AuthPrivateKeyJWT, AuthTLS:
		k.form.Set("client_id", id)
	default:
		return usage(k.x.Op, "there is no client_auth "+text.Words(string(cr.Auth), 50),
			"use basic, basic-encoded, post, none, private_key_jwt or tls")
	}
	switch cr.Auth {
	case AuthBasicEncoded:
		k.mask.add(url.QueryEscape(pass), false) // its base64 form differs from that of the secret
		k.basic(url.QueryEscape(id), url.QueryEscape(pass))
	case AuthPost:
		k.form.Set("client_id", id)
		k.form.Set("client_secret", pass)
	case AuthPrivateKeyJWT:
		a, e := k.c.clientAssertion(k.x.Op, cr, target)
		if e != nil {
			return e
		}
		k.mask.add(a.Reveal(), false)
		k.form.Set("client_assertion_type", assertionType)
		k.form.Set("client_assertion", a.Reveal())
	case AuthTLS:
		// A transport that was handed in may have a certificate of its own.
		if !k.c.cert && k.c.ours {
			return usage(k.x.Op, "client_auth tls needs a client certificate",
				"set client_cert and client_key for this environment")
		}
	case AuthNone:
	default:
		if strings.Contains(id, ":") {
			return usage(k.x.Op, "a consumer key with a colon cannot be sent as basic",
				"set client_auth to post or basic-encoded")
		}
		k.basic(id, pass)
	}
	return nil
}

func (k *call) basic(id, pass string) {
	pair := id + ":" + pass
	k.mask.addWhole(pair, false)
	k.mask.add(pass, false)
	k.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
}
