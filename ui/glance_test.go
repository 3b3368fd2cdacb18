package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// oneEach returns a board of 40 applications with one token each.
func oneEach() *sketch {
	k := newSketch()
	for i := range 40 {
		env := "cloud"
		if i%3 == 0 {
			env = "prod-eu"
		}
		app := k.app(env, fmt.Sprintf("Service %02d", i))
		k.token(app, fmt.Sprintf("%08x", 0xa0000000+i), "", time.Duration(i+1)*time.Minute)
	}
	return k
}

// All countdowns of 40 applications are on a high screen, without a key.
func TestCountdownsAtAGlance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ h, least int }{{66, 40}, {60, 32}} {
		p := oneEach().show(t, 120, c.h)
		frame, n := ansi.Strip(p.Frame()), 0
		for i := range 40 {
			if strings.Contains(frame, fmt.Sprintf("%08x  app  %8s", 0xa0000000+i,
				fmt.Sprintf("%d:00", i+1))) {
				n++
			}
		}
		if n < c.least {
			t.Errorf("%d lines show %d countdowns, want %d\n%s", c.h, n, c.least, frame)
		}
	}
}
