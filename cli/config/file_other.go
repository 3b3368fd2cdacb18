//go:build !unix

package config

// withoutWaiting is nothing where files that wait have no names in directories.
const withoutWaiting = 0
