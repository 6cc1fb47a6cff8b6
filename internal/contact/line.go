package contact

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine bounds one physical line, and one record, in bytes of UTF-8. What is
// longer is no customer.
const maxLine = 1 << 20

// physicalLine is one line of a file with the line end it had, which may be CR,
// LF, CRLF or nothing at the end of the file.
type physicalLine struct {
	number  int // from 1
	text    string
	end     string
	tooLong bool // the text was cut at maxLine
}

// lineReader reads physical lines. It takes lines back, so that a record that
// went wrong can be read again in another way.
type lineReader struct {
	r      *bufio.Reader
	number int
	back   []physicalLine // last one first
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// giveBack returns lines to be read again, in their order.
func (l *lineReader) giveBack(lines []physicalLine) {
	for i := len(lines) - 1; i >= 0; i-- {
		l.back = append(l.back, lines[i])
	}
}

// next returns the next line, or io.EOF. Zero bytes are left out: they are what
// a broken export leaves behind.
func (l *lineReader) next() (physicalLine, error) {
	if n := len(l.back); n > 0 {
		line := l.back[n-1]
		l.back = l.back[:n-1]
		return line, nil
	}
	line := physicalLine{number: l.number + 1}
	var text []byte
	started := false
	for line.end == "" {
		chunk, err := l.peek()
		if errors.Is(err, io.EOF) {
			if !started {
				return physicalLine{}, io.EOF
			}
			break
		}
		if err != nil {
			return physicalLine{}, err
		}
		started = true
		n := lineEnd(chunk)
		text, line.tooLong = appendUpTo(text, chunk[:n], line.tooLong)
		if n < len(chunk) {
			line.end, n = l.terminator(chunk, n)
		}
		if _, err := l.r.Discard(n); err != nil {
			return physicalLine{}, err
		}
	}
	l.number++
	if bytes.IndexByte(text, 0) >= 0 {
		text = bytes.ReplaceAll(text, []byte{0}, nil)
	}
	line.text = string(text)
	return line, nil
}

// peek gives what is buffered, at least one byte. Two bytes are asked for so
// that a CR and its LF are seen together.
func (l *lineReader) peek() ([]byte, error) {
	if _, err := l.r.Peek(2); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	chunk, err := l.r.Peek(l.r.Buffered())
	if len(chunk) == 0 {
		return nil, io.EOF
	}
	return chunk, err
}

// terminator says which line end stands at n and where the next line begins.
func (l *lineReader) terminator(chunk []byte, n int) (string, int) {
	if chunk[n] == '\n' {
		return "\n", n + 1
	}
	if n+1 < len(chunk) {
		if chunk[n+1] == '\n' {
			return "\r\n", n + 2
		}
		return "\r", n + 1
	}
	// The CR is the last byte of the buffer: look at the byte behind it.
	if next, err := l.r.Peek(n + 2); err == nil && next[n+1] == '\n' {
		return "\r\n", n + 2
	}
	return "\r", n + 1
}

func lineEnd(chunk []byte) int {
	n := bytes.IndexByte(chunk, '\n')
	if n < 0 {
		n = len(chunk)
	}
	if cr := bytes.IndexByte(chunk[:n], '\r'); cr >= 0 {
		return cr
	}
	return n
}

func appendUpTo(text, more []byte, tooLong bool) ([]byte, bool) {
	if room := maxLine - len(text); len(more) > room {
		return append(text, more[:room]...), true
	}
	return append(text, more...), tooLong
}
