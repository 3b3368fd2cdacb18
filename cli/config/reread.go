package config

import (
	"reflect"
	"slices"
)

// Reread marks c as a later reading of the configuration of an open console that started with
// first.
func (c *Config) Reread(first *Config) { c.ThemeChoice, c.reread = first.ThemeChoice, true }

// NeedsRestart returns the changed keys that an open console does not apply.
func (c *Config) NeedsRestart(first *Config) (names []string) {
	differs := func(name string, a, b any) {
		if !reflect.DeepEqual(a, b) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	differs("environments", c.Environments, first.Environments)
	differs("applications", c.Applications, first.Applications)
	differs("applications", c.Secrets, first.Secrets)
	differs("undo_window", c.UndoWindow, first.UndoWindow)
	differs("due_before", c.DueBefore, first.DueBefore)
	differs("clipboard", c.ClipboardVia, first.ClipboardVia)
	differs("clipboard", c.ClipboardCommand, first.ClipboardCommand)
	differs("clipboard", c.ClearBlind, first.ClearBlind)
	differs("store", c.StoreKey, first.StoreKey)
	differs("store", c.StoreCommand, first.StoreCommand)
	differs("store", c.Keep, first.Keep)
	return names
}
