package themes_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"lanyard/themes"
)

// paints returns every Paint of the styles by its name.
func paints(st themes.Styles) map[string]themes.Paint {
	all := map[string]themes.Paint{}
	v := reflect.ValueOf(st)
	for i := range v.NumField() {
		if p, ok := v.Field(i).Interface().(themes.Paint); ok {
			all[v.Type().Field(i).Name] = p
		}
	}
	return all
}

func byName(t *testing.T, name string) themes.Theme {
	t.Helper()
	th, err := themes.Set{}.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// Each role of Styles has a required contrast.
func TestEveryRoleIsJudged(t *testing.T) {
	t.Parallel()
	want := paints(themes.Styles{})
	for _, r := range themes.Roles() {
		if _, ok := want[r.Name]; !ok {
			t.Errorf("Styles has no Paint %s, or it is judged twice", r.Name)
		}
		delete(want, r.Name)
		if !slices.Contains([]float64{0, themes.SeeSign, themes.ReadText}, r.Need) ||
			r.Need == 0 && r.Name != "Border" {
			t.Errorf("%s needs %v", r.Name, r.Need)
		}
	}
	for name := range want {
		t.Errorf("%s is not in Roles, so its contrast is not checked", name)
	}
}

// grounds returns the backgrounds to check a theme on: its own one, or common ones of terminals if
// it has none.
func grounds(name string, dark bool) []string {
	switch {
	case name != "auto" && name != "dark" && name != "light":
		return nil
	case dark:
		return []string{"#000000", "#1e1e1e", "#1e1e2e", "#282828", "#002b36", "#2e3440"}
	}
	return []string{"#ffffff", "#fafafa", "#fdf6e3", "#eff1f5"}
}

// Every role of every theme has its contrast on each background, in 24 bits and in 256 colours.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, name := range themes.Names() {
		if name == "mono" {
			continue
		}
		th := byName(t, name)
		if s := th.Shortfalls(); len(s) > 0 {
			t.Errorf("%s: %s", name, strings.Join(s, "\n"))
		}
		for _, depth := range []themes.Depth{themes.Many, themes.All} {
			for _, dark := range []bool{true, false} {
				if !th.Follows() && !dark {
					continue
				}
				on := grounds(name, dark && name != "light")
				st := th.Styles(dark, depth)
				if on == nil {
					on = []string{sgrColour(t, st.Ground, "48;")}
				}
				for _, g := range on {
					c, ok := themes.Parse(g)
					if !ok {
						t.Fatal(g)
					}
					for _, s := range st.Contrast(c) {
						t.Errorf("%s, depth %d, on %s: %s %s", name, depth, g, s.Name, s)
					}
					if name != "high-contrast" {
						continue
					}
					for _, r := range themes.Roles() {
						fg, _, _ := strings.Cut(string(paints(st)[r.Name]), "48;")
						if !strings.Contains(fg, "38;") || r.Need < themes.ReadText ||
							strings.HasPrefix(r.Key, "on_") {
							continue
						}
						text, _ := themes.Parse(sgrColour(t, themes.Paint(fg), "38;"))
						if got := themes.Ratio(text, c); got < 7 {
							t.Errorf("%s: %s has %.1f", name, r.Name, got)
						}
					}
				}
			}
		}
	}
}

// sgrColour reads a colour out of a sequence, in the form that Parse takes.
func sgrColour(t *testing.T, p themes.Paint, lead string) string {
	t.Helper()
	_, s, ok := strings.Cut(string(p), lead)
	if !ok {
		t.Fatalf("no %s in %q", lead, p)
	}
	n := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if n[0] == "5" {
		return n[1]
	}
	var c [3]uint8
	for i := range c {
		for _, d := range n[i+1] {
			c[i] = c[i]*10 + uint8(d-'0')
		}
	}
	return themes.RGB{R: c[0], G: c[1], B: c[2]}.String()
}

// The selected row, the track and the border are seen as something beside the ground.
func TestSurfacesAreSeen(t *testing.T) {
	t.Parallel()
	for _, name := range themes.Names() {
		if name == "mono" {
			continue
		}
		th := byName(t, name)
		for _, depth := range []themes.Depth{themes.Many, themes.All} {
			for _, dark := range []bool{true, false} {
				st := th.Styles(dark, depth)
				on := grounds(name, th.Follows() && dark || name == "dark")
				if on == nil {
					on = []string{sgrColour(t, st.Ground, "48;")}
				}
				for _, g := range on {
					c, _ := themes.Parse(g)
					for what, p := range map[string]string{
						"row":       sgrColour(t, st.Row, "48;"),
						"quiet row": sgrColour(t, st.RowQuiet, "48;"),
						"track":     sgrColour(t, st.GoodBar, "48;"),
						"border":    sgrColour(t, st.Border, "38;"),
					} {
						least := map[string]float64{"row": 1.12, "quiet row": 1.03, "track": 1.05,
							"border": 1.3}[what]
						if o, _ := themes.Parse(p); themes.Ratio(o, c) < least {
							t.Errorf("%s, depth %d, on %s: the %s has %.2f to 1", name, depth, g,
								what, themes.Ratio(o, c))
						}
					}
				}
			}
		}
	}
}

// Known values, so that the arithmetic itself is held.
func TestRatio(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#ffffff", "#767676", 4.54}, {"#777777", "#ffffff", 4.48},
		{"#0000ff", "#ffffff", 8.59}, {"16", "231", 21}, {"#c0ffee", "#c0ffee", 1}} {
		a, okA := themes.Parse(c.a)
		b, okB := themes.Parse(c.b)
		if got := themes.Ratio(a, b); !okA || !okB || got < c.want-.01 || got > c.want+.01 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	for _, s := range []string{"", "#12345", "#gggggg", "15", "256", "-1", "x"} {
		if c, ok := themes.Parse(s); ok {
			t.Errorf("%q is %s", s, c)
		}
	}
	for s, want := range map[string]string{"16": "#000000", "231": "#ffffff", "232": "#080808",
		"255": "#eeeeee", "67": "#5f87af", "#C0FFEE": "#c0ffee"} {
		if c, ok := themes.Parse(s); !ok || c.String() != want {
			t.Errorf("%s is %s, want %s", s, c, want)
		}
	}
}

// A shortfall names the role, the ground, the ratio and the required ratio.
func TestShortfall(t *testing.T) {
	t.Parallel()
	st := themes.Styles{Quiet: "\x1b[38;2;119;119;119m", Row: "\x1b[38;5;16;48;5;240m",
		Chip: "\x1b[38;5;231;48;5;230m", GoodBar: "\x1b[38;5;22;48;5;16m", Border: "\x1b[38;5;255m"}
	c, _ := themes.Parse("#ffffff")
	var got []string
	for _, s := range st.Contrast(c) {
		got = append(got, s.String())
	}
	want := []string{
		"on_accent has 1.0 to 1 on its own background, and 4.5 is needed",
		"quiet has 4.4 to 1 on the ground, and 4.5 is needed",
		"quiet has 1.5 to 1 on the selected row, and 4.5 is needed",
		"good_bar has 2.6 to 1 on its track, and 3.0 is needed",
		"tint has 2.9 to 1 on its own background, and 4.5 is needed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}
