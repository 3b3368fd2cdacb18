package cli_test

import "time"

// patience is how long is waited for what is bound to come, on a machine that has much else to do.
const patience = 2 * time.Minute
