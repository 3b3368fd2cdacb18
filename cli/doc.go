// Package cli is the command line: it reads flags and standard input, builds everything else once
// (wire.go), and prints. One file per subcommand: parse, call the console, print. The configuration
// file is in cli/config; what the machine offers (clock, clipboard, browser, terminal) is in cli/host.
//
// It has no rules of its own, such as what a token's state is, when something may be sent, or what
// is kept after a failure. A subcommand and a key press reach the same console.Service. No
// subcommand starts a screen, a form or a spinner: their terminal queries would leak into the
// shell.
//
// The result goes to stdout, everything else to stderr; the exit codes are in errors.go.
package cli
