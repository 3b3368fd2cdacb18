package host

import (
	"os"
	"strings"
)

// DeviceName returns the name of this machine in characters that a scope may contain, or "" if it
// has none.
func DeviceName() string {
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	host, _, _ = strings.Cut(strings.ToLower(host), ".")
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, host), "_")
}
