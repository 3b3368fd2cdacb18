package host

import (
	"slices"
	"testing"
)

// $BROWSER is parsed as xdg-open, sensible-browser and Python parse it, and the page never reaches
// a shell.
func TestBrowserVariable(t *testing.T) {
	t.Parallel()
	const page = "https://h.example/a?b=%25s&c='$(x)'%s"
	for _, c := range []struct {
		list string
		want [][]string
	}{
		{"", nil},
		{"  :\t:", nil},
		{"firefox", [][]string{{"firefox", page}}},
		{"a:b -n:c", [][]string{{"a", page}, {"b", "-n", page}, {"c", page}}},
		{"a --url=%s -x", [][]string{{"a", "--url=" + page, "-x"}}},
		{"a %s %s", [][]string{{"a", page, page}}},
		{"a 100%%", [][]string{{"a", "100%", page}}},
		{"a %%s", [][]string{{"a", "%s", page}}},
		{"a %%%s", [][]string{{"a", "%" + page}}},
		{`"/opt/my browser/b" 'x y' z\ w ""`,
			[][]string{{"/opt/my browser/b", "x y", "z w", "", page}}},
		{`a "q\"q\n" '\'`, [][]string{{"a", `q"q\n`, `\`, page}}},
		{`a $(touch x) ; b|c *`, [][]string{{"a", "$(touch", "x)", ";", "b|c", "*", page}}},
		{`a 'open:b`, [][]string{{"b", page}}},
		{"a &", [][]string{{"a", page, "&"}}},
		{"a %s &", [][]string{{"a", page, "&"}}},
	} {
		if got := browserCommands(c.list, page, ":"); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%q: %q, want %q", c.list, got, c.want)
		}
	}
	want := [][]string{{`C:\Program Files\b.exe`, "-n", page}, {`D:\c.exe`, page}}
	if got := browserCommands(`"C:\Program Files\b.exe" -n;D:\c.exe`, page,
		";"); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("Windows: %q, want %q", got, want)
	}
}

func TestBrowserNeedsADisplay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		goos string
		env  map[string]string
		want bool
	}{
		{"linux", nil, false},
		{"linux", map[string]string{"DISPLAY": ":0"}, true},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, true},
		{"linux", map[string]string{"WSL_DISTRO_NAME": "Debian"}, true},
		{"linux", map[string]string{"SSH_CONNECTION": "x", "DISPLAY": "localhost:10.0"}, true},
		{"linux", map[string]string{"SSH_CONNECTION": "x"}, false},
		{"darwin", nil, true},
		{"darwin", map[string]string{"SSH_CONNECTION": "x"}, false},
		{"windows", map[string]string{"SSH_TTY": "x"}, false},
	} {
		if got := hasDisplay(c.goos,
			func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s %v: %t", c.goos, c.env, got)
		}
	}
}
