package response

import (
	"context"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/communication"
	"clepsydra/internal/deadline"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
)

// forgetBatch is how many incidents are emptied in one sweep; the rest waits for the
// next.
const forgetBatch = 20

// ForgetNames erases the names in incidents that were closed a number of calendar
// months ago: of the wrong recipients, of the people affected with their printed
// letters, and of who reported (Art. 5(1)(e) GDPR). What was decided, done and counted
// stays, as Art. 33(5) asks. It returns how many incidents it emptied.
func (s *Service) ForgetNames(ctx context.Context, months int) (int, error) {
	f, err := s.d.Firms.Get(ctx, s.d.DB.R)
	if err != nil {
		return 0, err
	}
	day := deadline.DateOf(s.now().In(f.Location())).AddMonths(-months)
	ids, err := incident.ClosedBefore(ctx, s.d.DB.R, day.In(f.Location()).UTC().Truncate(time.Microsecond), forgetBatch)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := s.change(ctx, journal.System(), id, forget); err != nil {
			return 0, err
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return len(ids), s.d.DB.Overwrite(ctx)
}

func forget(ctx context.Context, c *change) error {
	if c.i.IsOpen() {
		return nil // taken up again meanwhile
	}
	recipients, err := recall.EraseOf(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	people, files, err := communication.EraseOf(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	reporters, err := incident.EraseReporters(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	if err := c.forgetNotes(ctx); err != nil {
		return err
	}
	return c.note(ctx, "incident.names_erased", map[string]string{
		"recipients": strconv.Itoa(recipients), "people": strconv.Itoa(people), "files": strconv.Itoa(files), "reporters": strconv.Itoa(reporters),
	}, "")
}

// forgetNotes takes the texts about wrong recipients out of the journal: they are
// names.
func (c *change) forgetNotes(ctx context.Context) error {
	entries, err := journal.ListOf(ctx, c.tx, journal.Case{Kind: "incident", ID: string(c.i.ID)})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Text == "" || !strings.HasPrefix(e.Kind, "recall.") {
			continue
		}
		if err := journal.RemoveText(ctx, c.tx, e.ID); err != nil {
			return err
		}
	}
	return nil
}
