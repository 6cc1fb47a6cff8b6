package document_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"clepsydra/internal/document"
)

func TestFormMarksWhatIsMissing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := typesetter(t).WriteForm(context.Background(), &out, sampleForm()); err != nil {
		t.Fatal(err)
	}
	pages := pagesOf(t, out.Bytes())
	text := strings.Join(pages, "\n")
	if got := strings.Count(text, "Ontbreekt"); got != 6 || !strings.Contains(pages[0], "Ontbreekt: 5 (2.1, 3.2, 4.3, 5.4, 7.1)") {
		t.Errorf("%d marks, want one for each of 5 and the summary:\n%s", got, pages[0])
	}
	if !strings.Contains(text, "[U+1F600]") {
		t.Error("an emoji in an answer must be printed as its code")
	}
	at := -1
	for _, title := range []string{"Melding", "Verwerkingsverantwoordelijke", "Melder", "Contactpunt", "Tijdlijn", "Betrokkenen"} {
		next := strings.Index(text[at+1:], title)
		if next < 0 {
			t.Fatalf("%s is out of order", title)
		}
		at += 1 + next
	}
	for i, page := range pages {
		if !strings.Contains(page, "ONTWERP") || !strings.Contains(page, "9f2c4e81b7d0") || !strings.Contains(page, "Blad ") {
			t.Errorf("page %d does not say what it is", i+1)
		}
	}
}

func TestLongAnswerGoesOnOverPages(t *testing.T) {
	t.Parallel()
	f := sampleForm()
	f.Sections[1].Rows[1].Value = []string{strings.Repeat("Een lang antwoord met veel woorden. ", 400) + "Slotwoord."}
	var out bytes.Buffer
	if err := typesetter(t).WriteForm(context.Background(), &out, f); err != nil {
		t.Fatal(err)
	}
	if text := textOf(t, out.Bytes()); !strings.Contains(text, "Slotwoord.") || strings.Count(text, "Een lang") < 300 {
		t.Error("part of the answer is missing")
	}
}

func TestTableRepeatsItsHead(t *testing.T) {
	t.Parallel()
	table := sampleTable(60, 10)
	table.Landscape = true
	var out bytes.Buffer
	if err := typesetter(t).WriteTablePDF(context.Background(), &out, table); err != nil {
		t.Fatal(err)
	}
	pages := pagesOf(t, out.Bytes())
	for i, page := range pages {
		if !strings.Contains(page, "Besluit en reden") {
			t.Errorf("page %d of %d has no head", i+1, len(pages))
		}
	}
	if info := tool(t, "pdfinfo", saved(t, out.Bytes())); !strings.Contains(info, "841.89 x 595.28") {
		t.Errorf("not lying:\n%s", info)
	}
}

func TestRecordsHoldEveryCell(t *testing.T) {
	t.Parallel()
	table := sampleTable(9, 25)
	table.Rows[4] = table.Rows[4][:3]
	for j := 3; j < 25; j++ {
		table.Rows[7][j] = "cel" + table.Columns[j].Title[:2] + string(rune('a'+j))
	}
	var out bytes.Buffer
	if err := typesetter(t).WriteRecordsPDF(context.Background(), &out, table); err != nil {
		t.Fatal(err)
	}
	text := textOf(t, out.Bytes())
	for _, c := range table.Rows[7][3:] {
		if !strings.Contains(text, c) {
			t.Errorf("%q is missing", c)
		}
	}
	if strings.Count(text, "INC-2026-000") != 9 || strings.Count(text, "–") < 22 {
		t.Error("records or dashes for empty cells are missing")
	}
}

func TestWrongColumnsAreRefused(t *testing.T) {
	t.Parallel()
	ts, ctx := typesetter(t), context.Background()
	for _, table := range []document.Table{{}, {Columns: []document.Column{{Title: "a"}}, Rows: [][]string{{"1", "2"}}}} {
		for name, err := range map[string]error{
			"table":   ts.WriteTablePDF(ctx, &bytes.Buffer{}, table),
			"records": ts.WriteRecordsPDF(ctx, &bytes.Buffer{}, table),
			"xlsx":    document.WriteXLSX(ctx, &bytes.Buffer{}, table),
			"csv":     document.WriteCSV(ctx, &bytes.Buffer{}, table, document.Dialect{}),
		} {
			if !errors.Is(err, document.ErrColumns) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// risky are cells a spreadsheet would run.
var risky = []string{"=1+1", "+32 9 555", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"}

func TestCSVIsReadableAndHarmless(t *testing.T) {
	t.Parallel()
	table := document.Table{Columns: []document.Column{{Title: "=kop"}, {Title: "aantal", Kind: document.Number}}}
	for _, r := range risky {
		table.Rows = append(table.Rows, []string{r, "-5"})
	}
	table.Rows = append(table.Rows, []string{"a;b \"c\"\nd 😀", "=5"}, []string{"kort"})
	var out bytes.Buffer
	if err := document.WriteCSV(context.Background(), &out, table, document.Dialect{Comma: ';', BOM: true}); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(out.Bytes(), []byte("\xEF\xBB\xBF'=kop;aantal\r\n")) {
		t.Fatalf("begins with %q", out.Bytes()[:20])
	}
	r := csv.NewReader(bytes.NewReader(out.Bytes()[3:]))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != len(table.Rows)+1 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows[1 : len(risky)+1] {
		if row[0][0] != '\'' || row[1] != "-5" {
			t.Errorf("%q is not harmless, or a number was changed", row)
		}
	}
	if got := rows[len(risky)+1]; got[0] != "a;b \"c\"\nd 😀" || got[1] != "'=5" {
		t.Errorf("%q", got)
	}
}

func TestXLSXKeepsTextsNumbersAndDates(t *testing.T) {
	t.Parallel()
	table := sampleTable(3, 10)
	for _, r := range risky {
		table.Rows = append(table.Rows, []string{r, "\x00<b>😀", "geen datum", "2026-06-12T18:45:00+02:00", "", "", "0012", "", "", ""})
	}
	var out bytes.Buffer
	if err := document.WriteXLSX(context.Background(), &out, table); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	get := func(cell string) string {
		v, err := f.GetCellValue("Data", cell)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for cell, want := range map[string]string{"A1": "Nummer", "C2": "2026-06-12", "D2": "2026-06-12 16:45", "D5": "2026-06-12 16:45",
		"G2": "1800", "G5": "0012", "C5": "geen datum", "B5": "<b>😀", "A5": "=1+1"} {
		if got := get(cell); got != want {
			t.Errorf("%s = %q, want %q", cell, got, want)
		}
	}
	for i := range risky {
		cell, _ := excelize.CoordinatesToCellName(1, 5+i)
		if formula, err := f.GetCellFormula("Data", cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %q, %v", cell, formula, err)
		}
	}
	if kind, err := f.GetCellType("Data", "G2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Errorf("a number was stored as %v, %v", kind, err)
	}
	table.Rows[0][1] = strings.Repeat("x", 40_000)
	if err := document.WriteXLSX(context.Background(), &out, table); !errors.Is(err, document.ErrCellTooLong) {
		t.Errorf("too long a cell: %v", err)
	}
}

// TestShortAnswersAreNotTorn: wherever the page ends, an address of up to eight lines
// stands whole on one page, missing or not.
func TestShortAnswersAreNotTorn(t *testing.T) {
	t.Parallel()
	address := []string{"line A", "line B", "line C", "line D", "line E", "line F", "line G", "line H"}
	for before := range 36 {
		for _, missing := range []bool{false, true} {
			s := document.Section{Number: "1", Title: "Group"}
			for range before {
				s.Rows = append(s.Rows, document.Row{Number: "1", Label: "short", Value: []string{"yes"}})
			}
			value := address
			if missing {
				value = address[:7] // the word that marks it is a line too
			}
			s.Rows = append(s.Rows, document.Row{Number: "2", Label: "address", Value: value, Missing: missing})
			var out bytes.Buffer
			if err := typesetter(t).WriteForm(context.Background(), &out, document.Form{Title: "Form", Language: "en", Sections: []document.Section{s}}); err != nil {
				t.Fatal(err)
			}
			for k, page := range pagesOf(t, out.Bytes()) {
				if n := strings.Count(page, "line "); n != 0 && n != len(value) {
					t.Fatalf("after %d rows page %d has %d of %d lines", before, k+1, n, len(value))
				}
			}
		}
	}
}
