package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/demo"
	"clepsydra/internal/journal"
	"clepsydra/internal/stewardship"
)

// contactCores is how many processors the customer file has in the measurement.
const contactCores = 2

// asks is how often each kind of question is asked.
const asks = 200

// contacts fills a customer file with n people and measures what is done with it
// every day: searching in several ways, opening a person, counting a segment,
// importing. The plain twin of a question is the same one answered by the
// database alone, asked fewer times because it is slow.
func contacts(ctx context.Context, postgres string, n int) (_ []Figure, err error) {
	where, gone, err := newBed(postgres)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, gone()) }()
	cores := runtime.GOMAXPROCS(contactCores)
	defer runtime.GOMAXPROCS(cores)
	db, done, err := where.open(ctx, "people")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	if err := fill(ctx, db, where.dir, n); err != nil {
		return nil, err
	}
	b := &crowd{db: db, s: stewardship.New(db, time.Now), n: n, rng: rand.New(rand.NewPCG(1, 2))}
	for k, c := range demo.People(min(n, 2000), 1) {
		if k%2 == 1 {
			b.some = append(b.some, c)
		}
	}
	forgetPeak()
	before, begin := heapMiB(), time.Now()
	if err := b.s.Warm(ctx); err != nil {
		return nil, err
	}
	b.warm, b.heap = time.Since(begin), max(0, heapMiB()-before)
	figures, err := b.measure(ctx)
	if err != nil {
		return nil, err
	}
	runtime.GOMAXPROCS(cores) // an import reads beside its writing
	one, err := imported(ctx, postgres, min(n, 100_000))
	one.Name = "import"
	return append(figures, one), err
}

// fill imports n people, one file after another.
func fill(ctx context.Context, db *database.DB, dir string, n int) error {
	file := filepath.Join(dir, "export.csv")
	for some := range slices.Chunk(demo.People(n, 1), 100_000) {
		if err := writePeople(file, some); err != nil {
			return err
		}
		if err := importFile(ctx, db, file, len(some)); err != nil {
			return err
		}
	}
	return os.Remove(file)
}

// crowd is a full customer file and who is asked for.
type crowd struct {
	db   *database.DB
	s    *stewardship.Service
	n    int
	rng  *rand.Rand
	some []demo.Customer
	warm time.Duration
	heap float64
}

// heapMiB is what is in use now.
func heapMiB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// anybody is a known person by chance.
func (b *crowd) anybody() demo.Customer { return b.some[b.rng.IntN(len(b.some))] }

// dialled is somebody's phone number as it is typed in his country.
func (b *crowd) dialled() string {
	for {
		if c := b.anybody(); len(c.Phone) > 3 {
			return "0" + strings.TrimSpace(c.Phone[3:]) // behind +32, +31, +33, +49
		}
	}
}

func (b *crowd) part(s string, size int) string {
	if len(s) <= size {
		return s
	}
	at := b.rng.IntN(len(s) - size)
	return strings.ToValidUTF8(s[at:at+size], "")
}

// kinds are the ways people search.
func (b *crowd) kinds() map[string]func() string {
	return map[string]func() string{
		"name":        func() string { c := b.anybody(); return c.Family + " " + c.Given },
		"family name": func() string { return b.anybody().Family },
		"part":        func() string { return b.part(b.anybody().Email, 4) },
		"mail":        func() string { return b.anybody().Email },
		"phone":       b.dialled,
		"postcode":    func() string { return b.anybody().Postcode },
		"one letter":  func() string { return b.part("abcdefghijklmnoprstuvwz", 1) },
		"two letters": func() string { return b.part(b.anybody().Email, 2) },
		"digits":      func() string { return fmt.Sprint(b.rng.IntN(1000)) },
		"nobody":      func() string { return fmt.Sprintf("xq%dzw", b.rng.IntN(1000)) },
		"everybody":   func() string { return "" },
	}
}

func (b *crowd) measure(ctx context.Context) ([]Figure, error) {
	who := journal.Actor{Kind: journal.ByCommand}
	figures := []Figure{{Name: "read into memory", Unit: "ms", Ours: millis(b.warm), BaselineOf: "none: once after each start"},
		{Name: "memory of the search", Unit: "MiB", Ours: b.heap, BaselineOf: "none: nothing is on the disk"}}
	var all []time.Duration
	for _, kind := range []string{"name", "family name", "part", "mail", "phone", "postcode", "digits", "one letter", "two letters", "nobody", "everybody"} {
		text := b.kinds()[kind]
		f, took, err := b.versus(ctx, kind, func(ctx context.Context) func(bool) error {
			q := contact.Query{Text: text()}
			return func(plain bool) error {
				if plain {
					_, err := contact.Find(ctx, b.db.R, q)
					return err
				}
				_, err := b.s.Search(ctx, who, q)
				return err
			}
		})
		if err != nil {
			return nil, err
		}
		all, figures = append(all, took...), append(figures, f)
	}
	figures = append(figures, Figure{
		Name: "search, all kinds", Unit: "ms p99", Ours: millis(quantile(all, 0.99)), Baseline: millis(quantile(all, 0.5)), RSSMiB: peakMiB("self"),
		BaselineOf: "the median of the same searches",
	})
	segment, _, err := b.versus(ctx, "segment of three criteria", func(ctx context.Context) func(bool) error {
		q := contact.Query{Criteria: contact.Criteria{Country: "BE", Language: "nl", PostcodeFrom: fmt.Sprint(1000 + b.rng.IntN(8000)), PostcodeTo: "9999"}}
		return func(plain bool) error {
			if plain {
				_, err := contact.CountOf(ctx, b.db.R, q)
				return err
			}
			_, err := b.s.Count(ctx, q)
			return err
		}
	})
	if err != nil {
		return nil, err
	}
	opening, err := b.opening(ctx, "open a person", func(ctx context.Context, id contact.ID) error { _, err := b.s.View(ctx, who, id); return err })
	if err != nil {
		return nil, err
	}
	gathering, err := b.opening(ctx, "gather everything on a person", func(ctx context.Context, id contact.ID) error { _, err := b.s.Everything(ctx, who, id); return err })
	if err != nil {
		return nil, err
	}
	dry, err := b.retention(ctx)
	return append(figures, segment, opening, gathering, dry), err
}

// versus asks a question often of the program and a few times of the database
// alone. Each call of ask makes a new question.
func (b *crowd) versus(ctx context.Context, name string, ask func(context.Context) func(plain bool) error) (Figure, []time.Duration, error) {
	var ours, plain []time.Duration
	for k := range asks {
		question := ask(ctx)
		begin := time.Now()
		if err := question(false); err != nil {
			return Figure{}, nil, err
		}
		ours = append(ours, time.Since(begin))
		if k%(asks/3) == 0 {
			begin = time.Now()
			if err := question(true); err != nil {
				return Figure{}, nil, err
			}
			plain = append(plain, time.Since(begin))
		}
	}
	return Figure{
		Name: name, Unit: "ms p99", Ours: millis(quantile(ours, 0.99)), Baseline: millis(quantile(plain, 0.5)), RSSMiB: peakMiB("self"),
		BaselineOf: fmt.Sprintf("the database alone, median; our median is %.1f ms", millis(quantile(ours, 0.5))),
	}, ours, nil
}

// opening opens people by chance, each with its entry in the journal.
func (b *crowd) opening(ctx context.Context, name string, open func(context.Context, contact.ID) error) (Figure, error) {
	ids, err := b.ids(ctx)
	if err != nil {
		return Figure{}, err
	}
	var ours, plain []time.Duration
	for range asks {
		id := ids[b.rng.IntN(len(ids))]
		begin := time.Now()
		if err := open(ctx, id); err != nil {
			return Figure{}, err
		}
		ours = append(ours, time.Since(begin))
		begin = time.Now()
		if _, err := contact.ByID(ctx, b.db.R, ids[b.rng.IntN(len(ids))]); err != nil {
			return Figure{}, err
		}
		plain = append(plain, time.Since(begin))
	}
	return Figure{
		Name: name, Unit: "ms p99", Ours: millis(quantile(ours, 0.99)), Baseline: millis(quantile(plain, 0.99)), RSSMiB: peakMiB("self"),
		BaselineOf: fmt.Sprintf("reading the row, without the entry in the journal; our median is %.1f ms", millis(quantile(ours, 0.5))),
	}, nil
}

// ids are people from all over the file.
func (b *crowd) ids(ctx context.Context) (ids []contact.ID, err error) {
	err = contact.Each(ctx, b.db.R, contact.Query{Criteria: contact.Criteria{PostcodeFrom: "3", PostcodeTo: "3"}}, func(list []contact.Contact) error {
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return nil
	})
	return ids, err
}
