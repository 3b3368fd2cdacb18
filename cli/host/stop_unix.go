//go:build unix

package host

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// hangup is the signal of a closed terminal.
const hangup = syscall.SIGHUP

// jobControl catches SIGTSTP while a console is open, and clears the clipboard before the process
// stops. On SIGQUIT it also clears the clipboard, before the default action ends the process with
// stack traces. It restores a terminal without echo before either, and turns the echo off again
// after SIGCONT.
//
// Go cannot restore the default action of SIGTSTP, so the process stops itself with SIGSTOP. For
// the same reason jobControl lives as long as the process: between two consoles it must stop the
// process on SIGTSTP.
type jobControl struct {
	requested chan struct{}
	allowed   atomic.Bool // SIGTSTP stops the process at once
	clipboard atomic.Pointer[Clipboard]
	hidden    atomic.Pointer[hidden] // nil: the echo is on
}

func newJobControl() *jobControl {
	j := &jobControl{requested: make(chan struct{}, 1)}
	stop, quit := make(chan os.Signal, 1), make(chan os.Signal, 1)
	if !signal.Ignored(syscall.SIGTSTP) {
		signal.Notify(stop, syscall.SIGTSTP)
	}
	if !signal.Ignored(syscall.SIGQUIT) {
		signal.Notify(quit, syscall.SIGQUIT)
	}
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	go func() {
		for {
			select {
			case <-continued:
				if h := j.hidden.Load(); h != nil {
					h.resume()
				}
			case <-stop:
				if j.allowed.Load() {
					if canContinue() {
						_ = j.stop()
					}
					continue
				}
				select {
				case j.requested <- struct{}{}:
				default:
				}
			case <-quit:
				if b := j.clipboard.Load(); b != nil {
					b.ClearNow(os.Stdout)
				}
				j.restoreTerminal()
				signal.Reset(syscall.SIGQUIT)
				_ = unix.Kill(os.Getpid(), unix.SIGQUIT)
			}
		}
	}()
	return j
}

func (j *jobControl) restoreTerminal() {
	if h := j.hidden.Load(); h != nil {
		h.restoreIfHidden()
	}
}

func (j *jobControl) stop() error {
	j.restoreTerminal()
	return unix.Kill(os.Getpid(), unix.SIGSTOP)
}

// stopUntilContinued stops the process, and returns after it was continued.
func (j *jobControl) stopUntilContinued() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if err := j.stop(); err == nil {
		<-continued
	}
}

// jobControl returns the job control of this process, and creates it at the first call.
func (t *Terminal) jobControl() *jobControl {
	if t.jobs == nil {
		t.jobs = newJobControl()
		t.jobs.allowed.Store(true)
	}
	return t.jobs
}

// canContinue reports whether the parent process is in our session, like a shell with job control.
// Only such a parent sends SIGCONT.
func canContinue() bool {
	ours, err := unix.Getsid(0)
	if err != nil || signal.Ignored(syscall.SIGTSTP) {
		return false
	}
	parent, err := unix.Getsid(os.Getppid())
	return err == nil && parent == ours
}

// HoldStop returns the job control of a console. b, if not nil, is cleared before the process stops
// or quits. After release, SIGTSTP stops the process at once.
func (t *Terminal) HoldStop(b *Clipboard) (stop *Stop, release func()) {
	j := t.jobControl()
	j.clipboard.Store(b)
	select {
	case <-j.requested: // a request to the previous console
	default:
	}
	hold, allow := func() { j.allowed.Store(false) }, func() { j.allowed.Store(true) }
	hold()
	stop = &Stop{
		Asked: j.requested, Possible: canContinue, Allow: allow, Hold: hold,
		Now: j.stopUntilContinued,
	}
	return stop, func() {
		allow()
		j.clipboard.Store(nil)
	}
}
