package cli_test

import "time"

// patience limits the wait of a test for something that must happen. Only a failing test waits that
// long.
const patience = 2 * time.Minute
