package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/locale"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// ClockView is one running duty as a page shows it. Due is zero for a duty
// "without undue delay"; Target is then our own aim.
type ClockView struct {
	Duty      string
	Article   string
	Due       time.Time
	Statutory time.Time
	Target    time.Time
	State     string // ok, warn, crit or late
	Plain     string // "today 21:00"
	Used      string // "66 of 72 h used"
	Left      string // what the countdown says before a script runs
	Tape      template.HTML
}

// Ends reports whether the law names an end.
func (c ClockView) Ends() bool { return !c.Due.IsZero() }

// HasStatutory reports whether the statutory reading differs from the strict end: for
// days and months, and for a contract, there is but one end.
func (c ClockView) HasStatutory() bool { return !c.Statutory.Equal(c.Due) }

// End is the instant to count down to: the end of the law, else our aim.
func (c ClockView) End() time.Time {
	if c.Ends() {
		return c.Due
	}
	return c.Target
}

// The distances from the end at which a clock changes its colour and its words.
const (
	urgentBefore = 12 * time.Hour
	soonBefore   = 36 * time.Hour
)

func clockState(end, now time.Time) string {
	switch left := end.Sub(now); {
	case end.IsZero():
		return "ok"
	case left < 0:
		return "late"
	case left < urgentBefore:
		return "crit"
	case left < soonBefore:
		return "warn"
	}
	return "ok"
}

// clockView makes the view of a running duty.
func (v *Visit) clockView(c register.Clock) ClockView {
	o := c.Obligation
	out := ClockView{
		Duty: v.dutyName(o), Article: o.Article, Due: o.DueAt, Statutory: o.StatutoryAt, Target: o.TargetAt,
		State: clockState(o.EndAt(), v.Now), Tape: v.tape(c),
	}
	if end := o.EndAt(); !end.IsZero() {
		out.Plain = plainTime(v.P, v.readable(o), v.Now)
		out.Left = leftWords(v.P, end.Sub(v.Now))
		whole := end.Sub(o.StartedAt).Hours()
		out.Used = v.P.T("board.used", map[string]any{"Used": int(min(whole, max(0, v.Now.Sub(o.StartedAt).Hours()))), "Whole": int(whole + 0.5)})
	}
	return out
}

// dutyName is what the rule pack of the case calls a duty, with the law it is of
// where that is not the GDPR; a clock of the firm's own has the firm's name.
func (v *Visit) dutyName(o obligation.Obligation) string {
	regime, err := v.S.d.Response.RegimeOf(v.Firm, o.Regime, o.RegimeVersion)
	if err != nil {
		return v.P.T("duty."+string(o.Duty), nil)
	}
	return response.DutyName(regime, o, v.P.Lang(), v.P.Country())
}

// readable is the end of a duty as people read it: of a limit in days or months the
// last second of its last day, and not the midnight after it.
func (v *Visit) readable(o obligation.Obligation) time.Time {
	rule, err := v.rule(o)
	inDays := err == nil && rule.Limit != nil && rule.Limit.Unit != deadline.UnitHours && rule.Rule != workflow.ElapsedRule
	if inDays && !o.EndAt().IsZero() {
		return o.EndAt().Add(-time.Second)
	}
	return o.EndAt()
}

// rule is what the law, or a contract of the firm's, says of an obligation.
func (v *Visit) rule(o obligation.Obligation) (workflow.Duty, error) {
	return v.S.d.Response.RuleOf(v.Firm, o)
}

// plainTime says when in the words of an office: today 21:00, tomorrow 09:10,
// else the day.
func plainTime(p *locale.Printer, at, now time.Time) string {
	day := func(t time.Time) string { return t.In(p.Zone()).Format(time.DateOnly) }
	switch day(at) {
	case day(now):
		return p.T("board.today", map[string]any{"Time": p.Time(at)})
	case day(now.In(p.Zone()).AddDate(0, 0, 1)):
		return p.T("board.tomorrow", map[string]any{"Time": p.Time(at)})
	}
	return p.Short(at)
}

func leftWords(p *locale.Printer, d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "+", -d
	}
	hours := int(d.Hours())
	if hours > 99 {
		return fmt.Sprintf("%s%d %s %02d %s", sign, hours/24, p.T("web.clock_day", nil), hours%24, p.T("web.clock_hour", nil))
	}
	return fmt.Sprintf("%s%02d:%02d:%02d", sign, hours, int(d.Minutes())%60, int(d.Seconds())%60)
}

// tape draws the way from the start of a clock to its end: filled as it is used,
// the nights shaded, a dot for what happened, a needle for now. It is a picture
// with a text beside it, and it prints. Attributes only: the policy of the pages
// allows no inline style.
func (v *Visit) tape(c register.Clock) template.HTML {
	start, end := c.Obligation.StartedAt, c.Obligation.EndAt()
	if end.IsZero() || !end.After(start) {
		return ""
	}
	at := func(t time.Time) float64 {
		return min(100, max(0, 100*float64(t.Sub(start))/float64(end.Sub(start))))
	}
	var b strings.Builder
	esc := template.HTMLEscapeString
	fmt.Fprintf(&b, `<svg class="tape-svg" width="100%%" height="52" role="group" aria-label="%s">`,
		esc(v.P.T("board.tape", map[string]any{"Percent": int(at(v.Now)), "Start": v.P.DateTime(start), "End": v.P.DateTime(end)})))
	b.WriteString(`<rect class="tape-way" x="0" y="8" width="100%" height="12" rx="6"/>`)
	if end.Sub(start) <= 14*24*time.Hour {
		for _, n := range nights(start, end, v.P.Zone()) {
			fmt.Fprintf(&b, `<rect class="tape-night" x="%.2f%%" y="8" width="%.2f%%" height="12"/>`, at(n[0]), at(n[1])-at(n[0]))
		}
	}
	fmt.Fprintf(&b, `<rect class="tape-used" x="0" y="8" width="%.2f%%" height="12" rx="6"/>`, at(v.Now))
	needle := at(v.Now)
	labelled := []float64{needle}
	for _, d := range c.Dots {
		words := v.P.T("dot."+d.Key, nil)
		x := at(d.At)
		fmt.Fprintf(&b, `<g tabindex="0" role="img" aria-label="%[2]s, %[3]s"><circle class="tape-dot" cx="%.2[1]f%%" cy="14" r="5"/><title>%[2]s, %[3]s</title></g>`, x, esc(words), esc(v.P.DateTime(d.At)))
		if isFree(labelled, x) {
			labelled = append(labelled, x)
			label(&b, x, "tape-label", v.P.Short(d.At), words)
		}
	}
	fmt.Fprintf(&b, `<line class="tape-now" x1="%[1]g%%" x2="%[1]g%%" y1="2" y2="26"/>`, needle)
	label(&b, needle, "tape-label now", v.P.T("board.now", nil), "")
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// isFree reports whether a label has room beside those that are there.
func isFree(taken []float64, x float64) bool {
	for _, t := range taken {
		if x-t < 22 && t-x < 22 {
			return false
		}
	}
	return true
}

func label(b *strings.Builder, x float64, class, first, second string) {
	anchor := "middle"
	switch {
	case x < 8:
		anchor = "start"
	case x > 92:
		anchor = "end"
	}
	for k, line := range []string{first, second} {
		if line != "" {
			fmt.Fprintf(b, `<text class="%s" x="%.2f%%" y="%d" text-anchor="%s">%s</text>`, class, x, 37+12*k, anchor, template.HTMLEscapeString(line))
		}
	}
}

// nights are the hours from eight in the evening to seven in the morning between
// two instants, in a zone.
func nights(from, to time.Time, zone *time.Location) [][2]time.Time {
	var out [][2]time.Time
	first := from.In(zone).AddDate(0, 0, -1)
	for day := first; ; day = day.AddDate(0, 0, 1) {
		dusk := time.Date(day.Year(), day.Month(), day.Day(), 20, 0, 0, 0, zone)
		dawn := time.Date(day.Year(), day.Month(), day.Day()+1, 7, 0, 0, 0, zone)
		if dusk.After(to) {
			return out
		}
		if dawn.After(from) {
			out = append(out, [2]time.Time{later(dusk, from), earlier(dawn, to)})
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
