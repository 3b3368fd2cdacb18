package console

import (
	"context"
	"strconv"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// URLWorth is what probes of a URL can prove.
type URLWorth string

// What there is.
const (
	WorthUnknown URLWorth = ""        // nobody knows what a made-up token is answered
	WorthFine    URLWorth = "fine"    // it refuses a made-up token
	WorthOpen    URLWorth = "open"    // it lets anybody through
	WorthNothing URLWorth = "nothing" // there seems to be nothing
	WorthFailing URLWorth = "failing" // what answers says nothing of tokens
)

// ProbeURLCheck is what a made-up token shows of a probe URL.
type ProbeURLCheck struct {
	Worth  URLWorth
	Status int       // that it was answered; 0: that is not known
	Kept   time.Time // when, of an answer that was kept from before
	Words  string    // what that means; "" where the status says it, or there was no answer
	Hint   string    // the way out, if one is needed
}

// worthOf is the table of what the answer to a made-up token says of its URL.
func worthOf(is tokenapi.Shape) (worth URLWorth, words, hint string) {
	switch status := is.Status; {
	case status == 0:
		return WorthUnknown, "", ""
	case status >= 200 && status <= 299:
		return WorthOpen, openURL + ", so no probe of it proves anything", otherURL
	case status == 404 || status == 405 || status == 410:
		return WorthNothing, "there seems to be nothing at this URL, so no probe of it proves anything",
			"check path and version of probe_url, and probe_method: a good token should be answered 200"
	case !is.Known():
		return WorthFailing, "as long as it does, only a fault code can prove a token dead", "try again, or ask whoever runs the gateway"
	}
	return WorthFine, "", ""
}

// CheckProbeURL says what the probe URL of an application is worth. It goes by the control that is
// kept, of a token of whatever form, and asks for one only within the limits of controls: the last
// ones of the day are left to refusals. No token that is held is read.
func (s *Service) CheckProbeURL(ctx context.Context, a Application) (ProbeURLCheck, error) {
	if err := needProbeURL(a); err != nil {
		return ProbeURLCheck{}, err
	}
	if err := s.unlocked(ctx); err != nil {
		return ProbeURLCheck{}, err
	}
	if a.ProbeActs() {
		return ProbeURLCheck{Words: "a " + a.ProbeMethod() + " with a made-up token may act, so none is sent"}, nil
	}
	way, err := s.probeWayOf(ctx, a)
	if err != nil {
		return ProbeURLCheck{}, err
	}
	kept, err := s.keptControl(ctx, way, a.ProbeURL)
	if err != nil {
		return ProbeURLCheck{}, err
	}
	var why tokenapi.Why
	if !within(kept.At, s.Now(), controlFresh) {
		api, err := s.api(a.Environment)
		if err != nil {
			return ProbeURLCheck{}, err
		}
		var one control
		if one, why = s.controlOf(ctx, a, api, way, secret.New(commonForm), time.Time{}, true); one.Is.Status != 0 {
			return checked(one.Is), nil
		}
	}
	c := checked(kept.Is)
	switch c.Kept = kept.At; {
	case c.Status == 0 && why == tokenapi.WhyControlSpent:
		c.Words = "it " + askedEnough
	case c.Status == 0 && why == tokenapi.WhyControlOff:
		c.Words = "probe_control is off"
	}
	return c, nil
}

func checked(is tokenapi.Shape) ProbeURLCheck {
	c := ProbeURLCheck{Status: is.Status}
	c.Worth, c.Words, c.Hint = worthOf(is)
	return c
}

// keptControl is the newest control of a URL, zero if none is kept; one by a clock that was ahead
// is none.
func (s *Service) keptControl(ctx context.Context, way probeWay, probeURL string) (newest control, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		c, err := readControls(r, probeURL)
		for form, one := range c.Of {
			if strings.HasPrefix(form, way.key) && one.At.After(newest.At) && !one.At.After(s.Now()) {
				newest = one
			}
		}
		return err
	})
	return newest, err
}

// commonForm is a token of the form that opaque tokens have most.
const commonForm = "00000000-0000-4000-8000-00000000000a"

// askedEnough says that the limits of controls are reached.
var askedEnough = "was asked with a made-up token less than a minute ago, or " + strconv.Itoa(controlsADay) + " times today"
