package processing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/locale"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// filled is what a firm has that filled everything in.
func filledNotice(t testing.TB, lang string) processing.NoticeInput {
	t.Helper()
	r, err := processing.Starter()
	if err != nil {
		t.Fatal(err)
	}
	for k := range r.Purposes {
		r.Purposes[k].ConfirmedAt = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	}
	r.Purposes[0].Recipients = []string{"bpost", "Transport Maes"}
	packs, err := workflow.Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	in := processing.NoticeInput{
		Language: lang, Record: r, Categories: map[string]workflow.Text{},
		Firm: processing.NoticeFirm{
			Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Email: "info@example.com",
			Phone: "+32 16 00 00 00", DPOName: "An Daems", DPOEmail: "dpo@example.com",
		},
		Processors: []processing.NamedProcessor{{Name: "Hosting Leuven", Country: "BE", Where: processing.InEEA}, {Name: "Mailer Inc", Country: "US", Where: processing.Adequate, Ground: "EU-US Data Privacy Framework"}},
	}
	for _, c := range packs.Categories() {
		in.Categories[c.ID] = c.Name
	}
	if in.Authority, err = processing.ComplainTo("BE-GBA", lang, "BE"); err != nil {
		t.Fatal(err)
	}
	in.Authority.Name = "GBA/APD"
	return in
}

// duties are the items of Art. 13(1)-(2) and 14(1)-(2) GDPR with what says them in
// each language. Values of the record are the same in all.
func duties() map[string]map[string][]string {
	all := func(words ...string) map[string][]string {
		return map[string][]string{"nl": words, "fr": words, "de": words, "en": words}
	}
	return map[string]map[string][]string{
		"13(1)(a) who":        all("Hoeve Ter Linde", "Lindestraat 1, 3000 Leuven", "info@example.com"),
		"13(1)(b) DPO":        all("An Daems, dpo@example.com"),
		"13(1)(c) purposes":   {"nl": {"### Nieuwsbrief", "U onze nieuwsbrief sturen", "lid 1, b) AVG"}, "fr": {"### Lettre d'information", "point b), du RGPD"}, "de": {"### Newsletter", "Buchstabe b DSGVO"}, "en": {"### Newsletter", "Article 6(1)(b) GDPR"}},
		"13(1)(d) interest":   {"nl": {"Ons belang: eigen klanten"}, "fr": {"Notre intérêt : tenir nos clients"}, "de": {"Unser Interesse: eigene Kunden"}, "en": {"Our interest: keeping our own customers"}},
		"13(1)(e) recipients": {"nl": {"bpost en Transport Maes", "- Hosting Leuven"}, "fr": {"bpost et Transport Maes", "- Hosting Leuven"}, "de": {"bpost und Transport Maes", "- Hosting Leuven"}, "en": {"bpost and Transport Maes", "- Hosting Leuven"}},
		"13(1)(f) transfers":  {"nl": {"Mailer Inc, land: US, met deze waarborg: EU-US", "kopie van de waarborgen"}, "fr": {"garantie : EU-US", "copie des garanties"}, "de": {"Garantie: EU-US", "Kopie der Garantien"}, "en": {"safeguard: EU-US", "copy of the safeguards"}},
		"13(2)(a) period":     {"nl": {"Hoelang: 3 jaar na", "Hoelang: 10 jaar, geteld"}, "fr": {"Combien de temps : 3 ans après", "10 ans à compter"}, "de": {"Wie lange: 3 Jahre, nachdem", "10 Jahre, gezählt"}, "en": {"How long: 3 years after", "10 years, counted"}},
		"13(2)(b) rights":     {"nl": {"Inzage:", "Verbetering:", "Wissen:", "Beperking:", "Overdraagbaarheid:"}, "fr": {"Accès :", "Rectification :", "Effacement :", "Limitation :", "Portabilité :"}, "de": {"Auskunft:", "Berichtigung:", "Löschung:", "Einschränkung:", "Übertragbarkeit:"}, "en": {"Access:", "Rectification:", "Erasure:", "Restriction:", "Portability:"}},
		"21(4) objection":     {"nl": {"## Uw recht van bezwaar", "! Wilt u geen reclame", "! Gebruiken wij"}, "fr": {"## Votre droit d'opposition", "! Vous ne voulez pas de publicité", "! Quand nous"}, "de": {"## Ihr Widerspruchsrecht", "! Sie möchten keine Werbung", "! Verwenden wir"}, "en": {"## Your right to object", "! Do you want no advertising", "! Where we"}},
		"13(2)(c) withdrawal": {"nl": {"Toestemming intrekken:"}, "fr": {"Retrait du consentement :"}, "de": {"Einwilligung widerrufen:"}, "en": {"Withdrawing consent:"}},
		"13(2)(d) complaint":  {"nl": {"GBA/APD, Drukpersstraat 35", "gegevensbeschermingsautoriteit.be"}, "fr": {"GBA/APD, Rue de la Presse 35", "autoriteprotectiondonnees.be"}, "de": {"GBA/APD, Drukpersstraat 35", "Aufsichtsbehörde"}, "en": {"GBA/APD, Drukpersstraat 35", "supervisory authority"}},
		"13(2)(e) required":   {"nl": {"Moet u de gegevens geven? Nee", "Ja, de wet vraagt het", "de overeenkomst vraagt het"}, "fr": {"Oui, la loi le demande", "le contrat le demande"}, "de": {"Ja, das Gesetz verlangt es", "aber der Vertrag"}, "en": {"Yes, the law asks for it", "the contract asks for it"}},
		"13(2)(f) automated":  {"nl": {"alleen door een computer", "profilering"}, "fr": {"un ordinateur seul", "profilage"}, "de": {"allein durch einen Computer", "Profiling"}, "en": {"a computer alone", "profiling"}},
		"13(3) new purpose":   {"nl": {"nieuw doel"}, "fr": {"nouvelle finalité"}, "de": {"neuen Zweck"}, "en": {"new purpose"}},
		"14(1)(d) categories": {"nl": {"Welke gegevens: naam, e-mailadres"}, "fr": {"Quelles données : nom, adresse e-mail"}, "de": {"Welche Daten: Name, E-Mail-Adresse"}, "en": {"Which data: name, e-mail address"}},
		"14(2)(f) source":     {"nl": {"van wie ze komen", "openbare bron"}, "fr": {"de qui elles viennent", "source accessible au public"}, "de": {"von wem sie stammen", "öffentlich zugängliche Quelle"}, "en": {"from whom they come", "public source"}},
	}
}

func TestTheStatementSaysEverythingTheLawAsks(t *testing.T) {
	t.Parallel()
	for _, lang := range locale.Languages() {
		d, err := processing.BuildNotice(filledNotice(t, lang))
		if err != nil {
			t.Fatal(err)
		}
		for article, words := range duties() {
			if len(words[lang]) == 0 {
				t.Errorf("%s is not looked for in %s", article, lang)
			}
			for _, w := range words[lang] {
				if !strings.Contains(d.Text, w) {
					t.Errorf("%s: %s misses %q", lang, article, w)
				}
			}
		}
		if len(d.Open) > 0 {
			t.Errorf("%s: open points %+v of a filled record", lang, d.Open)
		}
		if strings.Contains(d.Text, "NL:") || strings.Contains(d.Text, "AWR") || strings.Contains(d.Text, "no value") || strings.Contains(d.Text, "{{") {
			t.Errorf("%s: %s", lang, d.Text)
		}
		if n := strings.Count(d.Short, ". ") + 1; n < 2 || n > 4 || !strings.HasPrefix(d.Short, "Hoeve Ter Linde") {
			t.Errorf("%s: short text of %d sentences: %s", lang, n, d.Short)
		}
		if testing.Verbose() {
			t.Log(d.Short + "\n\n" + d.Text)
		}
	}
}

func TestEveryLanguageHasTheSameParts(t *testing.T) {
	t.Parallel()
	shape := func(lang string, change func(*processing.NoticeInput)) (out []processing.Sort) {
		in := filledNotice(t, lang)
		change(&in)
		d, err := processing.BuildNotice(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range processing.Blocks(d.Text) {
			out = append(out, b.Sort)
		}
		return out
	}
	for name, change := range map[string]func(*processing.NoticeInput){
		"filled": func(*processing.NoticeInput) {},
		"bare": func(in *processing.NoticeInput) {
			in.Firm = processing.NoticeFirm{Name: "X", Country: "NL", ContactEmail: "vraag@example.com"}
			in.Processors, in.Authority = nil, processing.NoticeAuthority{}
			in.Record = processing.Record{Purposes: []processing.Purpose{{ID: "a", Basis: processing.VitalInterests}, {ID: "b", Basis: processing.PublicTask}}}
		},
		"in europe": func(in *processing.NoticeInput) { in.Processors = in.Processors[:1] },
	} {
		want := shape("nl", change)
		for _, lang := range locale.Languages() {
			if got := shape(lang, change); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v, nl has %v", name, lang, got, want)
			}
		}
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*processing.NoticeInput){
		"address":    func(in *processing.NoticeInput) { in.Firm.Street = "" },
		"contact":    func(in *processing.NoticeInput) { in.Firm.Email, in.Firm.Phone = "", "" },
		"asked":      func(in *processing.NoticeInput) { in.Firm.DPOName, in.Firm.DPOEmail = "", "" },
		"dpo_mail":   func(in *processing.NoticeInput) { in.Firm.DPOEmail = "" },
		"authority":  func(in *processing.NoticeInput) { in.Authority.Name = "" },
		"purposes":   func(in *processing.NoticeInput) { in.Record.Purposes = nil },
		"processors": func(in *processing.NoticeInput) { in.Processors = nil },
		"safeguard":  func(in *processing.NoticeInput) { in.Processors[1].Ground = "" },
		"proposed":   func(in *processing.NoticeInput) { in.Record.Purposes[1].ConfirmedAt = time.Time{} },
		"words":      func(in *processing.NoticeInput) { delete(in.Record.Purposes[1].Explain, "nl") },
		"basis":      func(in *processing.NoticeInput) { in.Record.Purposes[1].Basis = "" },
		"interest":   func(in *processing.NoticeInput) { in.Record.Purposes[3].Interest = nil },
		"retention":  func(in *processing.NoticeInput) { in.Record.Purposes[1].Retention.Months = 0 },
		"data": func(in *processing.NoticeInput) {
			for k := range in.Record.Fields {
				in.Record.Fields[k].Purposes = []processing.PurposeID{"newsletter", "orders", "own_offers"}
			}
		},
	} {
		in := filledNotice(t, "nl")
		change(&in)
		if open := processing.NoticePoints(in); len(open) != 1 || open[0].What != want || open[0].Mend == "" {
			t.Errorf("%s: %+v", want, open)
		}
	}
}

func TestNothingTypedBeginsABlockOfItsOwn(t *testing.T) {
	t.Parallel()
	in := filledNotice(t, "en")
	plain, err := processing.BuildNotice(in)
	if err != nil {
		t.Fatal(err)
	}
	want := len(processing.Blocks(plain.Text))
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[a-z#! \-\n\r{}.]{1,30}x`).Draw(t, "typed")
		in := in
		in.Firm.Street, in.Firm.DPOName, in.Authority.Address = typed, typed, typed
		in.Record.Purposes = slices.Clone(in.Record.Purposes)
		in.Record.Purposes[0].Explain, in.Record.Purposes[0].Recipients = workflow.Text{"en": typed}, []string{typed, typed}
		d, err := processing.BuildNotice(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(processing.Blocks(d.Text)); got != want {
			t.Fatalf("%d blocks, want %d:\n%s", got, want, d.Text)
		}
	})
}

func TestVersionsAreKept(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if _, ok, err := processing.LatestNotice(t.Context(), db.R, "nl"); ok || err != nil {
			t.Fatalf("before any: %v %v", ok, err)
		}
		if _, err := processing.NoticeVersion(t.Context(), db.R, 0); !errors.Is(err, processing.ErrNoNotice) {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		first := []processing.NoticeDraft{{Language: "nl", Text: "# A\n", Short: "a"}, {Language: "fr", Text: "# B\n", Short: "b"}}
		second := []processing.NoticeDraft{{Language: "nl", Text: "# C\n", Short: "c"}}
		for k, drafts := range [][]processing.NoticeDraft{first, second} {
			if err := processing.PutNotice(t.Context(), db.W, k+1, drafts, "lotte", now); err != nil {
				t.Fatal(err)
			}
		}
		if err := processing.PutNotice(t.Context(), db.W, 2, second, "lotte", now); err == nil {
			t.Fatal("a version was written twice")
		}
		got, ok, err := processing.LatestNotice(t.Context(), db.R, "nl")
		if want := (processing.Notice{Version: 2, Language: "nl", Hash: second[0].Hash(), At: now}); err != nil || !ok || got != want {
			t.Fatalf("latest %+v %v, want %+v", got, err, want)
		}
		old, err := processing.NoticeVersion(t.Context(), db.R, 1)
		if err != nil || len(old) != 2 || old[1].Text != "# A\n" || old[1].Short != "a" || old[1].By != "lotte" {
			t.Fatalf("version 1: %+v %v", old, err)
		}
		newest, err := processing.NoticeVersion(t.Context(), db.R, 0)
		if err != nil || len(newest) != 1 || newest[0].Version != 2 {
			t.Fatalf("newest: %+v %v", newest, err)
		}
		if all, err := processing.Notices(t.Context(), db.R); err != nil || len(all) != 3 || all[0].Version != 2 || all[0].Text != "" {
			t.Fatalf("all: %+v %v", all, err)
		}
	})
}

func TestNothingIsSaidOfTransfersThatIsNotSure(t *testing.T) {
	t.Parallel()
	const none = "We do not transfer"
	for name, c := range map[string]struct {
		processors, transfers []processing.NamedProcessor
		says, lacks, open     string
	}{
		"all inside":      {[]processing.NamedProcessor{{Name: "Host", Where: processing.InEEA}}, nil, none, "safeguard:", ""},
		"place not known": {[]processing.NamedProcessor{{Name: "Host"}}, nil, "- Host\n", none, "place"},
		"other recipient": {[]processing.NamedProcessor{{Name: "Host", Where: processing.InEEA}},
			[]processing.NamedProcessor{{Name: "Orders", Country: "India", Where: processing.ThirdCountry}}, "- Orders, country: India\n", none, "safeguard"},
		"nobody known": {nil, nil, "Who else receives", none, "processors"},
	} {
		in := filledNotice(t, "en")
		in.Processors, in.Transfers = c.processors, c.transfers
		d, err := processing.BuildNotice(in)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(d.Text, c.says) || strings.Contains(d.Text, c.lacks) {
			t.Errorf("%s: %s", name, d.Text)
		}
		if c.open == "" && len(d.Open) > 0 || c.open != "" && (len(d.Open) != 1 || d.Open[0].What != c.open) {
			t.Errorf("%s: open %+v", name, d.Open)
		}
	}
}
