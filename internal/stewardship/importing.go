package stewardship

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// ImportInput is a file and what the user says about it. File is read several
// times and must not change meanwhile. Name is only for the record.
type ImportInput struct {
	File    io.ReaderAt
	Size    int64
	Name    string
	Options contact.Options

	// Of a pull; empty for a file.
	source string
	leads  bool
	after  func(context.Context, bun.Tx, contact.Import) error
}

// ImportPlan says how a file is read and what becomes of its rows.
type ImportPlan struct {
	contact.Tally
	Format    contact.Format
	Encoding  contact.Encoding
	Delimiter rune
	Sheet     string
	HasHeader bool
	Columns   []contact.Column
	Tool      string            // the program the file was recognised to come from; empty for any other
	Status    contact.Marketing // of everybody in such an export; empty: each row says
	FileHash  string            // SHA-256, hexadecimal
	// IsCleaned: what may not be kept was taken out of the file before it was kept;
	// how it is written can no longer be chosen.
	IsCleaned bool
}

// ImportResult is an import that was carried out.
type ImportResult struct {
	ImportPlan
	Import contact.Import
}

// DryRun reads a file without any store, by the shipped proposal of declared fields,
// and compares its rows with one another only. now serves two-digit years.
func DryRun(ctx context.Context, in ImportInput, now time.Time) (ImportPlan, error) {
	r, err := processing.Starter()
	if err != nil {
		return ImportPlan{}, err
	}
	in.Options.Declared = r.Declaration()
	return dryRun(ctx, in, now, nil, nil)
}

// Preview says what Import would do, compared with the people in the store. It
// changes nothing and fails as Import does for a file that cannot be read.
func (s *Service) Preview(ctx context.Context, in ImportInput) (ImportPlan, error) {
	in, err := s.readied(ctx, in)
	if err != nil {
		return ImportPlan{}, err
	}
	screen, err := s.screen(ctx, s.db.R, false)
	if err != nil {
		return ImportPlan{}, err
	}
	plan, err := dryRun(ctx, in, s.moment(), screen, func(ctx context.Context, ids []contact.Identity) ([]contact.Contact, error) {
		return contact.Candidates(ctx, s.db.R, ids)
	})
	if err != nil {
		return ImportPlan{}, err
	}
	before, err := contact.ImportOfFile(ctx, s.db.R, plan.FileHash)
	switch {
	case err == nil:
		warning := contact.Problem{Fault: contact.SameFileImported(before.ImportedAt.Format(time.DateOnly))}
		plan.Warnings = append([]contact.Problem{warning}, plan.Warnings...)
		plan.WarningCount++
	case fault.KindOf(err) != fault.NotFound:
		return ImportPlan{}, err
	}
	return plan, nil
}

func dryRun(ctx context.Context, in ImportInput, now time.Time, screen contact.Screen, lookup contact.Lookup) (plan ImportPlan, err error) {
	f, plan, err := in.open(now)
	if err != nil {
		return ImportPlan{}, err
	}
	f.Screen = screen
	defer func() { err = errors.Join(err, f.Close()) }()
	plan.Tally, err = contact.Count(ctx, f, lookup)
	return plan, err
}

// open opens the file, its day filled in.
func (in ImportInput) open(now time.Time) (*contact.File, ImportPlan, error) {
	o := in.Options
	if o.Today.IsZero() {
		o.Today = contact.DateOf(now)
	}
	f, err := contact.Open(in.File, in.Size, o)
	if err != nil {
		return nil, ImportPlan{}, err
	}
	if f.SourceHash != "" {
		return f, planOf(f, f.SourceHash), nil
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(in.File, 0, in.Size)); err != nil {
		return nil, ImportPlan{}, errors.Join(fmt.Errorf("hash file: %w", err), f.Close())
	}
	return f, planOf(f, hex.EncodeToString(hash.Sum(nil))), nil
}

// planOf is what is known before a row was read.
func planOf(f *contact.File, hash string) ImportPlan {
	return ImportPlan{
		Format: f.Format, Encoding: f.Encoding, Delimiter: f.Delimiter, Sheet: f.Sheet,
		HasHeader: f.HasHeader, Columns: f.Columns, FileHash: hash, Tool: f.Preset.Name, Status: f.Preset.Status, IsCleaned: f.SourceHash != "",
	}
}

// Import takes the people of a file over: everybody who can be taken, or nobody
// when it fails. Rows that cannot be taken are in the result with their reasons.
// A file with nobody to take fails with contact.ErrNothingTaken.
func (s *Service) Import(ctx context.Context, actor journal.Actor, in ImportInput) (ImportResult, error) {
	return s.importing(ctx, actor, in, func(context.Context, bun.Tx) error { return nil })
}

// importing carries an import out; first runs in its transaction before anything
// else and may still refuse.
func (s *Service) importing(ctx context.Context, actor journal.Actor, in ImportInput, first func(context.Context, bun.Tx) error) (res ImportResult, err error) {
	now := s.moment()
	if in, err = s.readied(ctx, in); err != nil {
		return ImportResult{}, err
	}
	f, plan, err := in.open(now)
	if err != nil {
		return ImportResult{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	res.ImportPlan = plan
	if res.Import, err = contact.NewImport(); err != nil {
		return ImportResult{}, fmt.Errorf("import contacts: %w", err)
	}
	i := &res.Import
	i.FileName, i.FileHash, i.Format, i.ImportedAt = fileName(in.Name), plan.FileHash, plan.Format, now
	i.ActorKind, i.ActorID, i.SourceID, i.Leads = string(actor.Kind), actor.ID, in.source, in.leads
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		if f.Screen, err = s.screen(ctx, tx, true); err != nil {
			return err
		}
		if res.Tally, err = contact.Land(ctx, tx, f, i); err != nil {
			return err
		}
		if err := s.refused(ctx, tx, actor, i.ID, res.Tally.Refused); err != nil {
			return err
		}
		if i.Accepted+i.Duplicates == 0 {
			return contact.ErrNothingTaken
		}
		if in.source == "" {
			if err := remember(ctx, tx, f, now); err != nil {
				return err
			}
		}
		if err := journal.Append(ctx, tx, imported(*i, res.Blocked, actor)); err != nil || in.after == nil {
			return err
		}
		return in.after(ctx, tx, *i)
	})
	if err != nil {
		return ImportResult{}, fmt.Errorf("import contacts: %w", err)
	}
	return res, nil
}

func imported(i contact.Import, blocked int, actor journal.Actor) journal.Entry {
	e := journal.Entry{
		Case: journal.Case{Kind: "import", ID: string(i.ID)}, Kind: "contact.imported",
		Actor: actor, RecordedAt: i.ImportedAt,
		Facts: map[string]string{
			"rows": strconv.Itoa(i.Rows), "accepted": strconv.Itoa(i.Accepted),
			"duplicates": strconv.Itoa(i.Duplicates), "filled": strconv.Itoa(i.Filled),
			"rejected": strconv.Itoa(i.Rejected), "blocked": strconv.Itoa(blocked), "format": string(i.Format), "file_sha256": i.FileHash,
		},
	}
	if i.SourceID != "" {
		e.Facts["source"], e.Facts["changed"] = i.SourceID, strconv.Itoa(i.Changed)
	}
	return e
}

// fileName keeps the last part of a path, whichever way its slashes lean.
func fileName(s string) string {
	s = contact.Clean(path.Base(strings.ReplaceAll(s, `\`, "/")))
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200])
	}
	if s == "." || s == "/" {
		return ""
	}
	return s
}
