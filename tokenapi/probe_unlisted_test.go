package tokenapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Only a success with the named status has a record without headers and body. Its verdict is the
// same, and any other answer is recorded in full.
func TestUnlistedProbes(t *testing.T) {
	t.Parallel()
	status := 200
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, flat("900901"))
	}))
	defer s.Close()
	c := clientFor(t, s.URL, nil)
	for _, k := range []struct {
		status, unlisted int
		bare             bool
		verdict          tokenapi.Verdict
	}{
		{200, 200, true, tokenapi.Accepted},
		{204, 200, false, tokenapi.Accepted},
		{200, 0, false, tokenapi.Accepted},
		{401, 200, false, tokenapi.Refused},
		{401, 401, false, tokenapi.Refused},
	} {
		status = k.status
		a, x, err := c.Probe(t.Context(), tokenapi.ProbeRequest{
			URL: s.URL + "/api", Token: secret.New("token-canary-0123456789"), Unlisted: k.unlisted,
		})
		if err != nil || a.Verdict != k.verdict || x.Status != k.status {
			t.Errorf("%d, unlisted %d: %s, %d, %v", k.status, k.unlisted, a.Verdict, x.Status, err)
		}
		if bare := len(x.RequestHeaders)+len(x.ResponseHeaders)+len(x.ResponseBody) == 0; bare !=
			k.bare {
			t.Errorf("%d, unlisted %d: the record is bare: %t", k.status, k.unlisted, bare)
		}
	}
}
