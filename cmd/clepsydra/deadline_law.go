package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"clepsydra/internal/deadline"
	"clepsydra/internal/locale"
	"clepsydra/internal/workflow"
)

// lawFlags name a duty of a rule pack and the moments it runs from.
type lawFlags struct {
	Law        string `help:"Compute a duty of this law, such as nis2; with --duty. Alone it lists the duties." placeholder:"ID"`
	Duty       string `help:"Duty of the law, such as nis2_final." placeholder:"ID"`
	Aware      string `help:"When the firm knew." placeholder:"INSTANT"`
	Classified string `help:"When the incident was classified as major (DORA)." placeholder:"INSTANT"`
	Sent       string `help:"When the previous step was sent." placeholder:"INSTANT"`
	Measure    string `help:"When a corrective measure was available (CRA)." placeholder:"INSTANT"`
	Handled    string `help:"When the incident was handled (NIS2)." placeholder:"INSTANT"`
	Decided    string `help:"When the risk was decided." placeholder:"INSTANT"`
}

// lawAnswer is what is said about a duty of a law.
type lawAnswer struct {
	Law     string `json:"law"`
	Version string `json:"version"`
	IsLaw   bool   `json:"is_law"`
	Duty    string `json:"duty"`
	Name    string `json:"name"`
	Article string `json:"article"`
	Limit   bool   `json:"has_limit"`
	Binding string `json:"binding,omitempty"`
	deadlineAnswer
}

// moments reads the instants that were given.
func (f lawFlags) moments() (workflow.Moments, error) {
	out := workflow.Moments{}
	for _, one := range []struct {
		flag, text string
		moment     workflow.Moment
	}{
		{"aware", f.Aware, workflow.Aware}, {"classified", f.Classified, workflow.Classified}, {"sent", f.Sent, workflow.PreviousStepSent},
		{"measure", f.Measure, workflow.MeasureAvailable}, {"handled", f.Handled, workflow.Handled}, {"decided", f.Decided, workflow.Decided},
	} {
		if one.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, one.text)
		if err != nil {
			return nil, fmt.Errorf("--%s %q: write it as 2026-06-12T18:45:00+02:00", one.flag, one.text)
		}
		out[one.moment] = at
	}
	return out, nil
}

// runLaw computes and explains a duty of a law by the version that is in force on the
// day the firm knew, or today.
func (c deadlineCmd) runLaw(e *env, loc *time.Location, words *locale.Printer) error {
	packs, err := e.packs()
	if err != nil {
		return err
	}
	at, err := c.moments()
	if err != nil {
		return unusable{err}
	}
	day := at[workflow.Aware]
	if day.IsZero() {
		day = time.Now()
	}
	regime, err := lawOf(packs, c.Law, day.In(loc))
	if err != nil {
		return unusable{err}
	}
	if c.Duty == "" {
		return c.listDuties(e, regime)
	}
	rule, err := regime.Duty(c.Duty)
	if err != nil {
		return unusable{fmt.Errorf("the law %s has no duty %q: leave --duty out to see them", regime.ID, c.Duty)}
	}
	answer := lawAnswer{Law: regime.ID, Version: regime.Version, IsLaw: regime.IsLaw(), Duty: rule.ID, Article: rule.Article,
		Name: rule.Name.In(c.Language, c.Country), Limit: rule.Limit != nil}
	if rule.Limit != nil {
		answer.Binding = string(rule.Limit.Binding)
		d, err := c.dutyDeadline(packs, rule, at, loc)
		if err != nil {
			return unusable{err}
		}
		answer.deadlineAnswer = c.answer(d, loc, words)
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(answer)
	}
	return c.printLaw(e, answer)
}

func (c deadlineCmd) dutyDeadline(packs *workflow.Packs, rule workflow.Duty, at workflow.Moments, loc *time.Location) (deadline.Deadline, error) {
	cal, err := packs.CalendarIn(c.Country, c.Language)
	if err != nil {
		return deadline.Deadline{}, err
	}
	d, err := rule.Deadline(at, loc, cal)
	if errors.Is(err, workflow.ErrNotStarted) {
		return d, fmt.Errorf("%s runs from %q: name that moment, such as --aware, --sent, --classified, --measure or --handled", rule.ID, rule.StartsFrom)
	}
	return d, err
}

// lawOf finds a law on a day, proposals too: they are marked as such.
func lawOf(packs *workflow.Packs, id string, day time.Time) (workflow.Regime, error) {
	var known []string
	for _, r := range packs.Regimes(day) {
		if r.ID == id {
			return r, nil
		}
		known = append(known, r.ID)
	}
	return workflow.Regime{}, fmt.Errorf("the law %q is not in force on %s; there are %s", id, day.Format(time.DateOnly), strings.Join(known, ", "))
}

func (c deadlineCmd) listDuties(e *env, r workflow.Regime) error {
	if !r.IsLaw() {
		fmt.Fprintln(e.out, "This is a proposal and NOT LAW.")
	}
	for _, d := range r.Duties {
		fmt.Fprintf(e.out, "%-28s %-20s %s (%s)\n", d.ID, d.StartsFrom, d.Name.In(c.Language, c.Country), d.Article)
	}
	return nil
}

func (c deadlineCmd) printLaw(e *env, a lawAnswer) error {
	if !a.IsLaw {
		fmt.Fprintln(e.out, "This is a proposal and NOT LAW.")
	}
	fmt.Fprintf(e.out, "%s %s: %s (%s)\n", a.Law, a.Version, a.Name, a.Article)
	switch {
	case !a.Limit:
		fmt.Fprintln(e.out, "The law names no hours: without undue delay.")
		return nil
	case a.Binding == string(workflow.ByTarget):
		fmt.Fprintln(e.out, "The law names no hours; this is an aim of our own.")
	}
	c.print(e, a.deadlineAnswer)
	return nil
}
