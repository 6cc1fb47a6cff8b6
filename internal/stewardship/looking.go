package stewardship

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// The kinds of looks at people outside the pages of the customer file itself.
const (
	LookListed  = "people.listed"   // people stood in a list on a page
	LookFetched = "letters.fetched" // a file with letters to people was taken out
)

// mostShown is how many people a fact names; a longer set is kept as its hash
// beside the index.
const mostShown = 200

// Saw records that actor was shown people, in one entry for the act. Facts say
// where, in identifiers and codes. Nobody shown is no entry. It is to be called
// before the answer leaves, so that nobody is shown unless the entry was written.
func (s *Service) Saw(ctx context.Context, actor journal.Actor, kind string, ids []string, facts map[string]string) error {
	if len(ids) == 0 {
		return nil
	}
	e := journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: kind, Actor: actor, RecordedAt: s.moment(), Facts: map[string]string{}}
	for name, value := range facts {
		e.Facts[name] = value
	}
	about(&e, ids)
	if err := s.record(ctx, e); err != nil {
		return fmt.Errorf("record a look: %w", err)
	}
	return nil
}

// about makes an entry one about a set of people.
func about(e *journal.Entry, ids []string) {
	e.Facts["count"] = strconv.Itoa(len(ids))
	if len(ids) <= mostShown {
		e.Facts[journal.FactShown] = strings.Join(ids, " ")
		return
	}
	e.Facts["people_sha256"] = journal.PeopleHash(ids)
	e.People = slices.Clone(ids)
}

// idTexts are identifiers as the journal keeps them.
func idTexts(ids []contact.ID) []string {
	out := make([]string, len(ids))
	for k, id := range ids {
		out[k] = string(id)
	}
	return out
}

// SawPerson records that actor was shown one person somewhere else than in the
// customer file, such as on a list of people affected. It also records a look at
// somebody who left the file: the identifier stays.
func (s *Service) SawPerson(ctx context.Context, actor journal.Actor, id contact.ID) error {
	err := s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "contact", ID: string(id)}, Kind: "contact.viewed", Actor: actor, RecordedAt: s.moment(),
	})
	if err != nil {
		return fmt.Errorf("record a look: %w", err)
	}
	return nil
}

// PreviewUpload says what ImportUpload would do, and records that actor looked into
// the file: rows of people are shown who are in no file of ours yet, so the entry
// names the file by its hash. It fails as Upload and Preview do; the input comes
// back also when the file cannot be read.
func (s *Service) PreviewUpload(ctx context.Context, actor journal.Actor, id string, o contact.Options) (ImportInput, ImportPlan, error) {
	in, err := s.Upload(ctx, actor, id)
	if err != nil {
		return ImportInput{}, ImportPlan{}, err
	}
	in.Options = o
	plan, err := s.Preview(ctx, in)
	if err != nil {
		return in, ImportPlan{}, err
	}
	err = s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "import", ID: id}, Kind: "import.previewed", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"rows": strconv.Itoa(plan.Rows), "file_sha256": plan.FileHash},
	})
	if err != nil {
		return in, ImportPlan{}, fmt.Errorf("record a look: %w", err)
	}
	return in, plan, nil
}
