//go:build unix

package config

import "syscall"

// withoutWaiting opens a pipe that has no writer, and takes no device for the controlling terminal.
const withoutWaiting = syscall.O_NONBLOCK | syscall.O_NOCTTY
