//go:build !unix

package cli

// withoutWaiting is nothing where files that wait have no names in directories.
const withoutWaiting = 0
