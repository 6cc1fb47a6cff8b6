package processing_test

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

const today = "2026-11-22"

func lists(t *testing.T) processing.Lists {
	t.Helper()
	l, err := processing.LoadLists()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func words(s string) workflow.Text { return workflow.Text{"nl": s, "fr": s, "de": s, "en": s} }

// filled is a record that answers everything.
func filled(l processing.Lists) processing.Document {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	r := processing.Record{
		Purposes: []processing.Purpose{{
			ID: "orders", Name: words("Orders"), Explain: words("To deliver"), Basis: processing.Contract, Subjects: []string{"customers"},
			Recipients: []string{"carrier"}, Processors: []string{"own_00000000000000aa"}, ConfirmedAt: at,
			Retention: processing.Retention{Months: 36, From: processing.FromActivity, Then: processing.ThenErase},
		}},
		Fields: []processing.Field{{Key: contact.FieldEmail, Category: "contact_email", Purposes: []processing.PurposeID{"orders"}}},
	}
	g := processing.General{KeeperID: "a", NoJoint: true, Measures: []string{"backups"}, NoClients: true}
	return processing.Compose(l, r, g, []processing.Processor{whole(l)},
		processing.Party{Name: "Hoeve", Address: "Leuven", Email: "info@example.com"}, processing.Party{Name: "D. Po", Email: "dpo@example.com"}, today)
}

// whole is a processor of whom nothing is missing, outside the EEA.
func whole(l processing.Lists) processing.Processor {
	p := processing.Processor{
		ID: "own_00000000000000aa", Name: "Post & Co", Country: "US", Ground: processing.ByClauses, NoSubs: true,
		Contract:   processing.ContractPaper{Signed: processing.HasAgreement, On: "2025-01-01", Ends: "2028-01-01"},
		BreachMail: "breach@example.com", NoticeHours: 24,
	}
	for _, c := range l.ContractPoints {
		p.Contract.Points = append(p.Contract.Points, c.ID)
	}
	return p
}

// at walks down a JSON document.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// Every point of Art. 30(1) is in the export of a record that is filled in, and an
// open point of one that is empty.
func TestEveryPointOfArticle30IsThereOrAnOpenPoint(t *testing.T) {
	t.Parallel()
	l := lists(t)
	text, _, err := filled(l).Hash()
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	empty := processing.Compose(l, processing.Record{Purposes: []processing.Purpose{{ID: "x"}}}, processing.General{}, nil, processing.Party{}, processing.Party{}, today)
	open := map[string]bool{}
	for _, o := range empty.OpenPoints {
		open[o.Item+" "+o.Code] = true
	}
	for _, c := range []struct {
		open string
		path []any
		want any
	}{
		{"a controller", []any{"controller", "name"}, "Hoeve"},
		{"a controller", []any{"controller", "email"}, "info@example.com"},
		{"a dpo", []any{"dpo", "name"}, "D. Po"},
		{"a joint", []any{"general", "no_joint"}, true},
		{"b explain", []any{"purposes", 0, "explain", "en"}, "To deliver"},
		{"c subjects", []any{"purposes", 0, "subjects", 0}, "customers"},
		{"c categories", []any{"purposes", 0, "data_categories", 0}, "contact_email"},
		{"d recipients", []any{"purposes", 0, "recipients", 0}, "carrier"},
		{"e transfers", []any{"purposes", 0, "all_transfers", 0, "country"}, "US"},
		{"e transfers", []any{"purposes", 0, "all_transfers", 0, "ground"}, "scc"},
		{"f retention", []any{"purposes", 0, "retention", "months"}, 36.0},
		{"g measures", []any{"general", "measures", 0}, "backups"},
	} {
		if got := at(doc, c.path...); got != c.want {
			t.Errorf("%s: %v holds %v, want %v", c.open, c.path, got, c.want)
		}
		if !open[c.open] {
			t.Errorf("%s is no open point of an empty record: %v", c.open, empty.OpenPoints)
		}
	}
	if left := filled(l).OpenPoints; len(left) != 0 {
		t.Errorf("the filled record lacks %v", left)
	}
}

func TestWhatIsMissingAboutAProcessorIsWarnedOf(t *testing.T) {
	t.Parallel()
	l := lists(t)
	for name, c := range map[string]struct {
		change func(*processing.Processor)
		want   string
	}{
		"nothing":           {func(*processing.Processor) {}, ""},
		"no contract":       {func(p *processing.Processor) { p.Contract.Signed = processing.NoAgreement }, "contract_missing"},
		"contract unknown":  {func(p *processing.Processor) { p.Contract.Signed = "" }, "contract_unknown"},
		"point missing":     {func(p *processing.Processor) { p.Contract.Points = p.Contract.Points[1:] }, "contract_points"},
		"ended":             {func(p *processing.Processor) { p.Contract.Ends = "2026-11-21" }, "contract_ended"},
		"ends today":        {func(p *processing.Processor) { p.Contract.Ends = today }, "contract_ends"},
		"ends in 60 days":   {func(p *processing.Processor) { p.Contract.Ends = "2027-01-21" }, "contract_ends"},
		"ends in 61 days":   {func(p *processing.Processor) { p.Contract.Ends = "2027-01-22" }, ""},
		"outside":           {func(p *processing.Processor) { p.Ground = "" }, "outside_without_ground"},
		"inside":            {func(p *processing.Processor) { p.Country, p.Ground = "IS", "" }, ""},
		"no decision":       {func(p *processing.Processor) { p.Country, p.Ground = "IN", processing.ByAdequacy }, "adequacy_wrong"},
		"where unknown":     {func(p *processing.Processor) { p.Country = "" }, "country_unknown"},
		"nobody to ask":     {func(p *processing.Processor) { p.BreachMail = "" }, "no_breach_contact"},
		"no hours":          {func(p *processing.Processor) { p.NoticeHours = 0 }, "no_hours"},
		"others unknown":    {func(p *processing.Processor) { p.NoSubs = false }, "subs_unknown"},
		"not used any more": {func(p *processing.Processor) { *p = processing.Processor{EndedAt: time.Unix(1, 0)} }, ""},
	} {
		p := whole(l)
		c.change(&p)
		got := p.Warnings(l, today)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || got[0].Code != c.want) {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}

func TestADecisionHoldsOnlyBetweenItsDays(t *testing.T) {
	t.Parallel()
	l := lists(t)
	for _, c := range []struct {
		country, day string
		want         processing.Place
	}{
		{"BE", today, processing.InEEA}, {"NO", today, processing.InEEA}, {"CH", today, processing.Adequate},
		{"GB", "2031-12-27", processing.Adequate}, {"GB", "2031-12-28", processing.ThirdCountry},
		{"US", "2023-07-09", processing.ThirdCountry}, {"US", "2023-07-10", processing.Adequate},
		{"IN", today, processing.ThirdCountry}, {"", today, processing.Nowhere},
	} {
		if got := l.Where(c.country, c.day); got != c.want {
			t.Errorf("%s on %s is %q, want %q", c.country, c.day, got, c.want)
		}
	}
	if len(l.EEA) != 30 {
		t.Errorf("the EEA has %d countries", len(l.EEA))
	}
	for _, list := range [][]processing.Choice{l.Subjects, l.Recipients, l.Measures, l.ContractPoints} {
		for _, c := range list {
			for _, lang := range workflow.Languages() {
				if c.Name[lang] == "" {
					t.Errorf("%s has no text in %s", c.ID, lang)
				}
			}
		}
	}
}

// Nothing that is left open is refused, and what is open only adds to what is missing.
func TestLeavingOpenIsAllowedAndCounted(t *testing.T) {
	t.Parallel()
	l := lists(t)
	rapid.Check(t, func(t *rapid.T) {
		p := whole(l)
		before := 0
		for _, clear := range []func(){
			func() { p.Contract.Signed = "" }, func() { p.Country, p.Ground = "", "" }, func() { p.NoticeHours = 0 },
			func() { p.BreachMail = "" }, func() { p.NoSubs = false },
		} {
			if rapid.Bool().Draw(t, "clear") {
				clear()
				before++
			}
		}
		if err := p.Check(l); err != nil {
			t.Fatal(err)
		}
		if got := len(p.Warnings(l, today)); got != before {
			t.Fatalf("%d warnings of %d open things", got, before)
		}
	})
}

func TestGeneralPartProcessorsFilesAndVersionsAreKept(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, l := context.Background(), lists(t)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		first := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		g := processing.General{KeeperID: "a", Clients: []processing.Client{{ID: "c", Name: "Bakker"}}}
		ok(processing.Lock(ctx, db.W, first))
		ok(processing.PutGeneral(ctx, db.W, g, first))
		ok(processing.Lock(ctx, db.W, first))
		if got, err := processing.GetGeneral(ctx, db.R); err != nil || !reflect.DeepEqual(got, g) {
			t.Fatalf("general part %+v, %v", got, err)
		}
		p := whole(l)
		ok(processing.PutProcessor(ctx, db.W, p, first))
		p.Name = "Post and Co"
		ok(processing.PutProcessor(ctx, db.W, p, first))
		if got, err := processing.Processors(ctx, db.R); err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], p) {
			t.Fatalf("processors %+v, %v", got, err)
		}
		f := processing.ContractFile{ID: "f1", ProcessorID: p.ID, Name: "c.pdf", Media: "application/pdf", SHA256: "aa", Content: []byte{0, 1}, CreatedAt: first}
		for _, want := range []bool{true, false} {
			added, err := processing.AddFile(ctx, db.W, f)
			if ok(err); added != want {
				t.Fatalf("added %v, want %v", added, want)
			}
			f.ID = "f2"
		}
		if got, err := processing.FileByID(ctx, db.R, p.ID, "f1"); err != nil || string(got.Content) != "\x00\x01" {
			t.Fatalf("file %+v, %v", got, err)
		}
		if _, err := processing.FileByID(ctx, db.R, "another", "f1"); err == nil {
			t.Fatal("a file is found with a processor it does not belong to")
		}
		for k, id := range []string{"v1", "v2"} {
			ok(processing.AddVersion(ctx, db.W, processing.Version{ID: id, At: first.Add(time.Duration(k) * time.Hour), SHA256: id, Document: "{}"}))
		}
		for moment, want := range map[time.Time]string{first.Add(-time.Second): "", first: "v1", first.Add(59 * time.Minute): "v1", first.Add(time.Hour): "v2"} {
			if got, _ := processing.VersionAt(ctx, db.R, moment); got.ID != want {
				t.Errorf("at %v stood %q, want %q", moment, got.ID, want)
			}
		}
	})
}
