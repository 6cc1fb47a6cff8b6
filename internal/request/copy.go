package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"clepsydra/internal/workflow"
)

// Copy is everything that is kept about a person (Art. 15), section by section as the
// parts of the program gave it, in the order of their names.
type Copy struct {
	Sections []Section
	At       time.Time
}

// Section is what one part of the program keeps about a person. Key names the section
// for ever (requests.section_<key>) and its file in the spreadsheet form.
type Section struct {
	Key     string
	Entries []Entry
}

// Entry is one thing, such as one letter or one consent.
type Entry []Fact

// Fact is one value with its name. Label is a translation key, or Name the firm's own
// word for it. Exactly one of Value, Text, Code (a translation
// key), Codes and At says what it is.
type Fact struct {
	Label string
	Name  string
	Value string
	Text  workflow.Text // by language
	Code  string
	Codes []string // several codes together
	At    time.Time
	Given bool   // the person gave it, or it came of his doing: it is portable (Art. 20)
	From  string // the file it came from
	// FromHow is the way it came when that was no file, such as "form" or "phone"; it is
	// in the texts under requests.from_. Both are empty where it goes without saying.
	FromHow string
	Look    bool // free text, which may be about others too: somebody looks before it goes out
}

// IsEmpty reports whether there is nothing to tell.
func (f Fact) IsEmpty() bool {
	return f.Value == "" && len(f.Text) == 0 && f.Code == "" && len(f.Codes) == 0 && f.At.IsZero()
}

// Words put a copy into a language.
type Words interface {
	T(key string, args map[string]any) string
	Date(t time.Time) string
	DateTime(t time.Time) string
	Lang() string
	Country() string
}

// LabelIn is the name of the value in words.
func (f Fact) LabelIn(w Words) string {
	if f.Name != "" {
		return f.Name
	}
	return w.T(f.Label, nil)
}

// ValueIn is the value in words; a line break in it is kept.
func (f Fact) ValueIn(w Words) string {
	switch {
	case f.Code != "":
		return w.T(f.Code, nil)
	case len(f.Codes) > 0:
		words := make([]string, len(f.Codes))
		for k, code := range f.Codes {
			words[k] = w.T(code, nil)
		}
		return strings.Join(words, ", ")
	case len(f.Text) > 0:
		return f.Text.In(w.Lang(), w.Country())
	case !f.At.IsZero():
		return w.DateTime(f.At)
	}
	return f.Value
}

// SourceIn is where the value came from in words (Art. 15(1)(g)); empty where it goes
// without saying.
func (f Fact) SourceIn(w Words) string {
	switch {
	case f.From != "":
		return w.T("requests.from_file", map[string]any{"File": f.From})
	case f.FromHow != "":
		return w.T("requests.from_"+f.FromHow, nil)
	}
	return ""
}

// plain is the value for machines: instants by RFC 3339, codes without their list.
func (f Fact) plain() string {
	switch {
	case f.Code != "":
		return bare(f.Code)
	case len(f.Codes) > 0:
		words := make([]string, len(f.Codes))
		for k, code := range f.Codes {
			words[k] = bare(code)
		}
		return strings.Join(words, " ")
	case len(f.Text) > 0:
		return f.Text.In("en", "")
	case !f.At.IsZero():
		return f.At.UTC().Format(time.RFC3339)
	}
	return f.Value
}

// bare is a code without the list of texts that it is one of.
func bare(code string) string {
	if _, tail, ok := strings.Cut(code, "_"); ok {
		return tail
	}
	return code
}

// key is the name of the value for machines.
func (f Fact) key() string {
	if f.Name != "" {
		return f.Name
	}
	tail := f.Label[strings.LastIndex(f.Label, ".")+1:]
	return strings.TrimPrefix(strings.TrimPrefix(tail, "field_"), "fact_")
}

// Portable is the part that the person gave, or that came of his doing (Art. 20(1)).
func (c Copy) Portable() Copy {
	out := Copy{At: c.At}
	for _, s := range c.Sections {
		kept := Section{Key: s.Key}
		for _, e := range s.Entries {
			var given Entry
			for _, f := range e {
				if f.Given {
					f.From, f.FromHow = "", "" // what the firm knows of it was not given by the person
					given = append(given, f)
				}
			}
			if len(given) > 0 {
				kept.Entries = append(kept.Entries, given)
			}
		}
		if len(kept.Entries) > 0 {
			out.Sections = append(out.Sections, kept)
		}
	}
	return out
}

// ToLookAt lists the facts that somebody reads before they go out, because they may be
// about others too (Art. 15(4)).
func (c Copy) ToLookAt() []Fact {
	var out []Fact
	for _, s := range c.Sections {
		for _, e := range s.Entries {
			for _, f := range e {
				if f.Look && !f.IsEmpty() {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// Hash proves that two copies are the same, whenever they were made.
func (c Copy) Hash() string {
	sum := sha256.New()
	for _, s := range c.Sections {
		for _, e := range s.Entries {
			for _, f := range e {
				fmt.Fprintf(sum, "%q %q %q\n", s.Key, f.key(), f.plain())
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// WriteJSON writes the copy for machines: sections, lists of things, values by name.
func (c Copy) WriteJSON(w io.Writer, firm, ref string) error {
	sections := map[string][]map[string]string{}
	for _, s := range c.Sections {
		list := make([]map[string]string, 0, len(s.Entries))
		for _, e := range s.Entries {
			one := map[string]string{}
			for _, f := range e {
				if !f.IsEmpty() {
					one[f.key()] = f.plain()
					if from := f.From + f.FromHow; from != "" {
						one[f.key()+"_from"] = from
					}
				}
			}
			list = append(list, one)
		}
		sections[s.Key] = list
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	err := enc.Encode(map[string]any{
		"format": "clepsydra-person-1", "controller": firm, "reference": ref, "made_at": c.At.UTC().Format(time.RFC3339), "data": sections,
	})
	if err != nil {
		return fmt.Errorf("request: write copy: %w", err)
	}
	return nil
}

// WriteCSV writes one section as a table with a line per thing. A cell that a
// spreadsheet program would run begins with an apostrophe.
func (s Section) WriteCSV(w io.Writer) error {
	columns, at := []string{}, map[string]int{}
	for _, e := range s.Entries {
		for _, f := range e {
			if _, known := at[f.key()]; !known {
				at[f.key()] = len(columns)
				columns = append(columns, f.key())
			}
		}
	}
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("request: write section: %w", err)
	}
	for _, e := range s.Entries {
		row := make([]string, len(columns))
		for _, f := range e {
			row[at[f.key()]] = harmless(f.plain())
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("request: write section: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("request: write section: %w", err)
	}
	return nil
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Files writes the machine-readable files of a copy: one JSON and a CSV per section.
// Names begin with prefix.
func (c Copy) Files(ctx context.Context, prefix, firm, ref string, add func(name string, content []byte) error) error {
	var b bytes.Buffer
	if err := c.WriteJSON(&b, firm, ref); err != nil {
		return err
	}
	if err := add(prefix+"data.json", bytes.Clone(b.Bytes())); err != nil {
		return err
	}
	for _, s := range c.Sections {
		if len(s.Entries) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		b.Reset()
		b.WriteString("\ufeff")
		if err := s.WriteCSV(&b); err != nil {
			return err
		}
		if err := add(prefix+s.Key+".csv", bytes.Clone(b.Bytes())); err != nil {
			return err
		}
	}
	return nil
}
