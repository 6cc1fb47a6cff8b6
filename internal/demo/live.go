package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
)

// Live fills the firm with customers and with incidents in every state: what
// happened in the last year happens now, in order, on the moved clock, with the
// reminders that fell due. In the end the clock shows the present.
func (h *House) Live(ctx context.Context, customers int) error {
	present := time.Now().UTC()
	n := narrator{h: h, present: present}
	if err := n.importCustomers(ctx, customers); err != nil {
		return err
	}
	for _, l := range append(pastLives(), lives()...) {
		n.tell(l)
	}
	slices.SortStableFunc(n.events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range n.events {
		if err := h.MoveTo(ctx, e.at); err != nil {
			return err
		}
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("demo: %s: %w", e.what, err)
		}
	}
	h.Clock.Real()
	if err := h.Settle(ctx); err != nil {
		return err
	}
	return h.connect(ctx, n.lead(), true)
}

// event is something that happens at an instant.
type event struct {
	at   time.Time
	what string
	do   func(ctx context.Context) error
}

// narrator turns lives into events.
type narrator struct {
	h       *House
	present time.Time
	file    contact.ImportID
	events  []event
}

func (n *narrator) lead() journal.Actor { return n.h.Actor() }

func (n *narrator) importCustomers(ctx context.Context, customers int) error {
	var csv bytes.Buffer
	if err := WriteMailingExport(&csv, People(customers, 1846)); err != nil {
		return err
	}
	if err := n.declareBirthDate(ctx); err != nil {
		return err
	}
	res, err := n.h.App.Stewardship.Import(ctx, n.lead(), stewardship.ImportInput{
		File: bytes.NewReader(csv.Bytes()), Size: int64(csv.Len()), Name: "nieuwsbrief-export.csv", Options: contact.Options{DefaultCountry: "BE"},
	})
	if err != nil {
		return fmt.Errorf("demo: customers: %w", err)
	}
	n.file = res.Import.ID
	return nil
}

// declareBirthDate has the firm keep birth dates, and say why.
func (n *narrator) declareBirthDate(ctx context.Context) error {
	_, err := n.h.App.Stewardship.DeclareField(ctx, n.lead(), processing.Declaring{Categories: n.h.App.Packs.Categories(), Field: processing.Field{
		Key: contact.FieldBirthDate, Category: "birth_date", Purposes: []processing.PurposeID{"orders"},
		Why: "Om minderjarigen te vinden onder de mensen die door een gegevenslek getroffen zijn.",
	}})
	if err != nil {
		return fmt.Errorf("demo: declare the birth date: %w", err)
	}
	return nil
}

// YearAgo is where the clock of a firm with a past begins.
func YearAgo() time.Time { return time.Now().UTC().AddDate(0, 0, -410) }
