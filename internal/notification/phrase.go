package notification

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/incident"
	"clepsydra/internal/workflow"
)

// The small phrases that answers are made of. Each returns nothing when there is
// nothing to say.

func instant(w Words, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.DateTime(t)
}

func kinds(k incident.Kinds) []string {
	var out []string
	for _, p := range []struct {
		is   bool
		name string
	}{{k.Confidentiality, "confidentiality"}, {k.Integrity, "integrity"}, {k.Availability, "availability"}} {
		if p.is {
			out = append(out, p.name)
		}
	}
	return out
}

// dataTypes are the kinds of data of row 70, each once.
func dataTypes(all []workflow.Category) []string {
	var out []string
	for _, c := range all {
		if !slices.Contains(out, c.EDPB) {
			out = append(out, c.EDPB)
		}
	}
	return out
}

// joinLines joins what is there.
func joinLines(lines ...string) string {
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

func number(p People, w Words) string {
	if !p.Known {
		return ""
	}
	key := "notification.number_about"
	if p.Exact {
		key = "notification.number_exact"
	}
	s := w.T(key, map[string]any{"Number": w.Number(p.Number)})
	if p.Exact && p.Minors > 0 {
		s += "\n" + w.T("notification.number_minors", map[string]any{"Number": w.Number(p.Minors)})
	}
	return s
}

func categories(all []workflow.Category, w Words) string {
	out := make([]string, len(all))
	for k, c := range all {
		out[k] = c.Name.In(w.Lang(), w.Country())
	}
	return strings.Join(out, "\n")
}

// special names the categories of Art. 9 among the data, or says that there are
// none; nothing while the data are not known.
func special(all []workflow.Category, w Words) string {
	var out []string
	for _, c := range all {
		if c.Special {
			out = append(out, c.Name.In(w.Lang(), w.Country()))
		}
	}
	switch {
	case len(all) == 0:
		return ""
	case len(out) == 0:
		return w.T("notification.special_none", nil)
	}
	return w.T("notification.special_some", nil) + "\n" + strings.Join(out, "\n")
}

func countries(count map[string]int, w Words) string {
	codes := make([]string, 0, len(count))
	for code := range count {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	out := make([]string, 0, len(codes))
	for _, code := range codes {
		name := code
		if name == "" {
			name = w.T("notification.country_unknown", nil)
		}
		out = append(out, name+": "+w.Number(count[code]))
	}
	return strings.Join(out, "\n")
}
