package processing

import (
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/workflow"
)

// Kind is what the values of the firm's own field look like.
type Kind = contact.Kind

// The kinds.
const (
	KindText   = contact.KindText
	KindNumber = contact.KindNumber
	KindDate   = contact.KindDate
	KindYesNo  = contact.KindYesNo
	KindChoice = contact.KindChoice
)

// Field is a field the firm declared: without it nothing of the sort is stored.
// The parts of a name or an address are declared each by itself or, for an address,
// together as contact.FieldAddress.
type Field struct {
	Key       contact.Field `json:"key" yaml:"key"`
	Label     workflow.Text `json:"label,omitempty" yaml:"label"` // of the firm's own fields; shipped ones are translated
	Kind      Kind          `json:"kind,omitempty" yaml:"kind"`   // of the firm's own fields
	Choices   []string      `json:"choices,omitempty" yaml:"choices"`
	Category  string        `json:"category" yaml:"category"` // id of a workflow.Category
	Purposes  []PurposeID   `json:"purposes" yaml:"purposes"`
	Necessary bool          `json:"necessary,omitempty" yaml:"necessary"`
	Why       string        `json:"why,omitempty" yaml:"why"` // why it is needed, in the firm's words
	// Readers are the roles that may see it; empty: all who may see the customer file.
	Readers []string `json:"readers,omitempty" yaml:"readers"`
	// Condition is the ground of Art. 9(2) GDPR, by its letter, for data of a special
	// category; empty for all others.
	Condition string `json:"condition,omitempty" yaml:"condition"`
	// Months shortens the retention of the purposes for this field alone; 0: theirs.
	Months      int       `json:"months,omitempty" yaml:"months"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero" yaml:"-"` // zero: only proposed
	EndedAt     time.Time `json:"ended_at,omitzero" yaml:"-"`     // zero: in use
}

// IsInUse reports whether the field may be filled.
func (f Field) IsInUse() bool { return f.EndedAt.IsZero() }
