package document

import (
	"strconv"
	"strings"
)

// Mark says what standing a paper has. It is never left out: an unmarked paper
// could be posted by mistake.
type Mark string

// The marks. Draft is also what the zero value means.
const (
	Draft    Mark = "draft"
	Final    Mark = "final"
	Exercise Mark = "exercise"
)

// Stamp is what every page says about itself.
type Stamp struct {
	Mark      Mark
	Text      string // the mark in the reader's language ("ONTWERP"); empty: DRAFT, FINAL, EXERCISE
	Reference string // of the case
	Version   string // of the text, as printed ("v3")
	Hash      string // of what was approved; the first 12 characters are printed
	PageOf    string // "Blad %d van %d": page, pages of this paper; empty: "%d / %d"
	SheetOf   string // "Volgnr. %d": running sheet number of a print run; empty: "#%d"
}

const shortHash = 12

func (s Stamp) word() string {
	if s.Text != "" {
		return s.Text
	}
	switch s.Mark {
	case Final:
		return "FINAL"
	case Exercise:
		return "EXERCISE"
	}
	return "DRAFT"
}

// watermark is the word across the page; a final paper has none.
func (s Stamp) watermark() string {
	if s.Mark == Final {
		return ""
	}
	return s.word()
}

func (s Stamp) hash() string {
	if len(s.Hash) > shortHash {
		return s.Hash[:shortHash]
	}
	return s.Hash
}

// numbers puts values in the place of the %d of a format written by a translator.
// fmt is not used, so a format with a mistake in it prints oddly and no worse.
func numbers(format, fallback string, values ...int) string {
	if format == "" {
		format = fallback
	}
	for _, v := range values {
		format = strings.Replace(format, "%d", strconv.Itoa(v), 1)
	}
	return format
}

// joined puts the non-empty parts in one line.
func joined(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "  ·  ")
}

// foot is what stands at the bottom of one page, in two lines left and right.
type foot struct {
	left, right [2]string
}

// placeFoot prints the foot of a sheet between left and right margin.
func (ts *Typesetter) placeFoot(s *sheet, f foot, left, right float64) {
	top := s.height() - 19
	small := style{face: regular, size: 7.5, ink: grey}
	s.boxes = append(s.boxes, box{x: left, y: top, w: right - left, h: 0.15, ink: hair})
	for i := range f.left {
		y := top + 4 + 3.7*float64(i)
		if f.left[i] != "" {
			s.spans = append(s.spans, span{x: left, y: y, style: small, text: f.left[i]})
		}
		if f.right[i] != "" {
			x := right - ts.measure(small, f.right[i])
			s.spans = append(s.spans, span{x: x, y: y, style: small, text: f.right[i]})
		}
	}
}
