//go:build !unix

package config

// openNonblocking is nothing where files that wait have no names in directories.
const openNonblocking = 0
