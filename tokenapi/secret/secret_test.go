package secret_test

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/base32"
	"encoding/base64"
	"encoding/csv"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"expvar"
	"flag"
	"fmt"
	htmltemplate "html/template"
	"io"
	"log"
	"log/slog"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	texttemplate "text/template"

	"github.com/BurntSushi/toml"

	"lanyard/tokenapi/secret"
)

// canary holds a character that URL escaping and JSON change, so that each form below differs.
const canary = "cAnaRy/7f3+Zq=&9<Xw"

// leaks names the form in which the canary, or a part of it, is in out.
func leaks(out string) string {
	q := strconv.Quote(canary)
	js, _ := json.Marshal(canary)
	forms := map[string]string{
		"plain":         canary,
		"quoted":        q[1 : len(q)-1],
		"JSON":          string(js[1 : len(js)-1]),
		"HTML":          htmltemplate.HTMLEscapeString(canary),
		"query escaped": url.QueryEscape(canary),
		"path escaped":  url.PathEscape(canary),
		"hex":           hex.EncodeToString([]byte(canary)),
		"hex, spaced":   fmt.Sprintf("% x", canary),
		"hex, 0x":       fmt.Sprintf("%#v", []byte(canary)),
		"base64":        strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(canary)), "="),
		"base64url":     base64.RawURLEncoding.EncodeToString([]byte(canary)),
		"base32":        strings.TrimRight(base32.StdEncoding.EncodeToString([]byte(canary)), "="),
		"bytes":         strings.Trim(fmt.Sprintf("%d", []byte(canary)), "[]"),
		"runes":         strings.Trim(fmt.Sprintf("%U", []rune(canary)), "[]"),
		"a part":        "cAnaRy",
		"another part":  "Zq=",
	}
	low := strings.ToLower(out)
	for name, form := range forms {
		if strings.Contains(low, strings.ToLower(form)) {
			return name
		}
	}
	return ""
}

// Shapes that hold a Text.
type (
	exported   struct{ Token secret.Text }
	unexported struct{ token secret.Text }
	embedded   struct{ secret.Text }
	nested     struct{ Inner struct{ deep unexported } }
	pointers   struct{ token *secret.Text }
	attribute  struct {
		Token secret.Text `xml:"token,attr" toml:"token" json:"token"`
	}
	boxed     struct{ any any }
	withError struct{ err error }
)

type stringer struct{ t secret.Text }

func (s stringer) String() string { return "token=" + s.t.String() }

func shapes(t secret.Text) map[string]any {
	n := nested{}
	n.Inner.deep.token = t
	return map[string]any{
		"Text": t, "*Text": &t, "**Text": func() any { p := &t; return &p }(),
		"exported": exported{t}, "*exported": &exported{t}, "unexported": unexported{t},
		"*unexported": &unexported{t},
		"embedded":    embedded{t}, "*embedded": &embedded{t}, "nested": n, "*nested": &n,
		"pointer field": pointers{&t}, "boxed": boxed{t}, "boxed unexported": boxed{unexported{t}},
		"slice": []secret.Text{t}, "array": [1]secret.Text{t},
		"slice of unexported": []unexported{{t}},
		"slice of pointers":   []*secret.Text{&t}, "slice of any": []any{t, &t, unexported{t}},
		"map value":         map[string]secret.Text{"a": t},
		"map of unexported": map[string]unexported{"a": {t}},
		"map key":           map[stringerKey]int{{&t}: 1},
		"error":             withError{fmt.Errorf("x: %v", t)},
		"stringer":          stringer{t},
		"func":              func() secret.Text { return t }, "chan": make(chan secret.Text),
		"reflect":               reflect.ValueOf(t),
		"reflect of unexported": reflect.ValueOf(unexported{t}),
	}
}

type stringerKey struct{ p *secret.Text }

// Every verb, with every flag that changes its path through fmt, on every shape.
func TestFmtNeverLeaks(t *testing.T) {
	n := 0
	for name, v := range shapes(secret.New(canary)) {
		for _, verb := range "vTsqdxXtpUcobeEfFgGOwz" {
			for _, flags := range []string{"", "+", "#", " ", "-40", "040", ".3", "+#", "# ",
				"[1]"} {
				n++
				if how := leaks(fmt.Sprintf("%"+flags+string(verb), v)); how != "" {
					t.Errorf("%%%s%c of %s leaks: %s", flags, verb, name, how)
				}
			}
		}
	}
	t.Logf("%d probes", n)
}

// probe writes the secret somewhere in its own way. An encoder must also fail (refuses), because a
// stored mask would be read back as the credential.
type probe struct {
	name    string
	refuses bool
	write   func(w *bytes.Buffer, s secret.Text) error
}

func probes() []probe {
	ok := func(f func(w *bytes.Buffer, s secret.Text)) func(*bytes.Buffer, secret.Text) error {
		return func(w *bytes.Buffer, s secret.Text) error { f(w, s); return nil }
	}
	encode := func(f func(s secret.Text) ([]byte, error)) func(*bytes.Buffer, secret.Text) error {
		return func(w *bytes.Buffer, s secret.Text) error {
			b, err := f(s)
			w.Write(b)
			return err
		}
	}
	jsonOf := func(wrap func(secret.Text) any) func(*bytes.Buffer, secret.Text) error {
		return encode(func(s secret.Text) ([]byte, error) { return json.Marshal(wrap(s)) })
	}
	xmlOf := func(wrap func(secret.Text) any) func(*bytes.Buffer, secret.Text) error {
		return encode(func(s secret.Text) ([]byte, error) { return xml.Marshal(wrap(s)) })
	}
	gobOf := func(wrap func(secret.Text) any) func(*bytes.Buffer, secret.Text) error {
		return func(w *bytes.Buffer, s secret.Text) error {
			return gob.NewEncoder(w).Encode(wrap(s))
		}
	}
	tomlOf := func(wrap func(secret.Text) any) func(*bytes.Buffer, secret.Text) error {
		return func(w *bytes.Buffer, s secret.Text) error {
			return toml.NewEncoder(w).Encode(wrap(s))
		}
	}
	return []probe{
		{"fmt.Sprint", false, ok(func(w *bytes.Buffer, s secret.Text) { fmt.Fprint(w, s, &s) })},
		{"fmt.Sprintln", false,
			ok(func(w *bytes.Buffer, s secret.Text) { fmt.Fprintln(w, s, &s) })},
		{"fmt.Append", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				w.Write(fmt.Append(nil, s, unexported{s}))
			})},
		{"too many arguments", false,
			ok(func(w *bytes.Buffer, s secret.Text) { fmt.Fprintf(w, []string{"%%"}[0], s) })},
		{"as a width", false,
			ok(func(w *bytes.Buffer, s secret.Text) { fmt.Fprintf(w, []string{"%*d"}[0], s, 1) })},
		{"String", false, ok(func(w *bytes.Buffer, s secret.Text) { w.WriteString(s.String()) })},
		{"GoString", false,
			ok(func(w *bytes.Buffer, s secret.Text) { w.WriteString(s.GoString()) })},
		{"fmt.Errorf %v", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				w.WriteString(fmt.Errorf("get: %v", s).Error())
			})},
		{"fmt.Errorf wrapped twice", false, ok(func(w *bytes.Buffer, s secret.Text) {
			err := fmt.Errorf("outer: %w", fmt.Errorf("inner %q: %w", s, io.EOF))
			fmt.Fprintf(w, "%v %+v %#v %v", err, err, err, errors.Unwrap(err))
		})},
		{"errors.Join", false, ok(func(w *bytes.Buffer, s secret.Text) {
			fmt.Fprintf(w, "%+v", errors.Join(io.EOF, fmt.Errorf("%s", s)))
		})},
		{"panic value", false, ok(func(w *bytes.Buffer, s secret.Text) {
			defer func() { fmt.Fprintf(w, "%v %#v", recover(), s) }()
			panic(s)
		})},
		{"panic with a struct", false, ok(func(w *bytes.Buffer, s secret.Text) {
			defer func() { fmt.Fprintf(w, "%v", recover()) }()
			panic(unexported{s})
		})},
		{"log.Print", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				log.New(w, "", 0).Print(s, &s, unexported{s})
			})},
		{"log.Printf", false, ok(func(w *bytes.Buffer, s secret.Text) {
			log.New(w, "", 0).Printf("%s %+v %v", s, exported{s}, unexported{s})
		})},
		{"slog text", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				slog.New(slog.NewTextHandler(w, nil)).Info("m", "token", s)
			})},
		{"slog text, pointer", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				slog.New(slog.NewTextHandler(w, nil)).Info("m", "token", &s)
			})},
		{"slog text, struct", false, ok(func(w *bytes.Buffer, s secret.Text) {
			slog.New(slog.NewTextHandler(w, nil)).Info("m", "a", exported{s}, "b", unexported{s},
				"c", []secret.Text{s})
		})},
		{"slog JSON", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				slog.New(slog.NewJSONHandler(w, nil)).Info("m", "token", s)
			})},
		{"slog JSON, struct", false, ok(func(w *bytes.Buffer, s secret.Text) {
			slog.New(slog.NewJSONHandler(w, nil)).Info("m", "a", exported{s}, "b", unexported{s},
				"c", map[string]secret.Text{"x": s})
		})},
		{"slog group and With", false, ok(func(w *bytes.Buffer, s secret.Text) {
			slog.New(slog.NewJSONHandler(w, nil)).With("a", s).WithGroup("g").Info("m",
				slog.Group("h", "b", s), "c", slog.AnyValue(s))
		})},
		{"text/template", false, func(w *bytes.Buffer, s secret.Text) error {
			return texttemplate.Must(
				texttemplate.New("").Parse(
					`{{.Token}} {{printf "%x %q %d" .Token .Token .Token}} {{print .}} {{html `+
						`.Token}} {{js .Token}} {{urlquery .Token}}`,
				)).Execute(w, exported{s})
		}},
		{"html/template", false, func(w *bytes.Buffer, s secret.Text) error {
			return htmltemplate.Must(
				htmltemplate.New("").Parse(
					`<a href="/?t={{.Token}}" title='{{.Token}}'>{{.Token}} {{.}}</a>`)).Execute(w,
				exported{s})
		}},
		{"html/template, script", false, func(w *bytes.Buffer, s secret.Text) error {
			_ = htmltemplate.Must(
				htmltemplate.New("").Parse(`<script>let t = {{.Token}}</script>`)).Execute(w,
				exported{s})
			return nil // it may fail or not, but must not print the secret
		}},
		{"tabwriter", false, func(w *bytes.Buffer, s secret.Text) error {
			tw := tabwriter.NewWriter(w, 0, 8, 1, ' ', 0)
			fmt.Fprintf(tw, "a\t%v\t%s\n", s, s)
			return tw.Flush()
		}},
		{"csv", false, func(w *bytes.Buffer, s secret.Text) error {
			cw := csv.NewWriter(w)
			defer cw.Flush()
			return cw.Write([]string{fmt.Sprint(s)})
		}},
		{"url.Values", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				w.WriteString(url.Values{"t": {s.String()}}.Encode())
			})},
		{"strconv.Quote", false,
			ok(func(w *bytes.Buffer, s secret.Text) { w.WriteString(strconv.Quote(s.String())) })},
		// It prints the result of json.Marshal, and drops the error.
		{"expvar", false, ok(func(w *bytes.Buffer, s secret.Text) {
			w.WriteString(expvar.Func(func() any { return exported{s} }).String())
		})},
		{"flag default", false, ok(func(w *bytes.Buffer, s secret.Text) {
			fs := flag.NewFlagSet("x", flag.ContinueOnError)
			fs.SetOutput(w)
			fs.Var(flagValue{s}, "token", "a `token`")
			fs.PrintDefaults()
			fs.VisitAll(func(f *flag.Flag) { fmt.Fprintf(w, "%v %+v", f.DefValue, *f) })
		})},
		{"testing's own %v of a map", false,
			ok(func(w *bytes.Buffer,
				s secret.Text) {
				fmt.Fprintf(w, "%v %#v", shapes(s), shapes(s))
			})},

		{"json.Marshal", true, jsonOf(func(s secret.Text) any { return s })},
		{"json.Marshal, pointer", true, jsonOf(func(s secret.Text) any { return &s })},
		{"json.Marshal, struct", true, jsonOf(func(s secret.Text) any { return exported{s} })},
		{"json.Marshal, embedded", true, jsonOf(func(s secret.Text) any { return embedded{s} })},
		{"json.Marshal, string option", true,
			jsonOf(func(s secret.Text) any { return attribute{s} })},
		{"json.Marshal, slice", true, jsonOf(func(s secret.Text) any { return []secret.Text{s} })},
		{"json.Marshal, map", true,
			jsonOf(func(s secret.Text) any { return map[string]any{"t": s} })},
		{"json.MarshalIndent", true,
			encode(func(s secret.Text) ([]byte,
				error) {
				return json.MarshalIndent(exported{s}, "", " ")
			})},
		{"json.Encoder", true,
			func(w *bytes.Buffer,
				s secret.Text) error {
				return json.NewEncoder(w).Encode(exported{s})
			}},
		{"xml.Marshal", true, xmlOf(func(s secret.Text) any { return s })},
		{"xml.Marshal, struct", true, xmlOf(func(s secret.Text) any { return exported{s} })},
		{"xml.Marshal, attribute", true, xmlOf(func(s secret.Text) any { return attribute{s} })},
		{"xml.Marshal, slice", true, xmlOf(func(s secret.Text) any { return []secret.Text{s} })},
		{"gob", true, gobOf(func(s secret.Text) any { return s })},
		{"gob, struct", true, gobOf(func(s secret.Text) any { return exported{s} })},
		{"gob, slice", true, gobOf(func(s secret.Text) any { return []secret.Text{s} })},
		{"toml, struct", true, tomlOf(func(s secret.Text) any { return exported{s} })},
		{"toml, tagged", true, tomlOf(func(s secret.Text) any { return attribute{s} })},
		{"toml, map", true, tomlOf(func(s secret.Text) any { return map[string]any{"t": s} })},
		{"MarshalText in base64", true, encode(func(s secret.Text) ([]byte, error) {
			b, err := encoding.TextMarshaler(s).MarshalText()
			return []byte(base64.StdEncoding.EncodeToString(b)), err
		})},
		{"MarshalBinary", true,
			encode(func(s secret.Text) ([]byte,
				error) {
				return encoding.BinaryMarshaler(s).MarshalBinary()
			})},
		{"GobEncode", true,
			encode(func(s secret.Text) ([]byte, error) { return gob.GobEncoder(s).GobEncode() })},
	}
}

type flagValue struct{ secret.Text }

func (flagValue) Set(string) error { return nil }

func TestNothingLeaks(t *testing.T) {
	for _, p := range probes() {
		t.Run(p.name, func(t *testing.T) {
			var w bytes.Buffer
			err := p.write(&w, secret.New(canary))
			if (err != nil) != p.refuses {
				t.Errorf("error %v, want one: %v", err, p.refuses)
			}
			if p.refuses && !strings.Contains(fmt.Sprint(err), secret.ErrEncode.Error()) {
				t.Errorf("it fails for another reason: %v", err)
			}
			if how := leaks(w.String() + fmt.Sprintf(" %v %+v %#v", err, err, err)); how != "" {
				t.Errorf("leaks: %s", how)
			}
			if p.refuses && strings.Contains(w.String(), secret.Mask) {
				t.Error("a mask was encoded as if it were the credential")
			}
		})
	}
}

// A Text in an unexported field has no methods that fmt may call. Printers that follow every
// pointer do reach the text (Go cannot prevent that). Those that follow pointers one level, like
// fmt, must not.
func TestShallowReflection(t *testing.T) {
	for name, v := range shapes(secret.New(canary)) {
		var w bytes.Buffer
		walk(&w, reflect.ValueOf(v), 0)
		if how := leaks(w.String()); how != "" {
			t.Errorf("%s leaks: %s", name, how)
		}
	}
}

// walk prints a value by reflection like fmt. It calls no methods, includes unexported fields, and
// follows a pointer only at the top level. Other pointers are printed as addresses.
func walk(w io.Writer, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if depth == 0 && !v.IsNil() {
			walk(w, v.Elem(), depth+1)
			return
		}
		fmt.Fprintf(w, "%#x ", v.Pointer())
	case reflect.Interface:
		if !v.IsNil() {
			walk(w, v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fmt.Fprint(w, v.Type().Field(i).Name, ":")
			walk(w, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			walk(w, v.Index(i), depth+1)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			walk(w, k, depth+1)
			walk(w, v.MapIndex(k), depth+1)
		}
	case reflect.String:
		fmt.Fprint(w, v.String(), " ")
	default:
		fmt.Fprint(w, v.Kind(), " ")
	}
}

func TestText(t *testing.T) {
	var zero secret.Text
	s := secret.New(canary)
	if s.Reveal() != canary || zero.Reveal() != "" {
		t.Error("Reveal does not give what New was given")
	}
	if !zero.IsZero() || !secret.New("").IsZero() || s.IsZero() {
		t.Error("only the empty text is zero")
	}
	if s.String() != secret.Mask || zero.String() != "" || fmt.Sprint(zero) != "" {
		t.Errorf("masks %q and %q", s, zero)
	}
	// Not even the address of the text, which %d of a pointer prints.
	for _, verb := range "vsqdxXtUcobeEfFgGO" {
		if got := fmt.Sprintf("%#"+string(verb), s) +
			fmt.Sprintf("%"+string(verb), s); got != secret.Mask+secret.Mask {
			t.Errorf("%%%c gives %q", verb, got)
		}
	}
	if long := secret.New(strings.Repeat("x", 4000)); fmt.Sprint(long) != fmt.Sprint(s) {
		t.Error("the mask tells the length")
	}
	if strings.Contains(secret.Mask, "x") || len(secret.Mask) == 0 {
		t.Error("a mask that could be a credential")
	}
	for _, c := range []struct {
		a, b secret.Text
		want bool
	}{
		{s, s, true}, {s, secret.New(canary), true}, {s, secret.New(canary + "x"), false},
		{s, secret.New(canary[1:]), false},
		{s, zero, false}, {zero, s, false}, {zero, secret.New(""), true},
		{secret.New("a"), secret.New("A"), false},
	} {
		if c.a.Equal(c.b) != c.want {
			t.Errorf("Equal is not %v", c.want)
		}
	}
	// SHA-256 of "abc", FIPS 180-4: ba7816bf 8f01cfea …
	if got := secret.New("abc").Fingerprint(); got != "ba7816bf" {
		t.Errorf("fingerprint %q", got)
	}
	sum := sha256.Sum256([]byte(canary))
	if got := s.Fingerprint(); got != hex.EncodeToString(sum[:])[:8] || zero.Fingerprint() != "" {
		t.Errorf("fingerprint %q", got)
	}
	if reflect.TypeFor[secret.Text]().Comparable() {
		t.Error("two Texts can be compared with ==, which compares addresses")
	}
	if s.LogValue().Kind() != slog.KindString || s.LogValue().String() != secret.Mask {
		t.Error("LogValue is not the mask")
	}
	if err := json.Unmarshal([]byte(`{"Token":"x"}`), &exported{}); err == nil {
		t.Error("decoding fills a Text, or drops what it should hold, without an error")
	}
}
