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
	st, err := store.Open(context.Background(), ts.MkAbs(ts.Getenv("LANYARD_STATE")),
		store.Options{})
	ts.Check(err)
	defer func() { ts.Check(st.Close()) }()
	ts.Check(st.Update(context.Background(), func(w domain.Writer) error {
		t, err := w.Token(args[0])
		if err != nil {
			return err
		}
		t.RevokeAt, t.RevokeKind = time.Now().Add(-time.Second), domain.RevokeAccess
		return w.PutToken(&t)
	}))
}
