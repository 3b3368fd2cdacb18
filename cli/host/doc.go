// Package host gives access to the machine that Lanyard runs on: clocks, clipboard, browser,
// locale, the terminal of the process, signals and job control. It also protects secrets in memory
// from other processes.
//
// The package knows neither tokens nor configuration. Code for one system is in files named after
// it.
package host
