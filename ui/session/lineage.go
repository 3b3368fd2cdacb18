package session

import (
	"time"

	"lanyard/console"
)

// longestLineage is the largest number of rows in a lineage, in each direction.
const longestLineage = 8

// index fills the maps that Lineage and LastLife look into, so that a frame walks no tokens.
func (b *Board) index() {
	b.replaced, b.lives = map[string]*Row{}, map[string]time.Duration{}
	ofEnvironment := map[string][]*console.Token{}
	for i := range b.tokens {
		r := b.byID[b.tokens[i].ID]
		if r == nil {
			continue
		}
		if by := r.Token.ReplacedBy; by != "" {
			b.replaced[by] = r
		}
		env := string(b.Apps[r.App].Environment.Name)
		ofEnvironment[env] = append(ofEnvironment[env], r.Token)
	}
	for env, tokens := range ofEnvironment {
		if life, ok := console.LastLife(tokens); ok {
			b.lives[env] = life
		}
	}
}

// Lineage returns the tokens that came before a token and after it by refresh or replacement,
// oldest first, with the token itself. Those that are no longer held are left out.
func (b *Board) Lineage(r *Row) []*Row {
	if r == nil || r.Token == nil {
		return nil
	}
	chain := []*Row{r}
	has := func(x *Row) bool {
		for _, y := range chain {
			if x == y {
				return true
			}
		}
		return false
	}
	for first := r; len(chain) <= longestLineage; {
		before := b.byID[first.Token.From]
		if before == nil {
			before = b.replaced[first.Token.ID]
		}
		if before == nil || before.Token == nil || has(before) {
			break
		}
		chain, first = append([]*Row{before}, chain...), before
	}
	for last, n := r, 0; n < longestLineage; n++ {
		after := b.byID[last.Token.ReplacedBy]
		if after == nil || after.Token == nil || has(after) {
			break
		}
		chain, last = append(chain, after), after
	}
	return chain
}

// LastLife returns the life that the server of an environment granted last; 0 if none is known.
func (b *Board) LastLife(environment console.Private) time.Duration {
	return b.lives[string(environment)]
}
