package demo

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/document"
	"clepsydra/internal/stewardship"
)

func TestPeopleAreTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	a, b := People(300, 7), People(120, 7)
	if !slices.Equal(a[:120], b) {
		t.Error("a longer list does not begin with the shorter one")
	}
	if slices.Equal(a, People(300, 8)) {
		t.Error("another seed gives the same people")
	}
}

func TestEverybodyIsSomebodyElse(t *testing.T) {
	t.Parallel()
	mails, homes := map[string]bool{}, map[string]bool{}
	for _, c := range People(20_000, 1) {
		if !strings.HasSuffix(c.Email, "@example.com") || mails[c.Email] {
			t.Fatalf("mail address %q", c.Email)
		}
		mails[c.Email] = true
		home := c.Given + c.Family + c.Street + c.Postcode
		if c.Street != "" && homes[home] {
			t.Fatalf("two of %q", home)
		}
		homes[home] = true
	}
}

// The export must show what real ones do: people without an address or a
// language, and names that paper cannot carry.
func TestShortListHasEverySortOfPerson(t *testing.T) {
	t.Parallel()
	ts, err := document.NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	var homeless, silent, unprintable int
	languages := map[string]int{}
	for _, c := range People(60, 1) {
		languages[c.Language]++
		if c.Street == "" {
			homeless++
		}
		if c.Language == "" {
			silent++
		}
		if len(ts.Check(c.Given+" "+c.Family)) > 0 {
			unprintable++
		}
	}
	if homeless == 0 || silent == 0 || unprintable != 2 || languages["nl"] == 0 || languages["fr"] == 0 {
		t.Errorf("homeless %d, silent %d, unprintable %d, languages %v", homeless, silent, unprintable, languages)
	}
}

func TestExportIsReadWithoutLoss(t *testing.T) {
	t.Parallel()
	people := People(2000, 3)
	var csv bytes.Buffer
	if err := WriteMailingExport(&csv, people); err != nil {
		t.Fatal(err)
	}
	plan, err := stewardship.DryRun(context.Background(), stewardship.ImportInput{
		File: bytes.NewReader(csv.Bytes()), Size: int64(csv.Len()), Name: "export.csv", Options: contact.Options{DefaultCountry: "BE"},
	}, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if plan.Rows != 2000 || plan.Accepted != 2000 {
		t.Errorf("rows %d, accepted %d, rejected %v", plan.Rows, plan.Accepted, plan.Rejected)
	}
	for _, w := range plan.Warnings {
		if w.Line > 0 {
			t.Errorf("line %d: %v", w.Line, w.Fault)
		}
	}
	for k, c := range plan.Sample {
		want := people[k]
		if c.Street != want.Street || c.Postcode != want.Postcode || c.City != want.City || c.Email != want.Email || c.Language != want.Language {
			t.Errorf("row %d: %+v, want %+v", k, c, want)
		}
	}
}
