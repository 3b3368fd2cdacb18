// Package config is the configuration file: where it is, what may be in it, and what is wrong with
// it. It also finds the themes beside the file, and the secrets that the file refers to.
//
// Load reads a file and checks all of it: every problem is reported with its line and column, in
// one Error. No message holds a value that may be a secret. Files that a person names are read by
// ReadFile and OpenFile, which wait neither for a pipe without a writer nor for a device.
package config
