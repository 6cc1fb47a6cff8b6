package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"clepsydra/internal/document"
	"clepsydra/internal/fault"
)

func TestNamesComeOutRight(t *testing.T) {
	t.Parallel()
	var list []document.Letter
	twice := append(append([]string{}, spellings...), spellings...) // new characters and known ones are drawn in two ways
	for i, name := range twice {
		l := document.SampleLetter(i)
		l.Recipient[0] = name
		list = append(list, l)
	}
	pdf, index := merged(t, document.SampleRun(), list...)
	if len(index.Letters) != len(twice) || len(index.Held) != 0 {
		t.Fatalf("%d printed, %d held", len(index.Letters), len(index.Held))
	}
	pages := pagesOf(t, pdf)
	for i, name := range twice {
		if page := pages[index.Letters[i].FirstPage-1]; !strings.Contains(page, name) {
			t.Errorf("%s is not on its page:\n%s", name, page)
		}
	}
	fonts := tool(t, "pdffonts", saved(t, pdf))
	if n := strings.Count(fonts, "+NotoSans-"); n != 2 || strings.Count(fonts, "yes yes yes") != 2 {
		t.Fatalf("fonts are not two embedded subsets with Unicode:\n%s", fonts)
	}
}

func TestOneBadNameHoldsOneLetter(t *testing.T) {
	t.Parallel()
	var list []document.Letter
	for i := range 600 { // more than a chunk and more than a file
		list = append(list, document.SampleLetter(i))
	}
	list[3].Recipient[0] = "Jan 😀 Peeters"
	list[4].Blocks[0].Paragraphs[0] = "Beste محمد,"
	list[599].Recipient = nil
	list[20].Recipient = strings.Split(strings.Repeat("regel ", 12), " ")
	run := document.SampleRun()
	run.PerFile = 250
	var files []*bytes.Buffer
	steps := 0
	index, err := typesetter(t).PrintFiles(context.Background(), run, letters(list...), func(int) (io.WriteCloser, error) {
		files = append(files, new(bytes.Buffer))
		return closer{files[len(files)-1]}, nil
	}, func(done int) {
		if done < steps || done > 600 {
			t.Errorf("progress went from %d to %d", steps, done)
		}
		steps = done
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(index.Letters) != 596 || len(index.Held) != 4 || steps != 600 || len(files) != 3 {
		t.Fatalf("%d printed, %d held, progress %d, %d files", len(index.Letters), len(index.Held), steps, len(files))
	}
	wantHeld(t, index.Held)
	if f := index.Files[2]; f.Letters != 96 || f.LastSheet != index.Sheets || f.FirstSheet != index.Files[1].LastSheet+1 {
		t.Fatalf("files do not add up: %+v of %d sheets", index.Files, index.Sheets)
	}
	last := index.Letters[len(index.Letters)-1]
	pages := pagesOf(t, files[last.File-1].Bytes())
	if len(pages) != index.Files[2].Pages || !strings.Contains(pages[last.FirstPage-1], last.PersonRef) ||
		!strings.Contains(pages[last.FirstPage-1], fmt.Sprintf("Volgnr. %d", last.FirstSheet)) {
		t.Fatalf("the index does not lead to letter %+v", last)
	}
}

func wantHeld(t *testing.T, held []document.Held) {
	t.Helper()
	for i, want := range []struct {
		letter int
		named  error
		field  string
	}{
		{4, document.ErrUnprintable, "recipient[0]"},
		{5, document.ErrUnprintable, "blocks[0].paragraphs[0]"},
		{21, document.ErrAddress, "recipient"},
		{600, document.ErrNoRecipient, "recipient"},
	} {
		h := held[i]
		all := fault.All(h.Reason)
		if h.Letter != want.letter || !errors.Is(h.Reason, want.named) || len(all) == 0 || all[0].Field != want.field ||
			all[0].Args["letter"] != h.PersonRef {
			t.Errorf("held %d: letter %d, %v", i, h.Letter, h.Reason)
		}
	}
}

type closer struct{ io.Writer }

func (closer) Close() error { return nil }

func TestEveryPageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	l := document.SampleLetter(1)
	for range 4 {
		l.Blocks = append(l.Blocks, l.Blocks[1:]...)
	}
	l.Stamp.Mark, l.Stamp.Text = document.Exercise, "OEFENING"
	pdf, index := merged(t, document.SampleRun(), l)
	pages := pagesOf(t, pdf)
	if len(pages) < 3 || index.Letters[0].Pages != len(pages) {
		t.Fatalf("%d pages, index %+v", len(pages), index.Letters)
	}
	for i, page := range pages {
		for _, want := range []string{fmt.Sprintf("Blad %d van %d", i+1, len(pages)), fmt.Sprintf("Volgnr. %d", i+1),
			l.PersonRef, "v3", "9f2c4e81b7d0"} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d lacks %q", i+1, want)
			}
		}
	}
	for i, page := range pages {
		if share := paleShare(t, pdf, i+1); !strings.Contains(page, "OEFENING") || share < 0.02 {
			t.Errorf("page %d: the watermark covers %.1f%%, or the foot lacks the word", i+1, 100*share)
		}
	}
	l.Stamp.Mark, l.Stamp.Text = document.Final, "DEFINITIEF"
	pdf, _ = merged(t, document.SampleRun(), l)
	if share := paleShare(t, pdf, 1); share > 0.01 {
		t.Errorf("a final letter has a watermark of %.1f%%", 100*share)
	}
}

func TestDuplexBeginsEachLetterOnItsOwnSheet(t *testing.T) {
	t.Parallel()
	run := document.SampleRun()
	run.Duplex = true
	long := document.SampleLetter(2)
	for range 3 {
		long.Blocks = append(long.Blocks, long.Blocks[1:]...)
	}
	pdf, index := merged(t, run, document.SampleLetter(1), long, document.SampleLetter(3))
	pages := pagesOf(t, pdf)
	if index.Letters[0].Pages != 1 || index.Letters[1].FirstPage != 3 || index.Letters[1].FirstSheet != 2 {
		t.Fatalf("%+v", index.Letters)
	}
	if len(pages)%2 != 0 || index.Sheets != len(pages)/2 || index.Files[0].Pages != len(pages) {
		t.Fatalf("%d pages, %d sheets", len(pages), index.Sheets)
	}
	third := index.Letters[2]
	if third.FirstPage%2 != 1 || third.FirstSheet != (third.FirstPage+1)/2 {
		t.Fatalf("third letter %+v", third)
	}
}

func TestZipHoldsOnePDFPerLetter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := typesetter(t).WriteZIP(context.Background(), &out, document.SampleRun(), document.Samples(30),
		func(l document.Letter, n int) string { return fmt.Sprintf("%04d-%s.pdf", n, l.PersonRef) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || len(z.File) != 30 {
		t.Fatal(len(z.File), err)
	}
	for i, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		pdf, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		want := document.SampleLetter(i + 1)
		if i%10 == 0 {
			if pages := pagesOf(t, pdf); len(pages) != 1 || !strings.Contains(pages[0], want.Recipient[0]) {
				t.Errorf("%s holds %q", f.Name, pages)
			}
		}
		if len(pdf) > 60_000 {
			t.Errorf("%s is %d bytes", f.Name, len(pdf))
		}
	}
}

func TestLogoIsCheckedAndPrinted(t *testing.T) {
	t.Parallel()
	picture := image.NewNRGBA(image.Rect(0, 0, 300, 100))
	for x := range 300 {
		picture.Set(x, x/3, color.NRGBA{200, 30, 30, uint8(x % 256)})
	}
	var asPNG, asJPEG bytes.Buffer
	if err := errors.Join(png.Encode(&asPNG, picture), jpeg.Encode(&asJPEG, picture, nil)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"png": asPNG.Bytes(), "jpeg": asJPEG.Bytes()} {
		run := document.SampleRun()
		run.Letterhead.Logo = data
		pdf, _ := merged(t, run, document.SampleLetter(1))
		if out := tool(t, "pdfimages", "-list", saved(t, pdf)); strings.Count(out, "\n") != 3 {
			t.Errorf("%s: %s", name, out)
		}
	}
	for name, data := range map[string][]byte{"text": []byte("GIF89a"), "cut": asPNG.Bytes()[:80], "empty": {0},
		"damaged": append(bytes.Clone(asPNG.Bytes()[:200]), 1, 2, 3)} {
		if err := document.CheckLogo(data); !errors.Is(err, document.ErrLogo) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPreflightFindsWhatPrintingFinds(t *testing.T) {
	t.Parallel()
	var list []document.Letter
	for i := range 300 {
		list = append(list, document.SampleLetter(i))
	}
	list[7].Subject = "😀"
	long := &list[9]
	for range 4 {
		long.Blocks = append(long.Blocks, long.Blocks[1:]...)
	}
	_, printed := merged(t, document.SampleRun(), list...)
	done := 0
	found, err := typesetter(t).Preflight(context.Background(), document.SampleRun(), letters(list...), func(n int) { done = n })
	if err != nil || done != 300 {
		t.Fatal(done, err)
	}
	if found.Sheets != printed.Sheets || len(found.Held) != 1 || found.Held[0].Letter != printed.Held[0].Letter {
		t.Fatalf("preflight %d sheets, held %v; printed %d, %v", found.Sheets, found.Held, printed.Sheets, printed.Held)
	}
	for i, e := range found.Letters {
		if p := printed.Letters[i]; e.Letter != p.Letter || e.Pages != p.Pages || e.FirstSheet != p.FirstSheet {
			t.Fatalf("letter %d: %+v, printed %+v", i, e, p)
		}
	}
}

// TestBaselineDrawsTheSamePage keeps the comparison honest: the bare gofpdf loop
// must print the words that the typesetter prints.
func TestBaselineDrawsTheSamePage(t *testing.T) {
	t.Parallel()
	var bare bytes.Buffer
	if err := document.BaselineMerged(&bare, 1); err != nil {
		t.Fatal(err)
	}
	ours, _ := merged(t, document.SampleRun(), document.SampleLetter(1))
	set := func(pdf []byte) []string {
		words := strings.Fields(tool(t, "pdftotext", saved(t, pdf), "-"))
		slices.Sort(words)
		return words
	}
	if a, b := set(ours), set(bare.Bytes()); !slices.Equal(a, b) {
		t.Errorf("typesetter %d words %q\nbare loop %d words %q", len(a), a, len(b), b)
	}
}

func TestCheckLetterNamesEveryField(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	l := document.SampleLetter(1)
	if err := ts.CheckLetter(l, document.WindowFor("BE")); err != nil {
		t.Fatalf("a good letter: %v", err)
	}
	l.Subject, l.Closing[0], l.Blocks[1].Heading, l.Stamp.Text = "😀", "王", "ع", "⏰"
	err := ts.CheckLetter(l, document.WindowFor("BE"))
	var fields []string
	for _, e := range fault.All(err) {
		fields = append(fields, e.Field+" "+e.Args["character"].(string))
	}
	want := []string{"subject U+1F600", "blocks[1].heading U+0639", "closing[0] U+738B", "stamp.text U+23F0"}
	if !slices.Equal(fields, want) {
		t.Errorf("got %q", fields)
	}
	if err := ts.WriteLetter(context.Background(), io.Discard, document.SampleRun(), l); !errors.Is(err, document.ErrUnprintable) {
		t.Errorf("preview: %v", err)
	}
}
