package web

import (
	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// personPage is one of the people affected.
type personPage struct {
	Head       Head
	P          communication.Person
	Snapshot   communication.Snapshot // empty: not frozen yet
	Categories []workflow.Category
	Chosen     []string
	Reason     string // as it was typed
}

// Open reports whether the incident can still be worked on.
func (p personPage) Open() bool { return p.Head.I.IsOpen() }

func (v *Visit) personPage() (personPage, error) {
	page := personPage{Categories: v.S.d.Packs.Categories(), Reason: v.Form("reason")}
	var err error
	if page.Head, err = v.S.head(v, "people"); err != nil {
		return page, err
	}
	if page.P, err = communication.PersonOf(v.Ctx(), v.S.d.DB.R, v.affected(), v.C.Params("contact")); err != nil {
		return page, err
	}
	if page.Chosen = page.P.Data; page.Chosen == nil {
		page.Chosen = page.Head.I.Data
	}
	if page.P.SnapshotID != "" {
		if page.Snapshot, err = communication.SnapshotByID(v.Ctx(), v.S.d.DB.R, page.P.SnapshotID); err != nil {
			return page, err
		}
	}
	return page, v.looked(page.P.ContactID)
}

func showPerson(v *Visit) error {
	page, err := v.personPage()
	if err != nil {
		return err
	}
	return v.Page("person", page)
}

// looked records that the visitor saw the data of one person.
func (v *Visit) looked(contactID string) error {
	return v.S.d.Contacts.SawPerson(v.Ctx(), v.Actor, contact.ID(contactID))
}

// listed records that the visitor was shown people of the incident in a list.
func (v *Visit) listed(people []communication.Person) error {
	ids := make([]string, len(people))
	for k, p := range people {
		ids[k] = p.ContactID
	}
	return v.S.d.Contacts.Saw(v.Ctx(), v.Actor, stewardship.LookListed, ids, map[string]string{"incident": string(v.affected())})
}

// changePerson does one thing to a person and comes back to his page.
func (v *Visit) changePerson(done string, do func(contactID string) error) error {
	contactID := v.C.Params("contact")
	if refused := do(contactID); refused != nil {
		page, err := v.personPage()
		if err != nil {
			return err
		}
		return v.Again("person", page, refused)
	}
	v.Flash(done, nil)
	return v.Redirect(v.peoplePath("/" + contactID))
}

func setPersonData(v *Visit) error {
	data := v.FormAll("data")
	if v.Ticked("reset") {
		data = nil
	}
	return v.changePerson("people.data_saved", func(contactID string) error {
		return v.S.d.Response.SetLeakedData(v.Ctx(), v.Actor, v.affected(), contactID, data)
	})
}

func excludePerson(v *Visit) error {
	return v.changePerson("people.excluded", func(contactID string) error {
		return v.S.d.Response.ExcludePerson(v.Ctx(), v.Actor, v.affected(), contactID, v.Form("reason"), true)
	})
}

func includePerson(v *Visit) error {
	return v.changePerson("people.included", func(contactID string) error {
		return v.S.d.Response.ExcludePerson(v.Ctx(), v.Actor, v.affected(), contactID, "", false)
	})
}

func returnLetter(v *Visit) error {
	return v.changePerson("people.returned", func(contactID string) error {
		return v.S.d.Response.MarkReturned(v.Ctx(), v.Actor, v.affected(), contactID)
	})
}
