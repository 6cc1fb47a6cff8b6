package incident

import (
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// The moments from which steps of other laws run. They are kept beside the five and
// only in the history: the latest value of each holds.
const (
	AwareOther   MomentKind = "incident_aware"    // aware of an incident that is no personal data breach
	Classified   MomentKind = "classified"        // DORA: classified as major
	MeasureReady MomentKind = "measure_available" // CRA: a corrective measure exists
	Handled      MomentKind = "handled"           // NIS2: the incident is over
)

// ErrMomentBeforeAware refuses a moment that cannot come before the firm knew.
var ErrMomentBeforeAware = fault.New(fault.Invalid, "incident.moment_before_aware")

// LawMoments lists them in the order in which they usually come.
func LawMoments() []MomentKind { return []MomentKind{AwareOther, Classified, MeasureReady, Handled} }

// CheckLawMoment refuses a moment that cannot be: of another kind, in the future,
// of classification or handling before the firm knew (aware; zero: not known), or
// without a reason. A zero instant takes the moment back. A breach has its awareness
// in the five.
func (i Incident) CheckLawMoment(k MomentKind, at, aware time.Time, reason string, now time.Time) error {
	known := false
	for _, one := range LawMoments() {
		known = known || one == k
	}
	switch {
	case !i.IsOpen():
		return ErrNotOpen
	case !known || k == AwareOther && i.IsBreach():
		return ErrMomentUnknown.At("kind")
	case strings.TrimSpace(reason) == "":
		return ErrReasonMissing.At("reason")
	case at.IsZero():
		return nil
	case (k == Classified || k == Handled) && at.Before(aware):
		return ErrMomentBeforeAware.At("at")
	}
	return CheckInstant(at, now)
}

// LatestMoments returns the value that holds of every kind in a history, oldest
// first; a moment that was taken back or never set is absent.
func LatestMoments(history []History) map[MomentKind]time.Time {
	out := map[MomentKind]time.Time{}
	for _, h := range history {
		out[h.Kind] = h.At
		if h.At.IsZero() {
			delete(out, h.Kind)
		}
	}
	return out
}
