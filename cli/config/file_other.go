//go:build !unix

package config

// openNonblocking is 0: on this system no file name leads to a pipe or terminal.
const openNonblocking = 0
