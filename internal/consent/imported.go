package consent

import (
	"slices"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// MarketingOf is what the customer file shows of marketing mail, out of what a person
// said: subscribed when a consent to any of it stands, unsubscribed when only a no
// does, unknown otherwise. at is since when; zero unless unsubscribed.
func MarketingOf(s States, r processing.Record) (m contact.Marketing, at time.Time) {
	purposes := []processing.Purpose{{ID: AllMarketing, Marketing: true}}
	for _, p := range r.Purposes {
		if p.Marketing {
			purposes = append(purposes, p)
		}
	}
	for _, p := range purposes {
		state := s.Of(p, processing.ByMail)
		switch {
		case state.Standing == IsGiven:
			return contact.MarketingSubscribed, time.Time{}
		case state.Standing.Stops() && state.Since.After(at):
			m, at = contact.MarketingUnsubscribed, state.Since
		}
	}
	return m, at
}

// Imported is what a file said of a person and no event repeats: a hundred thousand
// rows are taken over without a hundred thousand events. The row of the person is the
// proof that the file claimed it, and nothing more; as soon as something else is
// recorded, it becomes an event of its own. False when there is none.
func Imported(c contact.Contact, events []Event, r processing.Record) (Event, bool) {
	if known, _ := MarketingOf(Present(events), r); known != contact.MarketingUnknown || c.Marketing == contact.MarketingUnknown {
		return Event{}, false
	}
	e := Event{
		ContactID: c.ID, Purpose: AllMarketing, Channel: processing.ByMail, Kind: Given, At: c.CreatedAt,
		RecordedAt: c.CreatedAt, How: HowImport, Proof: Proof{ImportID: c.Source.ImportID, Line: c.Source.Line},
	}
	if c.Marketing == contact.MarketingUnsubscribed {
		e.Kind = Objected
		if !c.UnsubscribedAt.IsZero() {
			e.At = c.UnsubscribedAt
		}
	}
	return e, true
}

// History is everything a person said, what a file said of him included.
func History(c contact.Contact, events []Event, r processing.Record) []Event {
	if e, ok := Imported(c, events, r); ok {
		events = append(slices.Clone(events), e)
	}
	return slices.SortedFunc(slices.Values(events), inOrder)
}
