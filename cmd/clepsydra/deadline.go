package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/firm"
	"clepsydra/internal/locale"
	"clepsydra/templates"
)

type deadlineCmd struct {
	Hours    int    `help:"Length in hours." xor:"length"`
	Days     int    `help:"Length in days." xor:"length"`
	Weeks    int    `help:"Length in weeks." xor:"length"`
	Months   int    `help:"Length in months." xor:"length"`
	From     string `help:"Start of hours, with offset: 2026-06-12T18:45:00+02:00." placeholder:"INSTANT"`
	Received string `help:"Day of receipt for days, weeks and months: 2026-01-31." placeholder:"DAY"`
	Country  string `help:"Country of the holidays and the zone." default:"BE" enum:"BE,NL,FR,DE,LU,IE"`
	TZ       string `name:"tz" help:"Zone, such as Europe/Brussels; the country's own when left out."`
	Language string `help:"Language of the explanation: nl, fr, de or en." default:"en"`
	JSON     bool   `name:"json" help:"Print JSON."`

	lawFlags `embed:""`
}

type deadlineStep struct {
	Text    string `json:"text"`
	Article string `json:"article,omitempty"`
}

type deadlineAnswer struct {
	Exact     string         `json:"exact,omitempty"`
	Statutory string         `json:"statutory,omitempty"`
	LastDay   string         `json:"last_day,omitempty"`
	Due       string         `json:"due,omitempty"`
	Steps     []deadlineStep `json:"steps"`
}

// Run computes and explains one period, or a duty of a law.
func (c deadlineCmd) Run(e *env) error {
	zone := c.TZ
	if zone == "" {
		zone = firm.ZoneOf(c.Country)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		return unusable{fmt.Errorf("zone %q of country %q is not known: name one with --tz, such as Europe/Brussels", zone, c.Country)}
	}
	words, err := locale.Load(templates.FS)
	if err != nil {
		return err
	}
	printer := words.For(c.Language, c.Country, loc)
	if c.Law != "" {
		return c.runLaw(e, loc, printer)
	}
	d, err := c.compute(e, loc)
	if err != nil {
		return unusable{err}
	}
	answer := c.answer(d, loc, printer)
	if c.JSON {
		return json.NewEncoder(e.out).Encode(answer)
	}
	c.print(e, answer)
	return nil
}

func (c deadlineCmd) print(e *env, answer deadlineAnswer) {
	for _, line := range [][2]string{{"Deadline to keep", answer.Exact}, {"Statutory end", answer.Statutory}, {"Last day", answer.LastDay}, {"Due", answer.Due}} {
		if line[1] != "" {
			fmt.Fprintf(e.out, "%-17s %s\n", line[0]+":", line[1])
		}
	}
	for k, s := range answer.Steps {
		line := fmt.Sprintf("%2d. %s", k+1, s.Text)
		if s.Article != "" {
			line += " (" + s.Article + ")"
		}
		fmt.Fprintln(e.out, line)
	}
}

func (c deadlineCmd) compute(e *env, loc *time.Location) (deadline.Deadline, error) {
	p, err := c.period()
	if err != nil {
		return deadline.Deadline{}, err
	}
	if p.Unit == deadline.UnitHours {
		if c.From == "" {
			return deadline.Deadline{}, errors.New("hours run from an instant: --from 2026-06-12T18:45:00+02:00")
		}
		from, err := time.Parse(time.RFC3339, c.From)
		if err != nil {
			return deadline.Deadline{}, fmt.Errorf("--from %q: write it as 2026-06-12T18:45:00+02:00", c.From)
		}
		return deadline.Hours(p.Amount, from, loc)
	}
	day, err := c.day(loc)
	if err != nil {
		return deadline.Deadline{}, err
	}
	packs, err := e.packs()
	if err != nil {
		return deadline.Deadline{}, err
	}
	cal, err := packs.CalendarIn(c.Country, c.Language)
	if err != nil {
		return deadline.Deadline{}, err
	}
	return deadline.FromDay(p, day, loc, cal)
}

func (c deadlineCmd) period() (deadline.Period, error) {
	for _, p := range []deadline.Period{
		{Amount: c.Hours, Unit: deadline.UnitHours}, {Amount: c.Days, Unit: deadline.UnitDays},
		{Amount: c.Weeks, Unit: deadline.UnitWeeks}, {Amount: c.Months, Unit: deadline.UnitMonths},
	} {
		if p.Amount != 0 {
			return p, p.Check()
		}
	}
	return deadline.Period{}, errors.New("name a length: --hours, --days, --weeks or --months")
}

// day is the day of receipt: named, or that of the instant given with --from.
func (c deadlineCmd) day(loc *time.Location) (deadline.Date, error) {
	if c.Received == "" && c.From != "" {
		from, err := time.Parse(time.RFC3339, c.From)
		if err != nil {
			return deadline.Date{}, fmt.Errorf("--from %q: write it as 2026-06-12T18:45:00+02:00", c.From)
		}
		return deadline.DateOf(from.In(loc)), nil
	}
	if c.Received == "" {
		return deadline.Date{}, errors.New("days, weeks and months run from a day: --received 2026-01-31")
	}
	day, err := deadline.ParseDate(c.Received)
	if err != nil {
		return deadline.Date{}, fmt.Errorf("--received %q: write it as 2026-01-31", c.Received)
	}
	return day, nil
}

func (c deadlineCmd) answer(d deadline.Deadline, loc *time.Location, p *locale.Printer) deadlineAnswer {
	var out deadlineAnswer
	if d.LastDay.IsZero() {
		out.Exact, out.Statutory = d.Exact.In(loc).Format(time.RFC3339), d.Statutory.In(loc).Format(time.RFC3339)
	} else {
		out.LastDay, out.Due = d.LastDay.String(), d.Due.In(loc).Format(time.RFC3339)
	}
	for _, s := range d.Steps {
		args := make(map[string]any, len(s.Args))
		for k, v := range s.Args {
			args[k] = p.Readable(v)
		}
		out.Steps = append(out.Steps, deadlineStep{Text: p.T(s.Key, args), Article: s.Article})
	}
	return out
}
