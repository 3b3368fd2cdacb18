package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"

	"testing"

	"golang.org/x/sys/unix"

	"lanyard/cli/host"
)

// TestHardenChild is no test: TestHarden runs it as a process. It hardens itself, prints the
// result, and runs itself once more to print what a child process inherits.
func TestHardenChild(t *testing.T) {
	stage := os.Getenv("LANYARD_TEST_HARDEN")
	if stage == "" {
		return
	}
	if stage == "parent" {
		var stderr bytes.Buffer
		harden(nil, &stderr)
		host.Withhold("ORDERS_SECRET", "")
		fmt.Print(stderr.String())
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		t.Fatal(err)
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The parts of /proc/self that Go uses must still work, such as the path of the program.
	_, exe := os.Readlink("/proc/self/exe")
	fmt.Printf("%s: core %d %d, dumpable %d, exe %v", stage, limit.Cur, limit.Max, dumpable, exe)
	for _, name := range []string{"LANYARD_KEY", "LANYARD_TOKEN", "ORDERS_SECRET", "KEPT"} {
		fmt.Printf(", %s=%s", name, os.Getenv(name))
	}
	fmt.Println()
	if stage == "parent" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestHardenChild$")
		cmd.Env = append(os.Environ(), "LANYARD_TEST_HARDEN=child")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
	}
	os.Exit(0)
}

func TestHarden(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHardenChild$")
	cmd.Env = append(os.Environ(), "LANYARD_TEST_HARDEN=parent", "LANYARD_KEY=a", "LANYARD_TOKEN=b",
		"ORDERS_SECRET=c", "KEPT=d", "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	want := "parent: core 0 0, dumpable 0, exe <nil>, LANYARD_KEY=, LANYARD_TOKEN=, " +
		"ORDERS_SECRET=, KEPT=d\n" +
		"child: core 0 0, dumpable 1, exe <nil>, LANYARD_KEY=, LANYARD_TOKEN=, ORDERS_SECRET=, " +
		"KEPT=d\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}
