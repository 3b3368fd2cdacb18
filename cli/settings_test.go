package cli

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"lanyard/cli/config"
	"lanyard/store"
	"lanyard/ui"
)

// The configuration and the packages that it configures agree on defaults and words.
func TestConfigurationAgrees(t *testing.T) {
	t.Parallel()
	set, err := settings(config.Default(), func(string) (string, bool) { return "", false })
	if err != nil || set.RevealFor != ui.DefaultReveal || !reflect.DeepEqual(set.Alerts, ui.DefaultAlerts()) {
		t.Errorf("%+v, %v", set, err)
	}
	_, err = config.Parse("F", []byte("[alerts]\nvia = [\"smoke\"]\n"))
	if want := "must be some of " + strings.Join(ui.AlertWays(), ", "); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
	for _, kind := range []string{store.InFile, store.InKeyring, store.InPassphrase, store.InEnv, store.InCommand} {
		text := fmt.Sprintf("[store]\nkey = %q\n", kind)
		if kind == store.InCommand {
			text += "command = [\"pass\"]\n"
		}
		if cfg, err := config.Parse("F", []byte(text)); err != nil || cfg.StoreKey != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
