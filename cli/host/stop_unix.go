//go:build unix

package host

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// hangup is the signal of a terminal that is closed.
const hangup = syscall.SIGHUP

// jobControl holds SIGTSTP back while a console is open, so that the clipboard is cleared before
// the process stops. It also clears it on SIGQUIT, which then ends the process as ever, with the
// stacks of its goroutines. A terminal that does not show what is typed is given back before
// either, and silent again after SIGCONT.
//
// Go cannot give SIGTSTP its default action back once it was caught, so the process stops itself
// with SIGSTOP. It lasts as long as the process: between two consoles SIGTSTP must stop it.
type jobControl struct {
	requested chan struct{}
	allowed   atomic.Bool // a SIGTSTP stops the process at once
	clipboard atomic.Pointer[Clipboard]
	hidden    atomic.Pointer[hidden] // nil: the terminal shows what is typed
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

// stopUntilContinued stops the process and returns when it was continued.
func (j *jobControl) stopUntilContinued() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if err := j.stop(); err == nil {
		<-continued
	}
}

// jobControl is that of this process, which a console or a prompt begins.
func (t *Terminal) jobControl() *jobControl {
	if t.jobs == nil {
		t.jobs = newJobControl()
		t.jobs.allowed.Store(true)
	}
	return t.jobs
}

// canContinue reports whether the parent process is in our session, as a shell with job control is.
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
	case <-j.requested: // of the console before
	default:
	}
	hold, allow := func() { j.allowed.Store(false) }, func() { j.allowed.Store(true) }
	hold()
	return &Stop{Asked: j.requested, Possible: canContinue, Allow: allow, Hold: hold, Now: j.stopUntilContinued}, func() {
		allow()
		j.clipboard.Store(nil)
	}
}
