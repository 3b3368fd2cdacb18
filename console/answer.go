package console

import (
	"errors"
	"net/url"
	"sync"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// signIn is an authorization that a person answers by the browser or by a paste. The first answer
// that can be used counts.
type signIn struct {
	asked tokenapi.Authorization
	taken func() // called once, by a usable paste

	mu      sync.Mutex
	settled bool
	code    secret.Text
	err     error // the server refused
}

// arrived judges what the browser brought.
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

// pasted judges what a person pasted. An answer that cannot be used is an error and changes
// nothing. A refusal of the server ends the wait, as it does in arrived.
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
			out.Text, out.Hint = out.Text+e.Err.Error(),
				"paste the address that the page of this sign-in ended at"
		}
		return out
	}
	i.settled, i.code, i.err = true, code, err
	i.taken()
	return nil
}

// outcome returns the answer, if there is one.
func (i *signIn) outcome() (settled bool, code secret.Text, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.settled, i.code, i.err
}

// Answer takes the text that a person pasted for an invitation to sign in: the address at which the
// browser ended, its query, or the code alone. On success the get goes on. An error names the fault
// of the paste without repeating it, and the invitation goes on waiting.
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
