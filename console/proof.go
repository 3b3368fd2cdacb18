package console

import (
	"slices"
	"time"

	"lanyard/tokenapi"
)

// Proof names the evidence that the gateway refuses a token which has ended.
type Proof string

// The proofs.
const (
	ProofNone   Proof = ""
	ProofWindow Proof = "window" // the gateway's cache window ran out
	ProofExpiry Proof = "expiry" // the token's own expiry came first
	ProofProbe  Proof = "probe"  // three refusals in a row
)

// probeGap is the least time between two refusals that count as two.
const probeGap = time.Second

// record is the result of weighing the probes of a token.
type record struct {
	run int       // the most refusals in a row at one URL
	at  time.Time // the first of three that prove it; zero: not proved, or refuted
}

// refusals are consecutive refusals at one URL.
type refusals struct {
	url  string
	last []Probe
}

// weighProbes looks for three refusals in a row at one URL, at least probeGap apart. One of them
// must name the token, or the URL must have accepted the token before (seen). Refusals before since
// do not count, and none from expires on unless expires is zero. An acceptance from expires on does
// not refute an earlier proof.
func weighProbes(probes []Probe, seen []string, since, expires time.Time) (r record) {
	seen = slices.DeleteFunc(slices.Clone(seen), func(url string) bool {
		// probes at that URL are better evidence
		return slices.ContainsFunc(probes,
			func(p Probe) bool { return p.Verdict == tokenapi.Accepted && p.URL == url })
	})
	var runs []refusals
	for _, p := range probes {
		i := slices.IndexFunc(runs, func(u refusals) bool { return u.url == p.URL })
		switch p.Verdict {
		case tokenapi.Accepted:
			runs = runs[:0]
			if expires.IsZero() || p.At.Before(expires) || !r.at.Before(expires) {
				r.at = time.Time{}
			}
			if !slices.Contains(seen, p.URL) {
				seen = append(seen, p.URL)
			}
		case tokenapi.Unclear:
			if i >= 0 && r.at.IsZero() {
				runs = slices.Delete(runs, i, i+1)
			}
		case tokenapi.Refused:
			if p.At.Before(since) || !expires.IsZero() && !p.At.Before(expires) {
				continue // every gateway refuses an expired token
			}
			if i < 0 {
				runs = append(runs, refusals{url: p.URL})
				i = len(runs) - 1
			}
			u := &runs[i]
			if n := len(u.last); n > 0 && p.At.Sub(u.last[n-1].At) < probeGap {
				continue
			}
			u.last = append(u.last, p)
			if n := len(u.last); n >= 3 && r.at.IsZero() {
				three := u.last[n-3:]
				if slices.Contains(seen, p.URL) ||
					slices.ContainsFunc(three, func(p Probe) bool { return p.NamesToken }) {
					r.at = three[0].At
				}
			}
		}
	}
	for _, u := range runs {
		r.run = max(r.run, len(u.last))
	}
	return r
}

// ProvedDead reports whether the probes since an instant prove that the gateway refuses the token,
// by the rule of StatusAt. It also serves for tokens that were not revoked here.
func ProvedDead(t Token, since time.Time) bool {
	e := gather(&t, Policy{})
	return !weighProbes(e.probes, e.seen, since, time.Time{}).at.IsZero()
}
