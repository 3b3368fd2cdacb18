// Package disk reads properties of a file system on which the safety of a store depends. They are
// the owner of a file, the access of other users, free space and network mounts. It also writes
// files that are either whole and durable or not there at all (NewFile).
//
// The package knows neither the names of a store's files nor messages for people. It returns the
// errors of package os, and its own types where more has to be said (OwnerError, CreateError).
//
// The sources differ between systems:
//
//	            owner, user         network mount          free room   write to a directory
//	Linux       stat(2)             statfs(2), mountinfo   statfs(2)   access(2)
//	macOS       stat(2)             MNT_LOCAL              statfs(2)   access(2)
//	other Unix  stat(2)             not known              not known   access(2)
//	Windows     not known           UNC path, drive type   not known   not known
//
// An unknown property is no reason to refuse a file or directory.
package disk
