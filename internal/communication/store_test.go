package communication_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/incident"
)

var now = time.Date(2026, 11, 22, 16, 0, 0, 123456000, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// customer is a row of the customer file.
type customer struct {
	bun.BaseModel `bun:"table:contacts"`

	ID, CustomerNumber, Name, GivenName, FamilyName, Organisation, Email, Phone string
	Street, Postcode, City, Country, Language, BirthDate, Marketing, Search     string
	ErasedAt                                                                    time.Time `bun:",nullzero"`
	ImportID                                                                    string    `bun:",nullzero"`
	ImportLine                                                                  int
	CreatedAt, UpdatedAt                                                        time.Time
}

func known(id string, change func(*customer)) customer {
	c := customer{
		ID: id, Name: "Naam " + id, Street: "Straat 1", Postcode: "9000", City: "Gent", Country: "BE", Email: id + "@x.be", Language: "nl",
		BirthDate: "1980-01-01", Marketing: "unknown", CreatedAt: now, UpdatedAt: now,
	}
	if change != nil {
		change(&c)
	}
	c.Search = contact.Fold(c.Name + " " + c.Email + " " + c.City)
	return c
}

func seed(t testing.TB, db *database.DB, cs ...customer) {
	t.Helper()
	ctx := context.Background()
	for _, id := range []string{"i", "j"} {
		must(t, incident.Insert(ctx, db.W, incident.Incident{ID: incident.ID(id), Ref: id, Status: incident.Triaged, Verdict: incident.Breach, OpenedAt: now, UpdatedAt: now}))
	}
	for _, id := range []string{"imp1", "imp2"} {
		_, err := db.W.NewRaw(`INSERT INTO contact_imports (id, file_name, file_hash, format, actor_kind, actor_id, rows_read, rows_accepted, rows_duplicate, rows_filled, rows_rejected, imported_at)
			VALUES (?, 'f', 'h', 'csv', 'account', 'a', 0, 0, 0, 0, 0, ?)`, id, now).Exec(ctx)
		must(t, err)
	}
	for part := range slices.Chunk(cs, 1000) {
		_, err := db.W.NewInsert().Model(&part).Exec(ctx)
		must(t, err)
	}
}

func ids(ps []communication.Person) []string {
	out := make([]string, len(ps))
	for k, p := range ps {
		out[k] = p.ContactID
	}
	return out
}

func everybody(t testing.TB, db *database.DB, q communication.PeopleQuery) []string {
	t.Helper()
	q.Limit = 1000
	ps, n, err := communication.People(context.Background(), db.R, "i", q)
	must(t, err)
	if n != len(ps) {
		t.Errorf("%d people, counted %d", len(ps), n)
	}
	return ids(ps)
}

func pick(t testing.TB, db *database.DB, s communication.Selection) int {
	t.Helper()
	n, err := communication.Pick(context.Background(), db.W, "i", s, now)
	must(t, err)
	return n
}

func freeze(t testing.TB, db *database.DB, id string) communication.Snapshot {
	t.Helper()
	var out communication.Snapshot
	must(t, db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		var err error
		out, err = communication.Freeze(ctx, tx, communication.Snapshot{ID: id, IncidentID: "i", FrozenBy: "ann", FrozenAt: now})
		return err
	}))
	return out
}

func TestPick(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db,
			known("a", func(c *customer) { c.ImportID = "imp1" }), known("b", func(c *customer) { c.ImportID = "imp2" }),
			known("c", func(c *customer) { c.Marketing = "unsubscribed" }), known("gone", func(c *customer) { c.ErasedAt = now }),
			known("d", func(c *customer) { c.Street = "" }), known("e", func(c *customer) { c.Street, c.Email = "", "" }),
		)
		_, err := db.W.NewRaw("INSERT INTO contact_import_matches (import_id, line, contact_id, filled) VALUES ('imp1', 2, 'b', '')").Exec(ctx)
		must(t, err)
		if n := pick(t, db, communication.Selection{}); n != 0 {
			t.Errorf("nobody selected, %d picked", n)
		}
		if n := pick(t, db, communication.Selection{Contacts: []string{"b", "gone", "none"}}); n != 1 {
			t.Errorf("by name: %d", n)
		}
		if n := pick(t, db, communication.Selection{ImportID: "imp1"}); n != 1 {
			t.Errorf("by import, one is there already: %d", n)
		}
		if got := everybody(t, db, communication.PeopleQuery{}); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("got %v", got)
		}
		if n := pick(t, db, communication.Selection{All: true}); n != 3 {
			t.Errorf("all: %d", n)
		}
		want := map[string]communication.Channel{"a": "post", "b": "post", "c": "post", "d": "mail", "e": "none"}
		for id, ch := range want {
			p, err := communication.PersonOf(ctx, db.R, "i", id)
			if must(t, err); p.Channel != ch || p.PickedAt != now || p.Name != "Naam "+id || p.Position != 0 || p.SnapshotID != "" || p.Letter != communication.NoLetter {
				t.Errorf("%+v", p)
			}
		}
		if p, _ := communication.PersonOf(ctx, db.R, "i", "a"); p.PickedVia != "import imp1" {
			t.Errorf("via %q", p.PickedVia)
		}
		if _, err := communication.PersonOf(ctx, db.R, "j", "a"); !errors.Is(err, communication.ErrPersonNotFound) {
			t.Errorf("got %v", err)
		}
		if _, err := db.W.NewRaw("DELETE FROM contacts WHERE id = 'a'").Exec(ctx); !database.IsForeignKey(err) {
			t.Errorf("somebody affected was removed from the customer file: %v", err)
		}
		if n, err := communication.Unpick(ctx, db.W, "i"); err != nil || n != 5 {
			t.Errorf("unpicked %d, %v", n, err)
		}
	})
}

func TestPickManyByName(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		cs := make([]customer, 2500)
		names := make([]string, len(cs))
		for k := range cs {
			cs[k] = known(fmt.Sprintf("c%04d", k), nil)
			names[k] = cs[k].ID
		}
		seed(t, db, cs...)
		if n := pick(t, db, communication.Selection{Contacts: names}); n != 2500 {
			t.Errorf("picked %d", n)
		}
	})
}

func TestPersonRoundTripAndSearch(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db, known("a", func(c *customer) { c.Name, c.City = "Élise Özdemir", "Liège" }), known("b", nil))
		pick(t, db, communication.Selection{All: true})
		p, err := communication.PersonOf(ctx, db.R, "i", "a")
		must(t, err)
		p.Excluded, p.Data, p.PrintName, p.Channel, p.Letter, p.LetterAt = "doesn't apply", []string{"email", "iban"}, "Elise", communication.ByMail, communication.Returned, now.Add(time.Hour)
		must(t, communication.SavePerson(ctx, db.W, p))
		if got, err := communication.PersonOf(ctx, db.R, "i", "a"); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("wrote %+v\nread  %+v, %v", p, got, err)
		}
		returned, none := communication.Returned, communication.NoLetter
		for k, c := range []struct {
			q    communication.PeopleQuery
			want []string
		}{
			{communication.PeopleQuery{Text: "Élise"}, []string{"a"}}, {communication.PeopleQuery{Text: "ozdemir"}, []string{"a"}},
			{communication.PeopleQuery{Text: "ÖZDEMIR"}, []string{"a"}}, {communication.PeopleQuery{Text: "liege"}, []string{"a"}},
			{communication.PeopleQuery{Text: "%"}, []string{}}, {communication.PeopleQuery{Letter: &returned}, []string{"a"}},
			{communication.PeopleQuery{Letter: &none}, []string{"b"}}, {communication.PeopleQuery{Channel: communication.ByPost}, []string{"b"}},
			{communication.PeopleQuery{Unfrozen: true}, []string{"b", "a"}},
		} {
			got := everybody(t, db, c.q)
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("query %d: %v", k, got)
			}
		}
		must(t, communication.SetDataOfAll(ctx, db.W, "i", []string{"phone"}))
		if got, _ := communication.PersonOf(ctx, db.R, "i", "b"); !slices.Equal(got.Data, []string{"phone"}) {
			t.Errorf("data %v", got.Data)
		}
	})
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db,
			known("mail", func(c *customer) { c.Street = "" }), known("gent2", func(c *customer) { c.Street = "Straat 2" }),
			known("gent1", nil), known("brussel", func(c *customer) { c.Postcode = "1000" }), known("paris", func(c *customer) { c.Country, c.Postcode = "FR", "75000" }),
			known("out", nil), known("none", func(c *customer) { c.Street, c.Email = "", "" }), known("erased", nil), known("by choice", nil),
		)
		if err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := communication.Freeze(ctx, tx, communication.Snapshot{ID: "empty", IncidentID: "i", FrozenAt: now})
			return err
		}); !errors.Is(err, communication.ErrNobody) {
			t.Fatalf("got %v", err)
		}
		pick(t, db, communication.Selection{All: true})
		for id, change := range map[string]func(*communication.Person){
			"out": func(p *communication.Person) { p.Excluded = "staff" }, "by choice": func(p *communication.Person) { p.Channel = communication.ByMail },
		} {
			p, err := communication.PersonOf(ctx, db.R, "i", id)
			must(t, err)
			change(&p)
			must(t, communication.SavePerson(ctx, db.W, p))
		}
		_, err := db.W.NewRaw("UPDATE contacts SET name = 'Nieuwe naam' WHERE id = 'gent1'").Exec(ctx)
		must(t, err)
		_, err = db.W.NewRaw("UPDATE contacts SET erased_at = ? WHERE id = 'erased'", now).Exec(ctx)
		must(t, err)
		s := freeze(t, db, "s1")
		if s.Number != 1 || s.People != 8 || len(s.Hash) != 64 {
			t.Errorf("%+v", s)
		}
		batch, err := communication.Batch(ctx, db.R, "s1", 0, 100)
		must(t, err)
		if got := ids(batch); !slices.Equal(got, []string{"brussel", "gent1", "gent2", "paris", "erased", "none", "mail", "by choice"}) {
			t.Errorf("order %v", got)
		}
		d := communication.NewDigest()
		for k, p := range batch {
			if p.Position != k+1 {
				t.Errorf("place %d is %d", k+1, p.Position)
			}
			must(t, d.Add(p))
		}
		if d.Sum() != s.Hash {
			t.Error("the hash is not that of the list")
		}
		if batch[1].Name != "Nieuwe naam" || batch[4].Name != "" || batch[4].Channel != communication.ByNone || batch[7].ContactID != "by choice" || batch[7].Channel != communication.ByMail {
			t.Errorf("%+v", batch)
		}
		_, err = db.W.NewRaw("UPDATE contacts SET name = 'Nog een naam' WHERE id = 'gent1'").Exec(ctx)
		must(t, err)
		if n := pick(t, db, communication.Selection{All: true}); n != 0 {
			t.Errorf("%d picked twice", n)
		}
		_, err = db.W.NewInsert().Model(ptr(known("late", nil))).Exec(ctx)
		must(t, err)
		if n := pick(t, db, communication.Selection{All: true}); n != 1 {
			t.Errorf("found later: %d", n)
		}
		if s2 := freeze(t, db, "s2"); s2.Number != 2 || s2.People != 1 || s2.Hash == s.Hash {
			t.Errorf("the second list is not what came since: %+v", s2)
		}
		again, err := communication.Batch(ctx, db.R, "s1", 0, 100)
		if must(t, err); !reflect.DeepEqual(again, batch) {
			t.Error("a frozen list changed")
		}
		if some, err := communication.Batch(ctx, db.R, "s1", 3, 2); err != nil || !slices.Equal(ids(some), []string{"paris", "erased"}) {
			t.Errorf("got %v, %v", ids(some), err)
		}
		all, err := communication.SnapshotsOf(ctx, db.R, "i")
		if must(t, err); len(all) != 2 || all[0] != s {
			t.Errorf("wrote %+v, read %+v", s, all)
		}
		if one, err := communication.SnapshotByID(ctx, db.R, "s1"); err != nil || one != s {
			t.Errorf("read %+v, %v", one, err)
		}
		if _, err := communication.SnapshotByID(ctx, db.R, "empty"); !errors.Is(err, communication.ErrSnapshotMissing) {
			t.Errorf("got %v", err)
		}
		told, err := communication.ToldOf(ctx, db.R, []string{"i", "j"})
		if must(t, err); len(told) != 1 || told["i"].People != 9 || told["i"].Sent != 0 {
			t.Errorf("told %+v", told)
		}
		if n, err := communication.Unpick(ctx, db.W, "i"); err != nil || n != 1 {
			t.Errorf("only the excluded one is not frozen: %d, %v", n, err)
		}
	})
}

func ptr[T any](v T) *T { return &v }

func TestEachOfCrossesBatches(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		cs := make([]customer, 2000)
		for k := range cs {
			cs[k] = known(fmt.Sprintf("c%05d", k), func(c *customer) { c.Postcode = fmt.Sprint(9999 - k) })
		}
		seed(t, db, cs...)
		pick(t, db, communication.Selection{All: true})
		s := freeze(t, db, "s")
		n := 0
		must(t, communication.EachOf(context.Background(), db.R, "s", func(p communication.Person) error {
			if n++; p.Position != n {
				t.Fatalf("place %d is %d", n, p.Position)
			}
			return nil
		}))
		if n != 2000 || s.People != 2000 {
			t.Errorf("%d of %d", n, s.People)
		}
		stop := errors.New("stop")
		if err := communication.EachOf(context.Background(), db.R, "s", func(communication.Person) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
	})
}

func TestCountsAndMarks(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db,
			known("a", func(c *customer) { c.Marketing, c.BirthDate = "unsubscribed", "2008-11-22" }), known("b", func(c *customer) { c.BirthDate = "2008-11-23" }),
			known("c", func(c *customer) { c.Street, c.Language = "", "fr" }), known("d", func(c *customer) { c.Street, c.Email, c.Country = "", "", "NL" }),
			known("e", func(c *customer) { c.BirthDate = "" }), known("x", nil),
		)
		if c, err := communication.CountsOf(ctx, db.R, "i", ""); err != nil || c.All != 0 {
			t.Errorf("nobody: %+v, %v", c, err)
		}
		pick(t, db, communication.Selection{All: true})
		p, err := communication.PersonOf(ctx, db.R, "i", "x")
		must(t, err)
		p.Excluded = "staff"
		must(t, communication.SavePerson(ctx, db.W, p))
		s := freeze(t, db, "s") // a, b, e by post, d by nothing, c by mail
		mark := func(m communication.Marking) int {
			m.SnapshotID, m.At = "s", now
			n, err := communication.MarkLetters(ctx, db.W, m)
			must(t, err)
			return n
		}
		for k, c := range []struct {
			m    communication.Marking
			want int
		}{
			{communication.Marking{First: 1, Last: 5, Only: []string{"e"}, To: communication.Held}, 1},
			{communication.Marking{First: 1, Last: 5, From: []communication.LetterState{communication.NoLetter}, To: communication.Made}, 3},
			{communication.Marking{First: 1, Last: 5, Channel: communication.ByPost, From: []communication.LetterState{communication.Made}, Except: []string{"b"}, To: communication.Sent}, 1},
			{communication.Marking{First: 6, Last: 9, To: communication.Sent}, 0},
			{communication.Marking{First: 5, Last: 5, From: []communication.LetterState{communication.Made}, To: communication.Returned}, 1},
		} {
			if n := mark(c.m); n != c.want {
				t.Errorf("mark %d moved %d", k, n)
			}
		}
		want := communication.Counts{
			All: 6, Excluded: 1, Post: 3, Mail: 1, None: 1, Held: 1, Made: 1, Sent: 1, Returned: 1, Unsubscribed: 1, Minors: 1,
			Languages: map[string]int{"nl": 4, "fr": 1}, Countries: map[string]int{"BE": 4, "NL": 1},
		}
		got, err := communication.CountsOf(ctx, db.R, "i", "")
		if must(t, err); !reflect.DeepEqual(got, want) || got.Addressed() != 4 {
			t.Errorf("got %+v", got)
		}
		want.All, want.Excluded = 5, 0
		if got, err = communication.CountsOf(ctx, db.R, "i", s.ID); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("of the list: %+v, %v", got, err)
		}
		if told, err := communication.ToldOf(ctx, db.R, []string{"i"}); err != nil || told["i"] != (communication.Told{People: 5, Sent: 1}) {
			t.Errorf("told %+v, %v", told, err)
		}
	})
}

func TestTextsRoundTrip(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db)
		tx := communication.Text{Language: "fr", Nature: "l'été", UpdatedBy: "ann", UpdatedAt: now}
		must(t, communication.SaveText(ctx, db.W, "i", tx))
		tx.Consequences, tx.Measures, tx.Advice, tx.UpdatedBy, tx.UpdatedAt = "a\nb", "c", "d", "bob", now.Add(time.Second)
		must(t, communication.SaveText(ctx, db.W, "i", tx))
		if got, err := communication.TextsOf(ctx, db.R, "i"); err != nil || len(got) != 1 || got["fr"] != tx {
			t.Errorf("read %+v, %v", got, err)
		}
	})
}

func TestRunsAndFiles(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		seed(t, db, known("a", nil))
		pick(t, db, communication.Selection{All: true})
		freeze(t, db, "s")
		r := communication.Run{ID: "r", IncidentID: "i", SnapshotID: "s", PaperID: "p", Format: communication.Separate, State: communication.Queued, Total: 10, StartedBy: "ann", StartedAt: now}
		must(t, communication.SaveRun(ctx, db.W, r))
		if ok, err := communication.Advance(ctx, db.W, r, 0); err != nil || ok {
			t.Errorf("a run that waits was moved: %v, %v", ok, err)
		}
		must(t, r.Start())
		must(t, communication.SaveRun(ctx, db.W, r))
		r.Done, r.Held = 5, 1
		for _, want := range []bool{true, false} {
			if ok, err := communication.Advance(ctx, db.W, r, 0); err != nil || ok != want {
				t.Errorf("from 0: %v, %v", ok, err)
			}
		}
		f := communication.File{RunID: "r", Number: 1, Name: "a.zip", First: 1, Last: 5, Letters: 4, Pages: 8, SHA256: "abc", Size: 4}
		must(t, communication.AddFile(ctx, db.W, f, []byte("\x00\xff'\n")))
		if err := communication.AddFile(ctx, db.W, f, []byte("x")); err == nil {
			t.Error("a file twice")
		}
		if got, err := communication.FilesOf(ctx, db.R, "r"); err != nil || !slices.Equal(got, []communication.File{f}) {
			t.Errorf("read %+v, %v", got, err)
		}
		if got, b, err := communication.FileContent(ctx, db.R, "r", 1); err != nil || got != f || string(b) != "\x00\xff'\n" {
			t.Errorf("read %+v %q, %v", got, b, err)
		}
		if _, _, err := communication.FileContent(ctx, db.R, "r", 2); !errors.Is(err, communication.ErrFileNotFound) {
			t.Errorf("got %v", err)
		}
		behind := r // what a worker knows that did not see the others
		behind.Done, behind.Held = 0, 0
		must(t, r.Finish(communication.Cancelled, "stop", now.Add(time.Minute)))
		must(t, communication.SaveRun(ctx, db.W, r))
		must(t, communication.SaveRun(ctx, db.W, behind))
		if got, err := communication.RunByID(ctx, db.R, "r"); err != nil || got != r {
			t.Errorf("wrote %+v\nread  %+v, %v", r, got, err)
		}
		if ok, err := communication.Advance(ctx, db.W, behind, 5); err != nil || ok {
			t.Errorf("a cancelled run was moved: %v, %v", ok, err)
		}
		if _, err := communication.RunByID(ctx, db.R, "none"); !errors.Is(err, communication.ErrRunNotFound) {
			t.Errorf("got %v", err)
		}
		later := r
		later.ID, later.StartedAt = "q", now.Add(time.Hour)
		must(t, communication.SaveRun(ctx, db.W, later))
		if got, err := communication.RunsOf(ctx, db.R, "i"); err != nil || len(got) != 2 || got[0].ID != "q" {
			t.Errorf("read %+v, %v", got, err)
		}
	})
}

// BenchmarkFreeze100k freezes a list of 100,000 people in an encrypted file.
func BenchmarkFreeze100k(b *testing.B) {
	const n = 100_000
	for range b.N {
		b.StopTimer()
		db := databasetest.SQLite(b)
		cs := make([]customer, n)
		for k := range cs {
			cs[k] = known(fmt.Sprintf("0190c5a0-0000-7000-8000-%012d", k), func(c *customer) { c.Postcode = fmt.Sprint(1000 + k*7919%8999) })
		}
		seed(b, db, cs...)
		start := time.Now()
		pick(b, db, communication.Selection{All: true})
		b.ReportMetric(time.Since(start).Seconds(), "pick-s")
		b.StartTimer()
		if s := freeze(b, db, "s"); s.People != n {
			b.Fatal(s)
		}
	}
}
