package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// Limits of controls for each URL. A gateway may count invalid tokens and block the client.
const (
	controlFresh  = 5 * time.Minute  // the time for which a control can be compared
	controlGap    = time.Minute      // least time between two
	controlDay    = 24 * time.Hour   // the time that ControlsADay is about
	ControlsADay  = 20               // most controls in controlDay
	controlsSpare = 5                // part of ControlsADay, kept for refusals: a 2xx needs none
	signatureNear = 10 * time.Minute // least distance to an acceptance for a signature
	keepControls  = 8                // forms of tokens for one URL
)

// controls is the record of one probe URL, stored as a setting in JSON. JSON members may be added,
// never removed. Processes share it, so it changes only within a transaction.
type controls struct {
	Asked    []time.Time        `json:"asked,omitempty"`   // in the last day, oldest first
	Accepted time.Time          `json:"accepted,omitzero"` // the last acceptance by a plain GET
	Of       map[string]control `json:"of,omitempty"`      // by method, headers and form of token

	AcceptedBy map[string]time.Time `json:"accepted_by,omitempty"` // with other headers or methods
}

// plainGET is the key of a probeWay that has no method and headers of its own.
const plainGET = "GET "

// control is the answer of a probe URL to a made-up token of one form.
type control struct {
	Asking    time.Time      `json:"asking,omitzero"` // zero once it is answered
	At        time.Time      `json:"at,omitzero"`     // when the answer was read
	Is        tokenapi.Shape `json:"is,omitzero"`
	Signature tokenapi.Shape `json:"signature,omitzero"` // Is at the time when tokens were accepted
}

func controlKey(probeURL string) string {
	sum := sha256.Sum256([]byte(probeURL))
	return "control/" + hex.EncodeToString(sum[:])
}

// within reports whether two times are at most d apart.
func within(a, b time.Time, d time.Duration) bool {
	return !a.IsZero() && !b.IsZero() && a.Sub(b).Abs() <= d
}

func readControls(r Reader, probeURL string) (controls, error) {
	var c controls
	text, err := r.Setting(controlKey(probeURL))
	if err != nil || text == "" {
		return c, err
	}
	if json.Unmarshal([]byte(text), &c) != nil {
		return controls{}, nil //nolint:nilerr // a record of another form; a new control is sent
	}
	return c, nil
}

// changeControls stores what f makes of the controls of a URL.
func changeControls(w Writer, probeURL string, f func(*controls)) error {
	c, err := readControls(w, probeURL)
	if err != nil {
		return err
	}
	f(&c)
	for len(c.AcceptedBy) > keepControls {
		older := func(a, b string) int { return c.AcceptedBy[a].Compare(c.AcceptedBy[b]) }
		delete(c.AcceptedBy, slices.MinFunc(slices.Collect(maps.Keys(c.AcceptedBy)), older))
	}
	for len(c.Of) > keepControls {
		older := func(a, b string) int { return c.Of[a].At.Compare(c.Of[b].At) }
		delete(c.Of, slices.MinFunc(slices.Collect(maps.Keys(c.Of)), older))
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return w.SetSetting(controlKey(probeURL), string(text))
}

func (c *controls) put(form string, one control) {
	if c.Of == nil {
		c.Of = map[string]control{}
	}
	c.Of[form] = one
}

// step is the next action for a control.
type step int

const (
	useControl  step = iota // it is fresh
	askControl              // now
	awaitOther              // another process is asking
	spentForNow             // the limits are reached
)

// next decides whether a control is needed and may be sent. spare is the number of the day's
// controls that stay unused.
func (c *controls) next(form string, now time.Time, spare int, patience time.Duration) step {
	// Times in the future come from a clock that was ahead. They do not count.
	c.Asked = slices.DeleteFunc(c.Asked, func(t time.Time) bool {
		return t.After(now) || now.Sub(t) >= controlDay
	})
	one := c.Of[form]
	switch last := len(c.Asked) - 1; {
	case one.Is.Known() && within(one.At, now, controlFresh):
		return useControl
	case !one.Asking.IsZero() && within(one.Asking, now, patience):
		return awaitOther
	case len(c.Asked) >= ControlsADay-spare || last >= 0 && now.Sub(c.Asked[last]) < controlGap:
		return spentForNow
	}
	return askControl
}

// fresh returns a control that an answer can be compared with now.
func (c *controls) fresh(way probeWay, form string, now time.Time) (control, bool) {
	if one, open := c.openTo(way, now); open {
		return one, true
	}
	return c.Of[form], c.next(form, now, 0, 0) == useControl
}

// openTo returns a fresh control that was let through. Then the form of a token does not matter.
func (c *controls) openTo(way probeWay, now time.Time) (control, bool) {
	for form, one := range c.Of {
		if strings.HasPrefix(form, way.key) && one.Is.Status >= 200 && one.Is.Status <= 299 &&
			within(one.At, now, controlFresh) {
			return one, true
		}
	}
	return control{}, false
}

// acceptedBy returns when a token was last accepted at the URL, called that way.
func (c *controls) acceptedBy(way probeWay) time.Time {
	if way.key == plainGET {
		return c.Accepted
	}
	return c.AcceptedBy[way.key]
}

// accept records that a token was accepted at now. A control from about that time is the signature.
func (c *controls) accept(way probeWay, form string, now time.Time) {
	switch {
	case way.key == plainGET:
		c.Accepted = now
	case c.AcceptedBy == nil:
		c.AcceptedBy = map[string]time.Time{way.key: now}
	default:
		c.AcceptedBy[way.key] = now
	}
	if one := c.Of[form]; one.Is.Known() && within(one.At, now, signatureNear) {
		one.Signature = one.Is
		c.put(form, one)
	}
}

// noteAnswer records the answer to a control. It becomes the signature if a token was accepted
// shortly before and there is no signature yet. Only accept replaces a signature, because the
// gateway may have failed since.
func (c *controls) noteAnswer(way probeWay, form string, at time.Time, is tokenapi.Shape,
	accepted time.Time) {
	one := c.Of[form]
	one.Asking = time.Time{}
	if is.Known() {
		one.At, one.Is = at, is
		near := within(at, c.acceptedBy(way), signatureNear)
		if c.Accepted.IsZero() && len(c.AcceptedBy) == 0 { // the acceptance was not recorded here
			near = within(at, accepted, signatureNear)
		}
		if one.Signature.Status == 0 && near {
			one.Signature = is
		}
	}
	c.put(form, one)
}

// judge completes the verdict on an answer with a control, if it needs one. The token of the call
// is zero if it is not held.
func (s *Service) judge(ctx context.Context, api API, c *gatewayCall) {
	ans := &c.answer
	if !ans.Facts.NeedsControl() {
		return
	}
	accepted := lastAccepted(c.token, string(c.app.ProbeURL))
	var why tokenapi.Why
	one, fresh := c.controls.fresh(c.way, c.way.form(c.access), s.Now())
	if !fresh {
		one, why = s.controlOf(ctx, c.app, api, c.way, c.access, accepted,
			ans.Verdict == tokenapi.Accepted)
	}
	ans.Judge(one.Is,
		tokenapi.History{Accepted: !accepted.IsZero(), Unchanged: one.Is == one.Signature})
	switch {
	case ans.Why == tokenapi.WhyNoControl && why != "":
		ans.Why = why
	case ans.Why == tokenapi.WhyChanged && one.Signature.Status == 0:
		ans.Why = tokenapi.WhyUnsigned
	}
}

// controlOf returns a fresh control, or a zero one and why there is none.
func (s *Service) controlOf(ctx context.Context, a Application, api API, way probeWay,
	token secret.Text, accepted time.Time, letThrough bool) (control, tokenapi.Why) {
	if a.Details.ProbeControlOff {
		return control{}, tokenapi.WhyControlOff
	}
	if a.ProbeActs() {
		return control{}, tokenapi.WhyControlActs
	}
	form, key, spare := way.form(token), controlKey(string(a.ProbeURL)), 0
	if letThrough {
		spare = controlsSpare
	}
	patience := leaseFor(a.Environment)
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	if s.controls.wait(ctx, key) != nil {
		return control{}, tokenapi.WhyNoControl
	}
	defer s.controls.give(key)
	look := func(r Reader) (step, control, error) {
		c, err := readControls(r, string(a.ProbeURL))
		if err != nil {
			return spentForNow, control{}, err
		}
		if one, open := c.openTo(way, s.Now()); open {
			return useControl, one, nil
		}
		return c.next(form, s.Now(), spare, patience), c.Of[form], nil
	}
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		var todo step
		var one control
		err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
			todo, one, err = look(r)
			return err
		})
		if err == nil && todo == askControl {
			err = s.update(ctx, func(w Writer) (err error) {
				if todo, one, err = look(w); err != nil || todo != askControl {
					return err
				}
				return changeControls(w, string(a.ProbeURL), func(c *controls) {
					c.next(form, s.Now(), spare, patience) // removes what is too old
					c.Asked = append(c.Asked, s.Now().UTC())
					one.Asking = s.Now().UTC()
					c.put(form, one)
				})
			})
		}
		switch {
		case err != nil:
			return control{}, tokenapi.WhyNoControl
		case todo == useControl:
			return one, ""
		case todo == askControl:
			return s.askControl(ctx, a, api, way, token, form, accepted), tokenapi.WhyNoControl
		case todo == spentForNow:
			return control{}, tokenapi.WhyControlSpent
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return control{}, tokenapi.WhyNoControl
		}
	}
}

// askControl sends a made-up token and stores the answer. An answer that is no control is returned
// unchanged.
func (s *Service) askControl(ctx context.Context, a Application, api API, way probeWay,
	token secret.Text, form string, accepted time.Time) control {
	req := way.request(a, tokenapi.MadeUp(token, s.Now()))
	req.Control = true
	ans, ex, err := api.Probe(ctx, req)
	if err == nil {
		s.observe(a, "", ex)
	}
	var one control
	err = s.update(context.WithoutCancel(ctx), func(w Writer) error {
		return changeControls(w, string(a.ProbeURL), func(c *controls) {
			c.noteAnswer(way, form, ans.At.UTC(), ans.Facts.Shape, accepted)
			one = c.Of[form]
		})
	})
	if err != nil || !ans.Facts.Shape.Known() {
		return control{Is: ans.Facts.Shape}
	}
	return one
}

// lastAccepted returns when a token was last accepted at a URL, zero if never. An older probe
// without URL counts as made here if it was a 2xx; other answers may have been called accepted
// then.
func lastAccepted(t Token, probeURL string) time.Time {
	at, place := time.Time{}, placeOf(probeURL)
	if t.SeenURL == place {
		at = t.SeenAt
	}
	for _, p := range t.Probes {
		here := p.URL == place || p.URL == "" && p.letThrough()
		if here && p.Verdict == tokenapi.Accepted && p.At.After(at) {
			at = p.At
		}
	}
	return at
}
