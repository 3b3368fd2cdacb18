package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
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
	key.Binding // the keys, as they are pressed and as a person reads them, and what they do
	act         action
	word        string // for the footer; "" keeps it out
	where       places
}

func bind(act action, show, word, does string, where places, keys ...string) binding {
	return binding{key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, does)), act, word, where}
}

func (b binding) show() string { return b.Help().Key }

func (b binding) does() string { return b.Help().Desc }

func defaultKeys() []binding {
	return []binding{
		bind(doGet, "g", "get", "get a token with the application's usual grant", everywhere, "g"),
		bind(doRenew, "r", "renew", "renew: refresh if it can be, else ask again; says which it did", inApps|inTokens|inGateway, "r"),
		bind(doRevoke, "x", "revoke", "revoke, after the undo window; asks first in a production environment", inApps|inTokens|inGateway, "x"),
		bind(doUndo, "u", "undo", "undo the pending revoke: the selected one, else the last one", everywhere, "u"),
		bind(doCopy, "y", "copy", "copy the access token; cleared later if it is still there", inApps|inTokens|inGateway, "y"),
		bind(doProbe, "p", "probe", "probe: call the application's probe URL with this token, once", inApps|inTokens|inGateway, "p"),
		bind(moveUp, "↑ k", "", "move up", everywhere, "up", "k"),
		bind(moveDown, "↓ j", "", "move down", everywhere, "down", "j"),
		bind(moveLeft, "← h", "", "to the left (small screens: the previous application)", everywhere, "left", "h"),
		bind(moveRight, "→ l", "", "to the right (small screens: the next application)", everywhere, "right", "l"),
		bind(pageUp, "pgup", "", "a page up", everywhere, "pgup", "ctrl+b"),
		bind(pageDown, "pgdn", "", "a page down", everywhere, "pgdown", "ctrl+f"),
		bind(goHome, "home", "", "to the first row", everywhere, "home"),
		bind(goEnd, "end", "", "to the last row", everywhere, "end"),
		bind(nextPane, "tab", "", "to the next pane", everywhere, "tab"),
		bind(prevPane, "shift+tab", "", "to the previous pane", everywhere, "shift+tab"),
		bind(paneApps, "1", "", "to Applications", everywhere, "1"),
		bind(paneTokens, "2", "", "to Tokens", everywhere, "2"),
		bind(paneGateway, "3", "", "to Gateway cache", everywhere, "3"),
		bind(paneActivity, "4", "", "to Activity", everywhere, "4"),
		bind(zoom, "z", "zoom", "give the focused pane the whole screen, and take it back", everywhere, "z"),
		bind(openLog, "!", "log", "message log: every notice and error of this run, with its hint", everywhere, "!"),
		bind(openHelp, "?", "help", "this help", everywhere, "?"),
		bind(closeTop, "esc", "", "close what is open, or dismiss the notice", everywhere, "esc"),
		bind(quit, "q", "quit", "quit, when what is under way is finished and the clipboard cleared", everywhere, "q"),
		bind(forceQuit, "ctrl+c", "", "quit; pressed again it does not wait", everywhere, "ctrl+c"),
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
		for _, key := range b.Keys() {
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
			return b.show()
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
		for k := range strings.FieldsSeq(b.show()) {
			keys = append(keys, "`"+k+"`")
		}
		out = append(out, KeyRow{Keys: strings.Join(keys, " "), Does: b.does()})
	}
	return out
}
