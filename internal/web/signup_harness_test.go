package web

import (
	"bytes"
	"context"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/stewardship"
)

// withSignups makes the verbs of sign-ups; their mails go nowhere.
func (h *place) withSignups(contacts *stewardship.Service, texts *locale.Bundle) *stewardship.Signups {
	h.t.Helper()
	var err error
	h.signups, err = stewardship.NewSignups(stewardship.SignupDeps{
		Contacts: contacts, Firms: h.firms, Queue: outside{}, Mailer: outside{}, Key: bytes.Repeat([]byte{4}, 32), Corrector: corrections{h},
		Speak: func(lang, country string, zone *time.Location) stewardship.SignupWords {
			return texts.For(lang, country, zone)
		},
	})
	h.ok(err)
	return h.signups
}

// corrections notes what somebody corrected, and refuses one name.
type corrections struct{ h *place }

func (c corrections) Correct(_ context.Context, _ journal.Actor, _ contact.ID, changes map[contact.Field]string, _ time.Time) error {
	if changes[contact.FieldName] == "refused" {
		return fault.New(fault.Invalid, "signup.value_wrong").At("name")
	}
	c.h.corrected = changes
	return nil
}

func (outside) PutSignup(context.Context, bun.IDB, string, string, time.Time) error { return nil }

func (outside) SendSignup(context.Context, firm.Firm, stewardship.SignupMail) (bool, error) {
	return false, nil
}
