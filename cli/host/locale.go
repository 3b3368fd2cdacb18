package host

import "strings"

// WantsASCII decides whether the console is drawn in ASCII: by the setting ("true" or "false"), else by what the
// environment says of the terminal and of the character set. Where it says nothing UTF-8 is meant: that is what
// terminals of today have, and many shells in containers set no locale at all.
func WantsASCII(setting string, lookup func(string) (string, bool)) bool {
	switch setting {
	case "true":
		return true
	case "false":
		return false
	}
	term, _ := lookup("TERM")
	for _, poor := range []string{"linux", "vt", "ansi", "cons", "dumb", "cygwin"} { // consoles with the characters of a PC
		if strings.HasPrefix(term, poor) {
			return true
		}
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that says something holds (POSIX, 8.2)
		locale, _ := lookup(name)
		if locale == "" {
			continue
		}
		set := strings.ReplaceAll(strings.ToLower(locale), "-", "")
		return !strings.Contains(set, "utf8")
	}
	return false
}
