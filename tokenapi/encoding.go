package tokenapi

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// toUTF8 removes one byte order mark and converts UTF-16 to UTF-8. It recognizes UTF-16 by its
// mark, or by a bracket next to a zero byte. The result is at most half as long again as body.
func toUTF8(body []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return body[3:]
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		order, body = binary.BigEndian, body[2:]
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		order, body = binary.LittleEndian, body[2:]
	case len(body) >= 2 && body[0] == 0 && (body[1] == '{' || body[1] == '<'):
		order = binary.BigEndian
	case len(body) >= 2 && body[1] == 0 && (body[0] == '{' || body[0] == '<'):
		order = binary.LittleEndian
	default:
		return body
	}
	out := make([]byte, 0, len(body)/2*3+utf8.UTFMax)
	for i := 0; i+1 < len(body); i += 2 {
		r := rune(order.Uint16(body[i:]))
		if utf16.IsSurrogate(r) && i+3 < len(body) {
			if pair := utf16.DecodeRune(r, rune(order.Uint16(body[i+2:]))); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// latin1 converts ISO 8859-1 to UTF-8: at most two bytes for each byte.
type latin1 struct{ in io.Reader }

func (l latin1) Read(p []byte) (int, error) {
	if len(p) < 2 {
		return 0, io.ErrShortBuffer
	}
	half := make([]byte, len(p)/2)
	n, err := l.in.Read(half)
	out := p[:0]
	for _, b := range half[:n] {
		out = utf8.AppendRune(out, rune(b))
	}
	return len(out), err
}
