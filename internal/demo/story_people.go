package demo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
)

// importContacts takes the file over: first the preview, which changes nothing,
// then the import.
func (t *teller) importContacts(ctx context.Context) (string, error) {
	page, err := t.open(ctx, t.boss, "/contacts/import")
	if err != nil {
		return "", err
	}
	f, err := page.Form("", "file")
	if err != nil {
		return "", err
	}
	if page, err = t.send(ctx, t.boss, f.Attach("file", t.name, t.file)); err != nil {
		return "", err
	}
	found, err := contact.Find(ctx, t.h.App.DB.R, contact.Query{Limit: 1})
	if err != nil {
		return "", err
	}
	if found.Total != 0 {
		return "", fmt.Errorf("the preview wrote %d people", found.Total)
	}
	if f, err = page.Form("/confirm"); err != nil {
		return "", err
	}
	if _, err = t.send(ctx, t.boss, f); err != nil {
		return "", err
	}
	return t.checkImport(ctx)
}

func (t *teller) checkImport(ctx context.Context) (string, error) {
	done, err := contact.Imports(ctx, t.h.App.DB.R)
	if err != nil {
		return "", err
	}
	if len(done) != 1 {
		return "", fmt.Errorf("%d imports instead of one", len(done))
	}
	in := done[0]
	t.source, t.people = in.ID, in.Accepted
	if t.people == 0 || in.Rows != in.Accepted+in.Duplicates+in.Rejected {
		return "", fmt.Errorf("%d rows are not %d new, %d known and %d refused", in.Rows, in.Accepted, in.Duplicates, in.Rejected)
	}
	if t.Contacts == "" && t.people != t.Customers {
		return "", fmt.Errorf("%d of %d made-up customers taken over", t.people, t.Customers)
	}
	return fmt.Sprintf("%d rows: %d new, %d known, %d refused; the preview wrote nothing", in.Rows, in.Accepted, in.Duplicates, in.Rejected), nil
}

// pick makes everybody of the import affected.
func (t *teller) pick(ctx context.Context) (string, error) {
	_, err := t.fill(ctx, t.at("people"), "/people/pick", func(f *Form) { f.Set("how", "import").Set("import", string(t.source)) })
	if err != nil {
		return "", err
	}
	c, err := t.counts(ctx)
	if err != nil {
		return "", err
	}
	if c.All != t.people {
		return "", fmt.Errorf("%d people picked of %d", c.All, t.people)
	}
	return strconv.Itoa(c.All) + " people picked by the import that leaked", nil
}

func (t *teller) counts(ctx context.Context) (communication.Counts, error) {
	return communication.CountsOf(ctx, t.h.App.DB.R, t.id, "")
}

// leakedData says what leaked of everybody, and of one person less.
func (t *teller) leakedData(ctx context.Context) (string, error) {
	_, err := t.fill(ctx, t.at("people"), "/people/data", func(f *Form) { f.Set("data", "name", "contact_email", "postal_address", "phone") })
	if err != nil {
		return "", err
	}
	people, _, err := communication.People(ctx, t.h.App.DB.R, t.id, communication.PeopleQuery{Limit: 1})
	if err != nil {
		return "", err
	}
	if len(people) != 1 {
		return "", communication.ErrNobody
	}
	path := "people/" + people[0].ContactID
	if _, err = t.fill(ctx, t.at(path), path+"/data", func(f *Form) { f.Set("data", "name", "contact_email") }); err != nil {
		return "", err
	}
	if people, _, err = communication.People(ctx, t.h.App.DB.R, t.id, communication.PeopleQuery{Limit: 100_000}); err != nil {
		return "", err
	}
	for k, p := range people {
		if want := map[bool]int{true: 2, false: 4}[k == 0]; len(p.Data) != want {
			return "", fmt.Errorf("of person %d leaked %v", k+1, p.Data)
		}
	}
	return "name, mail, address and phone of everybody; of one person less", nil
}

func (t *teller) freeze(ctx context.Context) (string, error) {
	if _, err := t.fill(ctx, t.at("people/freeze"), "/people/freeze", func(*Form) {}); err != nil {
		return "", err
	}
	list, err := t.list(ctx)
	if err != nil {
		return "", err
	}
	i, err := t.incident(ctx)
	if err != nil {
		return "", err
	}
	if list.People != t.people || len(list.Hash) != 64 || !i.Approx.Known || i.Approx.Value != t.people {
		return "", fmt.Errorf("list of %d with hash %q, incident says %+v", list.People, list.Hash, i.Approx)
	}
	return fmt.Sprintf("%d people, hash %s", list.People, list.Hash[:16]), nil
}

// list is the frozen list.
func (t *teller) list(ctx context.Context) (communication.Snapshot, error) {
	all, err := communication.SnapshotsOf(ctx, t.h.App.DB.R, t.id)
	if err != nil {
		return communication.Snapshot{}, err
	}
	if len(all) != 1 {
		return communication.Snapshot{}, fmt.Errorf("%d frozen lists instead of one", len(all))
	}
	return all[0], nil
}

// mend takes the letters that paper cannot carry out of their hold: spelled with
// letters that can be printed where there is a way, else by mail.
func (t *teller) mend(ctx context.Context) (string, error) {
	held, err := t.held(ctx)
	if err != nil {
		return "", err
	}
	if len(held) == 0 {
		if t.Contacts == "" && t.Customers > 60 {
			return "", errors.New("no letter is held although some names cannot be printed")
		}
		return "none held", nil
	}
	if _, err := t.fill(ctx, t.at("letters"), "/letters/mend-all", func(*Form) {}); err != nil {
		return "", err
	}
	left, err := t.held(ctx)
	if err != nil {
		return "", err
	}
	byMail := 0
	for _, p := range left {
		page, err := t.open(ctx, t.boss, t.at("letters"))
		if err != nil {
			return "", err
		}
		f, err := wayOut(page, p)
		if err != nil {
			return "", err
		}
		if p.Email != "" {
			byMail++
		}
		if _, err := t.send(ctx, t.boss, f); err != nil {
			return "", err
		}
	}
	if still, err := t.held(ctx); err != nil {
		return "", err
	} else if len(still) > 0 {
		return "", fmt.Errorf("%d letters are still held", len(still))
	}
	return fmt.Sprintf("%d held: %d spelled, %d by mail, %d rewritten", len(held), len(held)-len(left), byMail, len(left)-byMail), nil
}

// wayOut chooses mail where there is an address, else a name that can be printed.
func wayOut(page *Page, p communication.Person) (*Form, error) {
	if p.Email != "" {
		f, err := page.FormFor("/letters/mend", "contact="+p.ContactID, "how=mail")
		if err != nil {
			return nil, err
		}
		return f.Choose("how", "mail"), nil
	}
	f, err := page.FormFor("/letters/mend", "contact="+p.ContactID, "how=edit")
	if err != nil {
		return nil, err
	}
	return f.Choose("how", "edit").Set("name", "Klant "+strconv.Itoa(p.Position)), nil
}

func (t *teller) held(ctx context.Context) ([]communication.Person, error) {
	state := communication.Held
	people, _, err := communication.People(ctx, t.h.App.DB.R, t.id, communication.PeopleQuery{Letter: &state, Limit: 100_000})
	return people, err
}
