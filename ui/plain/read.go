package plain

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// typed is one line, or why there is none.
type inputLine struct {
	text    string
	tooLong bool // it was longer than any command, and is not kept
	end     bool // the input is over
}

// longestLine is more than any command takes.
const longestLine = 4096

// readLines reads one line each time one is wanted, and none ahead: a passphrase that is asked for
// in between must find its own line still there.
func readLines(in io.Reader, want <-chan struct{}, lines chan<- inputLine) {
	r := bufio.NewReaderSize(in, longestLine)
	for range want {
		b, err := r.ReadSlice('\n')
		l := inputLine{text: strings.TrimRight(string(b), "\r\n")}
		for errors.Is(err, bufio.ErrBufferFull) {
			l = inputLine{tooLong: true}
			_, err = r.ReadSlice('\n')
		}
		l.end = err != nil && l.text == "" && !l.tooLong // what stands before the end is a line too
		lines <- l
		if l.end {
			return
		}
	}
}
