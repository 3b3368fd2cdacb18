// Package keys defines the screen's actions, and the keymap that binds keys to them.
//
// Each row of the table is a [Binding]: an [Action] with its name in the configuration, its keys
// and a description. The footer, the help, the palette and the README are made from these rows.
// [Default] returns the usual bindings. [Choose] changes their keys as the configuration says, and
// reports keys that clash. [New] makes the [Map] in which the screen looks up keys.
//
// Keys are named as Bubble Tea names them, such as "ctrl+r" or "pgdown". The package imports no
// terminal library, so that the configuration and the commands can name keys. Package ui matches a
// key press to a name.
package keys

import (
	"cmp"
	"slices"
	"strings"

	"lanyard/console"
)

// Action is the meaning of a key. Package ui performs it.
type Action int

// The actions, in the order of the sections of the help.
const (
	None Action = iota
	// Actions on tokens.
	Get
	Renew
	Revoke
	Undo
	Copy
	Probe
	Inspect
	Mark
	ShowToken
	GetWith
	CopyAs
	ProbeUntilDead
	Introspect
	RevokeAll
	DismissLost
	ForgetOver
	// Actions on applications.
	AddApp
	EditApp
	DeleteApp
	AdoptToken
	Import
	// Moving the cursor and the focus.
	Up
	Down
	Left
	Right
	PageUp
	PageDown
	First
	Last
	NextPane
	PreviousPane
	Applications
	Tokens
	Selected
	Activity
	Zoom
	// Changing the view.
	Filter
	HideDead
	UnmarkAll
	SortLeft
	SortIssued
	SortFingerprint
	SortUser
	SortScopes
	Theme
	Presenter
	Mouse
	Traffic // in a demo only
	// Actions on the program.
	Unlock
	WriteOut
	Commands
	Messages
	Help
	Suspend
	Close
	Quit
	QuitNow
)

// Section is a section of the help.
type Section int

// The sections.
const (
	OnTokens Section = iota
	OnApplications
	Moving
	Showing
	Itself
)

// Section returns the section of the help that describes the action.
func (a Action) Section() Section {
	switch {
	case a < AddApp:
		return OnTokens
	case a < Up:
		return OnApplications
	case a < Filter:
		return Moving
	case a < Unlock:
		return Showing
	}
	return Itself
}

// String returns the heading of the section.
func (s Section) String() string {
	return [...]string{"Tokens", "Applications", "Moving", "What is shown", "Lanyard"}[s]
}

// Places is a set of panes in which a key works.
type Places uint8

// The panes.
const (
	InApplications Places = 1 << iota
	InTokens
	InSelected
	InActivity
	Everywhere = InApplications | InTokens | InSelected | InActivity
)

// Binding binds keys to an action, and describes the action in words.
type Binding struct {
	Act   Action
	Name  string   // name in the configuration, under [keys]
	Keys  []string // names of keys; with none it is in the palette only
	Word  string   // a short name for the person
	Brief string   // the name in the footer; "" if it is Word
	Does  string   // a description for the person
	Also  string   // words by which a person may look for it; they are not shown
	Where Places   // the panes in which it works
}

// bind returns a binding. pressed are names of keys, separated by spaces.
func bind(act Action, name, pressed, word, does string, where Places) Binding {
	return Binding{
		Act: act, Name: name, Keys: strings.Fields(pressed), Word: word, Does: does, Where: where,
	}
}

// brief returns the binding with Brief set.
func (b Binding) brief(word string) Binding {
	b.Brief = word
	return b
}

// also returns the binding with Also set.
func (b Binding) also(words string) Binding {
	b.Also = words
	return b
}

// Shown returns the keys as the person reads them, separated by spaces.
func (b Binding) Shown() string { return Shown(strings.Join(b.Keys, " ")) }

// Shown returns names of keys, separated by spaces, as the person reads them.
func Shown(names string) string {
	shown := strings.Fields(names)
	for i, k := range shown {
		shown[i] = shownKeyName(k)
	}
	return strings.Join(shown, " ")
}

// shownKeyName returns the name of a key as the person reads it.
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

// Default returns the bindings of all actions with their usual keys, in the order of the footer.
func Default() []Binding {
	const onToken = InApplications | InTokens | InSelected
	return []Binding{
		bind(Get, "get", "g", "get", "get a token with the application's usual grant",
			Everywhere).
			also("fetch new request issue obtain login sign in access token"),
		bind(Renew, "renew", "r", "renew",
			"refresh the token, or request a new one; a notice says which", onToken).
			also("refresh rotate extend replace"),
		bind(Revoke, "revoke", "x", "revoke",
			"revoke, after the undo window; asks first in a production environment",
			onToken).also("kill delete invalidate remove end expire logout cancel"),
		bind(Undo, "undo", "u", "undo",
			"undo this revoke and those decided with it, or the last ones",
			Everywhere).also("take back cancel"),
		bind(Copy, "copy", "y", "copy",
			"copy the access token; the system clipboard is cleared later",
			onToken).also("clipboard yank bearer"),
		bind(Probe, "probe", "p", "probe",
			"probe: call the application's probe URL with this token, once", onToken).
			also("test try call check ping curl"),
		bind(Inspect, "inspect", "enter", "open",
			"show everything about a token, or about a call in Activity", Everywhere).
			also("token info claims jwt decode introspect details open full view"),
		bind(Filter, "filter", "/", "find", "find applications and tokens while you type",
			Everywhere).
			also("find search"),
		bind(Commands, "commands", ":", "commands", "list every action, with its key",
			Everywhere).also("palette actions menu"),
		bind(Zoom, "zoom", "z", "zoom", "show the focused pane alone, or all panes again",
			Everywhere).also("full screen maximize enlarge"),
		bind(Messages, "messages", "!", "log",
			"message log: every notice and error of this run, with its hint",
			Everywhere).also("log errors notices history"),
		bind(Mark, "mark", "space", "mark",
			"mark or unmark the token, move on; actions apply to all marked",
			onToken).also("select tick choose multiple bulk"),
		bind(ShowToken, "reveal", "v", "reveal", "show the access token itself for a few seconds",
			onToken).also("show unmask plain text see token"),
		bind(GetWith, "get_with", "G", "get with …",
			"get a token with a grant, scopes and user of your choice", Everywhere).
			brief("get with…").also("grant scopes user password"),
		bind(CopyAs, "copy_as", "Y", "copy as …",
			"copy as header, curl, env, JSON or .http, or copy another token", onToken).
			brief("copy as").also("clipboard header curl env json bearer refresh token id token"),
		bind(ProbeUntilDead, "probe_until_dead", "P", "probe until dead",
			"probe until the gateway refuses the token; press again to stop", onToken).
			brief("until dead").also("watch poll loop wait"),
		bind(Introspect, "introspect", "I", "introspect",
			"ask the key manager whether the token is active (RFC 7662)", onToken).
			also("active server key manager"),
		bind(RevokeAll, "revoke_all", "X", "revoke all",
			"revoke every token of this application; asks for their number", onToken).
			also("kill all delete all invalidate all"),
		bind(DismissLost, "dismiss_lost_answer", "", "dismiss a lost answer",
			"dismiss the mark of a lost answer; asks first", onToken).also("unsure clear"),
		bind(ForgetOver, "forget_over", "", "forget what is over",
			"remove tokens that are dead, replaced or expired; asks first", Everywhere).
			also("clean up purge prune clear history delete dead"),
		bind(AddApp, "add_application", "a", "add application", "add an application", Everywhere).
			brief("add").also("new application create client register"),
		bind(EditApp, "edit_application", "e", "edit application", "edit the application",
			Everywhere).brief("edit").
			also("change settings rename secret client credentials url headers"),
		bind(DeleteApp, "delete_application", "D", "delete application",
			"delete the application; its tokens stay until they are revoked", Everywhere).
			also("remove application"),
		bind(AdoptToken, "adopt_token", "", "adopt a token",
			"add a token from elsewhere, to watch or revoke it", Everywhere).
			also("leak leaked paste token foreign existing"),
		bind(Import, "import", "i", "import applications",
			"import applications: from a developer portal, a curl line or an .env file",
			Everywhere).
			brief("import").also("portal wso2 devportal curl env file paste load"),
		bind(Up, "up", "up k", "up", "move up", Everywhere),
		bind(Down, "down", "down j", "down", "move down", Everywhere),
		bind(Left, "left", "left h", "left",
			"to the pane on the left", Everywhere),
		bind(Right, "right", "right l", "right",
			"to the pane on the right", Everywhere),
		bind(PageUp, "page_up", "pgup ctrl+b", "page up", "a page up", Everywhere),
		bind(PageDown, "page_down", "pgdown ctrl+f", "page down", "a page down", Everywhere),
		bind(First, "first", "home", "first row", "to the first row; in Applications it is All",
			Everywhere),
		bind(Last, "last", "end", "last row", "to the last row", Everywhere),
		bind(NextPane, "next_pane", "tab", "next pane", "to the next pane", Everywhere),
		bind(PreviousPane, "previous_pane", "shift+tab", "previous pane", "to the previous pane",
			Everywhere),
		bind(Applications, "applications", "1", "Applications", "to Applications", Everywhere),
		bind(Tokens, "tokens", "2", "Tokens", "to Tokens", Everywhere),
		bind(Selected, "selected", "3", "Selected", "to Selected", Everywhere).
			also("details token"),
		bind(Activity, "activity", "4", "Activity", "to Activity", Everywhere),
		bind(HideDead, "hide_dead", "f", "hide what is over",
			"show or hide tokens that are dead, replaced or expired", Everywhere).
			also("over expired show dead collapse"),
		bind(UnmarkAll, "unmark_all", "", "unmark all", "remove every mark", Everywhere).
			also("deselect clear marks"),
		bind(SortLeft, "sort_by_left", "", "sort by time left",
			"sort tokens by time left", Everywhere),
		bind(SortIssued, "sort_by_issued", "", "sort by age",
			"sort tokens by time of issue", Everywhere),
		bind(SortFingerprint, "sort_by_fingerprint", "", "sort by fingerprint",
			"sort tokens by fingerprint", Everywhere),
		bind(SortUser, "sort_by_user", "", "sort by user", "sort tokens by user", Everywhere),
		bind(SortScopes, "sort_by_scopes", "", "sort by scopes", "sort tokens by scopes",
			Everywhere),
		bind(Theme, "theme", "T", "choose a theme", "choose a theme, with a preview", Everywhere).
			also("colour color palette dark light appearance scheme"),
		bind(Presenter, "presenter", "ctrl+o", "presenter mode",
			"show one token large, and hide secrets, keys, users and hosts", Everywhere).
			also("hide obs screen share demo projector redact mask secrets beamer"),
		bind(Mouse, "mouse", "", "mouse",
			"let the terminal select text with the mouse, or use the mouse here", Everywhere).
			also("click select text terminal selection"),
		bind(Traffic, "traffic", "t", "traffic",
			"in the demo: pause the client that calls the API, or let it go on", Everywhere).
			also("client load calls pause stop"),
		bind(Unlock, "unlock", "U", "unlock the secrets",
			"unlock the stored secrets with their passphrase", Everywhere).
			brief("unlock").also("passphrase password decrypt open store key"),
		bind(WriteOut, "write_out", "", "write out",
			"write the data of this console to a new directory, if its store was replaced or "+
				"deleted", Everywhere).also("save export rescue"),
		bind(Help, "help", "?", "help", "show this help", Everywhere).
			also("keys shortcuts bindings manual cheat sheet"),
		bind(Suspend, "suspend", "ctrl+z", "suspend",
			"suspend the console; fg in the shell resumes it", Everywhere).also("background shell"),
		bind(Close, "close", "esc", "close",
			"close what is open: the box, the marks, the find, the zoom", Everywhere).
			also("cancel back dismiss leave"),
		bind(Quit, "quit", "q", "quit",
			"quit, after running work is finished and the clipboard is cleared",
			Everywhere).also("exit leave close"),
		bind(QuitNow, "quit_now", "ctrl+c", "quit now", "quit; a second press does not wait",
			Everywhere).also("exit kill abort force"),
	}
}

// Without returns the bindings without an action.
func (rows Bindings) Without(a Action) Bindings {
	if rows == nil {
		rows = Default()
	}
	return slices.DeleteFunc(slices.Clone(rows), func(b Binding) bool { return b.Act == a })
}

// Map finds the binding of a key.
type Map struct {
	Rows []Binding
	by   map[string]int // index in Rows by the name of a key
}

// New returns the map of some bindings; nil are those of [Default].
func New(rows Bindings) Map {
	if rows == nil {
		rows = Default()
	}
	m := Map{Rows: rows, by: map[string]int{}}
	for i, b := range rows {
		for _, k := range b.Keys {
			m.by[k] = i
		}
	}
	return m
}

// Bindings are the bindings of all actions; nil are those of [Default].
type Bindings []Binding

// Find returns the binding of a key, and whether there is one.
func (m Map) Find(key string) (Binding, bool) {
	i, ok := m.by[key]
	if !ok {
		return Binding{}, false
	}
	return m.Rows[i], true
}

// Yes returns the key that answers a question with yes. It is not a key that opens a question:
// pressed twice, that would answer it.
func (m Map) Yes() string {
	for _, key := range []string{"y", "j", "o", "s"} {
		if i, bound := m.by[key]; !bound ||
			!slices.Contains([]Action{Get, Renew, Revoke, RevokeAll, DeleteApp}, m.Rows[i].Act) {
			return key
		}
	}
	return "f12" // each of these keys opens a question
}

// Key returns the first key of an action as the person reads it; "" if it has none.
func (m Map) Key(a Action) string {
	if pressed := m.Row(a).Keys; len(pressed) > 0 {
		return shownKeyName(pressed[0])
	}
	return ""
}

// ByShown returns the action with a first key that is shown so, as [Map.Key] returns it.
func (m Map) ByShown(key string) Action {
	for _, b := range m.Rows {
		if key != "" && m.Key(b.Act) == key {
			return b.Act
		}
	}
	return None
}

// Hint returns how to perform an action, followed by what that does: "u undoes it".
func (m Map) Hint(a Action, brings string) string { return m.Way(a) + " " + brings }

// Way returns how to perform an action: its first key, or the key of the palette and the action's
// word.
func (m Map) Way(a Action) string {
	if key := m.Key(a); key != "" {
		return key
	}
	return strings.TrimSpace(m.Key(Commands) + " " + m.Row(a).Word)
}

// Face returns how sentences of package console name actions on the screen: by their keys.
func (m Map) Face() console.Face {
	return console.Face{
		Edits: m.Hint(EditApp, "edits"),
		Name: func(a console.Act, _ string) string {
			for _, b := range m.Rows {
				if b.Name == string(a) {
					return m.Way(b.Act)
				}
			}
			return string(a)
		},
	}
}

// Selects returns the hint to select a row.
func (m Map) Selects() string { return m.List(Up, Down) + " select one" }

// List returns the first keys of some actions, separated by spaces. An action without a key is
// listed by its word.
func (m Map) List(acts ...Action) string {
	keys := make([]string, len(acts))
	for i, a := range acts {
		keys[i] = cmp.Or(m.Key(a), m.Row(a).Word)
	}
	return strings.Join(keys, " ")
}

// Row returns the binding of an action.
func (m Map) Row(a Action) Binding {
	for _, b := range m.Rows {
		if b.Act == a {
			return b
		}
	}
	return Binding{}
}
