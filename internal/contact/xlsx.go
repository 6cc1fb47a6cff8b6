package contact

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxColumns bounds a row; a stray value in the last of 16,384 columns makes a
// row no wider than this.
const maxColumns = 300

// workbook reads the rows of one sheet. Cells come as they are stored: 3000 and
// not "€ 3.000,00", a day as its number.
type workbook struct {
	file   *excelize.File
	rows   *excelize.Rows
	sheet  string
	others int // further sheets that hold something
	line   int
}

// openWorkbook opens the first visible sheet with something in it. The workbook
// is unpacked in memory only: nobody's data land in a temporary file.
func openWorkbook(src io.ReaderAt, size int64) (w *workbook, err error) {
	defer recoverDamage(&err)
	f, err := excelize.OpenReader(io.NewSectionReader(src, 0, size), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked,
	})
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	w = &workbook{file: f}
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible || !w.holdsSomething(name) {
			continue
		}
		if w.sheet == "" {
			w.sheet = name
			continue
		}
		w.others++
	}
	if w.sheet == "" {
		return nil, errors.Join(ErrNoSheet, f.Close())
	}
	if w.rows, err = f.Rows(w.sheet); err != nil {
		return nil, errors.Join(ErrDamaged.Because(err), f.Close())
	}
	return w, nil
}

// holdsSomething looks at the first rows of a sheet; one that is no table (a
// chart) holds nothing.
func (w *workbook) holdsSomething(sheet string) bool {
	rows, err := w.file.Rows(sheet)
	if err != nil {
		return false
	}
	found := false
	for n := 0; n < 200 && !found && rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			break
		}
		found = !(record{fields: cells}).isBlank()
	}
	return rows.Close() == nil && found
}

func (w *workbook) expect(int) {}

func (w *workbook) next() (rec record, err error) {
	defer recoverDamage(&err)
	if !w.rows.Next() {
		if err := w.rows.Error(); err != nil {
			return record{}, ErrDamaged.Because(err)
		}
		return record{}, io.EOF
	}
	w.line++
	cells, err := w.rows.Columns()
	if err != nil {
		return record{}, ErrDamaged.Because(err)
	}
	if len(cells) > maxColumns {
		cells = cells[:maxColumns]
	}
	for i, c := range cells {
		cells[i] = plainNumber(c)
	}
	return record{line: w.line, fields: cells}, nil
}

func (w *workbook) close() error { return errors.Join(w.rows.Close(), w.file.Close()) }

// plainNumber writes out a number that is stored with an exponent, as long
// telephone numbers are.
func plainNumber(s string) string {
	mantissa, exponent, found := strings.Cut(s, "E+")
	if !found || !isDigits(exponent) || len(exponent) > 2 {
		return s
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if !isDigits(whole) || (fraction != "" && !isDigits(fraction)) {
		return s
	}
	places := int(exponent[0] - '0')
	if len(exponent) == 2 {
		places = places*10 + int(exponent[1]-'0')
	}
	if places < len(fraction) || places > 20 {
		return s
	}
	return whole + fraction + strings.Repeat("0", places-len(fraction))
}

// recoverDamage turns a panic of the library over a broken workbook into the
// refusal of that file.
func recoverDamage(err *error) {
	if r := recover(); r != nil {
		*err = ErrDamaged.Because(fmt.Errorf("workbook: %v", r))
	}
}
