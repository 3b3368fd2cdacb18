//go:build race

package ui_test

// weather is how much of a storm there is time for: the race detector makes everything ten times slower, and finds what it finds
// in the first gusts.
const weather = 8
