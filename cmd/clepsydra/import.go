package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/locale"
	"clepsydra/internal/source"
	"clepsydra/internal/stewardship"
	"clepsydra/templates"
)

type importCmd struct {
	Contacts importContactsCmd `cmd:"" help:"Import people from a spreadsheet or the export of a shop or mailing tool."`
}

type importContactsCmd struct {
	File     string `arg:"" optional:"" help:"CSV or XLSX file." type:"path"`
	Source   string `help:"Name of a source (a shop or database of the settings) to take people from, instead of a file." placeholder:"NAME"`
	DryRun   bool   `help:"Only say what would happen."`
	JSON     bool   `name:"json" help:"Print JSON."`
	Country  string `help:"Country of people whose country is not stated." default:"BE"`
	Language string `help:"Language of people whose language is not stated; empty: not known."`
	In       string `help:"Language of the report: nl, fr, de or en." default:"en"`
}

// Run imports a file, or says what an import would do. A file that cannot be
// read ends the program with 2 and the reason.
func (c importContactsCmd) Run(e *env) error {
	words, err := locale.Load(templates.FS)
	if err != nil {
		return err
	}
	p := words.For(c.In, c.Country, nil)
	if (c.File == "") == (c.Source == "") {
		return unusable{errors.New("give either a file or --source")}
	}
	plan, err := c.plan(e)
	if err != nil {
		var failed *source.Failure
		if errors.As(err, &failed) {
			return unusable{fmt.Errorf("%s: %s", c.Source, p.Fault(failed.Shown()))}
		}
		if k := fault.KindOf(err); k != fault.Internal || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			if len(fault.All(err)) > 0 {
				err = errors.New(p.Fault(err))
			}
			return unusable{fmt.Errorf("%s: %w", cmp.Or(c.Source, c.File), err)}
		}
		return err
	}
	r := plan.Report(p.T)
	if c.JSON {
		return json.NewEncoder(e.out).Encode(r)
	}
	fmt.Fprintf(e.out, "%d rows: %d new, %d known already, %d refused\n", r.Rows, r.Accepted, r.Duplicates, r.RejectedCount)
	for column, field := range r.Mapping {
		fmt.Fprintf(e.out, "  column %q is %s\n", column, field)
	}
	for _, column := range r.Dropped {
		if field, ok := r.Undeclared[column]; ok {
			fmt.Fprintf(e.out, "  column %q is left out: the field %s is not declared (Customers, Fields)\n", column, field)
			continue
		}
		fmt.Fprintf(e.out, "  column %q is left out\n", column)
	}
	for _, l := range append(r.Warnings, r.Rejected...) {
		fmt.Fprintf(e.out, "  line %d: %s\n", l.Line, l.Reason)
	}
	return nil
}

func (c importContactsCmd) plan(e *env) (plan stewardship.ImportPlan, err error) {
	if c.Source != "" {
		return c.fromSource(e)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return plan, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return plan, err
	}
	if info.IsDir() {
		return plan, unusable{errors.New("this is a folder, not a file")}
	}
	in := stewardship.ImportInput{
		File: f, Size: info.Size(), Name: info.Name(),
		Options: contact.Options{DefaultCountry: c.Country, DefaultLanguage: c.Language},
	}
	cfg, err := e.settings()
	if err != nil {
		return plan, err
	}
	if c.DryRun {
		has, err := cfg.HasData()
		if err != nil {
			return plan, err
		}
		if !has && cfg.DatabaseURL == "" {
			return stewardship.DryRun(e.ctx, in, time.Now())
		}
	}
	return c.withStore(e, cfg, in)
}

func (c importContactsCmd) withStore(e *env, cfg config.Config, in stewardship.ImportInput) (plan stewardship.ImportPlan, err error) {
	db, _, created, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return plan, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if created {
		e.tellOfKey(cfg)
	}
	s := stewardship.New(db, time.Now)
	if c.DryRun {
		return s.Preview(e.ctx, in)
	}
	res, err := s.Import(e.ctx, journal.Actor{Kind: journal.ByCommand}, in)
	return res.ImportPlan, err
}

// fromSource takes people from a source of the settings, with its own choice of
// columns, country and language.
func (c importContactsCmd) fromSource(e *env) (plan stewardship.ImportPlan, err error) {
	cfg, err := e.settings()
	if err != nil {
		return plan, err
	}
	db, key, created, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return plan, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if created {
		e.tellOfKey(cfg)
	}
	a, err := app.New(cfg, db, key, app.Options{})
	if err != nil {
		return plan, err
	}
	return a.Sources.Pull(e.ctx, journal.Actor{Kind: journal.ByCommand}, c.Source, c.DryRun)
}
