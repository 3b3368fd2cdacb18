package config

import (
	"testing"
)

func TestFindPaths(t *testing.T) {
	type vars map[string]string
	for _, tt := range []struct {
		name, goos, home, flagConfig, flagState string
		vars                                    vars
		want                                    Paths
		bad                                     string
	}{
		{"linux", "linux", "/home/ana", "", "", nil,
			Paths{"/home/ana/.config/lanyard/config.toml", "/home/ana/.local/state/lanyard", ""},
			""},
		{"freebsd", "freebsd", "/home/ana", "", "", nil,
			Paths{"/home/ana/.config/lanyard/config.toml", "/home/ana/.local/state/lanyard", ""},
			""},
		{"linux with XDG", "linux", "/home/ana", "", "",
			vars{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s/"},
			Paths{"/c/lanyard/config.toml", "/s/lanyard", ""}, ""},
		{"relative XDG", "linux", "/home/ana", "", "",
			vars{"XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "./s"},
			Paths{"/home/ana/.config/lanyard/config.toml", "/home/ana/.local/state/lanyard", ""},
			""},
		{"macOS", "darwin", "/Users/ana", "", "", nil,
			Paths{"/Users/ana/Library/Application Support/lanyard/config.toml",
				"/Users/ana/Library/Application Support/lanyard", ""}, ""},
		{"macOS with XDG", "darwin", "/Users/ana", "", "", vars{"XDG_CONFIG_HOME": "/c"},
			Paths{"/c/lanyard/config.toml", "/Users/ana/Library/Application Support/lanyard", ""},
			""},
		{"windows", "windows", `C:\Users\ana`, "", "",
			vars{"AppData": `C:\R`, "LocalAppData": `C:\L\`},
			Paths{`C:\R\lanyard\config.toml`, `C:\L\lanyard`, ""}, ""},
		{"windows with XDG", "windows", `C:\Users\ana`, "", "",
			vars{"AppData": `C:\R`, "LocalAppData": `C:\L`, "XDG_STATE_HOME": "D:/s"},
			Paths{`C:\R\lanyard\config.toml`, `D:/s\lanyard`, ""}, ""},
		{"environment", "linux", "/home/ana", "", "",
			vars{"LANYARD_CONFIG": "my.toml", "LANYARD_STATE": "/var/l", "XDG_CONFIG_HOME": "/c"},
			Paths{"my.toml", "/var/l", "LANYARD_CONFIG"}, ""},
		{"flags win", "linux", "/home/ana", "f.toml", "st",
			vars{"LANYARD_CONFIG": "my.toml", "LANYARD_STATE": "/var/l"},
			Paths{"f.toml", "st", "--config"}, ""},
		{"flags need no home", "linux", "", "f.toml", "st", nil, Paths{"f.toml", "st", "--config"},
			""},
		{"no home", "linux", "", "", "st", nil, Paths{},
			"where is the configuration? there is no home directory; name it with --config or " +
				"LANYARD_CONFIG"},
		{"no home for the state", "darwin", "ana", "f.toml", "", nil, Paths{},
			"where is the state? there is no home directory; name it with --state or " +
				"LANYARD_STATE"},
		{"no AppData", "windows", `C:\Users\ana`, "", "", nil, Paths{},
			"where is the configuration? %AppData% is not set; name it with --config or " +
				"LANYARD_CONFIG"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := FindPaths(tt.goos, func(k string) string { return tt.vars[k] }, tt.home,
				tt.flagConfig, tt.flagState)
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if msg := ""; err != nil || tt.bad != "" {
				if err != nil {
					msg = err.Error()
				}
				if msg != tt.bad {
					t.Errorf("got error %q, want %q", msg, tt.bad)
				}
			}
		})
	}
}
