package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
)

func (p *program) revocationsCommand() *cobra.Command {
	return p.listFlags(&cobra.Command{
		Use:   "revocations",
		Short: "List revoked tokens, and whether they are dead",
		Args:  takes(0, 0),
		RunE:  p.runRevocations,
	})
}

func (p *program) runRevocations(c *cobra.Command, _ []string) error {
	s, l, err := p.openRead(c.Context(), false)
	if err != nil {
		return err
	}
	defer s.Close()
	all := []revocationJSON{}
	longer := map[string]bool{} // environments in the list
	var rows [][]string
	for _, t := range l.Tokens {
		if revoked(l.status(t)) {
			all = append(all, l.revocation(t))
			rows = append(rows, l.revocationRow(t))
			longer[string(l.app[t.AppID].Environment.Name)] = true
			if why := l.advice(t); why != "" && !p.json {
				defer p.note("%s of %s: %s", t.Fingerprint, l.app[t.AppID].Label(), why)
			}
		}
	}
	defer p.noteDoubt(l)
	if p.json {
		return p.printJSON(all)
	}
	for _, e := range l.Environments {
		if why := describe.Longer(l.Longer[string(e.Name)]); why != "" && longer[string(e.Name)] {
			defer p.note("%s: %s than expected", e.Name, why)
		}
	}
	if len(rows) == 0 {
		p.note("nothing was revoked")
		return nil
	}
	columns(p.out(),
		[]string{
			"VERDICT", "TOKEN", "APPLICATION", "KIND", "AT SERVER", "ACCEPTED",
			">MAY PASS FOR", "PROOF", "PROBES",
		}, rows)
	return nil
}

// atServer describes the state of a token at its server; after an introspection, with the time of
// that state.
func atServer(s console.Status) string {
	switch s.AtServer {
	case console.AtServerActive, console.AtServerInactive:
		return string(s.AtServer) + " " + s.AtServerAt.UTC().Format("2006-01-02T15:04:05Z")
	}
	return string(s.AtServer)
}

func (l ledger) revocationRow(t console.Token) []string {
	j, st := l.revocation(t), l.status(t)
	when, may, proof := "-", "-", "-"
	if at := st.AcceptedAt; !at.IsZero() {
		when = at.UTC().Format("2006-01-02T15:04:05Z")
	}
	switch {
	case j.Verdict == string(console.Lingering) && st.StaleKnown:
		may = "<=" + console.AtMost(st.StaleLeft)
	case j.Verdict == string(console.Lingering):
		may = "unknown"
	case j.Proof != nil:
		proof = *j.Proof
	}
	if st.RefusedOnce && j.Verdict == string(console.Lingering) {
		proof = "refused once"
	}
	var seen []string
	for _, q := range j.Probes {
		word := "none"
		if q.Status != nil {
			word = strconv.Itoa(*q.Status)
		}
		if q.Verdict == string(tokenapi.Unclear) {
			word += "?" // the answer proves nothing about the token
		}
		seen = append(seen, word)
	}
	const most = 6
	if len(seen) > most {
		seen = append([]string{"…"}, seen[len(seen)-most:]...)
	}
	return []string{
		j.Verdict, j.Fingerprint, string(l.app[t.AppID].Label()), j.Kind, atServer(st),
		when, may, proof, dash(strings.Join(seen, " ")),
	}
}
