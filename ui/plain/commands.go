package plain

import (
	"slices"
	"strings"
	"unicode"

	"lanyard/text"
	"lanyard/ui/keys"
)

// command is a command of the line mode.
type command struct {
	word   string
	letter string // a short name
	alias  string // another name; ""
	args   string
	help   string
	run    func(p *face, args string)
}

func commands() []command {
	return []command{
		{"apps", "a", "applications", "",
			"list the applications with their numbers, by environment", (*face).listApps},
		{"tokens", "t", "", "[SCOPE] [all]",
			"list the tokens with their numbers, by time left; all lists every one that is over",
			(*face).listTokens},
		{"all", "", "", "", "list all tokens of all applications", (*face).listAll},
		{"use", "", "", "[SCOPE]",
			"choose what tokens and gateway list, and the application that get is for",
			(*face).use},
		{"get", "g", "", "APPLICATION", "get a token", (*face).get},
		{"renew", "r", "", "TOKEN", "refresh a token, or ask anew; says which it did",
			(*face).renew},
		{"revoke", "x", "", "TOKEN", "revoke a token; there is time to undo", (*face).revoke},
		{"forget", "", "", "TOKEN|APPLICATION|over|MARK",
			"remove what is over from the store, or dismiss a request whose answer was never seen",
			(*face).forget},
		{"undo", "u", "", "[TOKEN]",
			"take back what was revoked last, or one token's revoke, while it was not sent",
			(*face).undo},
		{"copy", "y", "", "TOKEN", "copy a token to the clipboard", (*face).copy},
		{"probe", "p", "", "TOKEN", "ask the gateway whether it lets a token through",
			(*face).probe},
		{"inspect", "i", "show", "TOKEN",
			"tell all that is known of a token, and what each verb would do to it",
			(*face).inspect},
		{"gateway", "", "", "",
			"list only what was revoked or replaced and may still pass the gateway",
			(*face).listGateway},
		{"log", "l", "", "[TOKEN|APPLICATION|all]", "tell what happened, the last 20 things or all",
			(*face).listLog},
		{"cancel", "", "", "[APPLICATION]", "give up waiting for a person to sign in",
			(*face).cancel},
		{"wait", "", "", "", "wait until every revoke that was decided is sent", (*face).wait},
		{"unlock", "", "", "", "open the store's secrets with the passphrase", (*face).unlock},
		{"out", "", "", "",
			"write what this lanyard holds to a new directory, where its store was replaced or " +
				"deleted", (*face).writeOut},
		{"help", "?", "", "", "tell the commands", (*face).help},
		{"quit", "q", "exit", "", "finish what is under way and leave", (*face).quit},
	}
}

// isCapital reports whether a word is one capital letter. On the screen that is a key of its own,
// so it stands for no command: P, for example, probes until the token is dead.
func isCapital(word string) bool { return len(word) == 1 && word[0] >= 'A' && word[0] <= 'Z' }

// find returns the command that a word names: by its name, by its letter or by an unambiguous
// prefix. If the prefix is ambiguous, it returns the possible names.
func find(word string) (c command, several []string) {
	if isCapital(word) {
		return command{}, nil
	}
	word = strings.ToLower(word)
	for _, c := range commands() {
		if word == c.word || word == c.letter || word == c.alias {
			return c, nil
		}
	}
	for _, o := range commands() {
		if strings.HasPrefix(o.word, word) || strings.HasPrefix(o.alias, word) {
			c = o
			several = append(several, o.word)
		}
	}
	if len(several) == 1 {
		return c, nil
	}
	return command{}, several
}

// handleLine carries out a line: an answer to a question, a command, or the result of a sign-in.
func (p *face) handleLine(l inputLine) {
	p.lineRequested = false
	p.answering = true
	text := strings.TrimSpace(l.text)
	if l.end {
		p.leave()
		return
	}
	if q := p.question; q != nil {
		p.question = nil
		if yes := q.answers[strings.ToLower(text)]; yes != nil && !l.tooLong {
			yes()
		} else {
			p.out.say("%s", q.no)
		}
		return
	}
	if !l.tooLong &&
		(strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") ||
			strings.Contains(text, "=")) && p.answerSignIn(text) {
		return
	}
	word, args, _ := strings.Cut(text, " ")
	args = strings.Join(strings.Fields(args), " ")
	switch {
	case l.tooLong:
		p.out.say("That line is longer than any command; nothing was done.")
		return
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }):
		p.out.say("That line holds control characters, as arrow keys send them; nothing was done.")
		return
	case text == "":
		return
	}
	c, several := find(word)
	switch {
	case c.run != nil && c.args == "" && args != "":
		p.out.say("%s takes nothing after it; nothing was done.", c.word)
	case c.run != nil:
		c.run(p, args)
	case len(several) > 1:
		p.out.say("%s may be %s: type more of it.", word, orList(several))
	case args == "" && len(word) >= shortestCode && p.answerSignIn(text): // a code without its URL
	default:
		p.out.say("%s", unknown(word))
	}
}

// shortestCode is the least number of characters of a word that may be an authorization code.
const shortestCode = 8

// orList joins words: "a, b or c".
func orList(words []string) string {
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " or " + words[n]
}

// quoted returns a word in quotes. It does not repeat a long word, which may be a token that was
// pasted.
func quoted(word string) string {
	if len(word) > 16 {
		return "of that name"
	}
	return `"` + word + `"`
}

// instead returns the command that does what a usual word for it says, or "".
func instead(word string) string {
	switch strings.ToLower(word) {
	case "kill":
		return "revoke"
	case "delete", "remove", "rm":
		return "revoke or forget"
	case "new", "create", "request", "fetch":
		return "get"
	case "refresh":
		return "renew"
	case "ls", "list":
		return "tokens"
	case "scope", "select", "environment", "env", "cd":
		return "use"
	case "info", "details", "describe":
		return "inspect"
	case "history", "events", "activity":
		return "log"
	case "check", "test", "try":
		return "probe"
	case "clip", "clipboard", "paste":
		return "copy"
	}
	return ""
}

// onScreen reports whether a word names something that the lines do not have.
func onScreen(word string) bool {
	return slices.Contains([]string{
		"add", "edit", "import", "mark", "filter", "find", "sort", "theme", "zoom", "presenter",
		"reveal", "adopt", "introspect",
	}, strings.ToLower(word))
}

// capital returns the answer to a capital letter: what it is on the screen, and the command of the
// small letter.
func capital(word string) string {
	answer := "There is no command " + quoted(word)
	for _, row := range keys.Default() {
		if slices.Contains(row.Keys, word) {
			answer += " in lines; on the screen it is " + strings.TrimSuffix(row.Word, " …")
			if row.Act == keys.ProbeUntilDead {
				answer += ", in the shell lanyard probe TOKEN --until-dead"
			}
		}
	}
	if c, _ := find(strings.ToLower(word)); c.run != nil {
		answer += "; " + strings.ToLower(word) + " is " + c.word
	}
	return answer + ". Type help for all."
}

// unknown returns the answer to a word that is not a command.
func unknown(word string) string {
	if does := instead(word); does != "" {
		return "There is no command " + quoted(word) + "; " + does +
			" does that. Type help for all."
	}
	if isCapital(word) {
		return capital(word)
	}
	if onScreen(word) {
		return "There is no command " + quoted(word) +
			" in lines. It is on the screen, which is lanyard without --plain."
	}
	var words []string
	full := map[string]string{}
	for _, c := range commands() {
		words = append(words, c.word, c.alias)
		full[c.word], full[c.alias] = c.word, c.word
	}
	answer := "There is no command " + quoted(word)
	if near := text.Nearest(word, words); near != "" {
		answer += "; the nearest is " + full[near]
	}
	return answer + ". Type help for all."
}

func (p *face) help(string) {
	for _, c := range commands() {
		name := c.word
		if c.args != "" {
			name += " " + c.args
		}
		if c.letter != "" && c.letter != c.word[:1] {
			name += " (or " + c.letter + ")"
		}
		p.out.say("%s: %s.", name, c.help)
	}
	p.out.say("The beginning of a word will do where no other begins so, and so does its small " +
		"letter on the screen: g, r, x, u, y, p.")
	p.out.say("APPLICATION is its number, such as A1, or name@environment/KEY_TYPE as far as is " +
		"needed. TOKEN is its number, such as 1, the first 4 characters or more of its " +
		"fingerprint, or an application that holds one. SCOPE is an application, the name of an " +
		"environment, or all.")
	p.out.say("Marks, forms, import, filters and themes are on the screen. In the shell: " +
		"lanyard revoke APP --all revokes everything of an application, " +
		"lanyard token APP takes --grant, --scope and --as, " +
		"lanyard import portal URL imports.")
	p.tour.LookedUp()
}
