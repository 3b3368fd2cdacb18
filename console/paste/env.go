package paste

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lanyard/console"
)

// setting is one NAME=value of an .env file.
type setting struct {
	name, value string
	line        int  // counted from 1
	quoted      bool // the value stood in quotes
}

// namedLine is a line that begins with a name: NAME=value, NAME: value, export NAME=value, set NAME=value,
// $env:NAME = "value", - NAME=value.
var namedLine = regexp.MustCompile(`^[ \t]*(?:export[ \t]+|set[ \t]+|\$env:|-[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(=|:(?:[ \t]|$))[ \t]*`)

// readSettings reads the lines of an .env file. Every character of a value is kept, also $. A value in quotes may
// hold several lines; between " a backslash writes \n, \r, \t, \" and \\. other counts the lines that are neither
// settings nor comments.
func readSettings(text string) (all []setting, other []int, err error) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, number := lines[i], i+1
		if t := strings.TrimSpace(line); t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		at := namedLine.FindStringSubmatchIndex(line)
		if at == nil || mayBeValue(line[at[2]:at[3]], line[at[1]:]) {
			other = append(other, number)
			continue
		}
		s := setting{name: line[at[2]:at[3]], line: number}
		rest := line[at[1]:]
		switch {
		case rest != "" && strings.ContainsRune("\"'`", rune(rest[0])):
			whole := strings.Join(append([]string{rest}, lines[i+1:]...), "\n")
			value, after, ok := unquoted(whole)
			tail, _, _ := strings.Cut(after, "\n")
			if tail = strings.TrimSpace(tail); !ok || tail != "" && tail[0] != '#' && tail != "," && tail != ";" {
				return nil, nil, refused("a quote is not closed, or something follows it: the value of "+
					s.name+" in line "+strconv.Itoa(number),
					"close it; a value that holds a quote itself goes between the other kind of quotes")
			}
			s.value, s.quoted = value, true
			i += strings.Count(whole[:len(whole)-len(after)], "\n")
		case strings.HasPrefix(rest, "-----BEGIN "): // a PEM without quotes: its lines are no settings
			s.value = rest
			for !strings.Contains(lines[i], "-----END ") && i+1 < len(lines) {
				i++
				s.value += "\n" + lines[i]
			}
		default:
			s.value = bare(rest, line[at[3]:at[1]])
		}
		all = append(all, s)
	}
	return all, other, nil
}

// mayBeValue reports whether a line that reads as NAME= or NAME== is rather the padded end of a base64 text: its letters
// are of both cases, with digits among them.
func mayBeValue(name, value string) bool {
	return strings.Trim(value, "= \t\r") == "" && strings.ContainsAny(name, "0123456789") &&
		name != strings.ToUpper(name) && name != strings.ToLower(name)
}

// unquoted reads a value that begins with a quote, and gives what follows the closing one.
func unquoted(text string) (value, after string, ok bool) {
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == text[0]:
			return out.String(), text[i+1:], true
		case text[0] == '"' && text[i] == '\\' && i+1 < len(text):
			i++
			if written := strings.IndexByte(`nrt"\`, text[i]); written >= 0 {
				out.WriteByte("\n\r\t\"\\"[written])
				continue
			}
			out.WriteByte('\\')
		}
		out.WriteByte(text[i])
	}
	return "", "", false
}

// bare is a value without quotes: up to a # with a space before it. before is what separates it from its name.
func bare(rest, before string) string {
	for i := range len(rest) {
		if rest[i] != '#' {
			continue
		}
		if i == 0 && strings.TrimRight(before, " \t") != before || i > 0 && (rest[i-1] == ' ' || rest[i-1] == '\t') {
			rest = rest[:i]
			break
		}
	}
	return strings.TrimRight(rest, " \t")
}

// envNames are what variables are called, by the field that they fill: the last words of their names.
func envNames() map[string][]string {
	return map[string][]string{
		console.FieldConsumerKey: {"CLIENT_ID", "CONSUMER_KEY", "CLIENTID"},
		"consumer_secret":        {"CLIENT_SECRET", "CONSUMER_SECRET", "CLIENTSECRET"},
		console.FieldTokenURL:    {"TOKEN_URL", "TOKEN_ENDPOINT", "TOKEN_URI"},
		console.FieldRevokeURL:   {"REVOKE_URL", "REVOCATION_URL", "REVOKE_ENDPOINT", "REVOCATION_ENDPOINT"},
		console.FieldIssuer:      {"ISSUER", "ISSUER_URL", "ISSUER_URI", "AUTHORITY"},
		console.FieldScopes:      {"SCOPE", "SCOPES"},
		console.FieldGrant:       {"GRANT_TYPE"},
		console.FieldUsername:    {"USERNAME"},
		"password":               {"PASSWORD"},
		console.FieldRedirectURL: {"REDIRECT_URI", "REDIRECT_URL"},
		console.FieldProbeURL:    {"PROBE_URL"},
		console.FieldAudience:    {"AUDIENCE"},
		console.FieldResource:    {"RESOURCE"},
	}
}

// envField is the field that a variable fills, and what its name begins with: SHOP_CLIENT_ID is one of SHOP. "" when it
// fills none.
func envField(name string) (field, owner string) {
	name = strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(name))
	longest := 0
	for f, names := range envNames() {
		for _, n := range names {
			if name != n && !strings.HasSuffix(name, "_"+n) || len(n) <= longest {
				continue
			}
			field, owner, longest = f, strings.TrimSuffix(strings.TrimSuffix(name, n), "_"), len(n)
		}
	}
	return field, owner
}

// readEnv takes an application out of settings. Where they are about several clients the first one is taken. other
// are the lines that are no settings: their numbers are told, because their text may be a piece of a secret.
func (p *Draft) readEnv(all []setting, other []int) error {
	byOwner := map[string]map[string]setting{}
	var owners, twice []string // owners: of those with a consumer key, in the order of the text
	seen := map[string]bool{}
	for _, s := range all {
		field, owner := envField(s.name)
		if seen[s.name] && field != "" && !slices.Contains(twice, s.name) {
			twice = append(twice, s.name)
		}
		seen[s.name] = true
		if field == "" || s.value == "" {
			delete(byOwner[owner], field)
			continue
		}
		if byOwner[owner] == nil {
			byOwner[owner] = map[string]setting{}
		}
		byOwner[owner][field] = s
		if field == console.FieldConsumerKey && !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
	}
	owners = slices.DeleteFunc(owners, func(o string) bool {
		return byOwner[o][console.FieldConsumerKey].value == ""
	})
	if len(owners) == 0 {
		return refused("there is no consumer key among these lines", "its name ends in CLIENT_ID or CONSUMER_KEY")
	}
	mine := byOwner[owners[0]]
	for _, owner := range slices.Sorted(maps.Keys(byOwner)) { // what belongs to no client is meant for all
		for f, v := range byOwner[owner] {
			ofOne := f == console.FieldUsername || f == "password" || f == "consumer_secret"
			if mine[f].value == "" && !ofOne && !slices.Contains(owners, owner) {
				mine[f] = v
			}
		}
	}
	found, taken := map[string]string{}, map[string]bool{}
	for f, s := range mine {
		found[f], taken[s.name] = s.value, true
	}
	p.fill(found)
	if p.Username == "" { // fill takes user and password of the password grant alone
		delete(taken, mine[console.FieldUsername].name)
		delete(taken, mine["password"].name)
	}
	if len(owners) > 1 {
		p.note("the first client is taken over: " + mine[console.FieldConsumerKey].name)
	}
	for _, s := range all {
		if !taken[s.name] && s.value != "" && !slices.Contains(twice, s.name) {
			p.leave(s.name)
		}
	}
	for _, name := range twice {
		p.note(name + " is there more than once: the last one counts")
	}
	var numbers []string
	for _, n := range other {
		numbers = append(numbers, strconv.Itoa(n))
	}
	if len(numbers) > 0 {
		p.note("not NAME=value, and not taken over: line " + strings.Join(numbers, ", "))
	}
	return nil
}
