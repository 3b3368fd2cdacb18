package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

type root struct {
	fx     effects
	clip   struct{ held bool }
	choice Choice
}

func newRoot(ctx context.Context, o Options) *root { return &root{} }

func (m *root) Init() tea.Cmd                           { return nil }
func (m *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return m, tea.Quit }
func (m *root) View() tea.View                          { return tea.NewView("") }

type effects struct{}

func (effects) clearNow(ctx context.Context, held bool) {}

// KeyRow is one line of the key table.
type KeyRow struct{ Keys, Does string }

// KeyTable is the key table of the README.
func KeyTable() []KeyRow { return nil }
