package host

import "os"

// Withhold removes variables from the environment that programs started from here inherit: commands
// that fetch a secret, clipboard programs, browsers, and what libraries start by themselves. An
// environment for each command would not reach the programs that libraries start.
func Withhold(names ...string) {
	for _, name := range names {
		if name != "" {
			_ = os.Unsetenv(name) // fails for names that cannot be set either
		}
	}
}
