package document

import (
	"fmt"

	"clepsydra/internal/fault"
)

// The page of a letter, in millimetres.
const (
	marginLeft   = 25.0
	marginRight  = 190.0
	textWidth    = marginRight - marginLeft
	nextTop      = 24.0
	textBottom   = paperHeight - 24
	senderRight  = 125.0 // the sender's column when the window is on the left
	bulletIndent = 5.0
)

// The styles of a letter. They are functions because the language has no constant
// structs; baseline is how far under the top of its line a text stands.
func bodyStyle() style    { return style{face: regular, size: 10, leading: 4.75} }
func headingStyle() style { return style{face: bold, size: 10, leading: 4.75} }
func subjectStyle() style { return style{face: bold, size: 11.5, leading: 5.6} }
func smallStyle() style   { return style{face: regular, size: 8.5, leading: 4, ink: grey} }

func (s style) baseline() float64 { return s.leading * 0.76 }

// planner turns the letters of one run into sheets, one after the other. Letters of
// a run share most paragraphs, so cleaned and broken texts are remembered.
type planner struct {
	ts      *Typesetter
	run     Run
	sender  []string
	contact []string
	logo    *logo
	sheets  int // sheets of paper planned so far
	cleaned map[string]string
	wrapped map[wrapKey][]string
}

type wrapKey struct {
	text  string
	face  face
	size  float64
	width float64
}

// remembered bounds each of the planner's memories.
const remembered = 4096

// planned is a letter ready to draw.
type planned struct {
	letter     Letter
	number     int // of the letter in the run, from 1
	sheets     []sheet
	pages      int // pages that carry text; sheets may hold one blank back more
	duplex     bool
	firstSheet int // running number of its first sheet of paper, from 1
}

// newPlanner checks what all letters share; a fault in it stops the whole run.
func newPlanner(ts *Typesetter, run Run) (*planner, error) {
	p := &planner{ts: ts, run: run, cleaned: map[string]string{}, wrapped: map[wrapKey][]string{}}
	if p.run.Window.Width == 0 {
		p.run.Window = WindowFor("")
	}
	var faults fault.List
	check := func(field string, texts []string) []string {
		out := make([]string, len(texts))
		for i, t := range texts {
			out[i] = Clean(t)
			if r, missing := ts.firstUnprintable(out[i]); missing {
				faults.Add(ErrUnprintable.At(fmt.Sprintf("%s[%d]", field, i)).
					With("character", fmt.Sprintf("%U", r)))
			}
		}
		return out
	}
	p.sender, p.contact = check("sender", run.Letterhead.Sender), check("contact", run.Letterhead.Contact)
	if len(run.Letterhead.Logo) > 0 {
		l, err := newLogo(run.Letterhead.Logo)
		if err != nil {
			return nil, err
		}
		p.logo = l
	}
	return p, faults.OrNil()
}

// plan sets one letter. The error is a fault of this letter alone (CheckLetter);
// it then takes no sheet numbers.
func (p *planner) plan(l Letter) (planned, error) {
	if !p.printable(l) {
		return planned{}, p.ts.CheckLetter(l, p.run.Window)
	}
	address, s, e := p.ts.fitAddress(l.Recipient, p.run.Window)
	if e != nil {
		return planned{}, e.At("recipient").With("letter", l.PersonRef)
	}
	first := sheet{}
	under := p.placeHead(&first, l)
	for i, line := range address {
		y := p.run.Window.Y + s.baseline() + float64(i)*s.leading
		first.spans = append(first.spans, span{x: p.run.Window.X, y: y, style: s, text: line})
	}
	sheets, begun := []*sheet{&first}, false
	body := frame{max(p.run.Window.bodyTop(), under+8), textBottom}
	rows := p.letterRows(l)
	squeeze(rows, body)
	flow(rows, func() (*sheet, frame) {
		if !begun {
			begun = true
			return &first, body
		}
		s := p.nextSheet(l)
		sheets = append(sheets, s)
		return s, frame{nextTop, textBottom}
	})
	return p.finish(l, sheets), nil
}

// nextSheet is a page after the first, with who writes and to whom at its top.
func (p *planner) nextSheet(l Letter) *sheet {
	s, small := new(sheet), smallStyle()
	if len(p.sender) > 0 {
		s.spans = append(s.spans, span{x: marginLeft, y: 15, style: small, text: p.sender[0]})
	}
	ref := p.clean(l.PersonRef)
	s.spans = append(s.spans, span{x: marginRight - p.ts.measure(small, ref), y: 15, style: small, text: ref})
	return s
}

// finish numbers the sheets of a letter, which is possible only when all are known.
func (p *planner) finish(l Letter, sheets []*sheet) planned {
	out := planned{letter: l, pages: len(sheets), duplex: p.run.Duplex, firstSheet: p.sheets + 1}
	st := l.Stamp
	mark, left := p.clean(st.watermark()), joined(p.clean(st.word()), p.clean(st.Reference), p.clean(l.PersonRef))
	version := joined(p.clean(st.Version), p.clean(st.hash()))
	for i, s := range sheets {
		number := out.firstSheet + i
		if p.run.Duplex {
			number = out.firstSheet + i/2
		}
		s.watermark = mark
		s.logo = i == 0 && p.logo != nil
		p.ts.placeFoot(s, foot{
			left:  [2]string{left, version},
			right: [2]string{p.clean(numbers(st.PageOf, "%d / %d", i+1, len(sheets))), p.clean(numbers(st.SheetOf, "#%d", number))},
		}, marginLeft, marginRight)
		out.sheets = append(out.sheets, *s)
	}
	used := len(sheets)
	if p.run.Duplex {
		if used%2 == 1 {
			out.sheets = append(out.sheets, sheet{})
		}
		used = len(out.sheets) / 2
	}
	p.sheets += used
	return out
}

// printable checks every text of the letter by way of the memory, without naming
// fields: that is done only for the rare letter that fails.
func (p *planner) printable(l Letter) bool {
	ok := true
	l.texts(func(_ place, text string) {
		if _, missing := p.ts.firstUnprintable(p.clean(text)); missing {
			ok = false
		}
	})
	return ok
}

func (p *planner) clean(text string) string {
	if plain(text) {
		return text
	}
	if c, ok := p.cleaned[text]; ok {
		return c
	}
	if len(p.cleaned) >= remembered {
		clear(p.cleaned)
	}
	c := Clean(text)
	p.cleaned[text] = c
	return c
}

func (p *planner) wrap(s style, width float64, text string) []string {
	key := wrapKey{text: text, face: s.face, size: s.size, width: width}
	if lines, ok := p.wrapped[key]; ok {
		return lines
	}
	if len(p.wrapped) >= remembered {
		clear(p.wrapped)
	}
	lines := p.ts.wrap(s, width, text)
	p.wrapped[key] = lines
	return lines
}
