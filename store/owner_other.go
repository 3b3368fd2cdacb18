//go:build !unix

package store

import "io/fs"

// owner is not known here.
func owner(fs.FileInfo) int { return -1 }

// mayWrite is found out by writing here.
func mayWrite(string) error { return nil }
