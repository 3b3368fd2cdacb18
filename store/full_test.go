package store_test

import "os"

// full reports whether the whole fault harness runs. Without LANYARD_FULL a sample of it does.
func full() bool { return os.Getenv("LANYARD_FULL") != "" }

// sampled reports whether combination i runs: all of them in full, otherwise every nth.
func sampled(i, every int) bool { return full() || i%every == 0 }
