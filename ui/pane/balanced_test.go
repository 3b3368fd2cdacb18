package pane

import (
	"fmt"
	"testing"
)

// Blocks move to the other column only if the longer column has no room, and only as long as that
// becomes shorter.
func TestBalanced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		h           int
		left, right []int
		want        string
	}{
		{20, []int{3, 2}, []int{10, 4, 4}, "[3 2] [10 4 4]"},
		{18, []int{3, 2}, []int{10, 4, 3}, "[3 2 4] [10 3]"},
		{15, []int{3, 2}, []int{10, 4, 4}, "[3 2 4] [10 4]"},
		{14, []int{3, 2}, []int{10, 4, 4}, "[3 2 4] [10 4]"},
		{9, []int{3, 2}, []int{30}, "[3 2] [30]"},
		{9, []int{30, 4, 3}, []int{2}, "[30] [2 4 3]"},
		{9, []int{4, 4}, []int{3, 3}, "[4 4] [3 3]"},
	} {
		of := func(sizes []int) (all []wideBlock) {
			for _, n := range sizes {
				all = append(all, wideBlock{make(block, n), make(block, n)})
			}
			return all
		}
		var got [2][]int
		for i, all := range balanced([2][]wideBlock{of(c.left), of(c.right)}, c.h) {
			for _, b := range all {
				got[i] = append(got[i], len(b[i]))
			}
		}
		if text := fmt.Sprint(got[0], got[1]); text != c.want {
			t.Errorf("%v and %v in %d lines: %s, want %s", c.left, c.right, c.h, text, c.want)
		}
	}
}
