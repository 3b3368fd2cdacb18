//go:build !linux && !darwin

package store_test

func unixRoles() map[string]role { return nil }
