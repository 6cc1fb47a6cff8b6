package contact

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
)

// someone draws a person out of few parts, so that many share them.
func someone(t *rapid.T, k int) Contact {
	pick := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "part") }
	c := Contact{
		Name:  pick("Renée Çelik", "An de Smet", "Jan Peeters", "Øystein Ås", "张伟", "Anneke 't Hooft", "Peeters-Jansen Jo"),
		Email: pick("", fmt.Sprintf("jan.%d@example.com", k), "an@voorbeeld.be"), Phone: pick("", "+32471234567", "+31612345678", "0471"),
		Street: pick("", "Lindestraat 1"), Postcode: pick("", "3000", "1234 AB", "1000", "75001"), City: pick("", "Leuven", "'s-Hertogenbosch"),
		Country: pick("", "BE", "NL"), Language: pick("", "nl", "fr"), CustomerNumber: pick("", fmt.Sprint("K", k)),
		BirthDate: rapid.SampledFrom([]Date{{}, {1980, 2, 3}, {2008, 11, 21}, {2008, 11, 22}, {2008, 11, 23}, {2015, 1, 1}}).Draw(t, "birth"),
		Marketing: Marketing(pick("", "subscribed", "unsubscribed")), CreatedAt: noon().AddDate(0, 0, -k%5),
	}
	return c
}

func question(t *rapid.T, imports []string) Query {
	pick := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "want") }
	answer := func() Answer { return Answer(pick("", "", "", "yes", "no")) }
	return Query{
		Text: pick("", "", "celik", "an", "a", "7", "peeters jan", "SMET de", "as", "伟", "0471 23 45 67", "471234567", "@", "jan.3", "k1", "1234ab", "e", "hertogenbosch", "nobody", "%", "3000"),
		Criteria: Criteria{
			ImportID: ImportID(pick(append(imports, "", "", "", "none")...)), Country: pick("", "", "be", "-", "XX", "??!"), Language: pick("", "", "nl", "-"),
			PostcodeFrom: pick("", "", "1000", "30", "1234 ab"), PostcodeTo: pick("", "", "2999", "30", "1234"),
			CreatedFrom: pick("", "", "2026-11-20", "yesterday"), CreatedTo: pick("", "", "2026-11-20", "2026-11-22"),
			BirthFrom: rapid.SampledFrom([]int{0, 0, 1980, 2009}).Draw(t, "from"), BirthTo: rapid.SampledFrom([]int{0, 0, 1980, 2008, 7}).Draw(t, "to"),
			Unsubscribed: answer(), Mail: answer(), Post: answer(), Phone: answer(), Minor: answer(),
		},
		Today: DateOf(noon()),
	}
}

func insert(t testing.TB, db *database.DB, in ImportID, list []Contact) {
	t.Helper()
	p := Prepare(list)
	for k := range p.rows {
		p.rows[k].ImportID = string(in)
	}
	err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		row := importRow{ID: string(in), ImportedAt: noon()}
		if in != "" {
			if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
				return err
			}
		}
		if err := BaselineInsert(ctx, tx, p); err != nil || in == "" {
			return err
		}
		_, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndexAnswersAsTheDatabase changes the customer file in many ways and asks
// both: the index always finds whom the database finds, in an order of fits.
func TestIndexAnswersAsTheDatabase(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, x := context.Background(), NewIndex()
		var imports []string
		rounds := 0
		rapid.Check(t, func(rt *rapid.T) {
			if rounds++; rounds <= 12 {
				changeSomething(t, rt, db, &imports)
			}
			for range 5 {
				q := question(rt, imports)
				var want []ID
				err := Each(ctx, db.R, q, func(list []Contact) error {
					for _, c := range list {
						want = append(want, c.ID)
					}
					return nil
				})
				if err != nil {
					rt.Fatal(err)
				}
				slices.Sort(want)
				got, err := x.IDs(ctx, db.R, q)
				if err != nil || !slices.Equal(got, want) {
					rt.Fatalf("%+v: index %d, database %d, %v", q, len(got), len(want), err)
				}
				readPages(rt, x, db, q, len(want))
			}
		})
	})
}

// readPages reads a result page by page: nobody twice, nobody left out, in order.
func readPages(t *rapid.T, x *Index, db *database.DB, q Query, want int) {
	seen, last := map[ID]bool{}, Cursor{}
	for q.Limit = 7; ; {
		page, err := x.Find(context.Background(), db.R, q)
		if err != nil || page.Total != want {
			t.Fatalf("%+v: total %d, want %d, %v", q, page.Total, want, err)
		}
		for _, c := range page.Contacts {
			if seen[c.ID] || c.IsErased() {
				t.Fatalf("%+v: %s again or erased", q, c.ID)
			}
			seen[c.ID] = true
		}
		if page.Next.IsZero() {
			break
		}
		if page.Next.Fit < last.Fit {
			t.Fatalf("%+v: worse before better", q)
		}
		q.After, last = page.Next, page.Next
	}
	if len(seen) != want {
		t.Fatalf("%+v: %d on pages of %d", q, len(seen), want)
	}
}

// changeSomething adds people, by an import or by hand, and changes, erases and
// removes some.
func changeSomething(t *testing.T, rt *rapid.T, db *database.DB, imports *[]string) {
	var list []Contact
	for k := range rapid.IntRange(0, 40).Draw(rt, "people") {
		c := someone(rt, k)
		c.ID = newContactID(t)
		list = append(list, c)
	}
	in := ""
	if len(*imports) < 3 && rapid.Bool().Draw(rt, "import") {
		one, err := NewImport()
		if err != nil {
			t.Fatal(err)
		}
		in = string(one.ID)
		*imports = append(*imports, in)
	}
	insert(t, db, ImportID(in), list)
	all := everybody(t, db, Query{})
	err := db.InTx(context.Background(), func(ctx context.Context, tx bun.Tx) error {
		for _, c := range all {
			switch rapid.IntRange(0, 11).Draw(rt, "what") {
			case 0:
				n := someone(rt, 99)
				n.ID, n.Source = c.ID, c.Source
				if err := update(ctx, tx, n); err != nil {
					return err
				}
			case 1:
				if err := update(ctx, tx, Contact{ID: c.ID, ErasedAt: noon(), CreatedAt: c.CreatedAt}); err != nil {
					return err
				}
			case 2:
				if _, err := tx.NewDelete().Model((*matchRow)(nil)).Where("contact_id = ?", string(c.ID)).Exec(ctx); err != nil {
					return err
				}
				if _, err := tx.NewDelete().Model((*contactRow)(nil)).Where("id = ?", string(c.ID)).Exec(ctx); err != nil {
					return err
				}
			case 3:
				if len(*imports) > 0 {
					m := matchRow{ImportID: (*imports)[0], Line: rand.IntN(1 << 30), ContactID: string(c.ID)}
					if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
						return err
					}
					if _, err := tx.NewUpdate().Model((*importRow)(nil)).Set("rows_read = rows_read + 1").Where("id = ?", m.ImportID).Exec(ctx); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFitsBestFirst ranks whole numbers and addresses before beginnings of words,
// and those before parts.
func TestFitsBestFirst(t *testing.T) {
	t.Parallel()
	text := []byte(Fold("Jan Peeters\njan.peeters@example.com\n+32471234567\n3000\nLeuven\nK00471"))
	for ask, want := range map[string]Fit{
		"jan peeters": FitsExactly, "Peeters Jan": FitsWords, "jan.peeters@example.com": FitsExactly, "0471 23 45 67": FitsExactly,
		"+32471234567": FitsExactly, "k00471": FitsExactly, "K00": FitsWords, "eeters": FitsParts, "ja eet": FitsParts, "leu": FitsWords,
		"234567": FitsParts, "zz": fitsNot, "jan zz": fitsNot, "an": FitsParts, "3000": FitsExactly, "471 23": FitsParts, "": FitsWords,
	} {
		if got := (Query{Text: ask}).sought().fit(text); got != want {
			t.Errorf("%q fits %d, want %d", ask, got, want)
		}
	}
}

// TestIndexForgets leaves nothing of somebody who was removed in the memory of the
// index, and gives room back.
func TestIndexForgets(t *testing.T) {
	t.Parallel()
	x := NewIndex()
	for k := range 5000 {
		text := strings.Repeat(fmt.Sprintf("secret%04d ", k), 8)
		var e entry
		e.id[0], e.id[1], e.text = byte(k), byte(k>>8), text
		x.put(e)
	}
	for k := range 4999 {
		var id [16]byte
		id[0], id[1] = byte(k), byte(k>>8)
		x.drop(id)
	}
	s := x.shards[0]
	if held := string(s.texts[:cap(s.texts)]); strings.Count(held, "secret") != 8 || !strings.Contains(held, "secret4999") {
		t.Errorf("%d secrets are held", strings.Count(held, "secret"))
	}
	for g := range s.signs {
		for word, bits := range s.signs[g] {
			if bits&^s.live[word] != 0 {
				t.Fatalf("signature %d remembers somebody", g)
			}
		}
	}
	if at := x.room(); at >= 5000 {
		t.Errorf("new place %d though many are free", at)
	}
}

func newContactID(t testing.TB) ID {
	t.Helper()
	one, err := NewImport()
	if err != nil {
		t.Fatal(err)
	}
	return ID(one.ID)
}

// TestIndexAtTheSameTime asks while people come and go.
func TestIndexAtTheSameTime(t *testing.T) {
	t.Parallel()
	db, x, ctx := databasetest.SQLite(t), NewIndex(), context.Background()
	done := make(chan error, 4)
	for range 3 {
		go func() {
			for range 50 {
				if _, err := x.Find(ctx, db.R, Query{Text: "jan"}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 10 {
		insert(t, db, "", []Contact{{ID: newContactID(t), Name: "Jan", CreatedAt: time.Now().UTC()}})
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n, err := x.Count(ctx, db.R, Query{Text: "jan"}); n != 10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestManyAreRanked asks among thousands: the page is what sorting everybody would
// give, though most are not looked at, and the count is exact up to ManyPeople.
func TestManyAreRanked(t *testing.T) {
	t.Parallel()
	x, rng := NewIndex(), rand.New(rand.NewPCG(3, 4))
	given := []string{"Erik", "Jan", "Peter", "Jeroen", "Fer", "er"}
	var all []entry
	for k := range 20_000 {
		var e entry
		e.id[0], e.id[1] = byte(k), byte(k>>8)
		e.text = Fold(fmt.Sprintf("%s %d\n%s.%d@example.com\n+324%08d\nK%d", given[rng.IntN(6)], rng.IntN(500), given[rng.IntN(6)], k, rng.IntN(1e8), k))
		x.put(e)
		all = append(all, e)
	}
	for _, text := range []string{"", "e", "er", "an", "example", "er 17", "jan er", "k77", "04", "71 23", "1234567", "erik 12", "zz", "er 3"} {
		q := Query{Text: text}
		var hits []hit
		for _, e := range all {
			if fit := q.sought().fit([]byte(e.text)); fit != fitsNot {
				hits = append(hits, hit{fit: fit, text: []byte(e.text), id: e.id})
			}
		}
		slices.SortFunc(hits, hit.compare)
		got := x.scan(context.Background(), x.asked(q, 20))
		if got.more != (got.total < len(hits)) || got.total < min(len(hits), ManyPeople) || got.total > len(hits) {
			t.Errorf("%q: %d (more: %v) of %d", text, got.total, got.more, len(hits))
		}
		for k, h := range got.best {
			if h.fit != hits[k].fit || h.id != hits[k].id {
				t.Errorf("%q: place %d is %q (%d), want %q (%d)", text, k, h.text, h.fit, hits[k].text, hits[k].fit)
				break
			}
		}
		if len(got.best) != min(20, len(hits)) {
			t.Errorf("%q: %d on the page", text, len(got.best))
		}
	}
}
