//go:build !unix

package disk

import "io/fs"

// Owner is not known here.
func Owner(fs.FileInfo) int { return -1 }

// MayWrite is found out by writing here.
func MayWrite(string) error { return nil }
