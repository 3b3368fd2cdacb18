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

// The limits of controls, per URL: a gateway may count invalid tokens and block the client.
const (
	controlFresh  = 5 * time.Minute  // how long a control can be compared with
	controlGap    = time.Minute      // the least time between two
	controlDay    = 24 * time.Hour   // in which
	ControlsADay  = 20               // so many are asked for
	controlsSpare = 5                // the last of those are kept for refusals: a 2xx can do without
	signatureNear = 10 * time.Minute // a control this near to an acceptance is the URL's signature
	keepControls  = 8                // forms of tokens that are kept for one URL
)

// controls is the record of one probe URL, stored as a setting in JSON. Members are only ever
// added. Processes share it, so it is only changed within a transaction.
type controls struct {
	Asked    []time.Time        `json:"asked,omitempty"`   // when, in the last day, oldest first
	Accepted time.Time          `json:"accepted,omitzero"` // when a token was last accepted there, by a plain GET
	Of       map[string]control `json:"of,omitempty"`      // by method, headers and form of token

	AcceptedBy map[string]time.Time `json:"accepted_by,omitempty"` // as Accepted, by other methods and headers
}

// plainGET is the key of a probeWay without method and headers of its own.
const plainGET = "GET "

// control is the answer of a probe URL to a made-up token of one form.
type control struct {
	Asking    time.Time      `json:"asking,omitzero"` // when a process began to ask; zero once it has the answer
	At        time.Time      `json:"at,omitzero"`     // when the answer was read
	Is        tokenapi.Shape `json:"is,omitzero"`
	Signature tokenapi.Shape `json:"signature,omitzero"` // what Is was while tokens were accepted
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
		return controls{}, nil //nolint:nilerr // of another form; it can be asked for anew
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
	spentForNow             // it was asked often enough
)

// next decides whether a control has to be asked for and may be. spare is how many of the day's are
// left alone.
func (c *controls) next(form string, now time.Time, spare int, patience time.Duration) step {
	// What was written by a clock that was ahead counts no more.
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

// openTo gives a fresh control that was let through: then it does not matter of which form a token
// is.
func (c *controls) openTo(way probeWay, now time.Time) (control, bool) {
	for form, one := range c.Of {
		if strings.HasPrefix(form, way.key) && one.Is.Status >= 200 && one.Is.Status <= 299 && within(one.At, now, controlFresh) {
			return one, true
		}
	}
	return control{}, false
}

// acceptedBy is when a token was last accepted there, called that way.
func (c *controls) acceptedBy(way probeWay) time.Time {
	if way.key == plainGET {
		return c.Accepted
	}
	return c.AcceptedBy[way.key]
}

// accept notes that a token was accepted at now. A control from about that time is the signature.
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

// answered notes an answer. It becomes the signature if a token was accepted shortly before and
// there is none yet; one that is there is only replaced by accept, because the gateway may have
// failed since the acceptance.
func (c *controls) answered(way probeWay, form string, at time.Time, is tokenapi.Shape, accepted time.Time) {
	one := c.Of[form]
	one.Asking = time.Time{}
	if is.Known() {
		one.At, one.Is = at, is
		near := within(at, c.acceptedBy(way), signatureNear)
		if c.Accepted.IsZero() && len(c.AcceptedBy) == 0 { // not kept here when the token was accepted
			near = within(at, accepted, signatureNear)
		}
		if one.Signature.Status == 0 && near {
			one.Signature = is
		}
	}
	c.put(form, one)
}

// judge completes the verdict on an answer with a control, where one is needed. t is zero for a
// token that is not held.
func (s *Service) judge(ctx context.Context, a Application, api API, way probeWay, token secret.Text, t Token,
	ans *tokenapi.ProbeAnswer,
) {
	if !ans.Facts.NeedsControl() {
		return
	}
	accepted := lastAccepted(t, a.ProbeURL)
	one, why := s.controlOf(ctx, a, api, way, token, accepted, ans.Verdict == tokenapi.Accepted)
	ans.Judge(one.Is, tokenapi.History{Accepted: !accepted.IsZero(), Unchanged: one.Is == one.Signature})
	switch {
	case ans.Why == tokenapi.WhyNoControl && why != "":
		ans.Why = why
	case ans.Why == tokenapi.WhyChanged && one.Signature.Status == 0:
		ans.Why = tokenapi.WhyUnsigned
	}
}

// controlOf gives a fresh control, zero where none can be had now, and why not.
func (s *Service) controlOf(ctx context.Context, a Application, api API, way probeWay, token secret.Text,
	accepted time.Time, letThrough bool,
) (control, tokenapi.Why) {
	if a.Details.ProbeControlOff {
		return control{}, tokenapi.WhyControlOff
	}
	if a.ProbeActs() {
		return control{}, tokenapi.WhyControlActs
	}
	form, key, spare := way.form(token), controlKey(a.ProbeURL), 0
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
		c, err := readControls(r, a.ProbeURL)
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
				return changeControls(w, a.ProbeURL, func(c *controls) {
					c.next(form, s.Now(), spare, patience) // which forgets what is too old
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

// askControl sends a made-up token and keeps what it is answered. An answer that is no control is
// given as it is.
func (s *Service) askControl(ctx context.Context, a Application, api API, way probeWay, token secret.Text, form string,
	accepted time.Time,
) control {
	req := way.request(a, tokenapi.MadeUp(token, s.Now()))
	req.Control = true
	ans, ex, err := api.Probe(ctx, req)
	if err == nil {
		s.observe(a, "", ex)
	}
	var one control
	err = s.update(context.WithoutCancel(ctx), func(w Writer) error {
		return changeControls(w, a.ProbeURL, func(c *controls) {
			c.answered(way, form, ans.At.UTC(), ans.Facts.Shape, accepted)
			one = c.Of[form]
		})
	})
	if err != nil || !ans.Facts.Shape.Known() {
		return control{Is: ans.Facts.Shape}
	}
	return one
}

// lastAccepted is when a token was last seen accepted at a URL, zero if never. A probe that was
// stored without its URL counts as made here if it was a 2xx; what else was called accepted then
// may have been none.
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
