package communication

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

// CountsOf counts the people affected of an incident; a snapshot narrows it to
// that list.
func CountsOf(ctx context.Context, db bun.IDB, id incident.ID, snapshotID string) (Counts, error) {
	c := Counts{Languages: map[string]int{}, Countries: map[string]int{}}
	var groups []struct {
		Excluded, Unsubscribed, Erased     bool
		Minor                              bool
		Channel, Letter, Language, Country string
		N                                  int
	}
	young, err := bornAfter(ctx, db, id)
	if err != nil {
		return Counts{}, err
	}
	sel := db.NewSelect().TableExpr("affected_people AS p").Join("LEFT JOIN contacts AS c ON c.id = p.contact_id").
		ColumnExpr("p.excluded <> '' AS excluded, coalesce(c.marketing, '') = 'unsubscribed' AS unsubscribed").
		ColumnExpr("(c.id IS NULL OR c.erased_at IS NOT NULL) AS erased").
		ColumnExpr("p.birth_date > ? AS minor", young).
		ColumnExpr("p.channel, p.letter, p.language, p.country, count(*) AS n").
		Where("p.incident_id = ?", id).GroupExpr("1, 2, 3, 4, 5, 6, 7, 8")
	if snapshotID != "" {
		sel = sel.Where("p.snapshot_id = ?", snapshotID)
	}
	if err := sel.Scan(ctx, &groups); err != nil {
		return Counts{}, fmt.Errorf("communication: counts: %w", err)
	}
	for _, g := range groups {
		c.All += g.N
		if g.Excluded {
			c.Excluded += g.N
			continue
		}
		if g.Unsubscribed {
			c.Unsubscribed += g.N
		}
		if g.Erased {
			c.Erased += g.N
		}
		if g.Minor {
			c.Minors += g.N
		}
		c.Languages[g.Language] += g.N
		c.Countries[g.Country] += g.N
		c.count(Channel(g.Channel), LetterState(g.Letter), g.N)
	}
	return c, nil
}

// bornAfter is the birthday of somebody who came of age on the day when the latest
// people of an incident were picked: whoever is younger was a minor then. Days are
// those of UTC.
func bornAfter(ctx context.Context, db bun.IDB, id incident.ID) (string, error) {
	var rows []time.Time
	err := db.NewSelect().Model((*personRow)(nil)).Column("picked_at").Where("incident_id = ?", id).
		OrderExpr("picked_at DESC").Limit(1).Scan(ctx, &rows)
	if err != nil {
		return "", fmt.Errorf("communication: counts: %w", err)
	}
	if len(rows) == 0 {
		return "", nil
	}
	return rows[0].UTC().AddDate(-comesOfAge, 0, 0).Format(time.DateOnly), nil
}

// comesOfAge is the age from which somebody is no minor, in years.
const comesOfAge = 18

func (c *Counts) count(ch Channel, l LetterState, n int) {
	switch ch {
	case ByPost:
		c.Post += n
	case ByMail:
		c.Mail += n
	default:
		c.None += n
	}
	switch l {
	case Held:
		c.Held += n
	case Made:
		c.Made += n
	case Sent:
		c.Sent += n
	case Returned:
		c.Returned += n
	}
}
