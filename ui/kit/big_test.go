package kit_test

import (
	"strings"
	"testing"

	"lanyard/ui/kit"
)

func TestBig(t *testing.T) {
	t.Parallel()
	seen := map[string]rune{}
	for _, r := range "0123456789:≤dhmy " {
		for scale, high := range map[int]int{1: 3, 2: 5} {
			rows := kit.Big("0"+string(r), scale)
			if len(rows) != high {
				t.Fatalf("%q at %d: %d rows", r, scale, len(rows))
			}
			for _, row := range rows {
				if kit.Width(row) != kit.Width(rows[0]) {
					t.Errorf("%q at %d: rows of different width: %q", r, scale, rows)
				}
			}
			if scale == 1 {
				all := strings.Join(rows, "\n")
				if other, ok := seen[all]; ok {
					t.Errorf("%q looks like %q", r, other)
				}
				seen[all] = r
			}
		}
	}
	if got := strings.Join(kit.Big("14", 1), "\n"); got != "▄█  █ █\n █  ▀▀█\n▀▀▀   ▀" {
		t.Errorf("14:\n%s", got)
	}
	if kit.Big("x", 1) != nil {
		t.Error("an x has a big form")
	}
}
