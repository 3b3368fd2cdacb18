package console_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// A person whose browser cannot return pastes the address at which it ended.
func TestSignInIsPasted(t *testing.T) {
	for name, paste := range map[string]func(q url.Values) string{
		"address": func(q url.Values) string {
			return "http://127.0.0.1:5555/callback?" + q.Encode()
		},
		"of another host": func(q url.Values) string {
			return " https://unreachable.example/x?" + q.Encode() + "#_=_\r\n"
		},
		"broken over lines": func(q url.Values) string {
			return "http://127.0.0.1:5555/\r\ncallback?" + q.Encode()
		},
		"without its scheme": func(q url.Values) string {
			return "127.0.0.1:5555/callback?" + q.Encode()
		},
		"query":            func(q url.Values) string { return q.Encode() },
		"query with its ?": func(q url.Values) string { return "?" + q.Encode() },
		"code":             func(q url.Values) string { return "\t" + q.Get("code") + "\n" },
		"code, escaped": func(q url.Values) string {
			return strings.ReplaceAll(q.Get("code"), "-", "%2D")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				issuer := base + "/oauth2/token"
				if strings.HasPrefix(name, "code") { // this server declares iss in its metadata
					issuer = ""
				}
				w, s, at := bubbledAt(t, sandbox.Options{}, issuer)
				_, done := w.get(s, "Portal")
				i := w.invitation(s)
				text := secret.New(paste(w.visit(string(i.URL))))
				if err := s.Answer(i.ID, text); err != nil {
					t.Fatal(err)
				}
				if err := s.Answer(i.ID, text); err == nil {
					t.Error("taken twice")
				}
				if r := <-done; r.err != nil ||
					r.out.Token.Grant != tokenapi.GrantAuthorizationCode {
					t.Errorf("%+v %v", r.out, r.err)
				}
				<-at.ended
				if err := s.Answer(i.ID, text); err == nil {
					t.Error("taken when nobody waits")
				}
			})
		})
	}
}

// An unusable paste is an error that does not repeat it, and the wait goes on.
func TestWrongPasteIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, at := bubbled(t, sandbox.Options{})
		_, done := w.get(s, "Portal")
		i := w.invitation(s)
		back := w.visit(string(i.URL))
		with := func(set ...string) string {
			q := url.Values{}
			for k := range back {
				q.Set(k, back.Get(k))
			}
			for n := 0; n < len(set); n += 2 {
				q.Set(set[n], set[n+1])
				if set[n+1] == "" {
					q.Del(set[n])
				}
			}
			return "http://127.0.0.1:5555/callback?" + q.Encode()
		}
		for text, why := range map[string]string{
			" \n":                              "is empty",
			"http://127.0.0.1:5555/callback":   "an address without an answer",
			string(i.URL):                      "an address without an answer",
			"I am not sure":                    "neither an address nor a code",
			"c\u00f6de":                        "neither an address nor a code",
			with("state", "guessed-7d1f"):      "the state is not the one",
			with("state", ""):                  "no state",
			with("iss", "https://evil.test"):   "another server",
			with("iss", ""):                    "which server made it",
			with("code", ""):                   "without an answer",
			with() + "&code=canary-7d1f":       "came twice",
			"?code=canary-7d1f%zz":             "cannot be read",
			with("error", "x", "state", "y"):   "the state is not the one",
			"error=access_denied&state=canary": "the state is not the one",
		} {
			err := s.Answer(i.ID, secret.New(text))
			if e, ok := console.AsError(err); !ok || e.Code != "wrong_answer" ||
				!strings.Contains(e.Text, why) {
				t.Errorf("%q: %v, want %q", text, err, why)
			} else if said := e.Text + e.Hint; strings.Contains(said, back.Get("code")) ||
				strings.Contains(said, back.Get("state")) || strings.Contains(said, "7d1f") {
				t.Errorf("%q: repeated in %q", text, said)
			}
		}
		synctest.Wait()
		if b := must[console.Board](t)(s.Board(t.Context())); len(b.Invitations) != 1 ||
			len(done) != 0 {
			t.Fatal("nobody waits any more")
		}
		at.came <- back // the browser returns after all
		if r := <-done; r.err != nil {
			t.Error(r.err)
		}
	})
}

// A refusal with the right state ends the wait, as it does from the browser.
func TestPastedRefusalEndsTheSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, _ := bubbled(t, sandbox.Options{})
		_, done := w.get(s, "Portal")
		i := w.invitation(s)
		q := w.visit(string(i.URL))
		q.Del("code")
		q.Set("error", "access_denied")
		if err := s.Answer(i.ID, secret.New(q.Encode())); err != nil {
			t.Fatal(err)
		}
		r := <-done
		if e, ok := tokenapi.AsError(r.err); !ok || e.Code != "access_denied" {
			t.Errorf("%v", r.err)
		}
	})
}
