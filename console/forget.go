package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"lanyard/text"
)

// Held is the reason why a token cannot be forgotten.
type Held struct {
	Why   string    // "" if the token is over
	Until time.Time // time at which it is over by time alone; zero: not known
	Hint  string
}

// clockLeeway is the time for which a token counts as alive after a gateway accepted it past its
// expiry. WSO2 allows for clocks that differ by this much.
const clockLeeway = 5 * time.Minute

// OverSince returns the time since which t is over, so that it can be forgotten. Its state is then
// dead, superseded or expired, and no row with this access token holds anything left to use or to
// send. If since is zero, held gives the reason why it is not over.
func OverSince(t Token, p Policy, now time.Time) (since time.Time, held Held) {
	rows := append([]Twin{{t, p}}, t.Twins...)
	for i := range rows {
		row := rows[i].Row
		if row.Twins = slices.Delete(slices.Clone(rows), i, i+1); len(row.Twins) == 0 {
			row.Twins = nil
		}
		at, held := rowOverSince(row, rows[i].Policy, now)
		if held.Why != "" {
			return time.Time{}, held
		}
		if at.After(since) {
			since = at
		}
	}
	return since, Held{}
}

// rowOverSince is OverSince for one row.
func rowOverSince(t Token, p Policy, now time.Time) (since time.Time, held Held) {
	if lapsed(t, now) {
		t = lapse(t)
	}
	st := StatusAt(t, p, now)
	const revoke = "revoke it first"
	switch {
	case t.Unsure != nil && !t.Unsure.Over(now):
		return since, Held{
			Why: "the answer to its refresh was never seen", Until: t.Unsure.EndsBy,
			Hint: "lanyard forget " + t.Unsure.ID + " dismisses that",
		}
	case pendingRevoke(t):
		return since, Held{
			Why:  "its revoke is not accepted yet",
			Hint: "lanyard revocations shows why",
		}
	case st.State == Unsure, st.State == Revoking, st.State == Active, st.State == Expiring:
		return since, Held{Why: "it is " + string(st.State), Until: st.ExpiresAt, Hint: revoke}
	case st.State == Lingering:
		return since, Held{
			Why:   "it is lingering: the gateway may let it through",
			Until: st.StaleUntil, Hint: "wait, or probe it until it is dead",
		}
	case t.Refresh == RefreshLive:
		return since, Held{
			Why: "it is " + string(st.State) + ", but its refresh token may be alive", Hint: revoke,
		}
	case st.State != Expired && st.AtServer == AtServerActive && st.AtServerAt.After(st.EndedAt):
		return since, Held{
			Why: "the server called it active after its end", Until: st.ExpiresAt, Hint: revoke,
		}
	case st.State == Expired && st.AtServer == AtServerActive &&
		!st.AtServerAt.Before(st.ExpiresAt):
		return since, Held{Why: "the server called it active after its expiry", Hint: revoke}
	case st.PastExpiry > 0 && now.Before(st.ExpiresAt.Add(st.PastExpiry+clockLeeway)):
		return since, Held{
			Why:   "the gateway let it through after its expiry",
			Until: st.ExpiresAt.Add(st.PastExpiry + clockLeeway), Hint: "wait, or probe it again",
		}
	}
	if since = st.OverAt; st.State == Expired {
		since = st.ExpiresAt.Add(st.PastExpiry)
	}
	if t.RefreshAcceptedAt.After(since) {
		since = t.RefreshAcceptedAt
	}
	return since, Held{}
}

// ForgetWhat selects by ID what Forget removes.
type ForgetWhat struct {
	Tokens       []string // each must be over
	Applications []string // each must be gone, and all its tokens over
	OverOf       []string // the tokens of these applications that are over
	Over         bool     // the tokens of all applications that are over
	Only         []string // with OverOf or Over: none but these tokens; nil: any
}

// Forgotten lists what was forgotten, or would be.
type Forgotten struct {
	Tokens       []Token       // oldest first
	Applications []Application // also those that went with their last token
	Events       int           // number of log entries that were too old
	Kept         []NotOver     // tokens that are not over
}

// NotOver is a token that is not over.
type NotOver struct {
	Token Token
	Held  Held
}

// Forgettable returns what Forget would remove. It fails where Forget would.
func (s *Service) Forgettable(ctx context.Context, what ForgetWhat) (f Forgotten, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		f, err = s.forgettable(r, what)
		return err
	})
	return f, err
}

func (s *Service) forgettable(r Reader, what ForgetWhat) (f Forgotten, err error) {
	tokens, err := r.Tokens()
	if err != nil {
		return f, err
	}
	lost, err := openMarks(r, s.Now())
	if err != nil {
		return f, err
	}
	if id := alteredToken(r); id != "" && len(what.Applications) > 0 {
		return f, errAlteredToken(id)
	}
	apps := map[string]Application{}
	for _, id := range what.Applications {
		a, err := s.application(r, id)
		if err != nil {
			return f, err
		}
		if err := s.mayForgetApp(a, lost); err != nil {
			return f, err
		}
		apps[id] = a
		f.Applications = append(f.Applications, a)
	}
	goes := map[string]bool{}
	var refused []NotOver
	left := map[string]bool{} // applications that keep a token
	for _, t := range tokens {
		named := slices.Contains(what.Tokens, t.ID) || apps[t.AppID].ID != ""
		over := what.Over || slices.Contains(what.OverOf, t.AppID)
		if !named && !goes[t.ID] &&
			(!over || what.Only != nil && !slices.Contains(what.Only, t.ID)) {
			continue
		}
		_, held, err := s.overSince(r, t, lost)
		switch {
		case err != nil:
			return f, err
		case held.Why != "" && named:
			refused = append(refused, NotOver{t, held})
		case held.Why != "":
			f.Kept = append(f.Kept, NotOver{t, held})
		default: // rows with one token go together: each may know something of it
			goes[t.ID] = true
			for i := range t.Twins {
				goes[t.Twins[i].Row.ID] = true
			}
		}
	}
	if len(refused) > 0 {
		return f, s.notOver(r, refused)
	}
	for _, t := range tokens {
		if goes[t.ID] {
			f.Tokens = append(f.Tokens, t)
		} else {
			left[t.AppID] = true
		}
	}
	return f, s.addLeftBehind(r, &f, left, lost)
}

// addLeftBehind adds the applications that are left behind when the tokens of f go. left holds the
// applications that keep a token.
func (s *Service) addLeftBehind(
	r Reader, f *Forgotten, left map[string]bool, lost []Mark) error {
	for _, t := range f.Tokens {
		named := func(a Application) bool { return a.ID == t.AppID }
		if left[t.AppID] || slices.ContainsFunc(f.Applications, named) {
			continue
		}
		left[t.AppID] = true
		if a, ok, err := s.leftBehind(r, t.AppID, lost); err != nil {
			return err
		} else if ok {
			f.Applications = append(f.Applications, a)
		}
	}
	return nil
}

// openMarks returns the marks that are not over. Token.Unsure is one of several.
func openMarks(r Reader, now time.Time) ([]Mark, error) {
	all, err := r.Marks()
	return slices.DeleteFunc(all, func(m Mark) bool { return m.Over(now) }), err
}

// overSince is OverSince of a stored token with the open marks of all rows that hold it.
func (s *Service) overSince(r Reader, t Token, lost []Mark) (time.Time, Held, error) {
	a, err := s.owner(r, t.AppID)
	if isCode(err, CodeStoreAltered) {
		return time.Time{},
			Held{
				Why:  "its application is altered",
				Hint: "lanyard forget " + t.AppID + " removes that",
			}, nil
	}
	if err != nil {
		return time.Time{}, Held{}, err
	}
	for _, m := range lost {
		if m.TokenID == t.ID && t.Unsure == nil {
			t.Unsure = &m
		}
		for i := range t.Twins {
			if row := &t.Twins[i].Row; m.TokenID == row.ID && row.Unsure == nil {
				row.Unsure = &m
			}
		}
	}
	since, held := OverSince(t, s.Policy(a), s.Now())
	return since, held, nil
}

// mayForgetApp refuses an application that is not gone, or whose get may have brought a token.
func (s *Service) mayForgetApp(a Application, lost []Mark) error {
	switch {
	case a.Source == FromStore:
		return &Error{
			Code: CodeNotGone,
			Text: "forget: " + string(a.Label()) + " is not gone: it was added in the console",
			Hint: "delete it in the console first; --over forgets its tokens that are over",
		}
	case a.Source != Gone:
		place := s.opt.ConfigPath
		if place == "" {
			place = "the configuration file"
		}
		return &Error{
			Code: CodeNotGone,
			Text: "forget: " + string(a.Label()) + " is not gone: it is in " + place,
			Hint: "take it out there first; --over forgets its tokens that are over",
		}
	}
	for _, m := range lost {
		if m.AppID == a.ID && m.TokenID == "" {
			return &Error{
				Code: CodeNotOver,
				Text: "forget: " + string(a.Label()) +
					" is no longer configured, and the answer to a " + m.Verb() +
					" was never seen: " +
					MarkEnd(m, func(t time.Time) string { return utc(t, s.Now()) }),
				Hint: "forget " + m.ID + " dismisses that; then the rest can be forgotten",
			}
		}
	}
	return nil
}

// notOver is the error that names the tokens which are not over.
func (s *Service) notOver(r Reader, all []NotOver) error {
	var words, hints []string
	const most = 10
	for i, n := range all {
		if i == most {
			words = append(words, text.CountOf(len(all)-most, "more", "more"))
		}
		if !slices.Contains(hints, n.Held.Hint) && len(hints) < most {
			hints = append(hints, n.Held.Hint)
		}
		if i >= most {
			continue
		}
		line := n.Token.Fingerprint
		if label := s.labelOf(r, n.Token.AppID); label != "" {
			line += " (" + string(label) + ")"
		}
		line += ": " + n.Held.Why
		if !n.Held.Until.IsZero() {
			line += ", until " + utc(n.Held.Until, s.Now())
		}
		words = append(words, line)
	}
	return &Error{
		Code: CodeNotOver,
		Text: "forget: " + text.CountOf(len(all), "token is", "tokens are") + " not over: " +
			strings.Join(words, "; "),
		Hint: strings.Join(hints, "; "),
	}
}

// leftBehind returns an application that is no longer configured and goes with its last token. One
// with a secret that a person has stored stays: another configuration may name it.
func (s *Service) leftBehind(r Reader, appID string,
	lost []Mark) (a Application, ok bool, err error) {
	a, err = s.application(r, appID)
	if isCode(err, CodeNoApplication) || isCode(err, CodeStoreAltered) {
		return a, false, nil
	}
	if err != nil || a.Source != Gone || a.Details.SecretStored ||
		slices.ContainsFunc(lost, func(m Mark) bool { return m.AppID == appID }) {
		return a, false, err
	}
	if alteredToken(r) != "" {
		return a, false, nil
	}
	has, err := r.HasPassword(appID)
	return a, !has, err
}

// alteredToken returns the ID of an altered token among those that were read, or "". Its
// application is not known, so it may need any application to be revoked.
func alteredToken(r Reader) string {
	for _, a := range r.Altered() {
		if a.Table == "token" {
			return a.ID
		}
	}
	return ""
}

func errAlteredToken(id string) *Error {
	return &Error{
		Code: CodeNotOver,
		Text: "forget: token " + id +
			" is altered, so that nobody knows whose it is, and it may be alive",
		Hint: "lanyard forget " + id + " removes it; then the application can be forgotten",
	}
}

// forgetAtOnce is the number of tokens that one transaction forgets. Other processes write in
// between.
const forgetAtOnce = 100

// Forget removes what Forgettable returns, with probes, secrets and log. The log keeps an entry for
// each. It removes nothing if something that is named is not over. Each transaction judges its
// tokens anew.
func (s *Service) Forget(ctx context.Context, what ForgetWhat) (done Forgotten, err error) {
	if err := s.unlocked(ctx); err != nil { // rows are verified only with the key
		return done, err
	}
	plan, err := s.Forgettable(ctx, what)
	if err != nil {
		return done, err
	}
	done, err = s.forgetTokens(ctx, plan.Tokens, time.Time{}, true)
	done.Kept = append(plan.Kept, done.Kept...)
	if err != nil {
		return done, err
	}
	var behind []string
	for _, a := range plan.Applications {
		if !slices.Contains(what.Applications, a.ID) {
			behind = append(behind, a.ID)
		}
	}
	done.Applications, err = s.forgetApps(ctx, what.Applications, behind, true)
	return done, err
}

// forgetTokens removes those of the tokens that are over, or were over by before unless that is
// zero. With history it removes their log, too.
func (s *Service) forgetTokens(ctx context.Context, tokens []Token, before time.Time,
	history bool) (done Forgotten, err error) {
	for part := range slices.Chunk(tokens, forgetAtOnce) {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		var now Forgotten
		err := s.update(ctx, func(w Writer) (err error) {
			now, err = s.forgetSome(w, part, before, history)
			return err
		})
		if err != nil {
			return done, err
		}
		done.Tokens, done.Kept = append(done.Tokens, now.Tokens...), append(done.Kept, now.Kept...)
	}
	return done, nil
}

// forgetSome is one transaction of forgetTokens. All rows of a token go together: each may know
// something that the others do not, such as a revoke.
func (s *Service) forgetSome(w Writer, tokens []Token, before time.Time,
	history bool) (done Forgotten, err error) {
	lost, err := openMarks(w, s.Now())
	if err != nil {
		return done, err
	}
	lives := map[string]time.Duration{}
	var ids []string
	for _, t := range tokens {
		t, err := s.token(w, t.ID)
		if isCode(err, CodeNoToken) || isLost(err) {
			continue // removed meanwhile, or with its twin
		}
		if err != nil {
			return done, err
		}
		since, held, err := s.overSince(w, t, lost)
		switch {
		case err != nil:
			return done, err
		case held.Why != "":
			done.Kept = append(done.Kept, NotOver{t, held})
			continue
		case !before.IsZero() && since.After(before):
			continue
		}
		rows := []Token{t}
		for i := range t.Twins {
			rows = append(rows, t.Twins[i].Row)
		}
		for _, row := range rows {
			if err := s.noteLife(w, row, lives); err != nil {
				return done, err
			}
			if err := w.DropToken(row.ID); err != nil {
				return done, err
			}
			ids, done.Tokens = append(ids, row.ID), append(done.Tokens, row)
		}
	}
	if err := rememberLives(w, lives); err != nil || !history || len(ids) == 0 {
		return done, err
	}
	_, err = w.DropEvents(ids)
	return done, err
}

// forgetApps removes applications that are no longer configured, with their history, if they have
// neither tokens nor marks. It fails for a named one that has.
func (s *Service) forgetApps(ctx context.Context, named, behind []string,
	history bool) (done []Application, err error) {
	for _, id := range slices.Concat(named, behind) {
		var went *Application
		err := s.update(ctx, func(w Writer) error {
			went = nil
			lost, err := openMarks(w, s.Now())
			if err != nil {
				return err
			}
			var a Application
			must, ok := slices.Contains(named, id), true
			if must {
				if a, err = s.application(w, id); err == nil {
					err = s.mayForgetApp(a, lost)
				}
			} else {
				a, ok, err = s.leftBehind(w, id, lost)
			}
			if err != nil || !ok {
				return err
			}
			used, err := holdsTokens(w, id)
			if id := alteredToken(w); err == nil && id != "" {
				err = errAlteredToken(id)
			}
			switch {
			case err != nil || used && !must:
				return err
			case used:
				return &Error{
					Code: CodeNotOver,
					Text: "forget: " + string(a.Label()) + " has got a token meanwhile",
					Hint: "try again",
				}
			}
			went = &a
			return dropApplication(w, a, history, s.Now())
		})
		if err != nil {
			return done, err
		}
		if went != nil {
			done = append(done, *went)
		}
	}
	return done, nil
}

func holdsTokens(r Reader, appID string) (bool, error) {
	all, err := r.Tokens()
	return slices.ContainsFunc(all, func(t Token) bool { return t.AppID == appID }), err
}

// dropApplication removes an application without tokens. The log keeps the entry of its removal.
func dropApplication(w Writer, a Application, history bool, now time.Time) error {
	if err := w.DropApplication(a.ID); err != nil {
		return err
	}
	if history {
		if err := w.DropEventsOf(a.ID); err != nil {
			return err
		}
	}
	return w.PutEvent(Event{At: now, Kind: EventForgotten, AppID: a.ID, Application: a.Label()})
}
