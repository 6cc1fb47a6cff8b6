package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
)

type migrateCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run applies the migrations that are missing; opening the data does it.
func (c migrateCmd) Run(e *env) error {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	db, _, created, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return err
	}
	if created {
		e.tellOfKey(cfg)
	}
	pending, err := db.Pending(e.ctx)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(map[string]any{"up_to_date": len(pending) == 0, "pending": append([]string{}, pending...)})
	}
	fmt.Fprintln(e.out, "The schema is up to date.")
	return nil
}

type userCmd struct {
	List userListCmd `cmd:"" help:"List everybody."`
	Add  userAddCmd  `cmd:"" help:"Invite somebody; prints the link."`
	Link userLinkCmd `cmd:"" help:"Print a fresh link for somebody who lost his password."`
}

// accounts opens the data and hands them to do.
func (e *env) accounts(do func(db *database.DB, s *account.Service, base string) error) (err error) {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	db, key, _, err := app.OpenData(e.ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	firms, err := firm.NewStore(key.Derive("fields"))
	if err != nil {
		return err
	}
	base := cfg.BaseURL
	if f, err := firms.Get(e.ctx, db.R); err == nil && base == "" {
		base = f.BaseURL
	}
	return do(db, account.NewService(db, firms, time.Now), base)
}

type userListCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

type listedUser struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Role     string `json:"role"`
	Disabled bool   `json:"disabled"`
}

// Run lists the accounts.
func (c userListCmd) Run(e *env) error {
	return e.accounts(func(_ *database.DB, s *account.Service, _ string) error {
		all, err := s.List(e.ctx)
		if err != nil {
			return err
		}
		list := make([]listedUser, len(all))
		for k, a := range all {
			list[k] = listedUser{string(a.ID), a.Name, a.Email, string(a.Role), a.IsDisabled()}
		}
		if c.JSON {
			return json.NewEncoder(e.out).Encode(list)
		}
		for _, u := range list {
			fmt.Fprintf(e.out, "%-14s %-30s %s\n", u.Role, u.Email, u.Name)
		}
		return nil
	})
}

type userAddCmd struct {
	Email    string `arg:"" help:"Mail address."`
	Name     string `required:"" help:"Name."`
	Role     string `required:"" help:"Role." enum:"reporter,handler,manager,dpo,auditor,administrator"`
	Language string `help:"Language of the interface." enum:"nl,fr,de,en" default:"en"`
}

// Run invites somebody.
func (c userAddCmd) Run(e *env) error {
	return e.accounts(func(_ *database.DB, s *account.Service, base string) error {
		_, secret, err := s.Invite(e.ctx, journal.Actor{Kind: journal.ByCommand},
			account.Account{Name: c.Name, Email: c.Email, Role: account.Role(c.Role), Language: c.Language})
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "%s/invite/%s\n", base, secret)
		return nil
	})
}

type userLinkCmd struct {
	Email string `arg:"" help:"Mail address."`
}

// Run makes a fresh link.
func (c userLinkCmd) Run(e *env) error {
	return e.accounts(func(_ *database.DB, s *account.Service, base string) error {
		a, err := s.ByEmail(e.ctx, c.Email)
		if err != nil {
			return err
		}
		secret, err := s.NewLink(e.ctx, journal.Actor{Kind: journal.ByCommand}, a.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.out, "%s/invite/%s\n", base, secret)
		return nil
	})
}

type journalCmd struct {
	Verify journalVerifyCmd `cmd:"" help:"Follow the chain of hashes and say whether anything was changed or removed."`
}

type journalVerifyCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run verifies the journal; it ends with 1 when something does not hold.
func (c journalVerifyCmd) Run(e *env) error {
	return e.accounts(func(db *database.DB, _ *account.Service, _ string) error {
		n, problems, err := journal.Verify(e.ctx, db.R)
		if err != nil {
			return err
		}
		if c.JSON {
			err = json.NewEncoder(e.out).Encode(map[string]any{"entries": n, "whole": len(problems) == 0, "problems": append([]journal.Problem{}, problems...)})
		} else {
			fmt.Fprintf(e.out, "%d entries, %d problems\n", n, len(problems))
			for _, p := range problems {
				fmt.Fprintf(e.out, "  entry %d: %s\n", p.Seq, p.What)
			}
		}
		if err == nil && len(problems) > 0 {
			return errors.New("the journal does not hold")
		}
		return err
	})
}

type healthCmd struct {
	URL  string `help:"Address of the server; the configured one when left out."`
	JSON bool   `name:"json" help:"Print the server's answer."`
}

// Run asks the server; it ends with 1 when it is not well. Containers use it as
// their health check, since there is no other program in them.
func (c healthCmd) Run(e *env) error {
	base := c.URL
	if base == "" {
		cfg, err := e.settings()
		if err != nil {
			return err
		}
		host, port, err := net.SplitHostPort(cfg.Address)
		if err != nil {
			return unusable{err}
		}
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "127.0.0.1"
		}
		base = "http://" + net.JoinHostPort(host, port)
	}
	client := http.Client{Timeout: 5 * time.Second}
	req, err := http.NewRequestWithContext(e.ctx, http.MethodGet, strings.TrimSuffix(base, "/")+"/health", nil)
	if err != nil {
		return unusable{err}
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if c.JSON {
		fmt.Fprintln(e.out, string(body))
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not well: status %d", res.StatusCode)
	}
	if !c.JSON {
		fmt.Fprintln(e.out, "ok")
	}
	return nil
}

type versionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run prints the version that the build recorded.
func (c versionCmd) Run(e *env) error {
	version, revision, golang := "development", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		golang = info.GoVersion
		if v := info.Main.Version; v != "" && v != "(devel)" {
			version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(map[string]string{"version": version, "revision": revision, "go": golang})
	}
	fmt.Fprintln(e.out, strings.TrimSpace(filepath.Base(os.Args[0])+" "+version+" "+revision+" "+golang))
	return nil
}
