package stewardship

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// SaveGeneral writes the general part; the clients in it stay as they are.
func (s *Records) SaveGeneral(ctx context.Context, actor journal.Actor, g processing.General) error {
	if err := g.Check(s.lists); err != nil {
		return err
	}
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		old, err := processing.GetGeneral(ctx, c.tx)
		if err != nil {
			return false, err
		}
		g.Clients = old.Clients
		if reflect.DeepEqual(g, old) {
			return false, nil
		}
		if err := processing.PutGeneral(ctx, c.tx, g, c.now); err != nil {
			return false, err
		}
		facts := map[string]string{}
		if g.KeeperID != old.KeeperID {
			facts["keeper"] = g.KeeperID
		}
		return true, c.note(ctx, "record.general_saved", "", facts, "")
	})
}

// SaveClient writes a firm for which this one handles data (Art. 30(2)); one with a
// new id is added, one that ended leaves the record.
func (s *Records) SaveClient(ctx context.Context, actor journal.Actor, client processing.Client) error {
	if err := client.Check(); err != nil {
		return err
	}
	if !ownID.MatchString(client.ID) {
		return processing.ErrNoProcessor
	}
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		g, err := processing.GetGeneral(ctx, c.tx)
		if err != nil {
			return false, err
		}
		k := slices.IndexFunc(g.Clients, func(x processing.Client) bool { return x.ID == client.ID })
		switch {
		case k < 0:
			g.Clients = append(g.Clients, client)
		case reflect.DeepEqual(g.Clients[k], client):
			return false, nil
		default:
			g.Clients[k] = client
		}
		g.NoClients = false
		if err := processing.PutGeneral(ctx, c.tx, g, c.now); err != nil {
			return false, err
		}
		kind := "record.client_saved"
		if client.Ended {
			kind = "record.client_ended"
		}
		return true, c.note(ctx, kind, client.ID, nil, "")
	})
}

// Versions lists the states that were kept, the latest first, at most 200.
func (s *Records) Versions(ctx context.Context) ([]processing.Version, error) {
	return processing.Versions(ctx, s.db.R, 200)
}

// VersionAt returns the state that stood at a moment, or processing.ErrNoVersion.
func (s *Records) VersionAt(ctx context.Context, at time.Time) (processing.Version, error) {
	return processing.VersionAt(ctx, s.db.R, at)
}

// Version returns one state, or processing.ErrNoVersion.
func (s *Records) Version(ctx context.Context, id string) (processing.Version, error) {
	return processing.VersionByID(ctx, s.db.R, id)
}

// Exported records that somebody took the record out as a file.
func (s *Records) Exported(ctx context.Context, actor journal.Actor, format, version string) error {
	now := s.now().UTC().Truncate(time.Microsecond)
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "record", ID: version}, Kind: "record.exported", Actor: actor, RecordedAt: now,
			Facts: map[string]string{"format": format},
		})
	})
}
