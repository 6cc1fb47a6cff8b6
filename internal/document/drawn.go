package document

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// drawn is a finished gofpdf document taken apart: what all pages share (fonts and
// pictures) and the content of each page.
type drawn struct {
	first     int      // number of the first shared object in the gofpdf document
	shared    [][]byte // the objects from there on, without "obj" and "endobj"
	resources []byte   // the dictionary that names them
	pages     [][]byte // content of each page, compressed
	sizes     [][2]float64
}

// gofpdf numbers its objects in a fixed way: 1 the page tree, 2 the resources, then
// for each page the page and its content, then fonts and pictures, last the
// information and the catalogue.
const (
	numberResources = 2
	numberFirstPage = 3
	closingObjects  = 2
)

var errStructure = errors.New("gofpdf document has an unknown structure")

// takeApart ends the canvas and lifts its pages and resources out.
func (c *canvas) takeApart(sheets []*sheet) (*drawn, error) {
	var out bytes.Buffer
	if err := c.pdf.Output(&out); err != nil {
		return nil, ErrTypesetting.Because(err)
	}
	objects, err := objectsOf(out.Bytes())
	if err != nil {
		return nil, ErrTypesetting.Because(err)
	}
	n := len(sheets)
	after := numberFirstPage + 2*n
	if len(objects) < after+closingObjects || !bytes.Contains(objects[1], []byte("/Count "+strconv.Itoa(n)+"\n")) {
		return nil, ErrTypesetting.Because(errStructure)
	}
	d := &drawn{first: after, resources: objects[numberResources], shared: objects[after : len(objects)-closingObjects]}
	d.nameFonts()
	var z compressor
	for i, s := range sheets {
		content, err := streamOf(objects[numberFirstPage+2*i+1])
		if err != nil {
			return nil, ErrTypesetting.Because(err)
		}
		d.pages = append(d.pages, z.compress(content))
		d.sizes = append(d.sizes, [2]float64{s.width() * mm, s.height() * mm})
	}
	return d, nil
}

// nameFonts gives the fonts their proper names with the six letters that mark a
// subset. gofpdf calls every subset "utf8noto"; printers and programs that keep
// fonts by name would print one chunk with the letters of another.
func (d *drawn) nameFonts() {
	sum := sha256.New()
	for _, object := range d.shared {
		_, _ = sum.Write(object) // a hash takes everything
	}
	tag := make([]byte, 6)
	for i, b := range sum.Sum(nil)[:len(tag)] {
		tag[i] = 'A' + b%26
	}
	for i, object := range d.shared {
		end := headEnd(object)
		head := object[:end]
		for f := faceCount - 1; f >= 0; f-- { // the bold one first: its name begins with the other's
			head = bytes.ReplaceAll(head, []byte("/utf8"+family+f.style()), fmt.Appendf(nil, "/%s+%s", tag, f.name()))
		}
		d.shared[i] = append(bytes.Clone(head), object[end:]...)
	}
}

// headEnd is where the dictionary of an object ends and its stream, if any, begins.
func headEnd(object []byte) int {
	if end := bytes.Index(object, []byte("stream\n")); end >= 0 {
		return end
	}
	return len(object)
}

// objectsOf cuts a PDF file at the offsets of its cross-reference table. Index 0
// is unused, as object 0 is.
func objectsOf(pdf []byte) ([][]byte, error) {
	at := bytes.LastIndex(pdf, []byte("startxref\n"))
	if at < 0 {
		return nil, errStructure
	}
	var table, count int
	if _, err := fmt.Sscanf(string(pdf[at:]), "startxref\n%d", &table); err != nil || table >= len(pdf) {
		return nil, errStructure
	}
	if _, err := fmt.Sscanf(string(pdf[table:min(table+40, len(pdf))]), "xref\n0 %d\n", &count); err != nil {
		return nil, errStructure
	}
	const entry = 20 // bytes; gofpdf ends entries with blank and line feed
	rows := pdf[table+bytes.IndexByte(pdf[table+5:], '\n')+6:]
	if count < 0 || len(rows) < count*entry {
		return nil, errStructure
	}
	objects := make([][]byte, count)
	for i := 1; i < count; i++ {
		offset, err := strconv.Atoi(string(rows[i*entry : i*entry+10]))
		if err != nil {
			return nil, errStructure
		}
		if objects[i], err = objectAt(pdf, offset, i); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// objectAt returns what stands between "n 0 obj" and "endobj". A stream is passed
// over by its length, since its bytes may hold any word.
func objectAt(pdf []byte, offset, number int) ([]byte, error) {
	head := strconv.Itoa(number) + " 0 obj\n"
	if offset >= len(pdf) || !bytes.HasPrefix(pdf[offset:], []byte(head)) {
		return nil, errStructure
	}
	body := pdf[offset+len(head):]
	end := bytes.Index(body, []byte("endobj\n"))
	stream := bytes.Index(body, []byte("stream\n"))
	if stream >= 0 && stream < end {
		length, err := lengthOf(body[:stream])
		if err != nil {
			return nil, err
		}
		from := stream + len("stream\n") + length
		more := bytes.Index(body[from:], []byte("endobj\n"))
		if more < 0 {
			return nil, errStructure
		}
		end = from + more
	}
	if end < 0 {
		return nil, errStructure
	}
	return body[:end], nil
}

func lengthOf(dictionary []byte) (int, error) {
	at := bytes.Index(dictionary, []byte("/Length "))
	if at < 0 {
		return 0, errStructure
	}
	var n int
	if _, err := fmt.Sscanf(string(dictionary[at:]), "/Length %d", &n); err != nil {
		return 0, errStructure
	}
	return n, nil
}

// streamOf returns the bytes of a stream object.
func streamOf(object []byte) ([]byte, error) {
	at := bytes.Index(object, []byte("stream\n"))
	if at < 0 {
		return nil, errStructure
	}
	n, err := lengthOf(object[:at])
	from := at + len("stream\n")
	if err != nil || from+n > len(object) {
		return nil, errStructure
	}
	return object[from : from+n], nil
}

// reference matches "12 0 R" in a dictionary.
var reference = regexp.MustCompile(`\b(\d+) 0 R\b`)

// renumbered shifts the references in the dictionary of an object so that the
// shared object that was number from becomes number to.
func renumbered(object []byte, from, to int) []byte {
	end := headEnd(object)
	head := reference.ReplaceAllFunc(object[:end], func(ref []byte) []byte {
		n, err := strconv.Atoi(string(ref[:bytes.IndexByte(ref, ' ')]))
		if err != nil {
			return ref
		}
		return []byte(strconv.Itoa(n-from+to) + " 0 R")
	})
	return append(head, object[end:]...)
}

// compressor keeps one zlib writer: making one costs more than a page takes to
// compress.
type compressor struct {
	out bytes.Buffer
	z   *zlib.Writer
}

func (c *compressor) compress(data []byte) []byte {
	c.out.Reset()
	if c.z == nil {
		c.z, _ = zlib.NewWriterLevel(&c.out, zlib.BestSpeed) // the level is valid
	} else {
		c.z.Reset(&c.out)
	}
	_, _ = c.z.Write(data) // a bytes.Buffer takes everything
	_ = c.z.Close()
	return bytes.Clone(c.out.Bytes())
}
