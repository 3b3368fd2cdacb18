package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/store/disk"
	"lanyard/store/key"
)

// Files of a store whose database is gone are noticed before any file is created.
func TestLost(t *testing.T) {
	t.Parallel()
	for left, want := range map[string]string{
		"": "", key.FileName: "a key is beside it",
		dbName + "-wal": "its write-ahead log lanyard.db-wal is there",
	} {
		dir := t.TempDir()
		if left != "" {
			err := os.WriteFile(filepath.Join(dir, left), []byte("something"), disk.FileMode)
			if err != nil {
				t.Fatal(err)
			}
		}
		text, err := Lost(dir)
		if err != nil {
			text = err.Error()
		}
		if e, ok := errors.AsType[*Error](err); !strings.Contains(text, want) ||
			want == "" && text != "" || (left == dbName+"-wal") != ok ||
			ok && e.Code != "store_damaged" {
			t.Errorf("%q: %q %v", left, text, err)
		}
	}
}
