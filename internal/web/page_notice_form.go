package web

import (
	"errors"
	"strings"

	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
)

// noticeOffered is the address that a new form begins with: that of the statement
// published here, else the firm's website.
func (v *Visit) noticeOffered() string {
	if _, err := v.S.d.Notices.Published(v.Ctx(), 0); err != nil || v.Firm.BaseURL == "" {
		return v.Firm.Website
	}
	return strings.TrimSuffix(v.Firm.BaseURL, "/") + "/privacy"
}

// fillNotice gives a form the link to the statement in its language and the short
// text, when both are published here.
func (v *Visit) fillNotice(page *signupPage) error {
	if !stewardship.IsOwnNotice(v.Firm, page.Notice) {
		return nil
	}
	all, err := v.S.d.Notices.Published(v.Ctx(), 0)
	if errors.Is(err, processing.ErrNoNotice) {
		return nil
	}
	if err != nil {
		return err
	}
	one := inLanguage(all, page.Lang, v.Firm.Language)
	page.Notice, page.Short = v.Link("/privacy?lang="+one.Language), one.Short
	return nil
}
