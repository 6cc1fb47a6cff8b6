package contact

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	databases "github.com/uptrace/bun/dialect"
)

// position is how far an index has read the changes. SQLite numbers them in the
// order of their commits; PostgreSQL commits in any order, so there it is the
// oldest transaction that was still open.
type position string

// Find returns a page of the people q means, who fits best first, then by name,
// and counts them up to ManyPeople. It sees everything that was committed before the call.
func (x *Index) Find(ctx context.Context, db bun.IDB, q Query) (Page, error) {
	if err := x.ready(ctx, db, q); err != nil {
		return Page{}, err
	}
	x.mu.RLock()
	found := x.scan(ctx, x.asked(q, q.limit()+1))
	x.mu.RUnlock()
	page := Page{Total: found.total, More: found.more}
	if page.More {
		page.Total = ManyPeople // what several workers counted before they stopped says nothing
	}
	if len(found.best) > q.limit() {
		found.best = found.best[:q.limit()]
		last := found.best[len(found.best)-1]
		page.Next = Cursor{Fit: last.fit, ID: ID(last.id.String())}
	}
	ids := make([]ID, len(found.best))
	for k, h := range found.best {
		ids[k] = ID(h.id.String())
	}
	people, err := ByIDs(ctx, db, ids)
	if err != nil {
		return Page{}, err
	}
	place := make(map[ID]int, len(ids))
	for k, id := range ids {
		place[id] = k
	}
	// Whoever was erased this very moment is not shown any more.
	people = slices.DeleteFunc(people, Contact.IsErased)
	slices.SortFunc(people, func(a, b Contact) int { return place[a.ID] - place[b.ID] })
	page.Contacts = people
	return page, ctx.Err()
}

// Count counts the people q means.
func (x *Index) Count(ctx context.Context, db bun.IDB, q Query) (int, error) {
	if err := x.ready(ctx, db, q); err != nil {
		return 0, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.scan(ctx, x.asked(q, 0)).total, ctx.Err()
}

// IDs returns all people q means, in the order they came.
func (x *Index) IDs(ctx context.Context, db bun.IDB, q Query) ([]ID, error) {
	if err := x.ready(ctx, db, q); err != nil {
		return nil, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	found := x.scan(ctx, x.asked(q, -1)).best
	ids := make([]ID, len(found))
	for k, h := range found {
		ids[k] = ID(h.id.String())
	}
	slices.Sort(ids)
	return ids, ctx.Err()
}

// ready brings the index up to date for a question.
func (x *Index) ready(ctx context.Context, db bun.IDB, q Query) error {
	if err := x.Refresh(ctx, db); err != nil {
		return err
	}
	if q.ImportID == "" {
		return nil
	}
	return x.readMatched(ctx, db, q.ImportID)
}

// Refresh takes over what changed since the last time; the first time it reads
// everybody.
func (x *Index) Refresh(ctx context.Context, db bun.IDB) error {
	x.refreshing.Lock()
	defer x.refreshing.Unlock()
	next, err := readPosition(ctx, db)
	if err != nil {
		return err
	}
	if !x.loaded {
		if err := x.take(ctx, db, "c.erased_at IS NULL"); err != nil {
			return err
		}
		x.seen, x.loaded = next, true
		return nil
	}
	people, imports, err := readChanges(ctx, db, x.seen)
	if err != nil {
		return err
	}
	if len(people)+len(imports) == 0 {
		x.seen = next
		return nil
	}
	for _, id := range imports {
		if err := x.take(ctx, db, "c.erased_at IS NULL AND c.import_id = ?", id); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(people, eachBatch) {
		if err := x.retake(ctx, db, some); err != nil {
			return err
		}
	}
	x.mu.Lock()
	clear(x.matched)
	x.mu.Unlock()
	x.seen = next
	return nil
}

// readPosition is where the changes are now.
func readPosition(ctx context.Context, db bun.IDB) (p position, err error) {
	query := "SELECT CAST(COALESCE(MAX(number), 0) AS TEXT) FROM contact_changes"
	if onPostgres(db) {
		query = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
	}
	if err := db.NewRaw(query).Scan(ctx, &p); err != nil {
		return "", fmt.Errorf("contact: read position: %w", err)
	}
	return p, nil
}

func onPostgres(db bun.IDB) bool { return db.Dialect().Name() == databases.PG }

// readChanges lists the people and imports that changed behind a position.
func readChanges(ctx context.Context, db bun.IDB, after position) (people, imports []string, err error) {
	query := "SELECT kind, ref FROM contact_changes WHERE number > CAST(? AS INTEGER)"
	if onPostgres(db) {
		query = "SELECT kind, ref FROM contact_changes WHERE xact >= CAST(? AS xid8)"
	}
	rows, err := db.QueryContext(ctx, query, string(after))
	if err != nil {
		return nil, nil, fmt.Errorf("contact: read changes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var kind, ref string
		if err := rows.Scan(&kind, &ref); err != nil {
			return nil, nil, fmt.Errorf("contact: read changes: %w", err)
		}
		if kind == "import" {
			imports = append(imports, ref)
		} else {
			people = append(people, ref)
		}
	}
	return people, imports, rows.Err()
}

// retake reads some people again; those who are gone or erased are forgotten.
func (x *Index) retake(ctx context.Context, db bun.IDB, ids []string) error {
	gone := make(map[uuid.UUID]bool, len(ids))
	for _, s := range ids {
		if id, err := uuid.Parse(s); err == nil {
			gone[id] = true
		}
	}
	found, err := readEntries(ctx, db, "c.erased_at IS NULL AND c.id IN (?)", bun.List(ids))
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range found {
		delete(gone, e.id)
		x.keep(e)
	}
	for id := range gone {
		x.drop(id)
	}
	return nil
}

// readEntries reads people into memory; a large number goes through take.
func readEntries(ctx context.Context, db bun.IDB, where string, args ...any) (out []stored, err error) {
	err = eachEntry(ctx, db, func(e stored) { out = append(out, e) }, where, args...)
	return out, err
}

// take reads people into the index, some at a time.
func (x *Index) take(ctx context.Context, db bun.IDB, where string, args ...any) error {
	some := make([]stored, 0, eachBatch)
	flush := func() {
		x.mu.Lock()
		for _, e := range some {
			x.keep(e)
		}
		x.mu.Unlock()
		some = some[:0]
	}
	err := eachEntry(ctx, db, func(e stored) {
		if some = append(some, e); len(some) == cap(some) {
			flush()
		}
	}, where, args...)
	flush()
	return err
}

// stored is an entry as the database has it.
type stored struct {
	entry
	importID ImportID
}

func (x *Index) keep(e stored) {
	e.facts.imported = x.importNumber(e.importID)
	x.put(e.entry)
}

// What somebody has is worked out by the database: less to carry over.
const entryColumns = `SELECT c.id, c.search, c.postcode, c.country, c.language, c.birth_date, c.created_at, c.import_id,
	(CASE WHEN c.email <> '' THEN 1 ELSE 0 END) + (CASE WHEN c.street <> '' AND c.postcode <> '' AND c.city <> '' THEN 2 ELSE 0 END) +
	(CASE WHEN c.phone <> '' THEN 4 ELSE 0 END) + (CASE WHEN c.marketing = 'unsubscribed' THEN 8 ELSE 0 END)
	FROM contacts AS c WHERE `

func eachEntry(ctx context.Context, db bun.IDB, fn func(stored), where string, args ...any) (err error) {
	rows, err := db.QueryContext(ctx, entryColumns+where+" ORDER BY c.id", args...)
	if err != nil {
		return fmt.Errorf("contact: read for the index: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e stored
		var id, postcode, country, language, birth string
		var importID sql.NullString
		var created time.Time
		if err := rows.Scan(&id, &e.text, &postcode, &country, &language, &birth, &created, &importID, &e.facts.has); err != nil {
			return fmt.Errorf("contact: read for the index: %w", err)
		}
		if e.id, err = uuid.Parse(id); err != nil {
			return fmt.Errorf("contact: identifier of the index: %w", err)
		}
		copy(e.facts.postcode[:], postcodeKey(postcode))
		copy(e.facts.country[:], country)
		copy(e.facts.language[:], language)
		e.facts.birth, e.facts.created, e.importID = birthNumber(birth), created.Unix(), ImportID(importID.String)
		fn(e)
	}
	return rows.Err()
}

// readMatched reads whom an import found who was there already.
func (x *Index) readMatched(ctx context.Context, db bun.IDB, id ImportID) (err error) {
	x.mu.RLock()
	_, known := x.matched[id]
	x.mu.RUnlock()
	if known {
		return nil
	}
	var ids []string
	err = db.NewRaw("SELECT DISTINCT contact_id FROM contact_import_matches WHERE import_id = ?", string(id)).Scan(ctx, &ids)
	if err != nil {
		return fmt.Errorf("contact: read matches: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	places := make(map[int]bool, len(ids))
	for _, s := range ids {
		if one, err := uuid.Parse(strings.TrimSpace(s)); err == nil {
			if at, ok := x.slots[one]; ok {
				places[at] = true
			}
		}
	}
	x.matched[id] = places
	return nil
}
