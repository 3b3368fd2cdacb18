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

// namedLine matches a line that begins with a name: NAME=value, NAME: value, export NAME=value,
// set NAME=value, $env:NAME = "value", - NAME=value.
var namedLine = regexp.MustCompile(`^[ \t]*(?:export[ \t]+|set[ \t]+|\$env:|-[ \t]+)?` +
	`([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(=|:(?:[ \t]|$))[ \t]*`)

// readSettings reads the lines of an .env file. It keeps every character of a value, also $. A
// value in quotes may hold several lines. Between double quotes \n, \r, \t, \" and \\ are escapes.
// other has the numbers of the lines that are neither settings nor comments.
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
			tail = strings.TrimSpace(tail)
			if !ok || tail != "" && tail[0] != '#' && tail != "," && tail != ";" {
				return nil, nil, refused("a quote is not closed, or something follows it: "+
					"the value of "+s.name+" in line "+strconv.Itoa(number),
					"close it; a value that holds a quote itself goes between the other kind "+
						"of quotes")
			}
			s.value, s.quoted = value, true
			i += strings.Count(whole[:len(whole)-len(after)], "\n")
		case strings.HasPrefix(rest, "-----BEGIN "):
			// A PEM without quotes: its lines are no settings.
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

// mayBeValue reports whether a line NAME= or NAME== may be the padded end of a base64 text: the
// name has digits, and letters of both cases.
func mayBeValue(name, value string) bool {
	return strings.Trim(value, "= \t\r") == "" && strings.ContainsAny(name, "0123456789") &&
		name != strings.ToUpper(name) && name != strings.ToLower(name)
}

// unquoted reads a value that begins with a quote. after is the text after the closing quote.
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

// bare returns a value without quotes: it ends before a # that follows a space. before is the text
// between the name and the value.
func bare(rest, before string) string {
	for i := range len(rest) {
		if rest[i] != '#' {
			continue
		}
		if i == 0 && strings.TrimRight(before, " \t") != before ||
			i > 0 && (rest[i-1] == ' ' || rest[i-1] == '\t') {
			rest = rest[:i]
			break
		}
	}
	return strings.TrimRight(rest, " \t")
}

// envNames returns, for each field, how the names of the variables that fill it end.
func envNames() map[console.Field][]string {
	return map[console.Field][]string{
		console.FieldConsumerKey:    {"CLIENT_ID", "CONSUMER_KEY", "CLIENTID"},
		console.FieldConsumerSecret: {"CLIENT_SECRET", "CONSUMER_SECRET", "CLIENTSECRET"},
		console.FieldTokenURL:       {"TOKEN_URL", "TOKEN_ENDPOINT", "TOKEN_URI"},
		console.FieldRevokeURL: {"REVOKE_URL", "REVOCATION_URL", "REVOKE_ENDPOINT",
			"REVOCATION_ENDPOINT"},
		console.FieldIssuer:      {"ISSUER", "ISSUER_URL", "ISSUER_URI", "AUTHORITY"},
		console.FieldScopes:      {"SCOPE", "SCOPES"},
		console.FieldGrant:       {"GRANT_TYPE"},
		console.FieldUsername:    {"USERNAME"},
		console.FieldPassword:    {"PASSWORD"},
		console.FieldRedirectURL: {"REDIRECT_URI", "REDIRECT_URL"},
		console.FieldProbeURL:    {"PROBE_URL"},
		console.FieldAudience:    {"AUDIENCE"},
		console.FieldResource:    {"RESOURCE"},
	}
}

// envField returns the field that a variable fills, and the owner: of SHOP_CLIENT_ID it is SHOP.
// It returns "" if the variable fills no field.
func envField(name string) (field console.Field, owner string) {
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

// groupByOwner returns the settings of each owner. It also returns the owners with a consumer key,
// in the order of the text, and the names of settings that occur more than once.
func groupByOwner(all []setting) (
	byOwner map[string]map[console.Field]setting, owners, twice []string) {
	byOwner = map[string]map[console.Field]setting{}
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
			byOwner[owner] = map[console.Field]setting{}
		}
		byOwner[owner][field] = s
		if field == console.FieldConsumerKey && !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
	}
	owners = slices.DeleteFunc(owners, func(o string) bool {
		return byOwner[o][console.FieldConsumerKey].value == ""
	})
	return byOwner, owners, twice
}

// readEnv fills the draft from settings. If they describe several clients it takes the first one.
// other has the numbers of the lines that are no settings: a note has the numbers, because the
// text of such a line may be a piece of a secret.
func (p *Draft) readEnv(all []setting, other []int) error {
	byOwner, owners, twice := groupByOwner(all)
	if len(owners) == 0 {
		return refused("there is no consumer key among these lines",
			"its name ends in CLIENT_ID or CONSUMER_KEY")
	}
	mine := byOwner[owners[0]]
	// A setting that belongs to no client is meant for all of them.
	for _, owner := range slices.Sorted(maps.Keys(byOwner)) {
		for f, v := range byOwner[owner] {
			ofOne := f == console.FieldUsername || f == console.FieldPassword ||
				f == console.FieldConsumerSecret
			if mine[f].value == "" && !ofOne && !slices.Contains(owners, owner) {
				mine[f] = v
			}
		}
	}
	found, taken := map[console.Field]string{}, map[string]bool{}
	for f, s := range mine {
		found[f], taken[s.name] = s.value, true
	}
	p.fill(found)
	if p.Username == "" { // fill takes user and password of the password grant alone
		delete(taken, mine[console.FieldUsername].name)
		delete(taken, mine[console.FieldPassword].name)
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
