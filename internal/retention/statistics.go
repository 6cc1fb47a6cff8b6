package retention

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"clepsydra/internal/contact"
)

// Least is how many people every published group has at least (k-anonymity).
const Least = 5

// Other is the group of those who are too few for one of their own.
const Other = "other"

// Dimension is one way in which people who were made anonymous are counted. Each
// stands by itself: no two are ever crossed.
type Dimension string

// The dimensions.
const (
	ByCountry  Dimension = "country"
	ByPostcode Dimension = "postcode" // its first two signs, with the country
	ByBirth    Dimension = "birth"    // decade
	ByYear     Dimension = "first_year"
	ByLanguage Dimension = "language"
)

// Dimensions lists them as they are shown.
func Dimensions() []Dimension {
	return []Dimension{ByYear, ByCountry, ByPostcode, ByBirth, ByLanguage}
}

// GroupsOf are the groups that somebody is counted in; what is not known is counted
// as an empty value.
func GroupsOf(c contact.Contact, zone *time.Location) map[Dimension]string {
	out := map[Dimension]string{
		ByCountry: c.Country, ByLanguage: c.Language, ByYear: strconv.Itoa(c.CreatedAt.In(zone).Year()), ByPostcode: "", ByBirth: "",
	}
	if code := []rune(c.Postcode); len(code) >= 4 {
		out[ByPostcode] = c.Country + " " + string(code[:2])
	}
	if !c.BirthDate.IsZero() {
		out[ByBirth] = c.BirthDate.String()[:3] + "0"
	}
	return out
}

// Publish gives the groups of one dimension that may be shown, from what was shown
// before and what is counted now. A group has at least Least people; those of smaller
// ones are together in Other, and when even they are too few they are not shown. A
// figure that was shown only changes by Least or more, so that nobody is found by
// comparing what was shown before and after he left: all change together or none do.
func Publish(before, now map[string]int) map[string]int {
	next := grouped(now)
	groups := map[string]bool{}
	for _, m := range []map[string]int{before, next} {
		for g := range m {
			groups[g] = true
		}
	}
	for g := range groups {
		if d := next[g] - before[g]; d != 0 && d < Least && d > -Least {
			return maps.Clone(before)
		}
	}
	return next
}

// grouped merges what is too small, the smallest groups first, until Other is large
// enough.
func grouped(now map[string]int) map[string]int {
	out := map[string]int{}
	rest := 0
	for _, g := range slices.SortedFunc(maps.Keys(now), func(a, b string) int {
		return cmp.Or(cmp.Compare(now[a], now[b]), cmp.Compare(a, b))
	}) {
		switch n := now[g]; {
		case n < Least, rest > 0 && rest < Least, g == Other:
			rest += n
		default:
			out[g] = n
		}
	}
	if rest >= Least {
		out[Other] = rest
	}
	return out
}
