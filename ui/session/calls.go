package session

import (
	"context"
	"strings"
	"time"

	"lanyard/console"
)

func (s *Session) changesWork() Work {
	changes := s.changes
	return func(context.Context) Event {
		_, ok := <-changes
		return StoreChanged{Over: !ok}
	}
}

func (s *Session) boardWork(ticket int) func(call) Work {
	svc, first := s.svc, !s.board.Read
	return func(c call) Work {
		return func(ctx context.Context) Event {
			read := BoardRead{call: c, Ticket: ticket}
			read.Board, read.Err = svc.Board(ctx)
			if read.Err == nil {
				read.Board.Past, read.PastErr = svc.PastCalls(ctx)
			}
			if first {
				read.Choice = svc.Remembered(ctx)
			}
			return read
		}
	}
}

func (s *Session) dismiss(r Dismiss) []Work {
	svc := s.svc
	return s.begin(r, Key{Kind: Dismissing}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			m, err := svc.Dismiss(ctx, r.Mark)
			return Dismissed{c, m, err}
		}
	})
}

// forget looks for what can be forgotten, or forgets it if the request is confirmed.
func (s *Session) forget(r Forget) []Work {
	svc := s.svc
	return s.begin(r, Key{Kind: Forgetting}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			if !r.Confirmed {
				f, err := svc.Forgettable(ctx, r.What)
				return forgettable{c, r.What, f, err}
			}
			f, err := svc.Forget(ctx, r.What)
			return Forgot{c, f, err}
		}
	})
}

func (s *Session) askToForget(e forgettable) {
	if e.err != nil || len(e.found.Tokens)+len(e.found.Applications) == 0 {
		s.noteKeyFailure(e.err)
		s.tell(NothingOver{Kept: s.keptOf(e.found.Kept), Err: e.err})
		return
	}
	// The answer covers the tokens that were counted, not those that are over since.
	e.what.Only = []string{}
	for i := range e.found.Tokens {
		e.what.Only = append(e.what.Only, e.found.Tokens[i].ID)
	}
	s.ask(ForgettingOver{e.found}, Forget{What: e.what, Confirmed: true})
}

// keptOf returns the token to name of those that are not forgotten; see [NothingOver].
func (s *Session) keptOf(kept []console.NotOver) *console.NotOver {
	for i := range kept {
		if r := s.board.Row(kept[i].Token.ID); r != nil && r.State.IsOver() {
			return &kept[i]
		}
	}
	if len(kept) > 0 {
		return &kept[0]
	}
	return nil
}

// prune removes tokens that have been over for longer than store.keep. It runs after the first
// reading of an open store, and then every Service.PruneEvery. It does not run while the console
// quits, which would cut it short.
func (s *Session) prune() []Work {
	if s.svc == nil || s.quitting || s.board.Key.Locked || s.Busy(Key{Kind: Pruning}) ||
		s.now.Before(s.pruneAt) || s.svc.PruneEvery() == 0 {
		return nil
	}
	s.pruneAt = s.now.Add(s.svc.PruneEvery())
	svc := s.svc
	return s.start(Key{Kind: Pruning}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			f, err := svc.Prune(ctx)
			return Pruned{c, f, err}
		}
	})
}

func (s *Session) readLog(r ReadLog) []Work {
	svc := s.svc
	return s.begin(r, Key{Kind: ReadingLog}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			events, err := svc.Log(ctx)
			return LogRead{c, r.For, events, err}
		}
	})
}

func (s *Session) writeOut(r WriteOut) []Work {
	svc := s.svc
	return s.begin(r, Key{Kind: WritingOut}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			place, err := svc.WriteOut(ctx)
			return WroteOut{c, place, err, r.Quit}
		}
	})
}

// service returns a function that returns the service, or creates one on the first run. begun is
// the created service if the session is to use it.
func (s *Session) service() func(
	ctx context.Context, kept bool) (svc, begun *console.Service, err error) {
	have, begin := s.svc, s.opts.Begin
	return func(ctx context.Context, kept bool) (svc, begun *console.Service, err error) {
		if have != nil {
			return have, nil, nil
		}
		if svc, err = begin(ctx, kept); kept {
			begun = svc
		}
		return svc, begun, err
	}
}

// beginFirst is begin for requests that are possible on the first run.
func (s *Session) beginFirst(r Request, key Key, work func(call) Work) []Work {
	switch {
	case !s.mayBegin():
		s.refuse(r, NowhereToSave, key)
		return nil
	case s.Busy(key):
		s.refuse(r, InFlight, key)
		return nil
	}
	s.tell(Began{Request: r})
	return s.start(key, "", work)
}

// save stores an application. On the first run it creates the store.
func (s *Session) save(r Save) []Work {
	if s.svc != nil && s.AskToUnlock(r) {
		return nil
	}
	service := s.service()
	return s.beginFirst(r, Key{Kind: Saving}, func(c call) Work {
		return func(ctx context.Context) Event {
			e := Saved{call: c, For: r.For, Tested: r.Draft.Tested}
			svc, begun, err := service(ctx, true)
			if e.Err = err; err == nil {
				e.begun = begun
				e.App, e.Err = svc.Save(ctx, r.Draft)
			}
			return e
		}
	})
}

// test tries an application. On the first run it does so without a store. A test requests a token,
// and may therefore end a token that is held here.
func (s *Session) test(r Test) []Work {
	key := Key{Kind: Testing}
	if s.svc != nil && !s.Busy(key) {
		if s.AskToUnlock(r) {
			return nil
		}
		a := r.Draft.Application
		a.ID = r.Draft.Identity()
		confirmed := r
		confirmed.Confirmed = true
		if !r.Confirmed && s.askToSupersede(a, a.Scopes, s.svc.Policy(a), confirmed) {
			return nil
		}
	}
	service := s.service()
	return s.beginFirst(r, key, func(c call) Work {
		return func(ctx context.Context) Event {
			e := Tested{call: c, For: r.For, Changes: r.Changes}
			svc, _, err := service(ctx, false)
			if e.Err = err; err == nil {
				e.Tested, e.Err = svc.Test(ctx, r.Draft)
			}
			return e
		}
	})
}

// askPortal lists the applications of a developer portal. On the first run it does so without a
// store.
func (s *Session) askPortal(r AskPortal) []Work {
	service := s.service()
	return s.beginFirst(r, Key{Kind: AskingPortal}, func(c call) Work {
		return func(ctx context.Context) Event {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			go func() {
				select {
				case <-r.Stop:
					cancel()
				case <-ctx.Done():
				}
			}()
			e := PortalAsked{call: c, For: r.For}
			svc, _, err := service(ctx, false)
			if e.Err = err; err == nil {
				e.Found, e.Err = svc.AskPortal(ctx, r.Request)
			}
			return e
		}
	})
}

// keepFound stores the chosen applications of a portal. On the first run it creates the store.
func (s *Session) keepFound(r KeepFound) []Work {
	if s.svc != nil && s.AskToUnlock(r) {
		return nil
	}
	service := s.service()
	return s.beginFirst(r, Key{Kind: KeepingFound}, func(c call) Work {
		return func(ctx context.Context) Event {
			e := FoundKept{call: c, For: r.For}
			svc, begun, err := service(ctx, true)
			if e.Err = err; err == nil {
				e.begun = begun
				e.Apps, e.Err = svc.KeepFound(ctx, r.Chosen)
			}
			return e
		}
	})
}

func (s *Session) delete(r Delete) []Work {
	svc := s.svc
	return s.begin(r, Key{Kind: Deleting}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			return Deleted{c, r.App, r.Name, svc.Delete(ctx, r.App)}
		}
	})
}

func (s *Session) adopt(r Adopt) []Work {
	if s.svc != nil && s.AskToUnlock(r) {
		return nil
	}
	svc := s.svc
	work := s.begin(r, Key{Kind: Adopting}, "", func(c call) Work {
		return func(ctx context.Context) Event {
			t, err := svc.AdoptPair(ctx, r.App, r.Access, r.Refresh)
			return Adopted{c, r.For, t, err}
		}
	})
	if work != nil {
		s.tell(Began{Request: r})
	}
	return work
}

func (s *Session) inspect(r Inspect) []Work {
	svc := s.svc
	if svc == nil || s.AskToUnlock(r) {
		return nil
	}
	work := s.beginRead(r, Key{Inspecting, r.Token}, func(c call) Work {
		return func(ctx context.Context) Event {
			i, err := svc.InspectToken(ctx, r.Token, console.InspectOptions{})
			return Inspected{c, r.For, r.Token, i, err}
		}
	})
	if work != nil {
		s.tell(Began{Request: r})
	}
	return work
}

// readSubscriptions needs no passphrase: subscriptions are not sealed.
func (s *Session) readSubscriptions(r ReadSubscriptions) []Work {
	svc := s.svc
	if svc == nil {
		return nil
	}
	return s.beginRead(r, SubscriptionsKey(r.ConsumerKey), func(c call) Work {
		return func(ctx context.Context) Event {
			subs, err := svc.Subscriptions(ctx, r.ConsumerKey)
			return SubscriptionsRead{c, r.For, r.ConsumerKey, subs, err}
		}
	})
}

func (s *Session) introspect(r Introspect) []Work {
	svc, key := s.svc, Key{Introspecting, r.Token}
	if svc == nil || !s.Busy(key) && s.AskToUnlock(r) {
		return nil
	}
	work := s.begin(r, key, "", func(c call) Work {
		return func(ctx context.Context) Event {
			ans, _, err := svc.Introspect(ctx, r.Token)
			c.exchange = ans.Exchange
			e := Introspected{call: c, For: r.For, ID: r.Token}
			if e.Err = err; err != nil {
				return e
			}
			e.Answer.Active = ans.Active
			for _, m := range []Member{
				{Name: "user", Value: ans.Username}, {Name: "subject", Value: ans.Subject},
				{Name: "client", Value: ans.ClientID},
				{Name: "scopes", Value: strings.Join(ans.Scopes, " ")},
				{Name: "type", Value: ans.TokenType},
			} {
				if m.Value != "" {
					e.Answer.Members = append(e.Answer.Members, m)
				}
			}
			at := func(name string, seconds int64, known bool) {
				const never = 253402300800 // the year 10000
				if known {
					m := Member{Name: name, At: time.Unix(seconds, 0), Never: seconds >= never}
					e.Answer.Members = append(e.Answer.Members, m)
				}
			}
			at("issued", ans.Issued.Seconds, ans.Issued.Known)
			at("not before", ans.NotBefore.Seconds, ans.NotBefore.Known)
			at("expires", ans.Expires.Seconds, ans.Expires.Known)
			for _, p := range ans.Extra {
				e.Answer.Members = append(e.Answer.Members, Member{Name: p.Name, Value: p.Value})
			}
			return e
		}
	})
	if work != nil {
		s.tell(Began{Request: r})
	}
	return work
}

func (s *Session) show(r Show) []Work {
	svc := s.svc
	if svc == nil || s.AskToUnlock(r) {
		return nil
	}
	return s.beginRead(r, Key{Showing, r.Token}, func(c call) Work {
		return func(ctx context.Context) Event {
			sec, err := svc.Secrets(ctx, r.Token)
			return Revealed{c, r.For, sec.Access, err}
		}
	})
}

func (s *Session) logShow(r LogShow) []Work {
	svc := s.svc
	return []Work{func(ctx context.Context) Event {
		return RevealLogged{
			Fingerprint: r.Fingerprint,
			Err:         svc.Copied(ctx, r.Token, console.ViaScreen, console.FormBare),
		}
	}}
}
