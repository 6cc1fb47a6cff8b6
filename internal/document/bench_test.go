package document_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"clepsydra/internal/document"
)

// Letters are measured in batches of 1,000 so that the price of the fonts is
// spread as in real runs. Compare the letters/s of one run with each other only.
const batch = 1000

func typesetter(t testing.TB) *document.Typesetter {
	t.Helper()
	ts, err := document.NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func BenchmarkLettersMerged(b *testing.B) {
	ts := typesetter(b)
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			run := document.SampleRun()
			run.Workers = workers
			for b.Loop() {
				if _, err := ts.WriteMerged(context.Background(), io.Discard, run, document.Samples(batch), nil); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, batch)
		})
	}
	b.Run("baseline", func(b *testing.B) {
		for b.Loop() {
			if err := document.BaselineMerged(io.Discard, batch); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b, batch)
	})
}

func BenchmarkLettersSeparate(b *testing.B) {
	ts := typesetter(b)
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			run := document.SampleRun()
			run.Workers = workers
			for b.Loop() {
				_, err := ts.WriteZIP(context.Background(), io.Discard, run, document.Samples(batch),
					func(l document.Letter, _ int) string { return l.PersonRef + ".pdf" }, nil)
				if err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, batch)
		})
	}
	b.Run("baseline", func(b *testing.B) {
		for b.Loop() {
			if err := document.BaselineSeparate(io.Discard, 50); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b, 50)
	})
}

// BenchmarkPrintFiles prints long runs and reports the peak of resident memory of
// the process, which only grows: the larger run comes last.
func BenchmarkPrintFiles(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ts := typesetter(b)
			debug.FreeOSMemory()
			for b.Loop() {
				index, err := ts.PrintFiles(context.Background(), document.SampleRun(), document.Samples(n),
					func(int) (io.WriteCloser, error) { return discard{}, nil }, nil)
				if err != nil || len(index.Letters) != n {
					b.Fatal(len(index.Letters), err)
				}
			}
			perSecond(b, n)
			b.ReportMetric(peakMiB(b), "peak-RSS-MiB")
		})
	}
}

func BenchmarkPreflight(b *testing.B) {
	ts := typesetter(b)
	for b.Loop() {
		if _, err := ts.Preflight(context.Background(), document.SampleRun(), document.Samples(batch), nil); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, batch)
}

func BenchmarkNewTypesetter(b *testing.B) {
	for b.Loop() {
		typesetter(b)
	}
}

// BenchmarkOneFileOf100000 shows that one merged file takes no more memory than
// many: it is written as it grows.
func BenchmarkOneFileOf100000(b *testing.B) {
	ts := typesetter(b)
	for b.Loop() {
		if _, err := ts.WriteMerged(context.Background(), io.Discard, document.SampleRun(), document.Samples(100_000), nil); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, 100_000)
	b.ReportMetric(peakMiB(b), "peak-RSS-MiB")
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

func perSecond(b *testing.B, letters int) {
	b.ReportMetric(float64(letters)*float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}

// peakMiB reads the high-water mark of the process; 0 where there is no /proc.
func peakMiB(b *testing.B) float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib float64
		if strings.HasPrefix(lines.Text(), "VmHWM:") {
			if _, err := fmt.Sscanf(lines.Text(), "VmHWM: %f kB", &kib); err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	return 0
}
