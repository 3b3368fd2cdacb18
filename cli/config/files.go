package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// holds is the expected content of a file that the configuration names.
type holds int

const (
	holdsCertificates holds = iota
	holdsKey                // a TLS key, without or with its certificates
	holdsSecret             // a secret of one line
	holdsLines              // a secret that may have several
)

// holdsOf returns the expected content of a file with a kind of secret.
func holdsOf(kind console.SecretKind) holds {
	if kind.Lines() {
		return holdsLines
	}
	return holdsSecret
}

// namedFile is a file that the configuration names.
type namedFile struct {
	key   string // as in messages
	place text.Place
	path  string
	holds holds
}

// file reads a file name; "" if it is absent. A relative name starts at the folder of the
// configuration, and ~ is a home directory.
func (s section) file(key string, what holds) string {
	name := s.text(key, "")
	if name == "" {
		return ""
	}
	path, why, hint := s.r.fullPath(name)
	if why != "" {
		s.bad(key, why, hint)
		return ""
	}
	s.r.cfg.named = append(s.r.cfg.named, namedFile{s.label + key, s.spot(key).Value, path, what})
	return path
}

// fullPath returns the absolute path of a file name, or why there is none and a hint.
func (r *reader) fullPath(name string) (path, why, hint string) {
	if !strings.HasPrefix(name, "~") {
		if filepath.IsAbs(name) {
			return name, "", ""
		}
		return filepath.Join(r.dir, name), "", ""
	}
	who, rest := name[1:], ""
	if i := strings.IndexFunc(name,
		func(c rune) bool { return c == '/' || c == filepath.Separator }); i > 0 {
		who, rest = name[1:i], name[i:]
	}
	dir, err := r.home(who)
	switch _, unknown := errors.AsType[user.UnknownUserError](err); {
	case unknown:
		return "", "there is no user " + text.Key(who),
			"a file whose own name begins with ~ is written ./~…"
	case err != nil && who == "":
		return "", "the home directory is not known", "set HOME, or write the whole path"
	case err != nil:
		return "", "the home directory of user " + text.Key(who) + " is not known",
			"write the whole path"
	}
	return filepath.Join(dir, rest), "", ""
}

// check opens a named file and returns what is wrong with it, worded to follow its name. With a
// warning the file can still be used.
func (f namedFile) check(ctx context.Context) (problem, warning error) {
	most := MaxSize
	if f.holds == holdsSecret || f.holds == holdsLines {
		most = MaxSecret
	}
	data, mode, err := readUnlessPipe(ctx, f.path, most)
	defer clear(data)
	if err == nil {
		err = f.read(data)
	}
	if _, failed := errors.AsType[syscall.Errno](err); failed || errors.Is(err, errTooSlow) {
		err = fmt.Errorf("cannot be read: %w", err)
	}
	switch {
	case errors.Is(err, errPipe):
		return nil, err
	case err != nil:
		return err, nil
	case f.holds != holdsCertificates && mode.IsRegular() && OpenToOthers(mode):
		return nil, fmt.Errorf("can be used by other users (%04o)", mode.Perm())
	}
	return nil, nil
}

// OpenToOthers reports whether the mode gives other users any access. On Windows it is false.
func OpenToOthers(mode fs.FileMode) bool {
	return runtime.GOOS != "windows" && mode.Perm()&0o077 != 0
}

// read returns what is wrong with the content. The TLS client parses certificates and keys.
func (f namedFile) read(data []byte) (err error) {
	switch {
	case len(data) == 0:
		err = secret.ErrEmpty
	case f.holds == holdsLines:
		_, err = secret.ReadLines(string(data))
	case f.holds == holdsSecret:
		_, err = secret.Read(string(data))
	}
	return err
}

// fileProblem returns the problem for an error about a TLS file of an environment, with the place
// of its key.
func (c *Config) fileProblem(e console.Environment, wrong *tokenapi.Error) Problem {
	p := Problem{
		Key:  fmt.Sprintf("environment %q: %s", e.Name, wrong.Op),
		Text: strings.TrimPrefix(wrong.Error(), wrong.Op+": "), Hint: wrong.Hint,
	}
	for _, f := range c.named {
		if f.key == p.Key {
			p.Line, p.Column = f.place.Line, f.place.Column
		}
	}
	return p
}

// CheckNamed opens every file that the configuration names. It calls client, which parses
// certificates and keys, for each environment whose files can be read. The error is an *Error,
// unless ctx has ended. The warnings are about files that can still be used.
func (c *Config) CheckNamed(ctx context.Context,
	client func(console.Environment) error) (warnings []string, err error) {
	var problems []Problem
	bad := map[string]bool{} // paths
	for _, f := range c.named {
		problem, warning := f.check(ctx)
		if ctx.Err() != nil {
			return warnings, ctx.Err()
		}
		p := Problem{Line: f.place.Line, Column: f.place.Column, Key: f.key}
		switch {
		case problem != nil:
			bad[f.path] = true
			p.Text = "file " + strconv.Quote(f.path) + " " + problem.Error()
			problems = append(problems, p)
		case errors.Is(warning, errPipe):
			bad[f.path] = true // a pipe is not read
			fallthrough
		case warning != nil:
			p.Text = "file " + strconv.Quote(f.path) + " " + warning.Error()
			if !errors.Is(warning, errPipe) {
				p.Hint = "chmod 600"
			}
			warnings = append(warnings, p.In(c.Path))
		}
	}
	for _, e := range c.Environments {
		named := []string{e.CAFile, e.ClientCert, e.ClientKey}
		if slices.ContainsFunc(named, func(path string) bool { return bad[path] }) {
			continue
		}
		if wrong, ok := errors.AsType[*tokenapi.Error](client(e)); ok {
			problems = append(problems, c.fileProblem(e, wrong))
		}
	}
	if len(problems) == 0 {
		return warnings, nil
	}
	slices.SortStableFunc(problems, byPlace)
	return warnings, &Error{File: c.Path, Problems: problems}
}

// LookAtFile opens the file of a reference to a kind of secret, and returns what is wrong with it,
// worded to follow its name. With a warning the file can still be used. It does not open a pipe.
func (r SecretRef) LookAtFile(ctx context.Context,
	kind console.SecretKind) (problem, warning error) {
	problem, warning = namedFile{path: r.File, holds: holdsOf(kind)}.check(ctx)
	if errors.Is(warning, errPipe) {
		warning = nil
	}
	return problem, warning
}
