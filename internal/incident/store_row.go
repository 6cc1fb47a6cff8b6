package incident

import (
	"strings"
	"time"
)

// The translations between rows and domain types. Instants come back in UTC
// whatever zone the driver gave them.

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// storable leaves out the NUL bytes that no database takes: a report must get
// through, whatever the phone it was typed on put into it.
func storable(s string) string { return strings.ReplaceAll(s, "\x00", "") }

func rowOf(i Incident) incidentRow {
	return incidentRow{
		ID: string(i.ID), Ref: i.Ref, Title: storable(i.Title), Scenario: i.Scenario, Summary: storable(i.Summary),
		Status: string(i.Status), Verdict: string(i.Verdict), Kinds: i.Kinds.String(), Risk: string(i.Risk),
		LeadID: i.LeadID, SameID: string(i.Same), Data: strings.Join(i.Data, ","),
		ApproxKnown: i.Approx.Known, ApproxValue: i.Approx.Value,
		OccurredAt: i.Moments.Occurred.At, NoticedAt: i.Moments.Noticed.At, ReportedAt: i.Moments.Reported.At,
		ToldAt: i.Moments.Told.At, AwareAt: i.Moments.Aware.At, AwareReason: storable(i.Moments.Aware.Reason),
		OpenedAt: i.OpenedAt, ContainedAt: i.Contained, ClosedAt: i.ClosedAt, UpdatedAt: i.UpdatedAt,
		Lessons: storable(i.Lessons), Feedback: storable(i.Feedback), Regime: i.Regime, RegimeVersion: i.RegimeVer,
		// Neither database lowers other letters than ASCII ones by itself.
		Search: strings.ToLower(i.Ref + "\n" + storable(i.Title)),
	}
}

func (r incidentRow) incident() Incident {
	return Incident{
		ID: ID(r.ID), Ref: r.Ref, Title: r.Title, Scenario: r.Scenario, Summary: r.Summary,
		Status: Status(r.Status), Verdict: Verdict(r.Verdict), Kinds: ParseKinds(r.Kinds), Risk: Risk(r.Risk),
		LeadID: r.LeadID, Same: ID(r.SameID), Data: split(r.Data),
		Approx: Approx{r.ApproxKnown, r.ApproxValue},
		Moments: Moments{
			Occurred: Moment{At: utc(r.OccurredAt)}, Noticed: Moment{At: utc(r.NoticedAt)},
			Reported: Moment{At: utc(r.ReportedAt)}, Told: Moment{At: utc(r.ToldAt)},
			Aware: Moment{At: utc(r.AwareAt), Reason: r.AwareReason},
		},
		OpenedAt: utc(r.OpenedAt), Contained: utc(r.ContainedAt), ClosedAt: utc(r.ClosedAt), UpdatedAt: utc(r.UpdatedAt),
		Lessons: r.Lessons, Feedback: r.Feedback, Regime: r.Regime, RegimeVer: r.RegimeVersion,
	}
}

func (r reportRow) report() Report {
	return Report{
		ID: r.ID, IncidentID: ID(r.IncidentID), Scenario: r.Scenario, Text: r.Content, NoticedAt: utc(r.NoticedAt),
		Data: split(r.Data), Name: r.Name, Contact: r.Contact, Language: r.Language, Via: r.Via,
		LooksLike: ID(r.LooksLike), CreatedAt: utc(r.CreatedAt),
	}
}

func taskRowOf(t Task) taskRow {
	return taskRow{
		ID: t.ID, IncidentID: string(t.IncidentID), Step: t.Key, Title: t.Title, Role: t.Role, DueAt: t.DueAt,
		IsGate: t.IsGate, DoneAt: t.DoneAt, DoneBy: t.DoneBy, Note: t.Note, Position: t.Position,
	}
}

func (r taskRow) task() Task {
	return Task{
		ID: r.ID, IncidentID: ID(r.IncidentID), Key: r.Step, Title: r.Title, Role: r.Role, DueAt: utc(r.DueAt),
		IsGate: r.IsGate, DoneAt: utc(r.DoneAt), DoneBy: r.DoneBy, Note: r.Note, Position: r.Position,
	}
}

func (r evidenceRow) evidence() Evidence {
	return Evidence{
		ID: r.ID, IncidentID: ID(r.IncidentID), Name: r.Name, MediaType: r.MediaType, Size: r.Size,
		SHA256: r.SHA256, AddedBy: r.AddedBy, AddedAt: utc(r.AddedAt),
	}
}

// String writes the kinds as their initials, in a fixed order: "CIA", "C", "".
func (k Kinds) String() string {
	var b strings.Builder
	for _, p := range []struct {
		is bool
		c  byte
	}{{k.Confidentiality, 'C'}, {k.Integrity, 'I'}, {k.Availability, 'A'}} {
		if p.is {
			b.WriteByte(p.c)
		}
	}
	return b.String()
}

// ParseKinds reads initials in any order and skips what it does not know.
func ParseKinds(s string) Kinds {
	return Kinds{
		Confidentiality: strings.Contains(s, "C"),
		Integrity:       strings.Contains(s, "I"),
		Availability:    strings.Contains(s, "A"),
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
