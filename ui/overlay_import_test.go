package ui_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui"
)

// aCurl requests a token and calls an API, with the line breaks of a terminal.
const aCurl = "curl -k -u billing-key:s3cr3t-of-billing -d " +
	"'grant_type=password&username=ana&password=pw-of-ana&scope=read' https://new.example/token\r" +
	`curl -H "Authorization: Bearer $TOKEN" https://new.example/billing/1.0`

// shown answers as a portal with three applications: with its secret, without, and configured.
func shown(_ context.Context, r console.PortalRequest) (console.PortalFound, error) {
	env := r.Environment
	env.Endpoints = console.Endpoints{TokenURL: "https://" + env.Name + "/oauth2/token",
		RevokeURL: "https://" + env.Name + "/oauth2/revoke"}
	found := console.PortalFound{
		Notes: []string{"the subscription of Billing to billing 1.0 is ON_HOLD"},
		Subscriptions: map[string][]console.Subscription{
			"billing-key": {{API: "billing", Version: "1.0", Status: "ON_HOLD"}}},
	}
	for _, name := range []string{"Billing", "Mobile"} {
		found.All = append(found.All, console.Imported{Application: console.Application{
			Name: console.Private(name), KeyType: "PRODUCTION",
			ConsumerKey: console.Private(strings.ToLower(name) + "-key"),
			Grant:       tokenapi.GrantClientCredentials, Environment: env,
		}})
	}
	found.All[0].Secret = secret.New("s3cr3t-of-billing")
	orders := found.All[0].Application
	orders.Name, orders.ConsumerKey, orders.Environment.Endpoints.TokenURL = "Orders", "Orders",
		"https://gw.example/oauth2/token"
	found.All = append(found.All, console.Imported{Application: orders})
	return found, nil
}

// askPortal fills in the portal and the user, and sends the request.
func (l *live) askPortal() {
	l.t.Helper()
	if l.Overlays() == 0 {
		l.Key("i")
	}
	l.Key("tab")
	l.Type("https://apim.example:9443")
	l.Key("enter")
	l.Type("ana")
	l.Key("enter")
	l.Type("pw-of-ana")
	l.Key("ctrl+s")
}

// notesPortal answers as shown does, and returns where it notes the last request.
func (l *live) notesPortal() *console.PortalRequest {
	asked := &console.PortalRequest{}
	l.portal = func(ctx context.Context, r console.PortalRequest) (console.PortalFound, error) {
		*asked = r
		return shown(ctx, r)
	}
	return asked
}

func TestImportFromPortal(t *testing.T) {
	t.Parallel()
	l := alive(t)
	asked := l.notesPortal()
	l.askPortal()
	if asked.Base != "https://apim.example:9443" || asked.User != "ana" ||
		asked.Password.Fingerprint() != fp("pw-of-ana") ||
		asked.Environment.Name != "apim.example" || asked.Environment.InsecureSkipVerify ||
		asked.Environment.AllowHTTP {
		t.Errorf("asked with %+v", asked)
	}
	l.shows("[x] Billing · PRODUCTION", "with its secret", "[x] Mobile · PRODUCTION",
		"its secret is not shown", " =  Orders · PRODUCTION", "is configured here already",
		"chosen: 2 applications; to be typed later: 1 secret")
	if len(l.stored()) != 0 {
		t.Fatal("kept before anybody said so")
	}
	l.Key("down", "down", "space") // the configured one stays unmarked
	l.shows(" =  Orders", "chosen: 2 applications")
	l.Key("enter")
	all := l.stored()
	if len(all) != 2 || all["Billing"].Secret != console.SecretAvailable ||
		all["Mobile"].Secret != console.SecretMissing {
		t.Errorf("kept %+v", all)
	}
	l.shows("Tokens · Billing")
	l.said("kept until this console ends: 2 applications of the portal; without a secret: " +
		"Mobile@apim.example/PRODUCTION")
	l.said("billing 1.0 is ON_HOLD")
	if l.Overlays() != 0 {
		t.Error("something is open still")
	}
	l.Key("g")
	l.shows(fp("access-1"))
	if strings.Contains(strings.Join(l.Log(), "\n"), "pw-of-ana") {
		t.Error("the password is in the log")
	}
}

func TestImportChooses(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = shown
	l.askPortal()
	l.Key("space", "down", "space")
	l.shows("[ ] Billing", "[ ] Mobile", "chosen: no applications")
	l.Key("enter")
	l.shows("nothing is chosen")
	l.Key("space", "ctrl+s")
	if all := l.stored(); len(all) != 1 || all["Mobile"].Name == "" {
		t.Errorf("kept %+v", all)
	}
}

func TestImportRefused(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = func(context.Context, console.PortalRequest) (console.PortalFound, error) {
		return console.PortalFound{},
			&tokenapi.Error{Op: "portal register", Kind: tokenapi.KindRefused, Status: 401,
				Code: "Unauthorized", Hint: "check user name and password"}
	}
	l.askPortal()
	l.shows("✕ import: refused (401), Unauthorized", "check user name", "•••••••••") // still there
	l.portal = func(context.Context, console.PortalRequest) (console.PortalFound, error) {
		return console.PortalFound{}, nil
	}
	l.Key("ctrl+s")
	l.shows("shows no application with keys")
	l.portal = shown
	l.Key("ctrl+s")
	l.shows("[x] Billing")
	l.Key("esc")
	if len(l.stored()) != 0 || l.Overlays() != 0 {
		t.Errorf("esc kept %v, %d overlays", l.stored(), l.Overlays())
	}
}

func TestImportAsksForWhatIsMissing(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("ctrl+s")
	l.shows("✕ portal URL: is missing")
	l.Type("http://apim.example")
	l.Key("ctrl+s")
	l.shows("✕ portal URL: http:// would show secrets")
	l.Key("ctrl+u")
	l.Type("https://apim.example")
	l.Key("ctrl+s")
	l.shows("✕ user: is missing")
	l.Type("ana")
	l.Key("ctrl+s")
	l.shows("✕ password: is missing")
}

// An answer of a portal after the form is closed opens no overlay and stores nothing.
func TestImportAnswersLate(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = shown
	l.Hold = true
	l.askPortal()
	l.shows("asking the portal …")
	l.Key("ctrl+s", "x") // no second request, and no other action
	l.Key("esc")
	l.Release()
	l.Hold = false
	if l.Overlays() != 0 || len(l.stored()) != 0 {
		t.Errorf("%d overlays, kept %v", l.Overlays(), l.stored())
	}
	l.said("the portal has answered, and nothing of it is kept")
}

func TestImportPasted(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("right", "enter")
	l.shows("nothing was pasted yet")
	l.Type("c")
	l.shows("paste it, rather than type it")
	l.Paste("curl https://new.example/orders")
	l.shows("none of the curl lines asks for a token")
	l.Paste(aCurl)
	l.shows("token URL         https://new.example/token", "consumer key      billing-key",
		"probe URL         https://new.example/billing/1.0", "-k is not taken over",
		"nothing is kept yet")
	l.Key("enter")
	l.shows("Add an application", "https://new.example/token", "https://new.example/revoke",
		"billing-key", "password", "ana")
	l.Type("Billing")
	l.Key("ctrl+s")
	a := l.stored()["Billing"]
	if a.Secret != console.SecretAvailable || a.Username != "ana" ||
		a.ProbeURL != "https://new.example/billing/1.0" || a.Environment.InsecureSkipVerify ||
		a.Environment.Name != "new.example" || strings.Join(a.Scopes, " ") != "read" {
		t.Errorf("saved as %+v", a)
	}
	l.Key("g")
	if l.api.password != fp("pw-of-ana") {
		t.Error("the password of the line is not the one that is sent")
	}
	for _, word := range []string{"s3cr3t", "pw-of-ana"} {
		if strings.Contains(strings.Join(l.Log(), "\n")+l.Frame(), word) {
			t.Errorf("%q is on the screen", word)
		}
	}
}

// A line about an existing environment is filled in for it.
func TestImportPastedIntoAnEnvironment(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("right")
	l.Paste("TOKEN_URL=https://gw.example/token\nCLIENT_ID=billing-key\n" +
		"CLIENT_SECRET=s3cr3t-of-billing")
	l.Key("enter")
	l.Type("Billing")
	l.goTo("consumer secret")
	l.shows("cloud", "•••")
	l.Key("ctrl+u") // the text can be removed
	l.Key("ctrl+s")
	l.shows("consumer secret: is missing")
	l.Type("another")
	l.Key("ctrl+s")
	if a := l.stored()["Billing"]; a.Environment.Name != "cloud" ||
		a.Secret != console.SecretAvailable {
		t.Errorf("saved as %+v", a)
	}
}

// In presenter mode only the grant of a pasted text is shown.
func TestImportPresented(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Present(true)
	l.Do("import")
	l.Key("right")
	l.Paste(aCurl)
	l.shows("grant             password")
	for _, word := range []string{"new.example", "billing-key", "ana"} {
		if strings.Contains(l.Frame(), word) {
			t.Errorf("%q is on the screen:\n%s", word, l.Frame())
		}
	}
}

// On the first run a portal is asked without a store. Keeping an application creates it.
func TestImportFirst(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.apps = nil
	l.portal = shown
	l.svc = l.service("kept")
	trial := alive(t)
	trial.apps, trial.portal = nil, shown
	memory := trial.service("memory")
	began := map[bool]int{}
	l.Pump = ui.NewPump(t.Context(), ui.Options{
		Welcome: true, Settings: ui.Settings{Theme: theme(t, "dark")}, Width: 100, Height: 32,
		Begin: func(_ context.Context, kept bool) (*console.Service, error) {
			if began[kept]++; kept {
				return l.svc, nil
			}
			return memory, nil
		},
	}, l.clock.Now)
	l.Key("3")
	l.askPortal()
	l.shows("[x] Billing", "[x] Orders")
	if began[true] != 0 {
		t.Fatal("asking made the store")
	}
	l.Key("enter")
	l.shows("Tokens · Billing")
	if began[true] != 1 || len(l.stored()) != 3 {
		t.Errorf("begun %v, kept %v", began, l.stored())
	}
}

// An application that was kept and is configured now is listed once, and a notice says so.
func TestCoveredIsSaid(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = shown
	l.askPortal()
	l.Key("enter")
	kept := l.stored()["Billing"]
	kept.Name = "Invoices"
	kept.Source = console.FromConfig
	l.apps = append(l.apps, kept)
	l.svc = l.service("another")
	l.open()
	l.said("Billing@apim.example/PRODUCTION of the store is not listed: " +
		"Invoices@apim.example/PRODUCTION of the configuration is the same")
}

// Closing the form ends the request: it must not wait for a portal that does not answer.
func TestImportGivesUp(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = func(ctx context.Context, _ console.PortalRequest) (console.PortalFound, error) {
		<-ctx.Done()
		return console.PortalFound{}, ctx.Err()
	}
	l.Live(t.Context())
	l.askPortal()
	l.shows("asking the portal …")
	l.Key("esc")
	if !l.Await(func() bool {
		return strings.Contains(strings.Join(l.Log(), "\n"), "the portal is no longer asked")
	}) {
		t.Error("it is asked for ever")
	}
}

// A curl line is recognised at every place where it is pasted, and can be removed.
func TestImportKnowsACurlLine(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("tab")
	l.Paste("https://apim.example")
	l.shows("portal URL *      https://apim.example")
	l.Paste("  " + aCurl)
	l.shows("curl or .env", "token URL         https://new.example/token", "read; another paste")
	l.Key("shift+tab", "left", "tab")
	l.shows("portal URL")
	l.Paste("CLIENT_ID=lines-key\rTOKEN_URL=https://lines.example/token\r")
	l.shows("token URL         https://lines.example/token", "consumer key      lines-key")
	l.Paste(aCurl)
	l.Key("backspace")
	if frame := l.Frame(); strings.Contains(frame, "https://new.example") ||
		!strings.Contains(frame, "paste curl lines") {
		t.Errorf("it is still there:\n%s", frame)
	}
	l.Key("enter")
	l.shows("nothing was pasted yet")
}

// The mouse moves the cursor in the results, and chooses none.
func TestImportPointed(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = shown
	l.askPortal()
	row, col := 0, 0
	for y, line := range strings.Split(ansi.Strip(l.Frame()), "\n") {
		if i := strings.Index(line, "Mobile"); i >= 0 {
			row, col = y, len([]rune(line[:i]))
		}
	}
	l.Send(tea.MouseClickMsg{X: col, Y: row, Button: tea.MouseLeft})
	l.shows("▌[x] Mobile")
	l.Send(tea.MouseWheelMsg{X: col, Y: row, Button: tea.MouseWheelUp})
	l.shows("▌[x] Billing")
	l.Send(tea.MouseClickMsg{X: col, Y: row + 9, Button: tea.MouseLeft}) // below the last result
	l.shows("▌[x] Billing", "chosen: 2 applications")
}

// Extra parameters of a line are in the form, are stored and are sent. Ignored parts are named.
func TestImportPastedParameters(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("right")
	l.Paste("$ curl -k https://new.example/token -u billing-key:s3cr3t-of-billing \\\r> -d " +
		"'grant_type=client_credentials&validity_period=100&audience=https://api' -H " +
		"'X-Tenant: acme' -H 'Origin: https://new.example'")
	l.shows("audience          https://api", "extra             validity_period=100",
		"header            X-Tenant: •••", "not taken over: header Origin")
	l.Key("enter")
	l.shows("https://api")
	l.Type("Billing")
	l.goTo("extra")
	l.shows("validity_period=100")
	l.Type("&api_key=s3cr3t")
	l.Key("ctrl+s")
	l.shows("extra: a parameter may be a secret")
	l.Key("ctrl+u")
	l.Type("validity_period=200")
	l.Key("ctrl+s")
	a := l.stored()["Billing"]
	if a.Audience != "https://api" || a.Extra.Encode() != "validity_period=200" {
		t.Errorf("saved as %+v", a)
	}
	l.said("not taken over: header Origin")
	if strings.Join(a.Details.Headers, " ") != "X-Tenant" {
		t.Errorf("headers %q", a.Details.Headers)
	}
	l.Key("e") // an edit keeps the extra parameters
	l.goTo("extra")
	l.shows("https://api", "validity_period=200")
	l.Key("ctrl+s")
	if a := l.stored()["Billing"]; a.Audience != "https://api" ||
		a.Extra.Encode() != "validity_period=200" {
		t.Errorf("edited, it is %+v", a)
	}
}

// If not all notes fit, the others are counted.
func TestImportPastedNotes(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("right")
	text := "CLIENT_ID=billing-key\rTOKEN_URL=https://new.example/token"
	for i := range 200 {
		text += fmt.Sprintf("\rUNKNOWN_SETTING_%d=1", i)
	}
	l.Paste(text)
	l.shows("token URL", "UNKNOWN_SETTING_0", "more lines: the log has the notes")
}

// A curl line that is pasted into the form of an application is not used as a name.
func TestPastedIntoTheForm(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("add_application")
	for _, text := range []string{aCurl, "sudo curl -u a:b https://h/token",
		"CLIENT_ID=a\rCLIENT_SECRET=b"} {
		l.Paste(text)
		l.shows("nothing of it was taken: import applications")
	}
	l.Paste("one\rtwo")
	l.shows("more than one line was pasted")
}

// What was typed or pasted is not thrown away by one esc.
func TestImportWarnsBeforeItThrowsAway(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Key("esc")
	if l.Overlays() != 0 {
		t.Fatal("an untouched form stays")
	}
	l.Do("import")
	l.Key("tab")
	l.Type("https://apim.example")
	l.Key("esc")
	l.shows("something was typed: esc again throws it away")
	l.Key("tab", "esc") // another key goes on
	if l.Overlays() != 1 {
		t.Fatal("closed")
	}
	l.Key("esc")
	if l.Overlays() != 0 {
		t.Fatal("esc esc does not close")
	}
	l.Do("import")
	l.Paste(aCurl)
	l.Key("esc")
	l.shows("esc again")
	l.Key("esc")
	if l.Overlays() != 0 {
		t.Fatal("esc esc does not close what was pasted")
	}
}

// The environment at the portal's host is proposed until the person chooses another one.
func TestImportProposesTheEnvironment(t *testing.T) {
	t.Parallel()
	l := alive(t)
	asked := l.notesPortal()
	l.Do("import")
	l.Key("tab")
	l.Type("https://gw.example:944")
	l.shows("environment       cloud")
	l.Type("0") // now it is another port of that host
	l.shows("environment       cloud")
	l.Key("tab")
	l.Type("ana")
	l.Key("tab")
	l.Type("pw-of-ana")
	l.Key("ctrl+s")
	if asked.Into != "cloud" || asked.Environment.Name != "cloud" {
		t.Errorf("into %q, %q", asked.Into, asked.Environment.Name)
	}
	l.Key("esc")
	l.Do("import")
	l.Key("tab")
	l.Type("https://gw.example:944")
	l.goTo("environment")
	l.Key("right")
	l.goTo("its name")
	l.Type("cloud")
	l.Key("up", "up", "up")
	l.shows("there is one of that name: choose it above")
	l.goTo("its name")
	l.Type("2")
	l.goTo("portal URL")
	l.Type("1")
	l.shows("environment       a new one …")
	l.goTo("user")
	l.Type("ana")
	l.Key("tab")
	l.Type("pw-of-ana")
	l.Key("ctrl+s")
	if asked.Into != "cloud2" {
		t.Errorf("into %q", asked.Into)
	}
}

// proposing answers as shown does, with two probe URLs for each application.
func proposing(ctx context.Context, r console.PortalRequest) (console.PortalFound, error) {
	found, err := shown(ctx, r)
	for i := range found.All {
		found.All[i].ProbeURLs = []console.Private{
			"https://gw.example:8243/orders/1.0", "https://gw.example:8243/billing/1.0"}
	}
	return found, err
}

// Each application that is new gets the first probe URL that the portal's subscriptions propose.
// The box says so before anything is kept, and a key changes it or takes none.
func TestImportProposesProbeURLs(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = proposing
	l.askPortal()
	l.shows("into apim.example, probed at https://gw.example:8243/orders/1.0",
		"with its secret · probe URL", "← → probe URL",
		"2 get a probe URL; → on a row changes it")
	l.Key("right")
	l.shows("probed at https://gw.example:8243/billing/1.0")
	l.Key("down", "right", "right")
	l.shows("into apim.example, without a probe URL; → takes", "https://gw.example:8243/orders/1.0",
		"1 gets a probe URL")
	l.Key("down")
	l.shows("configured already in apim.example; the import does not change it")
	l.Key("right")
	l.shows("✕ it is configured already: the import does not change it")
	l.Key("enter")
	all := l.stored()
	if all["Billing"].ProbeURL != "https://gw.example:8243/billing/1.0" ||
		all["Mobile"].ProbeURL != "" {
		t.Errorf("kept %q and %q", all["Billing"].ProbeURL, all["Mobile"].ProbeURL)
	}
}

// What was imported before is marked, and is not chosen: it keeps the probe URL that it has. One
// whose secret is shown now is chosen.
func TestImportMarksWhatWasImported(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = proposing
	l.askPortal()
	l.Key("right", "down", "right", "right", "enter") // no probe URL for the second one
	l.Do("import")
	l.askPortal()
	l.shows(" =  Billing", "was imported already", " =  Mobile", "chosen: no applications",
		"space updates it")
	l.Key("enter")
	l.shows("nothing is chosen")
	l.Key("space")
	l.shows("[x] Billing", "probed at https://gw.example:8243/billing/1.0")
	l.Key("right")
	l.shows("✕ it keeps its probe URL")
	l.Key("down", "space")
	l.shows("[x] Mobile", "without a probe URL; → takes")
	l.Key("enter")
	if u := l.stored()["Billing"].ProbeURL; u != "https://gw.example:8243/billing/1.0" {
		t.Errorf("now it is probed at %q", u)
	}
	l.portal = func(ctx context.Context, r console.PortalRequest) (console.PortalFound, error) {
		found, err := proposing(ctx, r)
		found.All[1].Secret = secret.New("s3cr3t-of-mobile")
		return found, err
	}
	l.Do("import")
	l.askPortal()
	l.shows(" =  Billing", "[x] Mobile")
}

// In a low box the name is whole, and the line below the list is about the row under the cursor.
func TestImportFoundInALowBox(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.portal = proposing
	l.askPortal()
	for _, s := range []string{"30x8", "40x12"} {
		w, h, _ := size(s)
		l.Resize(w, h)
		l.Key("home")
		l.shows("[x] Billing · PRODUCTION", "[x] Mobile · PRODUCTION", "chosen, probed at")
		l.Key("end")
		l.shows(" =  Orders · PRODUCTION", "is configured here")
	}
	l.shows("2 get a probe URL")
}

// A line for another token URL of a known server is filled in for its environment, and says so.
func TestImportPastedIntoTheServer(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Do("import")
	l.Paste("curl https://gw.example/oauth2/token -u billing-key:s3cr3t -H 'X-Tenant: acme' " +
		"-d grant_type=client_credentials")
	l.Key("enter")
	l.shows("environment       cloud",
		"! the environment cloud is used: its token URL is https://gw.example/token")
	l.goTo("X-Tenant")
	l.shows("•••")
	l.goTo("environment")
	l.Key("left") // the pasted URL is in the new one
	l.shows("its name *        gw.example", "https://gw.example/oauth2/token")
}

// A curl line that is pasted where nothing takes text opens the import. Any other paste does not.
func TestPasteOpensTheImport(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Paste("a line of words\r")
	l.said("a paste does nothing here")
	if l.Overlays() != 0 || l.api.tokens != 0 {
		t.Fatal("a paste acted")
	}
	l.after(time.Second)
	l.Paste(aCurl)
	l.shows("Import applications", "token URL         https://new.example/token")
	l.Key("enter")
	l.shows("Add an application", "billing-key")
	l.Key("esc", "esc")

	p := ui.NewPump(t.Context(), ui.Options{
		Welcome: true, Settings: ui.Settings{Theme: theme(t, "dark")}, Width: 100, Height: 32,
	}, l.clock.Now)
	p.Paste("a line of words")
	if p.Overlays() != 0 {
		t.Error("a paste opened something on the welcome screen")
	}
	p.Paste(aCurl)
	if !strings.Contains(ansi.Strip(p.Frame()), "https://new.example/token") {
		t.Errorf("on the welcome screen:\n%s", ansi.Strip(p.Frame()))
	}
}

// What was typed into the smaller forms is not thrown away by one esc, either.
func TestFormsWarnBeforeTheyThrowAway(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*live){
		"adopt": func(l *live) { l.Do("adopt_token"); l.Type("leaked") },
		"grant": func(l *live) { l.Key("G", "tab"); l.Type("read") },
	} {
		l := alive(t).scoped("Orders")
		open(l)
		l.Key("esc")
		l.shows("something was typed: esc again throws it away")
		l.Key("left", "esc")
		if l.Overlays() != 1 {
			t.Errorf("%s: another key does not go on", name)
		}
		if l.Key("esc"); l.Overlays() != 0 {
			t.Errorf("%s: esc esc does not close", name)
		}
	}
}
