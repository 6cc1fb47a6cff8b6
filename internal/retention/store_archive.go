package retention

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

type archiveRow struct {
	bun.BaseModel `bun:"table:contact_archive,alias:a"`

	ContactID  string `bun:",pk"`
	Name       string // folded, to search by
	Document   string
	Purpose    string
	ArchivedAt time.Time
	KeepUntil  time.Time
}

// Record is somebody kept apart for a legal duty: only the fields that serve it.
type Record struct {
	ContactID  contact.ID
	Values     map[contact.Field]string
	Purpose    processing.PurposeID
	ArchivedAt time.Time
	KeepUntil  time.Time
}

// Title is what a list shows.
func (r Record) Title() string {
	for _, f := range []contact.Field{contact.FieldName, contact.FieldOrganisation, contact.FieldFamily, contact.FieldNumber} {
		if v := r.Values[f]; v != "" {
			return v
		}
	}
	return string(r.ContactID)
}

// ArchiveValues are the values of a person that serve a purpose, by the declared
// fields of the record.
func ArchiveValues(c contact.Contact, r processing.Record, id processing.PurposeID) map[contact.Field]string {
	all := map[contact.Field]string{
		contact.FieldNumber: c.CustomerNumber, contact.FieldName: c.Name, contact.FieldGiven: c.GivenName, contact.FieldFamily: c.FamilyName,
		contact.FieldOrganisation: c.Organisation, contact.FieldEmail: c.Email, contact.FieldPhone: c.Phone,
		contact.FieldAddress:   strings.Join(strings.Fields(c.Street+" , "+c.Postcode+" "+c.City+" "+c.Country), " "),
		contact.FieldBirthDate: c.BirthDate.String(),
	}
	if !c.CanReceivePost() {
		all[contact.FieldAddress] = ""
	}
	out := map[contact.Field]string{}
	for _, f := range r.Fields {
		for _, p := range f.Purposes {
			value := all[f.Key]
			if f.Key.IsOwn() {
				value = c.Extra.Get(f.Key)
			}
			if p == id && value != "" && f.IsInUse() {
				out[f.Key] = value
			}
		}
	}
	return out
}

// PutArchive keeps somebody apart.
func PutArchive(ctx context.Context, tx bun.IDB, r Record) error {
	text, err := json.Marshal(r.Values)
	if err != nil {
		return fmt.Errorf("retention: archive: %w", err)
	}
	row := archiveRow{
		ContactID: string(r.ContactID), Name: contact.Fold(r.Title()), Document: string(text), Purpose: string(r.Purpose),
		ArchivedAt: r.ArchivedAt, KeepUntil: r.KeepUntil,
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("retention: archive: %w", err)
	}
	return nil
}

// Archive returns a page of those kept apart, by name, and how many fit.
func Archive(ctx context.Context, db bun.IDB, text string, limit, offset int) ([]Record, int, error) {
	var rows []archiveRow
	q := db.NewSelect().Model(&rows).OrderExpr("name, contact_id").Limit(int64(limit)).Offset(int64(offset))
	if t := contact.Fold(strings.TrimSpace(text)); t != "" {
		q = q.Where("name LIKE ? ESCAPE '!'", "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(t)+"%")
	}
	n, err := q.ScanAndCount(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("retention: archive: %w", err)
	}
	out := make([]Record, len(rows))
	for i, r := range rows {
		out[i] = Record{ContactID: contact.ID(r.ContactID), Purpose: processing.PurposeID(r.Purpose), ArchivedAt: r.ArchivedAt.UTC(), KeepUntil: r.KeepUntil.UTC()}
		if err := json.Unmarshal([]byte(r.Document), &out[i].Values); err != nil {
			return nil, 0, fmt.Errorf("retention: archive: %w", err)
		}
	}
	return out, int(n), nil
}

// DropArchive removes those whose duty is over and returns how many.
func DropArchive(ctx context.Context, tx bun.IDB, now time.Time) (int, error) {
	res, err := tx.NewDelete().Model((*archiveRow)(nil)).Where("keep_until <= ?", now).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("retention: end of archive: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
