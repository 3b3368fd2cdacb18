package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
)

// Over reports whether a mark is of no more use: the lost token cannot be alive at now.
func (m Mark) Over(now time.Time) bool { return !m.EndsBy.IsZero() && !now.Before(m.EndsBy) }

// personPatience is the time for which another process may wait for a person to sign in.
const personPatience = 15 * time.Minute

// AnswerableUntil returns the time until which the process that sent the request of a mark may
// still receive its answer. a is the application of the mark.
func (m Mark) AnswerableUntil(a Application) time.Time {
	if m.Verb() == OpGet && SignsIn(cmp.Or(m.Grant, a.Grant)) {
		return m.SentAt.Add(personPatience)
	}
	return m.SentAt.Add(leaseFor(a.Environment))
}

// UserFor returns the user of a get; "" if the token is for the application itself. a is the
// application of the mark.
func (m Mark) UserFor(a Application) Private {
	return userOf(cmp.Or(m.Grant, a.Grant), cmp.Or(m.User, a.Username))
}

// Verb returns OpGet or OpRefresh. A test counts as a get.
func (m Mark) Verb() string {
	if m.TokenID != "" {
		return OpRefresh
	}
	return OpGet
}

// present reads without the marks that are over. A later write removes those (recorder.tend).
type present struct {
	Reader
	now time.Time
}

func (r present) strip(tokens []Token, err error) ([]Token, error) {
	for i := range tokens {
		if m := tokens[i].Unsure; m != nil && m.Over(r.now) {
			tokens[i].Unsure = nil
		}
	}
	return tokens, err
}

// Tokens implements Reader.
func (r present) Tokens() ([]Token, error) { return r.strip(r.Reader.Tokens()) }

// TokensWhere implements Reader.
func (r present) TokensWhere(f TokenFilter) ([]Token, error) {
	return r.strip(r.Reader.TokensWhere(f))
}

// Newest implements Reader.
func (r present) Newest(f TokenFilter, each func(Token) bool) error {
	return r.Reader.Newest(f, func(t Token) bool {
		one, _ := r.strip([]Token{t}, nil)
		return each(one[0])
	})
}

// Token implements Reader.
func (r present) Token(id string) (Token, error) {
	t, err := r.Reader.Token(id)
	if t.Unsure != nil && t.Unsure.Over(r.now) {
		t.Unsure = nil
	}
	return t, err
}

// Marks implements Reader.
func (r present) Marks() ([]Mark, error) {
	open, err := r.Reader.Marks()
	return slices.DeleteFunc(open, func(m Mark) bool { return m.Over(r.now) }), err
}

// presentKeeper is a Keeper that reads without the marks that are over. Service.update wraps its
// writes.
type presentKeeper struct {
	Keeper
	clock func() time.Time
}

// View implements Keeper.
func (k presentKeeper) View(ctx context.Context, f func(Reader) error) error {
	return k.Keeper.View(ctx, func(r Reader) error { return f(present{r, k.clock()}) })
}

// requestKey identifies one request of one client. A get brings the token that an earlier equal one
// has lost, or the one by which the server has replaced it.
type requestKey struct {
	client, grant   string
	user            Private
	scopes, request string
}

func clientName(a Application) string { return a.server() + " " + string(a.ConsumerKey) }

func requestKeyOf(a Application, grant string, user Private, scopes []string,
	r *Request) requestKey {
	set := slices.Sorted(slices.Values(scopes))
	q := requestKey{
		client: clientName(a), grant: grant, user: userOf(grant, user),
		scopes: strings.Join(slices.Compact(set), " "),
	}
	if r != nil && !r.IsZero() {
		q.request = fmt.Sprintf("%q", *r) // maps are printed in the order of their keys
	}
	return q
}

// owner returns the application of a token or mark, the zero one if it is not known.
func (s *Service) owner(r Reader, appID string) (Application, error) {
	a, err := s.application(r, appID)
	if isCode(err, CodeNoApplication) {
		err = nil
	}
	return a, err
}

// tokenRequestKey identifies the request that a token answers.
func (s *Service) tokenRequestKey(r Reader, t Token) (requestKey, error) {
	a, err := s.owner(r, t.AppID)
	return requestKeyOf(a, t.Grant, t.User, t.Asked, t.Request), err
}

// markRequestKey identifies the request of a mark; for a refresh, that of its token.
func (s *Service) markRequestKey(r Reader, m Mark) (requestKey, error) {
	if m.TokenID != "" {
		t, err := s.token(r, m.TokenID)
		if isCode(err, CodeNoToken) {
			return requestKey{}, nil
		}
		if err != nil {
			return requestKey{}, err
		}
		return s.tokenRequestKey(r, t)
	}
	a, err := s.owner(r, m.AppID)
	return requestKeyOf(a, cmp.Or(m.Grant, a.Grant), m.UserFor(a), m.Scopes, m.Request), err
}

// endless stands for a life without a known end.
const endless time.Duration = -1

// longestLives returns, for each request of the clients of these marks, the longest life that the
// server has granted to a token of it. Adopted tokens do not count: they were not granted here.
func (s *Service) longestLives(r Reader, marks ...Mark) (map[requestKey]time.Duration, error) {
	stored, err := r.Applications()
	if err != nil {
		return nil, err
	}
	clients := map[string]bool{}
	f := TokenFilter{}
	for _, m := range marks {
		a, err := s.owner(r, m.AppID)
		if err != nil {
			return nil, err
		}
		clients[clientName(a)] = true
		f.AppIDs = append(f.AppIDs, m.AppID)
	}
	for _, a := range slices.Concat(s.opt.Applications, stored) {
		if clients[clientName(a)] {
			f.AppIDs = append(f.AppIDs, a.ID)
		}
	}
	all, err := r.TokensWhere(f)
	if err != nil {
		return nil, err
	}
	lives := map[requestKey]time.Duration{}
	for _, t := range all {
		life, ok := lifeOf(t)
		if !ok {
			continue
		}
		q, err := s.tokenRequestKey(r, t)
		if err != nil {
			return nil, err
		}
		lives[q] = longerLife(lives[q], life)
	}
	return lives, nil
}

// devicePatience is the longest time from the mark of a device grant to its last poll.
const devicePatience = 30 * time.Minute

// endsBy returns the latest time at which the token of a mark's request can be alive, zero if that
// is not known. lives come from longestLives.
func (s *Service) endsBy(r Reader, m Mark, lives map[requestKey]time.Duration) (time.Time, error) {
	q, err := s.markRequestKey(r, m)
	if err != nil {
		return time.Time{}, err
	}
	a, err := s.owner(r, m.AppID)
	if err != nil {
		return time.Time{}, err
	}
	lastAnswer := m.SentAt.Add(leaseFor(a.Environment) - leaseSlack)
	if m.TokenID == "" && q.grant == tokenapi.GrantDeviceCode {
		lastAnswer = lastAnswer.Add(devicePatience)
	}
	life, seen := lives[q]
	if seen && life != endless { // a token with a longer life may be forgotten
		text, err := r.Setting(q.lifeKey())
		if err != nil {
			return time.Time{}, err
		}
		life = longerLife(life, readLife(text))
	}
	switch {
	case life == endless:
		return time.Time{}, nil
	case !seen: // such tokens may have been forgotten
		return m.EndsBy, nil
	case lastAnswer.Add(life).After(m.EndsBy):
		return lastAnswer.Add(life), nil
	}
	return m.EndsBy, nil
}

// settle removes the marks of earlier requests equal to of, if the server is known to have ended
// their tokens. got is the token that it issued now.
func (s *Service) settle(w Writer, of Mark, got Token, now time.Time) error {
	a, err := s.application(w, of.AppID)
	if err != nil || !endsEarlier(a.Environment.Regime) {
		return err
	}
	want, err := s.markRequestKey(w, of)
	if err != nil {
		return err
	}
	open, err := w.Marks()
	if err != nil {
		return err
	}
	for _, m := range open {
		switch q, err := s.markRequestKey(w, m); {
		case err != nil:
			return err
		case q != want:
			continue
		}
		if err := w.ClearMark(m.ID); err != nil {
			return err
		}
		if m.TokenID != "" && m.TokenID != got.ID {
			if _, err := s.replace(w, a, m.TokenID, got, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// replace stores that token by replaced the token with this ID, of application a. An earlier
// replacement stays unless it is refuted.
func (s *Service) replace(w Writer, a Application, id string, by Token,
	at time.Time) (Token, error) {
	t, err := s.token(w, id)
	if isLost(err) {
		return t, nil
	}
	p := s.Policy(a)
	if err != nil || t.ReplacedBy != "" && !t.endRefuted(p) {
		return t, err
	}
	t.replace(by.ID, p, at)
	return t, w.PutToken(&t)
}

// replace stores on t the token that replaced it. The time of an earlier replacement stays, because
// the bound follows from it. It changes only if that replacement is refuted: then the server has
// ended t again.
func (t *Token) replace(by string, p Policy, at time.Time) {
	if t.ReplacedAt.IsZero() || t.endRefuted(p) {
		t.ReplacedAt = at
	}
	t.ReplacedBy = by
}

// endRefuted reports whether the server called t active, or the gateway accepted it, after its end.
func (t *Token) endRefuted(p Policy) bool {
	e := gather(t, p)
	end := e.weigh()
	return end.reopened || end.active
}

// endsEarlier reports whether a server is known to end a token when the same is asked for anew, or
// to hand it out again.
func endsEarlier(r Regime) bool { return r == RegimeOpaque || r == RegimeJWT }

// Dismiss removes an open mark because a person wants it. What became of its token stays unknown.
func (s *Service) Dismiss(ctx context.Context, markID string) (Mark, error) {
	var m Mark
	err := s.updateAs(ctx, recorder{dismissed: markID}, func(w Writer) error {
		open, err := w.Marks()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(m Mark) bool { return m.ID == markID })
		if i < 0 {
			return &Error{
				Code: CodeNoMark, Text: "forget: no request with this mark is unanswered",
				Hint: "it may be settled meanwhile",
			}
		}
		m = open[i]
		return w.ClearMark(m.ID)
	})
	return m, err
}
