// Package portal is a client of WSO2 developer portals. It reads which applications a person has
// there, with their keys, subscriptions and key managers. It speaks versions 2 and 3 of the
// portal's REST API (API Manager 4.x) and version 1 of the store's, its predecessor (3.x).
//
// It stores nothing and opens no connection of its own. Every call is a tokenapi.Call, so it
// follows no redirect, and the portal's token goes to the portal's own address only. It follows no
// links in answers: it asks for a page by its number.
//
// A portal has no call that revokes an application's token. The Token API has it.
package portal
