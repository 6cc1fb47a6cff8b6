package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"clepsydra/internal/app"
	"clepsydra/internal/journal"
	"clepsydra/internal/stewardship"
)

type erasuresCmd struct {
	Export erasuresExportCmd `cmd:"" help:"Print who was erased, as identifiers without any data, to keep with the backups."`
	Replay erasuresReplayCmd `cmd:"" help:"After restoring an older backup: erase again whoever was erased since."`
}

// stewards builds the program on the data and hands over the keeper of the customer
// file.
func (e *env) stewards(do func(*stewardship.Service) error) (err error) {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	db, key, _, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return err
	}
	a, err := app.New(cfg, db, key, app.Options{})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, a.Stop(e.ctx)) }()
	return do(a.Stewardship)
}

type erasuresExportCmd struct{}

// Run prints one line of JSON for everybody who was erased.
func (erasuresExportCmd) Run(e *env) error {
	return e.stewards(func(s *stewardship.Service) error {
		out := json.NewEncoder(e.out)
		return s.Erasures(e.ctx, func(x stewardship.Erasure) error { return out.Encode(x) })
	})
}

type erasuresReplayCmd struct {
	File string `arg:"" help:"What export printed." type:"existingfile"`
}

// Run erases again; running it twice does no harm.
func (c erasuresReplayCmd) Run(e *env) error {
	list, err := readErasures(c.File)
	if err != nil {
		return err
	}
	return e.stewards(func(s *stewardship.Service) error {
		n, err := s.Replay(e.ctx, journal.Actor{Kind: journal.ByCommand}, list)
		fmt.Fprintf(e.out, "%d of %d erased again\n", n, len(list))
		return err
	})
}

func readErasures(path string) (list []stewardship.Erasure, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unusable{err}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var x stewardship.Erasure
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil || x.ContactID == "" || x.At.After(time.Now().AddDate(1, 0, 0)) {
			return nil, unusable{fmt.Errorf("line %d of %s is no erasure", n, path)}
		}
		list = append(list, x)
	}
	return list, lines.Err()
}
