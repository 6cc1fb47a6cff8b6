package stewardship

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/journal"
)

// texts finds free text about a person wherever it stands. It does not know the
// tables: it reads from the database which columns hold text and looks into every
// one that is not left out by name, so that a table which comes later is looked into
// from its first day.
type texts struct {
	mu     sync.Mutex
	tables []textTable
}

type textTable struct {
	name    string
	columns []string
}

// leftOut are the tables without free text about customers: what the program keeps
// for itself, the accounts of those who work with it, and rule packs. Tables with a
// column contact_id belong to a person, and the eraser of their package empties them;
// the customer file and the journal have ways of their own.
func leftOut() []string {
	return []string{
		"contacts", "contact_segments", "contact_changes", "journal_entries", "journal_texts", "journal_head", "bun_migrations",
		"bun_migration_locks", "counters", "firm", "accounts", "credentials", "sessions", "links", "attempts", "rule_files",
		"rule_changes", "purposes", "declared_fields", "uploads", "snapshots", "letter_files", "retention_settings",
		"retention_counts", "erasures", "contact_sources", "journal_acts", "watch_alerts", "watch_head",
	}
}

// of returns the tables to look into.
func (x *texts) of(ctx context.Context, db bun.IDB) ([]textTable, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.tables != nil {
		return x.tables, nil
	}
	query := `SELECT m.name AS name, p.name AS col, p.type AS kind FROM sqlite_schema AS m, pragma_table_info(m.name) AS p
		WHERE m.type = 'table' ORDER BY 1, p.cid`
	if onPostgres(db) {
		query = `SELECT c.table_name AS name, c.column_name AS col, upper(c.data_type) AS kind FROM information_schema.columns AS c
			JOIN information_schema.tables AS t USING (table_schema, table_name)
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1, c.ordinal_position`
	}
	var rows []struct{ Name, Col, Kind string }
	if err := db.NewRaw(query).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("stewardship: read the schema: %w", err)
	}
	owned := leftOut()
	for _, r := range rows {
		if r.Col == "contact_id" {
			owned = append(owned, r.Name)
		}
	}
	for _, r := range rows {
		if r.Kind != "TEXT" || slices.Contains(owned, r.Name) {
			continue
		}
		if n := len(x.tables); n == 0 || x.tables[n-1].name != r.Name {
			x.tables = append(x.tables, textTable{name: r.Name})
		}
		last := &x.tables[len(x.tables)-1]
		last.columns = append(last.columns, r.Col)
	}
	return x.tables, nil
}

func onPostgres(db bun.IDB) bool { return db.Dialect().Name().String() == "pg" }

// erase blanks a person out of all free text, in the transaction that erases him, and
// returns how many rows and how many entries of the journal spoke of him.
func (x *texts) erase(ctx context.Context, tx bun.Tx, c contact.Contact, now journal.Entry) (map[string]int, error) {
	m := contact.MentionOf(c)
	notes, err := eraseNotes(ctx, tx, c, m, now)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{"notes": notes}
	tables, err := x.of(ctx, tx)
	if err != nil {
		return nil, err
	}
	if len(m.Likes()) == 0 && m.Tail() == "" {
		return counts, nil // nothing to know him by
	}
	for _, t := range tables {
		n, err := t.erase(ctx, tx, m)
		if err != nil {
			return nil, fmt.Errorf("stewardship: mentions in %s: %w", t.name, err)
		}
		counts["texts"] += n
	}
	return counts, nil
}

// erase blanks a person out of one table.
func (t textTable) erase(ctx context.Context, tx bun.Tx, m contact.Mention) (int, error) {
	where, args := t.narrow(m)
	place := "rowid"
	if onPostgres(tx) {
		place, where = "ctid::text", "("+where+") FOR UPDATE"
	}
	rows, err := tx.QueryContext(ctx, "SELECT "+place+", "+strings.Join(t.columns, ", ")+" FROM "+t.name+" WHERE "+where, args...)
	if err != nil {
		return 0, err
	}
	found, err := readCells(rows, len(t.columns)+1)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, cells := range found {
		changed, err := t.write(ctx, tx, m, cells)
		if err != nil {
			return 0, err
		}
		if changed {
			n++
		}
	}
	return n, nil
}

// readCells reads rows of texts to their end and closes them.
func readCells(rows *sql.Rows, width int) (all [][]string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		cells := make([]string, width)
		into := make([]any, width)
		for i := range cells {
			into[i] = &nullText{&cells[i]}
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, cells)
	}
	return all, rows.Err()
}

// write stores the texts of a row that speak of the person without him.
func (t textTable) write(ctx context.Context, tx bun.Tx, m contact.Mention, cells []string) (bool, error) {
	var set []string
	var args []any
	for i, col := range t.columns {
		if text, found := m.Redact(cells[i+1]); found {
			set, args = append(set, col+" = ?"), append(args, text)
		}
	}
	if len(set) == 0 {
		return false, nil
	}
	place := "rowid = ?"
	if onPostgres(tx) {
		place = "ctid = ?::tid"
	}
	_, err := tx.NewRaw("UPDATE "+t.name+" SET "+strings.Join(set, ", ")+" WHERE "+place, append(args, cells[0])...).Exec(ctx)
	return true, err
}

// narrow is a condition that every row with a mention meets.
func (t textTable) narrow(m contact.Mention) (string, []any) {
	all := "coalesce(" + strings.Join(t.columns, ", '') || ' ' || coalesce(") + ", '')"
	var either []string
	var args []any
	for _, piece := range m.Likes() {
		either = append(either, "lower("+all+") LIKE lower(?) ESCAPE '!'")
		args = append(args, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(piece)+"%")
	}
	if tail := m.Tail(); tail != "" {
		either = append(either, "replace(replace(replace(replace("+all+", ' ', ''), '.', ''), '/', ''), '-', '') LIKE ?")
		args = append(args, "%"+tail+"%")
	}
	return strings.Join(either, " OR "), args
}

// nullText reads a text or an integer, nothing as empty.
type nullText struct{ into *string }

// Scan takes a value of the database.
func (n *nullText) Scan(v any) error {
	switch v := v.(type) {
	case nil:
	case []byte:
		*n.into = string(v)
	default:
		*n.into = fmt.Sprint(v)
	}
	return nil
}

// eraseNotes takes the texts about a person out of the journal. A text of his own
// case, or one that was written about him by his identifier, goes; of any other that
// names him the rest stays, as an entry that says what it stands for.
func eraseNotes(ctx context.Context, tx bun.Tx, c contact.Contact, m contact.Mention, now journal.Entry) (int, error) {
	own := journal.Case{Kind: "contact", ID: string(c.ID)}
	all, err := journal.TextsOf(ctx, tx, journal.TextQuery{Case: own, Pieces: m.Likes(), Number: m.Tail()})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range all {
		text, found := m.Redact(e.Text)
		about := e.Case == own || speaksOf(e.Facts, string(c.ID))
		if !found && !about {
			continue
		}
		n++
		if err := journal.RemoveText(ctx, tx, e.ID); err != nil {
			return 0, err
		}
		if about {
			continue
		}
		err := journal.Append(ctx, tx, journal.Entry{
			Case: e.Case, Kind: "text.redacted", Actor: now.Actor, HappenedAt: e.HappenedAt, RecordedAt: now.RecordedAt,
			Facts: map[string]string{"entry": e.ID, "kind": e.Kind}, Text: text,
		})
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// speaksOf reports whether a fact is the identifier; one among many is no text about
// him.
func speaksOf(facts map[string]string, id string) bool {
	for _, v := range facts {
		if v == id {
			return true
		}
	}
	return false
}
