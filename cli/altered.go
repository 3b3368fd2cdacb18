package cli

import (
	"strings"

	"lanyard/console"
)

// alteredWord stands for the state of what something else than Lanyard has changed in the database.
const alteredWord = "altered"

// noteDoubt says under a list what of it is not to be relied on.
func (p *program) noteDoubt(l ledger) {
	if len(l.Altered) > 0 {
		p.note("altered outside of lanyard, and not used: %s; lanyard doctor says more", alteredNames(l.Altered))
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

// checkAltered names the rows that do not verify.
func (d *doctor) checkAltered(b console.Board) {
	const check = "rows"
	switch {
	case b.Key.Kind == "":
	case b.Key.Locked:
		d.ok(check, "not verified: the key is not at hand")
	case len(b.Altered) == 0:
		d.ok(check, "every row is as lanyard wrote it")
	}
	for _, a := range b.Altered {
		away := " removes it, lanyard restore puts a backup back"
		if a.Configured {
			away = " writes it anew"
		}
		d.fail(check, "find out what writes to the database; lanyard forget "+shellQuote(a.ID)+away,
			"%s %s was changed by something else than lanyard: %s", a.Table, a.ID, a.Effect())
	}
}

// isAltered is the error of an argument that names an altered row; nil where it names none.
func (l ledger) isAltered(text string) error {
	for _, a := range l.Altered {
		if a.ID == text && !a.Configured {
			return &failure{exit: exitLocked, code: "store_altered", text: a.Table + " " + a.ID + " was changed by something else than lanyard: " + a.Effect(),
				hint: "lanyard forget " + a.ID + " removes it; a backup brings it back"}
		}
	}
	return nil
}
