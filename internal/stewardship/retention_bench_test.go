package stewardship

import (
	"context"
	"testing"
	"time"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

// benchPeople is how many are in the file of the benchmark, a third of whom are due.
const benchPeople = 1_000_000

// BenchmarkRetentionDryRun works out who is due of a million people, a third of whom
// are, and who of them is held. It is to take less than ten seconds.
func BenchmarkRetentionDryRun(b *testing.B) {
	db := databasetest.SQLite(b)
	crowd(b, db)
	s := New(db, noon)
	ctx := context.Background()
	for b.Loop() {
		p, err := s.PlanRetention(ctx)
		if err != nil || p.Due < benchPeople/4 || p.Held != 0 {
			b.Fatalf("%d due, %d held: %v", p.Due, p.Held, err)
		}
	}
}

func crowd(b *testing.B, db *database.DB) {
	b.Helper()
	now := noon()
	_, err := db.W.NewRaw(`INSERT INTO contact_imports (id, file_name, file_hash, format, actor_kind, actor_id, rows_read, rows_accepted,
		rows_duplicate, rows_filled, rows_rejected, imported_at) VALUES ('i', '', '', 'csv', '', '', 0, 0, 0, 0, 0, ?)`, now).Exec(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	_, err = db.W.NewRaw(`WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ?)
		INSERT INTO contacts (id, customer_number, name, given_name, family_name, organisation, email, phone, street, postcode, city, country, language,
			birth_date, marketing, import_id, import_line, created_at, updated_at, search)
		SELECT printf('c%08d', k), '', 'Klant ' || k, '', '', '', 'k' || k || '@example.com', '', 'Kerkstraat 1', '3000', 'Leuven', 'BE', 'nl', '', '', 'i', k,
			CASE k % 3 WHEN 0 THEN ? ELSE ? END, ?, '' FROM n`, benchPeople, now.AddDate(-5, 0, 0), now.Add(-time.Hour), now).Exec(context.Background())
	if err != nil {
		b.Fatal(err)
	}
}
