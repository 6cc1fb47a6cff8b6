package workflow

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/deadline"
)

// Header is what every regime, authority, scenario and assessment begins with:
// which version it is, when it is in force, and where its facts come from.
type Header struct {
	ID        string        `yaml:"id"`
	Version   string        `yaml:"version"`
	ValidFrom deadline.Date `yaml:"valid_from"` // first day in force
	ValidTo   deadline.Date `yaml:"valid_to"`   // last day in force; zero: no end known
	Sources   []Source      `yaml:"sources"`
}

// Source is where a fact of a pack was read: the article or document, its address,
// and the day on which it was seen.
type Source struct {
	Article string        `yaml:"article"`
	Link    string        `yaml:"link"` // https; may be missing for a paper source
	Seen    deadline.Date `yaml:"seen"`
}

// InForce reports whether the version applies on a day.
func (h Header) InForce(day deadline.Date) bool {
	return !day.Before(h.ValidFrom) && (h.ValidTo.IsZero() || !day.After(h.ValidTo))
}

func (h Header) header() Header { return h }

// pack is anything with a header.
type pack interface{ header() Header }

// versions holds the versions of packs of one kind by id, oldest first.
type versions[T pack] map[string][]T

// at returns the version that is in force at the instant, in at's own location.
func (v versions[T]) at(id string, at time.Time) (T, bool) {
	day := deadline.DateOf(at)
	for _, p := range slices.Backward(v[id]) {
		if p.header().InForce(day) {
			return p, true
		}
	}
	var none T
	return none, false
}

// version returns one version by its name.
func (v versions[T]) version(id, version string) (T, bool) {
	for _, p := range v[id] {
		if p.header().Version == version {
			return p, true
		}
	}
	var none T
	return none, false
}

// all returns the version in force of every id, sorted by id.
func (v versions[T]) all(at time.Time) []T {
	var out []T
	for _, id := range v.ids() {
		if p, ok := v.at(id, at); ok {
			out = append(out, p)
		}
	}
	return out
}

func (v versions[T]) ids() []string {
	ids := make([]string, 0, len(v))
	for id := range v {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (v versions[T]) sort() {
	for _, list := range v {
		slices.SortFunc(list, func(a, b T) int { return b.header().ValidFrom.DaysUntil(a.header().ValidFrom) })
	}
}

// add checks what a header promises and puts the pack among the others of its kind.
func add[T pack](c *checker, v versions[T], p T) {
	h := p.header()
	c.need(c.stem() == h.ID || strings.HasPrefix(c.stem(), h.ID+"-"), "$.id",
		"the file of %q must be called %s.yaml or %s-VERSION.yaml", h.ID, h.ID, h.ID)
	c.need(h.Version != "", "$.version", "the version is missing")
	c.need(h.ValidFrom.IsValid(), "$.valid_from", "the first day in force is missing")
	c.need(h.ValidTo.IsZero() || !h.ValidTo.Before(h.ValidFrom), "$.valid_to", "the last day in force is before the first")
	c.need(len(h.Sources) > 0, "$.sources", "the list is empty")
	for i, s := range h.Sources {
		s.check(c, index("$.sources", i))
	}
	for _, other := range v[h.ID] {
		o := other.header()
		c.need(o.Version != h.Version, "$.version", "version %q is there twice", h.Version)
		c.need(!overlap(o, h), "$.valid_from", "version %q is in force on the same days: give it a valid_to before this valid_from", o.Version)
	}
	v[h.ID] = append(v[h.ID], p)
}

func (s Source) check(c *checker, at string) {
	c.need(strings.TrimSpace(s.Article) != "", at+".article", "the source is missing")
	c.need(s.Seen.IsValid(), at+".seen", "the day on which the source was seen is missing")
	u, err := url.Parse(s.Link)
	c.need(s.Link == "" || err == nil && u.Scheme == "https" && u.Host != "", at+".link", "%q is not an https address", s.Link)
}

func overlap(a, b Header) bool {
	return (a.ValidTo.IsZero() || !a.ValidTo.Before(b.ValidFrom)) &&
		(b.ValidTo.IsZero() || !b.ValidTo.Before(a.ValidFrom))
}
