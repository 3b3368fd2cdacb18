package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"time"

	"lanyard/tokenapi"
)

// Twin is another row with the same access token: of another application, or in another
// environment.
type Twin struct {
	Row    Token // without Twins
	Policy Policy
}

// Related sets the Twins of each token, so that StatusAt judges all rows of an access token
// together.
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

// kin is a Keeper whose tokens have their Twins. What it writes of a token is that row alone.
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

// policy returns the policy of an application. One that is not known adds nothing.
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

// TokensWhere implements Reader. The twins of a token need not match the filter.
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

// withTwins reads and sets the Twins of tokens.
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

// kinWriter reads like kinReader.
type kinWriter struct {
	Writer
	r kinReader
}

func (w kinWriter) Tokens() ([]Token, error)                          { return w.r.Tokens() }
func (w kinWriter) TokensWhere(f TokenFilter) ([]Token, error)        { return w.r.TokensWhere(f) }
func (w kinWriter) Newest(f TokenFilter, each func(Token) bool) error { return w.r.Newest(f, each) }
func (w kinWriter) Token(id string) (Token, error)                    { return w.r.Token(id) }

// acceptedAt returns when the server first accepted the revoke of an access token, by any row that
// holds it.
func acceptedAt(t Token) time.Time {
	at := t.AcceptedAt
	for i := range t.Twins {
		at = sooner(at, t.Twins[i].Row.AcceptedAt)
	}
	return at
}

// revokingTwin returns the row of a twin with a pending revoke of the access token, or "". With
// fresh it leaves out one that could not be delivered: the token may be revoked in another way.
func revokingTwin(t Token, fresh bool) (id string) {
	if !acceptedAt(t).IsZero() {
		return ""
	}
	for i := range t.Twins {
		if o := t.Twins[i].Row; o.RevokeKind != RevokeRefresh && pendingRevoke(o) &&
			(!fresh || o.RevokeError == "") {
			return o.ID
		}
	}
	return ""
}

// handedOut records on the other rows of a token that the server has issued it again: it counts as
// alive. It reports whether one of these rows had ended.
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

// revivedNote tells a person that a token which had ended was issued again.
const revivedNote = "the server hands out a token again that it had revoked or replaced: it " +
	"counts as alive"

// revive removes from a row what was known of the end of its access token, and reports whether
// there was anything. A pending revoke stays: issuing the token again does not undo it.
func (t *Token) revive() bool {
	inactive := t.AtServer == ServerInactive && t.AtServerCounts
	if t.AcceptedAt.IsZero() && t.ReplacedAt.IsZero() && t.RefreshAcceptedAt.IsZero() && !inactive {
		return false
	}
	pending := pendingRevoke(*t)
	t.AcceptedAt, t.RefreshAcceptedAt, t.ReplacedAt = time.Time{}, time.Time{}, time.Time{}
	t.ReplacedBy, t.Confirmed = "", false
	if !pending {
		t.RevokeAt, t.RevokeKind = time.Time{}, ""
	}
	// the answer is from before the token was issued again
	t.AtServerCounts = t.AtServerCounts && !inactive
	return true
}

// grantEnded records on the other rows of a refresh token that the server has accepted its revoke.
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

// refreshSpent records on the other rows of a refresh token that it is spent, unless the server
// keeps it in use.
func refreshSpent(w Writer, old, next Token) error {
	if old.RefreshHash == "" || old.RefreshHash == next.RefreshHash {
		return nil
	}
	all, err := w.TokensWhere(TokenFilter{RefreshHash: old.RefreshHash})
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID == old.ID || o.ID == next.ID || o.RefreshHash != old.RefreshHash ||
			o.Refresh != RefreshLive {
			continue
		}
		o.Refresh = RefreshSpent
		if err := w.PutToken(&o); err != nil {
			return err
		}
	}
	return nil
}

// hashBatch is the number of tokens that get their hashes in one transaction.
const hashBatch = 200

// hashedSetting is set once all tokens have the hashes that they need.
const hashedSetting = "hashed"

// hashOld adds hashes to older rows whose access token (by its fingerprint) or refresh token
// another row may hold. A row whose secrets do not open stays without.
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

// hashSome adds hashes to those of the tokens that have none.
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

// hashLike adds hashes to the tokens without hashes that may be the one that is stored now.
func hashLike(w Writer, fingerprint string) error {
	some, err := w.TokensWhere(TokenFilter{Unhashed: true, Prefix: fingerprint})
	if err != nil {
		return err
	}
	return hashSome(w, some)
}

// hash sets the keyed hashes of a token's secrets.
func hash(w Writer, t *Token, sec Secrets) (err error) {
	if t.AccessHash, err = w.Digest("access", sec.Access); err == nil {
		t.RefreshHash, err = w.Digest("refresh", sec.Refresh)
	}
	return err
}

// placeOf returns a probe URL as it is stored with a probe. A digest replaces the query, which may
// hold an API key. Probes with another query meet another rule of the gateway.
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

// ProbesSince returns the probes of an access token since its end, oldest first: those of the row,
// and those of its twins at the same gateway. p is the policy of the row's application.
func (t Token) ProbesSince(s Status, p Policy) []Probe {
	all := slices.Clone(t.Probes)
	for i := range t.Twins {
		row, with := &t.Twins[i].Row, t.Twins[i].Policy
		for _, q := range row.Probes {
			if tokenapi.SameOrigin(cmp.Or(q.URL, with.ProbeURL), p.ProbeURL) {
				all = append(all, q)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Probe) int { return a.At.Compare(b.At) })
	return slices.DeleteFunc(all, func(q Probe) bool { return q.At.Before(s.EndedAt) })
}
