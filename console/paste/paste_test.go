package paste_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/console/paste"
)

// Fingerprints of the secrets in these texts.
const aSecretPrint, aPasswordPrint = "e24db4df", "11eefb33"

// inWords describes the result of a text in a few words, with fingerprints of the secrets.
func inWords(p paste.Draft) string {
	var out []string
	say := func(name, value string) {
		if value != "" {
			out = append(out, name+"="+value)
		}
	}
	e := p.Environment
	say("env", string(e.Name))
	say("token", string(e.Endpoints.TokenURL))
	say("revoke", string(e.Endpoints.RevokeURL))
	say("issuer", string(e.Issuer))
	say("auth", string(e.ClientAuth))
	say("key", string(p.ConsumerKey))
	if !p.Secret.IsZero() {
		say("secret", p.Secret.Fingerprint())
	}
	say("grant", p.Grant)
	say("user", string(p.Username))
	if !p.Password.IsZero() {
		say("password", p.Password.Fingerprint())
	}
	say("scopes", strings.Join(p.Scopes, ","))
	say("redirect", string(p.Details.RedirectURL))
	say("audience", p.Audience)
	say("resource", strings.Join(p.Resource, ","))
	say("extra", p.Extra.Encode())
	for _, name := range p.Details.Headers {
		say(name, p.Headers[name].Fingerprint())
	}
	say("probe", string(p.ProbeURL))
	return strings.Join(out, " ")
}

func TestRead(t *testing.T) {
	t.Parallel()
	b64 := base64.StdEncoding.EncodeToString([]byte("aKey:aSecret"))
	const base = "env=gw.example token=https://gw.example:8243/token auth=basic key=aKey secret=" +
		aSecretPrint + " grant=client_credentials"
	for name, c := range map[string]struct {
		text, want string
		notes      []string // a part of each
	}{
		"a line": {
			text: "curl -u aKey:aSecret -d grant_type=client_credentials " +
				"https://gw.example:8243/token", want: base},
		"the header": {
			text: `curl -H "Authorization: Basic ` + b64 +
				`" -d 'grant_type=client_credentials' https://gw.example:8243/token`, want: base},
		"continued": {
			text: "curl --request POST \\\n  --url https://gw.example:8243/token \\\n  --user " +
				"'aKey:aSecret' \\\n  --data grant_type=client_credentials", want: base},
		"of windows": {
			text: "curl -u aKey:aSecret \\\r\n -d grant_type=client_credentials \\\r\n " +
				"https://gw.example:8243/token\r\n", want: base},
		"by a terminal": {
			text: "curl -u aKey:aSecret \\\r -d grant_type=client_credentials \\\r " +
				"https://gw.example:8243/token\r", want: base},
		"quoted by $''": {
			text: "curl -u $'aKey:aSecret' -d $'grant_type=client_credentials' " +
				"https://gw.example:8243/token", want: base},
		"short options": {
			text: "curl -sSXPOST -uaKey:aSecret -dgrant_type=client_credentials " +
				"https://gw.example:8243/token", want: base},
		"multiplied": {text: "curl -u aKey:aSecret -d grant_type=client_credentials " +
			"https://gw.example:8243/token {1..999999999} *", want: base,
			notes: []string{"neither an option nor a URL"}},
		"into a pipe": {
			text: "curl -s -u aKey:aSecret -d grant_type=client_credentials " +
				"https://gw.example:8243/token | jq -r .access_token", want: base},
		"substituted": {
			text: "TOKEN=$(curl -s -u aKey:aSecret -d grant_type=client_credentials " +
				"https://gw.example:8243/token | jq -r .access_token)", want: base},
		"variables": {
			text: "KEY=aKey SECRET=aSecret\nexport GW=https://gw.example:8243\ncurl -u " +
				"\"$KEY:$SECRET\" -d grant_type=client_credentials $GW/token", want: base},
		"unsafe": {text: "curl -k -x http://proxy:3128 --cacert ca.pem -u aKey:aSecret -d " +
			"grant_type=client_credentials https://gw.example:8243/token", want: base,
			notes: []string{"-k is not", "certificates are not", "the proxy is not"}},
		"in the query": {
			text: "curl -u aKey:aSecret -X POST " +
				"'https://gw.example:8243/token?grant_type=client_credentials'", want: base,
			notes: []string{"the query holds grant_type"}},
		"with values elsewhere": {
			text: `curl -u "$KEY:$SECRET" -d grant_type=client_credentials ` +
				`https://gw.example:8243/token`,
			want: "env=gw.example token=https://gw.example:8243/token auth=basic " +
				"grant=client_credentials",
			notes: []string{"consumer key: the variable KEY",
				"consumer secret: the variable SECRET"},
		},
		"with placeholders": {
			text: `curl -d 'grant_type=client_credentials&client_id=<your ` +
				`id>&client_secret={secret}' https://gw.example:8243/token`,
			want: "env=gw.example token=https://gw.example:8243/token auth=post " +
				"grant=client_credentials",
			notes: []string{"consumer key: a placeholder", "consumer secret: a placeholder"},
		},
		"posted": {
			text: "curl -d 'grant_type=password&username=ana%40carbon.super&password=p%26w&" +
				"scope=read+write' -d client_id=aKey --data-urlencode 'client_secret=aSecret' " +
				"https://gw.example:8243/token",
			want: "env=gw.example token=https://gw.example:8243/token auth=post key=aKey secret=" +
				aSecretPrint + " grant=password user=ana@carbon.super password=" + aPasswordPrint +
				" scopes=read,write",
		},
		"as JSON": {
			text: `curl https://id.example/oauth/token -H 'content-type: application/json' ` +
				`--data '{"client_id":"aKey","client_secret":"aSecret","audience":"x","n":1,` +
				`"grant_type":"client_credentials"}'`,
			want: "env=id.example token=https://id.example/oauth/token auth=post key=aKey secret=" +
				aSecretPrint + " grant=client_credentials audience=x extra=n=1",
			notes: []string{"as a form"},
		},
		"a public client": {
			text: "curl -d 'grant_type=authorization_code&code=abc&client_id=aKey&" +
				"redirect_uri=http://127.0.0.1:8000/callback' https://gw.example:8243/token",
			want: "env=gw.example token=https://gw.example:8243/token auth=none key=aKey " +
				"grant=authorization_code redirect=http://127.0.0.1:8000/callback",
			notes: []string{"parameter code"},
		},
		"a refresh": {
			text: "curl -u aKey:aSecret -d 'grant_type=refresh_token&refresh_token=r' " +
				"https://gw.example:8243/token",
			want:  strings.Replace(base, "client_credentials", "refresh_token", 1),
			notes: []string{"refresh token is not taken over"},
		},
		"the whole life": {
			text: "curl -u aKey:aSecret -d grant_type=client_credentials " +
				"https://gw.example:8243/token\n" +
				"curl -H \"Authorization: Bearer $TOKEN\" " +
				"'https://gw.example:8243/orders/1.0/list?n=1'\n" +
				"curl -u aKey:aSecret -d token=$TOKEN https://gw.example:8243/revoke",
			want: "env=gw.example token=https://gw.example:8243/token " +
				"revoke=https://gw.example:8243/revoke auth=basic key=aKey secret=" + aSecretPrint +
				" grant=client_credentials probe=https://gw.example:8243/orders/1.0/list?n=1",
		},
		".env": {
			text: "# the shop\nexport " +
				"SHOP_TOKEN_URL=https://gw.example:8243/token\nSHOP_CLIENT_ID=aKey\n" +
				"SHOP_CLIENT_SECRET=\"aSecret\" # ours\n\nDEBUG=1",
			want: base, notes: []string{"not taken over: DEBUG"},
		},
		".env of several": {
			text: "TOKEN_ENDPOINT=https://gw.example:8243/token\nSHOP_CONSUMER_KEY=aKey\n" +
				"SHOP_CONSUMER_SECRET='aSecret'\nGITHUB_CLIENT_ID=other\n" +
				"GITHUB_CLIENT_SECRET=others",
			want:  base,
			notes: []string{"first client", "GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET"},
		},
		".env with an issuer": {
			text: "oidc.issuer=https://id.example\noidc.client-id=aKey\n" +
				"oidc.client-secret=aSecret\noidc.scope=openid,read",
			want: "env=id.example issuer=https://id.example auth=basic key=aKey secret=" +
				aSecretPrint + " grant=client_credentials scopes=openid,read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := paste.Read(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := inWords(p); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if len(p.Notes) != len(c.notes) {
				t.Errorf("notes %q, want %q", p.Notes, c.notes)
			}
			for _, n := range c.notes {
				if !slices.ContainsFunc(p.Notes,
					func(s string) bool { return strings.Contains(s, n) }) {
					t.Errorf("notes %q do not say %q", p.Notes, n)
				}
			}
		})
	}
}

// A text that would grow without end is read without the parts that become too long.
func TestReadGrowsNot(t *testing.T) {
	t.Parallel()
	text := "A=" + strings.Repeat("a", 100) + "\n"
	for c := 'A'; c < 'Z'; c++ {
		text += fmt.Sprintf("%c=%s\n", c+1, strings.Repeat("$"+string(c), 10))
	}
	p, err := paste.Read(
		text + "curl -u \"aKey:$Z\" -d grant_type=client_credentials https://gw.example/token")
	if err != nil || p.ConsumerKey != "aKey" || !p.Secret.IsZero() {
		t.Errorf("%s, %v", inWords(p), err)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	const (
		hashTable = "$b = @{\nclient_id = 'canary'\n}\nInvoke-RestMethod -Uri https://h -Body $b"
		alias     = "curl -Uri https://h/token -Method POST " +
			"-Body 'grant_type=canary&client_id=canary'"
	)
	for text, want := range map[string]string{
		"":                                    "no curl line",
		"wget https://x/token":                "no curl line",
		"curl https://x/orders":               "none of the curl lines asks for a token",
		"curl -d 'canary":                     "a shell understands",
		"A='canary":                           "a quote is not closed",
		"A=canary\nB=2":                       "no consumer key",
		"curl -u a:canary ^\n https://":       "none of the curl lines",
		"Invoke-RestMethod -Body canary":      "Invoke-RestMethod is not understood",
		"$r = Invoke-WebRequest -Uri canary":  "Invoke-WebRequest is not understood",
		hashTable:                             "Invoke-RestMethod is not understood",
		alias:                                 "Invoke-WebRequest is not understood",
		"A=1\nB='canary\nC=2":                 "the value of B in line 2",
		"\xff\xfecanary":                      "no curl line",
		"CLIENT_ID=\x80canary":                "neither UTF-8 nor UTF-16",
		"CLIENT_ID=canary\x00":                "NUL",
		"curl " + strings.Repeat("x", 17<<10): "too long",
	} {
		_, err := paste.Read(text)
		if err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%.40q: %v, want one that says %q", text, err, want)
		}
		if strings.Contains(fmt.Sprintf("%+v %s", err, console.Hint(err)), "canary") {
			t.Errorf("%.40q: the error quotes it: %v", text, err)
		}
	}
}

// Every text has a result, and no error quotes the text.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"curl -u k:%s -d grant_type=client_credentials https://x/token",
		"CLIENT_ID=a\nCLIENT_SECRET=%s", "A=$(curl -d '{\"client_secret\":\"%s\"}' https://x)",
		"curl -d 'a=%s' ${A:?%s}", "export A=(%s b)", "curl <<X\n%s\nX",
	} {
		f.Add(s, "hunter2")
	}
	f.Fuzz(func(t *testing.T, shape, word string) {
		const canary = "cAnArY7531"
		p, err := paste.Read(strings.ReplaceAll(shape, "%s", canary) + word)
		if err != nil && strings.Contains(err.Error()+console.Hint(err), canary) {
			t.Errorf("the error quotes what was pasted: %v", err)
		}
		p.Problems() // must not panic either
	})
}
