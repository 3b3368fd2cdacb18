package ui_test

import "os"

// full reports whether the heavy tests run in full. Without LANYARD_FULL a sample of each runs.
func full() bool { return os.Getenv("LANYARD_FULL") != "" }
