package themes

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lanyard/text"
)

// Problem is an error in a file of a theme, or a warning about it. Line is 0 if the problem is
// about the file as a whole. A Problem never holds a line of the file.
type Problem struct {
	File         string // seen from the folder of the themes
	Line, Column int    // from 1; the column counts characters
	Key          string
	Text, Hint   string
	Warning      bool // the theme can be used all the same
}

// Set holds the built-in themes and those of a folder. The zero Set has the built-in themes only.
type Set struct {
	own    []Theme // by name
	broken []string
}

const (
	mostFile  = 64 << 10 // bytes; no theme is larger
	mostFiles = 200
)

// Load reads the themes of a folder, one from each NAME.toml. It ignores hidden files and other
// names. A file with an error gives no theme, and Load returns all its problems. A folder that does
// not exist is empty.
func Load(folder fs.FS) (Set, []Problem) {
	entries, err := fs.ReadDir(folder, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return Set{}, nil
	}
	var problems []Problem
	if err != nil {
		problems = append(problems, Problem{Text: "cannot be read: " + cause(err)})
	}
	drafts := map[string]*draft{}
	for _, e := range entries {
		name, isTheme := strings.CutSuffix(e.Name(), ".toml")
		if !isTheme || strings.HasPrefix(name, ".") {
			continue
		}
		if len(drafts) == mostFiles {
			text := fmt.Sprintf("has more than %d themes; the rest is not read", mostFiles)
			problems = append(problems, Problem{Text: text, Warning: true})
			break
		}
		d := open(folder, e.Name())
		if bad := badName(name); bad != "" {
			d = draft{problems: []Problem{{Text: bad, Hint: "the file's name is the theme's"}}}
		}
		d.theme.name, d.theme.file = name, e.Name()
		drafts[name] = &d
	}
	var s Set
	for _, name := range sorted(drafts) {
		d := drafts[name]
		d.resolve(drafts)
		for i := range d.problems {
			d.problems[i].File = d.theme.file
		}
		slices.SortStableFunc(d.problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
				cmp.Compare(a.Key, b.Key))
		})
		problems = append(problems, d.problems...)
		if d.broken() {
			s.broken = append(s.broken, name)
			continue
		}
		d.theme.replaces = slices.Contains(Names(), name)
		s.own = append(s.own, d.theme)
	}
	return s, problems
}

func sorted(drafts map[string]*draft) []string {
	names := make([]string, 0, len(drafts))
	for name := range drafts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func open(folder fs.FS, file string) draft {
	bad := func(text string) draft { return draft{problems: []Problem{{Text: text}}} }
	info, err := fs.Stat(folder, file)
	switch {
	case err != nil:
		return bad("cannot be read: " + cause(err))
	case !info.Mode().IsRegular(): // a pipe would be waited for
		return bad("is not a file")
	}
	f, err := folder.Open(file)
	if err != nil {
		return bad("cannot be read: " + cause(err))
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, mostFile+1))
	switch {
	case err != nil:
		return bad("cannot be read: " + cause(err))
	case len(text) > mostFile:
		return bad("is larger than 64 KiB; is this a theme?")
	case !utf8.Valid(text):
		return bad("is not UTF-8 text")
	}
	return read(strings.TrimPrefix(string(text), "\ufeff"))
}

// cause returns an error of the file system without its path, which the message already names.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// badName returns why a theme cannot have this name, or "".
func badName(name string) string {
	odd := func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	switch {
	case name == "":
		return "has no name"
	case utf8.RuneCountInString(name) > 40:
		return "has a name of more than 40 characters"
	case strings.ContainsFunc(name, odd):
		return "has a name with other characters than letters, digits, - _ and ."
	}
	return ""
}

// Names lists all themes: the built-in ones, then the others by name.
func (s Set) Names() []string {
	names := Names()
	for _, t := range s.own {
		if !t.replaces {
			names = append(names, t.name)
		}
	}
	return names
}

// ByName returns a theme. A theme of the folder comes before a built-in one of the same name. "" is
// auto.
func (s Set) ByName(name string) (Theme, error) {
	name = cmp.Or(name, Names()[0])
	for _, t := range s.own {
		if t.name == name {
			return t, nil
		}
	}
	switch {
	case slices.Contains(s.broken, name):
		return Theme{}, fmt.Errorf("theme %s: %w", name, ErrBroken)
	case slices.Contains(Names(), name):
		return builtIn(name)
	}
	return Theme{}, fmt.Errorf("no theme %q: there are %s", name, list(s.Names()))
}

// ErrBroken is in the chain of the error of ByName if the theme's file has errors.
var ErrBroken = errors.New("its file has errors")

// All returns every theme without errors, in the order of Names.
func (s Set) All() []Theme {
	var all []Theme
	for _, name := range s.Names() {
		if t, err := s.ByName(name); err == nil {
			all = append(all, t)
		}
	}
	return all
}

// Has reports whether there is a file or a built-in theme with that name, even if the file has
// errors.
func (s Set) Has(name string) bool {
	return slices.Contains(s.Names(), name) || slices.Contains(s.broken, name)
}

// base finds the theme that another one extends: a theme of the folder, or a built-in one. A theme
// that extends its own name means the built-in one.
func base(of *draft, drafts map[string]*draft, chain []string) (Theme, string, string) {
	name := of.extends
	if d, own := drafts[name]; own && name != of.theme.name {
		if slices.Contains(chain, name) {
			return Theme{}, "goes in a circle: " + strings.Join(append(chain, name), ", "), ""
		}
		d.resolveIn(drafts, append(chain, name))
		if d.broken() {
			return Theme{}, text.Key(name) + ".toml has errors", ""
		}
		return d.theme, "", ""
	}
	if slices.Contains(Names(), name) {
		t, err := builtIn(name)
		if err != nil {
			return Theme{}, err.Error(), ""
		}
		return t, "", ""
	}
	known := Names()
	for other := range drafts {
		if other != of.theme.name {
			known = append(known, other)
		}
	}
	return Theme{}, "there is no such theme", text.DidYouMean(name, known)
}
