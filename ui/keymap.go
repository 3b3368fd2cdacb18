package ui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
)

// action is what a key means, before anybody knows where it was pressed.
type action int

const (
	none action = iota
	// What is done to tokens.
	doGet
	doRenew
	doRevoke
	doUndo
	doCopy
	doProbe
	inspect
	doMark
	reveal
	chooseGet
	chooseCopy
	probeOn
	revokeAll
	dismissMark
	forgetOver
	// What is done to applications.
	addApp
	editApp
	deleteApp
	adoptToken
	importApps
	// Moving about.
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
	// What is shown, and how.
	filterRows
	hideDead
	unmarkAll
	sortState
	sortLeft
	sortIssued
	sortToken
	sortWho
	sortScopes
	pickTheme
	togglePresenter
	toggleMouse
	// Lanyard itself.
	unlockSecrets
	writeOut
	openPalette
	openLog
	openHelp
	suspend
	closeTop
	quit
	forceQuit
)

// section is a chapter of the help.
type section int

const (
	onTokens section = iota
	onApps
	moving
	showing
	itself
)

func (a action) section() section {
	switch {
	case a < addApp:
		return onTokens
	case a < moveUp:
		return onApps
	case a < filterRows:
		return moving
	case a < unlockSecrets:
		return showing
	}
	return itself
}

func (s section) String() string {
	return [...]string{"Tokens", "Applications", "Moving", "What is shown", "Lanyard"}[s]
}

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

// binding ties keys to an action and says in words what it does: the footer, the help, the palette and the README
// are made from these rows and cannot say anything else.
type binding struct {
	key.Binding // the keys, as they are pressed and as a person reads them, and what they do
	act         action
	name        string // in the configuration, [keys]
	word        string // what it is called in a few words
	foot        bool   // the footer offers it
	where       places
}

// bind makes a row. keys are separated by spaces, as they are pressed; none: it is in the palette alone.
func bind(act action, name, keys, word, does string, where places) binding {
	pressed := strings.Fields(keys)
	show := make([]string, len(pressed))
	for i, k := range pressed {
		show[i] = shownKeyName(k)
	}
	return binding{Binding: key.NewBinding(key.WithKeys(pressed...), key.WithHelp(strings.Join(show, " "), does)), act: act, name: name, word: word, where: where}
}

// inFooter lets the footer offer it.
func (b binding) inFooter() binding {
	b.foot = true
	return b
}

// shownKeyName is how a person reads the name of a key.
func shownKeyName(k string) string {
	switch k {
	case "up":
		return "↑"
	case "down":
		return "↓"
	case "left":
		return "←"
	case "right":
		return "→"
	case "pgdown":
		return "pgdn"
	}
	return k
}

func (b binding) show() string { return b.Help().Key }

func (b binding) does() string { return b.Help().Desc }

// defaultKeys are all actions there are, each with its usual keys, in the order in which the footer offers them.
func defaultKeys() []binding {
	const onToken = inApps | inTokens | inGateway
	return []binding{
		bind(doGet, "get", "g", "get", "get a token with the application's usual grant", everywhere).inFooter(),
		bind(doRenew, "renew", "r", "renew", "renew: refresh if it can be, else ask again; says which it did", onToken).inFooter(),
		bind(doRevoke, "revoke", "x", "revoke", "revoke, after the undo window; asks first in a production environment", onToken).inFooter(),
		bind(doUndo, "undo", "u", "undo", "undo the revokes decided with the selected one, else the last ones", everywhere).inFooter(),
		bind(doCopy, "copy", "y", "copy", "copy the access token; cleared later if it is still there", onToken).inFooter(),
		bind(doProbe, "probe", "p", "probe", "probe: call the application's probe URL with this token, once", onToken).inFooter(),
		bind(inspect, "inspect", "enter", "inspect", "look inside: a token, or a call in Activity", everywhere).inFooter(),
		bind(filterRows, "filter", "/", "filter", "filter the rows of this pane while you type", everywhere).inFooter(),
		bind(openPalette, "commands", ":", "commands", "every action by name, with its key", everywhere).inFooter(),
		bind(zoom, "zoom", "z", "zoom", "give the focused pane the whole screen, and take it back", everywhere).inFooter(),
		bind(openLog, "messages", "!", "log", "message log: every notice and error of this run, with its hint", everywhere).inFooter(),
		bind(doMark, "mark", "space", "mark", "mark or unmark; the verbs then act on all that are marked", onToken),
		bind(reveal, "reveal", "v", "reveal", "show the access token itself for a few seconds", onToken),
		bind(chooseGet, "get_with", "G", "get with …", "get with a grant, scopes and user of your choice", everywhere),
		bind(chooseCopy, "copy_as", "Y", "copy as …", "copy as: header, curl, env, JSON, .http, or another token", onToken),
		bind(probeOn, "probe_until_dead", "P", "probe until dead", "keep probing until the gateway refuses it; again to stop", onToken),
		bind(revokeAll, "revoke_all", "X", "revoke all", "revoke everything this application holds; asks for the count", onToken),
		bind(dismissMark, "dismiss_lost_answer", "", "dismiss a lost answer", "dismiss the mark of an answer that was never seen; asks first", onToken),
		bind(forgetOver, "forget_over", "", "forget what is over", "remove what is dead, superseded or expired; asks first", everywhere),
		bind(addApp, "add_application", "a", "add application", "add an application", everywhere),
		bind(editApp, "edit_application", "e", "edit application", "edit the application", everywhere),
		bind(deleteApp, "delete_application", "D", "delete application", "delete the application; its tokens stay until they are revoked", everywhere),
		bind(adoptToken, "adopt_token", "", "adopt a token", "take over a token from elsewhere, to watch or revoke it", everywhere),
		bind(importApps, "import", "", "import applications", "import applications: from a developer portal, a curl line or an .env file", everywhere),
		bind(moveUp, "up", "up k", "up", "move up", everywhere),
		bind(moveDown, "down", "down j", "down", "move down", everywhere),
		bind(moveLeft, "left", "left h", "left", "to the left (small screens: the previous application)", everywhere),
		bind(moveRight, "right", "right l", "right", "to the right (small screens: the next application)", everywhere),
		bind(pageUp, "page_up", "pgup ctrl+b", "page up", "a page up", everywhere),
		bind(pageDown, "page_down", "pgdown ctrl+f", "page down", "a page down", everywhere),
		bind(goHome, "first", "home", "first row", "to the first row", everywhere),
		bind(goEnd, "last", "end", "last row", "to the last row", everywhere),
		bind(nextPane, "next_pane", "tab", "next pane", "to the next pane", everywhere),
		bind(prevPane, "previous_pane", "shift+tab", "previous pane", "to the previous pane", everywhere),
		bind(paneApps, "applications", "1", "Applications", "to Applications", everywhere),
		bind(paneTokens, "tokens", "2", "Tokens", "to Tokens", everywhere),
		bind(paneGateway, "gateway_cache", "3", "Gateway cache", "to Gateway cache", everywhere),
		bind(paneActivity, "activity", "4", "Activity", "to Activity", everywhere),
		bind(hideDead, "hide_dead", "f", "hide the dead", "show or hide tokens that are dead, superseded or expired", everywhere),
		bind(unmarkAll, "unmark_all", "", "unmark all", "take every mark away", everywhere),
		bind(sortState, "sort_by_state", "", "sort by state", "sort tokens: living first, newest first", everywhere),
		bind(sortLeft, "sort_by_left", "", "sort by time left", "sort tokens by the time they have left", everywhere),
		bind(sortIssued, "sort_by_issued", "", "sort by age", "sort tokens by when they were issued", everywhere),
		bind(sortToken, "sort_by_fingerprint", "", "sort by fingerprint", "sort tokens by fingerprint", everywhere),
		bind(sortWho, "sort_by_user", "", "sort by user", "sort tokens by user", everywhere),
		bind(sortScopes, "sort_by_scopes", "", "sort by scopes", "sort tokens by scopes", everywhere),
		bind(pickTheme, "theme", "", "choose a theme", "choose a theme, with a preview", everywhere),
		bind(togglePresenter, "presenter", "", "presenter mode", "no secret, key, user or host on the screen, and a big countdown", everywhere),
		bind(toggleMouse, "mouse", "", "mouse", "give the mouse to the terminal to select text, or take it back", everywhere),
		bind(unlockSecrets, "unlock", "", "unlock the secrets", "unlock the stored secrets with their passphrase", everywhere),
		bind(writeOut, "write_out", "", "write out", "write what this console holds to a new directory, where its store was replaced or deleted", everywhere),
		bind(openHelp, "help", "?", "help", "this help", everywhere),
		bind(suspend, "suspend", "ctrl+z", "suspend", "leave the terminal to the shell; fg comes back", everywhere),
		bind(closeTop, "close", "esc", "close", "close what is open, or dismiss the notice", everywhere),
		bind(quit, "quit", "q", "quit", "quit, when what is under way is finished and the clipboard cleared", everywhere).inFooter(),
		bind(forceQuit, "quit_now", "ctrl+c", "quit now", "quit; pressed again it does not wait", everywhere),
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
	i, ok := k.by[k.meant(msg)]
	if !ok {
		return binding{}, false
	}
	return k.rows[i], true
}

// yes is the key that answers a question with yes: none that opens one, or pressing that twice would be an answer.
func (k keymap) yes() string {
	for _, key := range []string{"y", "j", "o", "s"} {
		if i, bound := k.by[key]; !bound || !slices.Contains([]action{doGet, doRenew, doRevoke, revokeAll, deleteApp}, k.rows[i].act) {
			return key
		}
	}
	return "f12" // somebody has put each of them on one of these
}

// key is how the first key of an action is written; "" when it has none.
func (k keymap) key(a action) string {
	first, _, _ := strings.Cut(k.row(a).show(), " ")
	return first
}

// hint tells somebody to press the key of an action, and what that brings.
func (k keymap) hint(a action, brings string) string { return k.way(a) + " " + brings }

// way is how an action is done: by its first key or, without one, by its word in the palette.
func (k keymap) way(a action) string {
	if key := k.key(a); key != "" {
		return key
	}
	return strings.TrimSpace(k.key(openPalette) + " " + k.row(a).word)
}

// face is how the screen names what can be done: by the keys that it is on.
func (k keymap) face() console.Face {
	return console.Face{
		Edits: k.hint(editApp, "edits"),
		Name: func(a console.Act, _ string) string {
			for _, b := range k.rows {
				if b.name == string(a) {
					return k.way(b.act)
				}
			}
			return string(a)
		},
	}
}

// selects tells somebody to select a row.
func (k keymap) selects() string { return k.list(moveUp, moveDown) + " select one" }

// list is how the keys of actions are written one after the other; the word of those that have none.
func (k keymap) list(acts ...action) string {
	keys := make([]string, len(acts))
	for i, a := range acts {
		keys[i] = cmp.Or(k.key(a), k.row(a).word)
	}
	return strings.Join(keys, " ")
}

// row is the binding of an action.
func (k keymap) row(a action) binding {
	for _, b := range k.rows {
		if b.act == a {
			return b
		}
	}
	return binding{}
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
		if len(keys) == 0 {
			continue // the palette has it
		}
		out = append(out, KeyRow{Keys: strings.Join(keys, " "), Does: b.does()})
	}
	return out
}
