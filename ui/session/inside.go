package session

import (
	"slices"
	"time"

	"lanyard/console"
)

// keepInside is the number of tokens whose content a session keeps.
const keepInside = 64

// Inside is the content of a token as [Inspect] read it, without the token itself.
type Inside struct {
	Err       error // it could not be read
	JWT       bool
	Encrypted bool     // a JWE: only its header can be read
	Verified  bool     // the signature is right
	Alg       string   // algorithm of the signature
	KeyID     string   // ID of the key that verified it, or ""
	Why       string   // reason why the signature is not verified
	Problems  []string // with its times
	Header    []Claim
	Claims    []Claim
}

// Claim is a member of a JWT. At is set if it is a time.
type Claim struct {
	Name, Value, Note string
	At                time.Time
}

// lookups keeps what was read of tokens and what key managers answered, by the ID of the token.
// It keeps the newest keepInside of each, until the program ends. It keeps the subscriptions of
// consumer keys.
type lookups struct {
	inside        map[string]readInside
	answers       map[string]Answer
	order         []string // IDs, the one that was filed last at the end
	subscriptions map[console.Private]KnownSubscriptions
}

// KnownSubscriptions are the subscriptions of a consumer key as [ReadSubscriptions] read them.
type KnownSubscriptions struct {
	console.Subscriptions
	Err   error // they could not be read
	Stale bool  // the store has changed since
}

// readInside is the content of a token, with the revision of its answer. A failure is kept until
// the row changes.
type readInside struct {
	Inside
	answerRev, rev int64
}

// Answer is the result of an introspection.
type Answer struct {
	Introspection
	Err error
}

// touch makes id the newest, and drops the oldest ID if there are too many.
func (k *lookups) touch(id string) {
	if k.inside == nil {
		k.inside, k.answers = map[string]readInside{}, map[string]Answer{}
	}
	k.order = append(slices.DeleteFunc(k.order, func(x string) bool { return x == id }), id)
	if len(k.order) > keepInside {
		delete(k.inside, k.order[0])
		delete(k.answers, k.order[0])
		k.order = k.order[1:]
	}
}

// fileInside keeps the result of an [Inspect].
func (s *Session) fileInside(e Inspected) {
	id := e.ID
	s.looked.touch(id)
	read := readInside{Inside: insideOf(e)}
	if r := s.board.Row(id); r != nil && r.Token != nil {
		read.answerRev, read.rev = r.Token.AnswerRev, r.Token.Rev
	}
	s.looked.inside[id] = read
}

// fileAnswer keeps the result of an [Introspect].
func (s *Session) fileAnswer(e Introspected) {
	s.looked.touch(e.ID)
	s.looked.answers[e.ID] = Answer{e.Answer, e.Err}
}

// Inside returns the content of a token, if it was read since the server last handed the token out.
// A failed reading counts until the row changes.
func (s *Session) Inside(t *console.Token) (in Inside, ok bool) {
	read, ok := s.looked.inside[t.ID]
	if !ok || read.answerRev != t.AnswerRev || read.Err != nil && read.rev != t.Rev {
		return Inside{}, false
	}
	return read.Inside, true
}

// fileSubscriptions keeps the result of a [ReadSubscriptions].
func (s *Session) fileSubscriptions(e SubscriptionsRead) {
	if s.looked.subscriptions == nil {
		s.looked.subscriptions = map[console.Private]KnownSubscriptions{}
	}
	s.looked.subscriptions[e.ConsumerKey] = KnownSubscriptions{
		Subscriptions: e.Subscriptions, Err: e.Err,
	}
}

// outdateSubscriptions lets all subscriptions be read again where they are shown.
func (s *Session) outdateSubscriptions() {
	for key, r := range s.looked.subscriptions {
		r.Stale = true
		s.looked.subscriptions[key] = r
	}
}

// Subscriptions returns the subscriptions of a consumer key, and whether they were read.
func (s *Session) Subscriptions(key console.Private) (known KnownSubscriptions, ok bool) {
	known, ok = s.looked.subscriptions[key]
	return known, ok
}

// Answer returns the result of the last introspection of a token in this run.
func (s *Session) Answer(id string) (Answer, bool) {
	a, ok := s.looked.answers[id]
	return a, ok
}

func insideOf(e Inspected) Inside {
	i := e.Inspection
	if e.Err != nil || i.JWT == nil {
		return Inside{Err: e.Err}
	}
	in := Inside{
		JWT: true, Encrypted: i.JWT.Encrypted, Verified: i.Check.Verified, Alg: i.Check.Alg,
		KeyID: i.Check.KeyID, Why: i.Check.Why, Problems: i.Problems,
	}
	for _, c := range i.JWT.Header {
		in.Header = append(in.Header, Claim{c.Name, c.Value, c.Note, c.Time})
	}
	for _, c := range i.JWT.Claims {
		in.Claims = append(in.Claims, Claim{c.Name, c.Value, c.Note, c.Time})
	}
	return in
}
