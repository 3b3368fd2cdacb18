// Package portal speaks to a WSO2 developer portal: which applications a person has there, with which keys,
// subscriptions and key managers. Versions 2 and 3 of the portal's REST API (API Manager 4.x) and version 1
// of its predecessor, the store (3.x), are spoken.
//
// It refuses to know what is done with what it finds: it keeps nothing on disk and imports nothing. It opens
// no connection of its own; every call is a tokenapi.Call, so it follows no redirect, and the portal's token
// goes to the portal's own address and nowhere else. Links in answers are not followed: a page is asked for
// by its number.
//
// There is no call to revoke an application's token here: the portal has none. That is the Token API's.
package portal
