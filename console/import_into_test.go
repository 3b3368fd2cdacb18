package console_test

import (
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
)

// An application that was read elsewhere goes into the known environment of its Token API.
func TestImportEnvironment(t *testing.T) {
	t.Parallel()
	at := func(name, tokenURL, issuer string) console.Environment {
		e := console.NewEnvironment(name)
		e.Endpoints.TokenURL, e.Issuer = console.Private(tokenURL), console.Private(issuer)
		return e
	}
	var all []console.KnownEnvironment
	for _, e := range []console.Environment{
		at("cloud", "https://gw.example:8243/token", ""),
		at("realm", "https://id.example/realms/a/token", "https://id.example/realms/a"),
		at("new.example", "https://new.example/t/a/token", ""),
	} {
		all = append(all, console.KnownEnvironment{Environment: e, Source: console.FromStore})
	}
	for name, c := range map[string]struct {
		e                console.Environment
		into             console.Private
		want, note, fail string
	}{
		"the same token URL": {e: at("gw.example", "https://gw.example:8243/token", ""),
			want: "cloud"},
		"the same issuer": {e: at("id.example", "", "https://id.example/realms/a"), want: "realm"},
		"another path of WSO2": {e: at("gw.example", "https://gw.example:8243/oauth2/token", ""),
			want: "cloud", note: "cloud is used: its token URL is https://gw.example:8243/token"},
		"another port": {e: at("gw.example", "https://gw.example:9443/token", ""),
			want: "gw.example"},
		"another realm": {e: at("id.example", "https://id.example/realms/b/token", ""),
			want: "id.example"},
		"a taken name": {e: at("new.example", "https://new.example/t/b/token", ""),
			want: "new.example-2", note: "new.example has another token URL"},
		"a new name": {e: at("x", "https://gw.example:8243/token", ""), into: "mine", want: "mine"},
		"a named one, other port": {e: at("x", "https://gw.example:9443/oauth2/token", ""),
			into: "cloud", want: "cloud", note: "its token URL is https://gw.example:8243/token"},
		"a named one without a URL": {e: at("x", "", ""), into: "cloud", want: "cloud"},
		"a named one elsewhere": {e: at("x", "https://other.example/token", ""), into: "cloud",
			want: "cloud", fail: "cloud is at another server, gw.example"},
	} {
		got, note, err := console.ImportEnvironment(all, c.e, c.into)
		if string(got.Name) != c.want || (note == "") != (c.note == "") ||
			!strings.Contains(note, c.note) || (err == nil) != (c.fail == "") ||
			err != nil && !strings.Contains(err.Error(), c.fail) {
			t.Errorf("%s: %s, %q, %v", name, got.Name, note, err)
		}
		if err == nil && got.Endpoints.TokenURL != c.e.Endpoints.TokenURL && note == "" &&
			c.e.Endpoints.TokenURL != "" {
			t.Errorf("%s: another token URL, and nothing is said", name)
		}
	}
	e := at("x", "https://gw.example:8243/token", "")
	e.ClientAuth = tokenapi.AuthPost
	_, note, _ := console.ImportEnvironment(all, e, "")
	if !strings.Contains(note, "its client_auth is basic, not post") {
		t.Errorf("client_auth: %q", note)
	}
}
