package store

import (
	"encoding/json"
	"errors"
	"strings"

	"lanyard/console"
)

// Each condition repeats the condition of an index word for word: SQLite uses a partial index only
// then.
const (
	pendingRows = "revoke_at IS NOT NULL AND (revoke_kind <> 'refresh' AND accepted_at IS NULL" +
		" OR revoke_kind <> 'access' AND refresh = 'live' AND refresh_accepted_at IS NULL)"
	unhashedRows = "access_hash = '' AND refresh_hash = ''"
)

// clauseOf returns the SQL for a filter, to follow FROM token, and its arguments.
func clauseOf(f console.TokenFilter) (clause string, args []any, err error) {
	var conds []string
	add := func(cond string, arg ...any) {
		conds, args = append(conds, cond), append(args, arg...)
	}
	list := func(cond string, of []string) {
		if len(of) > 0 {
			text, e := json.Marshal(of)
			add(cond, string(text))
			err = errors.Join(err, e)
		}
	}
	if len(f.AppIDs) == 1 {
		add("app_id = ?", f.AppIDs[0]) // its index has them in order
	} else {
		list("app_id IN (SELECT value FROM json_each(?))", f.AppIDs)
	}
	list("access_hash IN (SELECT value FROM json_each(?)) AND access_hash <> ''", f.AccessHashes)
	list("id NOT IN (SELECT value FROM json_each(?))", f.NotIDs)
	if f.Prefix != "" {
		// hex digits come before g
		add("fingerprint >= ? AND fingerprint < ?", f.Prefix, f.Prefix+"g")
	}
	if f.RefreshHash != "" {
		add("refresh_hash = ? AND refresh_hash <> ''", f.RefreshHash)
	}
	if f.AnsweredAfter > 0 {
		add("answer_rev > ?", f.AnsweredAfter)
	}
	if !f.UnexpiredAt.IsZero() {
		at := nanos(f.UnexpiredAt)
		add(`(expires_at IS NULL OR expires_at > ? OR id IN (SELECT token_id FROM mark) OR
			access_hash <> '' AND EXISTS (SELECT 1 FROM token twin
				WHERE twin.access_hash = token.access_hash AND
				(twin.expires_at IS NULL OR twin.expires_at > ?)))`, at, at)
	}
	if f.Refreshable {
		add("(refresh = 'live' OR id IN (SELECT token_id FROM mark))")
	}
	if f.JWT {
		add("jwt <> 0")
	}
	if f.Confirmed {
		add("confirmed <> 0")
	}
	if f.Pending {
		add(pendingRows)
	}
	if f.Unhashed {
		add(unhashedRows)
	}
	if f.Shared {
		add(`(refresh = 'live' OR fingerprint IN
			(SELECT fingerprint FROM token GROUP BY fingerprint HAVING count(*) > 1))`)
	}
	switch { // these select few rows; SQLite would read all to order them
	case f.Pending:
		clause = "INDEXED BY token_pending "
	case f.Unhashed:
		clause = "INDEXED BY token_unhashed "
	}
	if len(conds) > 0 {
		clause += "WHERE " + strings.Join(conds, " AND ") + " "
	}
	return clause, args, err
}
