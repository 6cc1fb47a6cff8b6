package stewardship

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// declaring is a whole declaration of an own field.
func declaring(t *testing.T) processing.Declaring {
	t.Helper()
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return processing.Declaring{Categories: packs.Categories(), Roles: []string{"handler", "manager"}, Field: processing.Field{
		Label: workflow.Text{"nl": "Maat", "fr": "Pointure"}, Kind: contact.KindNumber, Category: "preferences",
		Purposes: []processing.PurposeID{"orders"}, Why: "To send the right boots",
	}}
}

// TestAFieldLivesAndEnds from its declaration over an import to the erasure of its
// values, and leaves a journal without a value in it.
func TestAFieldLivesAndEnds(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, ticking())
		const file = "Naam;E-mail;Pointure;Maat\nJan;jan@example.be;;42,5\nEls;els@example.be;;veel\n"
		plan, err := s.Preview(ctx, input(file))
		if err != nil || plan.Columns[3].Field != contact.FieldNone {
			t.Fatalf("before it is declared: %+v, %v", plan.Columns, err)
		}
		key, err := s.DeclareField(ctx, manager(), declaring(t))
		if err != nil || key != "x_maat" {
			t.Fatalf("declared %q, %v", key, err)
		}
		if _, err := s.Import(ctx, manager(), input(file)); err != nil {
			t.Fatal(err)
		}
		n, err := s.FieldUse(ctx, key)
		if err != nil || n != 1 {
			t.Errorf("%d people have it, %v", n, err)
		}
		if err := s.EndField(ctx, manager(), key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.DeclareField(ctx, manager(), processing.Declaring{}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("nothing declared: %v", err)
		}
		cut, stop := context.WithCancel(ctx)
		stop()
		if err := s.EraseEnded(cut); err == nil {
			t.Error("erased with nobody waiting")
		}
		for range 2 {
			if err := s.EraseEnded(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.FieldUse(ctx, key); err != nil || n != 0 {
			t.Errorf("%d values are left, %v", n, err)
		}
		all, err := s.index.Find(ctx, db.R, contact.Query{Text: "jan"})
		if err != nil || len(all.Contacts) != 1 || all.Contacts[0].Extra != "" {
			t.Errorf("left of Jan: %+v, %v", all.Contacts, err)
		}
		entries, err := journal.ListOf(ctx, db.R, journal.Case{Kind: "firm"})
		if err != nil {
			t.Fatal(err)
		}
		kinds := ""
		for _, e := range entries {
			kinds += " " + e.Kind
			if strings.Contains(fmt.Sprint(e.Facts), "42") {
				t.Errorf("a value is in the journal: %v", e.Facts)
			}
		}
		if kinds != " field.declared field.ended field.erased" {
			t.Errorf("journal%s", kinds)
		}
		if err := s.EndField(ctx, manager(), key); !errors.Is(err, processing.ErrNoField) {
			t.Errorf("ended twice: %v", err)
		}
	})
}

func TestADeclarationSaysWhyOrIsRefused(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	s := New(db, ticking())
	for name, c := range map[string]struct {
		change func(*processing.Declaring)
		want   error
	}{
		"no name":       {func(d *processing.Declaring) { d.Label = workflow.Text{"nl": " "} }, processing.ErrNoLabel},
		"long name":     {func(d *processing.Declaring) { d.Label = workflow.Text{"nl": strings.Repeat("a", 61)} }, processing.ErrLongLabel},
		"national":      {func(d *processing.Declaring) { d.Label = workflow.Text{"nl": "Rijksregisternummer"} }, processing.ErrRefused},
		"password":      {func(d *processing.Declaring) { d.Label = workflow.Text{"en": "Password"} }, processing.ErrRefused},
		"kind":          {func(d *processing.Declaring) { d.Kind = "blob" }, processing.ErrNoKind},
		"choices":       {func(d *processing.Declaring) { d.Kind, d.Choices = contact.KindChoice, []string{"one", " one "} }, processing.ErrNoChoices},
		"category":      {func(d *processing.Declaring) { d.Category = "nothing" }, processing.ErrNoCategory},
		"card":          {func(d *processing.Declaring) { d.Category = "payment_card" }, processing.ErrCategory},
		"health":        {func(d *processing.Declaring) { d.Category = "health" }, processing.ErrNoCondition},
		"health unsure": {func(d *processing.Declaring) { d.Category, d.Condition = "health", "a" }, processing.ErrNotSure},
		"purpose":       {func(d *processing.Declaring) { d.Purposes = nil }, processing.ErrNoPurpose},
		"other purpose": {func(d *processing.Declaring) { d.Purposes = []processing.PurposeID{"spying"} }, processing.ErrNoPurpose},
		"why":           {func(d *processing.Declaring) { d.Why = "" }, processing.ErrNoWhy},
		"reader":        {func(d *processing.Declaring) { d.Readers = []string{"reporter"} }, processing.ErrBadReader},
		"shipped":       {func(d *processing.Declaring) { d.Key = contact.FieldEmail }, processing.ErrDeclared},
		"health sure":   {func(d *processing.Declaring) { d.Category, d.Condition, d.Sure = "health", "a", true }, nil},
	} {
		in := declaring(t)
		c.change(&in)
		if _, err := s.DeclareField(context.Background(), manager(), in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.DeclareField(context.Background(), manager(), declaring(t)); !errors.Is(err, processing.ErrSameLabel) {
		t.Errorf("twice the same name: %v", err)
	}
}

// TestEveryValueKnowsWhereItCameFrom through import, correction, a later import and
// its undo.
func TestEveryValueKnowsWhereItCameFrom(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, ticking())
		s.country = func(context.Context, bun.IDB) (string, error) { return "BE", nil }
		id := add(t, s, map[contact.Field]string{contact.FieldName: "Jan", contact.FieldEmail: "jan@example.be"})
		how := func(f contact.Field) string {
			t.Helper()
			all, err := contact.FieldSources(ctx, db.R, id)
			if err != nil {
				t.Fatal(err)
			}
			return string(all[f].How)
		}
		res, err := s.Import(ctx, manager(), input("E-mail;Telefoon;Straat;Postcode;Plaats;Taal\njan@example.be;016 22 33 44;Dorp 1;3000;Leuven;nl\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := how(contact.FieldName) + how(contact.FieldPhone) + how(contact.FieldCity); got != "counterimportimport" {
			t.Errorf("after the import: %s", got)
		}
		c, err := s.View(ctx, manager(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Correct(ctx, manager(), id, map[contact.Field]string{contact.FieldPhone: "0471 23 45 67"}, c.UpdatedAt); err != nil {
			t.Fatal(err)
		}
		if err := s.Correct(ctx, manager(), id, map[contact.Field]string{contact.FieldPhone: ""}, c.UpdatedAt); !errors.Is(err, contact.ErrChanged) {
			t.Errorf("a second editor was not told: %v", err)
		}
		if _, err := s.Undo(ctx, manager(), res.Import.ID); err != nil {
			t.Fatal(err)
		}
		c, err = s.View(ctx, manager(), id)
		if err != nil || c.City != "" || c.Language != "" || c.Phone != "+32471234567" || how(contact.FieldPhone) != "corrected" {
			t.Errorf("after the undo: %+v from %s, %v", c, how(contact.FieldPhone), err)
		}
		if _, err := s.Erase(ctx, manager(), id, OnRequest); err != nil {
			t.Fatal(err)
		}
		if all, err := contact.FieldSources(ctx, db.R, id); err != nil || len(all) != 0 {
			t.Errorf("sources of somebody erased: %v, %v", all, err)
		}
		if err := s.Correct(ctx, manager(), id, map[contact.Field]string{contact.FieldName: "Jan"}, time.Time{}); !errors.Is(err, contact.ErrNotFound) {
			t.Errorf("somebody erased was written: %v", err)
		}
	})
}

// TestWhoIsThereAlreadyIsSaid, and added only on purpose.
func TestWhoIsThereAlreadyIsSaid(t *testing.T) {
	t.Parallel()
	s := New(databasetest.SQLite(t), ticking())
	values := map[contact.Field]string{contact.FieldName: "Jan", contact.FieldEmail: "jan@example.be"}
	first := add(t, s, values)
	id, err := s.AddPerson(context.Background(), manager(), Adding{Values: values, How: contact.HowPhone}, false)
	if !errors.Is(err, contact.ErrThere) || id != first {
		t.Errorf("added again: %s, %v", id, err)
	}
}

// TestTheMappingOfLastTimeIsProposed for a file with the same headings.
func TestTheMappingOfLastTimeIsProposed(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		s := New(db, ticking())
		in := input("Naam;Ref;E-mail\nJan;K1;jan@example.be\n")
		in.Options.Mapping = map[int]contact.Field{0: contact.FieldName, 1: contact.FieldNumber, 2: contact.FieldEmail}
		if _, err := s.Import(ctx, manager(), in); err != nil {
			t.Fatal(err)
		}
		res, err := s.Import(ctx, manager(), input("naam;REF;e-mail\nEls;K2;els@example.be\n"))
		if err != nil || res.Columns[1].Field != contact.FieldNumber || res.Columns[1].Why != contact.ByMemory {
			t.Fatalf("columns %+v, %v", res.Columns, err)
		}
	})
}
