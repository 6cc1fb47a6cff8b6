// Package watch answers who looked at whom, and notices when somebody looks at far
// more people than the work asks for (Art. 32(1)(b) and (4) GDPR: nobody just looks
// in).
//
// The journal keeps every look; this package sorts them into acts that everybody
// understands, folds repeats into one line, and compares what one account did in a
// window of time with the rules in workflows/watch.yaml. It shows and keeps
// identifiers and counts, never whose data were read.
package watch

import (
	"slices"
	"time"

	"clepsydra/internal/journal"
)

// Sort is what was done, as a reader tells it apart.
type Sort string

// The sorts. Changed is everything that is none of the others.
const (
	Viewed   Sort = "viewed"   // one person was opened
	Searched Sort = "searched" // people stood in the results of a search
	Listed   Sort = "listed"   // people stood in a list on another page
	Exported Sort = "exported" // people left in a file
	Imported Sort = "imported"
	Changed  Sort = "changed"
)

// Sorts lists them in the order in which they are offered.
func Sorts() []Sort { return []Sort{Viewed, Searched, Listed, Exported, Imported, Changed} }

// Kinds are the kinds of journal entries of a sort; none for Changed, which is
// every kind that belongs to no other.
func (s Sort) Kinds() []string {
	switch s {
	case Viewed:
		return []string{"contact.viewed"}
	case Searched:
		return []string{"contact.searched"}
	case Listed:
		return []string{"people.listed", "segment.used"}
	case Exported:
		return []string{"contact.exported", "letters.fetched"}
	case Imported:
		return []string{"contact.imported", "import.undone", "import.previewed"}
	}
	return nil
}

// Known are the kinds of every sort but Changed.
func Known() []string {
	var out []string
	for _, s := range Sorts() {
		out = append(out, s.Kinds()...)
	}
	return out
}

// SortOf is the sort of a kind of journal entry.
func SortOf(kind string) Sort {
	for _, s := range Sorts() {
		if slices.Contains(s.Kinds(), kind) {
			return s
		}
	}
	return Changed
}

// Line is one line of the log: an act, or several of the same account, sort and
// person within FoldWithin of one another's latest. Act is the latest of them.
type Line struct {
	journal.Act
	Times int
	First time.Time // the earliest of them
}

// FoldWithin is how long repeats stay one line, counted from the latest.
const FoldWithin = time.Hour

// folds reports whether repeats of a sort become one line: looks do, files that
// left and changes never do.
func (s Sort) folds() bool { return s == Viewed || s == Searched || s == Listed }

// Fold turns acts, the latest first, into at most most lines and says how many acts
// are in them; the rest begins a new page. Acts keep their order by the latest of
// each line, and every act is in exactly one line.
func Fold(acts []journal.Act, most int) (lines []Line, used int) {
	type same struct {
		actor  journal.Actor
		kind   string
		person journal.Case
	}
	open := map[same]int{}
	for _, a := range acts {
		key := same{a.Actor, a.Kind, a.Case}
		k, ok := open[key]
		if ok && SortOf(a.Kind).folds() && lines[k].RecordedAt.Sub(a.RecordedAt) <= FoldWithin {
			lines[k].Times++
			lines[k].First = a.RecordedAt
			used++
			continue
		}
		if len(lines) == most {
			return lines, used
		}
		open[key] = len(lines)
		lines = append(lines, Line{Act: a, Times: 1, First: a.RecordedAt})
		used++
	}
	return lines, used
}
