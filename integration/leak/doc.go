// Package leak has only tests: secrets go through the whole program, and everything that it
// prints, draws, writes, starts or leaves behind is searched for them. The servers say again what
// they were sent. Other tests send what a terminal would act on, and expect that none of it is
// printed.
//
// The test binary runs itself as the program, in place of main.go. It needs nothing but the Go
// toolchain, so go test ./... runs a sample. LANYARD_FULL=1 runs all of it.
package leak
