// Package document sets pages: letters, the answers of a form, tables and record
// cards as PDF, tables as spreadsheet and CSV. It is the only package that knows
// gofpdf and excelize, and it knows nothing of what the papers are about: callers
// hand it neutral structs with finished sentences in the reader's language.
//
// How a page comes about. A planner cleans and checks every text, breaks it into
// lines and lines into pages (a display list, see sheet). A canvas draws sheets
// into a gofpdf document. Because gofpdf names a glyph by its Unicode number,
// the content of a page does not depend on which font subset it is printed with:
// the finished pages are lifted out of the gofpdf document together with its font
// objects (drawn) and assembled again as one print file of many letters, or as
// one file per letter, all with the same bytes of font. Cutting fonts is what a
// PDF costs; here it is paid once per some hundred letters.
//
// Three faults of gofpdf decided the rest: one character above U+FFFF panics or
// voids a whole document, a character the font lacks prints as an empty box that
// text extraction does not show, and all pages of a document stay in memory. So
// every character is checked against the font before gofpdf sees it, a letter that
// cannot be printed is held back without hurting the others, and long runs are
// drawn in chunks of bounded size.
package document

import (
	"fmt"

	"clepsydra/internal/fault"
)

// What can be wrong with a paper. All but ErrTypesetting are for the caller to
// mend: the fault's field names the text (recipient[0], blocks[1].paragraphs[0])
// and its placeholder "letter" the person's reference.
var (
	// ErrUnprintable: a text holds a character the fonts lack (placeholder
	// "character", such as U+1F600).
	ErrUnprintable = fault.New(fault.Invalid, "document.unprintable_character")
	// ErrAddress: the recipient's lines do not fit the window of the envelope.
	ErrAddress = fault.New(fault.Invalid, "document.address_does_not_fit")
	// ErrNoRecipient: a letter without any address line.
	ErrNoRecipient = fault.New(fault.Invalid, "document.recipient_missing")
	// ErrLogo: the logo is no PNG or JPEG picture, is damaged, or is too large.
	ErrLogo = fault.New(fault.Invalid, "document.logo_unusable")
	// ErrColumns: a table without columns, or a row with more cells than columns.
	ErrColumns = fault.New(fault.Invalid, "document.columns_do_not_match")
	// ErrTypesetting: the PDF library failed; nothing the user wrote explains it.
	ErrTypesetting = fault.New(fault.Internal, "document.typesetting_failed")
)

// Typesetter holds the fonts, cut to the scripts we print. It never changes after
// NewTypesetter and may be used by many goroutines at once.
type Typesetter struct {
	fonts [faceCount]font
}

// NewTypesetter parses and cuts the embedded fonts (some tens of milliseconds).
// An error means that the program was built with broken font files.
func NewTypesetter() (ts *Typesetter, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = ErrTypesetting.Because(fmt.Errorf("cut fonts: %v", p))
		}
	}()
	ts = new(Typesetter)
	for f := range ts.fonts {
		if err := ts.fonts[f].load(face(f)); err != nil {
			return nil, fmt.Errorf("new typesetter: %w", err)
		}
	}
	return ts, nil
}
