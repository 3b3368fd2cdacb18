//go:build !unix

package store

import "io/fs"

// Owner is not known here.
func Owner(fs.FileInfo) int { return -1 }

// mayWrite is found out by writing here.
func mayWrite(string) error { return nil }
