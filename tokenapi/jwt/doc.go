// Package jwt looks into JSON Web Tokens (RFC 7519), checks their signatures against a key set (RFC 7517)
// and signs the assertions that a client sends (RFC 7523).
//
// It refuses to know where a key set comes from, what a claim permits and what time it is.
package jwt
