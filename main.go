// Lanyard is a terminal console for API access tokens.
package main

import (
	"context"
	_ "embed"
	"os"

	"lanyard/cli"
)

//go:embed config.example.toml
var example string

func main() {
	cli.Harden() // before os.Environ copies possible secrets
	ctx, stop := cli.Interruptible(context.Background())
	embedded := cli.Embedded{ConfigExample: example}
	code := cli.Main(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr, embedded)
	stop()
	os.Exit(code)
}
