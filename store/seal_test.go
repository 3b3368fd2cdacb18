package store_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"lanyard/store"
)

func FuzzUnseal(f *testing.F) {
	key := bytes.Repeat([]byte{7}, 32)
	// A fixed sealed value: all processes of the fuzzer and all later versions must open it.
	good, err := hex.DecodeString(
		"013da2490bebdaf031ebc0add7e1bb27b1f65a11b84284d27c65606452a27c2752b83656d091b398a87714f3" +
			"944c")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, "t", "r", "c", int64(1))
	f.Add(good[:20], "t", "r", "c", int64(1))
	f.Add(good, "t", "r/c", "", int64(1))
	f.Add([]byte{}, "", "", "", int64(0))
	f.Add([]byte{1}, "t", "r", "c", int64(1))
	f.Fuzz(func(t *testing.T, sealed []byte, table, row, column string, epoch int64) {
		plain, err := store.Unseal(key, sealed, table, row, column, epoch)
		genuine := bytes.Equal(sealed, good) && table+"/"+row+"/"+column == "t/r/c" && epoch == 1
		if genuine != (err == nil) {
			t.Fatalf("genuine %v: %v", genuine, err)
		}
		if err != nil && (!errors.Is(err, store.ErrKey) || plain != nil) {
			t.Fatal(err, plain)
		}
		if err == nil && string(plain) != "plain" {
			t.Fatalf("%q", plain)
		}
	})
}

func TestUnsealNeedsKeyAndEpoch(t *testing.T) {
	key, other := bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{8}, 32)
	sealed := store.Seal(key, []byte("plain"), "t", "r", "c", 1)
	for i, err := range []error{
		second(store.Unseal(other, sealed, "t", "r", "c", 1)),
		second(store.Unseal(key, sealed, "t", "r", "c", 2)),
		second(store.Unseal(key, sealed, "t", "x", "c", 1)),
	} {
		if !errors.Is(err, store.ErrKey) {
			t.Errorf("%d: %v", i, err)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := store.Unseal(key, bad, "t", "r", "c", 1); !errors.Is(err, store.ErrKey) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
}

func second(_ []byte, err error) error { return err }
