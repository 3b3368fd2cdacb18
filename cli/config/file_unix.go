//go:build unix

package config

import "syscall"

// openNonblocking makes open return for a pipe without a writer, and keeps a terminal device from
// becoming the controlling terminal.
const openNonblocking = syscall.O_NONBLOCK | syscall.O_NOCTTY
