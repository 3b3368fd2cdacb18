package overlay

import (
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
)

func TestCurlOf(t *testing.T) {
	t.Parallel()
	const mask = "•••"
	for name, c := range map[string]struct {
		e    tokenapi.Exchange
		want string
	}{
		"basic": {tokenapi.Exchange{Method: "POST", URL: "https://gw.example/token",
			RequestHeaders: []tokenapi.Header{{Name: "Authorization", Value: "Basic " + mask},
				{Name: "User-Agent", Value: "x"}},
			Form: []tokenapi.Param{{Name: "grant_type", Value: "refresh_token"},
				{Name: "refresh_token", Value: mask + " 0a1b2c3d"}, {Name: "scope", Value: "a'b"}}},
			`printf '%s\n' 'user = "'"$CONSUMER_KEY:$CONSUMER_SECRET"'"' 'data-urlencode = ` +
				`"refresh_token='"$REFRESH_TOKEN"'"' | curl -sS -K - --data-urlencode ` +
				`'grant_type=refresh_token' --data-urlencode 'scope=a'\''b' ` +
				`'https://gw.example/token'`},
		"form": {tokenapi.Exchange{Method: "POST", URL: "https://gw.example/token",
			Form: []tokenapi.Param{{Name: "client_secret", Value: mask}}},
			`printf '%s\n' 'data-urlencode = "client_secret='"$CONSUMER_SECRET"'"' | curl -sS -K ` +
				`- 'https://gw.example/token'`},
		"bearer": {tokenapi.Exchange{Method: "GET", URL: "https://gw.example/x?limit=" + mask,
			RequestHeaders: []tokenapi.Header{
				{Name: "Authorization", Value: "Bearer " + mask + " 0a1b2c3d"},
				{Name: "X-Api-Key", Value: mask}}},
			`printf '%s\n' 'header = "Authorization: Bearer '"$TOKEN"'"' 'header = "X-Api-Key: ` +
				`'"$X_API_KEY"'"' | curl -sS -K - 'https://gw.example/x?limit=VALUE'`},
		"head, and a header of one's own": {
			tokenapi.Exchange{Method: "HEAD", URL: "https://gw.example/x",
				RequestHeaders: []tokenapi.Header{{Name: "User-Agent", Value: mask}}},
			`printf '%s\n' 'header = "User-Agent: '"$USER_AGENT"'"' | curl -sS -K - -I ` +
				`'https://gw.example/x'`},
		"post without a form": {tokenapi.Exchange{Method: "POST", URL: "https://gw.example/x"},
			`curl -sS -X 'POST' 'https://gw.example/x'`},
		"a scheme that closes the quotes": {
			tokenapi.Exchange{Method: "GET", URL: "https://gw.example/x",
				RequestHeaders: []tokenapi.Header{{Name: "Authorization", Value: `"$(id)" x`}}},
			`printf '%s\n' 'header = "Authorization: Bearer '"$TOKEN"'"' | curl -sS -K - ` +
				`'https://gw.example/x'`},
	} {
		if got := curlOf(console.Exchange{Exchange: c.e}); got != c.want ||
			strings.Contains(got, mask) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestBodyLines(t *testing.T) {
	t.Parallel()
	if got := strings.Join(bodyLines(`{"a":1,"b":[2]}`),
		"|"); got != `{|  "a": 1,|  "b": [|    2|  ]|}` {
		t.Error(got)
	}
	if got := bodyLines(`{"a":`); len(got) != 1 || got[0] != `{"a":` {
		t.Error(got)
	}
}
