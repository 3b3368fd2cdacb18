package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"lanyard/console"
)

func tokenFields(t *console.Token) []field {
	return []field{
		{"id", &t.ID},
		{"app_id", &t.AppID},
		{"fingerprint", &t.Fingerprint},
		{"grant_type", &t.Grant},
		{"username", &t.User},
		{"scopes", inJSON(&t.Scopes)},
		{"asked", inJSON(&t.Asked)},
		{"token_type", &t.TokenType},
		{"lifetime", &t.Lifetime},
		{"issued_at", stamp{&t.IssuedAt}},
		{"expires_at", stamp{&t.ExpiresAt}},
		{"granted", &t.Granted},
		{"from_id", &t.From},
		{"refresh", &t.Refresh},
		{"has_id", &t.HasID},
		{"replaced_at", stamp{&t.ReplacedAt}},
		{"replaced_by", &t.ReplacedBy},
		{"revoke_at", stamp{&t.RevokeAt}},
		{"revoke_kind", &t.RevokeKind},
		{"revoke_tries", &t.RevokeTries},
		{"revoke_next", stamp{&t.RevokeNext}},
		{"revoke_error", &t.RevokeError},
		{"accepted_at", stamp{&t.AcceptedAt}},
		{"refresh_accepted_at", stamp{&t.RefreshAcceptedAt}},
		{"confirmed", &t.Confirmed},
		{"seen_at", stamp{&t.SeenAt}},
		{"jwt", &t.JWT},
		{"at_server", &t.AtServer},
		{"at_server_at", stamp{&t.AtServerAt}},
		{"answer_rev", &t.AnswerRev},
		{"request", inJSON(&t.Request)},
		{"access_hash", &t.AccessHash},
		{"refresh_hash", &t.RefreshHash},
		{"answered_at", stamp{&t.AnsweredAt}},
		{"at_server_counts", &t.AtServerCounts},
		{"active_at", stamp{&t.ActiveAt}},
		{"at_server_since", stamp{&t.AtServerSince}},
		{"seen_url", &t.SeenURL},
		{"rev", &t.Rev},
	}
}

// probeRow is a probe with the ID of its token.
type probeRow struct {
	seq     int64
	tokenID string
	console.Probe
}

func probeFields(p *probeRow) []field {
	return []field{
		{"seq", &p.seq},
		{"token_id", &p.tokenID},
		{"at", stamp{&p.At}},
		{"status", &p.Status},
		{"fault_code", &p.FaultCode},
		{"verdict", &p.Verdict},
		{"url", &p.URL},
		{"names_token", &p.NamesToken},
	}
}

// Tokens returns all tokens, as TokensWhere does.
func (r *reader) Tokens() ([]console.Token, error) { return r.TokensWhere(console.TokenFilter{}) }

// TokensWhere returns the tokens that meet a filter, oldest first, with their probes and open
// marks. It leaves out altered tokens, and tokens with an altered probe or mark. It needs three
// queries.
func (r *reader) TokensWhere(f console.TokenFilter) ([]console.Token, error) {
	const op = "read tokens"
	clause, args, err := clauseOf(f)
	if err != nil {
		return nil, r.fail(op, err)
	}
	good, _, err := r.tokens(op, clause+"ORDER BY issued_at, id", args...)
	return good, err
}

// Newest calls each with the tokens that meet a filter, newest first, until it returns false. It
// reads them in pages, because most callers need one of the first.
func (r *reader) Newest(f console.TokenFilter, each func(console.Token) (more bool)) error {
	const op = "read the newest tokens"
	clause, args, err := clauseOf(f)
	if err != nil {
		return r.fail(op, err)
	}
	for page, from := 4, 0; ; page, from = page*4, from+page {
		good, altered, err := r.tokens(op,
			clause+"ORDER BY issued_at DESC, id DESC LIMIT ? OFFSET ?",
			append(slices.Clone(args), page, from)...)
		if err != nil {
			return err
		}
		for _, t := range good {
			if !each(t) {
				return nil
			}
		}
		if len(good)+len(altered) < page {
			return nil
		}
	}
}

// Token returns one token, or console.ErrNotFound. An altered one is an *Error with the code
// "store_altered".
func (r *reader) Token(id string) (console.Token, error) {
	op := "read token " + id
	good, altered, err := r.tokens(op, "WHERE id = ?1", id)
	switch {
	case err != nil:
		return console.Token{}, err
	case len(good) > 0 && good[0].ID == id:
		// a MAC does not prove that the row has the requested ID
		return good[0], nil
	case len(good)+len(altered) > 0:
		return console.Token{}, r.alteredRow(op, "token", id)
	}
	return console.Token{}, fmt.Errorf("%s: %w", op, console.ErrNotFound)
}

// tokens returns the tokens that a clause selects, and the IDs of the altered ones.
func (r *reader) tokens(op, clause string,
	args ...any) (ts []console.Token, altered []string, err error) {
	ts, bad, err := rowsOf(r, op, tokenTable(), clause, args...)
	if err != nil || len(ts)+len(bad) == 0 {
		return nil, nil, err
	}
	of, args, err := childrenOf(ts, bad)
	if err != nil {
		return nil, nil, r.fail(op, err)
	}
	probes, badProbes, err := rowsOf(r, op, probeTable(), of+" ORDER BY seq", args...)
	if err != nil {
		return nil, nil, err
	}
	marks, badMarks, err := rowsOf(r, op, markTable(), of+" ORDER BY sent_at, id", args...)
	if err != nil {
		return nil, nil, err
	}
	at := make(map[string]*console.Token, len(ts)+len(bad)) // nil for an altered one
	for i := range ts {
		at[ts[i].ID] = &ts[i]
	}
	alter := func(id string) {
		if _, ours := at[id]; ours {
			at[id] = nil
			altered = append(altered, id)
		}
	}
	for _, t := range bad {
		at[t.ID] = nil
		alter(t.ID)
	}
	for _, p := range badProbes {
		alter(p.tokenID)
	}
	for _, m := range badMarks {
		alter(m.TokenID)
	}
	r.found("token", altered...)
	for _, p := range probes {
		if t := at[p.tokenID]; t != nil {
			t.Probes = append(t.Probes, p.Probe)
		}
	}
	for _, m := range marks { // the latest one stays
		if t := at[m.TokenID]; t != nil {
			t.Unsure = &m
		}
	}
	if len(altered) > 0 {
		ts = slices.DeleteFunc(ts, func(t console.Token) bool { return at[t.ID] == nil })
	}
	return ts, altered, nil
}

// manyTokens is the number of tokens from which on it is faster to read all probes and marks than
// those of each token.
const manyTokens = 1000

// childrenOf returns the clause that selects the probes and marks of tokens. It may select those of
// others too.
func childrenOf(good, bad []console.Token) (clause string, args []any, err error) {
	if len(good)+len(bad) >= manyTokens {
		return "WHERE token_id <> ''", nil, nil
	}
	ids := make([]string, 0, len(good)+len(bad))
	for _, t := range slices.Concat(good, bad) {
		ids = append(ids, t.ID)
	}
	list, err := json.Marshal(ids)
	return "WHERE token_id IN (SELECT value FROM json_each(?))", []any{string(list)}, err
}

// Secrets returns the credentials of a token. It fails with console.ErrNotFound if none are stored,
// with ErrKey if they were altered, and with ErrLocked if the key was not fetched. It does not
// return those of an altered token.
func (r *reader) Secrets(tokenID string) (console.Secrets, error) {
	op := "read secrets of " + tokenID
	if _, err := r.Token(tokenID); err != nil && !errors.Is(err, console.ErrNotFound) {
		return console.Secrets{}, err
	}
	var access, refresh, id []byte
	err := r.row(op, "SELECT access, refresh, id_token FROM token_secret WHERE token_id = ?",
		[]any{tokenID}, &access, &refresh, &id)
	var s console.Secrets
	if err == nil {
		s.Access, err = r.open(access, "token_secret", tokenID, "access")
	}
	if err == nil {
		s.Refresh, err = r.open(refresh, "token_secret", tokenID, "refresh")
	}
	if err == nil {
		s.ID, err = r.open(id, "token_secret", tokenID, "id_token")
	}
	if errors.Is(err, ErrKey) {
		return console.Secrets{}, r.fail(op, &Error{
			Code: console.CodeStoreAltered,
			Text: "the secrets of token " + tokenID + " are altered", Err: err,
			Hint: "they open with no key, so that nothing can be sent: " +
				"lanyard forget " + tokenID + " removes the token, and a backup brings it back",
		})
	}
	if err != nil {
		return console.Secrets{}, r.fail(op, err)
	}
	return s, nil
}

// DropToken removes a token with its secrets, probes and marks. A token that is not stored is no
// error.
func (w *writer) DropToken(id string) error {
	op := "forget token " + id
	if _, err := w.nextRev(op); err != nil {
		return err
	}
	if _, err := w.exec(op, "DELETE FROM mark WHERE token_id = ?", id); err != nil {
		return err
	}
	_, err := w.exec(op, "DELETE FROM token WHERE id = ?", id)
	w.dropped = true
	return err
}

// PutToken stores t without Probes and Unsure, and sets t.Rev.
func (w *writer) PutToken(t *console.Token) error {
	op := "store token " + t.ID
	rev, err := w.nextRev(op)
	if err != nil {
		return err
	}
	row := *t
	row.Rev = rev
	if err := put(w, op, tokenTable(), &row); err != nil {
		return err
	}
	t.Rev = rev
	return nil
}

// PutSecrets replaces the secrets of a token. It fails with console.ErrNotFound if the token is not
// stored, and with ErrLocked if the key was not fetched.
func (w *writer) PutSecrets(tokenID string, s console.Secrets) error {
	op := "store secrets of " + tokenID
	access, err := w.seal(s.Access, "token_secret", tokenID, "access")
	if err != nil {
		return w.fail(op, err)
	}
	refresh, err := w.seal(s.Refresh, "token_secret", tokenID, "refresh")
	if err != nil {
		return w.fail(op, err)
	}
	id, err := w.seal(s.ID, "token_secret", tokenID, "id_token")
	if err != nil {
		return w.fail(op, err)
	}
	n, err := w.exec(op,
		`INSERT INTO token_secret (token_id, access, refresh, id_token)
			SELECT id, ?2, ?3, ?4 FROM token WHERE id = ?1
		ON CONFLICT (token_id) DO UPDATE SET access = excluded.access,
			refresh = excluded.refresh, id_token = excluded.id_token`,
		tokenID, access, refresh, id)
	if err == nil && n == 0 {
		return fmt.Errorf("%s: %w", op, console.ErrNotFound)
	}
	return err
}

// PutProbe appends probes, removes the oldest beyond console.KeepProbes and gives the token the
// next revision. It fails with console.ErrNotFound if the token is not stored.
func (w *writer) PutProbe(tokenID string, probes ...console.Probe) error {
	op := "store probe of " + tokenID
	if err := w.touch(op, tokenID, true); err != nil {
		return err
	}
	row := probeRow{tokenID: tokenID}
	if err := w.row(op, "SELECT coalesce(max(seq), 0) FROM probe", nil, &row.seq); err != nil {
		return err
	}
	for _, row.Probe = range probes {
		row.seq++
		if err := put(w, op, probeTable(), &row); err != nil {
			return err
		}
	}
	_, err := w.exec(op,
		`DELETE FROM probe WHERE token_id = ?1 AND seq <=
			(SELECT seq FROM probe WHERE token_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)`,
		tokenID, console.KeepProbes)
	return err
}

// nextRev increments the store's revision and returns it.
func (w *writer) nextRev(op string) (rev int64, err error) {
	err = w.row(op, "UPDATE meta SET value = value + 1 WHERE name = 'rev' RETURNING value", nil,
		&rev)
	w.wrote = true
	return rev, err
}

// touch gives a token the next revision. If must is set, a missing token is console.ErrNotFound. An
// altered one stays as it is.
func (w *writer) touch(op, tokenID string, must bool) error {
	ts, altered, err := rowsOf(&w.reader, op, tokenTable(), "WHERE id = ?", tokenID)
	switch {
	case err != nil:
		return err
	case len(ts) > 0:
		return w.PutToken(&ts[0])
	case must && len(altered) > 0:
		return w.alteredRow(op, "token", tokenID)
	case must:
		return fmt.Errorf("%s: %w", op, console.ErrNotFound)
	}
	_, err = w.nextRev(op)
	return err
}
