package cli_test

import (
	"os"
	"time"
)

// patience is how long a test waits for what is bound to come. Only a failure takes so long.
const patience = 2 * time.Minute

// full reports whether the heavy tests run whole. Without LANYARD_FULL a sample of each runs.
func full() bool { return os.Getenv("LANYARD_FULL") != "" }
