package console

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// Identified sets the IDs under which configured applications are stored. Applications with equal
// token URL, consumer key, grant and user are matched by their request without secrets (scopes,
// audience, resource, extra), then by name. Among equal requests the name decides. An application
// without a match is new. A single configured application always takes the ID of a single stored
// one. stored holds all applications of the store.
func Identified(configured, stored []Application) []Application {
	out := slices.Clone(configured)
	for i := range out {
		out[i].ID = ""
	}
	for i := range out {
		if out[i].ID != "" {
			continue
		}
		var group []*Application
		for j := i; j < len(out); j++ {
			if out[j].Identity() == out[i].Identity() {
				group = append(group, &out[j])
			}
		}
		identify(group, ofClient(out[i], stored))
	}
	return out
}

// ofClient returns the stored applications with the token URL, consumer key, grant and user of an
// application.
func ofClient(a Application, stored []Application) []Application {
	var rows []Application
	for _, row := range stored {
		if row.ID == a.Identity() || row.Details.Server == a.server() &&
			row.ConsumerKey == a.ConsumerKey && row.Grant == a.Grant && row.Username == a.Username {
			rows = append(rows, row)
		}
	}
	return rows
}

// identify sets the IDs of applications with one identity. One that was added in the console
// matches a configured one only by an equal request or by name.
func identify(group []*Application, rows []Application) {
	taken := map[string]bool{}
	for _, row := range rows {
		taken[row.ID] = true
	}
	claim := func(fits func(a, row *Application) bool) {
		for _, a := range group {
			for i := range rows {
				if a.ID == "" && fits(a, &rows[i]) {
					a.ID = rows[i].ID
					rows = slices.Delete(rows, i, i+1)
					break
				}
			}
		}
	}
	only := len(group) == 1 && len(rows) == 1
	claim(func(a, row *Application) bool { return only && row.Source != FromStore })
	named := func(a, row *Application) bool {
		return a.Name == row.Name && a.KeyType == row.KeyType
	}
	claim(func(a, row *Application) bool { return sameRequest(*a, *row) && named(a, row) })
	claim(func(a, row *Application) bool {
		// Applications that differ only in a secret are distinguished by name, so that none is
		// taken for another.
		alike := func(b *Application) bool { return b.ID == "" && sameRequest(*b, *row) }
		one := func(b *Application) bool { return b != a && alike(b) }
		return sameRequest(*a, *row) && !slices.ContainsFunc(group, one) &&
			!slices.ContainsFunc(rows,
				func(o Application) bool { return o.ID != row.ID && sameRequest(*a, o) })
	})
	claim(named)
	for _, a := range group {
		if a.ID != "" {
			continue
		}
		a.ID = a.Identity()
		for n := 0; taken[a.ID]; n++ {
			a.ID = derivedID(*a, n)
		}
		taken[a.ID] = true
	}
}

// derivedID returns the ID of an application that shares its consumer key, grant and user with
// another one.
func derivedID(a Application, n int) string {
	// strings and a number always encode
	request, _ := json.Marshal([]any{setOf(a.Scopes), a.kept().Params(), n})
	return ApplicationID(a.server(), string(a.ConsumerKey), a.Grant,
		string(a.Username)+"\x00"+string(request))
}

// idFor returns the ID of an application that is added or edited in the console: its present one if
// it is still of the same client, else as Identified sets it among all others in use.
func idFor(a Application, was *Application, configured, stored []Application) string {
	if was != nil && was.Identity() == a.Identity() {
		return was.ID
	}
	rows := ofClient(a, stored)
	for i := range rows {
		if slices.ContainsFunc(configured, func(c Application) bool { return c.ID == rows[i].ID }) {
			rows[i].Source = FromStore // in use: only an equal request takes it over
		}
	}
	for _, c := range configured {
		if c.Identity() == a.Identity() &&
			!slices.ContainsFunc(rows, func(r Application) bool { return r.ID == c.ID }) {
			c.Source = FromStore
			rows = append(rows, c)
		}
	}
	a.ID = ""
	identify([]*Application{&a}, rows)
	return a.ID
}

// sameRequest reports whether the requests of two applications are equal, without secrets.
func sameRequest(a, b Application) bool {
	a, b = a.kept(), b.kept()
	d, e := a.Details, b.Details
	return sameScopes(a.Scopes, b.Scopes) && maps.EqualFunc(a.Params(), b.Params(), sameScopes) &&
		d.RequestedTokenType == e.RequestedTokenType && d.SubjectTokenType == e.SubjectTokenType
}

// SameRequest reports whether two applications of one client make the same request, so that their
// tokens could not be told apart. It does not compare secrets.
func SameRequest(a, b Application) bool {
	return a.Identity() == b.Identity() && sameRequest(a, b) &&
		maps.EqualFunc(a.Extra, b.Extra, sameScopes) &&
		reflect.DeepEqual(a.Details.AssertionClaims, b.Details.AssertionClaims)
}

// setOf returns a list of words as a sorted set.
func setOf(words []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(words)))
}
