package stewardship

import (
	"context"
	"slices"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

// Correctable lists what somebody may change of himself by his link: what is declared,
// but for his mail address and his customer number. The link proves that he reads the
// mailbox it went to; another address would let go of that proof.
func Correctable(r processing.Record) []processing.Field {
	var out []processing.Field
	for _, f := range r.Fields {
		fixed := []contact.Field{contact.FieldEmail, contact.FieldNumber, contact.FieldMarketing}
		if f.IsInUse() && (signup.IsAskable(f.Key) || f.Key == contact.FieldLanguage) && !slices.Contains(fixed, f.Key) {
			out = append(out, f)
		}
	}
	return out
}

// CorrectMyself changes what somebody says is wrong about himself. What may not be
// changed by the link is passed over; an empty value takes the old one out.
func (s *Signups) CorrectMyself(ctx context.Context, token string, changes map[contact.Field]string, seen time.Time) error {
	c, err := s.Who(ctx, token)
	if err != nil {
		return err
	}
	r, err := s.Record(ctx)
	if err != nil {
		return err
	}
	kept := map[contact.Field]string{}
	for _, f := range Correctable(r) {
		for _, in := range signup.Inputs(f.Key) {
			if value, ok := changes[in]; ok {
				kept[in] = value
			}
		}
	}
	return s.CorrectAs(ctx, himself(c), c.ID, kept, seen, contact.HowForm)
}
