package document

// A4 upright, in millimetres.
const (
	paperWidth  = 210.0
	paperHeight = 297.0
)

// ink is a colour; the zero value is the black of text.
type ink uint8

const (
	black ink = iota
	grey      // small print
	hair      // thin rules
	teal      // headings of forms
	red       // what is missing
	pink      // the band behind what is missing
	mist      // the band behind headings of forms and tables
	pale      // watermark: visible, and text over it stays readable on a fax
	inkCount
)

// colour gives red, green and blue from 0 to 1.
func (i ink) colour() [3]float64 {
	return [inkCount][3]float64{
		black: {0.09, 0.11, 0.14},
		grey:  {0.38, 0.42, 0.47},
		hair:  {0.74, 0.78, 0.82},
		teal:  {0.02, 0.36, 0.45},
		red:   {0.72, 0.08, 0.10},
		pink:  {0.99, 0.92, 0.91},
		mist:  {0.94, 0.96, 0.97},
		pale:  {0.91, 0.92, 0.93},
	}[i]
}

// span is one piece of text on one line; x and y (of the baseline) in millimetres
// from the top left corner.
type span struct {
	x, y float64
	style
	text string
}

// box is a filled rectangle: a band, or a rule when it is thin.
type box struct {
	x, y, w, h float64
	ink        ink
}

// sheet is one page before it is drawn: boxes lie under spans, the watermark lies
// under both.
type sheet struct {
	boxes     []box
	spans     []span
	watermark string
	logo      bool
	wide      bool // A4 lying
}

func (s *sheet) width() float64 {
	if s.wide {
		return paperHeight
	}
	return paperWidth
}

func (s *sheet) height() float64 {
	if s.wide {
		return paperWidth
	}
	return paperHeight
}

// row is a strip of the text that may not be torn apart. Its spans and boxes have
// y relative to its top. Keep ties it to the row after it, so that a heading never
// stands alone at the foot of a page.
type row struct {
	before, height float64 // the space above vanishes at the top of a page
	keep           bool
	spans          []span
	boxes          []box
}

// frame is the room for text on a page: from top to bottom in millimetres.
type frame struct{ top, bottom float64 }

// flow distributes rows over sheets. next makes the following sheet and gives its
// room. A chain of kept rows that is longer than a page is torn where the page
// ends, since nothing else is possible.
func flow(rows []row, next func() (*sheet, frame)) {
	for len(rows) > 0 {
		s, room := next()
		n := fitting(rows, room)
		y := room.top
		for i, r := range rows[:n] {
			if i > 0 {
				y += r.before
			}
			s.place(r, y)
			y += r.height
		}
		rows = rows[n:]
	}
}

// squeeze sets rows closer when that alone brings them all on one page: a second
// sheet for a few lines costs the sender paper and postage for every person. Gaps
// shrink to 60 % and lines to 90 % at most; text that needs more is left as it is.
func squeeze(rows []row, room frame) {
	const gap, line = 0.4, 0.1
	total, spare := 0.0, 0.0
	for i, r := range rows {
		total, spare = total+r.height, spare+line*r.height
		if i > 0 {
			total, spare = total+r.before, spare+gap*r.before
		}
	}
	over := total - (room.bottom - room.top)
	if over <= 0.001 || over > spare { // the tolerance of fitting
		return
	}
	for i := range rows {
		rows[i].height -= over / spare * line * rows[i].height
		rows[i].before -= over / spare * gap * rows[i].before
	}
}

// fitting counts the rows that go on a page: as many as have room, less those tied
// to the first one that has none. It is at least 1.
func fitting(rows []row, room frame) int {
	y, n := room.top, 0
	for n < len(rows) {
		step := rows[n].height
		if n > 0 {
			step += rows[n].before
		}
		if y+step > room.bottom+0.001 {
			break
		}
		y += step
		n++
	}
	if n == len(rows) {
		return n
	}
	for tied := n; tied > 0; tied-- {
		if !rows[tied-1].keep {
			return tied
		}
	}
	return max(n, 1)
}

func (s *sheet) place(r row, y float64) {
	for _, b := range r.boxes {
		b.y += y
		s.boxes = append(s.boxes, b)
	}
	for _, t := range r.spans {
		t.y += y
		s.spans = append(s.spans, t)
	}
}

// height of all rows set without a page break.
func heightOf(rows []row) float64 {
	var h float64
	for i, r := range rows {
		if i > 0 {
			h += r.before
		}
		h += r.height
	}
	return h
}
