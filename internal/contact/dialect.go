package contact

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// sampleSize is how much text decides about the delimiter.
const sampleSize = 64 << 10

// delimiters are those that occur, in the order of preference when nothing
// speaks for one of them.
func delimiters() []rune { return []rune{',', ';', '\t', '|'} }

// decideDelimiter reads the start of the text once per delimiter and takes the
// one that cuts it into the most even table, above all one with a header that
// is known. A first line "sep=;" decides by itself.
func decideDelimiter(text io.Reader) (dialect, error) {
	buf := make([]byte, sampleSize)
	n, err := io.ReadFull(text, buf)
	cut := err == nil
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return dialect{}, fmt.Errorf("read sample: %w", err)
	}
	sample := string(buf[:n])
	if d, ok := separatorLine(sample); ok {
		return dialect{delim: d}, nil
	}
	found, score := bestDelimiter(sample, cut, false)
	if wrapped, better := bestDelimiter(sample, cut, true); score == 0 && better > 0 {
		return wrapped, nil
	}
	return found, nil
}

// dialect is how the text of a file is cut into fields.
type dialect struct {
	delim   rune
	width   int  // the usual number of fields, 0 when that is not clear
	wrapped bool // each line as a whole stands in quotes
}

func bestDelimiter(sample string, cut, wrapped bool) (best dialect, score float64) {
	words := headerWords()
	best = dialect{delim: ',', wrapped: wrapped}
	for _, d := range delimiters() {
		r := newCSVReader(strings.NewReader(sample), d)
		r.wrapped = wrapped
		if s, width := evenness(r, cut, words); s > score {
			best.delim, best.width, score = d, width, s
		}
	}
	return best, score
}

// separatorLine reads the line with which a spreadsheet announces its delimiter.
func separatorLine(s string) (rune, bool) {
	s = strings.TrimPrefix(strings.TrimLeft(s, "\x00"), `"`)
	if len(s) < 5 || !strings.EqualFold(s[:4], "sep=") {
		return 0, false
	}
	for _, d := range delimiters() {
		if rune(s[4]) == d {
			return d, true
		}
	}
	return 0, false
}

func evenness(r *csvReader, cut bool, words map[string]Field) (score float64, width int) {
	var records []record
	for len(records) < 300 {
		rec, err := r.next()
		if err != nil {
			break
		}
		if !rec.isBlank() {
			records = append(records, rec)
		}
	}
	if cut && len(records) > 1 {
		records = records[:len(records)-1]
	}
	width, share := commonWidth(records)
	if width < 2 {
		return 0, 0
	}
	known := 0
	for _, rec := range records[:min(len(records), preambleRows)] {
		known = max(known, knownHeaders(rec.fields, words))
	}
	score = share*float64(min(width-1, 20)) + 5*float64(known)
	if share < 0.5 {
		return score, 0
	}
	return score, width
}

// commonWidth is the most usual number of fields, and its share of the rows.
func commonWidth(records []record) (width int, share float64) {
	counts := map[int]int{}
	most := 0
	for _, r := range records {
		n := len(r.fields)
		counts[n]++
		if counts[n] > most || (counts[n] == most && n > width) {
			width, most = n, counts[n]
		}
	}
	if len(records) == 0 {
		return 0, 0
	}
	return width, float64(most) / float64(len(records))
}
