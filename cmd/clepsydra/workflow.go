package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

type workflowCmd struct {
	Check  workflowCheckCmd  `cmd:"" help:"Check rule packs of your own against the shipped ones."`
	List   workflowListCmd   `cmd:"" help:"List the rule packs in use and where they come from."`
	Schema workflowSchemaCmd `cmd:"" help:"Print the JSON Schema of a kind of pack, for editors."`
}

type workflowCheckCmd struct {
	Files []string `arg:"" name:"file" help:"Files or folders; a file stands in for the shipped one of the same name."`
	JSON  bool     `name:"json" help:"Print JSON."`
}

// packProblem is one thing wrong. Line and column count from 1; 0 means the whole file.
type packProblem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
}

type packCheck struct {
	Files    int           `json:"files"`
	Good     bool          `json:"good"`
	Problems []packProblem `json:"problems"`
}

// Run checks and ends with 1 when something is wrong.
func (c workflowCheckCmd) Run(e *env) error {
	g, err := workflow.Gather(c.Files)
	if err != nil {
		return unusable{err}
	}
	_, err = workflow.LoadWith(workflows.FS, g.Own, time.Now)
	var problems workflow.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	out := packCheck{Files: len(g.Own), Good: len(problems) == 0, Problems: []packProblem{}}
	for _, p := range problems {
		if at, ok := g.Paths[p.File]; ok {
			p.File = at
		}
		out.Problems = append(out.Problems, packProblem{p.File, p.Line, p.Column, p.Text})
		if !c.JSON {
			fmt.Fprintln(e.out, p.Error())
		}
	}
	if c.JSON {
		if err := json.NewEncoder(e.out).Encode(out); err != nil {
			return err
		}
	} else if out.Good {
		fmt.Fprintf(e.out, "Good: %s, checked together with the shipped packs.\n", counted(out.Files, "file"))
	}
	if !out.Good {
		return fmt.Errorf("%s in %s", counted(len(problems), "problem"), counted(out.Files, "file"))
	}
	return nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

type workflowListCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

type listedPack struct {
	Kind    workflow.Kind   `json:"kind"`
	ID      string          `json:"id"`
	Version string          `json:"version"`
	From    string          `json:"valid_from,omitempty"`
	To      string          `json:"valid_to,omitempty"`
	Origin  workflow.Origin `json:"origin"`
	File    string          `json:"file"`
	SHA256  string          `json:"sha256"`
}

// packs loads the rule packs that serve would use: the shipped ones with the
// operator's own laid over them.
func (e *env) packs() (*workflow.Packs, error) {
	cfg, err := e.settings()
	if err != nil {
		return nil, err
	}
	return workflow.LoadDir(workflows.FS, cfg.Packs, time.Now)
}

// Run lists the packs that serve would use. It needs no database.
func (c workflowListCmd) Run(e *env) error {
	packs, err := e.packs()
	if err != nil {
		return err
	}
	var all []listedPack
	for _, f := range packs.Files() {
		p := listedPack{Kind: f.Kind, ID: f.ID, Version: f.Version, Origin: f.Origin, File: f.Path, SHA256: f.SHA256}
		if !f.ValidFrom.IsZero() {
			p.From = f.ValidFrom.String()
		}
		if !f.ValidTo.IsZero() {
			p.To = f.ValidTo.String()
		}
		all = append(all, p)
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(all)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tID\tVERSION\tFROM\tTO\tORIGIN\tFILE")
	for _, p := range all {
		fmt.Fprintln(w, strings.Join([]string{string(p.Kind), p.ID, p.Version, p.From, p.To, string(p.Origin), p.File}, "\t"))
	}
	return w.Flush()
}

type workflowSchemaCmd struct {
	Kind string `arg:"" help:"regime, authority, scenario, holidays, categories, ladders."`
}

// Run prints one schema.
func (c workflowSchemaCmd) Run(e *env) error {
	if !slices.Contains(workflow.Kinds(), workflow.Kind(c.Kind)) {
		return unusable{fmt.Errorf("there is no kind %q: name one of %v", c.Kind, workflow.Kinds())}
	}
	schema, err := workflows.Schema(c.Kind)
	if err != nil {
		return err
	}
	_, err = e.out.Write(schema)
	return err
}
