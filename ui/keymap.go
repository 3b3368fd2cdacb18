package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// action is what a key means, before anybody knows where it was pressed.
type action int

const (
	none action = iota
	doGet
	doRenew
	doRevoke
	doUndo
	doCopy
	doProbe
	moveUp
	moveDown
	moveLeft
	moveRight
	pageUp
	pageDown
	goHome
	goEnd
	nextPane
	prevPane
	paneApps
	paneTokens
	paneGateway
	paneActivity
	zoom
	openLog
	openHelp
	closeTop
	quit
	forceQuit
)

// places says where a key does something.
type places uint8

const (
	inApps places = 1 << iota
	inTokens
	inGateway
	inActivity
	everywhere = inApps | inTokens | inGateway | inActivity
)

func placeOf(p paneID) places { return 1 << p }

// binding ties keys to an action and says in words what it does: the footer, the help and the README
// are made from these rows and cannot say anything else.
type binding struct {
	act   action
	keys  []string
	show  string // the keys as a person reads them
	word  string // for the footer; "" keeps it out
	does  string
	where places
}

func defaultKeys() []binding {
	return []binding{
		{doGet, []string{"g"}, "g", "get", "get a token with the application's usual grant", everywhere},
		{doRenew, []string{"r"}, "r", "renew", "renew: refresh if it can be, else ask again; says which it did", inApps | inTokens | inGateway},
		{doRevoke, []string{"x"}, "x", "revoke", "revoke, after the undo window; asks first in a production environment", inApps | inTokens | inGateway},
		{doUndo, []string{"u"}, "u", "undo", "undo the pending revoke: the selected one, else the last one", everywhere},
		{doCopy, []string{"y"}, "y", "copy", "copy the access token; cleared later if it is still there", inApps | inTokens | inGateway},
		{doProbe, []string{"p"}, "p", "probe", "probe: call the application's probe URL with this token, once", inApps | inTokens | inGateway},
		{moveUp, []string{"up", "k"}, "↑ k", "", "move up", everywhere},
		{moveDown, []string{"down", "j"}, "↓ j", "", "move down", everywhere},
		{moveLeft, []string{"left", "h"}, "← h", "", "to the left (small screens: the previous application)", everywhere},
		{moveRight, []string{"right", "l"}, "→ l", "", "to the right (small screens: the next application)", everywhere},
		{pageUp, []string{"pgup", "ctrl+b"}, "pgup", "", "a page up", everywhere},
		{pageDown, []string{"pgdown", "ctrl+f"}, "pgdn", "", "a page down", everywhere},
		{goHome, []string{"home"}, "home", "", "to the first row", everywhere},
		{goEnd, []string{"end"}, "end", "", "to the last row", everywhere},
		{nextPane, []string{"tab"}, "tab", "", "to the next pane", everywhere},
		{prevPane, []string{"shift+tab"}, "shift+tab", "", "to the previous pane", everywhere},
		{paneApps, []string{"1"}, "1", "", "to Applications", everywhere},
		{paneTokens, []string{"2"}, "2", "", "to Tokens", everywhere},
		{paneGateway, []string{"3"}, "3", "", "to Gateway cache", everywhere},
		{paneActivity, []string{"4"}, "4", "", "to Activity", everywhere},
		{zoom, []string{"z"}, "z", "zoom", "give the focused pane the whole screen, and take it back", everywhere},
		{openLog, []string{"!"}, "!", "log", "message log: every notice and error of this run, with its hint", everywhere},
		{openHelp, []string{"?"}, "?", "help", "this help", everywhere},
		{closeTop, []string{"esc"}, "esc", "", "close what is open, or dismiss the notice", everywhere},
		{quit, []string{"q"}, "q", "quit", "quit, when what is under way is finished and the clipboard cleared", everywhere},
		{forceQuit, []string{"ctrl+c"}, "ctrl+c", "", "quit; pressed again it does not wait", everywhere},
	}
}

// keymap finds what a key means.
type keymap struct {
	rows []binding
	by   map[string]int
}

func newKeymap(rows []binding) keymap {
	k := keymap{rows: rows, by: map[string]int{}}
	for i, b := range rows {
		for _, key := range b.keys {
			k.by[key] = i
		}
	}
	return k
}

func (k keymap) find(msg tea.KeyPressMsg) (binding, bool) {
	i, ok := k.by[msg.String()]
	if !ok {
		return binding{}, false
	}
	return k.rows[i], true
}

// key is how the keys of an action are written.
func (k keymap) key(a action) string {
	for _, b := range k.rows {
		if b.act == a {
			return b.show
		}
	}
	return ""
}

// KeyRow is one line of the key table.
type KeyRow struct{ Keys, Does string }

// KeyTable is the key table of the README, made from the bindings.
func KeyTable() []KeyRow {
	var out []KeyRow
	for _, b := range defaultKeys() {
		var keys []string
		for k := range strings.FieldsSeq(b.show) {
			keys = append(keys, "`"+k+"`")
		}
		out = append(out, KeyRow{Keys: strings.Join(keys, " "), Does: b.does})
	}
	return out
}
