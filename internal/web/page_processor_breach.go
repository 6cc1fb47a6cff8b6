package web

import (
	"slices"
	"strconv"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// atSupplier is the scenario of a breach at somebody who handles data for the firm.
const atSupplier = "supplier"

// processorCard asks at which processor a breach happened, and says what the record of
// processing knows then. It is nil where the question does not come up.
type processorCard struct {
	All      []processing.Processor
	Chosen   processing.Processor
	Purposes []string
	Fields   []string
	Data     []workflow.Category // those of the fields
	Known    []string            // ids that the incident has already
	People   int                 // in the whole customer file
	Hours    string
}

// HasNew reports whether a category is proposed that the incident does not have.
func (c processorCard) HasNew() bool {
	return slices.ContainsFunc(c.Data, func(d workflow.Category) bool { return !slices.Contains(c.Known, d.ID) })
}

func (v *Visit) processorCard(i incident.Incident) (*processorCard, error) {
	entries, err := journal.ListOf(v.Ctx(), v.S.d.DB.R, journal.Case{Kind: "incident", ID: string(i.ID)})
	if err != nil {
		return nil, err
	}
	chosen := response.ProcessorOf(entries)
	if i.Scenario != atSupplier && chosen == "" {
		return nil, nil
	}
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return nil, err
	}
	card := &processorCard{Known: i.Data}
	for _, p := range d.Processors {
		if p.IsInUse() || p.ID == chosen {
			card.All = append(card.All, p)
		}
		if p.ID == chosen {
			card.Chosen = p
		}
	}
	if card.Chosen.ID == "" {
		return card, nil
	}
	return card, v.fillProcessorCard(card, d)
}

// fillProcessorCard finds which purposes, fields and people are touched.
func (v *Visit) fillProcessorCard(card *processorCard, d processing.Document) error {
	w, err := v.recordWords(d)
	if err != nil {
		return err
	}
	record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
	if err != nil {
		return err
	}
	var data []string
	for _, e := range d.Purposes {
		if !e.IsInUse() || !slices.Contains(e.Processors, card.Chosen.ID) {
			continue
		}
		card.Purposes = append(card.Purposes, w.text(e.Name))
		data = append(data, e.Categories...)
		for _, f := range record.Fields {
			if name := v.fieldName(f); slices.Contains(e.Fields, f.Key) && !slices.Contains(card.Fields, name) {
				card.Fields = append(card.Fields, name)
			}
		}
	}
	for _, c := range v.S.d.Packs.Categories() {
		if slices.Contains(data, c.ID) {
			card.Data = append(card.Data, c)
		}
	}
	if hours := card.Chosen.NoticeHours; hours > 0 {
		card.Hours = v.P.N("record.hours_of", hours, map[string]any{"N": strconv.Itoa(hours)})
	}
	card.People, err = v.S.d.Contacts.Count(v.Ctx(), contact.Query{})
	return err
}

// fieldName is what a declared field is called.
func (v *Visit) fieldName(f processing.Field) string {
	if name := f.Label.In(v.P.Lang(), v.P.Country()); name != "" {
		return name
	}
	if key := "customers.field_" + string(f.Key); v.P.Has(key) {
		return v.P.T(key, nil)
	}
	return string(f.Key)
}

func chooseProcessor(v *Visit) error {
	id := v.Form("processor")
	if id != "" {
		if _, err := v.S.d.Records.Processor(v.Ctx(), id); err != nil {
			return v.workAgain(fault.List{processing.ErrRecordChoice.At("processor")})
		}
	}
	if err := v.S.d.Response.ChooseProcessor(v.Ctx(), v.Actor, v.incidentID(), id); err != nil {
		return v.workAgain(err)
	}
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/work#processor")
}

func takeOverData(v *Visit) error {
	if err := v.S.d.Response.TakeOverData(v.Ctx(), v.Actor, v.incidentID(), v.FormAll("data")); err != nil {
		return v.workAgain(err)
	}
	v.Flash("record.data_taken", nil)
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/work#processor")
}
