package cli

import (
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// noteSkewFrom is from where on a difference of clocks is worth telling.
const noteSkewFrom = 5 * time.Second

// noteSkew says that the clock of a server is off, or ours.
func (p *program) noteSkew(s *openConsole, a console.Application) {
	d, ok := s.svc.Skew(a.Environment.Name)
	if !ok || d.Abs() <= noteSkewFrom {
		return
	}
	word := "ahead of"
	if d < 0 {
		word = "behind"
	}
	p.note("the clock of %s is %s %s ours; lives are counted from the moment an answer came, so countdowns are right",
		a.Environment.Name, console.Left(d.Abs()), word)
}

func epoch(e tokenapi.Epoch) stamp {
	if !e.Known || e.Seconds > 253402300799 || e.Seconds < 0 { // the year 9999: "never" is no time
		return stamp{}
	}
	return stamp(time.Unix(e.Seconds, 0))
}

func stampTime(s stamp) time.Time { return time.Time(s) }
