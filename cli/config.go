package cli

import (
	"fmt"
	"strings"
	"time"

	"lanyard/console"
)

// Config is the decoded, checked configuration.
type Config struct {
	Path  string // where it was read; "" when there is none
	Found bool

	Theme            string
	UndoWindow       time.Duration
	DueBefore        time.Duration
	ClipboardVia     string
	ClipboardCommand []string
	ClearAfter       time.Duration

	Environments []console.Environment
	Applications []console.Application // Source FromConfig, ID and Secret state set
	Secrets      map[string]SecretRef  // consumer secrets by application ID
	Passwords    map[string]SecretRef  // passwords by application ID
	Warnings     []string              // with file:line:column, without secrets
}

// ConfigError is everything that is wrong with one configuration file. It never holds a line or a value of it.
type ConfigError struct {
	File     string
	Problems []Problem // by line, then column
}

// Problem is one thing that is wrong. Line is 0 when it is about the file as a whole.
type Problem struct {
	Line, Column int // from 1; the column counts characters
	Key          string
	Text         string
	Hint         string
}

// LoadConfig reads and checks a configuration file. A missing file gives the defaults with Found false;
// every error is a *ConfigError.
func LoadConfig(path string) (*Config, error) { panic("being written") }

// parseConfig decodes and checks the text of a configuration file.
func parseConfig(name string, data []byte) (*Config, error) { panic("being written") }

// Error gives one line for each problem: file:line:column: key: what is wrong (hint).
func (e *ConfigError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s: %s", e.File, p.Line, p.Column, p.Key, p.Text))
	}
	return strings.Join(lines, "\n")
}
