// Package locale speaks the four languages of the product: translations with
// plurals, dates, numbers, and the words of a country where they differ from the
// language's (BE-NL gegevenslek, NL datalek). It imports nothing of ours but
// fault, whose errors it puts into words.
package locale

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/nl"
	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"clepsydra/internal/fault"
)

// Languages are those of the interface, in the order in which they are offered.
func Languages() []string { return []string{"nl", "fr", "de", "en"} }

// Known reports whether the interface speaks a language.
func Known(lang string) bool { return slices.Contains(Languages(), lang) }

// Bundle holds every translation. It is read-only after Load and safe for
// concurrent use.
type Bundle struct {
	bundle   *i18n.Bundle
	variants map[string]bool // nl-BE and such, where there is a file
	printers sync.Map        // key -> *Printer
}

// Load reads locales/*.<language>.yaml and the country variants
// locales/*.<language>-<COUNTRY>.yaml.
func Load(templates fs.FS) (*Bundle, error) {
	b := &Bundle{bundle: i18n.NewBundle(language.English), variants: map[string]bool{}}
	b.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	files, err := fs.Glob(templates, "locales/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("locale: list files: %w", err)
	}
	for _, name := range files {
		file, err := b.bundle.LoadMessageFileFS(templates, name)
		if err != nil {
			return nil, fmt.Errorf("locale: %s: %w", path.Base(name), err)
		}
		if tag := file.Tag.String(); strings.Contains(tag, "-") {
			b.variants[tag] = true
		}
	}
	return b, nil
}

// Printer writes texts in one language, in the words of one country, with times
// of one zone. It is safe for concurrent use.
type Printer struct {
	lang, country string
	zone          *time.Location
	chain         []*i18n.Localizer // country variant, language, English
	cldr          locales.Translator
	plain         sync.Map // key -> text without placeholders
}

// For returns the printer of a language, country and zone; an unknown language
// becomes English, a nil zone UTC.
func (b *Bundle) For(lang, country string, zone *time.Location) *Printer {
	if !Known(lang) {
		lang = "en"
	}
	if zone == nil {
		zone = time.UTC
	}
	key := lang + " " + country + " " + zone.String()
	if p, ok := b.printers.Load(key); ok {
		return p.(*Printer)
	}
	p := &Printer{lang: lang, country: country, zone: zone, cldr: cldr(lang)}
	for _, tag := range []string{lang + "-" + country, lang, "en"} {
		if tag == lang || tag == "en" || b.variants[tag] {
			p.chain = append(p.chain, i18n.NewLocalizer(b.bundle, tag))
		}
	}
	actual, _ := b.printers.LoadOrStore(key, p)
	return actual.(*Printer)
}

func cldr(lang string) locales.Translator {
	switch lang {
	case "nl":
		return nl.New()
	case "fr":
		return fr.New()
	case "de":
		return de.New()
	}
	return en_GB.New()
}

// Lang returns the language: nl, fr, de or en.
func (p *Printer) Lang() string { return p.lang }

// Country returns the ISO code of the country whose words are used.
func (p *Printer) Country() string { return p.country }

// CountryName is the name of a country by its ISO 3166-1 alpha-2 code; a code that is
// none comes back as it is.
func (p *Printer) CountryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.Regions(language.Make(p.lang)).Name(region)
}

// Zone returns the zone of the times.
func (p *Printer) Zone() *time.Location { return p.zone }

// T returns the text of a key with its placeholders filled. A key without a text
// comes back as it is; a test keeps that from happening.
func (p *Printer) T(key string, args map[string]any) string {
	if args == nil {
		if s, ok := p.plain.Load(key); ok {
			return s.(string)
		}
	}
	s, ok := p.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: args})
	if !ok {
		return key
	}
	if args == nil {
		p.plain.Store(key, s)
	}
	return s
}

// Has reports whether a key has a text in some language of the chain.
func (p *Printer) Has(key string) bool {
	_, ok := p.say(&i18n.LocalizeConfig{MessageID: key})
	return ok
}

// N returns the plural form of a key for count, which fills {{.Count}} in the
// way the language writes numbers.
func (p *Printer) N(key string, count int, args map[string]any) string {
	data := map[string]any{"Count": p.Number(count)}
	for k, v := range args {
		data[k] = v
	}
	s, ok := p.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: count})
	if !ok {
		return key
	}
	return s
}

func (p *Printer) say(c *i18n.LocalizeConfig) (string, bool) {
	for _, l := range p.chain {
		if s, err := l.Localize(c); err == nil {
			return s, true
		}
	}
	return "", false
}

// Date writes the day of an instant: 22 November 2026. A zero instant is empty.
func (p *Printer) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.cldr.FmtDateLong(t.In(p.zone))
}

// DateTime writes an instant with its weekday: Sunday, 22 November 2026, 14:12. A
// zero instant is empty.
func (p *Printer) DateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(p.zone)
	return p.cldr.FmtDateFull(t) + ", " + t.Format("15:04")
}

// Short writes an instant for a list: Sun 22 Nov 14:12. A zero instant is empty.
func (p *Printer) Short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(p.zone)
	return fmt.Sprintf("%s %d %s %s", p.cldr.WeekdayAbbreviated(t.Weekday()), t.Day(), p.cldr.MonthAbbreviated(t.Month()), t.Format("15:04"))
}

// Time writes the time of day of an instant: 14:12.
func (p *Printer) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.zone).Format("15:04")
}

// Number writes a whole number with the separators of the language.
func (p *Printer) Number(n int) string { return p.cldr.FmtNumber(float64(n), 0) }

// Fault puts an error into words, one per line when there are several. An error
// that is not a fault becomes the general apology: its own text is for the log.
func (p *Printer) Fault(err error) string {
	if err == nil {
		return ""
	}
	all := fault.All(err)
	if len(all) == 0 {
		return p.T("fault."+string(fault.KindOf(err)), nil)
	}
	lines := make([]string, len(all))
	for k, e := range all {
		lines[k] = p.T(e.Key, e.Args)
	}
	return strings.Join(lines, "\n")
}

// Negotiate picks the language of a visitor: his own choice when he made one, else
// the first of his browser's that is spoken here, else the given one.
func Negotiate(choice, acceptLanguage, otherwise string) string {
	if Known(choice) {
		return choice
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err == nil {
		for _, t := range tags {
			if base, _ := t.Base(); Known(base.String()) {
				return base.String()
			}
		}
	}
	if Known(otherwise) {
		return otherwise
	}
	return "en"
}

// Readable writes a value that a rule computed, such as an instant or a day in
// ISO form, as people read it; anything else stays as it is.
func (p *Printer) Readable(value string) string {
	if t, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return p.DateTime(t)
	}
	if t, err := time.ParseInLocation(time.DateOnly, value, p.zone); err == nil {
		return p.cldr.FmtDateFull(t)
	}
	return value
}
