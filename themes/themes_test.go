package themes_test

import (
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lanyard/themes"
)

func TestByName(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		th, err := themes.ByName(n)
		if err != nil {
			t.Errorf("%s: %v", n, err)
		}
		if th.Name() != n || themes.Describe(n) == "" {
			t.Errorf("%s calls itself %q and says %q", n, th.Name(), themes.Describe(n))
		}
	}
	if th, err := themes.ByName(""); err != nil || th.Name() != "auto" {
		t.Errorf("no name: %q, %v", th.Name(), err)
	}
	_, err := themes.ByName("../secret")
	if err == nil || !strings.Contains(err.Error(), "auto, dark, light, mono") {
		t.Errorf("an unknown name: %v", err)
	}
	if themes.Describe("nothing") != "" {
		t.Error("a theme that does not exist is described")
	}
}

var colour = regexp.MustCompile(`[34]8;|\b(3[0-7]|4[0-7]|9[0-7]|10[0-7])m`)

func TestNoColour(t *testing.T) {
	t.Parallel()
	for _, n := range themes.Names() {
		th, err := themes.ByName(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range []themes.Styles{th.Styles(true, true), th.Styles(false, true), th.Before(true)} {
			v := reflect.ValueOf(st)
			for i := range v.NumField() {
				if p, ok := v.Field(i).Interface().(themes.Paint); ok && colour.MatchString(string(p)) {
					t.Errorf("%s: %s has a colour: %q", n, v.Type().Field(i).Name, p)
				}
			}
			if st.Row == "" {
				t.Errorf("%s: nothing tells the selected row", n)
			}
		}
	}
}

// Before the terminal has answered, only its own sixteen colours are used.
func TestNeutralIsSixteenColours(t *testing.T) {
	t.Parallel()
	th, err := themes.ByName("auto")
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(th.Before(false))
	for i := range v.NumField() {
		if p, ok := v.Field(i).Interface().(themes.Paint); ok && strings.Contains(string(p), "8;2;") {
			t.Errorf("%s: %q", v.Type().Field(i).Name, p)
		}
	}
}

// Text must be readable: 4.5 to 1 for what is read, on the background and on the selected row.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, ground string
		dark         bool
	}{{"dark", "#1e1e2e", true}, {"dark", "#000000", true}, {"light", "#ffffff", false}, {"light", "#fafafa", false}, {"auto", "#1e1e2e", true}, {"auto", "#ffffff", false}} {
		th, err := themes.ByName(c.name)
		if err != nil {
			t.Fatal(err)
		}
		st := th.Styles(c.dark, false)
		for name, p := range map[string]themes.Paint{"quiet": st.Quiet, "accent": st.Accent, "good": st.Good, "warn": st.Warn, "danger": st.Danger, "key": st.Key} {
			for where, ground := range map[string][3]float64{"ground": hex(c.ground), "row": rgb(t, st.Row, "48;2;")} {
				want := 4.5
				if where == "row" && name == "quiet" {
					want = 3.5
				}
				if got := contrast(rgb(t, p, "38;2;"), ground); got < want {
					t.Errorf("%s on %s: %s on %s is %.2f to 1", c.name, c.ground, name, where, got)
				}
			}
		}
		for name, p := range map[string]themes.Paint{"chip": st.Chip, "danger chip": st.ChipDanger, "banner": st.Banner} {
			if got := contrast(rgb(t, p, "38;2;"), rgb(t, p, "48;2;")); got < 4.5 {
				t.Errorf("%s: %s is %.2f to 1", c.name, name, got)
			}
		}
	}
}

func rgb(t *testing.T, p themes.Paint, lead string) [3]float64 {
	t.Helper()
	_, s, ok := strings.Cut(string(p), lead)
	if !ok {
		t.Fatalf("no %s in %q", lead, p)
	}
	var out [3]float64
	for i, f := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })[:3] {
		n, _ := strconv.Atoi(f)
		out[i] = float64(n)
	}
	return out
}

func hex(s string) [3]float64 {
	n, _ := strconv.ParseUint(s[1:], 16, 32)
	return [3]float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}

func contrast(a, b [3]float64) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(c [3]float64) float64 {
	var l [3]float64
	for i, v := range c {
		if v /= 255; v <= .04045 {
			l[i] = v / 12.92
		} else {
			l[i] = math.Pow((v+.055)/1.055, 2.4)
		}
	}
	return .2126*l[0] + .7152*l[1] + .0722*l[2]
}
