package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
)

type assessCmd struct {
	Name      string `arg:"" help:"Which assessment, such as breach-risk."`
	Answers   string `help:"JSON file with the answers by question; - reads them from the input." placeholder:"FILE" xor:"what"`
	Questions bool   `help:"Print the questions with their options and conditions." xor:"what"`
	Language  string `help:"Language of the texts: nl, fr, de or en." default:"en" enum:"nl,fr,de,en"`
	Country   string `help:"Country whose words are used, such as BE."`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Run assesses the answers of a file, or prints the questions.
func (c assessCmd) Run(e *env) error {
	packs, err := e.packs()
	if err != nil {
		return err
	}
	pack, err := packs.Assessment(strings.ReplaceAll(c.Name, "-", "_"))
	if err != nil {
		var names []string
		for _, a := range packs.Assessments() {
			names = append(names, strings.ReplaceAll(a.ID, "_", "-"))
		}
		return unusable{fmt.Errorf("there is no assessment %q: choose one of %s", c.Name, strings.Join(names, ", "))}
	}
	switch {
	case c.Questions:
		return c.questions(e.out, pack)
	case c.Answers == "":
		return unusable{errors.New("name the answers with --answers FILE.json, or ask for the questions with --questions")}
	}
	answers, err := c.read(pack)
	if err != nil {
		return unusable{err}
	}
	got, err := c.assess(pack, answers)
	if err != nil {
		return err
	}
	if c.JSON {
		return write(e.out, got)
	}
	return got.print(e.out)
}

// read takes the answers from the file. They are the object itself, or stand under
// "answers" in it.
func (c assessCmd) read(pack workflow.Assessment) (assessment.Answers, error) {
	in := io.Reader(os.Stdin)
	if c.Answers != "-" {
		f, err := os.Open(c.Answers)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	var raw map[string]any
	if err := json.NewDecoder(in).Decode(&raw); err != nil {
		return nil, fmt.Errorf("%s holds no JSON object of answers: %w", c.Answers, err)
	}
	if inner, ok := raw["answers"].(map[string]any); ok {
		raw = inner
	}
	return assessment.ReadAll(pack, raw)
}

type assessed struct {
	Assessment string            `json:"assessment"`
	Version    string            `json:"version"`
	Outcome    string            `json:"outcome"`
	Name       string            `json:"name"`
	Meaning    string            `json:"meaning"`
	Enough     bool              `json:"enough_known"`
	Between    [2]string         `json:"between"`
	ENISA      *assessedScore    `json:"enisa,omitempty"`
	Reasons    []assessedReason  `json:"reasons"`
	Changes    []assessedChange  `json:"changes"`
	Notes      []string          `json:"notes"`
	Nearest    []assessedExample `json:"nearest"`
	Unknown    []string          `json:"unknown"`
}

type assessedScore struct {
	DPC   any `json:"dpc"`
	EI    any `json:"ei"`
	CB    any `json:"cb"`
	Score any `json:"score"`
	Level any `json:"level"`
	// AtBest is the score when everything unknown turns out harmless; Score and its
	// parts are those at worst. They are the same when all is known.
	AtBest any `json:"score_at_best"`
}

type assessedReason struct {
	Text    string `json:"text"`
	Effect  string `json:"effect"`
	Weight  int    `json:"weight"`
	Outcome string `json:"outcome,omitempty"`
	ID      string `json:"id"`
}

type assessedChange struct {
	If       string `json:"if"`
	Outcome  string `json:"outcome"`
	Question string `json:"question"`
	Option   string `json:"option"`
}

type assessedExample struct {
	ID       string  `json:"id"`
	Source   string  `json:"source"`
	Title    string  `json:"title"`
	Outcome  string  `json:"outcome"`
	Likeness float64 `json:"likeness"`
}

func (c assessCmd) assess(pack workflow.Assessment, answers assessment.Answers) (assessed, error) {
	now, err := assessment.Evaluate(pack, answers)
	if err != nil {
		return assessed{}, err
	}
	outcome := pack.Outcomes[now.Rank]
	got := assessed{
		Assessment: pack.ID, Version: pack.Version, Outcome: now.Proposed, Enough: now.Enough,
		Name: outcome.Name.In(c.Language, c.Country), Meaning: outcome.Meaning.In(c.Language, c.Country),
		Between: [2]string{pack.Outcomes[now.Best].ID, pack.Outcomes[now.Worst].ID},
		Reasons: []assessedReason{}, Changes: []assessedChange{}, Notes: []string{}, Nearest: []assessedExample{}, Unknown: []string{},
	}
	got.Unknown = append(got.Unknown, now.Unknown...)
	if best, worst := now.AtBest.Values, now.AtWorst.Values; worst["dpc"] != nil {
		got.ENISA = &assessedScore{worst["dpc"], worst["ei"], worst["cb"], worst["score"], worst["level"], best["score"]}
	}
	for _, n := range pack.Notes {
		if slices.Contains(now.SureNotes(), n.ID) {
			got.Notes = append(got.Notes, n.Text.In(c.Language, c.Country))
		}
	}
	return got, c.explain(pack, answers, now, &got)
}

// explain adds the reasons, what would change the outcome, and the nearest cases.
func (c assessCmd) explain(pack workflow.Assessment, answers assessment.Answers, now assessment.Outcome, got *assessed) error {
	reasons, err := assessment.Reasons(pack, answers, now)
	if err != nil {
		return err
	}
	for _, r := range reasons {
		text := assessment.SayReason(pack, answers, r, c.Language, c.Country)
		got.Reasons = append(got.Reasons, assessedReason{text, string(r.Effect), r.Weight, r.Outcome, r.Rule + r.Question})
	}
	changes, err := assessment.Changes(pack, answers, now)
	if err != nil {
		return err
	}
	for _, ch := range changes {
		text := assessment.SayChange(pack, ch, c.Language, c.Country)
		got.Changes = append(got.Changes, assessedChange{text, ch.Outcome, ch.Question, ch.Option})
	}
	near, err := assessment.Nearest(pack, answers, 3)
	for _, n := range near {
		title := n.Case.Title.In(c.Language, c.Country)
		got.Nearest = append(got.Nearest, assessedExample{n.Case.ID, n.Case.Source, title, n.Case.Outcome, n.Likeness})
	}
	return err
}

func (a assessed) print(out io.Writer) error {
	fmt.Fprintf(out, "%s\n%s\n", a.Name, a.Meaning)
	if !a.Enough {
		fmt.Fprintf(out, "Not enough is known: it lies between %s and %s. To be answered: %s\n", a.Between[0], a.Between[1], strings.Join(a.Unknown, ", "))
	}
	if s := a.ENISA; s != nil {
		fmt.Fprintf(out, "\nENISA: %v x %v + %v = %v (%v)", s.DPC, s.EI, s.CB, s.Score, s.Level)
		if s.AtBest != s.Score {
			fmt.Fprintf(out, " at worst, %v at best", s.AtBest)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, "\nReasons")
	for _, r := range a.Reasons {
		fmt.Fprintf(out, "  %-8s %s\n", r.Effect, r.Text)
	}
	for _, c := range a.Changes {
		fmt.Fprintf(out, "  it would be %s %s\n", c.Outcome, c.If)
	}
	for _, n := range a.Notes {
		fmt.Fprintln(out, "  note    ", n)
	}
	for _, n := range a.Nearest {
		fmt.Fprintf(out, "  like     %s (%s): %s\n", n.Title, n.Source, n.Outcome)
	}
	return nil
}

type askedQuestion struct {
	ID      string        `json:"id"`
	Group   string        `json:"group"`
	Type    string        `json:"type"`
	Text    string        `json:"text"`
	Help    string        `json:"help,omitempty"`
	Source  string        `json:"source,omitempty"`
	When    string        `json:"when,omitempty"`
	None    string        `json:"none,omitempty"`
	Options []askedOption `json:"options,omitempty"`
}

type askedOption struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Help string `json:"help,omitempty"`
}

// questions prints what is asked. An answer is an option's id (a list of ids for
// many, a number for a number) or "unknown".
func (c assessCmd) questions(out io.Writer, pack workflow.Assessment) error {
	var all []askedQuestion
	for _, g := range pack.Groups {
		for _, q := range g.Questions {
			a := askedQuestion{
				ID: q.ID, Group: g.ID, Type: string(q.Kind), Text: q.Text.In(c.Language, c.Country), Help: q.Help.In(c.Language, c.Country),
				Source: q.Source, When: q.When.Text, None: q.None.In(c.Language, c.Country),
			}
			for _, o := range q.Options {
				a.Options = append(a.Options, askedOption{o.ID, o.Label.In(c.Language, c.Country), o.Help.In(c.Language, c.Country)})
			}
			all = append(all, a)
		}
	}
	if c.JSON {
		return write(out, map[string]any{"assessment": pack.ID, "version": pack.Version, "unknown": workflow.UnknownOption, "questions": all})
	}
	for _, q := range all {
		fmt.Fprintf(out, "%s (%s) %s\n", q.ID, q.Type, q.Text)
		if q.When != "" {
			fmt.Fprintf(out, "    asked when %s\n", q.When)
		}
		for _, o := range q.Options {
			fmt.Fprintf(out, "    %-16s %s\n", o.ID, o.Text)
		}
	}
	return nil
}

func write(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
