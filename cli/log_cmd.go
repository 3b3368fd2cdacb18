package cli

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/console/describe"
)

// eventJSON is one entry of `log --json`.
type eventJSON struct {
	Seq         *int64          `json:"seq"` // null if Derived
	At          stamp           `json:"at"`
	Event       string          `json:"event"`
	Text        string          `json:"text"`  // as the text form shows it
	Token       *string         `json:"token"` // null: a get that has no token yet
	Fingerprint *string         `json:"fingerprint"`
	Application string          `json:"application"`
	Environment string          `json:"environment"`
	KeyType     string          `json:"key_type"`
	Facts       json.RawMessage `json:"facts"`
	Derived     bool            `json:"derived"`
}

func (p *program) logCommand() *cobra.Command {
	var app, token string
	var since time.Duration
	c := &cobra.Command{
		Use:   "log",
		Short: "List what happened to tokens, by fingerprint",
		Long: "Lists what happened to tokens, oldest first: asked, issued, renewed, copied,\n" +
			"revoked, probed, dead. The log holds no token, and can be read while the store\n" +
			"is locked.\n\n" +
			"With --json each entry has the facts that changed. All entries together give the\n" +
			"present states. Forgetting (lanyard forget, store.keep) removes the entries of a\n" +
			"token, and leaves one that says so.",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if since < 0 || c.Flags().Changed("since") && since == 0 {
				return misuse("such as 24h", "--since must be more than 0")
			}
			return p.runLog(c, app, token, since)
		},
	}
	c.Flags().StringVar(&app, "app", "", "only entries of `APP`")
	c.Flags().StringVar(&token, "token", "", "only entries of `TOKEN`, even if it was forgotten")
	c.Flags().Var((*daysOrDuration)(&since), "since",
		"only entries of the last `DURATION`, such as 24h or 7d")
	_ = c.RegisterFlagCompletionFunc("app", p.completeApps)
	_ = c.RegisterFlagCompletionFunc("token", p.completeTokens(false, true, -1))
	return p.listFlags(c)
}

func (p *program) runLog(c *cobra.Command, app, token string, since time.Duration) error {
	s, l, err := p.openRead(c.Context(), false)
	if err != nil {
		return err
	}
	defer s.Close()
	log, err := s.svc.Log(c.Context())
	if err != nil {
		return err
	}
	appID := ""
	if app != "" {
		a, err := l.needApp(app)
		if err != nil {
			return err
		}
		appID = a.ID
	}
	tokenID := ""
	if token != "" {
		if tokenID, err = l.loggedToken(log, token); err != nil {
			return err
		}
	}
	log = slices.DeleteFunc(log, func(e console.Event) bool {
		return appID != "" && e.AppID != appID || tokenID != "" && e.TokenID != tokenID ||
			since > 0 && e.At.Before(l.now.Add(-since))
	})
	if p.json {
		all := make([]eventJSON, 0, len(log))
		for _, e := range log {
			all = append(all, l.event(e))
		}
		return p.printJSON(all)
	}
	if len(log) == 0 {
		p.note("nothing is in the log")
		return nil
	}
	rows := make([][]string, len(log))
	for i, e := range log {
		words, detail := describe.Event(e, e.Detail(l.now.Local()))
		rows[i] = []string{
			e.At.Local().Format(time.DateTime), words, dash(e.Fingerprint),
			dash(string(e.Application)), detail,
		}
	}
	columns(p.out(), []string{"TIME", "EVENT", "TOKEN", "APPLICATION", ""}, rows)
	return nil
}

// exactTime matches a JSON string that is a time in UTC.
var exactTime = regexp.MustCompile(`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z"`)

// inMilliseconds formats the times in JSON as stamp does.
func inMilliseconds(facts json.RawMessage) json.RawMessage {
	return exactTime.ReplaceAllFunc(facts, func(text []byte) []byte {
		t, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(text))
		if err != nil {
			return text
		}
		out, _ := stamp(t).MarshalJSON() // never fails
		return out
	})
}

func (l ledger) event(e console.Event) eventJSON {
	name, env, keyType := l.named(e)
	words, detail := describe.Event(e, e.Detail(l.now.Local()))
	return eventJSON{
		Seq: known(e.Seq), At: stamp(e.At), Event: string(e.Kind),
		Text: strings.TrimSuffix(words+": "+detail, ": "), Token: known(e.TokenID),
		Fingerprint: known(e.Fingerprint), Application: name, Environment: env, KeyType: keyType,
		Facts: inMilliseconds(e.Facts), Derived: e.Derived,
	}
}

// named splits the label that an application had at the time of an event.
func (l ledger) named(e console.Event) (name, env, keyType string) {
	if a := l.app[e.AppID]; a.Label() == e.Application {
		return string(a.Name), string(a.Environment.Name), a.KeyType
	}
	name = string(e.Application)
	for _, k := range []string{console.KeyProduction, console.KeySandbox} {
		if rest, ok := strings.CutSuffix(name, "/"+k); ok {
			name, keyType = rest, k
			break
		}
	}
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		name, env = name[:i], name[i+1:]
	}
	return name, env, keyType
}

// loggedToken returns the ID of a token in the log, by ID or fingerprint. The token may be
// forgotten.
func (l ledger) loggedToken(log []console.Event, text string) (string, error) {
	var found []string
	for _, e := range log {
		switch {
		case e.TokenID == "" || slices.Contains(found, e.TokenID):
		case e.TokenID == text:
			return text, nil
		case len(text) >= console.LeastPrefix &&
			strings.HasPrefix(e.Fingerprint, strings.ToLower(text)):
			found = append(found, e.TokenID)
		}
	}
	switch len(found) {
	case 0:
		return "", l.noToken(text)
	case 1:
		return found[0], nil
	}
	return "", misuse("one of: "+strings.Join(found, ", "), "%q fits %d tokens", text, len(found))
}

// daysOrDuration is a flag value: a duration, or whole days such as 7d.
type daysOrDuration time.Duration

// Set implements pflag.Value.
func (d *daysOrDuration) Set(text string) error {
	if n, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.ParseUint(n, 10, 15)
		if err != nil {
			return errors.New("such as 24h or 7d")
		}
		*d = daysOrDuration(time.Duration(days) * 24 * time.Hour)
		return nil
	}
	v, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("such as 24h or 7d")
	}
	*d = daysOrDuration(v)
	return nil
}

// String implements pflag.Value.
func (d *daysOrDuration) String() string { return time.Duration(*d).String() }

// Type implements pflag.Value.
func (d *daysOrDuration) Type() string { return "duration" }
