// Command clepsydra is the breach-response tool: the server and everything that
// can be done from a shell. Each subcommand has a file of its own.
//
// It ends with 0 when it did what was asked, 1 when something went wrong, and 2
// when the input could not be used.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the program also runs where there is no zone file

	"github.com/alecthomas/kong"

	"clepsydra/internal/config"
	"clepsydra/internal/fault"
	"clepsydra/internal/locale"
	"clepsydra/templates"
)

// cli is the whole command line.
type cli struct {
	Config string `help:"Configuration file (YAML). The environment wins over it." type:"path" env:"CLEPSYDRA_CONFIG"`

	Serve    serveCmd    `cmd:"" help:"Serve the program. This is what runs every day."`
	Demo     demoCmd     `cmd:"" help:"Start a made-up firm to look around in, or tell the whole story once into a folder."`
	Assess   assessCmd   `cmd:"" help:"Judge the answers to an assessment, such as the risk of a breach."`
	Deadline deadlineCmd `cmd:"" help:"Compute a legal period and explain it."`
	Import   importCmd   `cmd:"" help:"Take people into the customer file."`
	Letters  lettersCmd  `cmd:"" help:"Print the letters of an incident into a folder."`
	Workflow workflowCmd `cmd:"" help:"The rule packs: check, list, schema."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database's schema up to date."`
	User     userCmd     `cmd:"" help:"People who sign in."`
	Erasures erasuresCmd `cmd:"" help:"Who was erased: export the list, apply it again after a restore."`
	Journal  journalCmd  `cmd:"" help:"The record of what happened."`
	Health   healthCmd   `cmd:"" help:"Ask a running server whether it is well."`
	Bench    benchCmd    `cmd:"" help:"Measure the program against plain loops of the same work."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// env is what every subcommand gets.
type env struct {
	ctx    context.Context
	config string
	out    io.Writer
	errs   io.Writer
}

// unusable is an error of the input; the program ends with 2.
type unusable struct{ error }

func (u unusable) Unwrap() error { return u.error }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errs io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("clepsydra"), kong.Description("Personal data breaches: clocks, people, papers, reminders."),
		kong.UsageOnError(), kong.Writers(out, errs), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return report(errs, parsed.Run(&env{ctx: ctx, config: c.Config, out: out, errs: errs}))
}

// report prints what went wrong, in words where the program has them, and gives
// the exit status.
func report(errs io.Writer, err error) int {
	if err == nil {
		return 0
	}
	text := err.Error()
	if len(fault.All(err)) > 0 {
		if b, loadErr := locale.Load(templates.FS); loadErr == nil {
			text = b.For("en", "", nil).Fault(err)
		}
	}
	fmt.Fprintln(errs, "clepsydra:", text)
	if errors.As(err, &unusable{}) {
		return 2
	}
	return 1
}

// settings reads the configuration.
func (e *env) settings() (config.Config, error) {
	c, err := config.Load(e.config)
	if err != nil {
		return c, unusable{err}
	}
	return c, nil
}

// logger writes to standard error, for people or machines to read.
func (e *env) logger(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(e.errs, &slog.HandlerOptions{Level: l}))
}
