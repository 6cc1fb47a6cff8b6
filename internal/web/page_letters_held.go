package web

import (
	"strings"
	"unicode"

	"clepsydra/internal/communication"
	"clepsydra/internal/response"
)

// heldShown is how many held letters a page shows; the way out for all of them at
// once stands above.
const heldShown = 100

// heldLetter is a letter that paper cannot carry as it stands.
type heldLetter struct {
	communication.Person
	Name    []rune // characters in the name that a western font lacks
	Address []rune // the same in the address: another spelling of the name does not help
}

func (v *Visit) fillHeld(page *lettersPage) error {
	if !page.MayName {
		page.HeldAll = page.Counts.Held
		return nil
	}
	held := communication.Held
	people, all, err := communication.People(v.Ctx(), v.S.d.DB.R, v.affected(), communication.PeopleQuery{Letter: &held, Limit: heldShown})
	page.HeldAll = all
	for _, p := range people {
		page.Held = append(page.Held, heldLetter{
			p, foreign(p.EnvelopeName() + p.Organisation), foreign(p.Street + p.Postcode + p.City),
		})
	}
	if err != nil {
		return err
	}
	return v.listed(people)
}

// foreign picks the characters that hold a letter up: scripts beside Latin, Greek
// and Cyrillic, and pictures. It only explains; what can be printed is decided
// where papers are made.
func foreign(text string) []rune {
	var out []rune
	for _, r := range text {
		known := unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) || r < 0x250 ||
			unicode.IsPunct(r) || unicode.IsSpace(r) || unicode.IsMark(r)
		if !known && !strings.ContainsRune(string(out), r) {
			out = append(out, r)
		}
	}
	return out
}

// Signs are the characters as a reader can look for them.
func (h heldLetter) Signs() string {
	all := append(append([]rune{}, h.Name...), h.Address...)
	parts := make([]string, len(all))
	for k, r := range all {
		parts[k] = string(r)
	}
	return strings.Join(parts, " ")
}

func mendLetter(v *Visit) error {
	how := response.Mend(v.Form("how"))
	switch how {
	case response.MendSpell, response.MendEdit, response.MendByMail:
	default:
		return v.lettersAgain(communication.ErrUnprintable.At("name"))
	}
	if err := v.S.d.Response.MendLetter(v.Ctx(), v.Actor, v.affected(), v.Form("contact"), how, v.Form("name")); err != nil {
		return v.lettersAgain(err)
	}
	v.Flash("letters.mended", nil)
	return v.Redirect(v.lettersPath("#held"))
}

func mendAllLetters(v *Visit) error {
	n, err := v.S.d.Response.MendAll(v.Ctx(), v.Actor, v.affected())
	if err != nil {
		return v.lettersAgain(err)
	}
	v.Flash(oneOrMany("letters.mended_all", n), map[string]any{"Count": v.P.Number(n)})
	return v.Redirect(v.lettersPath("#held"))
}
