package response

import (
	"context"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
)

// Other is a case that is no incident and yet has a legal clock, such as the request
// of a data subject. It holds what a reminder may say of it: codes and a reference,
// nothing that names anybody.
type Other struct {
	Kind    string // of the journal: request
	ID      string
	Ref     string
	Path    string   // of its page
	LeadID  string   // who is asked first; empty: the firm's lead
	Asks    []string // codes of what is asked, alert.asks_<code>
	Missing []string
	Planned []obligation.Reminder // its ladder, laid out for the clock of now
}

// Others finds the case behind a duty that is not one of an incident.
type Others interface {
	CaseOf(ctx context.Context, db bun.IDB, o obligation.Obligation) (Other, error)
}

// ErrNoOthers says that duties of other cases were met although none is known.
var ErrNoOthers = fault.New(fault.Internal, "fault.internal")

// UseOthers makes the service look after the clocks of other cases too. To be called
// before serving.
func (s *Service) UseOthers(o Others) { s.others = o }

func (s *Service) otherOf(ctx context.Context, db bun.IDB, o obligation.Obligation) (Other, error) {
	if s.others == nil {
		return Other{}, ErrNoOthers
	}
	return s.others.CaseOf(ctx, db, o)
}

// Wind writes the duty of another case in the caller's transaction and lays out its
// reminders anew, as for the duties of incidents: what was planned for an earlier
// clock goes, what was sent stays. After the commit comes Woken.
func (s *Service) Wind(ctx context.Context, tx bun.Tx, o obligation.Obligation, planned []obligation.Reminder) error {
	if err := obligation.Save(ctx, tx, o); err != nil {
		return err
	}
	if err := obligation.DropPlanned(ctx, tx, o.ID); err != nil {
		return err
	}
	if !o.IsOpen() {
		return nil
	}
	return (&change{s: s, tx: tx, now: s.now()}).plan(ctx, planned)
}

// Settle writes the duty of another case that came to its end and cancels the
// reminders that are left.
func (s *Service) Settle(ctx context.Context, tx bun.Tx, o obligation.Obligation, why string) error {
	return (&change{s: s, tx: tx, now: s.now()}).settle(ctx, o, why)
}

// Woken tells workers and boards that a transaction with work in it was committed.
func (s *Service) Woken() {
	s.d.Queue.Wake()
	s.d.Changed()
}

// acknowledgeOther records that somebody took on the duty of another case.
func (s *Service) acknowledgeOther(ctx context.Context, actor journal.Actor, id obligation.ID) error {
	now := s.now()
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		o, err := obligation.ByID(ctx, tx, id)
		if err != nil || !o.AcknowledgedAt.IsZero() {
			return err
		}
		if err := o.Acknowledge(actor.ID, now); err != nil {
			return err
		}
		if err := obligation.Save(ctx, tx, o); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "request", ID: o.RequestID}, Kind: "duty.acknowledged", Actor: actor, RecordedAt: now, HappenedAt: now,
			Facts: map[string]string{"obligation": string(id), "duty": string(o.Duty)},
		})
	})
	if err == nil {
		s.Woken()
	}
	return err
}

// otherScene is what an alert about a case that is no incident can be made of.
func (s *Service) otherScene(ctx context.Context, o obligation.Obligation) (scene, error) {
	sc := scene{s: s, now: s.now()}
	var err error
	if sc.firm, err = s.d.Firms.Get(ctx, s.d.DB.R); err != nil {
		return sc, err
	}
	other, err := s.otherOf(ctx, s.d.DB.R, o)
	if err != nil {
		return sc, err
	}
	sc.other, sc.duties = &other, []obligation.Obligation{o}
	sc.accounts, err = s.accountsFor(ctx, sc.firm, other.LeadID)
	return sc, err
}

// otherAlert fills the fields of an alert about a case that is no incident.
func (sc scene) otherAlert(k alert.Kind) alert.Alert {
	return alert.Alert{
		Kind: k, IncidentID: sc.other.ID, Reference: sc.other.Ref, Asks: sc.other.Asks, Missing: sc.other.Missing,
		People: alert.UnknownPeople, Link: sc.link(sc.other.Path), Language: sc.firm.Language, Zone: sc.firm.Location(), At: sc.now,
	}
}
