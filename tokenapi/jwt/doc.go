// Package jwt takes JSON Web Tokens apart (RFC 7519), checks their signatures against a key set
// (RFC 7517) and signs the assertions that a client sends (RFC 7523).
//
// It does not fetch key sets, judges no claim and reads no clock.
package jwt
