package processing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"clepsydra/internal/contact"
)

// Party is who somebody is and how he is reached (Art. 30(1)(a)).
type Party struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
}

// Document is the record of processing as one piece: what an authority is shown
// (Art. 30(4)) and what is kept of each state. Purposes that ended stay in it.
type Document struct {
	Controller  Party       `json:"controller"` // 30(1)(a)
	DPO         Party       `json:"dpo"`
	General     General     `json:"general"`  // (a) joint controllers, (g) security, 30(2)
	Purposes    []Entry     `json:"purposes"` // (b) to (f)
	Processors  []Processor `json:"processors"`
	OpenPoints  []OpenPoint `json:"open_points"`
	AsProcessor []Client    `json:"as_processor"`
}

// Entry is a purpose with what the declared fields and the processors say about it.
type Entry struct {
	Purpose
	Categories   []string        `json:"data_categories"` // 30(1)(c), ids of workflow.Category
	Fields       []contact.Field `json:"fields"`
	AllTransfers []Transfer      `json:"all_transfers"` // 30(1)(e), those of processors with them
}

// Compose puts the record together. today is "2006-01-02" in the firm's zone.
func Compose(l Lists, r Record, g General, all []Processor, controller, dpo Party, today string) Document {
	d := Document{Controller: controller, DPO: dpo, General: g, Processors: all, AsProcessor: []Client{}, Purposes: []Entry{}}
	for _, c := range g.Clients {
		if !c.Ended {
			d.AsProcessor = append(d.AsProcessor, c)
		}
	}
	for _, p := range r.Purposes {
		d.Purposes = append(d.Purposes, entryOf(l, r, p, all, today))
	}
	d.OpenPoints = openPoints(l, d, today)
	return d
}

func entryOf(l Lists, r Record, p Purpose, all []Processor, today string) Entry {
	e := Entry{Purpose: p, Categories: []string{}, Fields: []contact.Field{}, AllTransfers: slices.Clone(p.Transfers)}
	for _, f := range r.Fields {
		if !f.IsInUse() || !slices.Contains(f.Purposes, p.ID) {
			continue
		}
		e.Fields = append(e.Fields, f.Key)
		if !slices.Contains(e.Categories, f.Category) {
			e.Categories = append(e.Categories, f.Category)
		}
	}
	for _, h := range all {
		if h.IsInUse() && slices.Contains(p.Processors, h.ID) && l.Where(h.Country, today).IsOutside() {
			e.AllTransfers = append(e.AllTransfers, Transfer{Country: h.Country, Ground: h.Ground, Processor: h.Name})
		}
	}
	return e
}

// Hash is the SHA-256 of the document's JSON, in hexadecimal, with that JSON.
func (d Document) Hash() (text []byte, hash string, err error) {
	if text, err = json.Marshal(d); err != nil {
		return nil, "", fmt.Errorf("processing: record as json: %w", err)
	}
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:]), nil
}

// OpenPoint is something the record still lacks. Item is the point of Art. 30(1) it
// belongs to, "a" to "g"; "2" for the record as processor (Art. 30(2)), "28" for the
// contract with a processor, empty for what the firm asks of itself. Code is the end
// of the text key record.open_<code>.
type OpenPoint struct {
	Item      string    `json:"item,omitempty"`
	Code      string    `json:"code"`
	Purpose   PurposeID `json:"purpose,omitempty"`
	Processor string    `json:"processor,omitempty"`
	Client    string    `json:"client,omitempty"`
}

func openPoints(l Lists, d Document, today string) []OpenPoint {
	out := []OpenPoint{}
	add := func(bad bool, p OpenPoint) {
		if bad {
			out = append(out, p)
		}
	}
	g := d.General
	add(d.Controller.Name == "" || d.Controller.Email == "" && d.Controller.Phone == "", OpenPoint{Item: "a", Code: "controller"})
	add(d.DPO.Name == "" && d.DPO.Email == "" && !g.NoDPO, OpenPoint{Item: "a", Code: "dpo"})
	add(g.Joint == "" && !g.NoJoint, OpenPoint{Item: "a", Code: "joint"})
	add(g.KeeperID == "", OpenPoint{Code: "keeper"})
	add(!slices.ContainsFunc(d.Purposes, func(e Entry) bool { return e.IsInUse() }), OpenPoint{Item: "b", Code: "purposes"})
	for _, e := range d.Purposes {
		if e.IsInUse() {
			out = append(out, e.open()...)
		}
	}
	add(len(g.Measures) == 0 && g.MeasuresText == "", OpenPoint{Item: "g", Code: "measures"})
	add(len(d.AsProcessor) == 0 && !g.NoClients, OpenPoint{Item: "2", Code: "clients"})
	for _, c := range d.AsProcessor {
		add(c.Contact == "", OpenPoint{Item: "2", Code: "client_contact", Client: c.ID})
		add(c.Processing == "", OpenPoint{Item: "2", Code: "client_processing", Client: c.ID})
		add(c.Transfers == "" && !c.NoTransfer, OpenPoint{Item: "2", Code: "client_transfers", Client: c.ID})
	}
	for _, p := range d.Processors {
		for _, w := range p.Warnings(l, today) {
			out = append(out, OpenPoint{Item: "28", Code: w.Code, Processor: p.ID})
		}
	}
	return out
}

// open is what an entry lacks.
func (e Entry) open() []OpenPoint {
	var out []OpenPoint
	add := func(bad bool, item, code string) {
		if bad {
			out = append(out, OpenPoint{Item: item, Code: code, Purpose: e.ID})
		}
	}
	add(e.ConfirmedAt.IsZero(), "", "unconfirmed")
	add(e.Explain.In("en", "") == "", "b", "explain")
	add(e.Basis == "", "b", "basis")
	add(e.Basis == LegitimateInterests && e.Interest.In("en", "") == "", "b", "interest")
	add(len(e.Subjects) == 0, "c", "subjects")
	add(len(e.Categories) == 0, "c", "categories")
	add(len(e.Recipients) == 0 && !e.NoRecipients, "d", "recipients")
	add(len(e.AllTransfers) == 0 && !e.NoTransfers, "e", "transfers")
	add(slices.ContainsFunc(e.AllTransfers, func(t Transfer) bool { return t.Ground == "" }), "e", "transfer_ground")
	add(e.Retention.Months == 0, "f", "retention")
	return out
}
