package contact

import "strings"

// findHeader says whether there are headings and in which of the first rows. A
// row with several known headings is one; else the first row is, when it holds
// no mail address while the rows below do.
func (f *File) findHeader(h Header) (found bool, at int) {
	if f.Format == FormatRows {
		return true, 0
	}
	if h == HeaderNo {
		return false, 0
	}
	words := headerWords()
	best, bestKnown := 0, 0
	for i, r := range f.pending[:min(len(f.pending), preambleRows)] {
		if n := knownHeaders(r.fields, words); n > bestKnown && !holdsMail(r.fields) {
			best, bestKnown = i, n
		}
	}
	if bestKnown >= 2 || (bestKnown == 1 && best == 0) {
		return true, best
	}
	if h == HeaderYes {
		return true, 0
	}
	first := f.pending[0].fields
	if holdsMail(first) || len(f.pending) < 2 {
		return false, 0
	}
	for _, r := range f.pending[1:] {
		if holdsMail(r.fields) {
			return len(r.fields) == len(first), 0
		}
	}
	return false, 0
}

func holdsMail(fields []string) bool {
	for _, f := range fields {
		if strings.Contains(f, "@") && looksLikeMail(cell(f)) {
			return true
		}
	}
	return false
}
