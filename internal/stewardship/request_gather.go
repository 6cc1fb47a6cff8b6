package stewardship

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/request"
)

// Section is what one part of the program keeps about a person, for the copy of his
// data.
type Section = request.Section

// Gatherer reads what one part of the program keeps about a person (Art. 15). It reads
// by his identifier alone, so that gathering stays fast in a file of a million.
type Gatherer func(ctx context.Context, tx bun.Tx, c contact.Contact) (Section, error)

// OnGather has a gatherer called whenever a person's data are gathered, in the order of
// the names, which begin with a number: "10 person". To be called before serving.
func (s *Service) OnGather(name string, g Gatherer) { s.gatherers[name] = g }

// Everything reads all that is kept about a person and records that it was looked at.
// It fails with contact.ErrNotFound, also for somebody who was erased.
func (s *Service) Everything(ctx context.Context, actor journal.Actor, id contact.ID) (out request.Copy, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if out, err = s.gatherIn(ctx, tx, id); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.gathered", Actor: actor, RecordedAt: s.moment(),
		})
	})
	return out, err
}

// gatherIn reads everything about a person inside the caller's transaction.
func (s *Service) gatherIn(ctx context.Context, tx bun.Tx, id contact.ID) (request.Copy, error) {
	c, err := contact.ByID(ctx, tx, id)
	if err != nil {
		return request.Copy{}, err
	}
	if c.IsErased() {
		return request.Copy{}, contact.ErrNotFound
	}
	out := request.Copy{At: s.moment()}
	for _, name := range slices.Sorted(maps.Keys(s.gatherers)) {
		section, err := s.gatherers[name](ctx, tx, c)
		if err != nil {
			return request.Copy{}, fmt.Errorf("gather %s: %w", name, err)
		}
		out.Sections = append(out.Sections, section)
	}
	return out, nil
}

// Gather reads everything about the person of a request and records that it was looked
// at. It fails until somebody was found and it is known that it is he.
func (q *Requests) Gather(ctx context.Context, actor journal.Actor, id request.ID) (out request.Copy, err error) {
	err = q.change(ctx, actor, id, func(ctx context.Context, c *requestChange) error {
		if c.r.Matching != request.Found {
			return request.ErrNotMatched
		}
		if out, err = q.d.Steward.gatherIn(ctx, c.tx, c.r.ContactID); err != nil {
			return err
		}
		c.r.GatheredAt, c.r.GatheredHash = c.now, out.Hash()
		if err := c.noteContact(ctx, "contact.gathered", nil); err != nil {
			return err
		}
		return c.note(ctx, "request.gathered", nil)
	})
	return out, err
}

// coreGatherers are the parts that this package knows itself.
func (s *Service) coreGatherers() {
	s.OnGather("10 person", gatherPerson)
	s.OnGather("15 imports", gatherImports)
	s.OnGather("20 processing", gatherProcessing)
	s.OnGather("40 consents", s.gatherConsents)
	s.OnGather("80 requests", gatherRequests)
	s.OnGather("90 journal", gatherJournal)
}

// gatherPerson reads the fields of the customer file, each with where it came from.
func gatherPerson(ctx context.Context, tx bun.Tx, c contact.Contact) (Section, error) {
	record, err := processing.Get(ctx, tx)
	if err != nil {
		return Section{}, err
	}
	from, err := contact.FieldSources(ctx, tx, c.ID)
	if err != nil {
		return Section{}, err
	}
	var e request.Entry
	for _, f := range append(contact.Stored(), c.Extra.Fields()...) {
		if c.Value(f) != "" && f != contact.FieldMarketing {
			e = append(e, personFact(record, c, f, from[f]))
		}
	}
	if c.Marketing != contact.MarketingUnknown {
		e = append(e, request.Fact{Label: "customers.field_marketing", Code: "customers.marketing_" + string(c.Marketing)})
	}
	for label, at := range map[string]time.Time{"unsubscribed_at": c.UnsubscribedAt, "restricted_at": c.RestrictedAt} {
		if !at.IsZero() {
			e = append(e, request.Fact{Label: "requests.fact_" + label, At: at})
		}
	}
	e = append(e, request.Fact{Label: "requests.fact_created_at", At: c.CreatedAt}, request.Fact{Label: "requests.fact_updated_at", At: c.UpdatedAt})
	return Section{Key: "person", Entries: []request.Entry{e}}, nil
}

func personFact(record processing.Record, c contact.Contact, f contact.Field, from contact.Provenance) request.Fact {
	fact := request.Fact{Label: "customers.field_" + string(f), Value: c.Value(f), Given: f != contact.FieldNumber}
	if f.IsOwn() {
		fact.Label, fact.Name, fact.Look = "", string(f), true
		for _, declared := range record.Fields {
			if declared.Key == f {
				fact.Name = declared.Label.In(c.Language, c.Country)
				fact.Look = declared.Kind == processing.KindText || declared.Kind == ""
			}
		}
	}
	if from.How == contact.HowImported {
		fact.From = from.FileName
	} else {
		fact.FromHow = string(from.How)
	}
	return fact
}

// gatherImports tells where the data came from (Art. 15(1)(g)).
func gatherImports(ctx context.Context, tx bun.Tx, c contact.Contact) (Section, error) {
	origins, err := contact.OriginsOf(ctx, tx, c)
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "imports"}
	for _, o := range origins {
		filled := make([]string, len(o.Filled))
		for k, f := range o.Filled {
			filled[k] = string(f)
		}
		out.Entries = append(out.Entries, request.Entry{
			{Label: "requests.fact_file", Value: o.Import.FileName}, {Label: "requests.fact_imported_at", At: o.Import.ImportedAt},
			{Label: "requests.fact_line", Value: strconv.Itoa(o.Line)}, {Label: "requests.fact_filled", Value: strings.Join(filled, ", ")},
		})
	}
	return out, nil
}

// gatherProcessing tells why the data are kept, on which ground, how long and who else
// has them (Art. 15(1)(a), (c), (d)).
func gatherProcessing(ctx context.Context, tx bun.Tx, _ contact.Contact) (Section, error) {
	record, err := processing.Get(ctx, tx)
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "processing"}
	for _, p := range record.Purposes {
		if !p.IsInUse() {
			continue
		}
		e := request.Entry{
			{Label: "requests.fact_purpose", Text: p.Name},
			{Label: "requests.fact_basis", Code: "requests.basis_" + string(p.Basis)},
			{Label: "requests.fact_interest", Text: p.Interest},
			{Label: "requests.fact_recipients", Value: strings.Join(slices.Concat(p.Recipients, p.Processors), ", ")},
		}
		if p.Retention.Months > 0 {
			e = append(e, request.Fact{Label: "requests.fact_kept_months", Value: strconv.Itoa(p.Retention.Months)})
		}
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}

// gatherConsents lists what the person said about being written to, with the words and
// the proof, and where his address is on the list of those who are not.
func (s *Service) gatherConsents(ctx context.Context, tx bun.Tx, c contact.Contact) (Section, error) {
	out := Section{Key: "consents"}
	record, err := processing.Get(ctx, tx)
	if err != nil {
		return out, err
	}
	all, err := consent.EventsOf(ctx, tx, c.ID)
	if err != nil {
		return out, err
	}
	name := func(id processing.PurposeID) request.Fact {
		f := request.Fact{Label: "requests.fact_purpose", Value: string(id), Given: true}
		if p, ok := record.Purpose(id); ok {
			f.Value, f.Text = "", p.Name
		} else if id == consent.AllMarketing {
			f.Value, f.Code = "", "requests.purpose_marketing"
		}
		return f
	}
	for _, e := range all[c.ID] {
		out.Entries = append(out.Entries, request.Entry{
			name(e.Purpose), {Label: "requests.fact_channel", Code: "requests.channel_" + string(e.Channel), Given: true},
			{Label: "requests.fact_what", Code: "requests.consent_" + string(e.Kind), Given: true}, {Label: "requests.fact_done_at", At: e.At, Given: true},
			{Label: "requests.fact_how", Code: "requests.said_" + string(e.How), Given: true}, {Label: "requests.fact_wording", Value: e.Wording.Text},
			{Label: "requests.fact_version", Value: e.Wording.Version}, {Label: "requests.fact_proof", Value: e.Proof.FileSHA256},
			{Label: "requests.fact_note", Value: e.Proof.Note, Look: true},
		})
	}
	for _, p := range append([]processing.Purpose{{ID: consent.AllMarketing}}, record.Purposes...) {
		for _, ch := range processing.Channels() {
			since, err := s.suppressedSince(ctx, tx, c, consent.Use{Purpose: p.ID, Channel: ch})
			if err != nil {
				return out, err
			}
			if !since.IsZero() {
				out.Entries = append(out.Entries, request.Entry{
					{Label: "requests.fact_suppressed", At: since}, name(p.ID), {Label: "requests.fact_channel", Code: "requests.channel_" + string(ch)},
				})
			}
		}
	}
	return out, nil
}

// gatherRequests lists what the person asked before, in his own words.
func gatherRequests(ctx context.Context, tx bun.Tx, c contact.Contact) (Section, error) {
	all, err := request.OfContact(ctx, tx, c.ID)
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "requests"}
	for _, r := range all {
		out.Entries = append(out.Entries, request.Entry{
			{Label: "requests.fact_reference", Value: r.Ref}, {Label: "requests.fact_received_at", At: r.ReceivedAt},
			{Label: "requests.fact_kinds", Codes: kindCodes(r)}, {Label: "requests.fact_said", Value: r.Said, Given: true, Look: true},
			{Label: "requests.fact_answered_at", At: r.AnsweredAt},
		})
	}
	return out, nil
}

// doneCode says what an entry of the journal was about, in words for the person.
func doneCode(kind string) string {
	_, verb, _ := strings.Cut(kind, ".")
	known := []string{"viewed", "gathered", "corrected", "restricted", "restriction_lifted", "objected", "withdrew"}
	if slices.Contains(known, verb) {
		return "requests.done_" + verb
	}
	return "requests.done_changed"
}

func kindCodes(r request.Request) []string {
	out := r.KindCodes()
	for k, code := range out {
		out[k] = "requests.kind_" + code
	}
	return out
}

// mostLooks is how many entries of the journal a copy lists, the latest.
const mostLooks = 500

// gatherJournal lists what was done with the person's data and when. It does not say
// which employee did it: that is told only where the person needs it to use his rights
// (CJEU C-579/21).
func gatherJournal(ctx context.Context, tx bun.Tx, c contact.Contact) (Section, error) {
	list, err := journal.ListOf(ctx, tx, journal.Case{Kind: "contact", ID: string(c.ID)})
	if err != nil {
		return Section{}, err
	}
	out := Section{Key: "journal"}
	for _, e := range list[max(0, len(list)-mostLooks):] {
		out.Entries = append(out.Entries, request.Entry{
			{Label: "requests.fact_done_at", At: e.RecordedAt}, {Label: "requests.fact_what", Code: doneCode(e.Kind)},
			{Label: "requests.fact_by", Code: "requests.by_" + string(e.Actor.Kind)},
		})
	}
	return out, nil
}
