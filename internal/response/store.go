package response

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/database"
)

type cardRow struct {
	bun.BaseModel `bun:"table:alert_cards"`

	CaseID    string `bun:",pk"`
	Channel   string
	TS        string `bun:"ts"`
	UpdatedAt time.Time
}

type healthRow struct {
	bun.BaseModel `bun:"table:channel_health,alias:channel_health"`

	Channel   string `bun:",pk"`
	Failing   bool
	Error     string
	ChangedAt time.Time
}

// cardOf returns where the card of a case stands; false when it has none.
func cardOf(ctx context.Context, db bun.IDB, id string) (Posted, bool, error) {
	var row cardRow
	err := db.NewSelect().Model(&row).Where("case_id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Posted{}, false, nil
	}
	if err != nil {
		return Posted{}, false, fmt.Errorf("response: card: %w", err)
	}
	return Posted{row.Channel, row.TS}, true, nil
}

func saveCard(ctx context.Context, db bun.IDB, id string, p Posted, now time.Time) error {
	row := cardRow{CaseID: id, Channel: p.Channel, TS: p.TS, UpdatedAt: now}
	_, err := db.NewInsert().Model(&row).On("CONFLICT (case_id) DO UPDATE").
		Set("channel = EXCLUDED.channel, ts = EXCLUDED.ts, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("response: save card: %w", err)
	}
	return nil
}

// Trouble is a channel that does not work, for the warning on the board.
type Trouble struct {
	Channel string // slack or mail
	Reason  string // code
	Since   time.Time
}

// Troubles returns the channels that failed the last time they were used.
func (s *Service) Troubles(ctx context.Context) ([]Trouble, error) {
	var rows []healthRow
	err := s.d.DB.R.NewSelect().Model(&rows).Where("failing").OrderExpr("channel").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("response: troubles: %w", err)
	}
	out := make([]Trouble, len(rows))
	for k, r := range rows {
		out[k] = Trouble{r.Channel, r.Error, r.ChangedAt.UTC()}
	}
	return out, nil
}

// health keeps whether a channel works and returns err unchanged. Being asked to
// slow down is not a trouble.
func (s *Service) health(ctx context.Context, channel string, err error) error {
	if alert.ClassOf(err) == alert.RateLimited {
		return err
	}
	row := healthRow{Channel: channel, Failing: err != nil, ChangedAt: s.now()}
	if err != nil {
		row.Error = reasonOf(err)
	}
	_, dbErr := s.d.DB.W.NewInsert().Model(&row).On("CONFLICT (channel) DO UPDATE").
		Set("failing = EXCLUDED.failing, error = EXCLUDED.error, changed_at = EXCLUDED.changed_at").
		Where("channel_health.failing <> EXCLUDED.failing OR channel_health.error <> EXCLUDED.error").Exec(ctx)
	if dbErr != nil {
		return fmt.Errorf("response: channel health: %w", dbErr)
	}
	return err
}

// FirstTime reports whether an interaction from the chat was not acted on before,
// and remembers it: the chat repeats what it thinks got lost, and a captured
// request could be sent again within its five minutes.
func (s *Service) FirstTime(ctx context.Context, triggerID string) (bool, error) {
	res, err := s.d.DB.W.NewRaw("INSERT INTO chat_interactions (trigger_id, acted_at) VALUES (?, ?) ON CONFLICT (trigger_id) DO NOTHING",
		triggerID, s.now()).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("response: interaction: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
