//go:build !race

package ui_test

// weather is what the number of storms is divided by.
const weather = 1
