package kit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/kit"
)

// The digits of the drawings.
func TestDigits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"0:58": {
			"  ██████        ██████████    ██████  ",
			"██      ██      ██          ██      ██",
			"██      ██  ██  ████████    ██      ██",
			"██      ██              ██    ██████  ",
			"██      ██  ██          ██  ██      ██",
			"██      ██      ██      ██  ██      ██",
			"  ██████          ██████      ██████  ",
		},
		"0:06": {
			"  ██████          ██████      ██████  ",
			"██      ██      ██      ██  ██        ",
			"██      ██  ██  ██      ██  ██        ",
			"██      ██      ██      ██  ████████  ",
			"██      ██  ██  ██      ██  ██      ██",
			"██      ██      ██      ██  ██      ██",
			"  ██████          ██████      ██████  ",
		},
	} {
		if got := kit.Digits(text, 1); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s", text, strings.Join(got, "\n"))
		}
	}
	for _, text := range []string{"", "0:0x", "≤0:58"} {
		if got := kit.Digits(text, 1); got != nil {
			t.Errorf("%q has digits: %q", text, got)
		}
	}
}

// A 1 fills its cell: beside a 4 a narrow one looks like the end of a number.
func TestDigitOneIsAsWideAsOthers(t *testing.T) {
	t.Parallel()
	one := kit.Digits("1", 1)
	if base := one[len(one)-1]; base != strings.Repeat("█", 10) {
		t.Errorf("its base is %q", base)
	}
}

// Every time has digits, at every scale, also without block characters. No two characters look the
// same.
func TestDigitsOfEveryTime(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{0, 83 * time.Second, 59*time.Minute + 54*time.Second,
		25*time.Hour - 1, 6789 * time.Minute, 1e9 * time.Second} {
		text := console.Left(d)
		for s := 1; s <= 4; s++ {
			rows := kit.Digits(text, s)
			if len(rows) != 7*s {
				t.Fatalf("%q at %d: %d rows", text, s, len(rows))
			}
			for _, row := range rows {
				if kit.Width(row) != kit.Width(rows[0]) {
					t.Errorf("%q: rows of %d and %d cells", text, kit.Width(row),
						kit.Width(rows[0]))
				}
				if strings.Trim(kit.ASCII(row), "# ") != "" {
					t.Errorf("%q in ASCII: %q", text, kit.ASCII(row))
				}
			}
		}
	}
	seen := map[string]rune{}
	for _, r := range "0123456789:dhmy " {
		look := strings.Join(kit.Digits(string(r), 1), "\n")
		if other, ok := seen[look]; ok {
			t.Errorf("%q looks like %q", r, other)
		}
		seen[look] = r
	}
}
