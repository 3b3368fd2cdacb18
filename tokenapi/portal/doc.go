// Package portal is a client for WSO2 developer portals. It reads a user's applications with their
// keys, subscriptions and key managers. It supports versions 2 and 3 of the portal's REST API (API
// Manager 4.x) and version 1 of its predecessor, the store (3.x).
//
// SignIn returns a [Session], whose methods are the calls of the API. Session.GenerateKeys is the
// only one that changes anything. Explain finds the subscription that caused a fault of the
// gateway.
//
// The package stores nothing and opens no connections. Every request is a tokenapi.Call, so it
// follows no redirects, and the portal's token goes to the portal's own address only. It follows no
// links in answers, and requests pages by number.
//
// A portal cannot revoke an application's token. Use Client.Revoke of package tokenapi.
package portal
