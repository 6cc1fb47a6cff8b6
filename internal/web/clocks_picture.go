package web

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"clepsydra/internal/obligation"
)

// The measures of the picture of all clocks, in pixels.
const (
	lawHeight  = 26 // the name of a law
	laneHeight = 54 // one step of it
	laneTop    = 22 // room for the axis
	laneBar    = 12
)

// squeezeAfter is the length of time beyond which later days are drawn closer
// together: on one straight axis a report due in a month would leave no room to read
// the hours of today.
const squeezeAfter = 9 * 24 * time.Hour

// axis is the common time axis of all lanes.
type axis struct {
	from, to time.Time
	squeezed bool
}

// at is where an instant stands, in percent of the width.
func (a axis) at(t time.Time) float64 {
	d, whole := t.Sub(a.from), a.to.Sub(a.from)
	if whole <= 0 {
		return 0
	}
	x := float64(d) / float64(whole)
	if a.squeezed {
		day := float64(24 * time.Hour)
		x = math.Log1p(max(0, float64(d))/day) / math.Log1p(float64(whole)/day)
	}
	return 100 * min(1, max(0, x))
}

// axisOf spans every start, every end and now.
func axisOf(laws []lawShown, now time.Time) (a axis, lanes, height int) {
	a, height = axis{from: now, to: now.Add(24 * time.Hour)}, laneTop
	for _, l := range laws {
		height += lawHeight
		for _, s := range l.Steps {
			if s.IsQuiet() {
				continue
			}
			lanes, height = lanes+1, height+laneHeight
			if !s.Exists() {
				continue
			}
			a.from = earlier(a.from, s.Obligation.StartedAt)
			a.to = later(a.to, endOf(s.Obligation))
			for _, f := range s.Filings {
				a.to = later(a.to, f.FiledAt)
			}
		}
	}
	a.to = a.to.Add(a.to.Sub(a.from) / 20)
	a.squeezed = a.to.Sub(a.from) > squeezeAfter
	return a, lanes, height
}

// ticks are the labels of the axis: hours from its beginning when it is squeezed,
// else midnights.
func (a axis) ticks(zone *time.Location) []time.Time {
	var out []time.Time
	if a.squeezed {
		for _, d := range []int{1, 3, 7, 14, 30, 60, 120, 365} {
			if t := a.from.AddDate(0, 0, d); t.Before(a.to) {
				out = append(out, t)
			}
		}
		return out
	}
	for day := a.from.In(zone); ; {
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone)
		if !day.Before(a.to) {
			return out
		}
		out = append(out, day)
	}
}

// lanes draws every clock of the incident as a lane on one axis, with a line for now.
// It is a picture with the list below as its text; attributes only, no inline style.
// It reports whether later days are drawn closer together.
func (v *Visit) lanes(laws []lawShown) (template.HTML, bool) {
	a, n, height := axisOf(laws, v.Now)
	if n == 0 {
		return "", false
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="lanes" width="100%%" height="%d" role="img" aria-label="%s">`, height,
		template.HTMLEscapeString(v.P.N("laws.picture", n, map[string]any{"Start": v.P.DateTime(a.from), "End": v.P.DateTime(a.to)})))
	last := -20.0
	for _, t := range a.ticks(v.P.Zone()) {
		x := a.at(t)
		fmt.Fprintf(&b, `<line class="lane-tick" x1="%[1]g%%" x2="%[1]g%%" y1="%[2]d" y2="%[3]d"/>`, x, laneTop-6, height)
		if x-last >= 14 && x < 93 {
			last = x
			fmt.Fprintf(&b, `<text class="lane-date" x="%g%%" y="11" text-anchor="middle">%s</text>`, x, template.HTMLEscapeString(shortDay(v, t)))
		}
	}
	y := laneTop
	for _, l := range laws {
		fmt.Fprintf(&b, `<text class="lane-law" x="0" y="%d">%s</text>`, y+lawHeight-8, template.HTMLEscapeString(l.Regime.Name.In(v.P.Lang(), v.P.Country())))
		y += lawHeight
		for _, s := range l.Steps {
			if !s.IsQuiet() {
				v.lane(&b, a, l, s, y)
				y += laneHeight
			}
		}
	}
	fmt.Fprintf(&b, `<line class="lane-now" x1="%[1]g%%" x2="%[1]g%%" y1="%[2]d" y2="%[3]d"><title>%[4]s</title></line>`, a.at(v.Now), laneTop-8, height,
		template.HTMLEscapeString(v.P.T("board.now", nil)))
	b.WriteString(`</svg>`)
	return template.HTML(b.String()), a.squeezed
}

func shortDay(v *Visit, t time.Time) string {
	local := t.In(v.P.Zone())
	return fmt.Sprintf("%d/%d", local.Day(), local.Month())
}

// lane draws one step: its name above, its bar, and its end in words below.
func (v *Visit) lane(b *strings.Builder, a axis, l lawShown, s stepShown, y int) {
	esc := template.HTMLEscapeString
	name := s.Rule.Name.In(v.P.Lang(), v.P.Country())
	if l.IsOwn {
		name = v.P.T("laws.to_"+string(s.Rule.Recipient), nil)
	}
	look := v.laneLook(a, l, s)
	fmt.Fprintf(b, `<g class="lane %s"><title>%s: %s</title><text class="lane-name" x="0" y="%d">%s</text>`, look.class, esc(name), esc(look.words), y+12, esc(name))
	fmt.Fprintf(b, `<rect class="lane-way" x="0" y="%d" width="100%%" height="%d" rx="6"/>`, y+18, laneBar)
	fmt.Fprintf(b, `<rect class="lane-bar" x="%.2f%%" y="%d" width="%.2f%%" height="%d" rx="6"/>`, look.from, y+18, max(0.8, look.to-look.from), laneBar)
	if look.used > look.from {
		fmt.Fprintf(b, `<rect class="lane-used" x="%.2f%%" y="%d" width="%.2f%%" height="%d" rx="6"/>`, look.from, y+18, look.used-look.from, laneBar)
	}
	for _, f := range s.Filings {
		fmt.Fprintf(b, `<circle class="lane-sent" cx="%.2f%%" cy="%d" r="6"/>`, a.at(f.FiledAt), y+18+laneBar/2)
	}
	x, anchor := look.to, "end"
	if x < 50 {
		x, anchor = look.from, "start"
	}
	fmt.Fprintf(b, `<text class="lane-end" x="%.2f%%" y="%d" text-anchor="%s">%s</text></g>`, x, y+43, anchor, esc(look.words))
}

// laneLook is how a step looks: its class, where its bar begins, how far it is used
// and where it ends, in percent, and its end in words.
type laneLook struct {
	class          string
	from, used, to float64
	words          string
}

func (v *Visit) laneLook(a axis, l lawShown, s stepShown) laneLook {
	if !s.Exists() {
		return v.waitingLook(a, l, s)
	}
	o := s.Obligation
	out := laneLook{from: a.at(o.StartedAt), to: a.at(endOf(o)), words: v.P.T("duty_state."+s.State, nil)}
	switch {
	case o.State == obligation.Waived:
		out.class = "waived"
	case o.State == obligation.Met:
		out.class, out.used = "met", a.at(o.SettledAt)
	case o.State == obligation.MetLate:
		out.class, out.to = "late", a.at(o.SettledAt)
		out.used = out.to
	case endOf(o).IsZero():
		out.class, out.to, out.words = "open", a.at(v.Now), v.P.T("laws.no_hours_short", nil)
	default:
		out.class, out.used = clockState(o.EndAt(), v.Now), min(a.at(v.Now), out.to)
		out.words = plainTime(v.P, s.End, v.Now)
		if o.DueAt.IsZero() {
			out.words = v.P.T("board.aim", map[string]any{"When": out.words})
		}
	}
	out.to = max(out.to, out.from)
	return out
}

// couldBegin is the end of an open step that others wait for; of one that waits
// itself, that of the one before it. Zero when nothing is known.
func (l lawShown) couldBegin(after string) time.Time {
	for _, before := range l.Steps {
		switch {
		case before.Rule.ID != after:
		case before.Exists() && before.Obligation.IsOpen():
			return before.Obligation.EndAt()
		case !before.Exists() && before.Step.After != "":
			return l.couldBegin(before.Step.After) // only an earlier step can be named
		}
	}
	return time.Time{}
}

// waitingLook is how a step looks that waits: it could begin where the one before it
// ends, or now.
func (v *Visit) waitingLook(a axis, l lawShown, s stepShown) laneLook {
	key, from := "laws.waits_moment_short", v.Now
	switch s.LawStep.State {
	case obligation.StepWaits:
		key, from = "laws.waits_step_short", later(from, l.couldBegin(s.Step.After))
	case obligation.StepUndecided:
		key = "laws.waits_risk_short"
	}
	return laneLook{class: "wait", from: a.at(from), to: 100, words: v.P.T(key, nil)}
}
