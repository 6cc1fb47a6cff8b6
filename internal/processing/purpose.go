// Package processing is what a firm does with personal data and may prove: the
// purposes of its record of processing (Art. 30 GDPR), the fields it declared
// necessary for them, how long it keeps them and who handles them for it.
//
// Nothing is stored about a person that is not a declared field, and every field
// serves a purpose (Art. 5(1)(b) and (c)). Until the firm has written its own
// record, the shipped proposal stands (see Starter) and says that it is one.
package processing

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/workflow"
)

// PurposeID names a purpose for ever, such as "newsletter". Consents, retention
// and forms point at it.
type PurposeID string

// Basis is the ground in law of a purpose (Art. 6(1) GDPR).
type Basis string

// The six grounds, in the order of the article.
const (
	Consent             Basis = "consent"
	Contract            Basis = "contract"
	LegalObligation     Basis = "legal_obligation"
	VitalInterests      Basis = "vital_interests"
	PublicTask          Basis = "public_task"
	LegitimateInterests Basis = "legitimate_interests"
)

// Bases lists the grounds.
func Bases() []Basis {
	return []Basis{Consent, Contract, LegalObligation, VitalInterests, PublicTask, LegitimateInterests}
}

// Channel is a way in which people are reached.
type Channel string

// The channels.
const (
	ByMail  Channel = "mail"
	ByPhone Channel = "phone"
	ByPost  Channel = "post"
	BySMS   Channel = "sms"
)

// Channels lists them in the order in which they are offered.
func Channels() []Channel { return []Channel{ByMail, ByPhone, ByPost, BySMS} }

// Purpose is why data are used: one entry of the record of processing. Texts are by
// language. Instants are UTC.
type Purpose struct {
	ID        PurposeID     `json:"id" yaml:"id"`
	Name      workflow.Text `json:"name" yaml:"name"`
	Explain   workflow.Text `json:"explain" yaml:"explain"` // to the person, "To send you our newsletter."
	Basis     Basis         `json:"basis" yaml:"basis"`
	Interest  workflow.Text `json:"interest,omitempty" yaml:"interest"` // which one, with LegitimateInterests (Art. 13(1)(d))
	Marketing bool          `json:"marketing,omitempty" yaml:"marketing"`
	Channels  []Channel     `json:"channels,omitempty" yaml:"channels"`
	Subjects  []string      `json:"subjects,omitempty" yaml:"subjects"` // sorts of people, such as customers
	Retention Retention     `json:"retention" yaml:"retention"`
	// Recipients are others who receive the data (Art. 30(1)(d)); processors are kept
	// apart, by id.
	Recipients []string `json:"recipients,omitempty" yaml:"recipients"`
	Processors []string `json:"processors,omitempty" yaml:"processors"`
	// NoRecipients and NoTransfers say that there are none, which an empty list alone
	// does not: that is not known yet.
	NoRecipients bool `json:"no_recipients,omitempty" yaml:"no_recipients"`
	NoTransfers  bool `json:"no_transfers,omitempty" yaml:"no_transfers"`
	// Transfers are those to countries outside the EEA beside what processors do
	// (Art. 30(1)(e)).
	Transfers []Transfer `json:"transfers,omitempty" yaml:"transfers"`
	// ConfirmedAt is when the firm made the entry its own; zero: only proposed.
	ConfirmedAt time.Time `json:"confirmed_at,omitzero" yaml:"-"`
	EndedAt     time.Time `json:"ended_at,omitzero" yaml:"-"` // zero: in use
}

// IsInUse reports whether data are still processed for the purpose.
func (p Purpose) IsInUse() bool { return p.EndedAt.IsZero() }

// Uses reports whether people are reached for the purpose in that way.
func (p Purpose) Uses(c Channel) bool { return slices.Contains(p.Channels, c) }

// Retention is how long data are kept for a purpose (Art. 5(1)(e)) and what then.
type Retention struct {
	Months int     `json:"months,omitempty" yaml:"months"` // 0: not decided yet
	From   Start   `json:"from,omitempty" yaml:"from"`
	Then   Outcome `json:"then,omitempty" yaml:"then"`
	// Ground is the rule that asks for it, as the firm names it; empty: the firm's
	// own choice.
	Ground string `json:"ground,omitempty" yaml:"ground"`
}

// Start is the moment from which retention counts.
type Start string

// The starts. FromActivity counts from the last thing the person did; opening a
// mail is none.
const (
	FromActivity    Start = "activity"
	FromCollection  Start = "collection"
	FromRelationEnd Start = "relation_end"
	FromDocument    Start = "document" // each invoice has its own term
)

// Outcome is what happens when the time is over.
type Outcome string

// The outcomes.
const (
	ThenErase     Outcome = "erase"
	ThenAnonymise Outcome = "anonymise"
	ThenArchive   Outcome = "archive" // kept apart for a legal duty, out of daily use
)

// GroundIn takes from "BE: one rule; NL: another" what concerns a country; a rule
// without a country concerns all.
func (r Retention) GroundIn(country string) string {
	var out []string
	for part := range strings.SplitSeq(r.Ground, ";") {
		part = line(part)
		before, after, ok := strings.Cut(part, ": ")
		if ok && len(before) == 2 && before == strings.ToUpper(before) {
			if before != country {
				continue
			}
			part = after
		}
		if part != "" {
			out = append(out, part)
		}
	}
	return strings.Join(out, "; ")
}
