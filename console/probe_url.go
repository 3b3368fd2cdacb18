package console

import (
	"context"
	"strings"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// URLWorth classifies a probe URL by what its probes can prove.
type URLWorth string

// The worths of a probe URL.
const (
	WorthUnknown URLWorth = ""        // the answer to a made-up token is not known
	WorthFine    URLWorth = "fine"    // it refuses a made-up token
	WorthOpen    URLWorth = "open"    // it accepts a made-up token
	WorthNothing URLWorth = "nothing" // there seems to be nothing at the URL
	WorthFailing URLWorth = "failing" // the answer does not depend on tokens
)

// ProbeURLCheck is the result of calling a probe URL with a made-up token.
type ProbeURLCheck struct {
	Worth  URLWorth
	Status int       // status of that answer; 0: not known
	Kept   time.Time // time at which a stored answer was read
	Why    Why       // with Status 0: why no made-up token was sent; "" if one was
}

// worthOf returns the worth of a URL by its answer to a made-up token.
func worthOf(is tokenapi.Shape) URLWorth {
	switch status := is.Status; {
	case status == 0:
		return WorthUnknown
	case status >= 200 && status <= 299:
		return WorthOpen
	case status == 404 || status == 405 || status == 410:
		return WorthNothing
	case !is.Known():
		return WorthFailing
	}
	return WorthFine
}

// CheckProbeURL returns the worth of an application's probe URL. It uses a stored control of any
// form of token, and sends one only within the limits of controls. The last ones of a day are left
// to refusals. It reads no held token.
func (s *Service) CheckProbeURL(ctx context.Context, a Application) (ProbeURLCheck, error) {
	if err := needProbeURL(a); err != nil {
		return ProbeURLCheck{}, err
	}
	if err := s.unlocked(ctx); err != nil {
		return ProbeURLCheck{}, err
	}
	if a.ProbeActs() {
		return ProbeURLCheck{Why: WhyControlActs}, nil
	}
	way, err := s.probeWayOf(ctx, a)
	if err != nil {
		return ProbeURLCheck{}, err
	}
	kept, err := s.keptControl(ctx, way, string(a.ProbeURL))
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
		common := secret.New(commonForm)
		one, why = s.controlOf(ctx, a, api, way, common, time.Time{}, true)
		if one.Is.Status != 0 {
			return checked(one.Is), nil
		}
	}
	c := checked(kept.Is)
	if c.Kept = kept.At; c.Status == 0 {
		c.Why = why
	}
	return c, nil
}

func checked(is tokenapi.Shape) ProbeURLCheck {
	return ProbeURLCheck{Worth: worthOf(is), Status: is.Status}
}

// keptControl returns the newest control of a URL, zero if none is stored. One in the future was
// written by a clock that was ahead, and does not count.
func (s *Service) keptControl(ctx context.Context, way probeWay,
	probeURL string) (newest control, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		c, err := readControls(r, probeURL)
		for form, one := range c.Of {
			if strings.HasPrefix(form, way.key) && one.At.After(newest.At) &&
				!one.At.After(s.Now()) {
				newest = one
			}
		}
		return err
	})
	return newest, err
}

// commonForm is a token of the most common form of opaque tokens.
const commonForm = "00000000-0000-4000-8000-00000000000a"
