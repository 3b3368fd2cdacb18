package paste

import (
	"encoding/binary"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// decoded decodes UTF-8 or UTF-16, removes the byte order mark and ends all lines by \n. Windows
// PowerShell 5.1 redirects text as UTF-16.
func decoded(text string) (string, error) {
	if len(text) > 2*maxText+2 {
		return "", errTooLong
	}
	if order := utf16Order(text); order != nil {
		if len(text)%2 != 0 {
			text += "\x00"
		}
		var units []uint16
		for i := 0; i < len(text); i += 2 {
			units = append(units, order.Uint16([]byte(text[i:i+2])))
		}
		text = string(utf16.Decode(units))
	}
	text = strings.TrimLeft(text, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n") // a terminal pastes \n as \r
	switch {
	case len(text) > maxText:
		return "", errTooLong
	case !utf8.ValidString(text):
		return "", refused("that is neither UTF-8 nor UTF-16", saveAsUTF8)
	case strings.ContainsAny(text, "\x00"+absent):
		return "", refused("there are NUL or SUB characters in it", saveAsUTF8)
	}
	return text, nil
}

const saveAsUTF8 = "save it as UTF-8: in PowerShell, Set-Content -Encoding utf8"

var errTooLong = refused("that is too long for a curl line or an .env file", "")

// utf16Order returns the byte order of a text in UTF-16, or nil for any other text. Without a byte
// order mark it recognizes UTF-16 only if most of the text is ASCII.
func utf16Order(text string) binary.ByteOrder {
	switch {
	case strings.HasPrefix(text, "\xff\xfe"):
		return binary.LittleEndian
	case strings.HasPrefix(text, "\xfe\xff"):
		return binary.BigEndian
	}
	var nul [2]int
	for i := range len(text) {
		if text[i] == 0 {
			nul[i%2]++
		}
	}
	switch half := len(text) / 2; {
	case half > 1 && nul[0] == 0 && nul[1] > half/2:
		return binary.LittleEndian
	case half > 1 && nul[1] == 0 && nul[0] > half/2:
		return binary.BigEndian
	}
	return nil
}

// straighten replaces typographic quotes by those of a shell and, outside of quotes, every kind of
// space by a space. It changes nothing between straight quotes.
func straighten(text string) string {
	var out strings.Builder
	rs := []rune(text)
	quote, fancy := rune(0), false
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		straight := r
		if isDouble(r) {
			straight = '"'
		} else if isSingle(r) {
			straight = '\''
		}
		switch {
		case r == '\\' && quote != '\'' && i+1 < len(rs):
			out.WriteRune(r)
			i++
			out.WriteRune(rs[i])
			continue
		case quote == 0 && (straight == '"' || straight == '\''):
			quote, fancy = straight, straight != r
			r = straight
		case quote == 0 && isFormat(r):
			continue
		case quote == 0 && r > unicode.MaxASCII && unicode.IsSpace(r):
			r = ' '
		case fancy && r == '"' && quote == '"' && nextDouble(rs[i+1:]) == closingDouble:
			// A straight quote between typographic ones.
			out.WriteByte('\\')
		case quote != 0 && (r == quote || fancy && straight == quote):
			quote, r = 0, straight
		}
		out.WriteRune(r)
	}
	return out.String()
}

// nextDouble returns the first typographic double quote, or 0.
func nextDouble(rs []rune) rune {
	for _, r := range rs {
		if isDouble(r) {
			return r
		}
	}
	return 0
}

// withoutPrompts removes the prompts from the lines of a text. It takes # before curl for the
// prompt of root only if no other line calls curl, else for a comment. only has just the lines with
// a prompt and their continuations, because the others may be output of commands. It is "" if no
// line has a prompt.
func withoutPrompts(text string) (all, only string) {
	var typed []string
	lines := strings.Split(text, "\n")
	commented := true
	for _, line := range lines {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") && curlWord.MatchString(line) {
			commented = false
		}
	}
	prompted, continued := false, false
	for i, line := range lines {
		was := line
		if strings.HasPrefix(strings.TrimSpace(line), "```") { // fence of Markdown
			lines[i] = ""
			continue
		}
		comment := strings.HasPrefix(strings.TrimSpace(line), "#")
		switch {
		case continued || prompted && promptMore.MatchString(line):
			if at := promptMore.FindStringIndex(line); at != nil {
				line = line[at[1]:]
			}
		case comment && !commented:
		case promptDrive.MatchString(line):
			line = promptDrive.ReplaceAllString(line, "")
		case promptHost.MatchString(line):
			line = promptHost.ReplaceAllString(line, "")
		case promptCurl.MatchString(line):
			line = promptCurl.ReplaceAllString(line, "$2")
		case promptAlone.MatchString(line):
			line = promptAlone.ReplaceAllString(line, "")
		}
		prompted = prompted || line != was
		if continued || line != was {
			typed = append(typed, line)
		}
		end := strings.TrimRight(line, " \t")
		continued = end != "" && strings.ContainsAny(end[len(end)-1:], "\\`^")
		lines[i] = line
	}
	return strings.Join(lines, "\n"), strings.Join(typed, "\n")
}

// hasCurl reports whether a text may call curl: in a line that is no comment or, if all lines are
// comments, in one of those.
func hasCurl(text string) bool {
	comments, lines := 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		switch comment := strings.HasPrefix(strings.TrimSpace(line), "#"); {
		case curlWord.MatchString(line) && !comment:
			return true
		case comment:
			comments++
		}
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	return comments == lines && curlWord.MatchString(text)
}

// isCommand reports whether a setting is a command, with a variable set before it or from it.
func (s setting) isCommand() bool {
	return curlWord.MatchString(s.value) && (!s.quoted || strings.HasPrefix(s.value, "$("))
}

// ofOthers matches the commands of PowerShell that send requests. ofAliases matches their
// parameters: in Windows PowerShell curl is an alias of one.
var (
	ofOthers  = regexp.MustCompile(`(?im)^[^#'"\n]*\b(?:Invoke-RestMethod|Invoke-WebRequest)\b`)
	ofAliases = regexp.MustCompile(`(?i)(?:^|\s)-(?:Uri|Method|Body|Headers|ContentType)\s`)
)

// noCurl returns the error for a text with neither a curl line nor settings.
func noCurl(text string) error {
	lower := strings.ToLower(text)
	for _, other := range []struct{ word, name string }{
		{"invoke-restmethod", "Invoke-RestMethod"}, {"invoke-webrequest", "Invoke-WebRequest"},
		{"irm ", "Invoke-RestMethod"}, {"iwr ", "Invoke-WebRequest"}, {"wget ", "wget"},
		{"http ", "HTTPie"}, {"https ", "HTTPie"}, {"xh ", "xh"}, {"fetch(", "fetch"},
	} {
		if strings.HasPrefix(strings.TrimSpace(lower), other.word) ||
			len(other.word) > 10 && strings.Contains(lower, other.word) {
			return refused("there is no curl line in it, and no lines of NAME=value: "+other.name+
				" is not understood", "write the request as a curl line")
		}
	}
	return refused("there is no curl line in it, and no lines of NAME=value", "")
}
