package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/processing"
)

// recordRoutes: the record of processing and those who handle data for the firm.
func (s *Server) recordRoutes() []Route {
	get, post, see, edit := fiber.MethodGet, fiber.MethodPost, account.SeeContacts, account.EditContacts
	return []Route{
		{Method: get, Path: "/record", Needs: see, Handle: showRecord},
		{Method: post, Path: "/record/confirm", Needs: edit, Handle: confirmPurposes},
		{Method: get, Path: "/record/general", Needs: edit, Handle: showGeneral},
		{Method: post, Path: "/record/general", Needs: edit, Handle: saveGeneral},
		{Method: get, Path: "/record/purposes/:purpose", Needs: edit, Handle: showPurpose},
		{Method: post, Path: "/record/purposes/:purpose", Needs: edit, Handle: savePurpose},
		{Method: post, Path: "/record/purposes/:purpose/end", Needs: edit, Handle: endPurpose},
		{Method: get, Path: "/record/clients/:client", Needs: edit, Handle: showClient},
		{Method: post, Path: "/record/clients/:client", Needs: edit, Handle: saveClient},
		{Method: get, Path: "/record/versions", Needs: see, Handle: listVersions},
		{Method: get, Path: "/record/export/:format", Needs: see, Handle: exportRecord},
		{Method: get, Path: "/record/processors", Needs: see, Handle: listProcessors},
		{Method: get, Path: "/record/processors/:processor", Needs: see, Handle: showProcessor},
		{Method: post, Path: "/record/processors/:processor", Needs: edit, Handle: saveProcessor},
		{Method: post, Path: "/record/processors/:processor/end", Needs: edit, Handle: endProcessor},
		{Method: post, Path: "/record/processors/:processor/contract", Needs: edit, Handle: addContract, Upload: true},
		{Method: get, Path: "/record/processors/:processor/contract/:file", Needs: see, Handle: fetchContract},
	}
}

// recordPage is the page /record.
type recordPage struct {
	General   []ScanRow
	Purposes  []recordPurpose
	Ended     []processing.Entry
	Clients   []recordClient
	NoClients bool
	Open      []recordOpen
	Proposed  int // purposes that nobody confirmed
	Many      int // processors in use
}

// recordPurpose is one purpose in words.
type recordPurpose struct {
	ID       processing.PurposeID
	Name     string
	Rows     []ScanRow
	Proposed bool
}

// recordClient is a firm for which this one handles data, in words.
type recordClient struct {
	ID, Name string
	Rows     []ScanRow
}

// recordOpen is an open point with the page where it is mended.
type recordOpen struct{ About, Text, Item, Link string }

func showRecord(v *Visit) error {
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return err
	}
	w, err := v.recordWords(d)
	if err != nil {
		return err
	}
	page := recordPage{General: w.general(), NoClients: d.General.NoClients}
	for _, e := range d.Purposes {
		if !e.IsInUse() {
			page.Ended = append(page.Ended, e)
			continue
		}
		p := recordPurpose{ID: e.ID, Name: w.text(e.Name), Rows: w.entry(e), Proposed: e.ConfirmedAt.IsZero()}
		if p.Proposed {
			page.Proposed++
		}
		page.Purposes = append(page.Purposes, p)
	}
	for _, c := range d.AsProcessor {
		page.Clients = append(page.Clients, recordClient{c.ID, c.Name, w.client(c)})
	}
	for _, h := range d.Processors {
		if h.IsInUse() {
			page.Many++
		}
	}
	page.Open = w.open()
	return v.Page("record", page)
}

// open are the open points in words, each with the page where it is mended.
func (w recordWords) open() []recordOpen {
	var out []recordOpen
	for _, o := range w.d.OpenPoints {
		row := recordOpen{Item: w.article(o.Item), Link: "/record/general"}
		switch {
		case o.Purpose != "":
			row.About, row.Link = w.purposeName(o.Purpose), "/record/purposes/"+string(o.Purpose)
			row.Text = w.say("open_" + o.Code)
		case o.Processor != "":
			row.About, row.Link = w.processorName(o.Processor), "/record/processors/"+o.Processor
			row.Text = w.say("warn_" + o.Code)
		case o.Client != "":
			k := slices.IndexFunc(w.d.AsProcessor, func(c processing.Client) bool { return c.ID == o.Client })
			row.About, row.Link = w.d.AsProcessor[k].Name, "/record/clients/"+o.Client
			row.Text = w.say("open_" + o.Code)
		default:
			row.Text = w.say("open_" + o.Code)
		}
		switch o.Code {
		case "categories":
			row.Link = "/contacts/fields"
		case "controller", "dpo":
			row.Link = "/settings"
			if o.Code == "dpo" {
				row.Link = "/record/general"
			}
		case "purposes":
			row.Link = "/record/purposes/new"
		}
		out = append(out, row)
	}
	return out
}

func confirmPurposes(v *Visit) error {
	if err := v.S.d.Records.ConfirmPurpose(v.Ctx(), v.Actor, processing.PurposeID(v.Form("purpose"))); err != nil {
		return err
	}
	v.Flash("record.confirmed", nil)
	return v.Redirect("/record")
}

func endPurpose(v *Visit) error {
	if err := v.S.d.Records.EndPurpose(v.Ctx(), v.Actor, processing.PurposeID(v.C.Params("purpose"))); err != nil {
		return err
	}
	v.Flash("record.purpose_ended", nil)
	return v.Redirect("/record")
}
