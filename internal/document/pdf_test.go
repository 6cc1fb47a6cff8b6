package document_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"clepsydra/internal/document"
)

// tool runs one of the programs that read PDFs independently of us. Without it the
// test is skipped, but never on the build server.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing on the build server", name)
		}
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// saved writes a PDF where the tools find it, after checking it.
func saved(t *testing.T, pdf []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := tool(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors") {
		t.Fatalf("qpdf: %s", out)
	}
	return path
}

func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	return tool(t, "pdftotext", "-layout", saved(t, pdf), "-")
}

// pagesOf returns the text of each page.
func pagesOf(t *testing.T, pdf []byte) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(textOf(t, pdf), "\f"), "\f")
}

// word is a word of a page with its place in millimetres.
type word struct {
	text                   string
	left, top, right, foot float64
}

// wordsOf returns the words of the first page.
func wordsOf(t *testing.T, pdf []byte) []word {
	t.Helper()
	out := tool(t, "pdftotext", "-bbox", "-l", "1", saved(t, pdf), "-")
	var doc struct {
		Pages []struct {
			Words []struct {
				XMin float64 `xml:"xMin,attr"`
				YMin float64 `xml:"yMin,attr"`
				XMax float64 `xml:"xMax,attr"`
				YMax float64 `xml:"yMax,attr"`
				Text string  `xml:",chardata"`
			} `xml:"word"`
		} `xml:"body>doc>page"`
	}
	d := xml.NewDecoder(strings.NewReader(out))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	const mm = 25.4 / 72
	var words []word
	for _, p := range doc.Pages {
		for _, w := range p.Words {
			words = append(words, word{w.Text, w.XMin * mm, w.YMin * mm, w.XMax * mm, w.YMax * mm})
		}
	}
	return words
}

// paleShare renders a page and returns how much of it has the grey of the
// watermark: text extraction gives slanted words letter by letter or not at all.
func paleShare(t *testing.T, pdf []byte, page int) float64 {
	t.Helper()
	n := strconv.Itoa(page)
	picture := tool(t, "pdftoppm", "-gray", "-r", "30", "-f", n, "-l", n, saved(t, pdf))
	const pixels = 248 * 351 // A4 at 30 dpi
	grey := 0
	for _, p := range []byte(picture[len(picture)-pixels:]) {
		if p >= 231 && p <= 237 {
			grey++
		}
	}
	return float64(grey) / pixels
}

// letters returns a Next over the given letters.
func letters(list ...document.Letter) document.Next {
	i := 0
	return func() (document.Letter, bool, error) {
		if i == len(list) {
			return document.Letter{}, false, nil
		}
		i++
		return list[i-1], true, nil
	}
}

func merged(t *testing.T, run document.Run, list ...document.Letter) ([]byte, document.Index) {
	t.Helper()
	var out bytes.Buffer
	index, err := typesetter(t).WriteMerged(context.Background(), &out, run, letters(list...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), index
}

// writeAnything puts s everywhere in every paper: whatever it is, there must be a
// paper or a fault, never a panic.
func writeAnything(t *testing.T, ts *document.Typesetter, s string) {
	t.Helper()
	ctx := context.Background()
	stamp := document.Stamp{Mark: document.Draft, Text: s, Reference: s, Version: s, Hash: s, PageOf: s, SheetOf: s}
	l := document.Letter{PersonRef: s, Language: s, Recipient: []string{s}, PlaceDate: s, RefLines: []string{s}, Subject: s,
		Blocks:  []document.Block{{Heading: s, Paragraphs: []string{s}, Bullets: []string{s}}},
		Closing: []string{s, "", s}, Contact: []string{s}, Stamp: stamp}
	var out bytes.Buffer
	err := ts.WriteLetter(ctx, &out, document.SampleRun(), l)
	if err == nil && !bytes.HasSuffix(out.Bytes(), []byte("%%EOF\n")) {
		t.Fatal("no fault and no letter")
	}
	f := document.Form{Title: s, Subtitle: s, Intro: []string{s}, MissingText: s, Stamp: stamp,
		Sections: []document.Section{{Number: s, Title: s, Rows: []document.Row{{Number: s, Label: s, Value: []string{s}, Missing: true}}}}}
	if err := ts.WriteForm(ctx, &out, f); err != nil {
		t.Fatalf("form: %v", err)
	}
	table := document.Table{Title: s, Columns: []document.Column{{Title: s}, {Title: s}, {Title: s}}, Rows: [][]string{{s, s, s}}, Stamp: stamp}
	if err := ts.WriteTablePDF(ctx, &out, table); err != nil {
		t.Fatalf("table: %v", err)
	}
	if err := ts.WriteRecordsPDF(ctx, &out, table); err != nil {
		t.Fatalf("records: %v", err)
	}
}
