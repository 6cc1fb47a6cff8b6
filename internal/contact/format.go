package contact

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Format is what a file is, by its content; names and endings prove nothing.
type Format string

// The formats that can be read.
const (
	FormatCSV   Format = "csv"
	FormatXLSX  Format = "xlsx"
	FormatVCard Format = "vcard"

	formatKept Format = "kept" // a file that was cleaned before it was kept
)

// decideFormat looks at the content and refuses, with a reason, what holds no
// table we read.
func decideFormat(src io.ReaderAt, size int64) (Format, error) {
	if size <= 0 {
		return "", ErrEmpty
	}
	head := make([]byte, min(size, 4096))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read start of file: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return FormatXLSX, checkZip(src, size)
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return "", oldOfficeReason(src, size)
	case bytes.HasPrefix(head, []byte(keptMagic)):
		return formatKept, nil
	}
	if err := refuseBinary(head); err != nil {
		return "", err
	}
	return textFormat(head)
}

// refuseBinary recognises files people take for a spreadsheet.
func refuseBinary(head []byte) error {
	if bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return ErrPDF
	}
	for _, magic := range []string{"\xFF\xD8\xFF", "\x89PNG\r\n", "GIF87a", "GIF89a", "BM", "II*\x00", "MM\x00*"} {
		if !bytes.HasPrefix(head, []byte(magic)) {
			continue
		}
		if magic != "BM" || bytes.IndexByte(head, 0) >= 0 {
			return ErrImage
		}
	}
	if len(head) > 12 && (string(head[8:12]) == "WEBP" || string(head[4:8]) == "ftyp") {
		return ErrImage
	}
	for _, magic := range []string{"\x1F\x8B", "7z\xBC\xAF", "Rar!\x1A", "BZh9", "\xFD7zXZ"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return ErrArchive
		}
	}
	if bytes.HasPrefix(head, []byte("{\\rtf")) || bytes.HasPrefix(head, []byte("SQLite format 3\x00")) {
		return ErrNotATable
	}
	if !isUTF16(head) && isNoise(head) {
		return ErrNotATable
	}
	return nil
}

// isUTF16 reports whether every second byte is half a letter and says nothing
// about noise.
func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) ||
		guessUTF16(head) != EncodingAuto
}

// isNoise reports whether control characters other than line ends, tabs and
// zeros are too many for a text.
func isNoise(head []byte) bool {
	n := 0
	for _, c := range head {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0 {
			n++
		}
	}
	return n > 2 && n*20 > len(head)
}

// textFormat tells address cards and tables from web pages.
func textFormat(head []byte) (Format, error) {
	text := bytes.ReplaceAll(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), []byte{0}, nil)
	text = bytes.TrimLeft(bytes.TrimLeft(text, "\xFF\xFE"), " \t\r\n")
	start := strings.ToLower(string(text[:min(len(text), 200)]))
	switch {
	case start == "" && len(head) < 4096:
		return "", ErrEmpty
	case strings.HasPrefix(start, "begin:vcard"):
		return FormatVCard, nil
	}
	for _, tag := range []string{"<!doctype", "<html", "<table", "<?xml", "<head", "<body", "<meta"} {
		if strings.HasPrefix(start, tag) {
			return "", ErrMarkup
		}
	}
	return FormatCSV, nil
}

// oldOfficeReason tells an old workbook from a new one behind a password: both
// come in the same wrapping, and only the second names its locked part.
func oldOfficeReason(src io.ReaderAt, size int64) error {
	mark := make([]byte, 0, 40)
	for _, c := range "EncryptedPackage" {
		mark = append(mark, byte(c), 0)
	}
	buf := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(buf) - len(mark)) {
		n, err := src.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read old workbook: %w", err)
		}
		if bytes.Contains(buf[:n], mark) {
			return ErrLocked
		}
	}
	return ErrOldExcel
}

// Limits of a workbook once it is unpacked. A workbook of 100,000 customers
// takes about 60 MB.
const (
	maxUnpacked   = 256 << 20
	maxZipEntries = 10_000
)

// checkZip tells a workbook from other packed files and refuses one that would
// unpack to more than we hold in memory.
func checkZip(src io.ReaderAt, size int64) error {
	z, err := zip.NewReader(src, size)
	if err != nil {
		return ErrDamaged.Because(err)
	}
	if len(z.File) > maxZipEntries {
		return ErrTooLarge
	}
	var total uint64
	kind := ErrArchive
	for _, f := range z.File {
		if total += f.UncompressedSize64; total > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return ErrTooLarge
		}
		switch {
		case f.Name == "xl/workbook.xml":
			kind = nil
		case f.Name == "mimetype" && kind != nil:
			kind = ErrOpenDocument
		case strings.HasPrefix(f.Name, "word/") || strings.HasPrefix(f.Name, "ppt/"):
			kind = ErrNotATable
		}
	}
	if kind != nil {
		return kind
	}
	return nil
}
