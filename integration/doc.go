// Package integration has only tests. They run the lanyard program against servers that others
// wrote: authorization servers, API gateways and a keyring. The tests start and stop these on
// loopback.
//
// The tests give commands and read what is printed. They import nothing of how the program works
// inside. CONTRIBUTING.md says how to run them.
package integration
