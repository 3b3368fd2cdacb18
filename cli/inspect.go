package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/tokenapi/jwt"
)

func (p *program) inspectCommand() *cobra.Command {
	var app string
	var o console.InspectOptions
	c := &cobra.Command{
		Use:   "inspect TOKEN|-",
		Short: "Show the fingerprint, claims and signature of a token",
		Long: "Shows the fingerprint of a token, and which stored token it is. For a JWT it\n" +
			"also shows header and claims with their times, and whether the keys of its\n" +
			"server verify the signature.\n\n" +
			"With - it reads the token from standard input. Quotes, \"Bearer \" and line breaks\n" +
			"are ignored. Only lanyard probe can tell whether an API accepts the token.",
		Args:              takes(1, 1),
		ValidArgsFunction: p.completeTokens(false, true, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runInspect(c, args[0], app, o)
		},
	}
	c.Flags().StringVar(&app, "app", "", "verify with the keys of the environment of `APP`")
	c.Flags().BoolVar(&o.Offline, "offline", false, "fetch no keys from the server")
	_ = c.RegisterFlagCompletionFunc("app", p.completeApps)
	return p.listFlags(c)
}

func (p *program) runInspect(c *cobra.Command, what, app string, o console.InspectOptions) error {
	ctx := c.Context()
	s, l, err := p.openTaking(ctx, false, readNamed(findsToken(what), what))
	if err != nil {
		return err
	}
	defer s.Close()
	if app != "" {
		a, err := l.needApp(app)
		if err != nil {
			return err
		}
		o.AppID = a.ID
	}
	var i console.Inspection
	if what == "-" {
		text, err := p.readToken("token: ")
		if err != nil {
			return err
		}
		i, err = s.svc.Inspect(ctx, text, o)
		if err != nil {
			return err
		}
	} else {
		t, err := l.needToken(what)
		if err != nil {
			return err
		}
		if i, err = s.svc.InspectToken(ctx, t.ID, o); err != nil {
			return err
		}
	}
	if p.json {
		return p.printJSON(l.inspection(i))
	}
	l.printInspection(p, i)
	return nil
}

type (
	claimJSON struct {
		Name  string `json:"name"`
		Value string `json:"value"`
		Time  stamp  `json:"time"`
		Note  string `json:"note,omitempty"`
	}
	inspectionJSON struct {
		Fingerprint string      `json:"fingerprint"`
		Held        *tokenJSON  `json:"held"`
		Format      string      `json:"format"` // opaque, jwt or jwe
		Header      []claimJSON `json:"header"`
		Claims      []claimJSON `json:"claims"`
		Verified    *bool       `json:"verified"` // null: there is nothing to verify
		NotVerified *string     `json:"not_verified"`
		KeyID       *string     `json:"key_id"`
		Problems    []string    `json:"problems"`
	}
)

func claims(all []jwt.Claim) []claimJSON {
	out := []claimJSON{}
	for _, c := range all {
		out = append(out, claimJSON{c.Name, c.Value, stamp(c.Time), c.Note})
	}
	return out
}

func (l ledger) inspection(i console.Inspection) inspectionJSON {
	j := inspectionJSON{
		Fingerprint: i.Fingerprint, Format: "opaque", Header: []claimJSON{},
		Claims: []claimJSON{}, Problems: orEmpty(i.Problems),
	}
	if i.Held != nil {
		t := l.token(*i.Held)
		j.Held = &t
	}
	if i.JWT == nil {
		return j
	}
	if j.Format = "jwt"; i.JWT.Encrypted {
		j.Format = "jwe"
	}
	j.Header, j.Claims = claims(i.JWT.Header), claims(i.JWT.Claims)
	j.Verified, j.NotVerified, j.KeyID = &i.Check.Verified, known(i.Check.Why), known(i.JWT.KeyID)
	return j
}

// printInspection prints an inspection as text.
func (l ledger) printInspection(p *program, i console.Inspection) {
	p.print("fingerprint  %s", i.Fingerprint)
	if i.Held == nil {
		p.print("held         no: Lanyard does not hold this token")
	} else {
		t, st := *i.Held, l.status(*i.Held)
		p.print("held         yes: %s of %s, %s, %s left (%s)", t.ID, l.app[t.AppID].Label(),
			st.State, left(t, st), grantWords(t.Grant))
		if why := l.advice(t); why != "" {
			p.print("to know      %s", why)
		}
		if t.AtServer != console.NotAsked {
			p.print("at server    %s, asked %s", t.ServerSays(), human(t.AtServerAt, l.now))
		}
	}
	if i.JWT == nil {
		p.print("form         opaque: there is nothing to see inside")
		return
	}
	form := "JWT"
	if i.JWT.Encrypted {
		form = "JWE: encrypted, only its header can be read"
	}
	p.print("form         %s", form)
	switch {
	case i.Check.Verified && i.Check.KeyID != "":
		p.print("signature    verified with key %s (%s)", i.Check.KeyID, i.Check.Alg)
	case i.Check.Verified:
		p.print("signature    verified (%s)", i.Check.Alg)
	default:
		p.print("signature    %s", i.Check.Why)
	}
	for _, why := range i.Problems {
		p.print("times        %s", why)
	}
	for _, why := range i.Check.Skipped {
		p.note("a key of the server was left out: %s", why)
	}
	l.printClaims(p, "header", i.JWT.Header)
	l.printClaims(p, "claims", i.JWT.Claims)
}

// printClaims prints the members of a header or a claims set under a title.
func (l ledger) printClaims(p *program, title string, members []jwt.Claim) {
	if len(members) == 0 {
		return
	}
	p.print("")
	p.print("%s", title)
	width := 0
	for _, c := range members {
		width = max(width, min(len(c.Name), 24))
	}
	for _, c := range members {
		line := fmt.Sprintf("  %-*s  %s", width, c.Name, c.Value)
		if !c.Time.IsZero() {
			line += "  " + human(c.Time, l.now)
		}
		if c.Note != "" {
			line += "  (" + c.Note + ")"
		}
		p.print("%s", line)
	}
}

// human formats a time as UTC and relative to now.
func human(t, now time.Time) string {
	s := t.UTC().Format("2006-01-02 15:04:05Z")
	switch d := t.Sub(now); {
	case d > 0:
		return s + " (in " + console.Left(d) + ")"
	case d > -time.Second:
		return s + " (now)"
	default:
		return s + " (" + console.Left(-d) + " ago)"
	}
}

// grantWords names a grant, and marks the password grant as legacy (RFC 9700 section 2.4).
func grantWords(grant string) string {
	if grant == console.GrantPassword {
		return "password, legacy"
	}
	return grant
}
