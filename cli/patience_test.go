package cli_test

import "time"

// patience limits how long a test waits for something that must happen. Only a failing test waits
// that long.
const patience = 2 * time.Minute
