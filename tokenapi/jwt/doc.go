// Package jwt decodes and verifies JSON Web Tokens (RFC 7519) and signs client assertions (RFC
// 7523).
//
// Parse decodes a text into a [Token]. It verifies nothing. Token.Verify checks the signature
// against a JWKS document (RFC 7517), and Token.TimeProblems checks exp, nbf and iat at a given
// time. Sign signs claims with a private key.
//
// The package fetches no key sets, reads no clock and checks no other claim.
package jwt
