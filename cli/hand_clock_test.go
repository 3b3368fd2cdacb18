package cli_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// handClockFile is the environment variable with the name of a handClock's file.
const handClockFile = "LANYARD_TEST_CLOCK"

// handClock is a clock that stands still until the test moves it. Processes that are started with
// its variable read it, so no countdown runs out on a slow machine.
type handClock struct {
	t    *testing.T
	file *os.File
	now  time.Time
}

func newHandClock(t *testing.T) *handClock {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "clock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	c := &handClock{t: t, file: file, now: time.Now().Truncate(time.Second).Add(time.Second)}
	c.advance(0)
	return c
}

// env returns the variable that puts a process on this clock.
func (c *handClock) env() string { return handClockFile + "=" + c.file.Name() }

// advance moves the clock of all processes. A process sees it when it next reads its clock:
// console.pass wakes it up.
func (c *handClock) advance(d time.Duration) {
	c.t.Helper()
	c.now = c.now.Add(d)
	nanoseconds := binary.LittleEndian.AppendUint64(nil, uint64(c.now.UnixNano()))
	if _, err := c.file.WriteAt(nanoseconds, 0); err != nil {
		c.t.Fatal(err)
	}
}

// readHandClock returns the clock of a process that was started with the variable.
func readHandClock(path string) (func() time.Time, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return func() time.Time {
		var nanoseconds [8]byte
		if _, err := file.ReadAt(nanoseconds[:], 0); err != nil {
			panic(err)
		}
		return time.Unix(0, int64(binary.LittleEndian.Uint64(nanoseconds[:])))
	}, nil
}
