package document

import (
	"fmt"
	"time"

	"clepsydra/internal/fault"
)

// Letterhead is who writes. The first line of Sender is printed large; Contact is
// printed small under it. Logo is a PNG or JPEG picture, or nil.
type Letterhead struct {
	Sender  []string // name, then address lines
	Contact []string // telephone, mail, web, contact person
	Logo    []byte
}

// Letter is one person's letter. Texts hold finished sentences in Language (BCP 47,
// told to screen readers); a newline in a text is a line break, an empty line in
// Closing is room for a signature.
type Letter struct {
	PersonRef string // our reference of the person; printed on every page, kept in the index
	Language  string
	Recipient []string // address lines, top to bottom
	PlaceDate string   // "Gent, 12 juni 2026"
	RefLines  []string // "Onze referentie: INC-12-0007"; empty: PersonRef alone
	Subject   string
	Blocks    []Block
	Closing   []string // greeting, blank lines, who signs
	Contact   []string // contact lines in the letter's language; empty: those of the letterhead
	Stamp     Stamp
}

// Block is a part of a letter: an optional heading, paragraphs, then a list.
type Block struct {
	Heading    string
	Paragraphs []string
	Bullets    []string
}

// Run is what all letters of one print run share. Created is written into the
// files as their date; the same run printed twice with the same Created gives the
// same bytes.
type Run struct {
	Letterhead Letterhead
	Window     Window
	Title      string // of merged files; not shown on paper
	Created    time.Time
	Duplex     bool // begin each letter on a new sheet of paper, printed on both sides
	PerFile    int  // letters per print file; 0: 500
	Workers    int  // chunks drawn at once; 0: as many as there are processors, at most 4
}

// CheckLetter returns nil when every text of the letter can be printed and the
// address fits the window, otherwise a fault.List that names each field.
// ErrUnprintable, ErrAddress and ErrNoRecipient are the faults in it.
func (ts *Typesetter) CheckLetter(l Letter, w Window) error {
	var faults fault.List
	l.texts(func(at place, text string) {
		if r, missing := ts.firstUnprintable(Clean(text)); missing {
			faults.Add(ErrUnprintable.At(at.String()).With("character", fmt.Sprintf("%U", r)).
				With("letter", l.PersonRef))
		}
	})
	if len(faults) == 0 {
		if _, _, e := ts.fitAddress(l.Recipient, w); e != nil {
			faults.Add(e.At("recipient").With("letter", l.PersonRef))
		}
	}
	return faults.OrNil()
}

// place is where in a letter a text stands; block and item are -1 when there is
// only one.
type place struct {
	block int
	part  string
	item  int
}

// String writes the place as the field of a fault: blocks[1].paragraphs[0].
func (p place) String() string {
	name := p.part
	if p.block >= 0 {
		name = fmt.Sprintf("blocks[%d].%s", p.block, name)
	}
	if p.item >= 0 {
		name = fmt.Sprintf("%s[%d]", name, p.item)
	}
	return name
}

// texts visits every text that is printed. It runs for every letter of a run, so
// names are made only when somebody asks for them.
func (l *Letter) texts(visit func(at place, text string)) {
	list := func(block int, part string, texts []string) {
		for i, t := range texts {
			visit(place{block, part, i}, t)
		}
	}
	visit(place{-1, "person_ref", -1}, l.PersonRef)
	list(-1, "recipient", l.Recipient)
	visit(place{-1, "place_date", -1}, l.PlaceDate)
	list(-1, "ref_lines", l.RefLines)
	visit(place{-1, "subject", -1}, l.Subject)
	for i := range l.Blocks {
		visit(place{i, "heading", -1}, l.Blocks[i].Heading)
		list(i, "paragraphs", l.Blocks[i].Paragraphs)
		list(i, "bullets", l.Blocks[i].Bullets)
	}
	list(-1, "closing", l.Closing)
	list(-1, "contact", l.Contact)
	visit(place{-1, "stamp.text", -1}, l.Stamp.Text)
	visit(place{-1, "stamp.reference", -1}, l.Stamp.Reference)
	visit(place{-1, "stamp.version", -1}, l.Stamp.Version)
	visit(place{-1, "stamp.hash", -1}, l.Stamp.Hash)
	visit(place{-1, "stamp.page_of", -1}, l.Stamp.PageOf)
	visit(place{-1, "stamp.sheet_of", -1}, l.Stamp.SheetOf)
}
