package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"clepsydra/internal/app"
	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
)

type lettersCmd struct {
	Incident string `arg:"" help:"Reference of the incident, such as INC-2026-0012."`
	Out      string `required:"" help:"Folder for the files." type:"path"`
	List     int    `help:"Number of the frozen list; 0: the latest." default:"0"`
	Format   string `help:"One print file of many letters, or a ZIP of one PDF per person." enum:"merged,separate" default:"merged"`
	JSON     bool   `name:"json" help:"Print JSON."`
}

type letterFile struct {
	Name    string `json:"name"`
	Letters int    `json:"letters"`
	Pages   int    `json:"pages"`
	SHA256  string `json:"sha256"`
}

type lettersAnswer struct {
	Incident string       `json:"incident"`
	People   int          `json:"people"`
	Held     int          `json:"held"`
	Final    bool         `json:"final"`
	Files    []letterFile `json:"files"`
}

// Run prints a frozen list: with the approved text when there is one, else as a
// draft.
func (c lettersCmd) Run(e *env) (err error) {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	db, key, _, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a, err := app.New(cfg, db, key, app.Options{})
	if err != nil {
		return err
	}
	run, err := c.print(e, a)
	if err != nil {
		return err
	}
	answer := lettersAnswer{Incident: c.Incident, People: run.Total, Held: run.Held, Final: run.IsFinal()}
	files, err := communication.FilesOf(e.ctx, db.R, run.ID)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		_, content, err := communication.FileContent(e.ctx, db.R, run.ID, f.Number)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(c.Out, f.Name), content, 0o600); err != nil {
			return err
		}
		answer.Files = append(answer.Files, letterFile{f.Name, f.Letters, f.Pages, f.SHA256})
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(answer)
	}
	for _, f := range answer.Files {
		fmt.Fprintf(e.out, "%s: %d letters on %d pages\n", f.Name, f.Letters, f.Pages)
	}
	fmt.Fprintf(e.out, "%d people, %d held back\n", answer.People, answer.Held)
	return nil
}

func (c lettersCmd) print(e *env, a *app.App) (communication.Run, error) {
	i, err := incident.ByRef(e.ctx, a.DB.R, c.Incident)
	if err != nil {
		return communication.Run{}, err
	}
	lists, err := communication.SnapshotsOf(e.ctx, a.DB.R, i.ID)
	if err != nil {
		return communication.Run{}, err
	}
	if len(lists) == 0 {
		return communication.Run{}, communication.ErrNotFrozen
	}
	list := lists[len(lists)-1]
	if c.List > 0 {
		if c.List > len(lists) {
			return communication.Run{}, communication.ErrSnapshotMissing
		}
		list = lists[c.List-1]
	}
	papers, err := notification.PapersOf(e.ctx, a.DB.R, i.ID, notification.PaperLetters)
	if err != nil {
		return communication.Run{}, err
	}
	paper := ""
	if len(papers) > 0 {
		paper = papers[0].ID
	}
	actor := journal.Actor{Kind: journal.ByCommand}
	run, err := a.Response.StartRun(e.ctx, actor, i.ID, list.ID, paper, communication.Format(c.Format))
	if err != nil {
		return run, err
	}
	if err := a.Response.RunLetters(e.ctx, run.ID, func(int, int) {}); err != nil {
		return run, err
	}
	return communication.RunByID(e.ctx, a.DB.R, run.ID)
}
