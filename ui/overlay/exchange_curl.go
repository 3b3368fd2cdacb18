package overlay

import (
	"bytes"
	"encoding/json"
	"strings"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/kit"
)

// curlOf returns a call as a curl line. Shell variables stand in the places of the secrets, so the
// line holds none. Their values go to curl through a pipe, because other users can see the
// arguments of a process. printf is part of every shell.
func curlOf(e console.Exchange) string {
	var piped []string // lines of a curl configuration
	parts := []string{"curl -sS"}
	if e.Method == "HEAD" { // with -X HEAD curl would wait for a body
		parts = append(parts, "-I")
	} else if e.Method != "GET" && (e.Method != "POST" || len(e.Form) == 0) {
		parts = append(parts, "-X "+console.ShellQuote(kit.Clean(e.Method)))
	}
	for _, h := range e.RequestHeaders {
		scheme, _, _ := strings.Cut(kit.Clean(h.Value), " ")
		switch name := strings.ToLower(h.Name); {
		case name == "authorization" && strings.EqualFold(scheme, "basic"):
			piped = append(piped, setting("user", "", "$CONSUMER_KEY:$CONSUMER_SECRET"))
		case name == "authorization":
			if strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
				scheme = "Bearer"
			}
			piped = append(piped, setting("header", "Authorization: "+scheme+" ", "$TOKEN"))
		case strings.Contains(h.Value, secret.Mask):
			piped = append(piped, setting("header", h.Name+": ", variable(h.Name)))
		case name == "content-type", name == "content-length", name == "user-agent",
			name == "accept-encoding":
		default:
			parts = append(parts, "-H "+console.ShellQuote(kit.Clean(h.Name+": "+h.Value)))
		}
	}
	for _, f := range e.Form {
		if strings.Contains(f.Value, secret.Mask) {
			piped = append(piped, setting("data-urlencode", f.Name+"=", variable(f.Name)))
			continue
		}
		parts = append(parts, "--data-urlencode "+console.ShellQuote(kit.Clean(f.Name+"="+f.Value)))
	}
	address := strings.ReplaceAll(kit.Clean(e.URL), secret.Mask, "VALUE")
	line := strings.Join(append(parts, console.ShellQuote(address)), " ")
	if len(piped) == 0 {
		return strings.TrimSpace(line)
	}
	return "printf '%s\\n' " + strings.Join(piped, " ") + " | " +
		strings.Replace(strings.TrimSpace(line), "curl -sS", "curl -sS -K -", 1)
}

// setting returns a line of a curl configuration as one shell word, with the fixed text in single
// quotes and the variable in double quotes.
func setting(name, fixed, variable string) string {
	fixed = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(kit.Clean(fixed))
	return console.ShellQuote(name+` = "`+fixed) + `"` + variable + `"` + console.ShellQuote(`"`)
}

// variable returns the shell variable for a secret with a name.
func variable(name string) string {
	name = strings.ToUpper(shellName(name))
	switch name {
	case "CLIENT_ID":
		name = "CONSUMER_KEY"
	case "CLIENT_SECRET":
		name = "CONSUMER_SECRET"
	}
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return "$" + name
}

// shellName replaces the characters that the name of a shell variable cannot have.
func shellName(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, s)
}

// bodyLines returns the body of an answer in lines. JSON gets one line for each member.
func bodyLines(body string) []string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(body), "", "  ") != nil {
		return []string{body}
	}
	return strings.Split(out.String(), "\n")
}
