package alert

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Translator gives the texts of one language. T returns the text of key with its
// placeholders filled, N the plural form for count, DateTime an instant in words
// of that language in the instant's own location.
type Translator interface {
	T(key string, args map[string]any) string
	N(key string, count int, args map[string]any) string
	DateTime(t time.Time) string
}

// Fact is one line of an alert. At is set when the value is an instant, so that a
// channel may show it in each reader's own zone.
type Fact struct {
	Label string
	Value string
	At    time.Time
}

// Text is an alert in one language, still without the form of a channel.
type Text struct {
	Language    string
	Title       string // subject of a mail, header of a card
	Lead        string // what happened and what is asked
	Facts       []Fact
	Progress    string   // "7 of 9 items ready, 31 hours left"; empty when nothing is counted
	MissingHead string   // label above Missing
	Missing     []string // what is not filled in, in words
	Acknowledge string   // label of the button, empty when nothing is to be acknowledged
	Open        string   // label of the link
	Link        string
	Footer      string // why this message says so little
}

// Compose puts an alert into words. Codes it does not know are left out rather
// than shown raw; missing items it does not know are counted as "other".
func Compose(a Alert, tr Translator) Text {
	c := composer{a: a, tr: tr}
	text := Text{
		Language: a.Language,
		Title:    c.title(),
		Lead:     c.lead(),
		Facts:    c.facts(),
		Progress: c.progress(),
		Missing:  c.missing(),
		Link:     a.Link,
		Footer:   tr.T("alert.footer", nil),
	}
	if a.Kind == Watch {
		text.Footer = tr.T("alert.footer_watch", nil)
	}
	if len(text.Missing) > 0 {
		text.MissingHead = tr.T("alert.label_missing", nil)
	}
	if a.Link != "" {
		text.Open = tr.T("alert.button_open", nil)
	}
	if a.AcknowledgeID != "" && !a.Acknowledged {
		text.Acknowledge = tr.T("alert.button_acknowledge", nil)
	}
	return text
}

// Plain gives the whole text as lines, for mail and for readers of screens.
func (t Text) Plain() string {
	var b strings.Builder
	b.WriteString(t.Lead + "\n")
	if len(t.Facts) > 0 {
		b.WriteString("\n")
	}
	for _, f := range t.Facts {
		b.WriteString(f.Label + ": " + f.Value + "\n")
	}
	if t.Progress != "" {
		b.WriteString("\n" + t.Progress + "\n")
	}
	if len(t.Missing) > 0 {
		b.WriteString("\n" + t.MissingHead + ":\n")
		for _, m := range t.Missing {
			b.WriteString("- " + m + "\n")
		}
	}
	if t.Link != "" {
		b.WriteString("\n" + t.Open + ": " + t.Link + "\n")
	}
	b.WriteString("\n" + t.Footer + "\n")
	return b.String()
}

// composer holds one alert and its language while it is put into words.
type composer struct {
	a  Alert
	tr Translator
}

// title is the first line, with the reference in front so that a list of mails sorts.
func (c composer) title() string {
	switch c.a.Kind {
	case Test, SourceFailed:
		return c.tr.T("alert.title_"+string(c.a.Kind), nil)
	case Missed:
		return c.tr.N("alert.title_missed", c.a.Missed, c.args())
	case Reported, Escalation, Overdue, Status, Answered, Watch:
		return c.tr.T("alert.title_"+string(c.a.Kind), c.args())
	default:
		if left, ok := c.a.Left(); ok && left > 0 {
			return c.tr.T("alert.title_reminder", c.args())
		}
		return c.tr.T("alert.title_reminder_plain", c.args())
	}
}

// lead says in one or two sentences what happened and what is asked.
func (c composer) lead() string {
	if c.a.Acknowledged {
		return c.tr.T("alert.lead_acknowledged", c.args())
	}
	switch c.a.Kind {
	case Missed:
		return c.tr.N("alert.lead_missed", c.a.Missed, c.args())
	case Reported, Escalation, Overdue, Status, Answered, Watch, Test, SourceFailed:
		return c.tr.T("alert.lead_"+string(c.a.Kind), c.args())
	default:
		if c.a.DueAt.IsZero() {
			return c.tr.T("alert.lead_reminder_plain", c.args())
		}
		return c.tr.T("alert.lead_reminder", c.args())
	}
}

// args are the placeholders every text may use.
func (c composer) args() map[string]any {
	return map[string]any{
		"Reference": c.a.Reference,
		"Scenario":  c.scenario(),
		"Duty":      c.duty(),
		"Status":    c.code("status", c.a.Status),
		"Due":       c.instant(c.a.DueAt),
		"Left":      c.left(),
		"Count":     c.a.Missed,
		"Asked":     c.asked(),
	}
}

// facts are the labelled lines; what is not known is left out, except the number
// of people, where "not known yet" is an answer.
func (c composer) facts() []Fact {
	switch c.a.Kind {
	case Test, SourceFailed:
		return nil
	case Watch:
		return c.watched()
	}
	var facts []Fact
	add := func(label, value string, at time.Time) {
		if value != "" {
			facts = append(facts, Fact{Label: c.tr.T("alert.label_"+label, nil), Value: value, At: at})
		}
	}
	if len(c.a.Asks) > 0 {
		return append(facts, c.requestFacts()...)
	}
	add("scenario", c.a.Scenario, time.Time{})
	if c.a.Kind != Reported && (c.a.Duty != "" || c.a.DutyName != "") {
		add("duty", c.duty(), time.Time{})
	}
	add("due", c.instant(c.a.DueAt), c.a.DueAt)
	if !c.a.StatutoryAt.Equal(c.a.DueAt) {
		add("statutory", c.instant(c.a.StatutoryAt), c.a.StatutoryAt)
	}
	add("status", c.code("status", c.a.Status), time.Time{})
	add("risk", c.code("risk", c.a.Risk), time.Time{})
	add("people", c.people(), time.Time{})
	if len(c.a.Asked) > 0 {
		add("asked", c.asked(), time.Time{})
	}
	return facts
}

// watched are the lines about unusual reading.
func (c composer) watched() []Fact {
	label := func(name string) string { return c.tr.T("alert.label_"+name, nil) }
	return []Fact{
		{Label: label("rule"), Value: c.a.DutyName},
		{Label: label("reader"), Value: c.a.Reader},
		{Label: label("count"), Value: strconv.Itoa(c.a.People)},
		{Label: label("from"), Value: c.instant(c.a.From), At: c.a.From},
		{Label: label("to"), Value: c.instant(c.a.To), At: c.a.To},
	}
}

// requestFacts are the lines of a request: what is asked and until when. Nothing in
// them says by whom.
func (c composer) requestFacts() []Fact {
	var kinds []string
	for _, code := range c.a.Asks {
		if word := c.code("asks", code); word != "" {
			kinds = append(kinds, word)
		}
	}
	facts := []Fact{{Label: c.tr.T("alert.label_asks", nil), Value: strings.Join(kinds, ", ")}}
	if !c.a.DueAt.IsZero() {
		facts = append(facts, Fact{Label: c.tr.T("alert.label_due", nil), Value: c.instant(c.a.DueAt), At: c.a.DueAt})
	}
	if !c.a.StatutoryAt.IsZero() && !c.a.StatutoryAt.Equal(c.a.DueAt) {
		facts = append(facts, Fact{Label: c.tr.T("alert.label_statutory", nil), Value: c.instant(c.a.StatutoryAt), At: c.a.StatutoryAt})
	}
	if len(c.a.Asked) > 0 {
		facts = append(facts, Fact{Label: c.tr.T("alert.label_asked", nil), Value: c.asked()})
	}
	return facts
}

// people is the count in words.
func (c composer) people() string {
	if c.a.People < 0 {
		return c.tr.T("alert.people_unknown", nil)
	}
	return c.tr.N("alert.people", c.a.People, map[string]any{"Count": c.a.People})
}

// progress counts what is ready and how much time is left.
func (c composer) progress() string {
	if c.a.TotalItems <= 0 {
		return ""
	}
	args := map[string]any{"Ready": c.a.ReadyItems, "Total": c.a.TotalItems, "Left": c.left()}
	left, ok := c.a.Left()
	switch {
	case !ok:
		return c.tr.T("alert.progress", args)
	case left > 0:
		return c.tr.T("alert.progress_left", args)
	default:
		return c.tr.T("alert.progress_late", args)
	}
}

// left is the distance to the deadline in words, always positive: the sentence
// around it says whether it is left or late.
func (c composer) left() string {
	d, ok := c.a.Left()
	if !ok {
		return ""
	}
	d = d.Abs()
	unit, count := "hours", int(d.Hours())
	switch {
	case d < 2*time.Hour:
		unit, count = "minutes", int(d.Minutes())
	case d > 96*time.Hour:
		unit, count = "days", int(d.Hours()/24)
	}
	return c.tr.N("alert.left_"+unit, count, map[string]any{"Count": count})
}

// missing names what is not filled in.
func (c composer) missing() []string {
	var out []string
	other := 0
	for _, code := range c.a.Missing {
		if !slices.Contains(codes("missing"), code) {
			other++
			continue
		}
		out = append(out, c.tr.T("alert.missing_"+code, nil))
	}
	if other > 0 {
		out = append(out, c.tr.N("alert.missing_other", other, map[string]any{"Count": other}))
	}
	return out
}

// asked names the roles that are asked to act.
func (c composer) asked() string {
	var out []string
	for _, role := range c.a.Asked {
		if word := c.code("asked", role); word != "" {
			out = append(out, word)
		}
	}
	return strings.Join(out, ", ")
}

// duty is the title from the rule pack, else the translated code, else a general word.
func (c composer) duty() string {
	if c.a.DutyName != "" {
		return c.a.DutyName
	}
	if word := c.code("duty", c.a.Duty); word != "" {
		return word
	}
	return c.tr.T("alert.duty_other", nil)
}

// scenario is the title of the scenario card, or a general word.
func (c composer) scenario() string {
	if c.a.Scenario != "" {
		return c.a.Scenario
	}
	return c.tr.T("alert.scenario_other", nil)
}

// code translates a code of a closed list; an unknown one gives nothing.
func (c composer) code(list, code string) string {
	if !slices.Contains(codes(list), code) {
		return ""
	}
	return c.tr.T("alert."+list+"_"+code, nil)
}

// instant puts t into words in the alert's zone; a zero instant gives nothing.
func (c composer) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	zone := c.a.Zone
	if zone == nil {
		zone = time.UTC
	}
	return c.tr.DateTime(t.In(zone))
}
