package contact

import (
	"context"
	"time"
)

// Screen looks at the people of some rows before they are taken. It returns, for each,
// since when his address is on the suppression list; zero when it is not; nil when
// nobody is. Those who say no themselves it may put on that list.
type Screen func(ctx context.Context, people []*Contact) ([]time.Time, error)

// screen has a batch screened and marks who is on the list as unsubscribed: nobody
// comes back onto a mailing list by being in a file again.
func screen(ctx context.Context, look Screen, b batch, t *Tally) error {
	people := make([]*Contact, 0, len(b.rows))
	for i := range b.rows {
		if r := &b.rows[i]; r.Rejected == nil {
			if r.Contact.Marketing == MarketingUnsubscribed {
				t.Refusing++
			}
			people = append(people, &r.Contact)
		}
	}
	if look == nil || len(people) == 0 {
		return nil
	}
	since, err := look(ctx, people)
	if err != nil {
		return err
	}
	for k, s := range since {
		if c := people[k]; !s.IsZero() && c.Marketing != MarketingUnsubscribed {
			c.Marketing, c.UnsubscribedAt = MarketingUnsubscribed, s
			t.Blocked++
		}
	}
	return nil
}

// refuseFrom takes over that a file says no to marketing: unlike everything else it
// counts against what was known. It reports whether that changed anything; what was
// not known is filled in as every other field is.
func (c *Contact) refuseFrom(other Contact) bool {
	if other.Marketing != MarketingUnsubscribed || c.Marketing != MarketingSubscribed {
		return false
	}
	c.Marketing, c.UnsubscribedAt = MarketingUnsubscribed, other.UnsubscribedAt
	return true
}
