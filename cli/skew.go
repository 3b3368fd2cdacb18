package cli

import (
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// noteSkew prints that the server's clock and this machine's differ.
func (p *program) noteSkew(s *openConsole, a console.Application) {
	d, ok := s.svc.Skew(string(a.Environment.Name))
	if !ok || !console.ClockOff(d) {
		return
	}
	word := "ahead of"
	if d < 0 {
		word = "behind"
	}
	p.note("the clock of %s is %s %s ours; lives are counted from the moment an answer came, "+
		"so countdowns are right",
		a.Environment.Name, console.Left(d.Abs()), word)
}

func epoch(e tokenapi.Epoch) stamp {
	if !e.Known || e.Seconds > 253402300799 || e.Seconds < 0 {
		// 253402300799 is the end of the year 9999
		return stamp{}
	}
	return stamp(time.Unix(e.Seconds, 0))
}

func stampTime(s stamp) time.Time { return time.Time(s) }
