package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
)

type contactRow struct {
	bun.BaseModel `bun:"table:contacts,alias:c"`

	ID             string `bun:",pk"`
	CustomerNumber string
	Name           string
	GivenName      string
	FamilyName     string
	Organisation   string
	Email          string
	Phone          string
	Street         string
	Postcode       string
	City           string
	Country        string
	Language       string
	BirthDate      string
	Marketing      string
	UnsubscribedAt time.Time `bun:",nullzero"`
	ErasedAt       time.Time `bun:",nullzero"`
	RestrictedAt   time.Time `bun:",nullzero"`
	ActiveAt       time.Time `bun:",nullzero"`
	Extra          string
	ImportID       string `bun:",nullzero"`
	ImportLine     int
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Search         string
	MatchMail      int64 `bun:",nullzero"`
	MatchNumber    int64 `bun:",nullzero"`
	MatchPostal    int64 `bun:",nullzero"`
}

type importRow struct {
	bun.BaseModel `bun:"table:contact_imports,alias:i"`

	ID            string `bun:",pk"`
	FileName      string
	FileHash      string
	Format        string
	ActorKind     string
	ActorID       string
	RowsRead      int
	RowsAccepted  int
	RowsDuplicate int
	RowsFilled    int
	RowsRejected  int
	ImportedAt    time.Time
	UndoneAt      time.Time `bun:",nullzero"`
	SourceID      string
}

type matchRow struct {
	bun.BaseModel `bun:"table:contact_import_matches,alias:m"`

	ImportID  string `bun:",pk"`
	Line      int    `bun:",pk"`
	ContactID string
	Filled    string
	Previous  string // what a leading source replaced, JSON by field; empty: nothing
}

func rowOf(c Contact, id Identity, search string) contactRow {
	return contactRow{
		ID: string(c.ID), CustomerNumber: c.CustomerNumber, Name: c.Name, GivenName: c.GivenName,
		FamilyName: c.FamilyName, Organisation: c.Organisation, Email: c.Email, Phone: c.Phone,
		Street: c.Street, Postcode: c.Postcode, City: c.City, Country: c.Country, Language: c.Language,
		BirthDate: c.BirthDate.String(), Marketing: string(c.Marketing),
		UnsubscribedAt: c.UnsubscribedAt, ErasedAt: c.ErasedAt,
		RestrictedAt: c.RestrictedAt, ActiveAt: c.ActiveAt, Extra: string(c.Extra),
		ImportID: string(c.Source.ImportID), ImportLine: c.Source.Line,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Search: search,
		MatchMail: int64(id.mail), MatchNumber: int64(id.number), MatchPostal: int64(id.postal()),
	}
}

func (r contactRow) contact() Contact {
	c := Contact{
		ID: ID(r.ID), CustomerNumber: r.CustomerNumber, Name: r.Name, GivenName: r.GivenName,
		FamilyName: r.FamilyName, Organisation: r.Organisation, Email: r.Email, Phone: r.Phone,
		Street: r.Street, Postcode: r.Postcode, City: r.City, Country: r.Country, Language: r.Language,
		Marketing: Marketing(r.Marketing), UnsubscribedAt: utc(r.UnsubscribedAt), ErasedAt: utc(r.ErasedAt),
		RestrictedAt: utc(r.RestrictedAt), ActiveAt: utc(r.ActiveAt), Extra: Extra(r.Extra),
		Source:    Source{ImportID(r.ImportID), r.ImportLine},
		CreatedAt: utc(r.CreatedAt), UpdatedAt: utc(r.UpdatedAt),
	}
	if d, err := time.Parse(time.DateOnly, r.BirthDate); err == nil {
		c.BirthDate = DateOf(d)
	}
	return c
}

func (r importRow) imported() Import {
	return Import{
		ID: ImportID(r.ID), FileName: r.FileName, FileHash: r.FileHash, Format: Format(r.Format),
		ActorKind: r.ActorKind, ActorID: r.ActorID, Rows: r.RowsRead, Accepted: r.RowsAccepted,
		Duplicates: r.RowsDuplicate, Filled: r.RowsFilled, Rejected: r.RowsRejected,
		ImportedAt: utc(r.ImportedAt), UndoneAt: utc(r.UndoneAt), SourceID: r.SourceID,
	}
}

// utc keeps the zero time zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// Land writes the people of a file in the caller's transaction: all of them or,
// when it fails, nobody. It reads ahead while it writes and holds a few batches
// in memory. in.ID and in.ImportedAt must be set; the counts are filled in.
func Land(ctx context.Context, tx bun.IDB, f *File, in *Import) (Tally, error) {
	row := importRow{
		ID: string(in.ID), FileName: in.FileName, FileHash: in.FileHash, Format: string(in.Format),
		ActorKind: in.ActorKind, ActorID: in.ActorID, ImportedAt: in.ImportedAt, SourceID: in.SourceID,
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Tally{}, fmt.Errorf("contact: record import: %w", err)
	}
	filled, err := tx.NewSelect().Model((*contactRow)(nil)).Exists(ctx)
	if err != nil {
		return Tally{}, fmt.Errorf("contact: look for anybody: %w", err)
	}
	l := landing{id: in.ID, now: in.ImportedAt, leads: in.Leads, met: map[ID]bool{}, fresh: !filled, seen: newKeyFilter(), guard: f.Screen}
	reading, stop := context.WithCancel(ctx)
	ahead := readAhead(reading, f)
	err = l.write(ctx, tx, ahead)
	stop()
	for range ahead { // the reader must be done with f before the caller closes it
	}
	if err != nil {
		return l.tally, err
	}
	l.tally.finish(f)
	t := l.tally
	in.Rows, in.Accepted, in.Duplicates, in.Filled, in.Rejected = t.Rows, t.Accepted, t.Duplicates, t.Filled, t.RejectedCount
	in.Changed = t.Changed
	row.RowsRead, row.RowsAccepted, row.RowsDuplicate, row.RowsFilled, row.RowsRejected = t.Rows, t.Accepted, t.Duplicates, t.Filled, t.RejectedCount
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return t, fmt.Errorf("contact: count import: %w", err)
	}
	return t, nil
}

func (l *landing) write(ctx context.Context, tx bun.IDB, ahead <-chan read) error {
	for r := range ahead {
		if r.err != nil && !isEnd(r.err) {
			return r.err
		}
		if err := screen(ctx, l.guard, r.batch, &l.tally); err != nil {
			return err
		}
		stored, err := Candidates(ctx, tx, l.doubtful(r.batch.identity))
		if err != nil {
			return err
		}
		ch, err := l.settle(r.batch, stored)
		if err != nil {
			return fmt.Errorf("contact: settle batch: %w", err)
		}
		if err := ch.apply(ctx, tx, l.id); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (ch changes) apply(ctx context.Context, tx bun.IDB, id ImportID) error {
	if len(ch.created) > 0 {
		rows := make([]contactRow, len(ch.created))
		for i, c := range ch.created {
			rows[i] = rowOf(c.Contact, c.identity, c.search)
		}
		if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
			return fmt.Errorf("contact: insert batch: %w", err)
		}
	}
	for _, c := range ch.updated {
		if err := update(ctx, tx, c); err != nil {
			return err
		}
	}
	if len(ch.matches) == 0 {
		return nil
	}
	rows := make([]matchRow, len(ch.matches))
	for i, m := range ch.matches {
		names := make([]string, len(m.Filled))
		for j, f := range m.Filled {
			names[j] = string(f)
		}
		rows[i] = matchRow{ImportID: string(id), Line: m.Line, ContactID: string(m.ContactID), Filled: strings.Join(names, ","), Previous: packPrevious(m.Changed)}
	}
	if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("contact: insert matches: %w", err)
	}
	return nil
}

func update(ctx context.Context, tx bun.IDB, c Contact) error {
	row := rowOf(c, IdentityOf(c), c.searchText())
	if _, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("contact: update: %w", err)
	}
	return nil
}

// Candidates returns the stored contacts that share a mail address, a customer
// number or a name with address with one of ids, in the order they came.
func Candidates(ctx context.Context, db bun.IDB, ids []Identity) ([]Contact, error) {
	var found []contactRow
	for _, k := range []struct {
		column string
		key    func(Identity) uint64
	}{
		{"match_mail", func(i Identity) uint64 { return i.mail }},
		{"match_number", func(i Identity) uint64 { return i.number }},
		{"match_postal", Identity.postal},
	} {
		keys := make([]int64, 0, len(ids))
		for _, id := range ids {
			if key := k.key(id); key != 0 {
				keys = append(keys, int64(key))
			}
		}
		if len(keys) == 0 {
			continue
		}
		var rows []contactRow
		if err := db.NewSelect().Model(&rows).Where("? IN (?)", bun.Ident("c."+k.column), bun.List(keys)).Scan(ctx); err != nil {
			return nil, fmt.Errorf("contact: look up by %s: %w", k.column, err)
		}
		found = append(found, rows...)
	}
	slices.SortFunc(found, func(a, b contactRow) int { return strings.Compare(a.ID, b.ID) })
	found = slices.CompactFunc(found, func(a, b contactRow) bool { return a.ID == b.ID })
	return contacts(found), nil
}

func contacts(rows []contactRow) []Contact {
	out := make([]Contact, len(rows))
	for i, r := range rows {
		out[i] = r.contact()
	}
	return out
}

// ByID returns one contact, or ErrNotFound.
func ByID(ctx context.Context, db bun.IDB, id ID) (Contact, error) {
	var row contactRow
	err := db.NewSelect().Model(&row).Where("c.id = ?", string(id)).Scan(ctx)
	if database.IsNoRows(err) {
		return Contact{}, ErrNotFound
	}
	if err != nil {
		return Contact{}, fmt.Errorf("contact: by id: %w", err)
	}
	return row.contact(), nil
}
