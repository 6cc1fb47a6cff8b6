package contact

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// MostExportedRows is how many people a workbook takes. It is put together in
// memory, since nobody's data may land in a temporary file.
const MostExportedRows = 200_000

// xlsxExporter writes a workbook of one sheet. All cells are texts: a number keeps
// its zeros, a cell with "=" is no formula.
type xlsxExporter struct {
	w     io.Writer
	file  *excelize.File
	sheet *excelize.StreamWriter
	rows  int
	own   []Field
}

// inMemory is a folder that cannot exist: the library then keeps its rows in
// memory instead of in a file that others could read.
const inMemory = "\x00"

func newXLSXExporter(w io.Writer, own []Field) (*xlsxExporter, error) {
	e := &xlsxExporter{w: w, own: own, file: excelize.NewFile(excelize.Options{TmpDir: inMemory})}
	var err error
	if e.sheet, err = e.file.NewStreamWriter("Sheet1"); err != nil {
		return nil, fmt.Errorf("contact: begin workbook: %w", err)
	}
	bold, err := e.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, fmt.Errorf("contact: begin workbook: %w", err)
	}
	heading := []any{}
	for _, h := range exportHeader(own) {
		heading = append(heading, excelize.Cell{StyleID: bold, Value: h})
	}
	err = errors.Join(
		e.sheet.SetColWidth(1, len(heading), 18),
		e.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		e.sheet.SetRow("A1", heading),
	)
	return e, err
}

func (e *xlsxExporter) Write(c Contact) error {
	if e.rows++; e.rows > MostExportedRows {
		return ErrExportLarge
	}
	row := exportRow(c, e.own)
	cells := make([]any, len(row))
	for i, s := range row {
		if s != "" {
			cells[i] = s
		}
	}
	return e.sheet.SetRow("A"+strconv.Itoa(e.rows+1), cells)
}

func (e *xlsxExporter) Close() error {
	err := e.sheet.Flush()
	if err == nil {
		err = e.file.Write(e.w)
	}
	return errors.Join(err, e.file.Close())
}
