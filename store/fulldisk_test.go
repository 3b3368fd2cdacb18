package store_test

import (
	"errors"
	"fmt"
	"testing"

	"lanyard/console"
	"lanyard/store"
)

// coded is an error of SQLite with a result code.
type coded int

func (c coded) Error() string { return fmt.Sprintf("disk I/O error (%d)", int(c)) }
func (c coded) Code() int     { return int(c) }

// On a full disk SQLite reports many failures as failures of the disk. The free space distinguishes
// the two.
func TestFullDiskIsNoBrokenOne(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		free uint64
		code coded
		want console.Code
	}{
		{0, 4874, "store_full"}, {64<<10 - 1, 4874, "store_full"}, {64 << 10, 4874, "store_io"},
		{0, 778, "store_full"}, {0, 1034, "store_full"}, {0, 4618, "store_full"},
		{1 << 30, 778, "store_io"},
		{0, 266, "store_io"}, // a read needs no free space
		{1 << 30, 13, "store_full"},
	} {
		s, err := store.Open(t.Context(), dir, store.Options{}.WithRoom(c.free))
		if err != nil {
			t.Fatal(err)
		}
		explained(t, s.Explain("write", errors.Join(c.code)), c.want, dir)
		_ = s.Close()
	}
}
