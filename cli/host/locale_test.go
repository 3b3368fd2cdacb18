package host

import (
	"strings"
	"testing"
)

func TestWantsASCII(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		setting, env string
		want         bool
	}{
		{"auto", "", false},
		{"", "", false},
		{"true", "TERM=xterm-256color LANG=de_DE.UTF-8", true},
		{"false", "TERM=linux LANG=C", false},
		{"auto", "TERM=linux LANG=en_US.UTF-8", true},
		{"auto", "TERM=linux-16color", true},
		{"auto", "TERM=vt220", true},
		{"auto", "TERM=xterm LANG=C", true},
		{"auto", "TERM=xterm LANG=POSIX", true},
		{"auto", "TERM=xterm LANG=C.UTF-8", false},
		{"auto", "TERM=xterm LANG=en_US.utf8", false},
		{"auto", "TERM=xterm LANG=de_DE.ISO-8859-1", true},
		{"auto", "TERM=xterm LANG=de_DE", true},
		{"auto", "TERM=xterm LANG=C LC_CTYPE=C.UTF-8", false},
		{"auto", "TERM=xterm LANG=C.UTF-8 LC_CTYPE=C", true},
		{"auto", "TERM=xterm LANG=C LC_CTYPE=C LC_ALL=en_GB.UTF-8", false},
		{"auto", "TERM=xterm LANG=C.UTF-8 LC_CTYPE=C LC_ALL=", true},
		{"auto", "TERM=xterm LC_ALL= LC_CTYPE= LANG=", false},
		{"auto", "TERM=tmux-256color LANG=UTF-8", false},
	} {
		lookup := func(name string) (string, bool) {
			for kv := range strings.FieldsSeq(c.env) {
				if k, v, _ := strings.Cut(kv, "="); k == name {
					return v, true
				}
			}
			return "", false
		}
		if got := WantsASCII(c.setting, lookup); got != c.want {
			t.Errorf("%q with %s: %t", c.setting, c.env, got)
		}
	}
}
