package processing

import "slices"

func (f NoticeFirm) tidy() NoticeFirm {
	for _, text := range []*string{
		&f.Name, &f.Street, &f.Postcode, &f.City, &f.Email, &f.Phone, &f.Website, &f.CompanyNumber,
		&f.DPOName, &f.DPOEmail, &f.DPOPhone, &f.ContactName, &f.ContactEmail, &f.ContactPhone,
	} {
		*text = line(*text)
	}
	return f
}

// OpenPoints lists what the statement must say and the record does not know, in the
// order of Art. 13 GDPR.
func OpenPoints(in NoticeInput) []OpenPoint {
	var out []OpenPoint
	add := func(missing bool, what, processor string, place Place) {
		if missing {
			out = append(out, OpenPoint{What: what, Processor: processor, Place: place})
		}
	}
	f := in.Firm
	add(f.Street == "" || f.City == "", "address", "", InFirm)
	add(f.Email == "" && f.Phone == "", "contact", "", InFirm)
	add(f.DPOName == "" && f.DPOEmail == "" && f.ContactName == "" && f.ContactEmail == "", "asked", "", InPeople)
	add(f.DPOName != "" && f.DPOEmail == "" && f.DPOPhone == "", "dpo_mail", "", InPeople)
	add(in.Authority.Name == "", "authority", "", InFirm)
	used := 0
	for _, p := range in.Record.Purposes {
		if p.IsInUse() {
			used++
			out = append(out, openOf(in, p)...)
		}
	}
	add(used == 0, "purposes", "", InRecord)
	add(len(in.Processors) == 0, "processors", "", InRecord)
	for _, p := range in.Processors {
		add(!p.InEEA && p.Ground == "", "safeguard", p.Name, InRecord)
	}
	return out
}

func openOf(in NoticeInput, p Purpose) []OpenPoint {
	var out []OpenPoint
	add := func(missing bool, what string) {
		if missing {
			out = append(out, OpenPoint{What: what, Purpose: p.ID, Place: InRecord})
		}
	}
	add(p.ConfirmedAt.IsZero(), "proposed")
	add(p.Name[in.Language] == "" || p.Explain[in.Language] == "", "words")
	add(!slices.Contains(Bases(), p.Basis), "basis")
	add(p.Basis == LegitimateInterests && p.Interest[in.Language] == "", "interest")
	add(p.Retention.Months == 0 || p.Retention.From == "", "retention")
	add(!slices.ContainsFunc(in.Record.Fields, func(f Field) bool { return f.IsInUse() && slices.Contains(f.Purposes, p.ID) }), "data")
	return out
}
