package plain

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// inputLine is a line of the input, or the end of the input.
type inputLine struct {
	text    string
	tooLong bool // the line was longer than longestLine, and was dropped
	end     bool // the end of the input
}

// longestLine is the buffer for one line, in bytes. Commands are shorter.
const longestLine = 4096

// readLines reads one line for each value received from want. It does not read ahead of that: a
// passphrase prompt reads the same terminal, and must get its own line.
func readLines(in io.Reader, want <-chan struct{}, lines chan<- inputLine) {
	r := bufio.NewReaderSize(in, longestLine)
	for range want {
		b, err := r.ReadSlice('\n')
		l := inputLine{text: strings.TrimRight(string(b), "\r\n")}
		for errors.Is(err, bufio.ErrBufferFull) {
			l = inputLine{tooLong: true}
			_, err = r.ReadSlice('\n')
		}
		l.end = err != nil && l.text == "" && !l.tooLong // text before the end is a line
		lines <- l
		if l.end {
			return
		}
	}
}
