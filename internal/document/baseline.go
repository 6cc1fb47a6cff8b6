package document

import (
	"fmt"
	"io"

	"github.com/jung-kurt/gofpdf"
)

// The baselines are what one would write with gofpdf alone, drawing the page of
// SampleLetter: no checks, no shared work, MultiCell for every paragraph. The
// benchmarks and the bench command measure them in the same run as the typesetter.

// BaselineMerged writes n sample letters as one document of one gofpdf.
func BaselineMerged(w io.Writer, n int) error {
	pdf, err := baselineDocument()
	if err != nil {
		return err
	}
	run := SampleRun()
	for i := 1; i <= n; i++ {
		baselinePage(pdf, run, SampleLetter(i), i)
	}
	return pdf.Output(w)
}

// BaselineSeparate writes n sample letters as a gofpdf document each, which loads
// both faces anew, one after the other to w.
func BaselineSeparate(w io.Writer, n int) error {
	run := SampleRun()
	for i := 1; i <= n; i++ {
		pdf, err := baselineDocument()
		if err != nil {
			return err
		}
		baselinePage(pdf, run, SampleLetter(i), i)
		if err := pdf.Output(w); err != nil {
			return err
		}
	}
	return nil
}

func baselineDocument() (*gofpdf.Fpdf, error) {
	pdf := gofpdf.New("P", "mm", "A4", "")
	pdf.SetMargins(marginLeft, 20, paperWidth-marginRight)
	pdf.SetAutoPageBreak(false, 0)
	for f := regular; f < faceCount; f++ {
		data, err := fontFiles.ReadFile(f.fileName())
		if err != nil {
			return nil, fmt.Errorf("read font: %w", err)
		}
		pdf.AddUTF8FontFromBytes(family, f.style(), data)
	}
	return pdf, pdf.Error()
}

func baselinePage(pdf *gofpdf.Fpdf, run Run, l Letter, number int) {
	pdf.AddPage()
	pdf.SetFont(family, "B", 11)
	pdf.SetXY(marginLeft, 14)
	pdf.CellFormat(60, 5.2, run.Letterhead.Sender[0], "", 1, "L", false, 0, "")
	pdf.SetFont(family, "", 8.5)
	for _, s := range append(run.Letterhead.Sender[1:], run.Letterhead.Contact...) {
		pdf.CellFormat(60, 4, s, "", 1, "L", false, 0, "")
	}
	pdf.SetFont(family, "", 10)
	for i, s := range l.Recipient {
		pdf.SetXY(run.Window.X, run.Window.Y+4.4*float64(i))
		pdf.CellFormat(run.Window.Width, 4.4, s, "", 1, "L", false, 0, "")
	}
	pdf.SetXY(marginLeft, run.Window.bodyTop())
	pdf.CellFormat(80, 4, l.RefLines[0], "", 0, "L", false, 0, "")
	pdf.CellFormat(textWidth-80, 4, l.PlaceDate, "", 1, "R", false, 0, "")
	pdf.SetFont(family, "B", 11.5)
	pdf.Ln(7)
	pdf.MultiCell(textWidth, 5.6, l.Subject, "", "L", false)
	pdf.Ln(5)
	for _, b := range l.Blocks {
		baselineBlock(pdf, b)
	}
	pdf.Ln(4.9)
	for _, s := range l.Closing {
		pdf.CellFormat(textWidth, 4.75, s, "", 1, "L", false, 0, "")
	}
	baselineFoot(pdf, l, number)
}

func baselineBlock(pdf *gofpdf.Fpdf, b Block) {
	if b.Heading != "" {
		pdf.SetFont(family, "B", 10)
		pdf.CellFormat(textWidth, 4.75, b.Heading, "", 1, "L", false, 0, "")
	}
	pdf.SetFont(family, "", 10)
	for _, s := range b.Paragraphs {
		pdf.MultiCell(textWidth, 4.75, s, "", "L", false)
		pdf.Ln(2.4)
	}
	for _, s := range b.Bullets {
		pdf.CellFormat(bulletIndent, 4.75, "•", "", 0, "L", false, 0, "")
		pdf.MultiCell(textWidth-bulletIndent, 4.75, s, "", "L", false)
	}
}

func baselineFoot(pdf *gofpdf.Fpdf, l Letter, number int) {
	pdf.SetFont(family, "", 7.5)
	pdf.SetLineWidth(0.15)
	pdf.Line(marginLeft, 278, marginRight, 278)
	pdf.SetXY(marginLeft, 279)
	left := [2]string{joined(l.Stamp.word(), l.Stamp.Reference, l.PersonRef), joined(l.Stamp.Version, l.Stamp.hash())}
	right := [2]string{numbers(l.Stamp.PageOf, "", 1, 1), numbers(l.Stamp.SheetOf, "", number)}
	for i := range left {
		pdf.CellFormat(textWidth/2, 3.7, left[i], "", 0, "L", false, 0, "")
		pdf.CellFormat(textWidth/2, 3.7, right[i], "", 1, "R", false, 0, "")
	}
}
