package register

import (
	"slices"

	"clepsydra/internal/obligation"
)

func median(hours []float64) (float64, bool) {
	if len(hours) == 0 {
		return 0, false
	}
	s := slices.Sorted(slices.Values(hours))
	mid := len(s) / 2
	if len(s)%2 == 1 {
		return s[mid], true
	}
	return (s[mid-1] + s[mid]) / 2, true
}

// figuresOf sums up notifications that were met, in order.
func figuresOf(met []obligation.Span) Figures {
	var f Figures
	for _, o := range met {
		f.Notified++
		if !o.Late {
			f.InTime++
		}
		f.Hours = append(f.Hours, max(0, o.Took.Hours()))
	}
	return f
}
