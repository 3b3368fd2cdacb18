package store_test

import (
	"errors"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	s := memory(t)
	has := func() (has bool, text secret.Text) {
		view(t, s, func(r console.Reader) (err error) {
			if has, err = r.HasPassword("p"); err != nil {
				return err
			}
			text, err = r.Password("p")
			return err
		})
		return has, text
	}
	if has, text := has(); has || !text.IsZero() {
		t.Error("there is one where nobody put any")
	}
	put := func(text secret.Text) {
		update(t, s, func(w console.Writer) error {
			return errors.Join(
				w.PutApplication(console.Application{ID: "p"},
					console.Secrets{Access: secret.New("consumer")}), w.PutPassword("p", text))
		})
	}
	put(secret.New("first"))
	put(secret.New("second")) // an application that is stored again keeps its row
	if has, text := has(); !has || !text.Equal(secret.New("second")) {
		t.Error("it is another one")
	}
	put(secret.Text{})
	if has, _ := has(); has {
		t.Error("it was not forgotten")
	}
	put(secret.New("third"))
	if n, err := s.Exec("UPDATE application_password SET password = " +
		"(SELECT consumer FROM application_secret)"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	view(t, s, func(r console.Reader) error {
		if _, err := r.Password("p"); !errors.Is(err, store.ErrKey) {
			t.Errorf("a consumer secret was taken for a password: %v", err)
		}
		return nil
	})
	update(t, s, func(w console.Writer) error {
		return errors.Join(w.DropApplication("p"), w.DropApplication("nobody"))
	})
	left, err := s.Text(
		"SELECT (SELECT count(*) FROM application) + (SELECT count(*) FROM application_secret) " +
			"+ (SELECT count(*) FROM application_password)")
	if err != nil || left != "0" {
		t.Errorf("%s rows are left, %v", left, err)
	}
}
