package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/store"
	"lanyard/text"
)

// leastSpace is the free space in bytes below which doctor warns about the store's disk. A token
// whose answer cannot be stored is lost.
const leastSpace = 10 << 20

// checkStore checks the state directory, the store with its key, and undelivered revokes. It
// creates neither directory nor store. It opens an existing store as every command does.
func (d *doctor) checkStore(ctx context.Context) {
	if d.paths.State == "" {
		return // checkConfig reported it
	}
	d.checkSpace()
	var db *store.Store
	var err error
	if hasStore(d.paths) {
		o := d.p.storeOptions(d.cfg)
		o.Lists = true // a read-only store can be checked too
		db, err = store.Open(ctx, d.paths.State, o)
		if err != nil {
			d.failErr("store", "", "lanyard restore restores a backup", err)
			d.checkSecrets(d.cfg.Applications)
			return
		}
		d.checkExisting(ctx, db)
	} else {
		d.checkNoStore()
		if db, err = store.OpenMemory(ctx, store.Options{}); err != nil {
			d.failErr("store", "", "", err)
			return
		}
	}
	s, err := d.p.assemble(d.cfg, d.paths, db, d.cfg.Vault(d.p.lookup), nil, false)
	if err != nil {
		_ = db.Close()
		d.failErr("store", "", "", err)
		return
	}
	d.open = s
	l, err := s.read(ctx)
	if err != nil {
		d.failErr("store", "", "keep a copy of it, then restore a backup", err)
		return
	}
	for _, a := range l.Covered {
		d.warn("applications", "remove it from the configuration to use that of the store",
			"%s", coveredWords(a, l.Applications))
	}
	d.checkAltered(ctx, l.Board, s.svc)
	d.checkWaiting(l)
	d.checkGateways(l.Board)
	d.checkPast(ctx, l.Board, s.svc)
	d.checkSecrets(l.Applications)
}

func (d *doctor) checkNoStore() {
	if d.cfg.StoreKey == store.InCommand && len(d.cfg.StoreCommand) > 0 {
		d.checkCommand("the command of [store]")
	}
	info, err := os.Stat(d.paths.State)
	lost, gone := store.Lost(d.paths.State)
	switch {
	case gone != nil:
		d.failErr("store", "", "", gone)
	case lost != "":
		d.warn("store", store.LostHint, "%s", lost)
	case errors.Is(err, fs.ErrNotExist):
		d.ok("store", "nothing is stored yet; %s is made with the first token", d.paths.State)
	case err != nil:
		d.fail("store", "check the permissions of "+shellQuote(filepath.Dir(d.paths.State))+
			", or use another place with --state",
			"the state directory %s cannot be looked at: %v", d.paths.State, config.PlainCause(err))
	case !info.IsDir():
		d.fail("store", "move it away, or use another place with --state",
			"the state directory %s is no directory", d.paths.State)
	case config.OpenToOthers(info.Mode()):
		d.warn("store", "chmod 700 "+shellQuote(d.paths.State),
			"nothing is stored yet; others can look into %s (%04o)", d.paths.State,
			info.Mode().Perm())
	default:
		d.ok("store", "nothing is stored yet in %s", d.paths.State)
	}
}

// checkExisting checks a store that was just opened. Opening it removed access by other users and
// updated an older schema.
func (d *doctor) checkExisting(ctx context.Context, db *store.Store) {
	for _, what := range db.Tightened() {
		fix := "their access was removed; if this comes back, find its cause, such as a backup " +
			"program or a umask"
		if strings.Contains(what, ".key") {
			fix = "lanyard key rotate: another user may have read the key. " + fix
		}
		d.warn("store", fix, "%s was accessible to other users", what)
	}
	gone, left := db.KeyCopies()
	if len(gone) > 0 {
		d.warn("store", "lanyard key rotate, if a backup program may have read it since",
			"a lanyard that was killed had left a copy of the key in %s, which was removed now: %s",
			d.paths.State, strings.Join(gone, ", "))
	}
	if len(left) > 0 {
		d.warn("store", "remove it while no lanyard runs, or run lanyard with write access to "+
			"the directory",
			"a copy of the key that a killed lanyard left is in %s: %s", d.paths.State,
			strings.Join(left, ", "))
	}
	if old := db.Openable(); len(old) > 0 {
		d.warn("store", "remove what you do not need any more",
			"older copies of the store can be opened with files beside it in %s, whatever its "+
				"key is now: %s",
			d.paths.State, strings.Join(old, ", "))
	}
	if c := db.Copied(); c != "" {
		d.ok("store", "an older store was updated to the present schema; a copy of it is %s", c)
	}
	if err := db.ReadOnly(); err != nil {
		d.failErr("store", db.Path()+": ", "", err)
	}
	version, err := db.Schema(ctx)
	if err == nil {
		err = db.Check(ctx)
	}
	if err != nil {
		d.failErr("store", "", "keep a copy of it, then restore a backup", err)
	} else {
		d.ok("store",
			"%s: whole, schema version %d%s", db.Path(), version, modes(d.paths.State, db.Path()))
	}
	info, err := db.KeyInfo(ctx)
	if err != nil {
		d.failErr("key", "", "", err)
		return
	}
	if !info.Stranger && (info.Kind != "" || !info.SetBack) {
		d.checkKey(info.KeyStatus, info.Why)
	}
	d.checkPin(info)
}

// checkPin reports whether the keyring or the configuration knows the key of the store, outside of
// the state directory.
func (d *doctor) checkPin(info store.KeyInfo) {
	switch {
	case info.Kind == "" && !info.SetBack:
	case info.Stranger || info.Kind == "":
		d.failErr("key", "", "", info.Why)
	case info.Pinned == store.InKeyring:
		d.ok("key", "its id is %s, as the system keyring remembers", info.ID)
	case info.Mute != nil:
		d.warn("key", "unlock or start it",
			"its id is %s; the system keyring, which may remember another, does not answer: %v",
			info.ID, info.Mute)
	case info.Pinned != "":
		d.ok("key", "its id is %s; a key file in its place would be refused, because the "+
			"configuration says [store] key = %q", info.ID, info.Kind)
	default:
		d.warn("key", "lanyard key set keyring; or name the kind in the configuration: [store] "+
			"key = \"passphrase\"",
			"nothing outside of %s remembers its id, %s: whoever can write there can replace "+
				"the store", d.paths.State, info.ID)
	}
}

// checkKey reports where the key is, and whether it is available there. It does not fetch the key.
func (d *doctor) checkKey(k console.KeyStatus, why error) {
	const check = "key"
	if want := d.cfg.StoreKey; want != "auto" && k.Kind != "" && k.Kind != want {
		d.warn(check, "lanyard key set "+want+" moves it there",
			"the configuration wants it in another place: [store] key = %q", want)
	}
	switch {
	case k.Kind == "" && d.cfg.StoreKey == store.InCommand && len(d.cfg.StoreCommand) > 0:
		d.checkCommand("there is no key yet; the command of [store]")
	case k.Kind == "":
		d.ok(check, "there is none yet; the first secret that is stored makes one")
	case k.Locked && k.Kind == store.InFile && why != nil: // why is the fault of the key file
		d.failErr(check, "", "", why)
	case k.Locked && k.Kind == store.InFile:
		d.fail(check, "put the key back where it was; without it the stored credentials are lost",
			"the %s does not open the store", k.Place)
	case k.Kind == store.InFile:
		d.warn(check, "lanyard key set keyring, or lanyard key set passphrase, keeps the key "+
			"apart from what it opens",
			"%s: whoever can read the whole directory can read the tokens", k.Place)
	case k.Kind == store.InEnv && d.p.getenv(keyVariable) == "":
		d.warn(check, "set it before lanyard starts; until then lists work, and nothing that "+
			"needs a token", "%s: it is not set", k.Place)
	case k.Kind == store.InCommand && len(d.cfg.StoreCommand) == 0:
		d.warn(check, `put [store] key = "command" and command back into the configuration`,
			"%s: the configuration names no command", k.Place)
	case k.Kind == store.InCommand:
		d.checkCommand(k.Place)
	case k.Locked:
		d.ok(check, "%s; it is asked for when a secret is needed", k.Place)
	default:
		d.ok(check, "%s", k.Place)
	}
}

// checkCommand checks whether the program of [store] command exists. It does not run it, because
// the program may ask for a password.
func (d *doctor) checkCommand(place string) {
	if _, err := exec.LookPath(d.cfg.StoreCommand[0]); err != nil {
		d.fail("key", "install it, or correct command below [store] in "+d.paths.Config, "%s: %v",
			place, config.PlainCause(err))
		return
	}
	d.ok("key", "%s: not tried, because doctor runs no command", place)
}

func modes(paths ...string) string {
	if runtime.GOOS == "windows" {
		return ""
	}
	var all []string
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil {
			all = append(all, fmt.Sprintf("%04o", info.Mode().Perm()))
		}
	}
	return ", modes " + strings.Join(all, " and ")
}

// checkSpace checks the free space on the disk that holds the store.
func (d *doctor) checkSpace() {
	dir := d.paths.State
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	free, ok := d.free(dir)
	switch {
	case !ok:
	case free < leastSpace:
		d.warn("space", "free some space, or use another place with --state: a token whose "+
			"answer cannot be stored is lost",
			"%d MiB are free on the disk of %s", free>>20, d.paths.State)
	default:
		d.ok("space", "%d MiB are free on the disk of %s", free>>20, d.paths.State)
	}
}

// checkWaiting reports revokes that no server has accepted yet, and requests whose answer was never
// seen.
func (d *doctor) checkWaiting(l ledger) {
	var undelivered []string
	var unsure []console.Token
	why := ""
	for _, t := range l.Tokens {
		if _, pending := console.DueAt(t); pending {
			undelivered = append(undelivered, t.Fingerprint)
			if t.RevokeError != "" {
				why = ": " + string(t.RevokeReason())
			}
		}
		if t.Unsure != nil {
			unsure = append(unsure, t)
		}
	}
	if n := len(undelivered); n > 0 {
		d.warn("outbox",
			"a running console tries again, and so does the next token, renew, revoke, probe "+
				"or introspect; lanyard revocations says when",
			"%s not yet accepted by the server (%s)%s", text.Count(n, "revoke"),
			firstFew(undelivered), why)
	} else {
		d.ok("outbox", "no revoke is waiting")
	}
	advice := func(m console.Mark) string {
		regime := l.app[m.AppID].Environment.Regime
		return console.FaceCommands().Says(console.MarkAdvice(m, regime, d.p.clock()))
	}
	for _, m := range l.Marks[:min(len(l.Marks), 3)] {
		a := l.app[m.AppID]
		d.warn("unsure", "lanyard token "+shellQuote(string(a.Label()))+" --fresh: "+advice(m),
			"a get for %s was sent at %s and its answer never seen", a.Label(),
			m.SentAt.Local().Format(time.DateTime))
	}
	if n := len(unsure); n > 0 {
		m := *unsure[0].Unsure
		d.warn("unsure", "lanyard renew "+unsure[0].Fingerprint+": "+advice(m),
			"%s whose refresh was sent and its answer never seen (%s)", text.Count(n, "token"),
			firstFew(fingerprints(unsure)))
	}
}

// checkGateways reports gateways that accepted a token for longer than they should.
func (d *doctor) checkGateways(b console.Board) {
	for _, e := range b.Environments {
		if l := b.Longer[string(e.Name)]; l.By > 0 {
			d.warn("gateway",
				"set cache_ttl of the environment to what its gateway does, or to \"expiry\"",
				"%s: %s than expected, at %s", e.Name, describe.Longer(l),
				l.At.Local().Format(time.DateTime))
		}
	}
}

func fingerprints(tokens []console.Token) (all []string) {
	for _, t := range tokens {
		all = append(all, t.Fingerprint)
	}
	return all
}

// firstFew joins the first names of a long list.
func firstFew(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// checkPast warns if a stored time is in the future: then the clock was set back.
func (d *doctor) checkPast(ctx context.Context, b console.Board, svc *console.Service) {
	var last time.Time
	seen := func(times ...time.Time) {
		for _, t := range times {
			if t.After(last) {
				last = t
			}
		}
	}
	for _, t := range b.Tokens {
		seen(t.IssuedAt, t.ReplacedAt, t.AcceptedAt, t.RefreshAcceptedAt, t.SeenAt, t.AtServerAt)
		for _, p := range t.Probes {
			seen(p.At)
		}
	}
	for _, m := range b.Marks {
		seen(m.SentAt)
	}
	if log, err := svc.Log(ctx); err == nil {
		for _, e := range log {
			seen(e.At)
		}
	}
	if ahead := last.Sub(d.p.clock()); ahead > time.Second {
		d.warn("clock", setClock+"; until then countdowns are too long by that much",
			"the newest record in the store is from %s, which is %s from now: the clock was "+
				"set back", last.Local().Format(time.DateTime), console.Left(ahead))
	}
}

const setClock = "set the clock of this machine, preferably from the network " +
	"(timedatectl set-ntp true)"
