package config

import (
	"path/filepath"
	"strings"

	"lanyard/text"
	"lanyard/themes"
)

// ThemesBeside returns the folder of the themes beside a configuration file.
func ThemesBeside(config string) string { return filepath.Join(filepath.Dir(config), "themes") }

// LoadThemes reads the themes beside a configuration file. A theme with errors does not make the
// configuration invalid.
func LoadThemes(config string) (themes.Set, []themes.Problem) {
	return themes.Load(regularFiles{ThemesBeside(config)})
}

// theme reads the name of a theme. It only checks that there is such a theme: its errors are
// reported when it is drawn with.
func (s section) theme(set themes.Set) string {
	name := s.text("theme", themes.Names()[0])
	s.r.cfg.themeSaid = s.values["theme"] != nil
	if set.Has(name) {
		return name
	}
	s.bad("theme", "must be one of "+strings.Join(set.Names(), ", ")+
		", or the name of a file in themes/ beside this one", text.DidYouMean(name, set.Names()))
	return themes.Names()[0]
}

// ThemeProblem returns a problem of a theme beside a configuration file as a line:
// file:line:column: key: what is wrong (hint).
func ThemeProblem(config string, p themes.Problem) string {
	return Problem{
		Line: p.Line, Column: p.Column, Key: p.Key, Text: p.Text, Hint: p.Hint,
	}.In(filepath.Join(ThemesBeside(config), p.File))
}
