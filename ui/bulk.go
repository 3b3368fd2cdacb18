package ui

import (
	"strconv"
	"strings"

	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

const markedTokens = "marked tokens"

// inView returns the tokens that Tokens lists now. It lacks those of other applications than the
// scope, and those that are hidden or not found.
func inView(s *scene.Scene, ids []string) (out []string) {
	rows := s.TokenPage()
	for _, id := range ids {
		if rows.Index(id) >= 0 {
			out = append(out, id)
		}
	}
	return out
}

// tellBulk tells the result of a verb on several tokens.
func (m *root) tellBulk(f session.BulkDone) {
	past := "probed "
	switch f.Verb {
	case session.VerbRenew:
		past = "renewed "
	case session.VerbRevoke:
		past = "decided to revoke "
	case session.VerbProbe:
	}
	text, hint := past+strconv.Itoa(f.N-len(f.Failures)-f.Same)+" of "+scene.Count(f.N, f.What), ""
	if verdicts := describe.Verdicts(f.Verdicts); verdicts != "" {
		text += " (" + verdicts + ")"
	}
	if f.Same > 0 {
		text += " (" + strconv.Itoa(f.Same) + " came back the same)"
	}
	if f.More > 0 {
		has := " more has"
		if f.More > 1 {
			has = " more have"
		}
		hint = strconv.Itoa(f.More) + has + " come since they were counted: " +
			m.keys.Hint(keys.RevokeAll, "counts again")
	}
	switch {
	case len(f.Failures) > 0:
		wrong := make([]string, len(f.Failures))
		for i, w := range f.Failures {
			wrong[i] = scene.FailureWords(w)
		}
		m.Notify(scene.Warn, text+": "+strings.Join(wrong, "; "), hint)
	case f.More > 0:
		m.Notify(scene.Warn, text, hint)
	case f.Verb == session.VerbRevoke:
		// Otherwise the key would take back the selected row, which was revoked before.
		if undo, why := m.undoable(m.Scene()); why != nil || undo == (session.Undo{}) {
			hint = m.keys.Hint(keys.Undo, "undoes it")
		}
		m.Notify(scene.Good, text, hint)
	default:
		m.Notify(scene.Good, text, "")
	}
}
