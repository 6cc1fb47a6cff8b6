package processing_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/locale"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

func TestAFirmBeginsWithTheProposalAndThenHasItsOwnRecord(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		r, err := processing.Get(ctx, db.R)
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := r.Purpose("newsletter"); !ok || p.Basis != processing.Consent || !p.ConfirmedAt.IsZero() {
			t.Fatalf("newsletter as proposed: %+v", p)
		}
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		r.Purposes[0].ConfirmedAt = now
		r.Fields[0].Why = "To write to them"
		if err := processing.Put(ctx, db.W, r, now); err != nil {
			t.Fatal(err)
		}
		got, err := processing.Get(ctx, db.R)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, r) {
			t.Fatalf("kept %+v\nwant %+v", got, r)
		}
	})
}

func TestTheProposalIsWhole(t *testing.T) {
	t.Parallel()
	r, err := processing.Starter()
	if err != nil {
		t.Fatal(err)
	}
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	categories := map[string]bool{}
	for _, c := range packs.Categories() {
		categories[c.ID] = true
	}
	for _, p := range r.Purposes {
		for _, lang := range locale.Languages() {
			if p.Name[lang] == "" || p.Explain[lang] == "" || p.Basis == processing.LegitimateInterests && p.Interest[lang] == "" {
				t.Errorf("%s has no text in %s", p.ID, lang)
			}
		}
		if p.Retention.Months == 0 || p.Retention.From == "" || p.Retention.Then == "" {
			t.Errorf("%s has no retention", p.ID)
		}
	}
	for _, f := range r.Fields {
		if !contact.IsField(f.Key) || !categories[f.Category] || len(f.Purposes) == 0 {
			t.Errorf("field %s is not whole", f.Key)
		}
		for _, id := range f.Purposes {
			if _, ok := r.Purpose(id); !ok {
				t.Errorf("field %s serves %s, which is no purpose", f.Key, id)
			}
		}
	}
}
