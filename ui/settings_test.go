package ui_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
	"lanyard/ui/keys"
)

func TestReload(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	keys, wrong := keys.Choose(map[string][]string{"messages": {"L"}, "get": {}})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	p.Reload(ui.Reload{Settings: ui.Settings{Theme: theme(t, "nord"), Keys: keys}})
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "L log") ||
		strings.Contains(frame, " g get") {
		t.Errorf("the footer does not follow:\n%s", frame)
	}
	p.Key("!")
	if log := strings.Join(p.Log(), "\n"); p.Overlays() != 0 ||
		!strings.Contains(log, "no action is on !") {
		t.Errorf("the old key lives on: %s", log)
	}
	p.Key("L")
	if p.Overlays() != 1 {
		t.Fatal("the new key does nothing")
	}
	p.Key("esc")
	before := p.Frame()
	p.Reload(ui.Reload{Err: errors.New("config.toml:3:1: tehme: unknown key")})
	if log := strings.Join(p.Log(), "\n"); !strings.Contains(log, "config.toml:3:1") ||
		!strings.Contains(log, "stays in force") {
		t.Errorf("a bad file: %s", log)
	}
	p.Key("esc")
	p.Key("L")
	if p.Overlays() != 1 || before == "" {
		t.Error("the last good keys are gone")
	}
}

// A reload keeps a choice made in the console, unless the file has changed the same setting.
func TestReloadKeepsWhatWasChosenHere(t *testing.T) {
	t.Parallel()
	file := ui.Settings{Theme: theme(t, "dark"), ThemeName: "dark", Mouse: true}
	p, _ := still(t, 120, 32, func(o *ui.Options) { o.Settings = file })
	p.Feed(orders())
	p.Do("mouse")
	if p.InForce().Mouse {
		t.Fatal("the mouse is not given back")
	}
	file.ClearAfter++
	p.Reload(ui.Reload{Settings: file})
	if s := p.InForce(); s.Mouse || s.ClearAfter != file.ClearAfter {
		t.Errorf("another setting was changed: mouse %v, clear after %v", s.Mouse, s.ClearAfter)
	}
	file.Mouse = false
	p.Reload(ui.Reload{Settings: file})
	file.Mouse = true
	p.Reload(ui.Reload{Settings: file})
	if !p.InForce().Mouse {
		t.Error("the file said so, and nothing came of it")
	}
}

// A text that names a key names the configured one.
func TestWordsFollowTheKeys(t *testing.T) {
	t.Parallel()
	keys, wrong := keys.Choose(map[string][]string{
		"get": {"N", "f2"}, "undo": {"Z"}, "revoke": {"K"}, "renew": {"R"}, "help": {"f1"},
		"messages": {"L"}, "tokens": {}, "hide_dead": {},
	})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h, func(o *ui.Options) { o.Keys = keys })
		p.Feed(orders())
		fits(t, p.Frame(), w, h)
		golden(t, "keys-"+s+"-remapped", p)
		p.Key("f1")
		fits(t, p.Frame(), w, h)
		golden(t, "keys-"+s+"-remapped-help", p)
		p.Key("esc")
		p.Do("hide_dead")
		log := p.Log()
		if !strings.Contains(log[len(log)-1], ": hide what is over shows them again") {
			t.Errorf("an action without a key: %q", log[len(log)-1])
		}
	}
}
