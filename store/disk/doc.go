// Package disk asks the file system what a store of secrets has to know of it: who owns a file, who
// else may read it, how much room is left, whether it is on another machine. It also writes files
// that are whole and durable, or not there at all.
//
// It knows neither the names of a store's files nor what to tell a person: it returns the errors of
// package os, and types of its own where more has to be said (OwnerError, CreateError).
//
// What differs between systems:
//
//	            owner, user         network mount          free room   write to a directory
//	Linux       stat(2)             statfs(2), mountinfo   statfs(2)   access(2)
//	macOS       stat(2)             MNT_LOCAL              statfs(2)   access(2)
//	other Unix  stat(2)             not known              not known   access(2)
//	Windows     not known           UNC path, drive type   not known   not known
//
// What is not known refuses nothing.
package disk
