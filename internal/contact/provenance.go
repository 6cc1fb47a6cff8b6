package contact

import "time"

// How is the way in which a value came.
type How string

// The ways.
const (
	HowImported  How = "import"
	HowTyped     How = "typed" // by hand, not known from whom
	HowPhone     How = "phone"
	HowCounter   How = "counter"
	HowPaper     How = "paper"
	HowCorrected How = "corrected"
	HowForm      How = "form"    // on a form of ours
	HowRequest   How = "request" // the person asked to have it put right (Art. 16)
)

// HowsByHand lists the ways of somebody who is added by hand, in the order they are
// offered.
func HowsByHand() []How { return []How{HowTyped, HowPhone, HowCounter, HowPaper} }

// Provenance is where a value came from (Art. 14(2)(f) and 15(1)(g) GDPR): the way,
// the import and its line, who did it and when (UTC). FileName is that of the
// import.
type Provenance struct {
	How       How
	ImportID  ImportID
	FileName  string
	Line      int
	ActorKind string
	ActorID   string
	At        time.Time
}

// FieldPerson stands for the person as a whole among the sources: where everything
// came from that has no source of its own.
const FieldPerson Field = "*"

// partOf reports whether a source of field f speaks of field g too: that of an
// address of all its parts.
func partOf(f, g Field) bool {
	return f == g || f == FieldAddress && (g == FieldStreet || g == FieldPostcode || g == FieldCity || g == FieldCountry)
}
