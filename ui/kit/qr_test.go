package kit_test

import (
	"strings"
	"testing"

	"rsc.io/qr"

	"lanyard/ui/kit"
)

// QR draws the code with a margin of four modules. With light it draws the negative.
func TestQR(t *testing.T) {
	t.Parallel()
	const text = "https://gw.example/device?user_code=wDjB-mJhT"
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	for _, light := range []bool{false, true} {
		rows := kit.QR(text, light)
		if want := (code.Size + 8 + 1) / 2; len(rows) != want {
			t.Fatalf("%d rows, want %d", len(rows), want)
		}
		for y, row := range rows {
			cells := []rune(row)
			if len(cells) != code.Size+8 {
				t.Fatalf("row %d is %d wide", y, len(cells))
			}
			for x, c := range cells {
				top, low := strings.ContainsRune("█▀", c) != light,
					strings.ContainsRune("█▄", c) != light
				if top != code.Black(x-4, 2*y-4) || low != code.Black(x-4, 2*y-3) {
					t.Fatalf("light %t: another square at %d, %d", light, x, y)
				}
			}
		}
	}
	if kit.QR(strings.Repeat("x", 600), false) != nil {
		t.Error("a code that fits no screen was drawn")
	}
}

func TestChop(t *testing.T) {
	t.Parallel()
	const s = "https://gw.example/a-b c?d=e&f=g"
	for w := 1; w < 40; w++ {
		got := kit.Chop(s, w)
		if strings.Join(got, "") != s {
			t.Errorf("%d: %q", w, got)
		}
		for _, l := range got {
			if kit.Width(l) > w {
				t.Errorf("%d: %q is wider", w, l)
			}
		}
	}
}
