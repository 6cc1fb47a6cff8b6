package contact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding names how a text file writes its letters.
type Encoding string

// The encodings that are recognised, and those that can only be chosen by hand
// because no file proves them.
const (
	EncodingAuto   Encoding = ""
	EncodingUTF8   Encoding = "utf-8"
	EncodingUTF16L Encoding = "utf-16le"
	EncodingUTF16B Encoding = "utf-16be"
	Encoding1252   Encoding = "windows-1252"
	Encoding1250   Encoding = "windows-1250" // Central Europe, by hand
	Encoding1251   Encoding = "windows-1251" // Cyrillic, by hand
	Encoding1253   Encoding = "windows-1253" // Greek, by hand
	Encoding1254   Encoding = "windows-1254" // Turkish, by hand
	EncodingLatin9 Encoding = "iso-8859-15"  // by hand
	EncodingDOS    Encoding = "ibm850"       // "CSV (MS-DOS)", by hand
	EncodingMac    Encoding = "macintosh"    // by hand
)

func (e Encoding) charset() (encoding.Encoding, bool) {
	switch e {
	case EncodingUTF16L:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case EncodingUTF16B:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	case Encoding1252:
		return charmap.Windows1252, true
	case Encoding1250:
		return charmap.Windows1250, true
	case Encoding1251:
		return charmap.Windows1251, true
	case Encoding1253:
		return charmap.Windows1253, true
	case Encoding1254:
		return charmap.Windows1254, true
	case EncodingLatin9:
		return charmap.ISO8859_15, true
	case EncodingDOS:
		return charmap.CodePage850, true
	case EncodingMac:
		return charmap.Macintosh, true
	}
	return nil, false
}

// textKind is what one pass over a whole file found: the accent that decides may
// stand in its last line.
type textKind struct {
	encoding Encoding
	mark     int64 // length of the byte order mark
	mixed    bool  // UTF-8 with stray bytes of Windows-1252
}

const scanBlock = 64 << 10

// decideEncoding reads the whole file once and keeps one block in memory.
func decideEncoding(src io.ReaderAt, size int64) (textKind, error) {
	head := make([]byte, min(size, scanBlock))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return textKind{}, fmt.Errorf("read start of file: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		k, err := scanUTF8(io.NewSectionReader(src, 3, size-3))
		k.encoding, k.mark, k.mixed = EncodingUTF8, 3, k.encoding != EncodingUTF8 || k.mixed
		return k, err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return textKind{encoding: EncodingUTF16L, mark: 2}, nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return textKind{encoding: EncodingUTF16B, mark: 2}, nil
	}
	if e := guessUTF16(head); e != EncodingAuto {
		return textKind{encoding: e}, nil
	}
	return scanUTF8(io.NewSectionReader(src, 0, size))
}

// guessUTF16 recognises UTF-16 without a mark: delimiters, digits and line ends
// leave a zero in every second byte, always on the same side.
func guessUTF16(head []byte) Encoding {
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	enough := max(1, len(head)/20)
	if zeros[1] >= enough && zeros[0]*10 <= zeros[1] {
		return EncodingUTF16L
	}
	if zeros[0] >= enough && zeros[1]*10 <= zeros[0] {
		return EncodingUTF16B
	}
	return EncodingAuto
}

// scanUTF8 counts whole and broken sequences. A file with more whole than broken
// ones is UTF-8 into which something else was pasted; one with none whole is
// Windows-1252.
func scanUTF8(r io.Reader) (textKind, error) {
	whole, broken := 0, 0
	buf := make([]byte, scanBlock)
	kept := 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return textKind{}, fmt.Errorf("read file: %w", err)
		}
		w, b, rest := countSequences(buf[:kept+n], end)
		whole, broken = whole+w, broken+b
		kept = copy(buf, rest)
		if end {
			break
		}
	}
	switch {
	case broken == 0:
		return textKind{encoding: EncodingUTF8}, nil
	case whole >= broken:
		return textKind{encoding: EncodingUTF8, mixed: true}, nil
	}
	return textKind{encoding: Encoding1252}, nil
}

func countSequences(b []byte, end bool) (whole, broken int, rest []byte) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		if !end && !utf8.FullRune(b) {
			return whole, broken, b
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			broken++
		} else {
			whole++
		}
		b = b[size:]
	}
	return whole, broken, nil
}

// decoded gives the text of the file as valid UTF-8 without its mark.
func decoded(src io.ReaderAt, size int64, k textKind) io.Reader {
	section := io.NewSectionReader(src, k.mark, size-k.mark)
	if cs, ok := k.encoding.charset(); ok {
		return transform.NewReader(section, cs.NewDecoder())
	}
	if k.mixed {
		return transform.NewReader(section, mixedDecoder{})
	}
	return section
}

// mixedDecoder passes UTF-8 through and reads each byte that is not part of it
// as Windows-1252.
type mixedDecoder struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (mixedDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(src[nSrc])
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}
