package web

import (
	"strings"
	"time"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

// suppressionPage is the list of those who said no: counts only, because no address is
// kept.
type suppressionPage struct {
	Rows  []suppressionRow
	Total int
	Uses  []choice
	Typed map[string]string
	// Asked is what was found out about an address.
	Asked   bool
	Blocked time.Time // zero: it is not on the list
	Country string
}

// suppressionRow is how many addresses are on the list for one purpose and channel.
type suppressionRow struct {
	Purpose, Channel string
	Count            int
}

func (v *Visit) suppressionPage() (suppressionPage, error) {
	page := suppressionPage{Typed: map[string]string{}, Country: v.Firm.Country}
	counts, err := v.S.d.Contacts.BlockedCounts(v.Ctx())
	if err != nil {
		return page, err
	}
	record, err := processing.Get(v.Ctx(), v.S.d.DB.R)
	if err != nil {
		return page, err
	}
	for _, c := range counts {
		page.Rows = append(page.Rows, suppressionRow{v.purposeWord(record, c.Purpose), v.channelWord(c.Channel), c.Count})
		page.Total += c.Count
	}
	for _, ch := range []processing.Channel{processing.ByMail, processing.ByPhone, processing.BySMS} {
		page.Uses = append(page.Uses, choice{string(consent.AllMarketing) + "|" + string(ch), v.P.T("consents.all_marketing", nil) + " – " + v.channelWord(ch)})
		for _, p := range record.Purposes {
			if p.Marketing && p.IsInUse() && p.Uses(ch) {
				page.Uses = append(page.Uses, choice{string(p.ID) + "|" + string(ch), v.text(p.Name) + " – " + v.channelWord(ch)})
			}
		}
	}
	for _, name := range []string{"use", "address"} {
		page.Typed[name] = v.Form(name)
	}
	return page, nil
}

// typedAddress reads an address for a use as that of a person.
func (v *Visit) typedAddress() (contact.Contact, consent.Use) {
	purpose, channel, _ := strings.Cut(v.Form("use"), "|")
	use := consent.Use{Purpose: processing.PurposeID(purpose), Channel: processing.Channel(channel)}
	c := contact.Contact{Country: v.Firm.Country}
	if use.Channel == processing.ByMail {
		c.Email = v.Form("address")
	} else {
		c.Phone = v.Form("address")
	}
	return c, use
}

func showSuppression(v *Visit) error {
	page, err := v.suppressionPage()
	if err != nil {
		return err
	}
	return v.Page("suppression", page)
}

// checkSuppression says whether an address is on the list. It answers in place and
// stores nothing: the address stands in no address bar and no journal.
func checkSuppression(v *Visit) error {
	page, err := v.suppressionPage()
	if err != nil {
		return err
	}
	c, use := v.typedAddress()
	if page.Blocked, err = v.S.d.Contacts.IsBlocked(v.Ctx(), c, use); err != nil {
		return v.Again("suppression", page, err)
	}
	page.Asked = true
	return v.Page("suppression", page)
}

func addSuppression(v *Visit) error {
	c, use := v.typedAddress()
	n, err := v.S.d.Contacts.Block(v.Ctx(), v.Actor, c, use)
	if err != nil {
		page, pageErr := v.suppressionPage()
		if pageErr != nil {
			return pageErr
		}
		return v.Again("suppression", page, err)
	}
	v.Flash("consents.blocked", map[string]any{"People": v.P.Number(n)})
	return v.Redirect("/contacts/suppression")
}
