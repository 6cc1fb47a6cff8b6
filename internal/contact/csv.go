package contact

import (
	"errors"
	"io"
	"strings"
)

// record is one row of a file as it stands there.
type record struct {
	line   int // physical line where it starts, from 1
	fields []string
	fault  faultKey // empty, or why the row cannot be used
	repair faultKey // empty, or what was put right to read it
}

// isBlank reports whether nothing is in any field.
func (r record) isBlank() bool {
	for _, f := range r.fields {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return r.fault == ""
}

// recordReader gives the rows of a file one by one, then io.EOF.
type recordReader interface {
	next() (record, error)
	expect(fields int) // how many fields a row should have
	close() error
}

// The most lines one quoted field is believed to span. After some quotes that
// never closed, the file has shown that its quotes mean nothing.
const (
	maxQuotedLines  = 200
	fewQuotedLines  = 5
	patienceInFaith = 10
)

// csvReader reads delimited text forgivingly: a quote inside a field is a quote,
// and a quote that is never closed costs one row and not the rest of the file.
// The standard reader does neither, and knows no line end but LF.
type csvReader struct {
	lines    *lineReader
	delim    string
	fields   int // expected per row, 0 while not known
	unclosed int
	wrapped  bool // a spreadsheet put each line as a whole into quotes
}

func newCSVReader(r io.Reader, delim rune) *csvReader {
	return &csvReader{lines: newLineReader(r), delim: string(delim)}
}

func (c *csvReader) expect(fields int) { c.fields = fields }

func (c *csvReader) close() error { return nil }

func (c *csvReader) next() (record, error) {
	first, err := c.lines.next()
	if err != nil {
		return record{}, err
	}
	if first.tooLong {
		return record{line: first.number, fault: keyRowTooLong}, nil
	}
	if c.wrapped {
		first.text = trimQuotes(strings.TrimSpace(first.text))
	}
	if strings.IndexByte(first.text, '"') < 0 {
		return record{line: first.number, fields: strings.Split(first.text, c.delim)}, nil
	}
	return c.quoted(first)
}

// quoted reads a record that holds quotes, over as many lines as it takes.
func (c *csvReader) quoted(first physicalLine) (record, error) {
	lex := lexer{delim: c.delim}
	lex.feed(first.text)
	used := []physicalLine{first}
	size := len(first.text)
	for lex.open {
		if len(used) >= c.maxLines() || size > maxLine {
			return c.unquoted(used), nil
		}
		last := used[len(used)-1]
		line, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			return c.unquoted(used), nil
		}
		if err != nil {
			return record{}, err
		}
		used, size = append(used, line), size+len(line.text)
		lex.feed(last.end + line.text)
	}
	// A record over several lines that has a wrong number of fields, or a single
	// quote inside its quotes, began with a quote that meant nothing, if its first
	// line is a whole row without it.
	if len(used) > 1 && (lex.stray || len(lex.fields) != c.fields) && c.standsAlone(first) {
		return c.unquoted(used), nil
	}
	return record{line: first.number, fields: lex.fields}, nil
}

// standsAlone reports whether a line is a whole row when its quotes are read as
// plain characters.
func (c *csvReader) standsAlone(l physicalLine) bool {
	return c.fields > 1 && strings.Count(l.text, c.delim)+1 == c.fields
}

// unquoted reads the first line with its quotes as plain characters and leaves
// the others for the next records.
func (c *csvReader) unquoted(used []physicalLine) record {
	c.unclosed++
	c.lines.giveBack(used[1:])
	fields := strings.Split(used[0].text, c.delim)
	for i, f := range fields {
		fields[i] = trimQuotes(f)
	}
	return record{line: used[0].number, fields: fields, repair: keyQuoteNotClosed}
}

func (c *csvReader) maxLines() int {
	if c.unclosed > patienceInFaith {
		return fewQuotedLines
	}
	return maxQuotedLines
}

func trimQuotes(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return strings.TrimPrefix(s, `"`)
}

// lexer splits one record into fields. It is fed line by line, so that a long
// record is looked at once.
type lexer struct {
	delim  string
	fields []string
	open   bool // inside quotes
	stray  bool // a quote inside quotes neither closed them nor was doubled
	buf    strings.Builder
}

func (l *lexer) feed(s string) {
	for {
		if l.open {
			rest, more := l.insideQuotes(s)
			if !more {
				return
			}
			s = rest
		}
		trimmed := strings.TrimLeft(s, " ")
		if strings.HasPrefix(trimmed, `"`) {
			l.open, s = true, trimmed[1:]
			continue
		}
		field, rest, more := strings.Cut(s, l.delim)
		l.fields = append(l.fields, field)
		if !more {
			return
		}
		s = rest
	}
}

// insideQuotes takes a quoted field up to its closing quote. A quote closes when
// a delimiter or the end of the line follows; a doubled one is a quote; any
// other stands for itself. It returns the rest when more fields follow.
func (l *lexer) insideQuotes(s string) (rest string, more bool) {
	for {
		before, after, found := strings.Cut(s, `"`)
		l.buf.WriteString(before)
		if !found {
			return "", false
		}
		if strings.HasPrefix(after, `"`) {
			l.buf.WriteByte('"')
			s = after[1:]
			continue
		}
		behind := strings.TrimLeft(after, " ")
		if behind == "" || strings.HasPrefix(behind, l.delim) {
			l.fields = append(l.fields, l.buf.String())
			l.buf.Reset()
			l.open = false
			if behind == "" {
				return "", false
			}
			return behind[len(l.delim):], true
		}
		l.buf.WriteByte('"')
		l.stray = true
		s = after
	}
}
