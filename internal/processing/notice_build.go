package processing

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// noticeWords is the file of one language as it is written.
type noticeWords struct {
	Version   string `yaml:"version"`
	Source    string `yaml:"source"`
	Seen      string `yaml:"seen"`
	Certainty string `yaml:"certainty"`
	And       string `yaml:"and"`   // before the last of a list
	Short     string `yaml:"short"` // text/template
	Text      string `yaml:"text"`  // text/template
}

// noticeData is what the templates of a language are filled with. Lists of names are
// already joined.
type noticeData struct {
	Country    string
	Firm       NoticeFirm
	Authority  NoticeAuthority
	Purposes   []noticePurpose
	Processors []NamedProcessor
	Outside    []NamedProcessor // those outside the EEA
	Inside     bool             // somebody is known, and all of them are in the EEA

	Consent, Interest, Marketing bool   // some purpose rests on it
	Names                        string // of the purposes
}

// noticePurpose is a purpose in words of one language.
type noticePurpose struct {
	Name, For, Interest, Recipients string
	Data, Needed                    string // categories of the fields; of the necessary ones
	Basis                           Basis
	Marketing                       bool
	Keep                            noticeKeep
}

// noticeKeep is how long. Years is 0 unless the months are whole years.
type noticeKeep struct {
	Months, Years int
	From          Start
	Then          Outcome
	Ground        string
}

// BuildNotice writes the privacy statement (Art. 13 and 14 GDPR) and the short text
// for forms in one language. What is not known is left out and named in Open. It
// fails for a language without a file.
func BuildNotice(in NoticeInput) (NoticeDraft, error) {
	words, err := readNoticeWords(in.Language)
	if err != nil {
		return NoticeDraft{}, err
	}
	data := words.data(in)
	out := NoticeDraft{Language: in.Language, Open: NoticePoints(in)}
	if out.Text, err = fillNotice(words.Text, data); err != nil {
		return NoticeDraft{}, fmt.Errorf("processing: notice %s: %w", in.Language, err)
	}
	short, err := fillNotice(words.Short, data)
	if err != nil {
		return NoticeDraft{}, fmt.Errorf("processing: short notice %s: %w", in.Language, err)
	}
	out.Short = line(short)
	return out, nil
}

func readNoticeWords(lang string) (noticeWords, error) {
	var words noticeWords
	text, err := workflows.FS.ReadFile("record/notice." + lang + ".yaml")
	if err != nil {
		return words, fmt.Errorf("processing: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, &words, yaml.Strict()); err != nil {
		return words, fmt.Errorf("processing: notice %s: %w", lang, err)
	}
	return words, nil
}

// fillNotice fills a template and tidies what its conditions leave: one line per
// block, no empty ones but before headings.
func fillNotice(source string, data noticeData) (string, error) {
	t, err := template.New("notice").Option("missingkey=error").Parse(source)
	if err != nil {
		return "", err
	}
	var b, out strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	for text := range strings.Lines(b.String()) {
		if text = line(text); text == "" {
			continue
		}
		if strings.HasPrefix(text, "#") && out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(text + "\n")
	}
	return out.String(), nil
}

// line makes one line of a text, so that nothing typed into the record can begin a
// block of its own.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// receivers says who receives data and who of them is outside the EEA. While a country
// is not known nothing is said of transfers that is not sure.
func (d *noticeData) receivers(in NoticeInput) {
	d.Inside = len(in.Processors) > 0 && len(in.Transfers) == 0
	for _, p := range in.Processors {
		p.Name, p.Country, p.Ground = line(p.Name), line(p.Country), line(p.Ground)
		d.Processors = append(d.Processors, p)
		d.Inside = d.Inside && p.Where == InEEA
		if p.Where.IsOutside() {
			d.Outside = append(d.Outside, p)
		}
	}
	for _, p := range in.Transfers {
		p.Name, p.Country, p.Ground = line(p.Name), line(p.Country), line(p.Ground)
		d.Outside = append(d.Outside, p)
	}
}

func (w noticeWords) data(in NoticeInput) noticeData {
	d := noticeData{Country: in.Firm.Country, Firm: in.Firm.tidy()}
	d.Authority = NoticeAuthority{line(in.Authority.Name), line(in.Authority.Website), line(in.Authority.Address)}
	d.receivers(in)
	var names []string
	for _, p := range in.Record.Purposes {
		if !p.IsInUse() {
			continue
		}
		d.Purposes = append(d.Purposes, w.purpose(in, p))
		names = append(names, lowered(line(p.Name.In(in.Language, in.Firm.Country)), in.Language))
		d.Consent = d.Consent || p.Basis == Consent
		d.Interest = d.Interest || p.Basis == LegitimateInterests || p.Basis == PublicTask
		d.Marketing = d.Marketing || p.Marketing
	}
	d.Names = w.join(names)
	return d
}

func (w noticeWords) purpose(in NoticeInput, p Purpose) noticePurpose {
	say := func(text workflow.Text) string { return line(text.In(in.Language, in.Firm.Country)) }
	out := noticePurpose{
		Name: say(p.Name), For: say(p.Explain), Basis: p.Basis, Marketing: p.Marketing,
		Interest: strings.TrimSuffix(say(p.Interest), "."), Recipients: line(w.join(p.Recipients)),
		Keep: noticeKeep{Months: p.Retention.Months, From: p.Retention.From, Then: p.Retention.Then, Ground: p.Retention.GroundIn(in.Firm.Country)},
	}
	if p.Retention.Months%12 == 0 {
		out.Keep.Years = p.Retention.Months / 12
	}
	var data, needed []string
	for _, f := range in.Record.Fields {
		if !f.IsInUse() || !slices.Contains(f.Purposes, p.ID) {
			continue
		}
		name := lowered(line(in.Categories[f.Category].In(in.Language, in.Firm.Country)), in.Language)
		data = addOnce(data, name)
		if f.Necessary {
			needed = addOnce(needed, name)
		}
	}
	out.Data, out.Needed = w.join(data), w.join(needed)
	return out
}

func addOnce(all []string, name string) []string {
	if name == "" || slices.Contains(all, name) {
		return all
	}
	return append(all, name)
}

// join makes "a, b and c".
func (w noticeWords) join(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " " + w.And + " " + all[len(all)-1]
}

// lowered writes a name as it stands inside a sentence. German nouns and words in
// capitals stay.
func lowered(name, lang string) string {
	first, n := utf8.DecodeRuneInString(name)
	second, _ := utf8.DecodeRuneInString(name[n:])
	if lang == "de" || unicode.IsUpper(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[n:]
}

// complaints is the file of where people complain.
type complaints struct {
	Version    string `yaml:"version"`
	Source     string `yaml:"source"`
	Seen       string `yaml:"seen"`
	Certainty  string `yaml:"certainty"`
	Complaints map[string]struct {
		Website workflow.Text `yaml:"website"`
		Address workflow.Text `yaml:"address"`
	} `yaml:"complaints"`
}

// ComplainTo returns where people complain to an authority in a language, with its
// name empty; all is empty for an authority that is not known.
func ComplainTo(authorityID, lang, country string) (NoticeAuthority, error) {
	text, err := workflows.FS.ReadFile("record/complaints.yaml")
	if err != nil {
		return NoticeAuthority{}, fmt.Errorf("processing: %w", err)
	}
	var file complaints
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		return NoticeAuthority{}, fmt.Errorf("processing: complaints: %w", err)
	}
	to := file.Complaints[authorityID]
	return NoticeAuthority{Website: to.Website.In(lang, country), Address: to.Address.In(lang, country)}, nil
}
