package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build describes the build, as the toolchain recorded it in the binary.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func version() build {
	b := build{Version: "dev", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (p *program) versionCommand() *cobra.Command {
	return p.listFlags(&cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  takes(0, 0),
		RunE:  func(*cobra.Command, []string) error { return p.printVersion() },
	})
}

func (p *program) printVersion() error {
	b := version()
	if p.json {
		return p.printJSON(b)
	}
	line := "lanyard " + b.Version
	if b.Revision != "" {
		line += " " + b.Revision[:min(len(b.Revision), 12)]
	}
	if b.Modified {
		line += " (modified)"
	}
	p.print("%s %s %s", line, b.Go, b.Platform)
	return nil
}
