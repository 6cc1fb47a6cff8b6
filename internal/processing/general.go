package processing

import (
	"slices"

	"clepsydra/internal/fault"
)

// General is what holds for the whole record.
type General struct {
	// KeeperID is the account in charge of the customer file; empty: nobody yet.
	KeeperID string `json:"keeper_id,omitempty"`
	// Joint are joint controllers and a representative with how to reach them
	// (Art. 30(1)(a)); an empty text with NoJoint says that there are none.
	Joint   string `json:"joint,omitempty"`
	NoJoint bool   `json:"no_joint,omitempty"`
	// NoDPO says that the firm has looked and needs no data protection officer.
	NoDPO bool `json:"no_dpo,omitempty"`
	// Measures are ids of ready choices, MeasuresText the firm's own words (Art. 32(1)).
	Measures     []string `json:"measures,omitempty"`
	MeasuresText string   `json:"measures_text,omitempty"`
	// Clients are those for whom the firm itself is a processor (Art. 30(2)).
	Clients   []Client `json:"clients,omitempty"`
	NoClients bool     `json:"no_clients,omitempty"`
}

// Client is a firm for which this one handles data (Art. 30(2)). An empty text: not
// known yet.
type Client struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Contact    string `json:"contact,omitempty"`
	Processing string `json:"processing,omitempty"` // what is done for it
	Transfers  string `json:"transfers,omitempty"`
	NoTransfer bool   `json:"no_transfer,omitempty"`
	Security   string `json:"security,omitempty"` // beside the measures for all
	Ended      bool   `json:"ended,omitempty"`
}

// Check says what cannot be accepted.
func (g General) Check(l Lists) error {
	var bad fault.List
	for field, text := range map[string]string{"joint": g.Joint, "measures_text": g.MeasuresText} {
		if len(text) > longest {
			bad.Add(ErrRecordLong.At(field))
		}
	}
	if slices.ContainsFunc(g.Measures, func(id string) bool { return !Has(l.Measures, id) }) {
		bad.Add(ErrRecordChoice.At("measures"))
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}

// Check says what cannot be accepted.
func (c Client) Check() error {
	var bad fault.List
	if c.Name == "" {
		bad.Add(ErrRecordName.At("name"))
	}
	for field, text := range map[string]string{"name": c.Name, "contact": c.Contact, "processing": c.Processing, "transfers": c.Transfers, "security": c.Security} {
		if len(text) > longest {
			bad.Add(ErrRecordLong.At(field))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}

// Check says what of a purpose cannot be accepted. What is not known yet may stay
// open.
func (p Purpose) Check(l Lists) error {
	var bad fault.List
	for _, lang := range []string{"nl", "fr", "de", "en"} {
		if len(p.Name[lang]) > 200 {
			bad.Add(ErrRecordLong.At("name"))
		}
		if len(p.Explain[lang]) > longest || len(p.Interest[lang]) > longest {
			bad.Add(ErrRecordLong.At("explain"))
		}
	}
	if p.Name.In("en", "") == "" {
		bad.Add(ErrRecordName.At("name"))
	}
	if p.Basis != "" && !slices.Contains(Bases(), p.Basis) {
		bad.Add(ErrRecordChoice.At("basis"))
	}
	if p.Retention.Months < 0 || p.Retention.Months > 1200 {
		bad.Add(ErrRecordMonths.At("months"))
	}
	if !slices.Contains([]Start{"", FromActivity, FromCollection, FromRelationEnd, FromDocument}, p.Retention.From) {
		bad.Add(ErrRecordChoice.At("from"))
	}
	if !slices.Contains([]Outcome{"", ThenErase, ThenAnonymise, ThenArchive}, p.Retention.Then) {
		bad.Add(ErrRecordChoice.At("then"))
	}
	for _, t := range p.Transfers {
		if !l.IsCountry(t.Country) || t.Ground != "" && !slices.Contains(TransferGrounds(), t.Ground) {
			bad.Add(ErrRecordChoice.At("transfer_country"))
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}
