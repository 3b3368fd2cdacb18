package store_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The tracer kills a child before the nth system call with which it changes a file, counted from
// the place where the child calls traceMe. The child installs a filter there (seccomp) that stops
// it at each of these calls. A call at which a process is killed does not happen.

// call is a system call that may change a file.
type call struct {
	name  string
	fd    int   // the argument that is an open file, counted from 1; 0: none
	paths []int // the arguments that are paths, counted from 1
	flags int   // the argument with O_CREAT and O_TRUNC, counted from 1; 0: none
}

// changing are the system calls that change files, by number. A sync is none of them: what a
// killed process leaves is the same before it and after it.
func changing() map[uint32]call {
	first, second, both := []int{1}, []int{2}, []int{2, 4}
	all := map[uint32]call{
		unix.SYS_WRITE: {"write", 1, nil, 0}, unix.SYS_PWRITE64: {"pwrite64", 1, nil, 0},
		unix.SYS_WRITEV:  {"writev", 1, nil, 0},
		unix.SYS_PWRITEV: {"pwritev", 1, nil, 0}, unix.SYS_FTRUNCATE: {"ftruncate", 1, nil, 0},
		unix.SYS_FALLOCATE: {"fallocate", 1, nil, 0}, unix.SYS_FCHMOD: {"fchmod", 1, nil, 0},
		unix.SYS_SENDFILE: {"sendfile", 1, nil, 0}, unix.SYS_SPLICE: {"splice", 3, nil, 0},
		unix.SYS_COPY_FILE_RANGE: {"copy_file_range", 3, nil, 0},
		unix.SYS_OPENAT:          {"openat", 0, second, 3},
		unix.SYS_RENAMEAT:        {"renameat", 0, both, 0},
		unix.SYS_RENAMEAT2:       {"renameat2", 0, both, 0},
		unix.SYS_LINKAT:          {"linkat", 0, both, 0},
		unix.SYS_UNLINKAT:        {"unlinkat", 0, second, 0},
		unix.SYS_MKDIRAT:         {"mkdirat", 0, second, 0},
		unix.SYS_FCHMODAT:        {"fchmodat", 0, second, 0},
		unix.SYS_TRUNCATE:        {"truncate", 0, first, 0},
	}
	if runtime.GOARCH == "amd64" { // has these from before there were the ones above
		maps.Copy(all, map[uint32]call{
			2: {"open", 0, first, 2}, 82: {"rename", 0, []int{1, 2}, 0}, 83: {"mkdir", 0, first, 0},
			84: {"rmdir", 0, first, 0},
			85: {"creat", 0, first, 0}, 86: {"link", 0, []int{1, 2}, 0},
			87: {"unlink", 0, first, 0}, 90: {"chmod", 0, first, 0},
		})
	}
	return all
}

// traceMe lets the tracer count from here on.
func traceMe() error {
	if os.Getenv("STORE_TEST_TRACED") == "" {
		return nil
	}
	const load, equal, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS,
		unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	filter := []unix.SockFilter{{Code: load, K: 0}} // the number of the call
	for nr := range changing() {
		filter = append(filter, unix.SockFilter{Code: equal, Jf: 1, K: nr},
			unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_TRACE})
	}
	filter = append(filter, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW})
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread() // both calls on one thread; the second one brings all others to the same
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if e != 0 {
		return fmt.Errorf("seccomp: %w", e)
	}
	return nil
}

// traced describes the end of a traced child.
type traced struct {
	killed bool
	calls  int      // number of its calls; the last one did not happen if it was killed
	last   string   // the last one, with its file
	said   []string // its output
}

// mayTrace skips a test where no process may be traced.
func mayTrace(t *testing.T) {
	t.Helper()
	_, err := trace(t, t.TempDir(), "traced nothing", 0)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) {
		t.Skipf("a kill between two system calls needs a process that may be traced, and this "+
			"one may not trace its children: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// trace runs a child in root and kills it before call nth; 0: never.
func trace(t *testing.T, root, do string, nth int) (end traced, err error) {
	t.Helper()
	cmd := command(t, filepath.Join(root, "state"), do)
	null, err := os.Open(os.DevNull)
	if err != nil {
		return end, err
	}
	defer func() { _ = null.Close() }()
	out, err := os.CreateTemp(t.TempDir(), "out") // not in root: what is printed does not count
	if err != nil {
		return end, err
	}
	defer func() { _ = out.Close() }()
	runtime.LockOSThread() // only the thread that starts the child may trace it
	defer runtime.UnlockOSThread()
	pid, err := syscall.ForkExec(cmd.Path, cmd.Args, &syscall.ProcAttr{
		Env:   append(cmd.Env, "STORE_TEST_TRACED=1"),
		Files: []uintptr{null.Fd(), out.Fd(), out.Fd()},
		// A group of its own, to wait for its threads alone.
		Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true},
	})
	if err != nil {
		return end, err
	}
	late := time.AfterFunc(patience, func() {
		t.Errorf("%s: waited %v for its end", do, patience)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	})
	defer late.Stop()
	code, err := end.follow(pid, root, nth)
	if err != nil {
		return end, err
	}
	text, err := os.ReadFile(out.Name())
	end.said = strings.Split(strings.TrimSpace(string(text)), "\n")
	if end.killed {
		return end, err
	}
	if strings.Contains(string(text), "seccomp: operation not permitted") {
		return end, unix.EPERM
	}
	if code != 0 {
		err = fmt.Errorf("%s: exit code %d: %s", do, code, text)
	}
	return end, err
}

// follow lets a child run to its end, or kills it.
func (end *traced) follow(pid int, root string, nth int) (code int, err error) {
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, syscall.WALL, nil); err != nil {
		return 0, err
	}
	const seccomp = unix.PTRACE_EVENT_SECCOMP
	if err := unix.PtraceSetOptions(pid,
		unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_TRACESECCOMP|unix.PTRACE_O_EXITKILL); err != nil {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		_, _ = syscall.Wait4(pid, &ws, syscall.WALL, nil)
		return 0, err
	}
	calls := changing()
	for thread := pid; ; {
		if ws.Stopped() && !end.killed {
			signal := 0
			switch s := ws.StopSignal(); {
			case s == syscall.SIGTRAP && ws.TrapCause() == seccomp:
				what, counts, err := callOf(thread, calls, root)
				if err != nil {
					_ = syscall.Kill(pid, syscall.SIGKILL)
					return 0, err
				}
				if counts {
					end.calls++
					end.last = what
				}
				if counts && end.calls == nth {
					end.killed = true
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			case s != syscall.SIGTRAP && s != syscall.SIGSTOP: // these two are the tracer's own
				signal = int(s)
			}
			if !end.killed {
				_ = syscall.PtraceCont(thread, signal) // a thread that is gone is waited for next
			}
		}
		if thread == pid && (ws.Exited() || ws.Signaled()) {
			return ws.ExitStatus(), nil
		}
		if thread, err = syscall.Wait4(-pid, &ws, syscall.WALL, nil); errors.Is(err,
			syscall.EINTR) {
			thread, ws = 0, 0
		} else if err != nil {
			return 0, err
		}
	}
}

// callOf returns the system call that a thread is stopped at, and whether it changes a file in
// root.
func callOf(thread int, calls map[uint32]call, root string) (what string, counts bool, err error) {
	var info [88]byte // struct ptrace_syscall_info: the number is at 24, six arguments follow
	const getInfo = 0x420e
	if _, _, e := unix.Syscall6(unix.SYS_PTRACE, getInfo, uintptr(thread), uintptr(len(info)),
		uintptr(unsafe.Pointer(&info)), 0, 0); e != 0 {
		return "", false, fmt.Errorf("ptrace: %w", e)
	}
	arg := func(i int) uint64 { return binary.NativeEndian.Uint64(info[24+8*i:]) }
	c := calls[uint32(arg(0))]
	if c.fd > 0 {
		file, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", thread, int32(arg(c.fd))))
		file, counts = strings.CutPrefix(file, root+"/")
		return c.name + " " + file, counts, nil
	}
	what = c.name
	for _, i := range c.paths {
		b := make([]byte, 4096)
		n, _ := unix.ProcessVMReadv(thread, []unix.Iovec{{Base: &b[0], Len: uint64(len(b))}},
			[]unix.RemoteIovec{{Base: uintptr(arg(i)), Len: len(b)}}, 0)
		path, _, _ := strings.Cut(string(b[:max(n, 0)]), "\x00")
		what += " " + strings.TrimPrefix(path, root+"/")
	}
	return what, c.flags == 0 || arg(c.flags)&(unix.O_CREAT|unix.O_TRUNC) != 0, nil
}
