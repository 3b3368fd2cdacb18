package cli

// Paths are the places Lanyard reads and writes.
type Paths struct {
	Config, State string
	Named         bool // the configuration was named by flag or environment, so a missing file is an error
}

// FindPaths says where configuration and state are: flag, else LANYARD_CONFIG and LANYARD_STATE, else XDG, else
// the system's own place.
func FindPaths(goos string, getenv func(string) string, home string, flagConfig, flagState string) (Paths, error) {
	panic("being written")
}

// Load reads the configuration of these paths; only one that nobody named may be missing.
func (p Paths) Load() (*Config, error) { panic("being written") }
