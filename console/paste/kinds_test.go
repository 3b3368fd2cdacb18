package paste_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"lanyard/console/paste"
	"lanyard/tokenapi/secret"
)

// inUTF16 encodes a text as Windows PowerShell 5.1 does with >.
func inUTF16(text string, order binary.AppendByteOrder, mark bool) string {
	var out []byte
	if mark {
		text = "\ufeff" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// Single lines, copied from many sources.
func TestReadLines(t *testing.T) {
	t.Parallel()
	const want = "env=h token=https://h/token auth=basic key=a secret=3e23e816 " +
		"grant=client_credentials"
	const rest = "curl https://h/token -d grant_type=client_credentials -u a:b"
	for name, text := range map[string]string{
		"prompt $":             "$ " + rest,
		"prompt %":             "% " + rest,
		"prompt #":             "# " + rest,
		"prompt >":             "> " + rest,
		"prompt of a host":     "ana@host:~/src$ " + rest,
		"prompt of root":       "[root@host ~]# " + rest,
		"prompt of a Mac":      "ana@mac ~ % " + rest,
		"prompt of an old Mac": "mac:src ana$ " + rest,
		"prompt of a branch":   "➜  shop git:(main) ✗ " + rest,
		"prompt of a venv":     "(venv) ana@host:~$ " + rest,
		"prompt of bash":       "bash-5.1$ " + rest,
		"prompt of starship":   "❯ " + rest,
		"prompt of PowerShell": `PS C:\Users\ana> curl.exe https://h/token -d ` +
			`grant_type=client_credentials -u a:b`,
		"prompt of cmd":     `C:\Users\ana>` + rest,
		"prompt and output": "$ " + rest + "\n{\"access_token\":\"x y\",\"expires_in\":1}\n$ ",
		"continued prompts": "$ curl https://h/token \\\n> -d grant_type=client_credentials " +
			"\\\n> -u a:b",
		"set at a prompt": "$ KEY=a\n$ export SECRET=b\n$ curl https://h/token -d " +
			"grant_type=client_credentials -u $KEY:$SECRET",
		"sudo":              "sudo -E " + rest,
		"sudo at a prompt":  "$ sudo -u www /usr/bin/" + rest,
		"time":              "time -p " + rest,
		"env":               "env -i HTTPS_PROXY=http://p:1 " + rest,
		"an assignment":     "HTTPS_PROXY=http://p:1 LANG=C " + rest,
		"docker":            "docker run --rm curlimages/" + rest,
		"a comment above":   "# get a token with curl\n" + rest + " # like so",
		"piped":             rest + " 2>/dev/null | jq -r .access_token && echo done; date",
		"redirected":        rest + " > token.json 2>&1",
		"no-break spaces":   strings.ReplaceAll(rest, " ", "\u00a0"),
		"zero width":        "\u200b" + rest + "\u200b",
		"BOM":               "\ufeff" + rest,
		"CRLF":              strings.ReplaceAll(rest, " -", " \\\r\n  -") + "\r\n",
		"a space behind \\": strings.ReplaceAll(rest, " -", " \\ \n  -"),
		"joined \\": "curl --location 'https://h/token' \\ --data-urlencode " +
			"'grant_type=client_credentials' \\ -u a:b",
		"joined `": "curl.exe 'https://h/token' ` -d " +
			"'grant_type=client_credentials' `  -u a:b",
		"joined ^": "curl https://h/token ^ -d \"grant_type=client_credentials\" ^ " +
			" -u a:b",
		"Markdown":           "```bash\n$ " + rest + "\n```",
		"Markdown in a line": "`" + rest + "`",
		"git bash": "ana@PC MINGW64 ~/src (main)\n$ " + rest +
			"\n{\"it's\":\"(\n\nana@PC MINGW64 ~/src (main)\n$",
		"powerline":          "~/src \ue0b0 " + rest,
		"quoted $()":         `TOKEN="$(` + rest + `)"`,
		"lost \\":            strings.ReplaceAll(rest, " -", "\n  -"),
		"typographic quotes": "curl ‘https://h/token’ -d “grant_type=client_credentials” -u “a:b”",
		"mixed quotes": "curl \"https://h/token” -d “grant_type=client_credentials\" " +
			"-u “a:b\"",
		"typographic dashes": "curl –-request POST —url https://h/token –d " +
			"grant_type=client_credentials –user a:b —silent",
		"a dash of a letter": "curl https://h/token —d grant_type=client_credentials −u a:b –s",
		"an escaped end":     "curl https://h/token -d grant_type=client_credentials -u a\\:b",
		"$''": `curl $'https://h/token' -d $'grant_type=\x63lient_credentials' -u ` +
			`$'a:\u0062'`,
		"parts of a word": `curl https://"h"/token -d grant_type='client'_"credentials" -u ` +
			`a:"b"`,
		"glued": "curl -sSkXPOST -ua:b -dgrant_type=client_credentials https://h/token",
		"= behind an option": "curl --user=a:b --data=grant_type=client_credentials " +
			"--url=https://h/token",
		"shortened": "curl --data-bin grant_type=client_credentials --user a:b https://h/token",
		"a here-document": "curl -u a:b -d @- https://h/token " +
			"<<EOF\ngrant_type=client_credentials\nEOF",
		"a here-string": "curl -u a:b -d @- https://h/token <<< grant_type=client_credentials",
		"in the URL":    "curl https://a:b@h/token -d grant_type=client_credentials",
		"urlencoded": "curl https://h/token --data-urlencode " +
			"grant_type=client_credentials -u a:b",
		"a form": "curl https://h/token -F grant_type=client_credentials -F " +
			"'x=@file' -u a:b",
		"UTF-16":               inUTF16(rest+"\r\n", binary.LittleEndian, true),
		"UTF-16 big":           inUTF16(rest, binary.BigEndian, true),
		"UTF-16 without a BOM": inUTF16(rest, binary.LittleEndian, false),
		"options with values": "curl --resolve h:443:127.0.0.1 --interface eth0 --tls-max 1.2 " +
			"--connect-to a:1:b:2 --proto =https -w https://w -o https://o --doh-url https://d " +
			"-e https://e -K https://k -A https://ua --ech https://x " + rest[5:],
		"an unknown option": "curl --future https://other/token -d " +
			"grant_type=client_credentials -u a:b https://h/token",
		"an unknown letter": "curl -! https://other/token -d grant_type=client_credentials " +
			"-u a:b https://h/token",
		"the next": "curl https://other/x -o f --next https://h/token -d " +
			"grant_type=client_credentials -u a:b",
		"several URLs": "curl https://h/token https://other/token -d " +
			"grant_type=client_credentials -u a:b",
		"PowerShell": "curl.exe -X POST https://h/token `\n -d " +
			"\"grant_type=client_credentials\" `\r\n  -u 'a:b'",
		"PowerShell variables": "$key = 'a'\n$env:SECRET = \"b\"\n& curl.exe https://h/token " +
			"-d 'grant_type=client_credentials' -u \"${key}:$env:SECRET\"; Get-Date",
		"PowerShell assigned": "$token = (curl.exe -s https://h/token `\n-d " +
			"grant_type=client_credentials -u a:b | ConvertFrom-Json).access_token",
		"PowerShell prompts": "PS C:\\> curl.exe https://h/token `\n>> -d " +
			"grant_type=client_credentials `\n>> -u a:b",
		"PowerShell null": "curl.exe https://h/token `\n -d grant_type=client_credentials " +
			"-u a:b 2>$null # quiet",
		"cmd": "curl -X POST \"https://h/token\" ^\r\n  -d " +
			"\"grant_type=client_credentials\" ^\r\n  -u a:b",
		"cmd of a browser": "curl ^\"https://h/token^\" ^\n  -u ^\"a:b^\" ^\n  --data-raw " +
			"^\"grant_type=client_credentials^\"",
		"cmd prompts": "C:\\>curl https://h/token ^\nMore? -d " +
			"grant_type=client_credentials ^\nMore? -u a:b > nul 2>&1 & echo done",
		"cmd with '": "curl 'https://h/token' ^\n -d 'grant_type=client_credentials' ^\n -u 'a:b'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := paste.Read(text)
			if got := inWords(p); err != nil || got != want {
				t.Errorf("got  %s\nwant %s\n%v %q", got, want, err, p.Notes)
			}
		})
	}
}

// The parts of a line are taken over, or named in a note.
func TestReadParts(t *testing.T) {
	t.Parallel()
	const base = "env=h token=https://h/token auth=basic key=a secret=3e23e816 " +
		"grant=client_credentials"
	const of = "curl https://h/token -u a:b -d grant_type=client_credentials "
	for name, c := range map[string]struct {
		text, want string
		notes      []string
	}{
		"extra": {of + "-d validity_period=100 -d organization=o%20p",
			base + " extra=organization=o+p&validity_period=100", nil},
		"audience": {of + "-d audience=https://api --data-urlencode resource=https://r?x=1",
			base + " audience=https://api resource=https://r?x=1", nil},
		"secrets": {of +
			"-d 'api_key=canary&otp=canary&client_assertion=canary&" +
			"x=eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.x'",
			base,
			[]string{"not taken over: parameter api_key, parameter client_assertion, parameter " +
				"otp, parameter x"}},
		"headers": {of +
			`-H 'X-Tenant: canary' -H "Cookie;" -A canary -b canary -H 'Accept: ` +
			`application/json' -H 'content-type: application/x-www-form-urlencoded; charset=UTF-8'`,
			base + " X-Tenant=" + secret.New("canary").Fingerprint(),
			[]string{"not taken over: header Cookie, header User-Agent"}},
		"headers that stay": {of + `-H "X-Tenant: $TENANT" -H 'Host: canary' -H 'Origin: canary' ` +
			"-H 'X-A: canary' -H 'x-a: canary'",
			base + " X-A=" + secret.New("canary").Fingerprint(),
			[]string{"header X-Tenant: the variable TENANT", "header Host", "header Origin",
				"header x-a"}},
		"settings": {of + "--resolve h:1:canary --ntlm --netrc -T canary", base,
			[]string{"not taken over: option --resolve, option --ntlm, option --netrc, option " +
				"--upload-file"}},
		"unknown": {of + "--canary-of-the-future", base,
			[]string{"option --canary-of-the-future"}},
		"files": {of + "-d @canary --data-urlencode x@canary -H @canary", base,
			[]string{"what --data reads from a file, what curl reads from a file, what " +
				"--header reads"}},
		"a query": {"curl 'https://h/token?p=B2C_1_x&api-version=1' -u a:b -d " +
			"grant_type=client_credentials",
			strings.Replace(base, "/token", "/token?p=B2C_1_x&api-version=1", 1), nil},
		"a secret query": {
			"curl 'https://h/token?p=1&api_key=canary#canary' -u a:b -d " +
				"grant_type=client_credentials", strings.Replace(base, "/token", "/token?p=1", 1),
			[]string{"query api_key of the token URL"}},
		"url-query": {
			"curl https://h/token --url-query 'p=a b' -u a:b -d grant_type=client_credentials",
			strings.Replace(base, "/token", "/token?p=a+b", 1),
			nil,
		},
		"variables": {"curl $GW/token -d grant_type=client_credentials -H \"Authorization: " +
			"Basic $B64\" -d audience=$AUD -d tenant=$(id)", "auth=basic grant=client_credentials",
			[]string{"token URL: the variable GW", "consumer key: the variable B64",
				"consumer secret: the variable B64", "audience: the variable AUD",
				"parameter tenant: the output of a command"}},
		"PowerShell variables": {
			"curl.exe https://h/token `\n -u \"a:$secret\" -d grant_type=client_credentials",
			"env=h token=https://h/token auth=basic key=a grant=client_credentials",
			[]string{"consumer secret: the variable secret"}},
		"cmd variables": {"curl https://h/token ^\n -u a:%SECRET% -d grant_type=client_credentials",
			"env=h token=https://h/token auth=basic key=a grant=client_credentials",
			[]string{"consumer secret: the variable SECRET"}},
		"no base64": {"curl https://h/token -d grant_type=client_credentials -H " +
			"'Authorization: Basic canary:canary'",
			"env=h token=https://h/token auth=basic grant=client_credentials",
			[]string{"not base64"}},
		"the page's refresh": {
			`curl -k -d "grant_type=refresh_token&refresh_token=canary&scope=PRODUCTION" -H ` +
				`"Authorization: Basic YTpi, Content-Type: application/x-www-form-urlencoded" ` +
				`https://h/token`,
			"env=h token=https://h/token auth=basic key=a secret=3e23e816 grant=refresh_token " +
				"scopes=PRODUCTION",
			[]string{"one -H holds several headers", "-k is not", "the refresh token is not"},
		},
		"JSON of PowerShell": {
			"curl.exe https://h/token `\n -d " +
				"'{\\\"grant_type\\\":\\\"client_credentials\\\",\\\"client_id\\\":\\\"a\\\"," +
				"\\\"client_secret\\\":\\\"b\\\"}'",
			strings.Replace(base, "basic", "post", 1), []string{"JSON"}},
		"JSON of cmd": {
			"curl https://h/token ^\n --data-raw " +
				"^\"^{^\\^\"grant_type^\\^\":^\\^\"client_credentials^\\^\"," +
				"^\\^\"client_id^\\^\":^\\^\"a^\\^\",^\\^\"client_secret^\\^\":^\\^\"b^\\^\"^}^\"",
			strings.Replace(base, "basic", "post", 1), []string{"JSON"}},
		"typographic JSON": {
			"curl https://h/token -d " +
				"‘{“grant_type”:“client_credentials”,“client_id”:“a”,“client_secret”:“b”}’",
			strings.Replace(base, "basic", "post", 1), []string{"JSON"}},
		"the probe": {of +
			"\ncurl -X DELETE https://h/api?access_token=canary -H 'Authorization: Bearer " +
			"canary' -H 'X-Api: canary'", base + " probe=https://h/api",
			[]string{
				"method DELETE of the call with a token, header X-Api of the call with a token",
				"query access_token of the probe URL",
			}},
		"more lines": {of + "\ncurl https://h/x\ncurl https://h/y", base,
			[]string{"2 further curl lines"}},
		"a bad end": {of + "\necho 'canary", base, []string{"the end of the text"}},
		"a password": {of + "-d username=canary -d password=canary", base,
			[]string{"parameter username, parameter password"}},
		"without a URL": {"curl --future https://h/token -d grant_type=client_credentials -u a:b",
			base, []string{"option --future"}},
		"no URL": {"curl -x https://p/ -d grant_type=client_credentials -u a:b",
			"auth=basic key=a secret=3e23e816 grant=client_credentials", []string{"the proxy"}},
		"no scheme": {"curl h:8243/token -d grant_type=client_credentials -u a:b",
			strings.Replace(base, "https://h", "http://h:8243", 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := paste.Read(c.text)
			if got := inWords(p); err != nil || got != c.want {
				t.Errorf("got  %s\nwant %s\n%v", got, c.want, err)
			}
			said := strings.Join(p.Notes, "\n")
			for _, n := range c.notes {
				if !strings.Contains(said, n) {
					t.Errorf("notes %q do not say %q", p.Notes, n)
				}
			}
			if len(c.notes) == 0 && said != "" ||
				strings.Contains(strings.ReplaceAll(said, "canary-of-the-future", ""), "canary") {
				t.Errorf("notes %q", p.Notes)
			}
		})
	}
}

// Every kind of value that an .env file has.
func TestReadSettings(t *testing.T) {
	t.Parallel()
	fp := func(s string) string { return secret.New(s).Fingerprint() }
	for name, c := range map[string]struct {
		text, secret string
		notes        []string
	}{
		"$":               {"CLIENT_SECRET=x$27ab${HOME}$", "x$27ab${HOME}$", nil},
		"$ in quotes":     {`CLIENT_SECRET="x$27ab$HOME"`, "x$27ab$HOME", nil},
		"escaped $":       {`CLIENT_SECRET="x\$27"`, `x\$27`, nil},
		"escapes":         {`CLIENT_SECRET="a\"b\\c\d"`, `a"b\c\d`, nil},
		"single":          {`CLIENT_SECRET='a"b\n$x'`, `a"b\n$x`, nil},
		"backticks":       {"CLIENT_SECRET=`a'b\"c`", `a'b"c`, nil},
		"comment":         {"CLIENT_SECRET=a#b # c", "a#b", nil},
		"comment, quoted": {"CLIENT_SECRET=\"a # b\" # c", "a # b", nil},
		"spaces":          {"  CLIENT_SECRET = a b ", "a b", nil},
		"kept spaces":     {"CLIENT_SECRET=' a '", " a ", nil},
		"export":          {"export CLIENT_SECRET=a", "a", nil},
		"set":             {"set CLIENT_SECRET=a", "a", nil},
		"PowerShell":      {`$env:CLIENT_SECRET = "a"`, "a", nil},
		"YAML":            {"CLIENT_SECRET: a", "a", nil},
		"a list":          {"- CLIENT_SECRET=a", "a", nil},
		"= in it":         {"CLIENT_SECRET=a==", "a==", nil},
		"# in front":      {"CLIENT_SECRET=#a", "#a", nil},
		"a curl in it": {"CLIENT_SECRET=a\nNOTE='use curl -x to'", "a",
			[]string{"not taken over: NOTE"}},
		"duplicates": {"CLIENT_SECRET=b\nCLIENT_SECRET=a", "a",
			[]string{"CLIENT_SECRET is there more than once"}},
		"emptied": {"CLIENT_SECRET=b\nCLIENT_SECRET=", "",
			[]string{"CLIENT_SECRET is there more than once"}},
		"no value": {"CLIENT_SECRET=a\nCANARY\nexport CANARY", "a", []string{"line 2, 3"}},
		"several lines": {
			"CLIENT_SECRET=a\nPRIVATE_KEY=\"-----BEGIN PRIVATE KEY-----\nCANARY=\n-----END " +
				"PRIVATE KEY-----\"\nDEBUG=1", "a", []string{"not taken over: PRIVATE_KEY, DEBUG"}},
		"of lines, single": {"CLIENT_SECRET=a\nK='x\nCANARY=1\n'", "a",
			[]string{"not taken over: K"}},
		"a PEM, unquoted": {
			"CLIENT_SECRET=a\nK=-----BEGIN X-----\nCANARY=\n-----END X-----\nDEBUG=1", "a",
			[]string{"not taken over: K, DEBUG"}},
		"two lines": {"CLIENT_SECRET=\"a\nb\"", "",
			[]string{"consumer secret: it holds a control character"}},
		"a placeholder": {"CLIENT_SECRET=<your secret>", "",
			[]string{"consumer secret: a placeholder"}},
		"BOM":         {"\ufeffCLIENT_SECRET=a", "a", nil},
		"CRLF":        {"CLIENT_SECRET=\"a\"\r\n\r\n", "a", nil},
		"typographic": {"CLIENT_SECRET=a“b”", "a“b”", nil},
		"no grant for it": {"CLIENT_SECRET=a\nUSERNAME=CANARY\nPASSWORD=CANARY", "a",
			[]string{"not taken over: USERNAME, PASSWORD"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := c.text + "\nTOKEN_URL=https://h/token\nCLIENT_ID=k\n"
			for _, text := range []string{text, inUTF16(text, binary.LittleEndian, true)} {
				p, err := paste.Read(text)
				want := ""
				if c.secret != "" {
					want = fp(c.secret)
				}
				got := ""
				if !p.Secret.IsZero() {
					got = p.Secret.Fingerprint()
				}
				if err != nil || got != want || p.ConsumerKey != "k" ||
					p.Environment.Endpoints.TokenURL != "https://h/token" {
					t.Errorf("%v, %s, secret %s, want %s", err, inWords(p), got, want)
				}
				if len(p.Notes) != len(c.notes) ||
					!slices.EqualFunc(p.Notes, c.notes, strings.Contains) ||
					strings.Contains(strings.Join(p.Notes, ""), "CANARY") {
					t.Errorf("notes %q, want %q", p.Notes, c.notes)
				}
			}
		})
	}
}

// A secret that is quoted in a line is read unchanged.
func FuzzSecret(f *testing.F) {
	for _, s := range []string{"hunter2", "a$b`c\"d'e", `\`, "^%X%^", "‘’“”–", " a # b ", "\u00a0x",
		"{a}b", "$(id)", "a&b|c>d;e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" || strings.ContainsFunc(s,
			func(r rune) bool {
				return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 ||
					r == 0xfffd
			}) || strings.TrimSpace(s) == "" ||
			strings.ContainsAny(s, "<>{}[]") || len(s) > 1000 {
			t.Skip()
		}
		const line = " https://h/token -d grant_type=client_credentials -u "
		texts := map[string]string{
			"bash '": "curl" + line + "'k:" + strings.ReplaceAll(s, "'", `'\''`) + "'",
			`bash "`: "curl" + line + `"k:` +
				strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s) + `"`,
			"PowerShell '": "curl.exe `\n" + line + "'k:" + strings.ReplaceAll(s, "'", "''") + "'",
			"env '":        "CLIENT_ID=k\nCLIENT_SECRET='" + s + "'",
			`env "`: "CLIENT_ID=k\nCLIENT_SECRET=\"" +
				strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`,
		}
		if strings.Contains(s, "'") {
			delete(texts, "env '")
		}
		for kind, text := range texts {
			p, err := paste.Read(text)
			if err != nil || p.Secret.Fingerprint() != secret.New(s).Fingerprint() {
				t.Errorf("%s: %q became another secret: %v, %q", kind, text, err, p.Notes)
			}
			if said := strings.Join(p.Notes, " "); len(s) > 8 && strings.Contains(said, s) {
				t.Errorf("%s: the notes quote it: %s", kind, said)
			}
		}
	})
}
