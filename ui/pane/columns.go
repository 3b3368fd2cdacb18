package pane

import "lanyard/ui/keys"

// columnNeeds holds the values from which the columns of the token list are computed. All of it
// comes from the scope, so that neither a filter nor the cursor changes the columns. Widths are in
// cells.
type columnNeeds struct {
	width        int   // of the list, without its frame
	oneApp       bool  // the scope is one application
	names        []int // width of each name in the scope, in any order
	user         int   // width of the longest user
	scopes       int   // width of the longest scopes
	env          int   // width of the longest environment
	environments int   // number of environments in the scope
}

// columns holds the widths of the columns of the token list, in cells. A column of width 0 is not
// drawn.
type columns struct {
	gap                                              int // between two columns
	name, env, token, who, scopes, left, axis, calls int
}

const (
	rowHead    = 4  // the cells before the first column: edge, mark, sign, blank
	nameLeast  = 11 // the width of the heading APPLICATION
	nameCut    = 6  // the width of the shortest name column; its heading is APP
	nameCalls  = 20 // the width from which on a name that is cut narrows the axis and the calls
	nameWiden  = 24 // the width up to which a name that is cut narrows the axis
	tokenWhole = 8
	tokenCut   = 4
	leftWidth  = 8
	whoLeast   = 3 // the width of the heading FOR
	whoCut     = 5 // the width below which no user is cut: "u…r" says nothing
	whoMost    = 12
	axisBrief  = 7  // the width of the shortest axis beside calls
	axisLeast  = 12 // the width of the shortest axis without calls
	axisMore   = 24
	axisMost   = 32 // from this width on, other columns matter more
	callsBrief = 7  // "untried", or "200 ||" and a blank before the frame
	callsLeast = 9  // "no answer"
	callsMost  = 16
	envLeast   = 3
	scopeLeast = 6
	scopesMost = 24
	wholeMost  = 60 // the width up to which a text takes cells that axis and calls can spare
)

// fitColumns divides the width of the list among its columns, the most important first. In a narrow
// list the scopes go first, then the environment, the axis, the calls and the user. In a list too
// narrow for an axis, the calls or a word have the cells that are left.
func fitColumns(n columnNeeds) columns {
	c := columns{gap: 2, token: tokenWhole, left: leftWidth}
	c.essential(n)
	room := n.width - c.total()
	widen := func(column *int, most int) {
		if more := min(most-*column, room); more > 0 {
			*column, room = *column+more, room-more
		}
	}
	add := func(column *int, least, want int) {
		if room >= c.gap+least {
			*column = min(max(want, least), room-c.gap)
			room -= c.gap + *column
		}
	}
	add(&c.who, n.leastUser(), min(n.user, whoMost))
	switch both := room - 2*c.gap; {
	case both >= axisLeast+callsLeast:
		add(&c.axis, axisLeast, axisLeast)
		add(&c.calls, callsLeast, callsLeast)
		widen(&c.axis, axisMost)
	case both >= axisBrief+callsBrief:
		add(&c.axis, axisBrief, min(both-callsBrief, axisLeast))
		add(&c.calls, callsBrief, both-c.axis)
	default:
		add(&c.axis, axisLeast, axisLeast)
	}
	if c.axis == 0 && (c.who > 0 || n.user == 0) {
		add(&c.calls, callsBrief, callsMost)
	}
	envs := n.environments > 1
	if envs && c.axis >= axisMost {
		add(&c.env, max(n.env, envLeast), n.env)
	}
	if c.axis >= axisMost && (c.env > 0 || !envs) {
		add(&c.scopes, scopeLeast, min(n.scopes, scopesMost))
	}
	if c.axis >= axisMost { // no text is cut beside cells that say less
		if c.name > 0 {
			widen(&c.name, min(n.longestName(), wholeMost))
		}
		widen(&c.who, min(n.user, wholeMost))
		if c.scopes > 0 {
			widen(&c.scopes, min(n.scopes, wholeMost))
		}
	}
	if more := n.scopes - c.scopes; c.scopes > 0 && c.axis-more >= axisMore {
		c.axis, c.scopes = c.axis-max(more, 0), n.scopes
	}
	if c.calls >= callsLeast {
		widen(&c.calls, callsMost)
	}
	switch {
	case c.axis == 0 && c.calls > 0:
		c.calls += max(room, 0)
	case c.axis > 0:
		c.axis += max(room, 0)
	case c.name > 0:
		c.name += max(room, 0)
	case c.total() < n.width: // the time left ends at the right edge
		c.left += max(room, 0)
	}
	return c
}

// essential sets the columns that are always drawn: the name, the token and the time left. The name
// leaves room for the user and for the shortest axis if it can.
func (c *columns) essential(n columnNeeds) {
	longest := n.longestName()
	if !n.oneApp {
		c.name = max(min(longest, nameWiden), nameLeast)
	}
	if c.total() > n.width {
		c.gap = 1
	}
	if c.total() > n.width {
		c.token = tokenCut
	}
	c.cut(n.width)
	if n.oneApp || c.gap == 1 {
		return
	}
	who := min(max(n.user, whoLeast), whoMost)
	rest := n.width - (c.total() - c.name)
	least := n.leastUser()
	const whole, brief = axisLeast + callsLeast, axisBrief + callsBrief
	for i, others := range [...]int{3*c.gap + who + whole, 3*c.gap + who + brief,
		2*c.gap + who + axisLeast, c.gap + who, c.gap + least} {
		room := rest - others
		switch {
		case i == 1 && longest < nameLeast && room >= max(longest, nameCut):
			c.name = max(longest, nameCut)
			return
		case i == 0 && room < min(longest, nameWiden), i == 1 && room < min(longest, nameCalls):
			continue
		}
		if i == 0 { // a longer name gets cells after the other columns
			room = min(room, nameWiden)
		}
		if room >= nameLeast {
			c.name = nameColumn(n.names, room)
			return
		}
	}
	if room := rest - c.gap - least; room >= max(longest, nameCut) {
		c.name = max(longest, nameCut, rest-c.gap-who)
		return
	}
	c.name = min(max(longest, nameLeast), rest)
}

// leastUser returns the width of the narrowest user column.
func (n *columnNeeds) leastUser() int { return min(max(n.user, whoLeast), whoCut) }

// longestName returns the width of the longest name in the scope.
func (n *columnNeeds) longestName() (longest int) {
	for _, w := range n.names {
		longest = max(longest, w)
	}
	return longest
}

// nameColumn returns the width of the longest name that fits into some cells. A longer name is cut,
// and widens the column up to nameWiden cells.
func nameColumn(names []int, room int) int {
	w := nameLeast
	for _, name := range names {
		if name > room {
			name = min(room, nameWiden)
		}
		w = max(w, name)
	}
	return w
}

// cut takes the cells that are missing from the name, then from the token.
func (c *columns) cut(width int) {
	for _, column := range [...]*int{&c.name, &c.token, &c.left} {
		if over := c.total() - width; over > 0 {
			*column = max(*column-over, 0)
		}
	}
}

// total returns the number of cells of a row.
func (c *columns) total() int {
	n, gaps := rowHead, -c.gap
	for _, w := range [...]int{c.name, c.env, c.token, c.who, c.scopes, c.left, c.axis, c.calls} {
		if w > 0 {
			n, gaps = n+w, gaps+c.gap
		}
	}
	return n + max(gaps, 0)
}

// sortAt returns the action that sorts by the column at cell x of a row. The gap after a column
// belongs to it.
func (c columns) sortAt(x int) keys.Action {
	end := rowHead
	if x < end {
		return keys.SortLeft
	}
	for _, column := range [...]struct {
		width int
		sort  keys.Action
	}{
		{c.name, keys.SortLeft}, {c.env, keys.SortLeft}, {c.token, keys.SortFingerprint},
		{c.who, keys.SortUser}, {c.scopes, keys.SortScopes},
	} {
		if column.width == 0 {
			continue
		}
		if end += column.width + c.gap; x < end {
			return column.sort
		}
	}
	return keys.SortLeft
}
