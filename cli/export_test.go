package cli

// Run is Main with a clock.
var Run = run

// What is read of the environment for a browser.
var (
	BrowserCommands = browserCommands
	HasDisplay      = hasDisplay
)
