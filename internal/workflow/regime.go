package workflow

import (
	"clepsydra/internal/deadline"
)

// Regime is one dated version of a law that asks for something after an incident.
type Regime struct {
	Header `yaml:",inline"`

	Status    Status          `yaml:"status"` // empty: in force
	Name      Text            `yaml:"name"`
	Summary   Text            `yaml:"summary"`   // whom it concerns and what it asks, in two or three sentences
	Countries []string        `yaml:"countries"` // of the firm; empty: any
	Certainty Certainty       `yaml:"certainty"` // of the limits and the steps
	Applies   *Applies        `yaml:"applies"`   // nil: it is not proposed, as for a law that every breach has
	National  []NationalPoint `yaml:"national"`
	Duties    []Duty          `yaml:"duties"`
}

// Duty returns one duty of the regime; ErrNoDuty when it is unknown.
func (r Regime) Duty(id string) (Duty, error) {
	for _, d := range r.Duties {
		if d.ID == id {
			return d, nil
		}
	}
	return Duty{}, ErrNoDuty.With("ID", id)
}

// IsLaw reports whether the regime can bind anybody: a proposal cannot.
func (r Regime) IsLaw() bool { return r.Status != Proposed }

// IsFor reports whether the regime can concern a firm of that country.
func (r Regime) IsFor(country string) bool {
	return len(r.Countries) == 0 || contains(r.Countries, country)
}

// PointsFor returns the national points that a firm of a country must know.
func (r Regime) PointsFor(country string) []NationalPoint {
	var out []NationalPoint
	for _, p := range r.National {
		if len(p.Countries) == 0 || contains(p.Countries, country) {
			out = append(out, p)
		}
	}
	return out
}

// Status says whether a regime is law.
type Status string

// The statuses. A proposal is shown so that people know of it; it is never applied.
const (
	InForce  Status = "in_force"
	Proposed Status = "proposal"
)

// NationalPoint is what the law of some countries adds to a regime or reads into it.
type NationalPoint struct {
	Countries []string  `yaml:"countries"` // empty: everywhere
	Article   string    `yaml:"article"`
	Text      Text      `yaml:"text"`
	Source    string    `yaml:"source"`
	Certainty Certainty `yaml:"certainty"`
}

// Recipient is who must be told, or where something must be written down.
type Recipient string

// The recipients.
const (
	ToAuthority    Recipient = "authority"     // for data protection
	ToDataSubjects Recipient = "data_subjects" // the people whose data leaked
	ToRegister     Recipient = "register"
	ToCSIRT        Recipient = "csirt"                // or the authority for network security
	ToFinance      Recipient = "financial_supervisor" // DORA
	ToSupervisor   Recipient = "supervisor"           // any other supervisory body
	ToController   Recipient = "controller"           // by its processor, GDPR Art. 33(2)
	ToUsers        Recipient = "users"                // of a service or a product
	ToInsurer      Recipient = "insurer"
	ToPartner      Recipient = "contract_partner"
)

// recipients lists them all.
func recipients() []Recipient {
	return []Recipient{ToAuthority, ToDataSubjects, ToRegister, ToCSIRT, ToFinance, ToSupervisor, ToController, ToUsers, ToInsurer, ToPartner}
}

// Moment is the event from which a duty's time runs.
type Moment string

// The moments.
const (
	Aware            Moment = "aware"              // the controller is aware (GDPR Art. 33(1))
	Decided          Moment = "decided"            // the risk was decided upon
	Classified       Moment = "classified"         // DORA: classified as major
	PreviousStepSent Moment = "previous_step_sent" // NIS2, CRA: the step before was sent
	MeasureAvailable Moment = "measure_available"  // CRA: a corrective measure exists
	Handled          Moment = "handled"            // NIS2: the incident is over
	ReportIn         Moment = "reported"           // the report reached the firm; only for clocks of the firm's own
)

// Level is the outcome of the risk assessment, in the GDPR's three steps.
type Level string

// The levels, lowest first.
const (
	RiskUnlikely Level = "unlikely"
	RiskLikely   Level = "risk"
	HighRisk     Level = "high_risk"
)

func (l Level) rank() int {
	switch l {
	case HighRisk:
		return 2
	case RiskLikely:
		return 1
	}
	return 0
}

// Binding tells a limit of the law from an aim of the firm's own.
type Binding string

// The bindings.
const (
	ByLaw    Binding = "law"
	ByTarget Binding = "target" // an internal planning target, never to be shown as law
	// ByContract is for the clocks of the firm's own; no pack has it.
	ByContract Binding = "contract"
)

// Limit is how long a duty has.
type Limit struct {
	Amount  int           `yaml:"amount"`
	Unit    deadline.Unit `yaml:"unit"`
	Binding Binding       `yaml:"binding"`
}

// Cap is a second limit from another moment; the earlier of the two counts (DORA:
// four hours after classification, at most 24 hours after awareness).
type Cap struct {
	From   Moment        `yaml:"from"`
	Amount int           `yaml:"amount"`
	Unit   deadline.Unit `yaml:"unit"`
	// LiftedWhenLater ends the cap when the moment of the limit came only after the
	// cap had run out (DORA: classified as major later than 24 hours after awareness).
	LiftedWhenLater bool `yaml:"lifted_when_later"`
}

// Counting says how a limit is counted.
type Counting string

// The rules. The empty one is EU1182.
const (
	EU1182      Counting = "1182"    // Regulation (EEC, Euratom) 1182/71
	ElapsedRule Counting = "elapsed" // as the hours pass; no statutory reading
	NoRule      Counting = "none"    // there is nothing to count
)
