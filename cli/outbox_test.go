package cli_test

import (
	"context"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	domain "lanyard/console"
	"lanyard/store"
)

// decide ID: decides a revoke, like a console that is killed before it sends it.
func decide(ts *testscript.TestScript, _ bool, args []string) {
	changeToken(ts, args[0], func(t *domain.Token) {
		t.RevokeAt, t.RevokeKind = time.Now().Add(-time.Second), domain.RevokeAccess
	})
}

// expire ID: lets the life of a token end a second ago.
func expire(ts *testscript.TestScript, _ bool, args []string) {
	changeToken(ts, args[0], func(t *domain.Token) { t.ExpiresAt = time.Now().Add(-time.Second) })
}

func changeToken(ts *testscript.TestScript, id string, change func(*domain.Token)) {
	st, err := store.Open(context.Background(), ts.MkAbs(ts.Getenv("LANYARD_STATE")),
		store.Options{})
	ts.Check(err)
	defer func() { ts.Check(st.Close()) }()
	ts.Check(st.Update(context.Background(), func(w domain.Writer) error {
		t, err := w.Token(id)
		if err != nil {
			return err
		}
		change(&t)
		return w.PutToken(&t)
	}))
}
