package store_test

import (
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// In one store equal secrets have equal hashes. In two stores they have different ones.
func TestDigest(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		of := func(r console.Reader, label, text string) string {
			hash, err := r.Digest(label, secret.New(text))
			if err != nil {
				t.Error(err)
			}
			return hash
		}
		view(t, s, func(r console.Reader) error {
			if hash := of(r, "a", "alice"); hash != "" {
				t.Error("a hash without a key:", hash)
			}
			return nil
		})
		var made string
		update(t, s, func(w console.Writer) error {
			made = of(w, "a", "alice")
			if made == "" || made != of(w, "a", "alice") || of(w, "a", "") != "" {
				t.Error("not the same twice:", made)
			}
			return nil
		})
		view(t, s, func(r console.Reader) error {
			if made != of(r, "a", "alice") || made == of(r, "a", "bob") ||
				made == of(r, "b", "alice") {
				t.Error("the hash does not tell what it is of")
			}
			return nil
		})
		update(t, memory(t), func(w console.Writer) error {
			if of(w, "a", "alice") == made {
				t.Error("two stores hash alike: anybody can compute it")
			}
			return nil
		})
		copied := memory(t)
		if err := copied.HashAs(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		view(t, copied, func(r console.Reader) error {
			if of(r, "a", "alice") != made {
				t.Error("a copy of the store hashes in another way")
			}
			return nil
		})
	})
}
