package console_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

// loses sends a get whose answer is lost, and returns its mark.
func (w *world) loses(s *console.Service, app string, o console.GetOptions) console.Mark {
	w.t.Helper()
	before := w.marks()
	w.wire.cut(nil, lost)
	defer w.wire.cut(nil, nil)
	if _, err := s.Get(w.t.Context(), app, o); err == nil {
		w.t.Fatal("a lost answer is no error")
	}
	for _, m := range w.marks() {
		if !slices.ContainsFunc(before, func(b console.Mark) bool { return b.ID == m.ID }) {
			return m
		}
	}
	w.t.Fatal("a lost get leaves no mark")
	return console.Mark{}
}

func (w *world) board(s *console.Service) console.Board {
	w.t.Helper()
	return must[console.Board](w.t)(s.Board(w.t.Context()))
}

func isCode(err error, code console.Code) bool {
	e, ok := console.AsError(err)
	return ok && e.Code == code
}

// profiles are the regimes, each with a server that follows it. Under auto the regime is not named.
func profiles() map[console.Regime]string {
	return map[console.Regime]string{
		console.RegimeOpaque: sandbox.ProfileOpaque, console.RegimeJWT: sandbox.ProfileJWT,
		console.RegimeAuto:          sandbox.ProfileOpaque,
		console.RegimeStateless:     sandbox.ProfileStateless,
		console.RegimeIntrospecting: sandbox.ProfileIntrospecting,
	}
}

func ends(r console.Regime) bool { return r == console.RegimeOpaque || r == console.RegimeJWT }

// A get settles the mark of an earlier one only if the server is known to end the earlier token.
func TestAGetSettlesWhereTheServerEnds(t *testing.T) {
	t.Parallel()
	for named, profile := range profiles() {
		w := regime(t, profile, named)
		s, app := w.console(), w.app("Payments", "PRODUCTION")
		m := w.loses(s, app.ID, console.GetOptions{})
		if !m.EndsBy.IsZero() {
			t.Errorf("%s: no life was seen, and it ends by %v", named, m.EndsBy)
		}
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		left := w.board(s).Marks
		if ends(named) {
			if len(left) != 0 {
				t.Errorf("%s: %+v", named, left)
			}
			continue
		}
		if len(left) != 1 || left[0].ID != m.ID {
			t.Fatalf("%s: the next get removes the mark: %+v", named, left)
		}
		// The answer tells how long a token of this request lives.
		end := m.SentAt.Add(w.env.Timeout + tok.Granted)
		if !left[0].EndsBy.Equal(end) {
			t.Errorf("%s: ends by %v, want %v", named, left[0].EndsBy, end)
		}
		// The log tells of two requests, and gives the end when it is replayed.
		log := must[[]console.Event](t)(s.Log(t.Context()))
		asked := 0
		for _, e := range log {
			if e.Kind == console.EventUnsure {
				asked++
			}
		}
		if _, marks, err := console.Replay(log); err != nil || asked != 2 || len(marks) != 1 ||
			!marks[0].EndsBy.Equal(end) {
			t.Errorf("%s: the log tells of %d requests and replays to %+v, %v", named, asked, marks,
				err)
		}
		w.clock.advance(end.Sub(w.clock.Now()) - time.Nanosecond)
		if left := w.board(s).Marks; len(left) != 1 {
			t.Errorf("%s: gone before its end", named)
		}
		w.clock.advance(time.Nanosecond)
		if left := w.board(s).Marks; len(left) != 0 {
			t.Errorf("%s: at its end: %+v", named, left)
		}
		// The mark is removed with the next write about the application.
		must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
		if left := w.marks(); len(left) != 0 {
			t.Errorf("%s: it stays in the store: %+v", named, left)
		}
	}
}

// The same for a refresh: renew requests a token once, and the next renew refreshes that.
func TestRenewOfAnUnsureToken(t *testing.T) {
	t.Parallel()
	for named, profile := range profiles() {
		w := regime(t, profile, named)
		s, app := w.console(), w.app("Payments", "PRODUCTION")
		tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		w.wire.cut(nil, lost)
		if _, err := s.Renew(t.Context(), tok.ID); err == nil {
			t.Fatal("a lost answer is no error")
		}
		w.wire.cut(nil, nil)
		m := w.marks()[0]
		if want := m.SentAt.Add(w.env.Timeout + tok.Granted); !m.EndsBy.Equal(want) {
			t.Errorf("%s: ends by %v, want %v", named, m.EndsBy, want)
		}
		w.clock.advance(time.Second)
		renewable := func() console.Token {
			b := w.board(s)
			t, _ := console.RenewableOf(b.Tokens, app.ID, func(t console.Token) console.Status {
				return console.StatusAt(t, s.Policy(app), w.clock.Now())
			})
			return t
		}
		if got := renewable(); got.ID != tok.ID {
			t.Errorf("%s: renew takes %s", named, got.ID)
		}
		out := must[console.Outcome](t)(s.Renew(t.Context(), tok.ID))
		old := w.token(tok.ID)
		if out.How != console.Issued || out.Token.ID == tok.ID || old.ReplacedBy != out.Token.ID ||
			!old.ReplacedAt.Equal(w.clock.Now()) {
			t.Errorf("%s: %s, replaced by %q at %v", named, out.How, old.ReplacedBy, old.ReplacedAt)
		}
		said := strings.Join(out.Notes, "; ")
		if !strings.Contains(said, "asked anew") ||
			ends(named) == strings.Contains(said, "at the latest") {
			t.Errorf("%s: said %q", named, said)
		}
		if ends(named) != (old.Unsure == nil) || ends(named) != (len(w.marks()) == 0) {
			t.Errorf("%s: mark %+v", named, old.Unsure)
		}
		if got := renewable(); got.ID != out.Token.ID {
			t.Errorf("%s: a second renew takes %s", named, got.ID)
		}
		if second := must[console.Outcome](t)(
			s.Renew(t.Context(), out.Token.ID)); second.How != console.Refreshed {
			t.Errorf("%s: a second renew is %s", named, second.How)
		}
	}
}

// A get in a regime that ends the lost token settles its refresh as well, and tells that the old
// one was replaced.
func TestAGetSettlesALostRefresh(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileOpaque, console.RegimeOpaque)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	w.wire.cut(nil, lost)
	if _, err := s.Renew(t.Context(), tok.ID); err == nil {
		t.Fatal("a lost answer is no error")
	}
	w.wire.cut(nil, nil)
	must[console.Outcome](t)(
		s.Get(t.Context(), app.ID, console.GetOptions{Scopes: []string{"read"}}))
	if w.token(tok.ID).Unsure == nil {
		t.Fatal("a get of something else settles it")
	}
	got := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	if old := w.token(tok.ID); old.Unsure != nil || old.ReplacedBy != got.ID {
		t.Errorf("mark %+v, replaced by %q, want %q", old.Unsure, old.ReplacedBy, got.ID)
	}
}

// A get that settles a lost refresh replaces the old token. It leaves an earlier replacement,
// unless the server called the token active after that.
func TestSettledAfterAnEarlierReplacement(t *testing.T) {
	t.Parallel()
	for _, refuted := range []bool{false, true} {
		w := regime(t, sandbox.ProfileOpaque, console.RegimeOpaque)
		s, app := w.console(), w.app("Payments", "PRODUCTION")
		id := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token.ID
		w.wire.cut(nil, lost)
		if _, err := s.Renew(t.Context(), id); err == nil {
			t.Fatal("a lost answer is no error")
		}
		w.wire.cut(nil, nil)
		w.edit(id, func(t *console.Token) {
			t.ReplacedAt, t.ReplacedBy = w.clock.Now(), "t_newer"
			if refuted {
				t.ActiveAt = w.clock.Now().Add(time.Second)
			}
		})
		w.clock.advance(time.Minute)
		want, at := "t_newer", w.token(id).ReplacedAt
		got := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
		if refuted {
			want, at = got.ID, got.IssuedAt
		}
		old := w.token(id)
		if old.Unsure != nil || old.ReplacedBy != want || !old.ReplacedAt.Equal(at) {
			t.Errorf("refuted %v: mark %+v, replaced by %q at %s, want %q at %s", refuted,
				old.Unsure, old.ReplacedBy, old.ReplacedAt, want, at)
		}
	}
}

// An answer to another request neither settles a mark nor tells its end.
func TestMarksAreOfTheWholeRequest(t *testing.T) {
	t.Parallel()
	w := regime(t, sandbox.ProfileOpaque, console.RegimeOpaque)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		if err := wr.PutApplication(app, console.Secrets{}); err != nil {
			return err
		}
		return wr.PutMark(console.Mark{
			ID: "m_other", Op: "get", AppID: app.ID, SentAt: w.clock.Now(),
			Request: &console.Request{Params: map[string][]string{"audience": {"x"}}},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	if left := w.marks(); len(left) != 1 || !left[0].EndsBy.IsZero() {
		t.Errorf("%+v", left)
	}
}

// The longest life of a token of this request counts. If one has no known end, neither has the
// mark.
func TestLongestLifeSeen(t *testing.T) {
	t.Parallel()
	bounded := func(d time.Duration) console.Token {
		return console.Token{Lifetime: tokenapi.Bounded, Granted: d, ExpiresAt: t0.Add(d)}
	}
	o := console.GetOptions{
		Grant: console.GrantPassword, Username: "ana", Password: secret.New("ana's"),
	}
	for name, c := range map[string]struct {
		seen []console.Token
		want time.Duration // 0: unknown
	}{
		"none": {nil, 0},
		"one":  {[]console.Token{bounded(time.Hour)}, time.Hour},
		"the longest": {
			[]console.Token{bounded(time.Hour), bounded(2 * time.Hour), bounded(time.Minute)},
			2 * time.Hour},
		"one without an end": {
			[]console.Token{{Lifetime: tokenapi.Unbounded}, bounded(time.Hour)},
			0,
		},
		"one that is unknown": {
			[]console.Token{bounded(time.Hour), {Lifetime: tokenapi.Unknown}},
			0,
		},
		"of another user": {
			[]console.Token{{User: "bob", Lifetime: tokenapi.Unbounded}, bounded(time.Hour)},
			time.Hour},
		"of another scope": {
			[]console.Token{{Asked: []string{"x"}, Lifetime: tokenapi.Unbounded},
				bounded(time.Hour)}, time.Hour},
		"brought here": {
			[]console.Token{{Grant: console.GrantAdopted, Lifetime: tokenapi.Unknown},
				bounded(time.Hour)}, time.Hour},
	} {
		w := newWorld(t)
		s, app := w.console(), w.app("Orders", "PRODUCTION")
		err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
			if err := wr.PutApplication(app, console.Secrets{}); err != nil {
				return err
			}
			for i, tok := range c.seen {
				tok.ID, tok.AppID, tok.IssuedAt = "t_"+string(rune('a'+i)), app.ID, t0
				tok.Grant, tok.User = cmp.Or(tok.Grant, o.Grant), cmp.Or(tok.User, o.Username)
				if err := wr.PutToken(&tok); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		m := w.loses(s, app.ID, o)
		want := time.Time{}
		if c.want > 0 {
			want = m.SentAt.Add(w.env.Timeout + c.want)
		}
		if !m.EndsBy.Equal(want) {
			t.Errorf("%s: ends by %v, want %v", name, m.EndsBy, want)
		}
	}
}

// A token whose mark is over is judged by its facts alone, and can be handed out again.
func TestOverMarksMakeNothingUnsure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		return wr.PutMark(console.Mark{
			ID: "m_over", Op: "refresh", AppID: app.ID, TokenID: tok.ID, SentAt: w.clock.Now(),
			EndsBy: w.clock.Now().Add(time.Minute),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.advance(time.Minute)
	if b := w.board(s); b.Tokens[0].Unsure != nil {
		t.Error("the board calls it unsure")
	}
	if out := must[console.Outcome](t)(
		s.Obtain(t.Context(), app.ID, console.ObtainOptions{})); out.How != console.Reused ||
		out.Token.ID != tok.ID {
		t.Errorf("%s %s", out.How, out.Token.ID)
	}
}

// Dismissing a mark is logged and removes nothing else.
func TestDismiss(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	get := w.loses(s, app.ID, console.GetOptions{Scopes: []string{"read"}})
	w.wire.cut(nil, lost)
	if _, err := s.Renew(t.Context(), tok.ID); err == nil {
		t.Fatal("a lost answer is no error")
	}
	w.wire.cut(nil, nil)
	refresh := w.token(tok.ID).Unsure
	if _, err := s.Dismiss(t.Context(), "m_nobody"); !isCode(err, "no_mark") {
		t.Errorf("%v", err)
	}
	for _, m := range []console.Mark{*refresh, get} {
		if got := must[console.Mark](t)(s.Dismiss(t.Context(), m.ID)); got.ID != m.ID {
			t.Errorf("%+v", got)
		}
		log := must[[]console.Event](t)(s.Log(t.Context()))
		if e := log[len(log)-1]; e.Kind != console.EventDismissed || e.TokenID != m.TokenID ||
			!strings.Contains(string(e.Facts), m.ID) {
			t.Errorf("logged as %s %s %s", e.Kind, e.TokenID, e.Facts)
		}
	}
	if left := w.marks(); len(left) != 0 || w.state(tok.ID) != console.Active {
		t.Errorf("%+v, %s", left, w.state(tok.ID))
	}
}

// Forgetting keeps open marks: their tokens may be alive.
func TestForgettingLeavesMarks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{})).Token
	m := w.loses(s, app.ID, console.GetOptions{})
	later := w.console(func(o *console.Options) { o.Applications = nil }) // no longer configured
	w.edit(tok.ID, func(t *console.Token) { t.Refresh = console.RefreshSpent })
	w.clock.advance(tok.ExpiresAt.Sub(w.clock.Now()))
	err := later.Delete(t.Context(), app.ID)
	if !isCode(err, "not_over") || !strings.Contains(console.Hint(err), m.ID) {
		t.Fatalf("%v; %s", err, console.Hint(err))
	}
	w.clock.advance(m.EndsBy.Sub(w.clock.Now()))
	if err := later.Delete(t.Context(), app.ID); err != nil {
		t.Fatal(err)
	}
	if left := w.marks(); len(left) != 0 {
		t.Errorf("the application is gone, and its mark is not: %+v", left)
	}
}

// A refused revoke does not forget an adopted token while the answer to its refresh is unknown.
func TestAdoptedWithAMarkStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	tok := must[console.Token](t)(
		s.AdoptPair(t.Context(), app.ID, secret.New("strange-access"),
			secret.New("strange-refresh")))
	w.wire.cut(nil, lost)
	if _, err := s.Renew(t.Context(), tok.ID); err == nil {
		t.Fatal("a lost answer is no error")
	}
	w.wire.cut(nil, nil)
	must[console.Token](t)(s.Revoke(t.Context(), tok.ID, console.RevokeAccess, 0))
	w.wire.instead = answersRevoke(400, "application/json", `{"error":"invalid_token"}`)
	if done := must[[]console.Delivery](t)(s.DeliverOne(t.Context(), tok.ID)); len(done) != 1 ||
		done[0].Err == nil || done[0].Kept {
		t.Fatalf("%+v", done)
	}
	if len(w.marks()) != 1 || w.token(tok.ID).Unsure == nil {
		t.Error("the mark is gone")
	}
}

// The advice is true in each regime: it never promises that a revoke ends a lost token.
func TestMarkAdvice(t *testing.T) {
	t.Parallel()
	now := t0
	end := now.Add(time.Hour)
	for named := range profiles() {
		for _, m := range []console.Mark{
			{ID: "m_1", Op: "get", SentAt: now},
			{ID: "m_1", Op: "refresh", TokenID: "t", SentAt: now},
			{ID: "m_1", Op: "get", SentAt: now, EndsBy: end},
			{ID: "m_1", Op: "refresh", TokenID: "t", SentAt: now, EndsBy: end},
		} {
			text := console.FaceCommands().Says(console.MarkAdvice(m, named, now))
			if strings.Contains(text, "revoke ends") || strings.Contains(text, "settles") {
				t.Errorf("%s: promises too much: %s", named, text)
			}
			if ends(named) {
				if !strings.Contains(text, "which token is valid") {
					t.Errorf("%s: %s", named, text)
				}
				continue
			}
			want := "nobody knows how long"
			if !m.EndsBy.IsZero() {
				want = "may live until " + end.UTC().Format("15:04:05Z") + " at the latest"
			}
			if !strings.Contains(text, want) || !strings.Contains(text, "forget m_1") ||
				strings.Contains(text, "is valid") {
				t.Errorf("%s: no %q: %s", named, want, text)
			}
		}
	}
	tok := console.Token{Unsure: &console.Mark{ID: "m_1", Op: "refresh", TokenID: "t", SentAt: now},
		AcceptedAt: now}
	if text := console.Advice(tok, console.Policy{}, now); !strings.Contains(text,
		"does not end a token that only the lost answer held") {
		t.Error(text)
	}
	if text := console.MarkAdvice(console.Mark{EndsBy: now.Add(48 * time.Hour)}, console.RegimeAuto,
		now); !strings.Contains(text, now.Add(48*time.Hour).Format("2006-01-02")) {
		t.Errorf("no date: %s", text)
	}
}

// renew APP chooses an unsure token only if it is the newest.
func TestRenewableBesideAnUnsureOne(t *testing.T) {
	t.Parallel()
	unsure := console.Token{ID: "unsure", AppID: "a", Refresh: console.RefreshLive,
		Unsure: &console.Mark{}}
	plain, refreshable := console.Token{ID: "plain", AppID: "a"},
		console.Token{ID: "refreshable", AppID: "a", Refresh: console.RefreshLive}
	for _, c := range []struct {
		held []console.Token
		want string
	}{
		{[]console.Token{unsure}, "unsure"},
		{[]console.Token{refreshable, unsure}, "unsure"},
		{[]console.Token{unsure, plain}, "plain"},
		{[]console.Token{unsure, refreshable}, "refreshable"},
		{[]console.Token{refreshable, plain}, "refreshable"},
		{[]console.Token{refreshable, unsure, plain}, "plain"},
	} {
		got, _ := console.RenewableOf(c.held, "a",
			func(console.Token) console.Status { return console.Status{State: console.Active} })
		if got.ID != c.want {
			t.Errorf("of %d: %s, want %s", len(c.held), got.ID, c.want)
		}
	}
}

// An adopted token without a known life does not hide the lives of the tokens that replaced it.
func TestLifeOfWhatCameOfAdoption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(), w.app("Payments", "PRODUCTION")
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		if err := wr.PutApplication(app, console.Secrets{}); err != nil {
			return err
		}
		for _, tok := range []console.Token{
			{ID: "t_adopted", Lifetime: tokenapi.Unknown, ReplacedBy: "t_next", ReplacedAt: t0},
			{ID: "t_next", From: "t_adopted", Lifetime: tokenapi.Bounded, Granted: time.Hour,
				ExpiresAt: t0.Add(time.Hour), Refresh: console.RefreshLive},
		} {
			tok.AppID, tok.Grant, tok.IssuedAt = app.ID, console.GrantAdopted, t0
			if err := wr.PutToken(&tok); err != nil {
				return err
			}
			sec := console.Secrets{Access: secret.New("access-of-" + tok.ID),
				Refresh: secret.New("refresh-of-" + tok.ID)}
			if err := wr.PutSecrets(tok.ID, sec); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.wire.cut(nil, lost)
	if _, err := s.Renew(t.Context(), "t_next"); err == nil {
		t.Fatal("a lost answer is no error")
	}
	if m := w.marks(); len(m) != 1 || !m[0].EndsBy.Equal(m[0].SentAt.Add(w.env.Timeout+time.Hour)) {
		t.Errorf("%+v", m)
	}
}

// An application that is gone and has only a mark that is over is forgotten with it.
func TestOverMarksGoWithTheirApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, app := w.console(func(o *console.Options) { o.Applications = nil }),
		w.app("Orders", "PRODUCTION")
	app.Source = console.Gone
	err := w.keeper.Update(t.Context(), func(wr console.Writer) error {
		if err := wr.PutApplication(app, console.Secrets{}); err != nil {
			return err
		}
		return wr.PutMark(
			console.Mark{ID: "m_over", Op: "get", AppID: app.ID, SentAt: t0, EndsBy: t0})
	})
	if err == nil {
		err = s.Delete(t.Context(), app.ID)
	}
	if left := w.marks(); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
}

// The answer to the request of a mark can arrive until the lease of its sender ends. If a person
// must sign in, it can arrive for as long as that may take.
func TestAnswerableUntil(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		grant string
		mark  console.Mark
		want  time.Duration
	}{
		"a get": {console.GrantClientCredentials, console.Mark{},
			23 * time.Second},
		"a sign-in": {console.GrantAuthorizationCode, console.Mark{},
			15 * time.Minute},
		"a refresh after it": {console.GrantDeviceCode, console.Mark{TokenID: "t"},
			23 * time.Second},
		"a get with a sign-in": {console.GrantClientCredentials,
			console.Mark{Grant: console.GrantDeviceCode}, 15 * time.Minute},
		"a get without a person": {console.GrantDeviceCode,
			console.Mark{Grant: console.GrantClientCredentials}, 23 * time.Second},
	} {
		a := console.Application{Grant: c.grant}
		a.Environment.Timeout = 20 * time.Second
		c.mark.SentAt = at
		if got := c.mark.AnswerableUntil(a).Sub(at); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
