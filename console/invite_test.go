package console_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// street brings browsers back without a socket.
type street struct {
	came  chan url.Values
	ended chan error // text for the browser at the end
}

func (s street) Open(context.Context, string) (console.Door, error) { return s, nil }

func (street) URL() string { return "http://127.0.0.1:5555/callback" }

func (s street) Close(outcome error) { s.ended <- outcome }

func (s street) Wait(ctx context.Context, accept func(url.Values) error) error {
	for {
		select {
		case q := <-s.came:
			if err := accept(q); !errors.Is(err, console.ErrNotOurs) {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// bubbled is a world in virtual time, with the grants that need a person.
func bubbled(t *testing.T, o sandbox.Options) (*world, *console.Service, street) {
	t.Helper()
	return bubbledAt(t, o, base+"/oauth2/token")
}

// bubbledAt is bubbled with another issuer; with "" nothing is discovered.
func bubbledAt(t *testing.T, o sandbox.Options, issuer string) (*world, *console.Service, street) {
	t.Helper()
	o.Clock = time.Now
	w := newWorldOf(t, o, func(e *console.Environment) {
		e.Issuer = console.Private(issuer)
		if issuer == "" {
			e.Endpoints.AuthorizeURL = base + "/oauth2/authorize"
		}
	})
	at := street{make(chan url.Values), make(chan error, 9)}
	s := w.console(func(o *console.Options) { o.Clock, o.Callbacks = time.Now, at })
	return w, s, at
}

type got struct {
	out console.Outcome
	err error
}

func (w *world) get(s *console.Service, name string) (console.Application, chan got) {
	app := w.app(name, "PRODUCTION")
	done := make(chan got, 1)
	go func() {
		out, err := s.Get(w.t.Context(), app.ID, console.GetOptions{})
		done <- got{out, err}
	}()
	synctest.Wait()
	return app, done
}

func (w *world) invitation(s *console.Service) console.Invitation {
	w.t.Helper()
	b := must[console.Board](w.t)(s.Board(w.t.Context()))
	if len(b.Invitations) != 1 {
		w.t.Fatalf("%d invitations", len(b.Invitations))
	}
	return b.Invitations[0]
}

// visit plays a browser that approves, and returns the address to which it is sent back.
func (w *world) visit(address string) url.Values {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.sandbox.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, address+"&approve=1", nil))
	back, err := url.Parse(rec.Header().Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), "http://127.0.0.1:5555/callback?") {
		w.t.Fatalf("sent to %q: %d %s", back, rec.Code, rec.Body)
	}
	return back.Query()
}

func TestCodeGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, at := bubbled(t, sandbox.Options{})
		app, done := w.get(s, "Portal")
		i := w.invitation(s)
		if i.AppID != app.ID || !strings.Contains(string(i.URL), "code_challenge_method=S256") ||
			i.Until.Before(time.Now()) {
			t.Errorf("invitation %+v", i)
		}
		// The answer of another program comes first. It is rejected, and the door still waits for
		// the real one.
		at.came <- url.Values{"code": {"evil"}, "state": {"guessed"}}
		at.came <- w.visit(string(i.URL))
		r := <-done
		if outcome := <-at.ended; outcome != nil {
			t.Errorf("the browser is told of %v", outcome)
		}
		if r.err != nil || r.out.Token.Grant != tokenapi.GrantAuthorizationCode ||
			r.out.Token.Refresh != console.RefreshLive {
			t.Fatalf("%+v %v", r.out, r.err)
		}
		if b := must[console.Board](t)(s.Board(t.Context())); len(b.Invitations) != 0 ||
			len(b.Marks) != 0 {
			t.Errorf("left behind: %v %v", b.Invitations, b.Marks)
		}
		if out, err := s.Renew(t.Context(), r.out.Token.ID); err != nil ||
			out.How != console.Refreshed {
			t.Errorf("renew: %v %v", out.How, err)
		}
	})
}

// The browser shows the result of the sign-in once it is known.
func TestCodeGrantTellsTheBrowser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, at := bubbled(t, sandbox.Options{})
		w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
			if len(at.ended) > 0 {
				t.Error("the browser was told before the code was exchanged")
			}
			return replied(400, `{"error":"invalid_grant"}`), nil, r.URL.Path == "/token"
		}
		_, done := w.get(s, "Portal")
		at.came <- w.visit(string(w.invitation(s).URL))
		r := <-done
		if outcome := <-at.ended; r.err == nil || !errors.Is(r.err, outcome) {
			t.Errorf("the browser is told of %v, the person of %v", outcome, r.err)
		}
	})
}

// With openid a nonce is sent, and an ID token of another sign-in is refused. A missing ID token is
// reported.
func TestCodeGrantChecksTheNonce(t *testing.T) {
	for name, c := range map[string]struct{ id, bad, note string }{
		"right":   {"", "", ""}, // the sandbox's own
		"another": {"eyJhbGciOiJub25lIn0.eyJub25jZSI6IngifQ.", "nonce", ""},
		"missing": {"none", "", "no ID token"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, at := bubbled(t, sandbox.Options{})
				w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
					body := `{"access_token":"at-7d1f","token_type":"Bearer","id_token":"` + c.id +
						`"}`
					return replied(200, strings.Replace(body, `"none"`, "null", 1)), nil,
						r.URL.Path == "/token" && c.id != ""
				}
				app := w.app("Portal", "PRODUCTION")
				done := make(chan got, 1)
				go func() {
					out, err := s.Get(t.Context(), app.ID,
						console.GetOptions{Scopes: []string{"openid"}})
					done <- got{out, err}
				}()
				synctest.Wait()
				i := w.invitation(s)
				if !strings.Contains(string(i.URL), "&nonce=") {
					t.Errorf("no nonce in %s", i.URL)
				}
				at.came <- w.visit(string(i.URL))
				r := <-done
				if (r.err != nil) != (c.bad != "") ||
					r.err != nil && !strings.Contains(r.err.Error(), c.bad) {
					t.Errorf("%v, want %q", r.err, c.bad)
				}
				if !strings.Contains(strings.Join(r.out.Notes, "\n"), c.note) ||
					(len(r.out.Notes) == 0) != (c.note == "") {
					t.Errorf("notes %q, want %q", r.out.Notes, c.note)
				}
				b := must[console.Board](t)(s.Board(t.Context()))
				if len(b.Marks) != 0 || (len(b.Tokens) == 0) != (c.bad != "") {
					t.Errorf("left behind: %d marks, %d tokens", len(b.Marks), len(b.Tokens))
				}
			})
		})
	}
}

// An answer of another server, or a refusal, ends the sign-in without a token request.
func TestCodeGrantRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(url.Values)
		code   string
	}{
		"another issuer": {func(q url.Values) { q.Set("iss", "https://evil.example") }, ""},
		"no issuer":      {func(q url.Values) { q.Del("iss") }, ""},
		"denied": {func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") },
			"access_denied"},
		"no code": {func(q url.Values) { q.Del("code") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, at := bubbled(t, sandbox.Options{})
				_, done := w.get(s, "Portal")
				back := w.visit(string(w.invitation(s).URL))
				c.change(back)
				at.came <- back
				r := <-done
				if e, ok := tokenapi.AsError(r.err); !ok || e.Code != c.code {
					t.Errorf("%v, want code %q", r.err, c.code)
				}
				if n := w.wire.sent("/token"); n != 0 {
					t.Errorf("%d token requests", n)
				}
			})
		})
	}
}

// The wait ends if no browser returns in time or the person gives up. It leaves nothing behind, and
// a later get goes on.
func TestInvitationEnds(t *testing.T) {
	for _, name := range []string{"Portal", "Kiosk"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, _ := bubbled(t, sandbox.Options{})
				app, done := w.get(s, name)
				first := w.invitation(s)
				s.GiveUp(first.ID)
				refusal(t, (<-done).err, "given_up")
				_, done = w.get(s, name)
				i := w.invitation(s)
				s.GiveUp(first.ID) // a late call ends no invitation that began since
				// Other consoles are kept out during the sign-in, and no longer.
				other := w.console(func(o *console.Options) { o.Clock = time.Now })
				time.Sleep(2 * time.Minute)
				_, err := other.Get(t.Context(), app.ID, console.GetOptions{})
				refusal(t, err, "in_flight")
				time.Sleep(time.Until(i.Until) + time.Second)
				r := <-done
				if e, ok := console.AsError(r.err); ok && e.Code != "nobody_came" ||
					!ok && name == "Portal" {
					t.Errorf("%v", r.err)
				} else if e, api := tokenapi.AsError(r.err); !ok &&
					(!api || e.Code != "expired_token") {
					t.Errorf("%v", r.err)
				}
				b := must[console.Board](t)(s.Board(t.Context()))
				if len(b.Invitations) != 0 || len(b.Marks) != 0 {
					t.Errorf("left behind: %v %v", b.Invitations, b.Marks)
				}
			})
		})
	}
}

func TestDeviceGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, _ := bubbled(t, sandbox.Options{DeviceInterval: 5 * time.Second})
		_, done := w.get(s, "Kiosk")
		i := w.invitation(s)
		if len(i.UserCode) != 6 || i.URL == "" ||
			!strings.Contains(string(i.Complete), i.UserCode) {
			t.Errorf("invitation %+v", i)
		}
		time.Sleep(26 * time.Second)
		if n := w.wire.sent("/token"); n != 4 && n != 5 {
			t.Errorf("%d polls in 26 s at 5 s each: the interval is obeyed, and nothing slows "+
				"down for it", n)
		}
		w.approve(i)
		r := <-done
		if r.err != nil || r.out.Token.Grant != tokenapi.GrantDeviceCode {
			t.Fatalf("%+v %v", r.out, r.err)
		}
		for _, x := range must[console.Board](t)(s.Board(t.Context())).Exchanges {
			if strings.Contains(x.ResponseBody, "slow_down") {
				t.Error("the server had to ask for slower polls")
			}
		}
	})
}

func (w *world) approve(i console.Invitation) {
	w.t.Helper()
	form := url.Values{"user_code": {i.UserCode}, "approve": {"1"}}
	r := httptest.NewRequest(http.MethodPost, string(i.URL), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.sandbox.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("approve: %d %s", rec.Code, rec.Body)
	}
}

// slow_down slows all later polls, a lost answer is requested again, and a refusal ends the
// polling. The outcome names the exchange of the last poll.
func TestDevicePolling(t *testing.T) {
	say := func(status int, body string, retryAfter ...string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return replied(status, body, retryAfter...), nil }
	}
	pending, token := say(400, `{"error":"authorization_pending"}`),
		say(200, `{"access_token":"t","token_type":"bearer"}`)
	lost := func() (*http.Response, error) { return nil, errors.New("reset") }
	for name, c := range map[string]struct {
		answers []func() (*http.Response, error)
		after   time.Duration // from first to last poll, without the slack
		code    string        // of the error; "" is a token
		marks   int
	}{
		"slow down": {
			[]func() (*http.Response, error){say(400, `{"error":"slow_down"}`),
				say(400, `{"error":"authorization_pending"}`),
				say(200, `{"access_token":"t","token_type":"bearer"}`)}, 20 * time.Second, "", 0},
		"slow down to": {
			[]func() (*http.Response, error){say(200, `{"error":"slow_down","interval":30}`),
				say(200, `{"access_token":"t","token_type":"bearer"}`)}, 30 * time.Second, "", 0},
		"lost, then there": {
			[]func() (*http.Response, error){lost,
				say(200, `{"access_token":"t","token_type":"bearer"}`)}, 10 * time.Second, "", 0},
		"lost, then gone": {
			[]func() (*http.Response, error){lost, say(400, `{"error":"invalid_grant"}`)},
			10 * time.Second, "invalid_grant", 1},
		"denied": {
			[]func() (*http.Response, error){say(400, `{"error":"access_denied"}`)}, 0,
			"access_denied", 0},
		"expired": {
			[]func() (*http.Response, error){say(400, `{"error":"expired_token"}`)}, 0,
			"expired_token", 0},
		"unheard of": {[]func() (*http.Response, error){say(400, `{"error":"teapot"}`)}, 0,
			"teapot", 0},
		"502 in between": {
			[]func() (*http.Response, error){pending, say(502, "<html>bad gateway</html>"), pending,
				token}, 20 * time.Second, "", 0},
		"reset in between": {[]func() (*http.Response, error){pending, lost, pending, token},
			20 * time.Second, "", 0},
		"told to wait": {
			[]func() (*http.Response, error){pending, say(429, `{"error":"slow_down"}`, "2"),
				say(503, "busy", "1"), pending, token}, 45 * time.Second, "", 0},
		"429 alone": {[]func() (*http.Response, error){say(429, "", "90"), pending, token},
			95 * time.Second, "", 0},
		"503 for long": {[]func() (*http.Response, error){say(503, "", "120"), token},
			120 * time.Second, "", 0},
		"growing": {
			[]func() (*http.Response, error){say(500, ""), lost, say(503, ""), say(504, ""),
				say(502, ""), pending, token}, 195 * time.Second, "", 0},
		"500 of a proxy": {
			[]func() (*http.Response, error){say(500, `{"error":"Internal Server Error"}`), token},
			10 * time.Second, "", 0},
		"500 access denied": {
			[]func() (*http.Response, error){pending, say(500, `{"error":"access_denied"}`)},
			5 * time.Second, "access_denied", 0},
		"500 server error": {
			[]func() (*http.Response, error){pending, say(500, `{"error":"server_error"}`)},
			5 * time.Second, "server_error", 0},
		"503 unavailable": {
			[]func() (*http.Response, error){say(503, `{"error":"temporarily_unavailable"}`)}, 0,
			"temporarily_unavailable", 0},
		"502 expired": {
			[]func() (*http.Response, error){lost, say(502, `{"error":"expired_token"}`)},
			10 * time.Second, "expired_token", 1},
		"out of order": {
			[]func() (*http.Response, error){say(503, ``),
				say(200, `{"access_token":"t","token_type":"bearer"}`)}, 10 * time.Second, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, _ := bubbled(t, sandbox.Options{})
				var polls []time.Time
				w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
					if r.URL.Path != "/token" {
						return nil, nil, false
					}
					n := len(polls)
					polls = append(polls, time.Now())
					resp, err := c.answers[min(n, len(c.answers)-1)]()
					return resp, err, true
				}
				_, done := w.get(s, "Kiosk")
				r := <-done
				if e, ok := tokenapi.AsError(r.err); ok && e.Code != c.code ||
					!ok && (r.err != nil || c.code != "") {
					t.Errorf("%v, want %q", r.err, c.code)
				}
				if len(polls) != len(c.answers) {
					t.Errorf("%d polls, want %d", len(polls), len(c.answers))
				}
				all := must[console.Board](t)(s.Board(t.Context())).Exchanges
				if last := all[len(all)-1]; r.out.Exchange != last.Seq || last.Verb() != "get" {
					t.Errorf("it names the exchange %d, want %d: %s", r.out.Exchange, last.Seq,
						last.Verb())
				}
				took := polls[len(polls)-1].Sub(polls[0])
				if took < c.after || took > c.after+time.Duration(len(polls))*time.Second {
					t.Errorf("the polls took %v, want %v", took, c.after)
				}
				if b := must[console.Board](t)(s.Board(t.Context())); len(b.Marks) != c.marks {
					t.Errorf("%d open marks, want %d", len(b.Marks), c.marks)
				}
			})
		})
	}
}

// replied returns an answer of a token endpoint.
func replied(status int, body string, retryAfter ...string) *http.Response {
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/json")
	for _, v := range retryAfter {
		rec.Header().Set("Retry-After", v)
	}
	rec.WriteHeader(status)
	_, _ = rec.WriteString(body)
	return rec.Result()
}

// While polls fail, the invitation tells why and when the next one is. The error at the end quotes
// the server's last answer.
func TestDeviceTroubleIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		answer  *http.Response
		trouble string   // on the invitation, meanwhile
		end     []string // in the error, once the code has expired
	}{
		"pending": {replied(400, `{"error":"authorization_pending","error_description":"not yet"}`),
			"", []string{"nobody had approved it", "authorization_pending: not yet"}},
		"trouble": {replied(502, `<html><title>bad gateway</title>`), "502",
			[]string{"could not say whether", "bad gateway"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorldOf(t, sandbox.Options{Clock: time.Now},
					func(e *console.Environment) { e.Issuer = base + "/oauth2/token" })
				var told atomic.Int32
				s := w.console(func(o *console.Options) {
					o.Clock, o.Invite = time.Now,
						func(console.Invitation, func(secret.Text) error) func() {
							told.Add(1)
							return func() {}
						}
				})
				body := must[[]byte](t)(io.ReadAll(c.answer.Body))
				w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
					return replied(c.answer.StatusCode, string(body)), nil, r.URL.Path == "/token"
				}
				_, done := w.get(s, "Kiosk")
				until := w.invitation(s).Until
				time.Sleep(6 * time.Second)
				synctest.Wait()
				i := w.invitation(s)
				if !strings.Contains(i.Trouble, c.trouble) ||
					(i.Trouble == "") != (c.trouble == "") ||
					i.AskedAgain.After(time.Now()) != (c.trouble != "") {
					t.Errorf("the invitation says %q, asked again at %v", i.Trouble, i.AskedAgain)
				}
				if n := told.Load(); n < 1 || (n > 1) != (c.trouble != "") {
					t.Errorf("it was told %d times", n)
				}
				time.Sleep(time.Until(until) + time.Second)
				r := <-done
				for _, words := range c.end {
					if r.err == nil || !strings.Contains(r.err.Error(), words) ||
						strings.Contains(r.err.Error(), "browser") {
						t.Errorf("%q is not in %v", words, r.err)
					}
				}
			})
		})
	}
}

// Once the server answers again, the invitation shows no trouble.
func TestDeviceTroubleIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, _ := bubbled(t, sandbox.Options{})
		polls := 0
		w.wire.instead = func(r *http.Request) (*http.Response, error, bool) {
			if r.URL.Path != "/token" {
				return nil, nil, false
			}
			if polls++; polls == 1 {
				return nil, errors.New("reset"), true
			}
			return replied(400, `{"error":"authorization_pending"}`), nil, true
		}
		_, done := w.get(s, "Kiosk")
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if i := w.invitation(s); !strings.Contains(i.Trouble, "connection") {
			t.Errorf("after a lost answer the invitation says %q", i.Trouble)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if i := w.invitation(s); i.Trouble != "" || !i.AskedAgain.IsZero() {
			t.Errorf("after an answer the invitation says %q", i.Trouble)
		}
		s.GiveUp(w.invitation(s).ID)
		refusal(t, (<-done).err, "given_up")
	})
}
