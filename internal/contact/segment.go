package contact

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"clepsydra/internal/fault"
)

// SegmentID identifies a segment (UUIDv7).
type SegmentID string

// Segment is a named filter of the customer file. It holds no people: whoever
// fits when it is used belongs to it.
type Segment struct {
	ID        SegmentID
	Name      string
	Criteria  Criteria
	CreatedBy string // account
	CreatedAt time.Time
}

// Named refusals of segments.
var (
	ErrSegmentUnknown = fault.New(fault.NotFound, "contact.segment_unknown")
	ErrSegmentName    = fault.New(fault.Invalid, "contact.segment_name").At("name")
	ErrSegmentTaken   = fault.New(fault.Conflict, "contact.segment_taken").At("name")
	ErrSegmentAll     = fault.New(fault.Invalid, "contact.segment_everybody")
)

// mostSegmentName is how long a name may be, in characters.
const mostSegmentName = 80

// NewSegment makes a segment. A name must be there (ErrSegmentName) and the
// criteria must leave somebody out (ErrSegmentAll).
func NewSegment(name string, c Criteria, by string, now time.Time) (Segment, error) {
	name = Clean(name)
	if name == "" || len([]rune(name)) > mostSegmentName {
		return Segment{}, ErrSegmentName
	}
	if c = c.Normal(); c.IsZero() {
		return Segment{}, ErrSegmentAll
	}
	id, err := uuid.NewV7()
	return Segment{ID: SegmentID(id.String()), Name: name, Criteria: c, CreatedBy: by, CreatedAt: now}, err
}

// key is what no two segments may share: the name without case, accents and signs.
func (s Segment) key() string {
	if k := foldKey(s.Name); k != "" {
		return k
	}
	return strings.ToLower(s.Name)
}
