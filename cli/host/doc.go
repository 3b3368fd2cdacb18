// Package host is the machine that Lanyard runs on: its clock, clipboard, browser and locale, the
// terminal that the process is at, signals and job control, and what keeps secrets in memory from
// other processes.
//
// It knows neither tokens nor configuration. What differs between systems is in files named after
// them.
package host
