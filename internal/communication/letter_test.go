package communication_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/communication"
)

func frames(t testing.TB) communication.Frames {
	t.Helper()
	fs, err := communication.LoadFrames(os.DirFS("../../templates"))
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

var (
	person = communication.Person{
		ContactID: "c", Name: "Renée Peeters", Street: "Lange Dorpsstraat 7", Postcode: "9100", City: "Sint-Niklaas", Country: "BE",
		Email: "renee@voorbeeld.be", Channel: communication.ByPost,
	}
	text = communication.Text{
		Nature: "Wat-er-gebeurde.\n\nTweede alinea.", Consequences: "- gevolg-een\n• gevolg-twee", Measures: "maatregel-een", Advice: "advies-een",
	}
	values = communication.Values{
		Firm: "Bakkerij Janssens", Reference: "INC-2026-0001/7", Date: "Gent, 22 november 2026", FirmCountry: "BE",
		ContactName: "Dirk DPO", ContactMail: "dpo@bakkerij.be", ContactPhone: "+32 9 123 45 67", AuthorityName: "GBA", AuthorityURL: "gba.example",
	}
)

func whole(l communication.Letter) string {
	return strings.Join(l.Recipient, "\n") + "\n" + l.Subject + "\n" + l.PlainText()
}

// TestLettersSayWhatArticle34Asks: nature, contact point, consequences and measures
// are in every language (Art. 34(2) with 33(3)(b), (c) and (d)).
func TestLettersSayWhatArticle34Asks(t *testing.T) {
	t.Parallel()
	fs := frames(t)
	for _, lang := range communication.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			l := fs.Compose(person, lang, text, []string{"data-een", "data-twee"}, values)
			if l.Language != lang || len(l.Blocks) != 6 {
				t.Fatalf("%s with %d parts", l.Language, len(l.Blocks))
			}
			all := whole(l)
			for _, part := range []string{
				"Wat-er-gebeurde.", "Tweede alinea.", "Dirk DPO", "dpo@bakkerij.be", "+32 9 123 45 67", "gevolg-een", "gevolg-twee", "maatregel-een",
				"advies-een", "data-een", "data-twee", "INC-2026-0001/7", "Bakkerij Janssens", "GBA, gba.example",
			} {
				if !strings.Contains(all, part) {
					t.Errorf("%q is missing from\n%s", part, all)
				}
			}
			if strings.Contains(all, "<no value>") || strings.Contains(all, "{{") || strings.Contains(all, "  ") {
				t.Errorf("something is left open in\n%s", all)
			}
			for _, b := range l.Blocks {
				if b.Heading == "" {
					t.Errorf("a part without heading: %+v", b)
				}
			}
			if l.Date != values.Date || l.Subject == "" || l.Reference == "" {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestEveryCountryHasItsWord(t *testing.T) {
	t.Parallel()
	fs := frames(t)
	for _, c := range []struct{ lang, country, word, not string }{
		{"nl", "BE", "gegevenslek", "datalek"}, {"nl", "NL", "datalek", "gegevenslek"}, {"nl", "", "datalek", "gegevenslek"},
		{"fr", "BE", "fuite de données", "violation"}, {"fr", "FR", "violation de données", "fuite"}, {"fr", "LU", "violation de données", "fuite"},
		{"de", "DE", "Datenpanne", "Datenleck"}, {"de", "BE", "Datenpanne", "Datenleck"}, {"en", "IE", "personal data breach", "leak"},
	} {
		v := values
		v.FirmCountry = c.country
		all := whole(fs.Compose(person, c.lang, text, nil, v))
		if !strings.Contains(all, c.word) || strings.Contains(all, c.not) {
			t.Errorf("%s in %s lacks %q or has %q:\n%s", c.lang, c.country, c.word, c.not, all)
		}
	}
}

func TestSalutations(t *testing.T) {
	t.Parallel()
	fs := frames(t)
	nameless := person
	nameless.Name, nameless.Organisation = "", ""
	for lang, want := range map[string][2]string{
		"nl": {"Geachte Renée Peeters,", "Geachte klant,"}, "fr": {"Madame, Monsieur,", "Madame, Monsieur,"},
		"de": {"Guten Tag Renée Peeters,", "Guten Tag,"}, "en": {"Dear Renée Peeters,", "Dear customer,"},
	} {
		if got := fs.Compose(person, lang, text, nil, values).Salutation; got != want[0] {
			t.Errorf("%s: %q", lang, got)
		}
		l := fs.Compose(nameless, lang, text, nil, values)
		if l.Salutation != want[1] || !slices.Equal(l.Recipient, []string{"Lange Dorpsstraat 7", "9100 Sint-Niklaas"}) {
			t.Errorf("%s: %q to %q", lang, l.Salutation, l.Recipient)
		}
	}
	if got := fs.Compose(person, "pl", text, nil, values); got.Language != "en" || got.Salutation != "Dear Renée Peeters," {
		t.Errorf("an unknown language: %q", got.Salutation)
	}
}

func TestContactSentences(t *testing.T) {
	t.Parallel()
	fs := frames(t)
	for _, lang := range communication.Languages() {
		for _, c := range []struct{ mail, phone string }{{"a@b.be", ""}, {"", "012"}, {"", ""}} {
			v := values
			v.ContactName, v.ContactMail, v.ContactPhone = "", c.mail, c.phone
			l := fs.Compose(person, lang, text, nil, v)
			got := l.Blocks[len(l.Blocks)-1].Paragraphs[0]
			if !strings.Contains(got, c.mail) || !strings.Contains(got, c.phone) || strings.Contains(got, "  ") || strings.Count(got, ".") < 2 {
				t.Errorf("%s with %q and %q: %q", lang, c.mail, c.phone, got)
			}
		}
	}
}

func TestUnknownDataAreSaidToBeUnknown(t *testing.T) {
	t.Parallel()
	fs := frames(t)
	for _, lang := range communication.Languages() {
		with := fs.Compose(person, lang, text, []string{"x"}, values).Blocks[1]
		without := fs.Compose(person, lang, text, nil, values).Blocks[1]
		if len(with.Items) != 1 || len(without.Items) != 0 || len(without.Paragraphs) != 1 || with.Paragraphs[0] == without.Paragraphs[0] {
			t.Errorf("%s: %+v and %+v", lang, with, without)
		}
	}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	fs := frames(t)
	tests := []struct {
		name   string
		change func(*communication.Person)
		want   []string
	}{
		{"at home", func(*communication.Person) {}, []string{"Renée Peeters", "Lange Dorpsstraat 7", "9100 Sint-Niklaas"}},
		{"abroad", func(p *communication.Person) { p.Country = "NL" }, []string{"Renée Peeters", "Lange Dorpsstraat 7", "9100 Sint-Niklaas", "PAYS-BAS"}},
		{"far abroad", func(p *communication.Person) { p.Country = "JP" }, []string{"Renée Peeters", "Lange Dorpsstraat 7", "9100 Sint-Niklaas", "JP"}},
		{"country not known", func(p *communication.Person) { p.Country = "" }, []string{"Renée Peeters", "Lange Dorpsstraat 7", "9100 Sint-Niklaas"}},
		{"at work", func(p *communication.Person) { p.Organisation = "ACME" }, []string{"Renée Peeters", "ACME", "Lange Dorpsstraat 7", "9100 Sint-Niklaas"}},
		{"a firm", func(p *communication.Person) { p.Name, p.Organisation = "", "ACME" }, []string{"ACME", "Lange Dorpsstraat 7", "9100 Sint-Niklaas"}},
		{"spelt for paper", func(p *communication.Person) { p.Name, p.PrintName = "王伟", "Wang Wei" }, []string{"Wang Wei", "Lange Dorpsstraat 7", "9100 Sint-Niklaas"}},
		{"two lines", func(p *communication.Person) { p.Street = "Kasteel, Laan 1" }, []string{"Renée Peeters", "Kasteel", "Laan 1", "9100 Sint-Niklaas"}},
		{"no postcode", func(p *communication.Person) { p.Postcode = "" }, []string{"Renée Peeters", "Lange Dorpsstraat 7", "Sint-Niklaas"}},
		{"by mail", func(p *communication.Person) { p.Channel = communication.ByMail }, []string{"Renée Peeters", "Per e-mail:", "renee@voorbeeld.be"}},
		{"by mail, no name", func(p *communication.Person) { p.Channel, p.Name = communication.ByMail, "" }, []string{"Per e-mail:", "renee@voorbeeld.be"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := person
			tt.change(&p)
			l := fs.Compose(p, "nl", text, nil, values)
			if !slices.Equal(l.Recipient, tt.want) || l.ByMail != (p.Channel == communication.ByMail) {
				t.Fatalf("got %q, by mail %v", l.Recipient, l.ByMail)
			}
		})
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	got := frames(t).Compose(person, "nl", text, []string{"uw naam"}, values).PlainText()
	for _, want := range []string{
		"Geachte Renée Peeters,\n\n", "WAT IS ER GEBEURD?\nWat-er-gebeurde.\nTweede alinea.\n\n", "- gevolg-een\n- gevolg-twee\n\n", "- uw naam\n",
		"Met vriendelijke groet,\nBakkerij Janssens\n\nOnze referentie: INC-2026-0001/7\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing from\n%s", want, got)
		}
	}
	if strings.Contains(got, "Dorpsstraat") || strings.Contains(got, "\n\n\n") {
		t.Errorf("an address or a gap in\n%s", got)
	}
}

func TestTextsOfPeopleAreNoTemplates(t *testing.T) {
	t.Parallel()
	p := person
	p.Name = "{{.Firm}} <b>"
	v := values
	v.Firm = "{{panic}} & Co"
	l := frames(t).Compose(p, "nl", communication.Text{Nature: "{{.Reference}}"}, nil, v)
	if l.Salutation != "Geachte {{.Firm}} <b>," || l.Blocks[0].Paragraphs[0] != "{{.Reference}}" || !strings.Contains(l.Intro[0], "{{panic}} & Co") {
		t.Errorf("%q %q", l.Salutation, l.Blocks[0])
	}
}

func TestLoadFramesRefuses(t *testing.T) {
	t.Parallel()
	good := fstest.MapFS{}
	for _, lang := range communication.Languages() {
		name := "letters/breach." + lang + ".yaml"
		b, err := os.ReadFile("../../templates/" + name)
		if err != nil {
			t.Fatal(err)
		}
		good[name] = &fstest.MapFile{Data: b}
	}
	if _, err := communication.LoadFrames(good); err != nil {
		t.Fatal(err)
	}
	const broken = "letters/breach.fr.yaml"
	whole := string(good[broken].Data)
	for name, data := range map[string]string{
		"placeholder": strings.Replace(whole, ".Reference", ".Referentie", 1), "syntax": strings.Replace(whole, "{{.Reference}}", "{{.Reference", 1),
		"unknown field": whole + "\nfoo: bar\n", "empty sentence": strings.Replace(whole, `subject: "`, "subject: \" \"\nx: \"", 1),
	} {
		bad := fstest.MapFS{}
		for k, v := range good {
			bad[k] = v
		}
		bad[broken] = &fstest.MapFile{Data: []byte(data)}
		if _, err := communication.LoadFrames(bad); err == nil || !strings.Contains(err.Error(), broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	delete(good, broken)
	if _, err := communication.LoadFrames(good); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestTextMissing(t *testing.T) {
	t.Parallel()
	if got := (communication.Text{Nature: " \n", Consequences: "- \n•", Measures: ""}).Missing(); !slices.Equal(got, []string{"nature", "consequences", "measures"}) {
		t.Errorf("got %v", got)
	}
	if got := text.Missing(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// TestRunStates is the state machine of a run, written out.
func TestRunStates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for state, active := range map[communication.RunState]bool{
		communication.Queued: true, communication.Running: true, communication.Done: false, communication.Cancelled: false, communication.Failed: false,
	} {
		r := communication.Run{State: state}
		err := r.Start()
		if r.IsActive() != active || (err == nil) != active || active && r.State != communication.Running || !active && (r.State != state || !errors.Is(err, communication.ErrRunEnded)) {
			t.Errorf("%s started: %s, %v", state, r.State, err)
		}
		for _, to := range []communication.RunState{communication.Done, communication.Cancelled, communication.Failed} {
			r := communication.Run{State: state}
			err := r.Finish(to, "why", now)
			if active && (err != nil || r.State != to || r.FinishedAt != now) || !active && (!errors.Is(err, communication.ErrRunEnded) || r.State != state) {
				t.Errorf("%s to %s: %s, %v", state, to, r.State, err)
			}
		}
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"INC-2026-0001-letters-001.pdf":        communication.FileName("INC-2026-0001", 1, 1, communication.Merged, communication.ByPost),
		"INC-2026-0001-list2-by-mail-012.zip":  communication.FileName("INC-2026-0001", 2, 12, communication.Separate, communication.ByMail),
		"INC-2026-0001-list3-letters-1234.pdf": communication.FileName("INC-2026-0001", 3, 1234, communication.Merged, communication.ByPost),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestChannelFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address, mail bool
		want          communication.Channel
	}{{true, true, communication.ByPost}, {true, false, communication.ByPost}, {false, true, communication.ByMail}, {false, false, communication.ByNone}} {
		if got := communication.ChannelFor(c.address, c.mail); got != c.want {
			t.Errorf("%v: %s", c, got)
		}
	}
}

func TestDigestSeesEveryField(t *testing.T) {
	t.Parallel()
	sum := func(ps ...communication.Person) string {
		d := communication.NewDigest()
		for _, p := range ps {
			if err := d.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		return d.Sum()
	}
	base := sum(person)
	if base != sum(person) || len(base) != 64 {
		t.Fatal("the digest of the same list differs")
	}
	changes := []func(*communication.Person){
		func(p *communication.Person) { p.Position++ }, func(p *communication.Person) { p.ContactID += "x" }, func(p *communication.Person) { p.Name += "x" },
		func(p *communication.Person) { p.Organisation += "x" }, func(p *communication.Person) { p.Street += "x" }, func(p *communication.Person) { p.Postcode += "x" },
		func(p *communication.Person) { p.City += "x" }, func(p *communication.Person) { p.Country += "x" }, func(p *communication.Person) { p.Email += "x" },
		func(p *communication.Person) { p.Language += "x" }, func(p *communication.Person) { p.Data = []string{"x"} },
		func(p *communication.Person) { p.Name, p.Organisation = p.Organisation, p.Name },
	}
	seen := map[string]bool{base: true}
	for k, change := range changes {
		p := person
		change(&p)
		if s := sum(p); seen[s] {
			t.Errorf("change %d is not seen", k)
		} else {
			seen[s] = true
		}
	}
	other := person
	other.ContactID = "d"
	if sum(person, other) == sum(other, person) {
		t.Error("the order is not seen")
	}
}
