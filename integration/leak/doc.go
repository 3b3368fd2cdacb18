// Package leak contains only tests. They send secrets through the whole program and search
// everything that it prints, draws, writes, starts or leaves behind. Their servers repeat the
// requests. Other tests send control sequences, and expect that none of them is printed.
//
// The test binary runs itself as the program, in place of main.go. The tests need only the Go
// toolchain. Without LANYARD_FULL=1 they run a sample.
package leak
