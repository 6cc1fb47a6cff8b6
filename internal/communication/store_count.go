package communication

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
		Minor, Restricted                  bool
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
		ColumnExpr("c.restricted_at IS NOT NULL AS restricted").
		ColumnExpr("p.channel, p.letter, p.language, p.country, count(*) AS n").
		Where("p.incident_id = ?", id).GroupExpr("1, 2, 3, 4, 5, 6, 7, 8, 9")
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
		if g.Restricted {
			c.Restricted += g.N
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

// ErasedBefore counts the people of the files that were picked for an incident who had
// been erased already: nobody can inform them any more.
func ErasedBefore(ctx context.Context, db bun.IDB, id incident.ID) (int, error) {
	var via []string
	err := db.NewSelect().Model((*personRow)(nil)).ColumnExpr("DISTINCT picked_via").Where("incident_id = ?", id).Scan(ctx, &via)
	if err != nil {
		return 0, fmt.Errorf("communication: erased before: %w", err)
	}
	var imports []string
	for _, v := range via {
		if of, ok := strings.CutPrefix(v, "import "); ok {
			imports = append(imports, of)
		}
	}
	sel := db.NewSelect().TableExpr("contacts AS c").Where("c.erased_at IS NOT NULL").
		Where("NOT EXISTS (SELECT 1 FROM affected_people AS p WHERE p.incident_id = ? AND p.contact_id = c.id)", id)
	switch {
	case slices.Contains(via, "all"):
	case len(imports) > 0:
		sel = sel.Where("c.import_id IN (?)", bun.List(imports))
	default:
		return 0, nil
	}
	n, err := sel.Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("communication: erased before: %w", err)
	}
	return int(n), nil
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
