// Package app puts the program together: New builds every part, Start lets it
// work, Stop ends it in the opposite order. It holds no rules.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/config"
	"clepsydra/internal/database"
	"clepsydra/internal/document"
	"clepsydra/internal/fetch"
	"clepsydra/internal/firm"
	"clepsydra/internal/job"
	"clepsydra/internal/locale"
	"clepsydra/internal/mail"
	"clepsydra/internal/response"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/web"
	"clepsydra/internal/workflow"
	"clepsydra/templates"
)

// App is the running program. Its parts may be used by commands and tests.
type App struct {
	DB          *database.DB
	Packs       *workflow.Packs
	Rules       *rulebook.Book
	Locale      *locale.Bundle
	Firms       *firm.Store
	Accounts    *account.Service
	Response    *response.Service
	Stewardship *stewardship.Service
	Watch       *stewardship.Watch
	Sources     *stewardship.Sources
	Signups     *stewardship.Signups
	Requests    *stewardship.Requests
	Records     *stewardship.Records
	Papers      *document.Typesetter

	cfg     config.Config
	clock   job.Clock
	log     *slog.Logger
	alerter *alerter
	frames  communication.Frames
	jobs    *job.Client
	runner  *job.Runner
	web     *web.Server
	address string
	// rulesFailed is why the firm's own rule packs are not in use as they are; nil
	// when they are.
	rulesFailed error
	key         database.Key
	closers     []closer
}

// closer is one thing to end, in the opposite order of its start.
type closer struct {
	name string
	do   func(context.Context) error
}

// Options change what New builds. The zero value is right for serving.
type Options struct {
	Clock job.Clock // nil: that of the machine
	Log   *slog.Logger
	// ShippedRules leaves the firm's own rule packs out.
	ShippedRules bool
}

// OpenData finds the key, opens the database and brings its schema up to date. It
// reports whether the key was made just now. Commands that need no more than the
// data use it without New.
func OpenData(ctx context.Context, cfg config.Config) (db *database.DB, key database.Key, created bool, err error) {
	has, err := cfg.HasData()
	if err != nil {
		return nil, key, false, fmt.Errorf("look for the data: %w", err)
	}
	if cfg.DatabaseURL == "" {
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return nil, key, false, fmt.Errorf("make the data folder: %w", err)
		}
	}
	if cfg.Key == "" && !has {
		if err := os.MkdirAll(filepath.Dir(cfg.KeyFile), 0o700); err != nil {
			return nil, key, false, fmt.Errorf("make the folder of the key: %w", err)
		}
	}
	if key, created, err = database.LoadKey(string(cfg.Key), cfg.KeyFile, !has); err != nil {
		return nil, key, false, err
	}
	db, err = database.Open(ctx, database.Options{Path: cfg.DatabaseFile(), Key: key, PostgresURL: string(cfg.DatabaseURL)})
	if err != nil {
		return nil, key, created, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, key, created, errors.Join(err, db.Close())
	}
	return db, key, created, nil
}

// New builds the program on an open database.
func New(cfg config.Config, db *database.DB, key database.Key, o Options) (*App, error) {
	a := &App{DB: db, cfg: cfg, clock: o.Clock, log: o.Log, key: key}
	if a.clock == nil {
		a.clock = job.SystemClock{}
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	rules := func() error { return a.buildRules(o.ShippedRules) }
	for _, build := range []func() error{rules, a.buildTexts, a.buildServices, a.buildWatch, a.buildRequests, a.buildRunner, a.buildWeb} {
		if err := build(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// buildTexts loads everything else that is read once: translations, letters, mail
// layouts, fonts.
func (a *App) buildTexts() error {
	var err error
	if a.Locale, err = locale.Load(templates.FS); err != nil {
		return err
	}
	if a.frames, err = communication.LoadFrames(templates.FS); err != nil {
		return err
	}
	layouts, err := mail.ParseLayouts(templates.FS)
	if err != nil {
		return err
	}
	a.alerter = &alerter{layouts: layouts, speak: func(lang, country, zone string) alert.Translator {
		return a.Locale.For(lang, country, location(zone))
	}}
	if a.Papers, err = document.NewTypesetter(); err != nil {
		return fmt.Errorf("load fonts: %w", err)
	}
	return nil
}

func location(zone string) *time.Location { return firm.Firm{Zone: zone}.Location() }

func (a *App) buildServices() error {
	var err error
	if a.Firms, err = firm.NewStore(a.key.Derive("fields")); err != nil {
		return err
	}
	a.Accounts = account.NewService(a.DB, a.Firms, a.clock.Now)
	a.jobs = job.NewClient(a.clock)
	a.Stewardship = stewardship.New(a.DB, a.clock.Now, affectedBy)
	if err := a.useConsent(); err != nil {
		return err
	}
	if err := a.useSignups(); err != nil {
		return err
	}
	if a.Records, err = stewardship.NewRecords(a.DB, a.clock.Now, a.Firms); err != nil {
		return err
	}
	a.Stewardship.UseRecords(a.Records)
	a.Sources = stewardship.NewSources(stewardship.SourceDeps{
		DB: a.DB, Clock: a.clock.Now, Firms: a.Firms, Imports: a.Stewardship,
		Reader: fetch.New(a.clock.Now, a.clock.After, fetch.Limits{}), Queue: pullQueue{a.jobs},
	})
	registerLeaving(a.Stewardship)
	a.useRetention()
	a.Stewardship.OnMerge("communication", stewardship.Mover{Move: communication.Move, Back: communication.MoveBack})
	a.Response = response.New(response.Deps{
		DB: a.DB, Clock: a.clock.Now, Packs: a.Packs, Frames: a.frames, Firms: a.Firms, Accounts: a.Accounts,
		Queue: queue{a.jobs, a.DB}, Alerter: a.alerter, Log: a.log, Changed: a.changed, LinkKey: a.key.Derive("links"),
		Printer: printer{ts: a.Papers, speak: func(lang, country string) words { return a.Locale.For(lang, country, nil) }},
		Speak: func(lang, country string, zone *time.Location) response.Words {
			return a.Locale.For(lang, country, zone)
		},
	})
	return nil
}

func (a *App) buildRunner() error {
	var err error
	work := a.handlers()
	maps.Copy(work, watchHandlers(a.Watch))
	maps.Copy(work, signupHandlers(a.Signups))
	maps.Copy(work, requestHandlers(a.Requests))
	a.runner, err = job.NewRunner(a.DB, a.jobs, job.Settings{
		Handlers: work, Sweeps: []job.Sweep{job.Every(sweep{}, sweepEvery), job.Every(watchSweep{}, watchEvery)},
		Queues: map[string]int{job.DefaultQueue: 4, lettersQueue: 1, sourcesQueue: 1, retentionQueue: 1}, Clock: a.clock, Logger: a.log,
	})
	return err
}

// sweepUp is what is looked after every few minutes: reminders that must be there,
// customer files that nobody imported in their day, sources whose turn has come, and
// what was kept long enough, and values of fields that ended.
func (a *App) sweepUp(ctx context.Context) error {
	return errors.Join(a.Response.Sweep(ctx), a.Signups.ExpireSignups(ctx), a.Stewardship.DropUploads(ctx), a.Sources.Sweep(ctx), a.Requests.SweepUp(ctx),
		a.Stewardship.SweepRetention(ctx), a.sweepNames(ctx), a.proposeRetention(ctx), a.Stewardship.EraseEnded(ctx))
}

// changed moves the boards that are open.
func (a *App) changed() {
	if a.web != nil {
		a.web.Changed()
	}
}

// Address is where the program listens, known after Start.
func (a *App) Address() string { return a.address }

// BaseURL is how people reach the program.
func (a *App) BaseURL() string {
	if a.cfg.BaseURL != "" {
		return a.cfg.BaseURL
	}
	return "http://" + a.address
}

// Start looks after the reminders once, starts the workers and listens. It
// returns when the program answers; errors of serving later end up in failed.
func (a *App) Start(ctx context.Context, failed func(error)) error {
	listener, err := net.Listen("tcp", a.cfg.Address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", a.cfg.Address, err)
	}
	a.address = listener.Addr().String()
	if err := a.rememberAddress(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	a.rememberRules(ctx)
	a.runner.Start(context.WithoutCancel(ctx))
	a.onStop("workers", a.runner.Stop)
	if err := a.sweepUp(ctx); err != nil {
		a.log.ErrorContext(ctx, "first sweep failed", "error", err)
	}
	a.warm(ctx)
	go func() {
		if err := a.web.App().Listener(listener); err != nil {
			failed(fmt.Errorf("serve: %w", err))
		}
	}()
	a.onStop("web", func(ctx context.Context) error {
		a.web.Close() // ends the open streams, which a shutdown would wait for
		return a.web.App().ShutdownWithContext(ctx)
	})
	return nil
}

// warm reads the customer file into the memory of the search, beside everything
// else, so that the first who searches does not wait for it.
func (a *App) warm(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.Stewardship.Warm(ctx); err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "the customer file was not read ahead", "error", err)
		}
	}()
	a.onStop("search", func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}

// rememberAddress keeps the address that messages link to. Jobs and other
// replicas read it from the firm.
func (a *App) rememberAddress(ctx context.Context) error {
	f, err := a.Firms.Get(ctx, a.DB.R)
	if errors.Is(err, firm.ErrNotSetUp) {
		return nil
	}
	if err != nil || f.BaseURL == a.BaseURL() {
		return err
	}
	f.BaseURL = a.BaseURL()
	return a.Firms.Put(ctx, a.DB.W, f)
}

func (a *App) onStop(name string, do func(context.Context) error) {
	a.closers = append(a.closers, closer{name, do})
}

// Stop ends what Start began, last things first, and closes the database.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	for k := len(a.closers) - 1; k >= 0; k-- {
		if err := a.closers[k].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", a.closers[k].name, err))
		}
	}
	a.closers = nil
	return errors.Join(append(errs, a.DB.Close())...)
}
