package host

import "os"

// Withhold takes variables out of the environment that programs started from here inherit: commands that
// fetch a secret, clipboard programs, browsers, and what libraries start without asking us. This run itself
// reads the environment that Main was handed, which still has them. Refused: an environment for each command,
// which says nothing about the programs that libraries start.
func Withhold(names ...string) {
	for _, name := range names {
		if name != "" {
			_ = os.Unsetenv(name) // fails for names that cannot be set either
		}
	}
}
