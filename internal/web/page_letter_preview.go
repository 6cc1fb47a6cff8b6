package web

import (
	"clepsydra/internal/communication"
)

// previewPage is the letter of one person as it would be printed now.
type previewPage struct {
	Head      Head
	Letter    communication.Letter
	ContactID string
	Others    []string // languages in which somebody else's letter is written
}

// findPreview shows the letter of the first person who reads a language.
func findPreview(v *Visit) error {
	lang := v.C.Query("language")
	first := ""
	for offset := 0; ; {
		people, all, err := communication.People(v.Ctx(), v.S.d.DB.R, v.affected(), communication.PeopleQuery{Limit: 1000, Offset: offset})
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.Excluded != "" || p.Channel == communication.ByNone {
				continue
			}
			if first == "" {
				first = p.ContactID
			}
			if lang == "" || p.Language == lang || (p.Language == "" && lang == v.Firm.Language) {
				return v.Redirect(v.lettersPath("/preview/" + p.ContactID))
			}
		}
		if offset += len(people); len(people) == 0 || offset >= all {
			break
		}
	}
	if first == "" {
		return v.lettersAgain(communication.ErrNobody)
	}
	return v.Redirect(v.lettersPath("/preview/" + first))
}

func showPreview(v *Visit) error {
	page := previewPage{ContactID: v.C.Params("contact")}
	var err error
	if page.Head, err = v.S.head(v, "letters"); err != nil {
		return err
	}
	if page.Letter, err = v.S.d.Response.Preview(v.Ctx(), v.affected(), page.ContactID); err != nil {
		return err
	}
	if err := v.looked(page.ContactID); err != nil {
		return err
	}
	texts, err := v.S.d.Response.LetterTexts(v.Ctx(), v.affected())
	if err != nil {
		return err
	}
	page.Others = texts.Needed()
	return v.Page("letter_preview", page)
}

func printPreview(v *Visit) error {
	head, err := v.S.head(v, "letters")
	if err != nil {
		return err
	}
	letter, err := v.S.d.Response.Preview(v.Ctx(), v.affected(), v.C.Params("contact"))
	if err != nil {
		return err
	}
	pdf, err := v.S.d.Response.PrintPreview(v.Ctx(), v.Firm, letter, head.I.Ref)
	if err != nil {
		return err
	}
	if err := v.looked(letter.Person.ContactID); err != nil {
		return err
	}
	return v.Download(head.I.Ref+"-preview.pdf", "application/pdf", pdf)
}
