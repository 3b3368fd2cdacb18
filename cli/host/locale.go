package host

import "strings"

// WantsASCII reports whether the console is drawn in ASCII: as the setting says ("true" or
// "false"), else as the environment says of the terminal and of the character set. If that says
// nothing, UTF-8 is meant: terminals of today have it, and many shells in containers set no locale.
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
