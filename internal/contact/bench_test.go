package contact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database/databasetest"
)

// shopFile is a made-up export of n customers.
func shopFile(n int) string {
	var b strings.Builder
	b.WriteString("Klantnummer;Voornaam;Achternaam;E-mail;Telefoon;Straat;Huisnummer;Postcode;Plaats;Land;Taal;Geboortedatum\r\n")
	given := []string{"Renée", "Jan", "Zoë", "Noël", "An", "François", "Björn", "Els", "Mieke", "Ümit"}
	family := []string{"Peeters", "de Smet", "Çelik", "van den Berg", "Dupont", "Müller", "Janssens", "Lefèvre"}
	for i := range n {
		fmt.Fprintf(&b, "K%06d;%s;%s;klant%d@voorbeeld%d.be;0471 %02d %02d %02d;%s;%d;%d;%s;België;%s;%02d/%02d/%d\r\n",
			i, given[i%len(given)], family[i/7%len(family)], i, i%50, i/10000%100, i/100%100, i%100,
			"Lange Dorpsstraat", i%200+1, 1000+i%8999, "Sint-Niklaas", []string{"nl", "fr", ""}[i%3], i%28+1, i%12+1, 1940+i%70)
	}
	return b.String()
}

// BenchmarkImport100k measures an import against the bare batch insert of the
// same people into the same kind of encrypted file, in turns.
func BenchmarkImport100k(b *testing.B) {
	const n = 100_000
	data := shopFile(n)
	ctx := context.Background()
	var ours, bare time.Duration
	for range b.N {
		db := databasetest.SQLite(b)
		list := parsed(b, data)
		start := time.Now()
		err := db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error { return BaselineInsert(ctx, tx, list) })
		bare += time.Since(start)
		if err != nil {
			b.Fatal(err)
		}
		list = Prepared{}
		db = databasetest.SQLite(b)
		start = time.Now()
		_, tally := land(b, db, data)
		ours += time.Since(start)
		if tally.Accepted != n {
			b.Fatalf("%+v", tally)
		}
	}
	b.ReportMetric(float64(n*b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(float64(n*b.N)/bare.Seconds(), "bare-rows/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(peakMiB(), "peak-MiB")
}

// BenchmarkLand100k measures the import alone, from a file on disk: its memory
// is that of a few batches.
func BenchmarkLand100k(b *testing.B) {
	name := b.TempDir() + "/customers.csv"
	if err := os.WriteFile(name, []byte(shopFile(100_000)), 0o600); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	for range b.N {
		db := databasetest.SQLite(b)
		file, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		info, err := file.Stat()
		if err != nil {
			b.Fatal(err)
		}
		f, err := Open(file, info.Size(), belgian())
		if err != nil {
			b.Fatal(err)
		}
		in, err := NewImport()
		if err != nil {
			b.Fatal(err)
		}
		in.ImportedAt = noon()
		err = db.InTx(b.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := Land(ctx, tx, f, &in)
			return err
		})
		if err := errors.Join(err, f.Close(), file.Close()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(100_000*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(peakMiB(), "peak-MiB")
}

// BenchmarkRead100k measures the reading alone.
func BenchmarkRead100k(b *testing.B) {
	data := shopFile(100_000)
	for range b.N {
		f, err := Open(strings.NewReader(data), int64(len(data)), belgian())
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := readBatch(f); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func parsed(b *testing.B, data string) Prepared {
	_, rows := readAll(b, data, belgian())
	l := landing{now: noon()}
	var list []Contact
	for _, r := range rows {
		c, err := l.create(r)
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, *c)
	}
	return Prepare(list)
}

// peakMiB is the largest resident size of the process so far; 0 where the system
// does not say.
func peakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			return kib / 1024
		}
	}
	return 0
}

// BenchmarkIndex1M asks an index of a million people. Nothing but the scan is
// measured: what a search costs besides reading its page from the database.
func BenchmarkIndex1M(b *testing.B) {
	x := NewIndex()
	given := []string{"renee", "jan", "zoe", "noel", "an", "francois", "bjorn", "els", "mieke", "umit", "jelle", "sofie"}
	family := []string{"peeters", "de smet", "celik", "van den berg", "dupont", "muller", "janssens", "lefevre", "maes", "willems"}
	town := []string{"leuven", "oudenaarde", "gent", "'s-hertogenbosch", "la louviere"}
	for k := range 1_000_000 {
		g, f := given[k%12], family[k/12%10]
		e := entry{text: fmt.Sprintf("%s %s\n%s.%s.%d@example.com\n+324%08d\n%d\n%s", g, f, g, strings.ReplaceAll(f, " ", ""), k, k*7919%100_000_000, 1000+k%8999, town[k/7%5])}
		e.id[0], e.id[1], e.id[2] = byte(k), byte(k>>8), byte(k>>16)
		x.put(e)
	}
	for _, text := range []string{"", "e", "er", "17", "123", "ers", "exam", "peeters jan", "0471 23 45 67", "06 10 79 42 88", "3000", "xq1zw", "oudenaarde"} {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			for range b.N {
				x.scan(context.Background(), x.asked(Query{Text: text}, 51))
			}
		})
	}
}

// BenchmarkDoubles100k looks through a file for people who may be in twice.
func BenchmarkDoubles100k(b *testing.B) {
	db := databasetest.SQLite(b)
	list := parsed(b, shopFile(100_000))
	if err := db.InTx(b.Context(), func(ctx context.Context, tx bun.Tx) error { return BaselineInsert(ctx, tx, list) }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		pairs, _, err := FindDoubles(b.Context(), db.R)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(pairs)), "pairs")
	}
}
