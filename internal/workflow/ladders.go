package workflow

import (
	"maps"
	"slices"

	"clepsydra/internal/deadline"
)

// laddersFile is where the ladders are that several duties share.
const laddersFile = "ladders.yaml"

// ladderList is the file as it is written.
type ladderList struct {
	Version string            `yaml:"version"`
	Source  string            `yaml:"source"` // why the reminders are as they are
	Seen    deadline.Date     `yaml:"seen"`
	Ladders map[string]Ladder `yaml:"ladders"` // by the name that ladder_as gives
}

// Ladder returns a ladder that several duties share; false when there is none of
// that name.
func (p *Packs) Ladder(name string) (Ladder, bool) {
	l, ok := p.ladders[name]
	return l, ok
}

// addLadders checks the shared ladders. A rung that a short duty has no room for is
// left out when its reminders are planned.
func (l *loader) addLadders(c *checker, list ladderList) {
	c.need(list.Version != "", "$.version", "the version is missing")
	c.origin(list.Source, list.Seen)
	c.need(len(list.Ladders) > 0, "$.ladders", "the list is empty")
	anyLimit := &Limit{Amount: 1, Unit: deadline.UnitMonths, Binding: ByLaw}
	for _, name := range slices.Sorted(maps.Keys(list.Ladders)) {
		at := "$.ladders." + name
		c.name(at, name)
		ladder := list.Ladders[name]
		ladder.check(c, at, anyLimit)
		c.need(slices.ContainsFunc(ladder.Rungs, func(r Rung) bool { return r.AfterStart != nil }), at+".rungs",
			"a duty without a limit would have no reminder: at least one rung must count from the start")
	}
	l.packs.ladders = list.Ladders
}
