// Package signup is how people come into the customer file by themselves and stay
// in charge there: sign-up forms, the mail that asks them to confirm, the links to
// their preferences and out, and asking old lists for permission again.
//
// A consent that comes out of here can be proved (Art. 7(1) GDPR): a form is
// published in versions, a version keeps the exact words in every language, and only
// somebody who opened the mail at his own address counts as having agreed. Nothing is
// ever ticked beforehand and no box stands for two things (Art. 4(11), recital 32).
// The rule files are pure; store*.go alone knows the database.
package signup

import (
	"slices"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// FormID identifies a form (UUIDv7).
type FormID string

// Form is a sign-up form. Draft is what is being written; what visitors see are the
// published versions.
type Form struct {
	ID        FormID
	Slug      string // its address, /f/<slug>
	Draft     Definition
	Version   int // the latest published; 0: none
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  time.Time // zero: open
}

// IsOpen reports whether visitors may fill it in.
func (f Form) IsOpen() bool { return f.Version > 0 && f.ClosedAt.IsZero() }

// Definition is what a form asks and offers. Texts are by language; every language of
// Languages has all of them.
type Definition struct {
	Languages []string      `json:"languages"`
	Title     workflow.Text `json:"title"`
	Intro     workflow.Text `json:"intro,omitempty"`
	// For is what the data are needed for besides the boxes, such as orders; empty
	// when the form is about the boxes alone.
	For    processing.PurposeID `json:"for,omitempty"`
	Fields []Ask                `json:"fields"`
	Boxes  []Box                `json:"boxes"`
	// Notice is the address of the privacy notice that visitors say they have read.
	Notice string `json:"notice"`
	// Sites are the origins that may show the form in a frame, such as
	// https://www.example.com.
	Sites []string `json:"sites,omitempty"`
}

// Ask is one declared field that the form asks.
type Ask struct {
	Field    contact.Field `json:"field"`
	Required bool          `json:"required,omitempty"`
}

// Box is one thing the visitor may agree to: one purpose, one channel. The four last
// are what forms try and the law forbids; a definition that sets one is refused.
type Box struct {
	Purpose processing.PurposeID `json:"purpose"`
	Channel processing.Channel   `json:"channel"`
	Label   workflow.Text        `json:"label"`

	Ticked    bool                   `json:"ticked,omitempty"`    // ticked beforehand
	Required  bool                   `json:"required,omitempty"`  // or the form is not taken
	Hidden    bool                   `json:"hidden,omitempty"`    // not shown
	Also      []processing.PurposeID `json:"also,omitempty"`      // further purposes of the same tick
	Condition string                 `json:"condition,omitempty"` // what one gets for it
}

// Key names a box within its form, as the field of the web form does.
func (b Box) Key() string { return string(b.Purpose) + "." + string(b.Channel) }

// Asks reports whether the form asks a field.
func (d Definition) Asks(f contact.Field) bool {
	return slices.ContainsFunc(d.Fields, func(a Ask) bool { return a.Field == f })
}

// Serves reports whether the form is for a purpose: its own or that of a box.
func (d Definition) Serves(p processing.PurposeID) bool {
	return p != "" && d.For == p || slices.ContainsFunc(d.Boxes, func(b Box) bool { return b.Purpose == p })
}

// Speaks returns the language in which a visitor reads the form: his own when the
// form has it, else its first.
func (d Definition) Speaks(lang string) string {
	if slices.Contains(d.Languages, lang) || len(d.Languages) == 0 {
		return lang
	}
	return d.Languages[0]
}

// Askable lists the fields that a form may ask, in the order in which it asks them;
// the firm's own fields come behind them. The language is that of the page.
func Askable() []contact.Field {
	return []contact.Field{
		contact.FieldEmail, contact.FieldName, contact.FieldGiven, contact.FieldFamily, contact.FieldOrganisation,
		contact.FieldPhone, contact.FieldAddress, contact.FieldBirthDate, contact.FieldNumber,
	}
}

// IsAskable reports whether a form may ask the field.
func IsAskable(f contact.Field) bool { return f.IsOwn() || slices.Contains(Askable(), f) }

// Version is a form as it was published. It never changes.
type Version struct {
	FormID     FormID
	Number     int // from 1
	Definition Definition
	// Shipped are the sentences of the page that the program itself adds, by
	// language, as they were when the version was published.
	Shipped     map[string]Shipped
	PublishedAt time.Time
	PublishedBy string // account
}

// Shipped are the sentences of a page that the program adds to the firm's own.
type Shipped struct {
	Read     string `json:"read"`     // "I have read the privacy notice"
	Withdraw string `json:"withdraw"` // how to take a consent back (Art. 7(3))
}
