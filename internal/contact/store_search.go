package contact

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	databases "github.com/uptrace/bun/dialect"

	"clepsydra/internal/database"
)

// where adds the conditions of q.
func (q Query) where(s *bun.SelectQuery) *bun.SelectQuery {
	if !q.Erased {
		s = s.Where("c.erased_at IS NULL")
	}
	s = q.Criteria.Normal().where(s, q.Today)
	words, number := q.terms()
	return s.WhereGroup(" AND ", func(s *bun.SelectQuery) *bun.SelectQuery {
		s = s.Where("1 = 1")
		for _, w := range words {
			s = s.Where("c.search LIKE ? ESCAPE '!'", pattern(w))
		}
		if number != "" {
			s = s.WhereOr("c.search LIKE ? ESCAPE '!'", pattern(number))
		}
		return s
	})
}

// where adds the criteria; they must be normal. An Index answers the same without
// the database, and a test holds the two together.
func (c Criteria) where(s *bun.SelectQuery, today Date) *bun.SelectQuery {
	if c.ImportID != "" {
		s = s.Where("(c.import_id = ? OR c.id IN (SELECT contact_id FROM contact_import_matches WHERE import_id = ?))",
			string(c.ImportID), string(c.ImportID))
	}
	if c.Country != "" {
		s = s.Where("c.country = ?", strings.TrimPrefix(c.Country, Unknown))
	}
	if c.Language != "" {
		s = s.Where("c.language = ?", strings.TrimPrefix(c.Language, Unknown))
	}
	s = c.wherePostcode(s)
	from, to := c.createdBetween()
	if !from.IsZero() {
		s = s.Where("c.created_at >= ?", from)
	}
	if !to.IsZero() {
		s = s.Where("c.created_at < ?", to)
	}
	if c.BirthFrom != 0 {
		s = s.Where("c.birth_date >= ?", strconv.Itoa(c.BirthFrom))
	}
	if c.BirthTo != 0 {
		s = s.Where("c.birth_date <> '' AND c.birth_date < ?", strconv.Itoa(c.BirthTo+1))
	}
	s = whether(s, c.Mail, "c.email <> ''")
	s = whether(s, c.Phone, "c.phone <> ''")
	s = whether(s, c.Post, "(c.street <> '' AND c.postcode <> '' AND c.city <> '')")
	s = whether(s, c.Unsubscribed, "c.marketing = 'unsubscribed'")
	if c.Minor != Either && !today.IsZero() {
		s = whether(s, c.Minor, "c.birth_date > ?", adultSince(today))
	}
	return s
}

// wherePostcode compares postcodes byte by byte, whatever the server sorts by.
func (c Criteria) wherePostcode(s *bun.SelectQuery) *bun.SelectQuery {
	if c.PostcodeFrom == "" && c.PostcodeTo == "" {
		return s
	}
	code, bytewise := "SUBSTR(UPPER(REPLACE(c.postcode, ' ', '')), 1, 8)", ""
	if s.Dialect().Name() == databases.PG {
		bytewise = ` COLLATE "C"`
	}
	s = s.Where("c.postcode <> ''").Where(code+bytewise+" >= ?", c.PostcodeFrom)
	if c.PostcodeTo != "" {
		s = s.Where("SUBSTR("+code+", 1, ?)"+bytewise+" <= ?", len(c.PostcodeTo), c.PostcodeTo)
	}
	return s
}

func whether(s *bun.SelectQuery, a Answer, condition string, args ...any) *bun.SelectQuery {
	switch a {
	case Yes:
		return s.Where(condition, args...)
	case No:
		return s.Where("NOT ("+condition+")", args...)
	}
	return s
}

// Find returns a page of the contacts that q means, ordered by name. Nobody
// found is an empty page.
func Find(ctx context.Context, db bun.IDB, q Query) (Page, error) {
	var rows []contactRow
	s := q.where(db.NewSelect().Model(&rows)).OrderExpr("c.search, c.id").Limit(int64(q.limit())).Offset(int64(max(q.Offset, 0)))
	if err := s.Scan(ctx); err != nil {
		return Page{}, fmt.Errorf("contact: find: %w", err)
	}
	page := Page{Contacts: contacts(rows), Total: len(rows)}
	if q.Offset <= 0 && len(rows) < q.limit() {
		return page, nil // all of them are here: no need to look through the file twice
	}
	var err error
	page.Total, err = CountOf(ctx, db, q)
	return page, err
}

// CountOf counts the contacts that q means, whatever its page.
func CountOf(ctx context.Context, db bun.IDB, q Query) (int, error) {
	n, err := q.where(db.NewSelect().Model((*contactRow)(nil))).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("contact: count: %w", err)
	}
	return int(n), nil
}

// eachBatch bounds the memory of Each.
const eachBatch = 1000

// Each calls fn with all contacts that q means, in batches and in the order they
// came, and stops at its first error. The page of q is ignored.
func Each(ctx context.Context, db bun.IDB, q Query, fn func([]Contact) error) error {
	after := ""
	for {
		var rows []contactRow
		s := q.where(db.NewSelect().Model(&rows)).Where("c.id > ?", after).OrderExpr("c.id").Limit(eachBatch)
		if err := s.Scan(ctx); err != nil {
			return fmt.Errorf("contact: each: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := fn(contacts(rows)); err != nil {
			return err
		}
		if len(rows) < eachBatch {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// ByIDs returns the contacts with these identifiers, in the order they came;
// those that do not exist are left out.
func ByIDs(ctx context.Context, db bun.IDB, ids []ID) ([]Contact, error) {
	var out []Contact
	for len(ids) > 0 {
		n := min(len(ids), eachBatch)
		var rows []contactRow
		if err := db.NewSelect().Model(&rows).Where("c.id IN (?)", bun.List(ids[:n])).OrderExpr("c.id").Scan(ctx); err != nil {
			return nil, fmt.Errorf("contact: by ids: %w", err)
		}
		out, ids = append(out, contacts(rows)...), ids[n:]
	}
	return out, nil
}

// Imports lists the imports, the latest first.
func Imports(ctx context.Context, db bun.IDB) ([]Import, error) {
	var rows []importRow
	if err := db.NewSelect().Model(&rows).OrderExpr("i.id DESC").Scan(ctx); err != nil {
		return nil, fmt.Errorf("contact: imports: %w", err)
	}
	out := make([]Import, len(rows))
	for i, r := range rows {
		out[i] = r.imported()
	}
	return out, nil
}

// ImportByID returns one import, or ErrImportUnknown.
func ImportByID(ctx context.Context, db bun.IDB, id ImportID) (Import, error) {
	return oneImport(ctx, db.NewSelect(), "i.id = ?", string(id))
}

// ImportOfFile returns the latest import in force of a file with this hash, or
// ErrImportUnknown.
func ImportOfFile(ctx context.Context, db bun.IDB, hash string) (Import, error) {
	return oneImport(ctx, db.NewSelect(), "i.file_hash = ? AND i.undone_at IS NULL", hash)
}

func oneImport(ctx context.Context, s *bun.SelectQuery, condition, value string) (Import, error) {
	var row importRow
	err := s.Model(&row).Where(condition, value).OrderExpr("i.id DESC").Limit(1).Scan(ctx)
	if database.IsNoRows(err) {
		return Import{}, ErrImportUnknown
	}
	if err != nil {
		return Import{}, fmt.Errorf("contact: import: %w", err)
	}
	return row.imported(), nil
}

// Prepared are rows ready for BaselineInsert.
type Prepared struct{ rows []contactRow }

// Prepare makes the rows of contacts, so that BaselineInsert has nothing left to
// do but to insert them.
func Prepare(list []Contact) Prepared {
	var p Prepared
	for _, c := range list {
		p.rows = append(p.rows, rowOf(c, IdentityOf(c), c.searchText()))
	}
	return p
}

// BaselineInsert writes rows in plain batches of the ORM and does nothing else:
// what an import is measured against.
func BaselineInsert(ctx context.Context, tx bun.IDB, p Prepared) error {
	for at := 0; at < len(p.rows); at += batchRows {
		rows := p.rows[at:min(at+batchRows, len(p.rows))]
		if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
			return fmt.Errorf("contact: baseline: %w", err)
		}
	}
	return nil
}
