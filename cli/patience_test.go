package cli_test

import "time"

// patience is how long a test waits for what is bound to come. Only a failure takes so long.
const patience = 2 * time.Minute
