//go:build !linux && !darwin && !windows

package disk

// Network returns "": on this system network file systems are not recognized.
func Network(string) (string, error) { return "", nil }
