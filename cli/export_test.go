package cli

// Run is Main with a clock.
var Run = run
