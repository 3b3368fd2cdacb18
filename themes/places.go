package themes

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// place is where something stands in a file, both from 1; the column counts characters. Line 0 is nowhere.
type place struct{ line, column int }

// spot is where a key stands and where its value begins.
type spot struct{ key, value place }

// places knows where the keys of a theme stand, by "about" or "dark.quiet". The TOML library does not tell.
type places map[string]spot

// find looks for the keys line by line. A theme has one on each: what is written in another way that TOML allows
// (a table in braces, several lines of text) is placed where it begins.
func find(text string) places {
	found := places{}
	table, quote := "", ""
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		if quote != "" { // inside a text of several lines
			if strings.Contains(line, quote) {
				quote = ""
			}
			continue
		}
		trimmed := strings.TrimLeft(line, " \t")
		lead := utf8.RuneCountInString(line[:len(line)-len(trimmed)]) + 1
		if strings.HasPrefix(trimmed, "[") {
			name, _, _ := strings.Cut(strings.TrimLeft(trimmed, "["), "]")
			table = strings.Join(keyParts(name), ".")
			found.add(table, spot{place{n, lead}, place{n, lead}})
			continue
		}
		key, value, ok := strings.Cut(trimmed, "=")
		if !ok || strings.HasPrefix(trimmed, "#") {
			continue
		}
		parts := keyParts(key)
		if table != "" {
			parts = append([]string{table}, parts...)
		}
		at := lead + utf8.RuneCountInString(key) + 1 + len(value) - len(strings.TrimLeft(value, " \t"))
		sp := spot{place{n, lead}, place{n, at}}
		found.add(strings.Join(parts, "."), sp)
		found.add(parts[0], sp)
		value = strings.TrimLeft(value, " \t")
		if strings.HasPrefix(value, "{") {
			for _, pair := range strings.Split(strings.Trim(value, "{} \r"), ",") {
				inner, _, _ := strings.Cut(pair, "=")
				found.add(strings.Join(append(parts, keyParts(inner)...), "."), sp)
			}
		}
		for _, q := range []string{`"""`, `'''`} {
			if strings.HasPrefix(value, q) && !strings.Contains(value[3:], q) {
				quote = q
			}
		}
	}
	return found
}

func (p places) add(path string, sp spot) {
	if _, ok := p[path]; !ok {
		p[path] = sp
	}
}

// keyParts takes a dotted key apart.
func keyParts(key string) []string {
	parts := strings.Split(key, ".")
	for i, p := range parts {
		p = strings.TrimSpace(p)
		if u, err := strconv.Unquote(p); err == nil {
			parts[i] = u
			continue
		}
		parts[i] = strings.Trim(p, `"'`)
	}
	return parts
}
