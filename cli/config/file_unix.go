//go:build unix

package config

import "syscall"

// openNonblocking opens a pipe that has no writer, and takes no device for the controlling terminal.
const openNonblocking = syscall.O_NONBLOCK | syscall.O_NOCTTY
