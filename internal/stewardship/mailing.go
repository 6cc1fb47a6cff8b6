package stewardship

import (
	"context"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
)

// For narrows an export to those who may be written to for a use at the moment the
// file is written: what leaves the house for a mailing holds nobody who said no. Count
// stays that of everybody asked for. It fails with consent.ErrPurpose.
func (e Export) For(ctx context.Context, use consent.Use) (Export, error) {
	j, err := e.s.judging(ctx, e.s.db.R)
	if err != nil {
		return Export{}, err
	}
	if _, ok := j.record.Purpose(use.Purpose); !ok {
		return Export{}, consent.ErrPurpose
	}
	e.only = use
	return e, nil
}

// allowed keeps those who may be written to.
func (e Export) allowed(ctx context.Context, people []contact.Contact) ([]contact.Contact, error) {
	if e.only == (consent.Use{}) {
		return people, nil
	}
	verdicts, err := e.s.MayContactMany(ctx, people, e.only)
	if err != nil {
		return nil, err
	}
	kept := make([]contact.Contact, 0, len(people))
	for i, c := range people {
		if verdicts[i].May {
			kept = append(kept, c)
		}
	}
	return kept, nil
}
