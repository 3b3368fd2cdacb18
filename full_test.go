package main

import "os"

// full reports whether the heavy tests run whole. Without LANYARD_FULL a sample of each runs.
func full() bool { return os.Getenv("LANYARD_FULL") != "" }
