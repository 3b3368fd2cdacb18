package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/age"

	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// calling returns the slots of the stores whose processes are killed between two system calls.
func calling() store.Options {
	return patient(store.Options{Slots: []store.KeySlot{store.Cheap(key.Passphrase())}})
}

// changes makes one change to a store, prints a line, and closes the store. It is killed between
// two system calls.
func changes(ctx context.Context, dir string, args []string) error {
	if args[0] == "nothing" {
		return traceMe()
	}
	done := func(err error) error {
		if err == nil {
			fmt.Println("done")
		}
		return err
	}
	if args[0] == "restore" {
		id, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		who, err := age.ParseIdentities(bytes.NewReader(id))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(args[2])
		if err == nil {
			err = traceMe()
		}
		if err == nil {
			_, err = store.Restore(ctx, dir, bytes.NewReader(b), who,
				store.Restoring{Options: calling(), Replace: true})
		}
		return done(err)
	}
	if args[0] == "open" {
		if err := traceMe(); err != nil {
			return err
		}
	}
	s, err := store.Open(ctx, dir, calling())
	if err == nil {
		err = s.Unlock(ctx, secret.New(phrase))
	}
	if err == nil && args[0] != "open" {
		err = traceMe()
	}
	switch {
	case err != nil:
	case args[0] == "rotate":
		err = s.Rotate(ctx, store.Rotation{To: args[1], Passphrase: secret.New(phrase), Now: now})
	case args[0] == "backup":
		var to age.Recipient
		if to, err = age.ParseX25519Recipient(args[1]); err == nil {
			err = s.BackupTo(ctx, filepath.Join(filepath.Dir(dir), "backup.age"), to)
		}
	}
	if err := done(err); err != nil {
		return err
	}
	return s.Close()
}
