package document

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf16"
)

// assembly writes a PDF file piece by piece, so that a file of any length takes
// little memory: only the offsets of its objects are kept.
type assembly struct {
	w       io.Writer
	written int64
	offsets []int64 // offsets[i] of object i+1
	nodes   []node
	pages   int
	err     error
	buf     []byte
}

// node is the branch of the page tree that holds the pages of one drawn chunk.
type node struct{ number, pages int }

// rootNumber is the object of the page tree: every node names it as its parent
// before it can be written.
const rootNumber = 1

// facts describe a file to its reader.
type facts struct {
	title    string
	language string
	created  time.Time
}

func newAssembly(w io.Writer) *assembly {
	a := &assembly{w: w}
	// The second line marks the file as binary for transports that would mend line ends.
	a.write([]byte("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n"))
	a.reserve() // rootNumber
	return a
}

func (a *assembly) write(b []byte) {
	if a.err != nil {
		return
	}
	n, err := a.w.Write(b)
	a.written += int64(n)
	a.err = err
}

// reserve gives the next object number away before the object is written.
func (a *assembly) reserve() int {
	a.offsets = append(a.offsets, 0)
	return len(a.offsets)
}

func (a *assembly) put(number int, parts ...[]byte) {
	a.offsets[number-1] = a.written
	a.buf = strconv.AppendInt(a.buf[:0], int64(number), 10)
	a.buf = append(a.buf, " 0 obj\n"...)
	for _, p := range parts {
		a.buf = append(a.buf, p...)
	}
	a.buf = append(a.buf, "endobj\n"...)
	a.write(a.buf)
}

func (a *assembly) putf(number int, format string, args ...any) {
	a.put(number, fmt.Appendf(nil, format, args...))
}

// addShared writes fonts and pictures and returns the number of their resources.
func (a *assembly) addShared(d *drawn) int {
	first := len(a.offsets) + 1
	for _, object := range d.shared {
		a.put(a.reserve(), renumbered(object, d.first, first))
	}
	number := a.reserve()
	a.put(number, renumbered(d.resources, d.first, first))
	return number
}

// addPages writes the pages from (inclusive) to (exclusive) as a node of the tree.
func (a *assembly) addPages(d *drawn, resources, from, to int) {
	parent := a.reserve()
	kids := make([]byte, 0, 8*(to-from))
	for i := from; i < to; i++ {
		content, page := a.reserve(), a.reserve()
		a.put(content, fmt.Appendf(nil, "<</Filter /FlateDecode /Length %d>>\nstream\n", len(d.pages[i])),
			d.pages[i], []byte("\nendstream\n"))
		a.putf(page, "<</Type /Page /Parent %d 0 R /Resources %d 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R>>\n",
			parent, resources, d.sizes[i][0], d.sizes[i][1], content)
		kids = fmt.Appendf(kids, "%d 0 R ", page)
	}
	a.putf(parent, "<</Type /Pages /Parent %d 0 R /Count %d /Kids [%s]>>\n", rootNumber, to-from, kids)
	a.nodes = append(a.nodes, node{parent, to - from})
	a.pages += to - from
}

// finish writes the tree, the facts and the table of offsets.
func (a *assembly) finish(f facts) error {
	var kids []byte
	for _, n := range a.nodes {
		kids = fmt.Appendf(kids, "%d 0 R ", n.number)
	}
	a.putf(rootNumber, "<</Type /Pages /Count %d /Kids [%s]>>\n", a.pages, kids)
	info := a.reserve()
	date := f.created.UTC().Format("D:20060102150405Z")
	a.putf(info, "<</Producer (Clepsydra) /Title %s /CreationDate (%s) /ModDate (%s)>>\n", textString(f.title), date, date)
	catalog := a.reserve()
	language := ""
	if f.language != "" {
		language = " /Lang " + textString(f.language)
	}
	a.putf(catalog, "<</Type /Catalog /Pages %d 0 R%s>>\n", rootNumber, language)
	table := a.written
	out := fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", len(a.offsets)+1)
	for _, offset := range a.offsets {
		out = appendOffset(out, offset)
	}
	out = fmt.Appendf(out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n",
		len(a.offsets)+1, catalog, info, table)
	a.write(out)
	return a.err
}

// appendOffset writes one entry of the table: ten digits, generation, in use.
func appendOffset(out []byte, offset int64) []byte {
	var digits [10]byte
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + offset%10)
		offset /= 10
	}
	return append(append(out, digits[:]...), " 00000 n \n"...)
}

// textString writes a text as a PDF string in UTF-16, in hexadecimal.
func textString(text string) string {
	out := []byte("<FEFF")
	for _, unit := range utf16.Encode([]rune(text)) {
		out = fmt.Appendf(out, "%04X", unit)
	}
	return string(append(out, '>'))
}

// letterFiles writes one file per letter of a drawn chunk. The head of each file,
// with the fonts, is the same and is made once.
type letterFiles struct {
	d         *drawn
	resources int
	base      assembly
	head      []byte
}

func newLetterFiles(d *drawn) *letterFiles {
	f := &letterFiles{d: d}
	var head sink
	a := newAssembly(&head)
	f.resources = a.addShared(d)
	f.base, f.head = *a, head
	return f
}

// write assembles the pages from (inclusive) to (exclusive) into the buffer out,
// which it returns.
func (f *letterFiles) write(out []byte, from, to int, about facts) ([]byte, error) {
	s := sink(append(out[:0], f.head...))
	a := f.base
	a.w, a.offsets, a.buf = &s, append([]int64(nil), f.base.offsets...), nil
	a.addPages(f.d, f.resources, from, to)
	err := a.finish(about)
	return s, err
}

// sink is a growing slice as a writer.
type sink []byte

func (s *sink) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}
