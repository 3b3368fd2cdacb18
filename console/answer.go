package console

import (
	"errors"
	"net/url"
	"sync"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// signIn is an authorization that a person answers through the Door or with a paste. The first answer that is taken
// counts.
type signIn struct {
	asked tokenapi.Authorization
	taken func() // called once, by a paste

	mu      sync.Mutex
	settled bool
	code    secret.Text
	err     error // the server said no
}

// arrived judges what came to the Door.
func (i *signIn) arrived(q url.Values) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.settled {
		return ErrNotOurs
	}
	code, err := i.asked.Redeem(q)
	if errors.Is(err, tokenapi.ErrState) {
		return ErrNotOurs
	}
	i.settled, i.code, i.err = true, code, err
	return err
}

// pasted judges what a person pasted. An answer that cannot be used is told of and changes nothing; a refusal of the
// server ends the wait, as at the Door.
func (i *signIn) pasted(text secret.Text) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.settled {
		return &Error{Code: CodeAnswered, Text: "the sign-in was answered already"}
	}
	code, err := i.asked.RedeemPasted(text)
	if e, ok := tokenapi.AsError(err); err != nil && (!ok || e.Kind != tokenapi.KindRefused) {
		out := &Error{Code: CodeWrongAnswer, Text: "what was pasted is not used: "}
		if !ok || e.Err == nil {
			out.Text += err.Error()
		} else {
			out.Text, out.Hint = out.Text+e.Err.Error(), "paste the address that the page of this sign-in ended at"
		}
		return out
	}
	i.settled, i.code, i.err = true, code, err
	i.taken()
	return nil
}

// outcome gives what was answered, if anything was.
func (i *signIn) outcome() (settled bool, code secret.Text, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.settled, i.code, i.err
}

// Answer takes what a person pasted for an invitation to sign in: the address that the browser ended at, the query of
// it, or the code alone. nil: it was taken, and its get goes on or fails. An error says what is wrong with the paste
// without repeating it; the invitation then goes on waiting.
func (s *Service) Answer(invitationID string, pasted secret.Text) error {
	s.mu.Lock()
	var answer func(secret.Text) error
	for _, i := range s.invited {
		if i.ID == invitationID {
			answer = i.answer
		}
	}
	s.mu.Unlock()
	if answer == nil {
		return &Error{Code: CodeAnswered, Text: "no sign-in waits for this answer"}
	}
	return answer(pasted)
}
