package form

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// No character of a secret stays in memory after it was removed, and fmt prints none.
func TestHiddenIsErased(t *testing.T) {
	t.Parallel()
	var h Hidden
	if !h.Add("abc") || h.Paste("def") != "" || h.Len() != 6 {
		t.Fatalf("%d characters after six", h.Len())
	}
	held := h.runes()
	for _, s := range []string{
		fmt.Sprint(h), fmt.Sprintf("%d %q", h, &h),
		fmt.Sprintf("%+v %#v", struct{ h Hidden }{h}, h),
	} {
		if strings.Contains(s, "abc") || strings.Contains(s, "97 98") {
			t.Errorf("fmt prints %s", s)
		}
	}
	if h.Back(); string(h.runes()) != "abcde" || held[5] != 0 {
		t.Errorf("backspace leaves %q in memory", string(held))
	}
	if h.Wipe(); h.Len() != 0 || slices.ContainsFunc(held, func(r rune) bool { return r != 0 }) {
		t.Errorf("Wipe leaves %q in memory", string(held))
	}
}

func TestHiddenIsLimited(t *testing.T) {
	t.Parallel()
	var h Hidden
	if !h.Add(strings.Repeat("é", MaxSecret)) || h.Add("x") || h.Paste("x") == "" ||
		h.Len() != MaxSecret {
		t.Errorf("it holds %d characters", h.Len())
	}
}
