package store

import (
	"fmt"
	"strings"

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

// probeRow is a probe with the token it is of.
type probeRow struct {
	tokenID string
	console.Probe
}

func probeFields(p *probeRow) []field {
	return []field{
		{"token_id", &p.tokenID},
		{"at", stamp{&p.At}},
		{"status", &p.Status},
		{"fault_code", &p.FaultCode},
		{"verdict", &p.Verdict},
		{"url", &p.URL},
		{"names_token", &p.NamesToken},
	}
}

// Tokens gives all tokens, oldest first, with their probes and open marks, in three queries.
func (r *reader) Tokens() ([]console.Token, error) { return r.tokens("read tokens", "1 = 1") }

// Token gives one token, or console.ErrNotFound.
func (r *reader) Token(id string) (console.Token, error) {
	ts, err := r.tokens("read token "+id, "id = ?1", id)
	if err != nil {
		return console.Token{}, err
	}
	if len(ts) == 0 {
		return console.Token{}, fmt.Errorf("read token %s: %w", id, console.ErrNotFound)
	}
	return ts[0], nil
}

// tokens gives the tokens whose id meets the condition.
func (r *reader) tokens(op, cond string, args ...any) ([]console.Token, error) {
	ts, err := collect(r, op, "SELECT "+columns(tokenFields(&console.Token{}))+" FROM token WHERE "+cond+" ORDER BY issued_at, id", tokenFields, args...)
	if err != nil || len(ts) == 0 {
		return nil, err
	}
	of := "token_id IN (SELECT id FROM token WHERE " + cond + ")"
	probes, err := collect(r, op, "SELECT "+columns(probeFields(&probeRow{}))+" FROM probe WHERE "+of+" ORDER BY seq", probeFields, args...)
	if err != nil {
		return nil, err
	}
	marks, err := r.marks(op, of, args...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]*console.Token, len(ts))
	for i := range ts {
		at[ts[i].ID] = &ts[i]
	}
	for _, p := range probes {
		t := at[p.tokenID]
		t.Probes = append(t.Probes, p.Probe)
	}
	for _, m := range marks { // the latest one stays
		at[m.TokenID].Unsure = &m
	}
	return ts, nil
}

// Secrets gives the credentials of a token. It fails with console.ErrNotFound when none are stored, with
// ErrKey when they were altered and with ErrLocked when the key was not fetched.
func (r *reader) Secrets(tokenID string) (console.Secrets, error) {
	op := "read secrets of " + tokenID
	var access, refresh, id []byte
	err := r.row(op, "SELECT access, refresh, id_token FROM token_secret WHERE token_id = ?", []any{tokenID}, &access, &refresh, &id)
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
	if err != nil {
		return console.Secrets{}, r.fail(op, err)
	}
	return s, nil
}

// DropToken forgets a token with its secrets, probes and marks; one that is not stored is no error.
func (w *writer) DropToken(id string) error {
	op := "forget token " + id
	if _, err := w.nextRev(op); err != nil {
		return err
	}
	if _, err := w.exec(op, "DELETE FROM mark WHERE token_id = ?", id); err != nil {
		return err
	}
	_, err := w.exec(op, "DELETE FROM token WHERE id = ?", id)
	return err
}

// PutToken stores t whole, but for Probes and Unsure, and sets t.Rev.
func (w *writer) PutToken(t *console.Token) error {
	op := "store token " + t.ID
	rev, err := w.nextRev(op)
	if err != nil {
		return err
	}
	stored := *t
	stored.Rev = rev
	fs := tokenFields(&stored)
	if _, err := w.exec(op, upsert("token", fs), values(fs)...); err != nil {
		return err
	}
	t.Rev = rev
	return nil
}

// PutSecrets replaces the secrets of a token; console.ErrNotFound when the token is not stored, ErrLocked when the
// key was not fetched.
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
	n, err := w.exec(op, "INSERT INTO token_secret (token_id, access, refresh, id_token) SELECT id, ?2, ?3, ?4 FROM token WHERE id = ?1"+
		" ON CONFLICT (token_id) DO UPDATE SET access = excluded.access, refresh = excluded.refresh, id_token = excluded.id_token",
		tokenID, access, refresh, id)
	if err == nil && n == 0 {
		return fmt.Errorf("%s: %w", op, console.ErrNotFound)
	}
	return err
}

// PutProbe appends a probe, forgets the oldest beyond console.KeepProbes and gives the token the next
// revision; console.ErrNotFound when the token is not stored.
func (w *writer) PutProbe(tokenID string, p console.Probe) error {
	op := "store probe of " + tokenID
	if err := w.touch(op, tokenID, true); err != nil {
		return err
	}
	fs := probeFields(&probeRow{tokenID, p})
	if _, err := w.exec(op, "INSERT INTO probe ("+columns(fs)+") VALUES (?"+strings.Repeat(", ?", len(fs)-1)+")", values(fs)...); err != nil {
		return err
	}
	_, err := w.exec(op, "DELETE FROM probe WHERE token_id = ?1 AND seq <="+
		" (SELECT seq FROM probe WHERE token_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)", tokenID, console.KeepProbes)
	return err
}

// nextRev counts the store's revision up and gives it.
func (w *writer) nextRev(op string) (rev int64, err error) {
	err = w.row(op, "UPDATE meta SET value = value + 1 WHERE name = 'rev' RETURNING value", nil, &rev)
	w.wrote = true
	return rev, err
}

// touch gives a token the next revision. One that is not stored is console.ErrNotFound if it must be.
func (w *writer) touch(op, tokenID string, must bool) error {
	rev, err := w.nextRev(op)
	if err != nil {
		return err
	}
	n, err := w.exec(op, "UPDATE token SET rev = ? WHERE id = ?", rev, tokenID)
	if err == nil && n == 0 && must {
		return fmt.Errorf("%s: %w", op, console.ErrNotFound)
	}
	return err
}
