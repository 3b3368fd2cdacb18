// Package config reads the configuration file. It finds the file (FindPaths), decodes and checks it
// (Load), and also provides the themes beside it and the secrets that it refers to.
//
// Load reports every problem with its line and column in one Error. No message holds a value that
// may be a secret. ReadFile and OpenFile read the files that a person names; they wait neither for
// a pipe without a writer nor for a device.
package config
