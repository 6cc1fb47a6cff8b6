package signup

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
)

// What a form may not try. Each text names the article.
var (
	ErrTicked      = fault.New(fault.Invalid, "signup.refused_ticked")       // recital 32, C-673/17 Planet49
	ErrBundled     = fault.New(fault.Invalid, "signup.refused_bundled")      // Art. 7(2), recitals 32 and 43
	ErrCompulsory  = fault.New(fault.Invalid, "signup.refused_compulsory")   // Art. 4(11), 7(4)
	ErrConditional = fault.New(fault.Invalid, "signup.refused_conditional")  // Art. 7(4), recital 43
	ErrHidden      = fault.New(fault.Invalid, "signup.refused_hidden")       // Art. 4(11), 13(1)(c)
	ErrNoConsent   = fault.New(fault.Invalid, "signup.refused_basis")        // Art. 6(1): another ground
	ErrTwice       = fault.New(fault.Invalid, "signup.refused_twice")        // the same box again
	ErrNeedless    = fault.New(fault.Invalid, "signup.refused_needless")     // Art. 5(1)(c)
	ErrUndeclared  = fault.New(fault.Invalid, "signup.refused_undeclared")   // not in the record
	ErrNotRequired = fault.New(fault.Invalid, "signup.refused_not_required") // Art. 5(1)(c), 25(2)
)

// What a form lacks.
var (
	ErrNoTitle    = fault.New(fault.Invalid, "signup.title_missing")
	ErrNoLabel    = fault.New(fault.Invalid, "signup.label_missing")
	ErrNoLanguage = fault.New(fault.Invalid, "signup.language_missing").At("languages")
	ErrNoMail     = fault.New(fault.Invalid, "signup.mail_missing").At("fields")
	ErrNoPurpose  = fault.New(fault.Invalid, "signup.purpose_missing").At("boxes")
	ErrPurpose    = fault.New(fault.Invalid, "signup.purpose_unknown")
	ErrChannel    = fault.New(fault.Invalid, "signup.channel_unused")
	ErrReach      = fault.New(fault.Invalid, "signup.channel_unreachable")
	ErrNotice     = fault.New(fault.Invalid, "signup.notice_missing").At("notice")
	ErrSite       = fault.New(fault.Invalid, "signup.site_wrong").At("sites")
	ErrSlug       = fault.New(fault.Invalid, "signup.slug_wrong").At("slug")
	ErrTooLong    = fault.New(fault.Invalid, "signup.text_too_long")
)

// Longest texts, in characters.
const (
	mostTitle = 120
	mostText  = 2000
	mostSites = 20
)

// Check refuses a form that tries what the law forbids, asks what the record does not
// declare, or lacks something (Art. 4(11), 5(1)(c), 7 and 13 GDPR). The faults
// are a fault.List; each names the field of the editor it belongs to.
func (d Definition) Check(r processing.Record) error {
	var l fault.List
	d.checkTexts(&l)
	if d.For != "" {
		d.checkFor(&l, r)
	}
	if d.For == "" && len(d.Boxes) == 0 {
		l.Add(ErrNoPurpose)
	}
	seen := map[string]bool{}
	for _, b := range d.Boxes {
		d.checkBox(&l, r, b)
		if seen[b.Key()] {
			l.Add(ErrTwice.At(b.at()))
		}
		seen[b.Key()] = true
	}
	d.checkFields(&l, r)
	if !isWebAddress(d.Notice) {
		l.Add(ErrNotice)
	}
	for _, s := range d.Sites {
		if !IsOrigin(s) {
			l.Add(ErrSite.With("Site", s))
		}
	}
	if len(d.Sites) > mostSites {
		l.Add(ErrTooLong.At("sites").With("Max", mostSites))
	}
	return l.OrNil()
}

func (d Definition) checkTexts(l *fault.List) {
	if len(d.Languages) == 0 {
		l.Add(ErrNoLanguage)
	}
	for _, lang := range d.Languages {
		if strings.TrimSpace(d.Title[lang]) == "" {
			l.Add(ErrNoTitle.At("title_" + lang))
		}
		if len([]rune(d.Title[lang])) > mostTitle {
			l.Add(ErrTooLong.At("title_"+lang).With("Max", mostTitle))
		}
		if len([]rune(d.Intro[lang])) > mostText {
			l.Add(ErrTooLong.At("intro_"+lang).With("Max", mostText))
		}
	}
}

// checkFor: what rests on consent needs a box; the form's own purpose does not.
func (d Definition) checkFor(l *fault.List, r processing.Record) {
	p, ok := r.Purpose(d.For)
	switch {
	case !ok || !p.IsInUse():
		l.Add(ErrPurpose.At("for"))
	case p.Basis == processing.Consent || p.Marketing:
		l.Add(ErrHidden.At("for"))
	}
}

// at is the field of the editor that a box belongs to.
func (b Box) at() string { return "box_" + b.Key() }

func (d Definition) checkBox(l *fault.List, r processing.Record, b Box) {
	for _, try := range []struct {
		tried bool
		err   *fault.Error
	}{
		{b.Ticked, ErrTicked}, {len(b.Also) > 0, ErrBundled}, {b.Required, ErrCompulsory},
		{b.Hidden, ErrHidden}, {strings.TrimSpace(b.Condition) != "", ErrConditional},
	} {
		if try.tried {
			l.Add(try.err.At(b.at()))
		}
	}
	p, ok := r.Purpose(b.Purpose)
	switch {
	case !ok || !p.IsInUse():
		l.Add(ErrPurpose.At(b.at()))
		return
	case p.Basis != processing.Consent:
		l.Add(ErrNoConsent.At(b.at()))
	case !p.Uses(b.Channel):
		l.Add(ErrChannel.At(b.at()))
	case !d.reaches(b.Channel):
		l.Add(ErrReach.At(b.at()))
	}
	for _, lang := range d.Languages {
		if strings.TrimSpace(b.Label[lang]) == "" {
			l.Add(ErrNoLabel.At(b.at() + "_" + lang))
		}
		if len([]rune(b.Label[lang])) > mostText {
			l.Add(ErrTooLong.At(b.at()+"_"+lang).With("Max", mostText))
		}
	}
}

// reaches reports whether the form asks what the channel needs.
func (d Definition) reaches(c processing.Channel) bool {
	switch c {
	case processing.ByMail:
		return d.Asks(contact.FieldEmail)
	case processing.ByPhone, processing.BySMS:
		return d.Asks(contact.FieldPhone)
	case processing.ByPost:
		return d.Asks(contact.FieldAddress)
	}
	return false
}

// checkFields: only declared fields that serve a purpose of the form; required only
// what the record calls necessary. The mail address is always asked: without it
// nobody could confirm.
func (d Definition) checkFields(l *fault.List, r processing.Record) {
	if !slices.Contains(d.Fields, Ask{Field: contact.FieldEmail, Required: true}) {
		l.Add(ErrNoMail)
	}
	seen := map[contact.Field]bool{}
	for _, a := range d.Fields {
		at := "field_" + string(a.Field)
		f, ok := declared(r, a.Field)
		switch {
		case !ok || !IsAskable(a.Field) || seen[a.Field]:
			l.Add(ErrUndeclared.At(at))
		case a.Field == contact.FieldEmail:
		case !slices.ContainsFunc(f.Purposes, d.Serves) && !d.needs(a.Field):
			l.Add(ErrNeedless.At(at))
		case a.Required && !f.Necessary && !d.needs(a.Field):
			l.Add(ErrNotRequired.At(at))
		}
		seen[a.Field] = true
	}
}

// needs reports whether a box cannot be kept without the field.
func (d Definition) needs(f contact.Field) bool {
	return slices.ContainsFunc(d.Boxes, func(b Box) bool {
		phone := b.Channel == processing.ByPhone || b.Channel == processing.BySMS
		return f == contact.FieldPhone && phone || f == contact.FieldAddress && b.Channel == processing.ByPost
	})
}

func declared(r processing.Record, key contact.Field) (processing.Field, bool) {
	for _, f := range r.Fields {
		if f.Key == key && f.IsInUse() {
			return f, true
		}
	}
	return processing.Field{}, false
}

// slugShape is compiled once and only read.
var slugShape = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$`)

// CheckSlug refuses an address that browsers would write differently (ErrSlug).
func CheckSlug(slug string) error {
	if !slugShape.MatchString(slug) {
		return ErrSlug
	}
	return nil
}

// SlugOf makes an address of a title; "form" when nothing of it can be used.
func SlugOf(title string) string {
	var b strings.Builder
	for _, r := range contact.Fold(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String()[:min(b.Len(), 50)], "-")
	if slug == "" {
		return "form"
	}
	return slug
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 500 && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

// IsOrigin reports whether s names a site and nothing more: scheme and host. Only this
// machine may go without encryption. It ends up in a header: nothing else may pass.
func IsOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || s != u.Scheme+"://"+u.Host || !originShape.MatchString(u.Host) {
		return false
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// originShape is a host with an optional port. Compiled once, only read.
var originShape = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::\d{1,5})?$`)
