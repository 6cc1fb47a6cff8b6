package contact

import (
	"strconv"
	"strings"
	"time"
)

// facts are what people are counted by, in the smallest form.
type facts struct {
	postcode [postcodeLength]byte // as postcodeKey gives it, zeros behind
	created  int64                // Unix seconds
	birth    int32                // 20061231; 0 when not known
	imported uint32               // number of the import; 0 for none
	country  [2]byte
	language [2]byte
	has      uint8
}

// What somebody has, as bits of facts.has.
const (
	hasMail = 1 << iota
	hasPost
	hasPhone
	isUnsubscribed
)

// birthNumber writes a stored birth date as 20061231; 0 when there is none.
func birthNumber(s string) int32 {
	n, err := strconv.Atoi(strings.ReplaceAll(s, "-", ""))
	if err != nil {
		return 0
	}
	return int32(n)
}

// criterion is a Criteria ready to be compared with facts.
type criterion struct {
	all                bool // nothing narrows
	country, language  *[2]byte
	from, to           string // postcodes
	after, before      int64  // created, Unix seconds
	birthFrom, birthTo int32
	adult              int32 // 20081122: born later is a minor; 0 when it is not asked
	minor              bool
	mask, want         uint8
	imported           uint32
	byImport           bool
	matched            map[int]bool
}

// criterion prepares the criteria of q. The caller holds the lock.
func (x *Index) criterion(q Query) criterion {
	n := q.Criteria.Normal()
	c := criterion{all: n.IsZero(), from: n.PostcodeFrom, to: n.PostcodeTo, minor: n.Minor == Yes}
	c.country, c.language = codeOf(n.Country), codeOf(n.Language)
	if from, to := n.createdBetween(); true {
		c.after, c.before = unix(from), unix(to)
	}
	c.birthFrom, c.birthTo = int32(n.BirthFrom*10000), int32(n.BirthTo*10000)
	if n.BirthTo != 0 {
		c.birthTo += 1231
	}
	if n.Minor != Either && !q.Today.IsZero() {
		c.adult = int32((q.Today.Year-18)*10000 + int(q.Today.Month)*100 + q.Today.Day)
	}
	c.answer(n.Mail, hasMail)
	c.answer(n.Post, hasPost)
	c.answer(n.Phone, hasPhone)
	c.answer(n.Unsubscribed, isUnsubscribed)
	if n.ImportID != "" {
		c.byImport, c.imported, c.matched = true, x.imports[n.ImportID], x.matched[n.ImportID]
	}
	return c
}

func (c *criterion) answer(a Answer, bit uint8) {
	switch a {
	case Yes:
		c.mask, c.want = c.mask|bit, c.want|bit
	case No:
		c.mask |= bit
	}
}

func codeOf(s string) *[2]byte {
	switch s {
	case "":
		return nil
	case Unknown:
		return new([2]byte)
	}
	return &[2]byte{s[0], s[1]}
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// fits reports whether somebody at a place has all that is asked.
func (c *criterion) fits(f *facts, at int) bool {
	switch {
	case f.has&c.mask != c.want,
		c.country != nil && *c.country != f.country,
		c.language != nil && *c.language != f.language,
		c.after != 0 && f.created < c.after,
		c.before != 0 && f.created >= c.before,
		c.birthFrom != 0 && f.birth < c.birthFrom,
		c.birthTo != 0 && (f.birth == 0 || f.birth > c.birthTo),
		c.adult != 0 && c.minor != (f.birth > c.adult),
		c.byImport && (c.imported == 0 || f.imported != c.imported) && !c.matched[at]:
		return false
	}
	return c.from == "" && c.to == "" || c.fitsPostcode(f)
}

// fitsPostcode compares only as much of the last postcode as was given: "30"
// takes all that begin with 30. Nobody without a postcode fits.
func (c *criterion) fitsPostcode(f *facts) bool {
	code := string(f.postcode[:])
	if end := strings.IndexByte(code, 0); end >= 0 {
		code = code[:end]
	}
	return code != "" && code >= c.from && (c.to == "" || code[:min(len(code), len(c.to))] <= c.to)
}
