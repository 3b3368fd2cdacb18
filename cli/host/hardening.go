package host

import "os"

// Withhold removes variables from the environment that child processes inherit. An environment for
// each command would not be enough, because libraries start programs too.
func Withhold(names ...string) {
	for _, name := range names {
		if name != "" {
			_ = os.Unsetenv(name) // fails only for names that cannot be set
		}
	}
}
