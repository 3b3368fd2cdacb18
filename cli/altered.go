package cli

import (
	"context"
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/store"
)

// alteredWord replaces the state of an altered row: a row that another program than Lanyard
// changed.
const alteredWord = "altered"

// noteDoubt prints a note if rows of the list are altered, or if the list was read without the
// store's key.
func (p *program) noteDoubt(l ledger) {
	if len(l.Altered) > 0 {
		p.note("altered outside of lanyard, and not used: %s; lanyard doctor says more",
			alteredNames(l.Altered))
	}
	if l.Key.Locked && l.Key.Kind != "" {
		p.note("not verified: the list was read without the store's key")
	}
}

func alteredNames(all []console.Altered) string {
	var names []string
	for _, a := range all {
		names = append(names, a.String())
	}
	return strings.Join(names, ", ")
}

// checkAltered reports the rows whose MAC does not verify, and the sealed values that do not open.
func (d *doctor) checkAltered(ctx context.Context, b console.Board, svc *console.Service) {
	const check = "rows"
	unopened, err := svc.Unopened(ctx)
	switch {
	case b.Key.Kind == "", b.Key.Kind == store.InMemory: // there is no store
	case b.Key.Locked:
		d.ok(check, "not verified: the key is not at hand")
	case err != nil:
		d.failErr(check, "", "keep a copy of the store, then restore a backup", err)
	case len(b.Altered)+len(unopened) == 0:
		d.ok(check, "no row in the store was changed by another program than lanyard")
	}
	for _, a := range slices.Concat(b.Altered, unopened) {
		away := "lanyard forget " + shellQuote(a.ID) +
			" removes it, lanyard restore restores a backup"
		switch {
		case a.Configured:
			away = "lanyard forget " + shellQuote(a.ID) + " writes it again"
		case a.Table == "consumer secret":
			away = "store it again with lanyard apps set-secret"
		case a.Table == "password", a.Table == "key for hashes":
			away = "it is stored again when it is next needed"
		}
		d.fail(check, "find out what writes to the database; "+away,
			"%s %s was changed by another program than lanyard: %s", a.Table, a.ID, a.Effect())
	}
}

// alteredError returns an error if text is the ID of an altered row, and nil otherwise.
func (l ledger) alteredError(text string) error {
	for _, a := range l.Altered {
		if a.ID == text && !a.Configured {
			return &failure{
				exit: exitLocked, code: console.CodeStoreAltered,
				text: a.Table + " " + a.ID + " was changed by another program than lanyard: " +
					a.Effect(),
				hint: "lanyard forget " + a.ID + " removes it; a backup brings it back",
			}
		}
	}
	return nil
}
