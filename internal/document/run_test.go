package document_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"clepsydra/internal/document"
	"clepsydra/internal/fault"
)

// TestSameInputSameBytes makes every paper five times.
func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	ts, ctx := typesetter(t), context.Background()
	name := func(l document.Letter, _ int) string { return l.PersonRef + ".pdf" }
	for title, write := range map[string]func(w io.Writer) error{
		"merged": func(w io.Writer) error {
			_, err := ts.WriteMerged(ctx, w, document.SampleRun(), document.Samples(300), nil)
			return err
		},
		"zip": func(w io.Writer) error {
			_, err := ts.WriteZIP(ctx, w, document.SampleRun(), document.Samples(300), name, nil)
			return err
		},
		"form":    func(w io.Writer) error { return ts.WriteForm(ctx, w, sampleForm()) },
		"table":   func(w io.Writer) error { return ts.WriteTablePDF(ctx, w, sampleTable(50, 8)) },
		"records": func(w io.Writer) error { return ts.WriteRecordsPDF(ctx, w, sampleTable(20, 25)) },
		"xlsx":    func(w io.Writer) error { return document.WriteXLSX(ctx, w, sampleTable(50, 25)) },
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var first []byte
			for i := range 5 {
				var out bytes.Buffer
				if err := write(&out); err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					first = out.Bytes()
				} else if !bytes.Equal(first, out.Bytes()) {
					t.Fatalf("time %d gave other bytes", i+1)
				}
			}
		})
	}
}

func TestCancelStopsARun(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	ctx, cancel := context.WithCancel(context.Background())
	closed := 0
	_, err := ts.PrintFiles(ctx, document.SampleRun(), document.Samples(100_000), func(int) (io.WriteCloser, error) {
		return counting{&closed}, nil
	}, func(done int) {
		if done >= 1000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if closed < 2 {
		t.Fatalf("%d files closed", closed)
	}
	for name, err := range map[string]error{
		"form":    ts.WriteForm(ctx, io.Discard, sampleForm()),
		"table":   ts.WriteTablePDF(ctx, io.Discard, sampleTable(3, 3)),
		"records": ts.WriteRecordsPDF(ctx, io.Discard, sampleTable(3, 3)),
		"xlsx":    document.WriteXLSX(ctx, io.Discard, sampleTable(3, 3)),
		"csv":     document.WriteCSV(ctx, io.Discard, sampleTable(3, 3), document.Dialect{}),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type counting struct{ closed *int }

func (counting) Write(p []byte) (int, error) { return len(p), nil }
func (c counting) Close() error              { *c.closed++; return nil }

var errDisk = errors.New("disk full")

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errDisk
	}
	return len(p), nil
}
func (*failing) Close() error { return nil }

func TestErrorsOfTheCallerComeBack(t *testing.T) {
	t.Parallel()
	ts, ctx, run := typesetter(t), context.Background(), document.SampleRun()
	_, err := ts.PrintFiles(ctx, run, document.Samples(2000), func(int) (io.WriteCloser, error) { return &failing{after: 100_000}, nil }, nil)
	if !errors.Is(err, errDisk) {
		t.Errorf("write: %v", err)
	}
	_, err = ts.PrintFiles(ctx, run, document.Samples(2000), func(int) (io.WriteCloser, error) { return nil, errDisk }, nil)
	if !errors.Is(err, errDisk) {
		t.Errorf("create: %v", err)
	}
	_, err = ts.WriteMerged(ctx, io.Discard, run, func() (document.Letter, bool, error) { return document.Letter{}, false, errDisk }, nil)
	if !errors.Is(err, errDisk) {
		t.Errorf("next: %v", err)
	}
	_, err = ts.WriteZIP(ctx, &failing{after: 1000}, run, document.Samples(3), func(l document.Letter, _ int) string { return l.PersonRef }, nil)
	if !errors.Is(err, errDisk) {
		t.Errorf("zip: %v", err)
	}
	if err := ts.WriteForm(ctx, &failing{after: 1000}, sampleForm()); !errors.Is(err, errDisk) {
		t.Errorf("form: %v", err)
	}
}

func TestAnUnprintableLetterheadStopsTheRun(t *testing.T) {
	t.Parallel()
	run := document.SampleRun()
	run.Letterhead.Contact[1] = "☎️ 📞 555"
	_, err := typesetter(t).WriteMerged(context.Background(), io.Discard, run, document.Samples(1), nil)
	all := fault.All(err)
	if !errors.Is(err, document.ErrUnprintable) || len(all) != 1 || all[0].Field != "contact[1]" {
		t.Fatalf("got %v", err)
	}
}

func TestAnEmptyRunIsAFileWithoutPages(t *testing.T) {
	t.Parallel()
	opened := 0
	index, err := typesetter(t).PrintFiles(context.Background(), document.SampleRun(), document.Samples(0),
		func(int) (io.WriteCloser, error) { opened++; return &failing{}, nil }, nil)
	if err != nil || opened != 0 || len(index.Files) != 0 || index.Sheets != 0 {
		t.Fatal(opened, index, err)
	}
}
