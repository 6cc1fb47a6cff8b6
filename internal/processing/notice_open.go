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

// NoticePoints lists what the statement must say and the record does not know, in the
// order of Art. 13 GDPR.
func NoticePoints(in NoticeInput) []NoticePoint {
	var out []NoticePoint
	add := func(missing bool, what, processor string, mend Mend) {
		if missing {
			out = append(out, NoticePoint{What: what, Processor: processor, Mend: mend})
		}
	}
	f := in.Firm
	add(f.Street == "" || f.City == "", "address", "", MendInFirm)
	add(f.Email == "" && f.Phone == "", "contact", "", MendInFirm)
	add(f.DPOName == "" && f.DPOEmail == "" && f.ContactName == "" && f.ContactEmail == "", "asked", "", MendInPeople)
	add(f.DPOName != "" && f.DPOEmail == "" && f.DPOPhone == "", "dpo_mail", "", MendInPeople)
	add(in.Authority.Name == "", "authority", "", MendInFirm)
	used := 0
	for _, p := range in.Record.Purposes {
		if p.IsInUse() {
			used++
			out = append(out, openOf(in, p)...)
		}
	}
	add(used == 0, "purposes", "", MendInRecord)
	add(len(in.Processors) == 0, "processors", "", MendInRecord)
	for _, p := range in.Processors {
		add(p.Where == Nowhere, "place", p.Name, MendInRecord)
		add(p.Where.IsOutside() && p.Ground == "", "safeguard", p.Name, MendInRecord)
	}
	for _, p := range in.Transfers {
		add(p.Ground == "", "safeguard", p.Name, MendInRecord)
	}
	return out
}

func openOf(in NoticeInput, p Purpose) []NoticePoint {
	var out []NoticePoint
	add := func(missing bool, what string, mend Mend) {
		if missing {
			out = append(out, NoticePoint{What: what, Purpose: p.ID, Mend: mend})
		}
	}
	add(p.ConfirmedAt.IsZero(), "proposed", MendInRecord)
	add(p.Name[in.Language] == "" || p.Explain[in.Language] == "", "words", MendInRecord)
	add(!slices.Contains(Bases(), p.Basis), "basis", MendInRecord)
	add(p.Basis == LegitimateInterests && p.Interest[in.Language] == "", "interest", MendInRecord)
	add(p.Retention.Months == 0 || p.Retention.From == "", "retention", MendInRecord)
	add(!slices.ContainsFunc(in.Record.Fields, func(f Field) bool { return f.IsInUse() && slices.Contains(f.Purposes, p.ID) }), "data", MendInFields)
	return out
}
