package web

import (
	"clepsydra/internal/account"
	"clepsydra/internal/stewardship"
)

// firstSteps are what a firm does once with its customer file; empty: nothing to show.
type firstSteps struct {
	All  []firstStep
	Done int
}

// firstStep is one of them; the first that is open is the next.
type firstStep struct {
	stewardship.FirstStep
	Path   string
	IsNext bool
}

// Open is how many are left.
func (f firstSteps) Open() int { return len(f.All) - f.Done }

// firstSteps are shown above the whole file to those who can do them, until all are
// done.
func (v *Visit) firstSteps(page contactsPage) (out firstSteps, err error) {
	if page.Narrowed() || page.Later || !v.Is(account.EditContacts) {
		return out, nil
	}
	steps, err := v.S.d.Contacts.FirstSteps(v.Ctx())
	if err != nil {
		return out, err
	}
	paths := map[string]string{
		"import": "/contacts/import", "fields": "/contacts/fields", "purposes": "/record", "keeper": "/record/general",
		"consents": "/contacts/forms", "notice": "/record/texts",
	}
	next := true
	for _, s := range append([]stewardship.FirstStep{{Key: "import", Done: page.Page.Total > 0}}, steps...) {
		one := firstStep{s, paths[s.Key], next && !s.Done}
		if s.Done {
			out.Done++
		} else {
			next = false
		}
		out.All = append(out.All, one)
	}
	if out.Open() == 0 {
		return firstSteps{}, nil
	}
	return out, nil
}
