// Package integration has only tests: the lanyard program against an authorization server and an API gateway that
// nobody here wrote, started and stopped by the tests on loopback. CONTRIBUTING.md says how to run them. It refuses
// to know how the program works inside: it types commands, and reads what they print.
package integration
