package config

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Paths are the places of configuration and state.
type Paths struct {
	Config, State string
	NamedBy       string // the flag or variable that set Config; a missing file is then an error
}

// FindPaths returns the paths of configuration and state. It takes them from the flags, else from
// LANYARD_CONFIG and LANYARD_STATE, else from XDG variables, else from the system's defaults. goos
// may be another system than the current one.
func FindPaths(goos string, getenv func(string) string, home string,
	flagConfig, flagState string) (Paths, error) {
	p := Paths{
		Config: cmp.Or(flagConfig, getenv("LANYARD_CONFIG")),
		State:  cmp.Or(flagState, getenv("LANYARD_STATE")),
	}
	switch {
	case flagConfig != "":
		p.NamedBy = "--config"
	case p.Config != "":
		p.NamedBy = "LANYARD_CONFIG"
	default:
		folder, err := folder(goos, getenv, home, "XDG_CONFIG_HOME", "AppData", ".config")
		if err != nil {
			return Paths{}, errors.New("where is the configuration? " + err.Error() +
				"; name it with --config or LANYARD_CONFIG")
		}
		p.Config = join(goos, folder, "config.toml")
	}
	if p.State == "" {
		folder, err := folder(goos, getenv, home, "XDG_STATE_HOME", "LocalAppData", ".local/state")
		if err != nil {
			return Paths{}, errors.New("where is the state? " + err.Error() +
				"; name it with --state or LANYARD_STATE")
		}
		p.State = folder
	}
	return p, nil
}

// folder returns Lanyard's folder in one of the system's.
func folder(goos string, getenv func(string) string,
	home, xdg, windows, unix string) (string, error) {
	// XDG: "If an implementation encounters a relative path … it should … ignore it."
	if dir := getenv(xdg); absolute(goos, dir) {
		return join(goos, dir, "lanyard"), nil
	}
	if goos == "windows" {
		if dir := getenv(windows); absolute(goos, dir) {
			return join(goos, dir, "lanyard"), nil
		}
		return "", errors.New("%" + windows + "% is not set")
	}
	if !absolute(goos, home) {
		return "", errors.New("there is no home directory")
	}
	if goos == "darwin" {
		return join(goos, home, "Library/Application Support", "lanyard"), nil
	}
	return join(goos, home, unix, "lanyard"), nil
}

func absolute(goos, p string) bool {
	if goos == "windows" {
		drive := len(p) > 2 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
		return drive || strings.HasPrefix(p, `\\`)
	}
	return path.IsAbs(p)
}

func join(goos string, parts ...string) string {
	if goos == "windows" {
		return strings.TrimRight(parts[0], `\/`) + `\` + strings.Join(parts[1:], `\`)
	}
	return path.Join(parts...)
}

// homeOf returns the home directory of a user of this machine; "" is the current one.
func homeOf(name string) (string, error) {
	dir := ""
	var err error
	if name == "" {
		dir, err = os.UserHomeDir()
	} else {
		var u *user.User
		if u, err = user.Lookup(name); err == nil {
			dir = u.HomeDir
		}
	}
	if err == nil && !filepath.IsAbs(dir) {
		err = errors.New("the home directory is not known")
	}
	return dir, err
}

// Load reads the configuration. A missing file is an error if a flag or variable named it. Load
// removes the environment variables that the configuration names as secrets, so that child
// processes do not inherit them.
func (p Paths) Load(ctx context.Context) (*Config, error) {
	// An absolute path stays valid if the working directory changes.
	file, err := filepath.Abs(p.Config)
	if err != nil {
		file = p.Config
	}
	cfg, err := Load(ctx, file)
	if err == nil && !cfg.Found && p.NamedBy != "" {
		return nil, &Error{
			File: p.Config, cause: fs.ErrNotExist, Problems: []Problem{{
				Text: "there is no such file; " + p.NamedBy + " names it",
				Hint: "name another, or run lanyard config init with this " + p.NamedBy +
					" to write one there",
			}},
		}
	}
	if err == nil {
		for _, name := range cfg.secretVariables() {
			_ = os.Unsetenv(name) // fails only for names that cannot be set
		}
	}
	return cfg, err
}

// secretVariables returns the sorted environment variables that the configuration names as secrets.
func (c *Config) secretVariables() []string {
	var names []string
	for _, ref := range c.Secrets {
		names = append(names, ref.Env)
	}
	for _, ref := range c.unused {
		names = append(names, ref.Env)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}
