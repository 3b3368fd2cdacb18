// Package integration contains only tests. They run the lanyard program against other people's
// servers: authorization servers, API gateways and a keyring. The tests start and stop these on
// loopback addresses.
//
// The tests run commands and read the output. They import nothing from the inside of the program.
// CONTRIBUTING.md describes how to run them.
package integration
