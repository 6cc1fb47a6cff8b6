package web

import (
	"slices"

	"clepsydra/internal/account"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
)

// generalPage is the form of what holds for the whole record.
type generalPage struct {
	G        processing.General
	Lists    processing.Lists
	Accounts []account.Account // who may be in charge
}

func (v *Visit) generalPage(g processing.General) (generalPage, error) {
	page := generalPage{G: g, Lists: v.S.d.Records.Lists()}
	all, err := v.S.d.Accounts.List(v.Ctx())
	if err != nil {
		return page, err
	}
	for _, a := range all {
		if a.DisabledAt.IsZero() && a.Role.Can(account.SeeContacts) {
			page.Accounts = append(page.Accounts, a)
		}
	}
	return page, nil
}

func showGeneral(v *Visit) error {
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return err
	}
	page, err := v.generalPage(d.General)
	if err != nil {
		return err
	}
	return v.Page("record_general", page)
}

func saveGeneral(v *Visit) error {
	g := processing.General{
		KeeperID: v.Form("keeper"), Joint: v.Form("joint"), NoDPO: v.Ticked("no_dpo"), Measures: v.FormAll("measures"),
		MeasuresText: v.Form("measures_text"), NoClients: v.Ticked("no_clients"),
	}
	g.NoJoint = g.Joint == "" && v.Ticked("no_joint")
	page, err := v.generalPage(g)
	if err != nil {
		return err
	}
	isKnown := slices.ContainsFunc(page.Accounts, func(a account.Account) bool { return string(a.ID) == g.KeeperID })
	if g.KeeperID != "" && !isKnown {
		return v.Again("record_general", page, processing.ErrRecordChoice.At("keeper"))
	}
	if err := v.S.d.Records.SaveGeneral(v.Ctx(), v.Actor, g); err != nil {
		return v.Again("record_general", page, err)
	}
	v.Flash("record.saved", nil)
	return v.Redirect("/record")
}

// clientPage is the form of a firm for which this one handles data.
type clientPage struct {
	C     processing.Client
	IsNew bool
}

func showClient(v *Visit) error {
	id := v.C.Params("client")
	if id == "new" {
		own, err := processing.NewID("own_")
		if err != nil {
			return err
		}
		return v.Page("record_client", clientPage{processing.Client{ID: own}, true})
	}
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return err
	}
	for _, c := range d.AsProcessor {
		if c.ID == id {
			return v.Page("record_client", clientPage{C: c})
		}
	}
	return fault.New(fault.NotFound, "record.no_client")
}

func saveClient(v *Visit) error {
	c := processing.Client{
		ID: v.C.Params("client"), Name: v.Form("name"), Contact: v.Form("contact"), Processing: v.Form("processing"),
		Transfers: v.Form("transfers"), Security: v.Form("security"), Ended: v.Ticked("ended"),
	}
	c.NoTransfer = c.Transfers == "" && v.Ticked("no_transfer")
	if err := v.S.d.Records.SaveClient(v.Ctx(), v.Actor, c); err != nil {
		return v.Again("record_client", clientPage{C: c}, err)
	}
	v.Flash("record.saved", nil)
	return v.Redirect("/record")
}
