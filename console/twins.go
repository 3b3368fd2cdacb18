package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Twin is another row that holds the same access token: of another application, or in another
// environment.
type Twin struct {
	Row    Token // without twins of its own
	Policy Policy
}

// Related gives each token the others that hold the same access token, so that StatusAt judges them
// as one.
func Related(tokens []Token, policy func(appID string) Policy) {
	alike := map[string][]int{}
	for i := range tokens {
		tokens[i].Twins = nil
		if h := tokens[i].AccessHash; h != "" {
			alike[h] = append(alike[h], i)
		}
	}
	for _, group := range alike {
		if len(group) < 2 {
			continue
		}
		rows := make([]Twin, len(group))
		for n, i := range group {
			rows[n] = Twin{tokens[i], policy(tokens[i].AppID)}
		}
		for n, i := range group {
			tokens[i].Twins = slices.Delete(slices.Clone(rows), n, n+1)
		}
	}
}

// kin is a Keeper whose tokens come with their twins. What it stores of a token is what the row
// itself tells.
type kin struct {
	Keeper
	s *Service
}

func (k kin) View(ctx context.Context, f func(Reader) error) error {
	return k.Keeper.View(ctx, func(r Reader) error {
		k.s.sawRestored(r.Restored())
		return f(kinReader{r, k.s})
	})
}

func (k kin) Update(ctx context.Context, f func(Writer) error) error {
	return k.Keeper.Update(ctx, func(w Writer) error {
		k.s.sawRestored(w.Restored())
		return f(kinWriter{w, kinReader{w, k.s}})
	})
}

type kinReader struct {
	Reader
	s *Service
}

// policy is that of an application; one that is not known adds nothing.
func (r kinReader) policy(appID string) Policy {
	a, err := r.s.application(r.Reader, appID)
	if err != nil {
		return Policy{}
	}
	return r.s.Policy(a)
}

func (r kinReader) Tokens() ([]Token, error) {
	all, err := r.Reader.Tokens()
	Related(all, r.policy)
	return all, err
}

// TokensWhere implements Reader. The twins of a token need not meet the filter.
func (r kinReader) TokensWhere(f TokenFilter) ([]Token, error) {
	some, err := r.Reader.TokensWhere(f)
	if err != nil {
		return nil, err
	}
	return r.withTwins(some)
}

// Newest implements Reader.
func (r kinReader) Newest(f TokenFilter, each func(Token) bool) error {
	var err error
	e := r.Reader.Newest(f, func(t Token) bool {
		var one []Token
		one, err = r.withTwins([]Token{t})
		return err == nil && each(one[0])
	})
	return cmp.Or(err, e)
}

func (r kinReader) Token(id string) (Token, error) {
	t, err := r.Reader.Token(id)
	if err != nil {
		return t, err
	}
	one, err := r.withTwins([]Token{t})
	return one[0], err
}

// withTwins gives tokens the others that hold the same access tokens, which are read for it.
func (r kinReader) withTwins(some []Token) ([]Token, error) {
	var f TokenFilter
	for _, t := range some {
		f.NotIDs = append(f.NotIDs, t.ID)
		if t.AccessHash != "" {
			f.AccessHashes = append(f.AccessHashes, t.AccessHash)
		}
	}
	if len(f.AccessHashes) == 0 {
		return some, nil
	}
	others, err := r.Reader.TokensWhere(f)
	all := slices.Concat(some, others)
	Related(all, r.policy)
	return all[:len(some)], err
}

// kinWriter reads as kinReader does.
type kinWriter struct {
	Writer
	r kinReader
}

func (w kinWriter) Tokens() ([]Token, error)                          { return w.r.Tokens() }
func (w kinWriter) TokensWhere(f TokenFilter) ([]Token, error)        { return w.r.TokensWhere(f) }
func (w kinWriter) Newest(f TokenFilter, each func(Token) bool) error { return w.r.Newest(f, each) }
func (w kinWriter) Token(id string) (Token, error)                    { return w.r.Token(id) }

// acceptedAt is when the server first accepted the revoke of an access token, asked by any row that
// holds it.
func acceptedAt(t Token) time.Time {
	at := t.AcceptedAt
	for i := range t.Twins {
		at = sooner(at, t.Twins[i].Row.AcceptedAt)
	}
	return at
}

// revokingTwin is the row of a twin on which a revoke of the access token is pending, "" when there
// is none. fresh leaves out one that could not be delivered: the token may be revoked by another
// way.
func revokingTwin(t Token, fresh bool) (id string) {
	if !acceptedAt(t).IsZero() {
		return ""
	}
	for i := range t.Twins {
		if o := t.Twins[i].Row; o.RevokeKind != RevokeRefresh && pendingRevoke(o) && (!fresh || o.RevokeError == "") {
			return o.ID
		}
	}
	return ""
}

// handedOut notes on every other row that holds a token that the server has just handed it out: it
// counts as alive. It reports whether one was held to be ended.
func handedOut(w Writer, t Token) (revived bool, err error) {
	if t.AccessHash == "" {
		return false, nil
	}
	all, err := w.TokensWhere(TokenFilter{AccessHashes: []string{t.AccessHash}})
	if err != nil {
		return false, err
	}
	for _, o := range all {
		if o.ID == t.ID || !o.revive() {
			continue
		}
		revived = true
		if err := w.PutToken(&o); err != nil {
			return revived, err
		}
	}
	return revived, nil
}

// revivedNote says it to a person.
const revivedNote = "the server hands out a token again that it had revoked or replaced: it counts as alive"

// revive takes from a row what was told of the end of its access token, and reports whether that
// was anything. A revoke that was decided and not accepted stays: handing the token out again does
// not take it back.
func (t *Token) revive() bool {
	inactive := t.AtServer == ServerInactive && t.AtServerCounts
	if t.AcceptedAt.IsZero() && t.ReplacedAt.IsZero() && t.RefreshAcceptedAt.IsZero() && !inactive {
		return false
	}
	pending := pendingRevoke(*t)
	t.AcceptedAt, t.RefreshAcceptedAt, t.ReplacedAt, t.ReplacedBy, t.Confirmed = time.Time{}, time.Time{}, time.Time{}, "", false
	if !pending {
		t.RevokeAt, t.RevokeKind = time.Time{}, ""
	}
	t.AtServerCounts = t.AtServerCounts && !inactive // it was about the token as it was then
	return true
}

// grantEnded notes on every other row with the same refresh token that the server has accepted its
// revocation.
func grantEnded(w Writer, t Token, at time.Time) error {
	if t.RefreshHash == "" {
		return nil
	}
	all, err := w.TokensWhere(TokenFilter{RefreshHash: t.RefreshHash})
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID == t.ID || o.RefreshHash != t.RefreshHash || !o.RefreshAcceptedAt.IsZero() {
			continue
		}
		o.Refresh, o.RefreshAcceptedAt = RefreshRevoked, at
		if err := w.PutToken(&o); err != nil {
			return err
		}
	}
	return nil
}

// refreshSpent notes on every other row with the refresh token that was sent that it is spent,
// unless the server goes on with it.
func refreshSpent(w Writer, old, next Token) error {
	if old.RefreshHash == "" || old.RefreshHash == next.RefreshHash {
		return nil
	}
	all, err := w.TokensWhere(TokenFilter{RefreshHash: old.RefreshHash})
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID == old.ID || o.ID == next.ID || o.RefreshHash != old.RefreshHash || o.Refresh != RefreshLive {
			continue
		}
		o.Refresh = RefreshSpent
		if err := w.PutToken(&o); err != nil {
			return err
		}
	}
	return nil
}

// hashBatch is how many tokens are given their hashes in one transaction.
const hashBatch = 200

// hashedSetting is set once every token that needs hashes has them.
const hashedSetting = "hashed"

// hashOld gives the tokens their hashes that were stored before hashes were kept, where another row may hold the
// same access token (its fingerprint says so) or refresh token. What cannot be opened stays without.
func (s *Service) hashOld(ctx context.Context) error {
	var old []Token
	todo := false
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		some, err := hasAny(r, TokenFilter{Unhashed: true})
		if err != nil || !some {
			return err
		}
		done, err := r.Setting(hashedSetting)
		if todo = err == nil && done == ""; todo {
			old, err = r.TokensWhere(TokenFilter{Unhashed: true, Shared: true})
		}
		return err
	})
	if err != nil || !todo {
		return err
	}
	for some := range slices.Chunk(old, hashBatch) {
		if err := s.update(ctx, func(w Writer) error { return hashSome(w, some) }); err != nil {
			return err
		}
	}
	return s.update(ctx, func(w Writer) error { return w.SetSetting(hashedSetting, "1") })
}

// hashSome gives the tokens their hashes that have none.
func hashSome(w Writer, some []Token) error {
	for _, t := range some {
		t, err := w.Token(t.ID)
		if isLost(err) || err == nil && (t.AccessHash != "" || t.RefreshHash != "") {
			continue
		}
		if err != nil {
			return err
		}
		sec, err := w.Secrets(t.ID)
		if err != nil || sec.Access.IsZero() && sec.Refresh.IsZero() {
			continue
		}
		if err := hash(w, &t, sec); err != nil {
			return err
		}
		if err := w.PutToken(&t); err != nil {
			return err
		}
	}
	return nil
}

// hashLike gives the tokens their hashes that have none and may be the very token that is stored now.
func hashLike(w Writer, fingerprint string) error {
	some, err := w.TokensWhere(TokenFilter{Unhashed: true, Prefix: fingerprint})
	if err != nil {
		return err
	}
	return hashSome(w, some)
}

// hash writes the keyed hashes of a token's secrets on it.
func hash(w Writer, t *Token, sec Secrets) (err error) {
	if t.AccessHash, err = w.Digest("access", sec.Access); err == nil {
		t.RefreshHash, err = w.Digest("refresh", sec.Refresh)
	}
	return err
}

// sameOrigin reports whether two addresses are of one scheme, host and port.
func sameOrigin(a, b string) bool {
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	return err == nil && err2 == nil && x.Host != "" && x.Scheme == y.Scheme && portOf(x) == portOf(y) &&
		strings.EqualFold(x.Hostname(), y.Hostname())
}

// portOf is the port of an address, that of its scheme where it names none.
func portOf(u *url.URL) string {
	return cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}

// placeOf is a probe URL as it is stored beside a probe. A query may hold an API key, so that a
// digest stands for it: probes with another query are answered by another rule of the gateway.
func placeOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	query := ""
	if u.RawQuery != "" {
		sum := sha256.Sum256([]byte(raw))
		query = "sha256=" + hex.EncodeToString(sum[:8])
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, query, false, "", ""
	return u.String()
}

// ProbesSince are the probes of an access token since it ended, oldest first: those of the row, and
// those of its twins at the same gateway. The policy is that of the row's application.
func (t Token) ProbesSince(s Status, p Policy) []Probe {
	all := slices.Clone(t.Probes)
	for i := range t.Twins {
		row, with := &t.Twins[i].Row, t.Twins[i].Policy
		for _, q := range row.Probes {
			if sameOrigin(cmp.Or(q.URL, with.ProbeURL), p.ProbeURL) {
				all = append(all, q)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Probe) int { return a.At.Compare(b.At) })
	return slices.DeleteFunc(all, func(q Probe) bool { return q.At.Before(s.EndedAt) })
}
