package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"text/tabwriter"

	"clepsydra/internal/bench"
)

type benchCmd struct {
	Group string `arg:"" optional:"" help:"letters, import, contacts, board or start; all of them when left out." enum:"letters,import,contacts,board,start,all" default:"all"`
	JSON  bool   `name:"json" help:"Print JSON."`
	Take  string `hidden:"" help:"Measure in this process."`
}

// Run measures. Each measurement is taken in a process of its own, so that its
// peak of memory is its own.
func (c benchCmd) Run(e *env) error {
	if c.Take != "" {
		figures, err := bench.Take(e.ctx, c.Take)
		if err != nil {
			return err
		}
		return json.NewEncoder(e.out).Encode(figures)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	figures := []bench.Figure{}
	for _, m := range bench.Measurements() {
		if c.Group != "all" && c.Group != m.Group {
			continue
		}
		more, err := c.apart(e, self, m.Name)
		if err != nil {
			return err
		}
		figures = append(figures, more...)
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(figures)
	}
	return table(e, figures)
}

// apart measures in another process of this program.
func (c benchCmd) apart(e *env, self, name string) (figures []bench.Figure, err error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(e.ctx, self, "bench", "--take="+name)
	cmd.Stdout, cmd.Stderr = &out, e.errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("bench %s: %w", name, err)
	}
	if err := json.Unmarshal(out.Bytes(), &figures); err != nil {
		return nil, fmt.Errorf("bench %s: %w", name, err)
	}
	return figures, nil
}

func table(e *env, figures []bench.Figure) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "figure\tours\tbaseline\tratio\tunit\tpeak MiB\t  baseline of")
	for _, f := range figures {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.2f\t%s\t%.0f\t  %s\n", f.Name, f.Ours, f.Baseline, f.Ratio, f.Unit, f.RSSMiB, f.BaselineOf)
	}
	return w.Flush()
}
