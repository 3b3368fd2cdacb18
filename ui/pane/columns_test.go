package pane

import (
	"testing"

	"lanyard/ui/keys"
)

func TestFitColumns(t *testing.T) {
	t.Parallel()
	base := columnNeeds{names: []int{6, 11, 8}, user: 3, scopes: 10, env: 7, environments: 2}
	wide := columnNeeds{names: []int{16, 6, 60}, user: 4, scopes: 7, env: 7, environments: 2}
	scopes := columnNeeds{names: []int{5, 8}, user: 3, scopes: 28, environments: 1}
	one := columnNeeds{oneApp: true, user: 3, scopes: 10, env: 7, environments: 1}
	needsScopes := columnNeeds{oneApp: true, user: 3, scopes: 12, environments: 1}
	short := columnNeeds{names: []int{5, 8}, user: 4, environments: 1}
	users := columnNeeds{names: []int{11}, user: 9, environments: 1}
	long := columnNeeds{names: []int{11}, user: 45, scopes: 45, environments: 1}
	for _, c := range []struct {
		what  string
		needs columnNeeds
		width int
		want  columns
	}{
		{"base", base, 116, columns{2, 11, 7, 8, 3, 10, 8, 35, 16}},
		{"long scopes", scopes, 116, columns{2, 11, 0, 8, 3, 28, 8, 32, 10}},
		{"long scopes", scopes, 140, columns{2, 11, 0, 8, 3, 28, 8, 50, 16}},
		{"a name of 60", wide, 160, columns{2, 60, 7, 8, 4, 7, 8, 32, 16}},
		{"long users and scopes", long, 200, columns{2, 11, 0, 8, 45, 45, 8, 51, 16}},
		{"base", base, 90, columns{2, 11, 0, 8, 3, 0, 8, 32, 14}},
		{"base", base, 80, columns{2, 11, 0, 8, 3, 0, 8, 27, 9}},
		{"base", base, 78, columns{2, 11, 0, 8, 3, 0, 8, 25, 9}},
		{"base", base, 76, columns{2, 11, 0, 8, 3, 0, 8, 23, 9}},
		{"base", base, 70, columns{2, 11, 0, 8, 3, 0, 8, 17, 9}},
		{"base", base, 58, columns{2, 11, 0, 8, 3, 0, 8, 7, 7}},
		{"base", base, 53, columns{2, 11, 0, 8, 3, 0, 8, 0, 11}},
		{"base", base, 40, columns{2, 11, 0, 8, 3, 0, 8, 0, 0}},
		{"base", base, 39, columns{2, 15, 0, 8, 0, 0, 8, 0, 0}},
		{"base", base, 34, columns{1, 12, 0, 8, 0, 0, 8, 0, 0}},
		{"base", base, 30, columns{1, 12, 0, 4, 0, 0, 8, 0, 0}},
		{"base", base, 24, columns{1, 6, 0, 4, 0, 0, 8, 0, 0}},
		{"a name of 60", wide, 78, columns{2, 24, 0, 8, 4, 0, 8, 12, 8}},
		{"a name of 60", wide, 60, columns{2, 16, 0, 8, 4, 0, 8, 12, 0}},
		{"a name of 60", wide, 48, columns{2, 18, 0, 8, 4, 0, 8, 0, 0}},
		{"a name of 60", wide, 46, columns{1, 24, 0, 8, 0, 0, 8, 0, 0}},
		{"a name of 60", wide, 40, columns{1, 22, 0, 4, 0, 0, 8, 0, 0}},
		{"short names give cells", short, 40, columns{2, 10, 0, 8, 4, 0, 8, 0, 0}},
		{"long users", users, 40, columns{2, 16, 0, 8, 0, 0, 8, 0, 0}},
		{"long users", users, 42, columns{2, 11, 0, 8, 5, 0, 8, 0, 0}},
		{"one application", one, 90, columns{2, 0, 0, 8, 3, 10, 8, 32, 15}},
		{"a word in place of the axis", one, 36, columns{2, 0, 0, 8, 3, 0, 8, 0, 7}},
		{"left at the edge", one, 35, columns{2, 0, 0, 8, 3, 0, 16, 0, 0}},
		{"scopes from the axis", needsScopes, 80, columns{2, 0, 0, 8, 3, 12, 8, 26, 9}},
		{"one application", one, 41, columns{2, 0, 0, 8, 3, 0, 8, 12, 0}},
		{"one application", one, 40, columns{2, 0, 0, 8, 3, 0, 8, 0, 11}},
	} {
		c.needs.width = c.width
		if got := fitColumns(c.needs); got != c.want {
			t.Errorf("%s, %d cells:\n%+v, want\n%+v", c.what, c.width, got, c.want)
		}
	}
}

// Columns fill the list, and a column goes only after all less important ones.
func TestFitColumnsAtEveryWidth(t *testing.T) {
	t.Parallel()
	for width := range 241 {
		for _, names := range [][]int{{6}, {16, 60}, {30, 60, 24}, {}} {
			for _, user := range []int{2, 7, 40} {
				for _, environments := range []int{1, 2} {
					for _, oneApp := range []bool{false, true} {
						n := columnNeeds{width, oneApp, names, user, 28, 9, environments}
						checkColumns(t, n, fitColumns(n))
					}
				}
			}
		}
	}
}

func checkColumns(t *testing.T, n columnNeeds, c columns) {
	t.Helper()
	total := c.total()
	if total > max(n.width, rowHead) ||
		total < n.width && n.width >= 30 {
		t.Errorf("%+v: %+v has %d cells", n, c, total)
	}
	if n.oneApp && c.name > 0 || n.environments < 2 && c.env > 0 {
		t.Errorf("%+v: %+v has a column that the scope does not need", n, c)
	}
	for i, order := range [][2]int{{c.who, c.axis}, {c.calls, c.env}, {c.axis, c.env},
		{c.axis, c.scopes}} {
		if order[0] == 0 && order[1] > 0 {
			t.Errorf("%+v: %+v breaks the order %d", n, c, i)
		}
	}
	if n.environments > 1 && c.scopes > 0 && c.env == 0 {
		t.Errorf("%+v: %+v has scopes in place of the environment", n, c)
	}
	leastAxis := axisLeast
	if c.calls > 0 {
		leastAxis = axisBrief
	}
	if c.who > wholeMost || c.axis > 0 && c.calls > callsMost || c.scopes > wholeMost ||
		c.who > 0 && c.who < n.leastUser() || c.axis > 0 && c.axis < leastAxis ||
		c.calls > 0 && c.calls < callsBrief || c.axis >= axisBrief+callsBrief+2 && c.calls == 0 &&
		n.longestName() <= nameWiden || c.scopes > 0 && c.axis < axisMore {
		t.Errorf("%+v: a column of %+v has no proper width", n, c)
	}
	if c.axis > axisMost && c.calls > 0 && (c.who < min(n.user, wholeMost) ||
		!n.oneApp && c.name < min(n.longestName(), wholeMost) ||
		c.scopes > 0 && c.scopes < min(n.scopes, wholeMost)) {
		t.Errorf("%+v: %+v cuts a text beside cells that the axis does not need", n, c)
	}
	wider := n.oneApp && c.axis+c.calls == 0
	if n.width >= 30 && (c.left != leftWidth && !wider || c.token < tokenCut ||
		!n.oneApp && c.name < min(nameLeast, max(n.longestName(), nameCut))) {
		t.Errorf("%+v: %+v cuts what is always drawn", n, c)
	}
}

func TestSortAt(t *testing.T) {
	t.Parallel()
	all := columns{gap: 2, name: 11, env: 7, token: 8, who: 3, scopes: 10, left: 8, axis: 32}
	one := columns{gap: 2, token: 8, left: 8}
	for _, c := range []struct {
		columns columns
		x       int
		want    keys.Action
	}{
		{all, 0, keys.SortLeft}, {all, 25, keys.SortLeft}, {all, 26, keys.SortFingerprint},
		{all, 35, keys.SortFingerprint}, {all, 36, keys.SortUser}, {all, 41, keys.SortScopes},
		{all, 52, keys.SortScopes}, {all, 53, keys.SortLeft}, {all, 100, keys.SortLeft},
		{one, 3, keys.SortLeft}, {one, 4, keys.SortFingerprint}, {one, 14, keys.SortLeft},
	} {
		if got := c.columns.sortAt(c.x); got != c.want {
			t.Errorf("cell %d of %+v: %v, want %v", c.x, c.columns, got, c.want)
		}
	}
}

func BenchmarkFitColumns(b *testing.B) {
	b.ReportAllocs()
	n := columnNeeds{width: 116, names: make([]int, 40), user: 3, scopes: 10, env: 7,
		environments: 2}
	for b.Loop() {
		_ = fitColumns(n)
	}
}
