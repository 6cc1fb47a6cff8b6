package communication

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"github.com/goccy/go-yaml"
)

// Languages are those in which letters can be written.
func Languages() []string { return []string{"nl", "fr", "de", "en"} }

// Letter is the finished text of one person's letter, in his language, free of
// layout.
type Letter struct {
	Person     Person
	Language   string
	Recipient  []string // lines of the address window
	ByMail     bool
	Date       string
	Subject    string
	Reference  string
	Salutation string
	Intro      []string
	Blocks     []Block
	Closing    []string
}

// Block is a headed part of a letter.
type Block struct {
	Heading    string
	Paragraphs []string
	Items      []string
}

// Frame is the fixed part of a letter in one language: headings and sentences
// around the texts of the incident. Each is a text/template over Values.
type Frame struct {
	Leak         map[string]string `yaml:"leak"` // the country's word, "" for the others
	Subject      string            `yaml:"subject"`
	Reference    string            `yaml:"reference"`
	Salutation   string            `yaml:"salutation"`
	Intro        []string          `yaml:"intro"`
	Nature       string            `yaml:"nature"`
	Data         string            `yaml:"data"`
	DataIntro    string            `yaml:"data_intro"`
	DataUnknown  string            `yaml:"data_unknown"`
	Consequences string            `yaml:"consequences"`
	Measures     string            `yaml:"measures"`
	Advice       string            `yaml:"advice"`
	Contact      string            `yaml:"contact"`
	ContactText  []string          `yaml:"contact_text"`
	Complaint    string            `yaml:"complaint"`
	Closing      []string          `yaml:"closing"`
	ByMail       string            `yaml:"by_mail"`
}

// Values fill the sentences of a frame. All are already in the letter's language.
type Values struct {
	Firm, Leak, Name, Reference, Date, AwareOn          string
	ContactName, ContactMail, ContactPhone, FirmCountry string
	AuthorityName, AuthorityURL                         string
}

// Frames holds the frame of every language. It is safe for concurrent use.
type Frames map[string]*frame

type frame struct {
	Frame
	sentences map[string]*template.Template
}

// LoadFrames reads letters/breach.<language>.yaml for every language. A file that
// is missing, has an unknown field or a sentence that does not parse is an error
// that names it.
func LoadFrames(fsys fs.FS) (Frames, error) {
	out := Frames{}
	for _, lang := range Languages() {
		name := path.Join("letters", "breach."+lang+".yaml")
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("communication: read frame: %w", err)
		}
		f := &frame{sentences: map[string]*template.Template{}}
		if err := yaml.UnmarshalWithOptions(b, &f.Frame, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("communication: %s: %w", name, err)
		}
		if err := f.parse(name); err != nil {
			return nil, err
		}
		out[lang] = f
	}
	return out, nil
}

// parse prepares every sentence and tries it once, so that a misspelt placeholder
// shows at start and not in a customer's letter.
func (f *frame) parse(name string) error {
	all := []string{f.Subject, f.Reference, f.Salutation, f.Nature, f.Data, f.DataIntro, f.DataUnknown, f.Consequences, f.Measures, f.Advice, f.Contact, f.Complaint, f.ByMail}
	all = append(append(append(all, f.Intro...), f.ContactText...), f.Closing...)
	for _, s := range all {
		if strings.TrimSpace(s) == "" {
			return fmt.Errorf("communication: %s: an empty sentence", name)
		}
		t, err := template.New(name).Option("missingkey=error").Parse(s)
		if err != nil {
			return fmt.Errorf("communication: %s: %w", name, err)
		}
		if err := t.Execute(&bytes.Buffer{}, Values{}); err != nil {
			return fmt.Errorf("communication: %s: %w", name, err)
		}
		f.sentences[s] = t
	}
	return nil
}

func (f *frame) say(s string, v Values) string {
	var b strings.Builder
	if err := f.sentences[s].Execute(&b, v); err != nil {
		panic(err) // every sentence was tried at start with the same type
	}
	return strings.TrimSpace(b.String())
}

func (f *frame) sayAll(all []string, v Values) []string {
	out := make([]string, 0, len(all))
	for _, s := range all {
		if t := f.say(s, v); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// Compose writes the letter of one person: what happened, which of his data,
// what it may mean, what was done and what he can do, whom he can ask (Art. 34(2)
// with 33(3)(b), (c) and (d)). data are the names of his categories in the
// letter's language. An unknown language falls back to English.
func (fs Frames) Compose(p Person, lang string, t Text, data []string, v Values) Letter {
	f, ok := fs[lang]
	if !ok {
		lang, f = "en", fs["en"]
	}
	v.Name, v.Leak = p.EnvelopeName(), f.Leak[v.FirmCountry]
	if v.Leak == "" {
		v.Leak = f.Leak[""]
	}
	l := Letter{
		Person: p, Language: lang, Recipient: recipient(p, v.FirmCountry), ByMail: p.Channel == ByMail, Date: v.Date,
		Subject: f.say(f.Subject, v), Reference: f.say(f.Reference, v), Salutation: f.say(f.Salutation, v),
		Intro: f.sayAll(f.Intro, v), Closing: f.sayAll(f.Closing, v),
	}
	if l.ByMail {
		l.Recipient = []string{v.Name, f.say(f.ByMail, v), p.Email}
		if v.Name == "" {
			l.Recipient = l.Recipient[1:]
		}
	}
	about := Block{Heading: f.say(f.Data, v), Paragraphs: []string{f.say(f.DataUnknown, v)}}
	if len(data) > 0 {
		about.Paragraphs, about.Items = []string{f.say(f.DataIntro, v)}, data
	}
	l.add(Block{Heading: f.say(f.Nature, v), Paragraphs: lines(t.Nature)})
	l.add(about)
	l.add(Block{Heading: f.say(f.Consequences, v), Items: lines(t.Consequences)})
	l.add(Block{Heading: f.say(f.Measures, v), Items: lines(t.Measures)})
	l.add(Block{Heading: f.say(f.Advice, v), Items: lines(t.Advice)})
	l.add(Block{Heading: f.say(f.Contact, v), Paragraphs: append(f.sayAll(f.ContactText, v), f.say(f.Complaint, v))})
	return l
}

func (l *Letter) add(b Block) {
	if len(b.Paragraphs) > 0 || len(b.Items) > 0 {
		l.Blocks = append(l.Blocks, b)
	}
}

// PlainText is the letter as mail: the same words without the address window.
func (l Letter) PlainText() string {
	var b strings.Builder
	put := func(s string) { b.WriteString(s + "\n\n") }
	put(l.Salutation)
	for _, p := range l.Intro {
		put(p)
	}
	for _, block := range l.Blocks {
		b.WriteString(strings.ToUpper(block.Heading) + "\n")
		for _, p := range block.Paragraphs {
			b.WriteString(p + "\n")
		}
		for _, item := range block.Items {
			b.WriteString("- " + item + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString(strings.Join(l.Closing, "\n") + "\n\n" + l.Reference + "\n")
	return b.String()
}

// recipient writes the address as the post wants it: name, organisation, street,
// postcode and town, and the country in capitals only when it is another one.
func recipient(p Person, firmCountry string) []string {
	var out []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	name := p.EnvelopeName()
	add(name)
	if p.Organisation != name {
		add(p.Organisation)
	}
	for _, line := range strings.Split(p.Street, ", ") {
		add(line)
	}
	add(p.Postcode + " " + p.City)
	if p.Country != "" && p.Country != firmCountry {
		add(countryOnEnvelope(p.Country))
	}
	return out
}

// countryOnEnvelope names a country in French capitals, the language that the
// Universal Postal Union uses; the code itself for one that is not listed.
func countryOnEnvelope(code string) string {
	switch code {
	case "BE":
		return "BELGIQUE"
	case "NL":
		return "PAYS-BAS"
	case "FR":
		return "FRANCE"
	case "DE":
		return "ALLEMAGNE"
	case "LU":
		return "LUXEMBOURG"
	case "IE":
		return "IRLANDE"
	case "GB":
		return "ROYAUME-UNI"
	case "AT":
		return "AUTRICHE"
	case "CH":
		return "SUISSE"
	case "ES":
		return "ESPAGNE"
	case "IT":
		return "ITALIE"
	case "PT":
		return "PORTUGAL"
	case "PL":
		return "POLOGNE"
	case "GR":
		return "GRÈCE"
	case "BG":
		return "BULGARIE"
	case "RO":
		return "ROUMANIE"
	}
	return code
}

// lines splits a text into its lines, without blank ones and without the bullets
// that people type.
func lines(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "-–•*"))
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}
