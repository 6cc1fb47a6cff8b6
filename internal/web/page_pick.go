package web

import (
	"errors"

	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
)

// Named refusals of picking.
var (
	errPickHow     = fault.New(fault.Invalid, "people.pick_how_unknown")
	errPickNothing = fault.New(fault.Invalid, "people.pick_nothing")
)

// selection reads whom a form picks.
func (v *Visit) selection() (communication.Selection, error) {
	switch v.Form("how") {
	case "all":
		return communication.Selection{All: true}, nil
	case "import":
		all, err := v.S.d.Contacts.Imports(v.Ctx())
		if err != nil {
			return communication.Selection{}, err
		}
		for _, i := range all {
			if string(i.ID) == v.Form("import") && i.UndoneAt.IsZero() {
				return communication.Selection{ImportID: string(i.ID)}, nil
			}
		}
		return communication.Selection{}, contact.ErrImportUnknown.At("import")
	case "segment":
		id := contact.SegmentID(v.Form("segment"))
		people, err := v.S.d.Contacts.SegmentPeople(v.Ctx(), v.Actor, id)
		if errors.Is(err, contact.ErrSegmentUnknown) {
			return communication.Selection{}, contact.ErrSegmentUnknown.At("segment")
		}
		sel := communication.Selection{Segment: string(id), Contacts: make([]string, len(people))}
		for k, p := range people {
			sel.Contacts[k] = string(p)
		}
		return sel, err
	case "search":
		chosen := v.FormAll("contact")
		if len(chosen) == 0 {
			return communication.Selection{}, errPickNothing.At("contact")
		}
		return communication.Selection{Contacts: chosen}, nil
	}
	return communication.Selection{}, errPickHow.At("how")
}

func pickPeople(v *Visit) error {
	sel, err := v.selection()
	if err == nil {
		var n int
		if n, err = v.S.d.Response.PickPeople(v.Ctx(), v.Actor, v.affected(), sel); err == nil {
			v.Flash(oneOrMany("people.picked", n), map[string]any{"Count": v.P.Number(n)})
			return v.Redirect(v.peoplePath(""))
		}
	}
	return v.peopleAgain(err)
}

// oneOrMany chooses the text for none, one or many; messages for the next page
// have no plural of their own.
func oneOrMany(key string, n int) string {
	switch n {
	case 0:
		return key + "_none"
	case 1:
		return key + "_one"
	}
	return key + "_many"
}

// peopleAgain shows the tab with the reason of a refusal.
func (v *Visit) peopleAgain(refused error) error {
	page, err := v.peoplePage()
	if err != nil {
		return err
	}
	return v.Again("people", page, refused)
}

func clearPeople(v *Visit) error {
	n, err := v.S.d.Response.UnpickPeople(v.Ctx(), v.Actor, v.affected())
	if err != nil {
		return v.peopleAgain(err)
	}
	v.Flash(oneOrMany("people.cleared", n), map[string]any{"Count": v.P.Number(n)})
	return v.Redirect(v.peoplePath(""))
}

func setPeopleData(v *Visit) error {
	data := v.FormAll("data")
	if v.Ticked("reset") {
		data = nil
	}
	if err := v.S.d.Response.SetLeakedData(v.Ctx(), v.Actor, v.affected(), "", data); err != nil {
		return v.peopleAgain(err)
	}
	v.Flash("people.data_saved", nil)
	return v.Redirect(v.peoplePath("#data"))
}
