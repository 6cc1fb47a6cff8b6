package document

import "strings"

// placeHead prints the letterhead, the return line and the fold marks on the first
// sheet and returns how far down it reaches. A window on the left puts the sender
// on the right and the other way round, so that nothing but the address shows.
func (p *planner) placeHead(s *sheet, l Letter) float64 {
	w := p.run.Window
	x, y, width := marginLeft, 14.0, w.X-marginLeft-14
	if w.Left {
		x, width = senderRight, marginRight-senderRight
	} else if p.logo != nil {
		y = 12 + p.logo.height + 4
	}
	contact := p.contact
	if len(l.Contact) > 0 {
		contact = l.Contact
	}
	name, small := style{face: bold, size: 11, leading: 5.2}, smallStyle()
	for i, text := range p.sender {
		st := small
		if i == 0 {
			st = name
		}
		y = p.placeLines(s, st, x, y, p.wrap(st, width, text))
	}
	y += 2
	for _, text := range contact {
		y = p.placeLines(s, small, x, y, p.wrap(small, width, p.clean(text)))
	}
	p.placeMarks(s)
	return y
}

func (p *planner) placeLines(s *sheet, st style, x, y float64, lines []string) float64 {
	for _, line := range lines {
		s.spans = append(s.spans, span{x: x, y: y + st.baseline(), style: st, text: line})
		y += st.leading
	}
	return y
}

// placeMarks prints what the envelope and the folding machine need.
func (p *planner) placeMarks(s *sheet) {
	w := p.run.Window
	for _, y := range w.Folds {
		s.boxes = append(s.boxes, box{x: 5, y: y, w: 4, h: 0.12, ink: grey})
	}
	if w.Punch > 0 {
		s.boxes = append(s.boxes, box{x: 5, y: w.Punch, w: 6, h: 0.12, ink: grey})
	}
	if !w.Return || len(p.sender) == 0 {
		return
	}
	st, text := style{face: regular, size: 6.5, ink: grey}, strings.Join(p.sender, " · ")
	for width := p.ts.measure(st, text); width > w.Width && st.size > 5; width = p.ts.measure(st, text) {
		st.size -= 0.25
	}
	s.spans = append(s.spans, span{x: w.X, y: w.Y - 2.2, style: st, text: text})
	s.boxes = append(s.boxes, box{x: w.X, y: w.Y - 1.3, w: p.ts.measure(st, text), h: 0.1, ink: grey})
}

// letterRows is the running text of a letter from its date to its signature.
func (p *planner) letterRows(l Letter) []row {
	rows := make([]row, 0, 48)
	rows = p.infoRows(rows, l)
	rows = p.textRows(rows, subjectStyle(), 0, textWidth, p.clean(l.Subject), 6)
	tieAll(rows)
	for i, b := range l.Blocks {
		gap := 2.8
		if i == 0 {
			gap = 4
		}
		if b.Heading != "" {
			from := len(rows)
			rows = p.textRows(rows, headingStyle(), 0, textWidth, p.clean(b.Heading), gap+1.2)
			tieAll(rows[from:])
			gap = 0.6
		}
		for _, text := range b.Paragraphs {
			rows = p.textRows(rows, bodyStyle(), 0, textWidth, p.clean(text), gap)
			gap = 2.2
		}
		for _, text := range b.Bullets {
			rows = p.bulletRows(rows, text, min(gap, 1.2))
		}
	}
	return p.closingRows(rows, l)
}

// infoRows prints our reference left and place and date right on the same lines.
func (p *planner) infoRows(rows []row, l Letter) []row {
	small, body := smallStyle(), bodyStyle()
	refs := l.RefLines
	if len(refs) == 0 && l.PersonRef != "" {
		refs = []string{l.PersonRef}
	}
	var lines []string
	for _, ref := range refs {
		lines = append(lines, p.wrap(small, textWidth-70, p.clean(ref))...)
	}
	date := p.clean(l.PlaceDate)
	for i := 0; i < len(lines) || i == 0 && date != ""; i++ {
		r := row{height: small.leading}
		if i < len(lines) {
			r.spans = append(r.spans, span{x: marginLeft, y: small.baseline(), style: small, text: lines[i]})
		}
		if i == 0 && date != "" {
			r.spans = append(r.spans, span{x: marginRight - p.ts.measure(body, date), y: small.baseline(), style: body, text: date})
		}
		rows = append(rows, r)
	}
	return rows
}

// textRows adds a paragraph. Its first two and last two lines stay together, so no
// single line is left behind on a page.
func (p *planner) textRows(rows []row, s style, indent, width float64, text string, gap float64) []row {
	lines := p.wrap(s, width, text)
	return append(rows, linesToRows(s, marginLeft+indent, lines, gap)...)
}

func linesToRows(s style, x float64, lines []string, gap float64) []row {
	rows := make([]row, len(lines))
	spans := make([]span, len(lines)) // one allocation for the paragraph
	for i, line := range lines {
		spans[i] = span{x: x, y: s.baseline(), style: s, text: line}
		rows[i] = row{height: s.leading, spans: spans[i : i+1 : i+1]}
		rows[i].keep = i < len(lines)-1 && (i == 0 || i == len(lines)-2)
	}
	if len(rows) > 0 {
		rows[0].before = gap
	}
	return rows
}

func (p *planner) bulletRows(rows []row, text string, gap float64) []row {
	s, from := bodyStyle(), len(rows)
	rows = p.textRows(rows, s, bulletIndent, textWidth-bulletIndent, p.clean(text), gap)
	if from < len(rows) {
		rows[from].spans = append(rows[from].spans, span{x: marginLeft + 1.2, y: s.baseline(), style: s, text: "•"})
	}
	return rows
}

// closingRows adds the greeting and who signs, tied together and to the last lines
// of the text: a signature alone on a page could belong to any letter.
func (p *planner) closingRows(rows []row, l Letter) []row {
	if len(l.Closing) == 0 {
		return rows
	}
	if n := len(rows); n > 0 {
		rows[n-1].keep = true
	}
	s, from := bodyStyle(), len(rows)
	for i, text := range l.Closing {
		gap := 0.0
		if i == 0 {
			gap = 4.9
		}
		if text == "" {
			rows = append(rows, row{before: gap, height: s.leading})
			continue
		}
		rows = p.textRows(rows, s, 0, textWidth, p.clean(text), gap)
	}
	if len(rows) > from {
		tieAll(rows[from : len(rows)-1])
	}
	return rows
}

func tieAll(rows []row) {
	for i := range rows {
		rows[i].keep = true
	}
}
