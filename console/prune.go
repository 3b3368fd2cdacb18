package console

import (
	"context"
	"slices"
	"time"
)

// prunedKey is the setting with the time of the last prune.
const prunedKey = "pruned/at"

// pruneAtOnce is the number of log entries that one transaction removes.
const pruneAtOnce = 500

// PruneEvery returns how often Prune works: once a day, or as often as Options.Keep if that is
// shorter, but not more than once an hour. It is 0 without Options.Keep.
func (s *Service) PruneEvery() time.Duration {
	if s.opt.Keep <= 0 {
		return 0
	}
	return min(max(s.opt.Keep, time.Hour), 24*time.Hour)
}

// Prune forgets tokens that have been over for longer than Options.Keep, with their probes. It also
// forgets applications that are gone and lose their last token by it, and log entries of tokens
// that are not held any more. It does nothing without Options.Keep, while the store is locked, and
// within PruneEvery of the last prune by any process. ctx may end it at any time: each transaction
// is complete.
func (s *Service) Prune(ctx context.Context) (done Forgotten, err error) {
	if s.opt.Keep <= 0 || s.opt.Keeper.Key().Locked {
		return done, nil
	}
	if due, err := s.claimPrune(ctx); err != nil || !due {
		return done, err
	}
	before := s.Now().Add(-s.opt.Keep)
	var old []Token
	var behind []string
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		tokens, err := r.Tokens()
		if err != nil {
			return err
		}
		lost, err := openMarks(r, s.Now())
		if err != nil {
			return err
		}
		for _, t := range tokens {
			since, held, err := s.overSince(r, t, lost)
			if err != nil {
				return err
			}
			if held.Why == "" && !since.After(before) {
				old = append(old, t)
			}
		}
		return nil
	})
	if err == nil {
		done, err = s.forgetTokens(ctx, old, before, false)
	}
	if err != nil {
		return done, err
	}
	for _, t := range done.Tokens {
		if !slices.Contains(behind, t.AppID) {
			behind = append(behind, t.AppID)
		}
	}
	if done.Applications, err = s.forgetApps(ctx, nil, behind, false); err != nil {
		return done, err
	}
	for n := pruneAtOnce; n == pruneAtOnce && err == nil; {
		if err = ctx.Err(); err != nil {
			return done, err
		}
		err = s.update(ctx, func(w Writer) (err error) {
			n, err = w.PruneEvents(before, pruneAtOnce)
			return err
		})
		done.Events += n
	}
	return done, err
}

// claimPrune reports whether it is time to prune, and stores the time of this prune. It stores the
// time before the prune. So only one process prunes, and not every command begins again with a
// prune that was cut short.
func (s *Service) claimPrune(ctx context.Context) (due bool, err error) {
	look := func(r Reader) error {
		text, err := r.Setting(prunedKey)
		last, bad := time.Parse(time.RFC3339, text)
		due = bad != nil || last.After(s.Now()) || s.Now().Sub(last) >= s.PruneEvery()
		return err
	}
	if err = s.opt.Keeper.View(ctx, look); err != nil || !due {
		return false, err
	}
	err = s.update(ctx, func(w Writer) error {
		if err := look(w); err != nil || !due {
			return err
		}
		return w.SetSetting(prunedKey, s.Now().UTC().Format(time.RFC3339))
	})
	return due && err == nil, err
}
