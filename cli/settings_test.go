package cli

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"lanyard/cli/config"
	"lanyard/store"
	"lanyard/themes"
	"lanyard/ui"
)

// The configuration and the packages that it configures agree on defaults and words.
func TestConfigurationAgrees(t *testing.T) {
	t.Parallel()
	set, err := settings(config.Default(), func(string) (string, bool) { return "", false })
	alerts := ui.Alerts{Before: []time.Duration{5 * time.Minute, time.Minute},
		Via: []string{"title", "bell"}}
	if err != nil || set.RevealFor != ui.DefaultReveal || !reflect.DeepEqual(set.Alerts, alerts) {
		t.Errorf("%+v, %v", set, err)
	}
	for _, kind := range []string{store.InFile, store.InKeyring, store.InPassphrase, store.InEnv,
		store.InCommand} {
		text := fmt.Sprintf("[store]\nkey = %q\n", kind)
		if kind == store.InCommand {
			text += "command = [\"pass\"]\n"
		}
		cfg, err := config.Parse("F", []byte(text), themes.Set{})
		if err != nil || cfg.StoreKey != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
