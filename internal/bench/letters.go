package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"clepsydra/internal/document"
)

// chunk is how many letters the plain loop puts into one document: gofpdf keeps
// every page in memory, about 30 MB for a thousand letters, so that 100,000 in one
// would not fit.
const chunk = 1000

// merged prints n letters into print files, and for comparison the same page with
// bare gofpdf, in documents of a thousand.
func merged(ctx context.Context, n int) (Figure, error) {
	ts, err := document.NewTypesetter()
	if err != nil {
		return Figure{}, err
	}
	forgetPeak()
	begin := time.Now()
	index, err := ts.PrintFiles(ctx, document.SampleRun(), document.Samples(n), func(int) (io.WriteCloser, error) { return discard{}, nil }, nil)
	ours := time.Since(begin)
	if err != nil {
		return Figure{}, err
	}
	if len(index.Letters) != n {
		return Figure{}, fmt.Errorf("%d of %d letters printed", len(index.Letters), n)
	}
	rss := peakMiB("self")
	const chunks = 5
	begin = time.Now()
	for range chunks {
		if err := document.BaselineMerged(io.Discard, chunk); err != nil {
			return Figure{}, err
		}
	}
	return Figure{
		Unit: "letters/s", Ours: perSecond(n, ours), Baseline: perSecond(chunks*chunk, time.Since(begin)), RSSMiB: rss,
		BaselineOf: "bare gofpdf drawing the same page, 1,000 letters per document",
	}, nil
}

// separate prints n letters into a ZIP of one PDF each, and for comparison with
// one gofpdf document per letter, which loads both faces anew.
func separate(ctx context.Context, n int) (Figure, error) {
	ts, err := document.NewTypesetter()
	if err != nil {
		return Figure{}, err
	}
	forgetPeak()
	name := func(l document.Letter, _ int) string { return l.PersonRef + ".pdf" }
	const rounds = 3
	begin := time.Now()
	for range rounds {
		index, err := ts.WriteZIP(ctx, io.Discard, document.SampleRun(), document.Samples(n), name, nil)
		if err != nil {
			return Figure{}, err
		}
		if len(index.Letters) != n {
			return Figure{}, fmt.Errorf("%d of %d letters printed", len(index.Letters), n)
		}
	}
	ours := time.Since(begin)
	rss := peakMiB("self")
	begin = time.Now()
	const plain = 150
	if err := document.BaselineSeparate(io.Discard, plain); err != nil {
		return Figure{}, err
	}
	return Figure{
		Unit: "letters/s", Ours: perSecond(rounds*n, ours), Baseline: perSecond(plain, time.Since(begin)), RSSMiB: rss,
		BaselineOf: "bare gofpdf, one document per letter",
	}, nil
}

// discard is a file that keeps nothing.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }
