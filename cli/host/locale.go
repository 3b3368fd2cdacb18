package host

import "strings"

// WantsASCII reports whether the console is drawn in ASCII. The setting "true" or "false" decides;
// otherwise TERM and the locale do. Without a locale it is UTF-8: terminals support it, and many
// shells in containers set no locale.
func WantsASCII(setting string, lookup func(string) (string, bool)) bool {
	switch setting {
	case "true":
		return true
	case "false":
		return false
	}
	term, _ := lookup("TERM")
	for _, poor := range []string{"linux", "vt", "ansi", "cons", "dumb", "cygwin"} {
		// consoles with a limited character set
		if strings.HasPrefix(term, poor) {
			return true
		}
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		// the first that is set wins (POSIX, 8.2)
		locale, _ := lookup(name)
		if locale == "" {
			continue
		}
		set := strings.ReplaceAll(strings.ToLower(locale), "-", "")
		return !strings.Contains(set, "utf8")
	}
	return false
}
