// Package cli implements the command line. Main parses the arguments, builds the console.Service,
// runs one command and returns the exit code.
//
// There is one file for each subcommand: it parses flags and standard input, calls the service and
// prints. wire.go builds the service; print.go has the JSON types; errors.go has the exit codes.
// Package config reads the configuration file, and package host reaches the machine: clock,
// clipboard, browser, terminal.
//
// The package has no rules of its own, such as what state a token is in, when something may be
// sent, or what is kept after a failure. A subcommand and a key press call the same method of
// console.Service.
//
// Results go to stdout, everything else to stderr. No subcommand starts a screen, a form or a
// spinner: their terminal queries would leak into the shell. ui.Run is only for the console.
package cli
