package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
)

// certificateWarning is the remaining validity of a certificate from which on doctor warns.
const certificateWarning = 14 * 24 * time.Hour

func (d *doctor) checkConfig() {
	const check = "configuration"
	d.cfg = config.Default()
	var err error
	if d.paths, err = d.p.paths(); err != nil {
		d.bad = true
		d.fail(check, "set HOME, or name both with --config and --state", "%v", err)
		return
	}
	cfg, err := d.paths.Load(d.p.ctx)
	if c, ok := asConfigError(err); ok {
		d.bad = true
		for _, p := range c.Problems {
			fix := p.Hint
			if p.Hint = ""; fix == "" {
				fix = "correct it there; lanyard config init writes an example that has every key"
			}
			d.fail(check, fix, "%s", p.In(c.File))
		}
		return
	}
	if err != nil {
		d.bad = true
		d.failErr(check, "", "lanyard config check", err)
		return
	}
	d.cfg = cfg
	if !cfg.Found {
		d.warn(check, "lanyard config init writes an example; lanyard demo needs none",
			"there is no %s", d.paths.Config)
		return
	}
	d.ok(check, "%s: %s, %s", cfg.Path, text.Count(len(cfg.Environments), "environment"),
		text.Count(len(cfg.Applications), "application"))
	for _, w := range cfg.Warnings {
		text, fix, ok := strings.Cut(w, "; ")
		if !ok {
			text, fix = strings.TrimSuffix(w, " (chmod 600)"), "chmod 600 "+shellQuote(cfg.Path)
		}
		d.warn(check, fix, "%s", text)
	}
	d.checkConfigMode()
}

// checkConfigMode reports whether other users can write the configuration. They could then add
// commands that Lanyard runs, or servers that it sends secrets to.
func (d *doctor) checkConfigMode() {
	if runtime.GOOS == "windows" {
		return
	}
	path, err := filepath.EvalSymlinks(d.cfg.Path)
	if err != nil {
		path = d.cfg.Path
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o022 != 0 {
		d.fail("configuration", "chmod 600 "+shellQuote(path),
			"%s can be written by other users (%04o), who could send secrets elsewhere", path,
			info.Mode().Perm())
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o022 != 0 &&
		info.Mode()&os.ModeSticky == 0 {
		d.fail("configuration", "chmod go-w "+shellQuote(dir),
			"%s can be written by other users (%04o), who could put another configuration there",
			dir, info.Mode().Perm())
	}
}

// checkFiles reads the TLS files that the environments name.
func (d *doctor) checkFiles() {
	for _, e := range d.envs {
		var named []string
		for _, f := range []struct{ key, path string }{
			{"ca_file", e.CAFile}, {"client_cert", e.ClientCert}, {"client_key", e.ClientKey},
		} {
			if f.path != "" {
				named = append(named, f.key+" "+f.path)
			}
		}
		if len(named) == 0 {
			continue
		}
		if _, err := d.p.client(e, nil); err != nil {
			about := e.Name + ": "
			if strings.HasPrefix(err.Error(), "environment ") {
				about = ""
			}
			d.failErr("files", string(about),
				"put the file there, or correct its name in "+d.paths.Config, err)
			continue
		}
		d.ok("files", "%s: %s", e.Name, strings.Join(named, ", "))
		d.checkOwnCertificate(e)
	}
}

// checkOwnCertificate checks the expiry of a TLS client certificate, and who can read its key.
func (d *doctor) checkOwnCertificate(e console.Environment) {
	data, _, err := config.ReadFile(d.p.ctx, e.ClientCert, config.MaxSize)
	if err != nil {
		return // there is none, or checkFiles reported the error
	}
	if certs, err := tokenapi.Certificates("client_cert", data); err == nil {
		d.checkEnd("files", string(e.Name)+": client_cert "+e.ClientCert,
			"get a new certificate from whoever runs the server", certs[0].NotAfter)
	}
	key := e.ClientKey
	if key == "" {
		key = e.ClientCert
	}
	if info, err := os.Stat(key); err == nil && config.OpenToOthers(info.Mode()) {
		d.warn("files", "chmod 600 "+shellQuote(key),
			"%s: client_key %s can be used by other users (%04o)", e.Name, key, info.Mode().Perm())
	}
}

// checkEnd reports a certificate that has expired or will soon expire. It prints nothing about
// others.
func (d *doctor) checkEnd(check, what, fix string, end time.Time) {
	switch left := end.Sub(d.p.clock()); {
	case left <= 0:
		d.fail(check, fix, "%s expired on %s", what, end.UTC().Format(time.DateOnly))
	case left < certificateWarning:
		d.warn(check, fix,
			"%s expires on %s, in %s", what, end.UTC().Format(time.DateOnly), console.Left(left))
	}
}

// checkSecrets reports for each application where its secrets are, without fetching them. stored
// are the applications of the store.
func (d *doctor) checkSecrets(stored []console.Application) {
	for _, a := range d.cfg.Applications {
		same := func(e console.Environment) bool { return e.Name == a.Environment.Name }
		if !slices.ContainsFunc(d.envs, same) {
			continue
		}
		for _, kind := range config.SecretKinds() {
			ref := d.cfg.Secrets[config.SecretName{App: a.ConfigID, Kind: kind}]
			what := strings.ReplaceAll(string(kind), "_", " ") + " of " + string(a.Label())
			switch {
			case ref.Stored:
				d.checkStored(a, what, stored)
			case !ref.IsZero():
				d.checkReference(what, kind, ref)
			case kind == a.Credential():
				d.fail("secret", "give "+string(kind)+" as "+config.SaferForms,
					"%s: none is configured", what)
			case kind == console.Password && a.Grant == console.GrantPassword:
				d.ok("secret", "%s: asked for on a terminal", what)
			}
		}
	}
	for _, a := range stored {
		if a.Source == console.FromStore && a.Secret == console.SecretMissing {
			d.fail("secret", "lanyard apps set-secret "+shellQuote(string(a.Label())),
				"secret of %s: not in the store", a.Label())
		}
	}
}

func (d *doctor) checkStored(a console.Application, what string, stored []console.Application) {
	for _, s := range stored {
		if s.ConfigID == a.ConfigID && s.Secret == console.SecretAvailable {
			d.ok("secret", "%s: in the store", what)
			return
		}
	}
	d.fail("secret", "lanyard apps set-secret "+shellQuote(string(a.Label())),
		"%s: not in the store, where the configuration says it is", what)
}

// checkReference checks whether the variable, program or file of a reference exists.
func (d *doctor) checkReference(what string, kind console.SecretKind, ref config.SecretRef) {
	at, key := d.paths.Config, string(kind)
	switch {
	case ref.Env != "":
		if v, ok := d.p.lookup(ref.Env); !ok || v == "" {
			tell := d.fail
			if kind == console.SubjectToken || kind == console.Assertion {
				tell = d.warn // it changes with every use, and may be set only then
			}
			tell("secret", "set it before lanyard starts, or change "+key+" in "+at,
				"%s: %s is not set", what, ref)
			return
		} else if _, err := kind.Read(v); err != nil {
			d.fail("secret", "set it to the secret alone", "%s: %s %v", what, ref, err)
			return
		}
	case len(ref.Command) > 0:
		if _, err := exec.LookPath(ref.Command[0]); err != nil {
			d.fail("secret", "install it, or change "+key+" in "+at, "%s: %s is not there: %v",
				what, ref, config.PlainCause(err))
			return
		}
	case ref.File != "":
		problem, warning := ref.LookAtFile(d.p.ctx, kind)
		switch {
		case problem != nil:
			d.fail("secret", "put the secret there, or change "+key+" in "+at,
				"%s: %s %v", what, ref, problem)
			return
		case warning != nil:
			d.warn("secret", "chmod 600 "+shellQuote(ref.File), "%s: %s %v", what, ref, warning)
			return
		}
	}
	where := ref.String()
	if !ref.Literal.IsZero() {
		where = "in the configuration itself"
	}
	d.ok("secret", "%s: %s", what, where)
}
