package config

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"lanyard/console"
	"lanyard/text"
	"lanyard/themes"
	"lanyard/tokenapi/secret"
)

// Parse decodes and checks the text of a configuration file. Relative paths in it start at the
// folder of name. The file may name the built-in themes and the own ones. Every error is an *Error
// with all problems.
func Parse(name string, data []byte, own themes.Set) (*Config, error) {
	r := &reader{cfg: Default(), dir: filepath.Dir(name), themes: own, home: homeOf}
	r.decode(strings.TrimPrefix(string(data), "\ufeff"))
	slices.SortStableFunc(r.problems, byPlace)
	if len(r.problems) > 0 {
		return nil, &Error{File: name, Problems: r.problems}
	}
	slices.SortStableFunc(r.warnings, byPlace)
	for _, w := range r.warnings {
		r.cfg.Warnings = append(r.cfg.Warnings, w.In(name))
	}
	return r.cfg, nil
}

func byPlace(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Key, b.Key))
}

// reader turns a file into a Config. It decodes the file into plain maps and checks them
// afterwards, because only that reports all problems, each at its place.
type reader struct {
	cfg      *Config
	dir      string
	themes   themes.Set // themes that the file may name
	places   text.Places
	problems []Problem
	warnings []Problem
	// returns the home directory of a user; "" is the current one
	home func(user string) (string, error)
}

func (r *reader) decode(file string) {
	if len(file) > MaxSize {
		r.problems = append(r.problems,
			Problem{Text: "is larger than 1 MiB; is this the configuration?"})
		return
	}
	if !utf8.ValidString(file) {
		// 0xff is never in valid UTF-8
		first := strings.IndexByte(strings.ToValidUTF8(file, "\xff"), 0xff)
		r.problem(text.PlaceAt(file, first), "", "is not UTF-8 text", "")
		return
	}
	found, tooFar := text.FindKeys(file)
	if tooFar.Line > 0 {
		r.problem(tooFar, "", "is nested too deeply", "")
		return
	}
	var values map[string]any
	if _, err := toml.Decode(file, &values); err != nil {
		r.problems = append(r.problems, syntaxProblem(file, err))
		return
	}
	r.places = found
	r.file(section{r: r, values: values, keys: topKeys()})
}

func (r *reader) problem(p text.Place, key, why, hint string) {
	r.problems = append(r.problems,
		Problem{Line: p.Line, Column: p.Column, Key: key, Text: why, Hint: hint})
}

// section is a table of the file with the keys that it may have.
type section struct {
	r      *reader
	path   string // "" for the top, else made by text.Path
	label  string // prefix of keys in messages: `environment "cloud": `
	values map[string]any
	keys   map[string]kind
}

func (s section) spot(key string) text.Spot {
	if sp, ok := s.r.places[text.Path(s.path, key)]; ok {
		return sp
	}
	return s.r.places[s.path] // a missing key: the place of its table
}

// bad reports the value of a key.
func (s section) bad(key, why, hint string) {
	s.r.problem(s.spot(key).Value, s.label+text.Key(key), why, hint)
}

// check reports every key that is unknown or of the wrong type. Code that reads the section
// afterwards treats a key of the wrong type as absent.
func (s section) check() {
	for key, v := range s.values {
		k, known := s.keys[key]
		switch {
		case !known:
			s.r.problem(s.spot(key).Key, s.label+text.Key(key), "unknown key",
				strayHint(key, s.keys))
		case !k.fits(v):
			s.bad(key, k.requirement(key), "")
		}
	}
}

// notSupported refuses a key whose feature does not exist yet.
func (s section) notSupported(key string) {
	s.r.problem(s.spot(key).Key, s.label+text.Key(key), "not supported yet", "")
}

func (k kind) fits(v any) bool {
	ok := false
	switch k {
	case str, span:
		_, ok = v.(string)
	case flag:
		_, ok = v.(bool)
	case list:
		_, ok = texts(v)
	case secretRef:
		if _, ok = v.(string); !ok {
			_, ok = v.(map[string]any)
		}
	case choice:
		word, isText := v.(string)
		_, ok = v.(bool)
		ok = ok || isText && word == "auto"
	case strokes:
		if _, ok = v.(string); !ok {
			_, ok = texts(v)
		}
	case form, fields, table:
		_, ok = v.(map[string]any)
	case tables:
		_, ok = maps(v)
	}
	return ok
}

func (k kind) requirement(key string) string {
	switch k {
	case span:
		return `must be a duration in quotes, such as "15m"`
	case flag:
		return "must be true or false, without quotes"
	case list:
		return `must be a list of texts, such as ["a", "b"]`
	case secretRef:
		return "must be a text in quotes or " + SaferForms
	case choice:
		return `must be "auto", true or false`
	case strokes:
		return `must be a key or a list of keys, such as "r" or ["r", "f5"]`
	case form:
		return `must be a table, such as { validity_period = "3600" }`
	case fields:
		return `must be a table, such as { X-Tenant = "acme" }`
	case table:
		return "must be a table that begins with [" + key + "]"
	case tables:
		return "must begin with two brackets: [[" + key + "]]"
	}
	return "must be a text in quotes"
}

func texts(v any) ([]string, bool) {
	items, ok := v.([]any)
	out := make([]string, 0, len(items))
	for _, item := range items {
		t, isText := item.(string)
		out, ok = append(out, t), ok && isText
	}
	return out, ok
}

func maps(v any) ([]map[string]any, bool) {
	if m, ok := v.([]map[string]any); ok {
		return m, true
	}
	items, ok := v.([]any)
	out := make([]map[string]any, 0, len(items))
	for _, item := range items {
		m, isTable := item.(map[string]any)
		out, ok = append(out, m), ok && isTable
	}
	return out, ok
}

func (s section) text(key, absent string) string {
	if v, ok := s.values[key].(string); ok {
		return v
	}
	return absent
}

func (s section) flag(key string) bool { v, _ := s.values[key].(bool); return v }

func (s section) list(key string) []string {
	if v, ok := texts(s.values[key]); ok && len(v) > 0 {
		return v
	}
	return nil
}

// oneOf reads one of words; the first is the default.
func oneOf[T ~string](s section, key string, words ...T) T {
	v, ok := s.values[key].(string)
	if !ok || slices.Contains(words, T(v)) {
		return T(s.text(key, string(words[0])))
	}
	known := make([]string, len(words))
	for i, word := range words {
		known[i] = string(word)
	}
	list := strings.Join(known, ", ")
	if known[0] == "" {
		list = strings.Join(known[1:], ", ") + ", or empty"
	}
	s.bad(key, "must be one of "+list, text.DidYouMean(v, known))
	return words[0]
}

// span reads a duration.
func (s section) span(key string, absent time.Duration) time.Duration {
	return s.spanWith(key, absent, console.Span)
}

// spanWith reads a duration with read.
func (s section) spanWith(key string, absent time.Duration,
	read func(string) (time.Duration, string)) time.Duration {
	return s.spanWithExample(key, absent, read, `write it like "15m" or "45s"`)
}

// spanWithExample is spanWith with its own example in the hint.
func (s section) spanWithExample(key string, absent time.Duration,
	read func(string) (time.Duration, string), example string) time.Duration {
	v, ok := s.values[key].(string)
	if !ok {
		return absent
	}
	d, why := read(v)
	switch why {
	case "":
		return d
	case console.NoSpan, console.NoCacheSpan:
		s.bad(key, why, example)
	default:
		s.bad(key, why, "")
	}
	return absent
}

// SaferForms lists the forms of a secret that keep it out of the file.
const SaferForms = `{ env = "NAME" }, { command = ["pass", "show", "NAME"] } or { file = "PATH" }`

// ref reads a secret or a reference to one.
func (s section) ref(key string) SecretRef {
	inner := section{
		r: s.r, path: text.Path(s.path, key), label: s.label + key + ".",
		keys: map[string]kind{
			"env": str, "command": list, "file": str, "stored": flag,
		},
	}
	switch v := s.values[key].(type) {
	case string:
		text, err := console.SecretKind(key).Read(v)
		if err != nil {
			hint := ""
			if errors.Is(err, secret.ErrEmpty) {
				hint = "leave it out, or use " + SaferForms
			}
			s.bad(key, err.Error(), hint)
		}
		return SecretRef{Literal: text}
	case map[string]any:
		inner.values = v
	default:
		return SecretRef{}
	}
	before := len(s.r.problems)
	inner.check()
	if len(s.r.problems) > before {
		return SecretRef{}
	}
	if len(inner.values) != 1 {
		s.bad(key, "must be exactly one of "+SaferForms, "")
		return SecretRef{}
	}
	if inner.values["stored"] != nil {
		switch {
		case key != "consumer_secret" && key != "signing_key":
			inner.bad("stored", "is only for consumer_secret and signing_key", "")
		case !inner.flag("stored"):
			inner.bad("stored", "must be true", "")
		}
		return SecretRef{Stored: true}
	}
	ref := SecretRef{
		Lines: console.SecretKind(key).Lines(), Env: inner.text("env", ""),
		Command: inner.list("command"), File: inner.text("file", ""),
	}
	switch {
	case ref.File != "":
		ref.File = inner.file("file", holdsOf(console.SecretKind(key)))
	case len(ref.Command) > 0 && ref.Command[0] != "":
	case strings.HasPrefix(ref.Env, "$"):
		inner.bad("env", "must be the name of the variable", "without the $")
	case ref.Env != "" && !strings.ContainsAny(ref.Env, "= \t\r\n\x00"):
	default:
		for k := range inner.values {
			inner.bad(k, map[string]string{"env": "must be the name of an environment variable",
				"command": "must begin with the name of a program", "file": "is empty"}[k], "")
		}
	}
	return ref
}

// syntaxProblem describes a syntax error in words of our own. The messages of the library quote the
// line, which may hold a secret.
func syntaxProblem(file string, err error) Problem {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return Problem{Text: "is not valid TOML"}
	}
	where := text.PlaceOfError(file, pe.Position.Start)
	p := Problem{Line: where.Line, Column: where.Column, Text: "is not valid TOML"}
	for _, w := range []struct{ phrase, text, hint string }{
		{"has already been defined", "is defined twice", ""},
		{"was already created", "is written both as [table] and in another way", ""},
		{"strings cannot contain newlines", "the text is not closed on its line", ""},
		{"unexpected EOF", "the file ends inside a text, a list or a table",
			"is a quote or bracket not closed?"},
		{"expected value but found", "expected a value here", "texts need quotes"},
		{"escape", `\ starts an escape in "…", but this is no escape`,
			`write \\, or put a path in '…'`},
		{"hexadecimal", `\ starts an escape in "…", but this is no escape`,
			`write \\, or put a path in '…'`},
		{"UTF-16", "is not UTF-8 text",
			"save it as UTF-8: in PowerShell, Set-Content -Encoding utf8"},
		{"control characters", "holds a control character", ""},
		{"top-level item to end", "expected the end of the line after the value", ""},
		{"'='", "expected = after the key", ""},
		{"comma", "expected a comma or the closing bracket", ""},
		{"table name", "expected a name and ] or ]]", ""},
		{"datetime", "is neither a number nor a date", "texts need quotes"},
		{"float", "is neither a number nor a date", "texts need quotes"},
		{"digit", "is neither a number nor a date", "texts need quotes"},
		{"out of range", "the number is too large", ""},
	} {
		if strings.Contains(pe.Message, w.phrase) {
			p.Text, p.Hint = w.text, w.hint
			if _, key, ok := strings.Cut(pe.Message, "Key '"); ok {
				key, _, _ = strings.Cut(key, "' ")
				p.Key = text.Key(key[strings.LastIndexByte(key, '.')+1:])
			}
			break
		}
	}
	return p
}
