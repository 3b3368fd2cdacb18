package console

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Event is one entry of the audit log: what happened to a token, and when. It holds no secret.
type Event struct {
	Seq         int64 // grows with each entry; 0 if Derived
	At          time.Time
	Kind        EventKind
	TokenID     string // "" for a get without a token so far
	Fingerprint string
	AppID       string
	Application Private         // label of the application at that time
	Facts       json.RawMessage // the changed facts, as a JSON object
	Derived     bool            // not stored: it follows from facts and time (Log)
	// Log sets Unanswered for EventUnsure if the answer was lost, and Open while its mark is open.
	Unanswered, Open bool
}

// EventKind names what happened.
type EventKind string

// The kinds of events. The first seven bring or end a token, the next nine are about a revoke.
const (
	EventIssued    EventKind = "issued"
	EventRenewed   EventKind = "renewed"  // with the refresh token of the one in from
	EventReissued  EventKind = "reissued" // the server handed the same token out again
	EventReplaced  EventKind = "replaced"
	EventAdopted   EventKind = "adopted"   // issued elsewhere, and stored to be revoked
	EventForgotten EventKind = "forgotten" // removed, as is an application
	EventHeld      EventKind = "held"      // it was there before the log began

	EventRevokeDecided EventKind = "revoke_decided"
	EventRevokeUndone  EventKind = "revoke_undone"
	EventRevokeTried   EventKind = "revoke_tried" // about to be sent
	// the server accepted the revoke of the access token
	EventRevoked        EventKind = "revoked"
	EventRefreshRevoked EventKind = "refresh_revoked"
	EventRefreshSpent   EventKind = "refresh_spent" // the server called the refresh token invalid
	EventRevokeRefused  EventKind = "revoke_refused"
	EventRevokeDeferred EventKind = "revoke_deferred" // it was not delivered, and is kept
	// it was not delivered, and the token has expired
	EventRevokeLapsed EventKind = "revoke_lapsed"

	EventProbed       EventKind = "probed"
	EventIntrospected EventKind = "introspected"
	EventUnsure       EventKind = "unsure" // a get or refresh is about to be sent
	// the answer to a get or refresh was lost; the mark stays open
	EventUnanswered EventKind = "unanswered"
	// its answer was read, it was not sent, or its token is over
	EventSettled   EventKind = "settled"
	EventDismissed EventKind = "dismissed" // a person dismissed the mark
	EventCopied    EventKind = "copied"    // to a clipboard
	EventPrinted   EventKind = "printed"   // to standard output
	EventChanged   EventKind = "changed"   // anything else

	// Log derives these. They follow from time alone and are not stored.
	EventDead       EventKind = "dead"
	EventSuperseded EventKind = "superseded"
	EventExpired    EventKind = "expired"
)

// update is the only function of this package that writes to the store. It logs in the same
// transaction what f changes of tokens and marks, one event for each token. So no verb can leave
// out the log.
func (s *Service) update(ctx context.Context, f func(Writer) error) error {
	return s.updateAs(ctx, recorder{}, f)
}

// updateAs is update with a recorder of its own.
func (s *Service) updateAs(ctx context.Context, as recorder, f func(Writer) error) error {
	if err := s.unlocked(ctx); err != nil {
		// rows that are written need a MAC, rows that were read are verified
		return err
	}
	return s.opt.Keeper.Update(ctx, func(w Writer) error {
		r := &recorder{Writer: w, s: s, dismissed: as.dismissed, unlogged: as.unlogged}
		if err := f(r); err != nil {
			return err
		}
		if err := r.tend(); err != nil {
			return err
		}
		return r.record()
	})
}

// Where a token was handed out to, besides the ways to a clipboard ([Service.Copied]).
const (
	ViaStdout = "stdout"
	ViaScreen = "screen"
)

// Copied logs that a token was handed out. via is ViaStdout, ViaScreen or the way to a clipboard.
// form is the form in which the token was handed out. An error means that the log lacks the entry.
// The token was handed out all the same.
func (s *Service) Copied(ctx context.Context, tokenID, via string, form Form) error {
	kind := EventCopied
	if via == ViaStdout {
		kind = EventPrinted
	}
	how := map[string]string{"via": via}
	if form != FormBare {
		how["form"] = string(form)
	}
	facts, err := json.Marshal(how)
	if err != nil {
		return err
	}
	return s.opt.Keeper.Update(context.WithoutCancel(ctx), func(w Writer) error {
		t, err := s.token(w, tokenID)
		if err != nil {
			return err
		}
		return w.PutEvent(Event{
			At: s.Now(), Kind: kind, TokenID: t.ID, Fingerprint: t.Fingerprint,
			AppID: t.AppID, Application: s.labelOf(w, t.AppID), Facts: facts,
		})
	})
}

// recorder records what a transaction changes.
type recorder struct {
	Writer
	s         *Service
	dismissed string    // ID of the mark that a person dismisses
	unlogged  bool      // probes are not logged; see Client
	changes   []*change // in the order in which they began
	calls     []*Call   // the calls whose answers the transaction stores
	lost      *Mark     // the mark of a request whose answer was lost; nil for none
	lostCall  *Call     // the call whose answer was lost
	ofToken   map[string]*change
	labels    map[string]Private // labels of removed applications
}

// now reads without the marks that are over.
func (r *recorder) now() present { return present{r.Writer, r.s.Now()} }

// Tokens reads without the marks that are over.
func (r *recorder) Tokens() ([]Token, error) { return r.now().Tokens() }

// Newest reads without the marks that are over.
func (r *recorder) Newest(f TokenFilter,
	each func(Token) bool) error {
	return r.now().Newest(f, each)
}

// Token reads without a mark that is over.
func (r *recorder) Token(id string) (Token, error) { return r.now().Token(id) }

// TokensWhere reads without the marks that are over.
func (r *recorder) TokensWhere(f TokenFilter) ([]Token, error) { return r.now().TokensWhere(f) }

// Marks reads those that are not over.
func (r *recorder) Marks() ([]Mark, error) { return r.now().Marks() }

// change collects the effects of one transaction on one token, or on the gets of an application
// that have no token.
type change struct {
	tokenID, appID string
	before         *Token // nil: it is new
	probes         []Probe
	marks          map[string]*Mark // by ID; nil: removed
	open           map[string]bool  // marks that were open before
	dismissed      bool             // a person dismissed one of them
	closed         []string         // IDs of the marks that a removed log had closed
}

// of returns the change of a token. The first call reads the token as it was before.
func (r *recorder) of(tokenID string) (*change, error) {
	if c := r.ofToken[tokenID]; c != nil {
		return c, nil
	}
	c := &change{tokenID: tokenID, marks: map[string]*Mark{}, open: map[string]bool{}}
	t, err := r.Token(tokenID)
	switch {
	case err == nil:
		c.before, c.appID = &t, t.AppID
	case !isLost(err):
		return nil, err
	}
	r.changes = append(r.changes, c)
	if r.ofToken == nil {
		r.ofToken = map[string]*change{}
	}
	r.ofToken[tokenID] = c
	return c, nil
}

// ofMark returns the change that a mark belongs to.
func (r *recorder) ofMark(m Mark) (*change, error) {
	if m.TokenID != "" {
		return r.of(m.TokenID)
	}
	for _, c := range r.changes {
		if c.tokenID == "" && c.appID == m.AppID {
			return c, nil
		}
	}
	c := &change{appID: m.AppID, marks: map[string]*Mark{}, open: map[string]bool{}}
	r.changes = append(r.changes, c)
	return c, nil
}

// PutToken records the token.
func (r *recorder) PutToken(t *Token) error {
	if _, err := r.of(t.ID); err != nil {
		return err
	}
	return r.Writer.PutToken(t)
}

// DropToken records the token.
func (r *recorder) DropToken(id string) error {
	if _, err := r.of(id); err != nil {
		return err
	}
	return r.Writer.DropToken(id)
}

// PutProbe records the probes, unless probes are not logged.
func (r *recorder) PutProbe(tokenID string, probes ...Probe) error {
	if r.unlogged {
		return r.Writer.PutProbe(tokenID, probes...)
	}
	c, err := r.of(tokenID)
	if err != nil {
		return err
	}
	c.probes = append(c.probes, probes...)
	return r.Writer.PutProbe(tokenID, probes...)
}

// PutMark records the mark.
func (r *recorder) PutMark(m Mark) error {
	if err := r.note(m, &m); err != nil {
		return err
	}
	return r.Writer.PutMark(m)
}

// ClearMark records that a mark is removed, if it is there.
func (r *recorder) ClearMark(id string) error {
	if err := r.note(Mark{ID: id}, nil); err != nil {
		return err
	}
	return r.Writer.ClearMark(id)
}

// note records the change of a mark; after is nil if the mark is removed. It ignores the removal of
// a mark that was not there.
func (r *recorder) note(m Mark, after *Mark) error {
	open, err := r.Writer.Marks()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(open, func(o Mark) bool { return o.ID == m.ID })
	switch {
	case i >= 0:
		m = open[i]
	case after == nil:
		return nil
	}
	c, err := r.ofMark(m)
	if err != nil {
		return err
	}
	if _, known := c.marks[m.ID]; !known {
		c.open[m.ID] = i >= 0
	}
	c.marks[m.ID] = after
	c.dismissed = c.dismissed || m.ID == r.dismissed
	return nil
}

// DropApplication removes an application with those of its marks that are over.
func (r *recorder) DropApplication(id string) error {
	open, err := r.Writer.Marks()
	if err != nil {
		return err
	}
	for _, m := range open {
		if m.AppID == id && m.Over(r.s.Now()) {
			if err := r.ClearMark(m.ID); err != nil {
				return err
			}
		}
	}
	if r.labels == nil {
		r.labels = map[string]Private{}
	}
	r.labels[id] = r.s.labelOf(r, id)
	return r.Writer.DropApplication(id)
}

// DropEvents records the marks that the log of tokens had closed. The last event of each token
// names them from now on.
func (r *recorder) DropEvents(tokenIDs []string) (map[string][]string, error) {
	closed, err := r.Writer.DropEvents(tokenIDs)
	if err != nil {
		return nil, err
	}
	for id, marks := range closed {
		c, err := r.of(id)
		if err != nil {
			return nil, err
		}
		c.closed = append(c.closed, marks...)
	}
	return closed, nil
}

// tend updates the open marks in a transaction that changed something. It removes those of the same
// applications that are over. An answer that was stored may show that a lost token can live longer.
func (r *recorder) tend() error {
	if len(r.changes) == 0 {
		return nil
	}
	open, err := r.Writer.Marks()
	if err != nil || len(open) == 0 {
		return err
	}
	touched, filed := map[string]bool{}, false
	for _, c := range r.changes {
		touched[c.appID] = true
		if c.tokenID == "" {
			continue
		}
		t, err := r.Token(c.tokenID)
		if isLost(err) {
			continue
		}
		if err != nil {
			return err
		}
		touched[t.AppID] = true
		filed = filed || c.before == nil || c.before.AnswerRev != t.AnswerRev
	}
	var lives map[requestKey]time.Duration
	if filed {
		if lives, err = r.s.longestLives(r, open...); err != nil {
			return err
		}
	}
	for _, m := range open {
		switch {
		case m.Over(r.s.Now()):
			if touched[m.AppID] {
				err = r.ClearMark(m.ID)
			}
		case filed:
			was := m.EndsBy
			if m.EndsBy, err = r.s.endsBy(r, m, lives); err == nil && !m.EndsBy.Equal(was) {
				err = r.PutMark(m)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// record writes an event for each change.
func (r *recorder) record() error {
	var gets, tokens []*change
	for _, c := range r.changes {
		if c.tokenID == "" {
			gets = append(gets, c)
		} else {
			tokens = append(tokens, c)
		}
	}
	// The token of a get settles its mark: that is one event.
	for _, g := range gets {
		settled := kindOfMarks(g) == EventSettled
		for _, c := range tokens {
			t, err := r.Token(c.tokenID)
			if err != nil && !isLost(err) {
				return err
			}
			if settled && err == nil && t.AppID == g.appID && len(changedFacts(c.before, &t)) > 0 {
				maps.Copy(c.marks, g.marks)
				maps.Copy(c.open, g.open)
				g.marks = nil
				break
			}
		}
	}
	if r.lost != nil {
		if err := r.writeLost(*r.lost); err != nil {
			return err
		}
	}
	var entries []*entry
	for _, c := range slices.Concat(gets, tokens) {
		switch e, err := r.entryOf(c); {
		case err != nil:
			return err
		case e != nil:
			entries = append(entries, e)
		}
	}
	for _, c := range r.calls {
		e := carrier(entries, c, len(r.calls) > 1)
		if e == nil {
			continue
		}
		e.facts["call"] = c.fact()
		c.TokenID, c.Fingerprint = e.TokenID, e.Fingerprint
		if from, ok := e.facts["from"].(string); ok && c.Verb == OpRefresh {
			c.From = from
		}
	}
	for _, e := range entries {
		var err error
		if e.Facts, err = e.facts.encode(); err != nil {
			return err
		}
		if err := r.PutEvent(e.Event); err != nil {
			return err
		}
	}
	return nil
}

// entry is an event that is about to be written.
type entry struct {
	Event
	facts factSet
}

// carrier returns the log entry that keeps a call. It is the entry of the token that the call
// brought, else of the token that it was about, else the first. If a transaction has several calls,
// it is the entry of the token that the call was about. It is nil if there is none.
func carrier(entries []*entry, c *Call, several bool) *entry {
	brought := func(e *entry) bool {
		return e.Kind == EventIssued || e.Kind == EventRenewed || e.Kind == EventReissued
	}
	about := func(e *entry) bool { return c.TokenID != "" && e.TokenID == c.TokenID }
	if i := slices.IndexFunc(entries, brought); i >= 0 && !several {
		return entries[i]
	}
	if i := slices.IndexFunc(entries, about); i >= 0 {
		return entries[i]
	}
	if several || len(entries) == 0 {
		return nil
	}
	return entries[0]
}

// writeLost writes the event of a request whose answer was lost.
func (r *recorder) writeLost(m Mark) error {
	e := Event{
		At: r.s.Now(), Kind: EventUnanswered, TokenID: m.TokenID, AppID: m.AppID,
		Application: r.s.labelOf(r, m.AppID),
	}
	if t, err := r.Token(m.TokenID); err == nil {
		e.Fingerprint = t.Fingerprint
	} else if !isLost(err) {
		return err
	}
	facts, err := factSet{"call": r.lostCall.fact()}.encode()
	if err != nil {
		return err
	}
	e.Facts = facts
	return r.PutEvent(e)
}

// entryOf returns the event of a change; nil if nothing changed.
func (r *recorder) entryOf(c *change) (*entry, error) {
	e := Event{At: r.s.Now(), TokenID: c.tokenID, AppID: c.appID}
	var after *Token
	if c.tokenID != "" {
		t, err := r.Token(c.tokenID) // as it was stored, for replays
		if err != nil && !isLost(err) {
			return nil, err
		}
		if err == nil {
			after = &t
		}
	}
	facts := changedFacts(c.before, after)
	for _, id := range c.closed {
		if _, known := c.marks[id]; !known {
			c.marks[id] = nil
		}
	}
	switch {
	case c.tokenID != "" && after == nil && c.before == nil && len(c.marks) == 0:
		return nil, nil // it was added and removed
	case after != nil:
		e.AppID, e.Fingerprint = after.AppID, after.Fingerprint
	case c.before != nil:
		e.Fingerprint = c.before.Fingerprint
	}
	for _, p := range c.probes {
		facts["probes"] = append(facts.probes(), p)
	}
	if len(c.marks) > 0 {
		facts["marks"] = c.marks
	}
	if len(facts) == 0 && (after != nil || c.before == nil) {
		return nil, nil
	}
	e.Kind = kindOf(c, after, e.At)
	e.Application = cmp.Or(r.s.labelOf(r, e.AppID), r.labels[e.AppID])
	return &entry{e, facts}, nil
}

// labelOf returns the label of an application; "" if it cannot be read. A log without a label is
// better than no log.
func (s *Service) labelOf(r Reader, appID string) Private {
	a, err := s.application(r, appID)
	if err != nil {
		return ""
	}
	return a.Label()
}
