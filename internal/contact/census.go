package contact

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// When a column is refused as one of secrets. A column of order numbers passes
// the eleven test once in eleven: at least three cells and three in ten of the
// filled ones must pass, and chance must explain it less than twice in a
// thousand. Only cells that hold nothing but the number count.
//
// A column of n random numbers of nine digits is refused wrongly with a
// probability below 0.002 for every n, and practically never from thirty values
// on; for the other kinds the test is stricter by nature.
const (
	leastPassed  = 3
	leastShare   = 0.3
	mostByChance = 0.002
)

// verdict is what a census says about one column.
type verdict struct {
	column secret          // the column as a whole holds these; none: it may stay
	single map[secret]bool // a number of that kind is believed without a word before it
	iban   bool            // most cells are bank accounts: allowed only when declared
	hidden int             // cells with such a number, in a column that may stay
}

// census counts numbers of a secret's shape in every column of a whole file,
// whether the column is taken over or not.
type census struct {
	detector *detector
	columns  []columnCount
}

// columnCount is what one column holds. The inner counts are by recogniser.
type columnCount struct {
	filled, iban, hashes, believed int
	whole, any                     []tries
}

// tries are numbers of the right shape and those of them that passed.
type tries struct{ shaped, passed int }

func newCensus(width int) *census {
	c := &census{detector: newDetector()}
	for range width {
		c.columns = append(c.columns, columnCount{whole: make([]tries, c.detector.size()), any: make([]tries, c.detector.size())})
	}
	return c
}

// count enters one row. Fields beyond the width of the file belong to the last
// column.
func (c *census) count(fields []string) {
	for i, f := range fields {
		if strings.TrimSpace(f) == "" || len(c.columns) == 0 {
			continue
		}
		col := &c.columns[min(i, len(c.columns)-1)]
		col.filled++
		if isSecretHash(f) {
			col.hashes++
			continue
		}
		if len(f) >= 15 && len(f) <= 45 && isIBAN(joined(f)) {
			col.iban++
			continue
		}
		for _, s := range c.detector.look(f) {
			enter(&col.any[s.at], s)
			if s.believed && !s.mayStand {
				col.believed++
			}
			if s.whole {
				enter(&col.whole[s.at], s)
			}
		}
	}
}

func enter(t *tries, s sighting) {
	t.shaped++
	if s.passed {
		t.passed++
	}
}

// verdicts judges every column.
func (c *census) verdicts() []verdict {
	out := make([]verdict, len(c.columns))
	for i, col := range c.columns {
		v := &out[i]
		v.single = map[secret]bool{}
		v.hidden = col.believed + col.hashes
		v.iban = col.iban*2 > col.filled
		if col.hashes*2 > col.filled {
			v.column = secretHash
		}
		best := 0
		for at, t := range col.whole {
			kind, chance := c.detector.chanceOf(at)
			if isNoChance(t, col.filled, chance) && t.passed > best && v.column != secretHash {
				v.column, best = kind, t.passed
			}
		}
		// Where most numbers of a shape fail the test they are numbers of another
		// sort, and one that passes does so by chance.
		for at, t := range col.any {
			if r := c.detector.at(at); r.alone && t.passed*2 >= t.shaped && t.passed > 0 {
				v.single[r.secret] = true
				v.hidden += t.passed
			}
		}
	}
	return out
}

// isNoChance reports whether the column must hold secrets.
func isNoChance(t tries, filled int, chance float64) bool {
	return t.passed >= leastPassed && float64(t.passed) >= leastShare*float64(filled) &&
		atLeast(t.passed, t.shaped, chance) < mostByChance
}

// atLeast is the probability that k or more of n independent trials succeed.
func atLeast(k, n int, p float64) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	sum := 0.
	for i := k; i <= n; i++ {
		term := math.Exp(lg(n) - lg(i) - lg(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		sum += term
		if term < sum*1e-9 {
			break
		}
	}
	return sum
}

// takeCensus reads a file from its first row behind the headings to its end.
// Rows up to the headings go to above.
func takeCensus(r recordReader, behind, width int, above func([]string), look func(record)) (*census, error) {
	c := newCensus(width)
	r.expect(width)
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look for numbers that may not be kept: %w", err)
		}
		if rec.line > behind {
			c.count(rec.fields)
			look(rec)
		} else {
			above(rec.fields)
		}
	}
}

// joined is a text without spaces in upper case.
func joined(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}
