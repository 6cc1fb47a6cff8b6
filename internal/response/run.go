package response

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
)

// RunLetters prints a run, file by file. Each file is committed together with the
// position that it reaches, so that after a crash the run goes on behind the last
// whole file and no letter is printed twice. progress is told after every file.
func (s *Service) RunLetters(ctx context.Context, runID string, progress func(done, total int)) error {
	run, err := communication.RunByID(ctx, s.d.DB.R, runID)
	if err != nil {
		return err
	}
	if !run.IsActive() {
		return nil
	}
	if err := run.Start(); err != nil {
		return err
	}
	if err := communication.SaveRun(ctx, s.d.DB.W, run); err != nil {
		return err
	}
	w, paper, err := s.writer(ctx, s.d.DB.R, run.IncidentID, run.PaperID, run.StartedAt)
	if err != nil {
		return err
	}
	snap, err := communication.SnapshotByID(ctx, s.d.DB.R, run.SnapshotID)
	if err != nil {
		return err
	}
	p := printing{s: s, w: w, snap: snap, version: paper.Version, hash: paper.Hash}
	for run.Done < run.Total {
		more, err := p.nextFile(ctx, &run)
		if err != nil || !more {
			return err
		}
		progress(run.Done, run.Total)
		s.d.Changed()
	}
	return s.finishRun(ctx, run)
}

// printing is a run at work.
type printing struct {
	s       *Service
	w       *writer
	snap    communication.Snapshot
	version int
	hash    string
}

// nextFile prints the next file of a run; false when the run was ended meanwhile.
func (p printing) nextFile(ctx context.Context, run *communication.Run) (bool, error) {
	from := run.Done
	people, err := p.nextPeople(ctx, run)
	if err != nil {
		return false, err
	}
	run.Done += len(people)
	run.Position = people[len(people)-1].Position
	file, content, held, err := p.print(ctx, *run, people)
	if err != nil {
		return false, err
	}
	run.Held += len(held)
	moved := false
	err = p.s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if moved, err = communication.Advance(ctx, tx, *run, from); err != nil || !moved {
			return err
		}
		return p.keep(ctx, tx, *run, file, content, held)
	})
	return moved, err
}

// nextPeople returns those whose letters form the next file: of one channel, since
// letters for the post and letters by mail never share a file.
func (p printing) nextPeople(ctx context.Context, run *communication.Run) ([]communication.Person, error) {
	all := communication.Channels()
	for k := max(0, slices.Index(all, run.Channel)); k < len(all); k++ {
		if run.Channel != all[k] {
			run.Channel, run.Position = all[k], 0
		}
		people, err := communication.BatchBy(ctx, p.s.d.DB.R, run.SnapshotID, run.Channel, run.Position, communication.LettersPerFile)
		if err != nil || len(people) > 0 {
			return people, err
		}
	}
	return nil, fmt.Errorf("response: run %s: nobody is left at %d of %d", run.ID, run.Done, run.Total)
}

// print makes the content of a file; a file of nobody has none.
func (p printing) print(ctx context.Context, run communication.Run, people []communication.Person) (communication.File, []byte, []string, error) {
	var letters []communication.Letter
	var held []string
	for _, person := range people {
		switch {
		case person.Channel == communication.ByNone, person.IsBlank():
		case person.Letter == communication.Held && person.Channel == communication.ByPost:
			held = append(held, person.ContactID)
		default:
			letters = append(letters, p.w.write(person))
		}
	}
	file := communication.File{RunID: run.ID, First: people[0].Position, Last: people[len(people)-1].Position}
	if len(letters) == 0 {
		return file, nil, held, nil
	}
	var buf bytes.Buffer
	pages, refused, err := p.s.d.Printer.Print(ctx, &buf, Printing{
		Firm: p.w.firm, Letters: letters, Format: run.Format, Total: run.Total, Final: run.IsFinal(), Ref: p.w.i.Ref,
		Version: p.version, Hash: p.hash, At: run.StartedAt,
		Names: func(l communication.Letter) string { return letterName(p.w.i.Ref, l) },
	})
	if err != nil {
		return file, nil, nil, fmt.Errorf("response: print: %w", err)
	}
	for _, person := range refused {
		held = append(held, person.ContactID)
	}
	sum := sha256.Sum256(buf.Bytes())
	file.Letters, file.Pages, file.Size = len(letters)-len(refused), pages, buf.Len()
	file.SHA256 = hex.EncodeToString(sum[:])
	file.Name = string(people[0].Channel)
	return file, buf.Bytes(), held, nil
}

// letterName names one person's PDF by the number of his letter, not by himself.
func letterName(ref string, l communication.Letter) string {
	return ref + "-" + strconv.Itoa(l.Person.Position) + ".pdf"
}

// keep writes the file and what it means for the people in it.
func (p printing) keep(ctx context.Context, tx bun.Tx, run communication.Run, file communication.File, content []byte, held []string) error {
	if len(content) > 0 && file.Letters > 0 {
		files, err := communication.FilesOf(ctx, tx, run.ID)
		if err != nil {
			return err
		}
		file.Number = len(files) + 1
		file.Name = communication.FileName(p.w.i.Ref, p.snap.Number, file.Number, run.Format, communication.Channel(file.Name))
		if err := communication.AddFile(ctx, tx, file, content); err != nil {
			return err
		}
	}
	if len(held) > 0 {
		_, err := communication.MarkLetters(ctx, tx, communication.Marking{
			SnapshotID: run.SnapshotID, First: file.First, Last: file.Last, Channel: run.Channel, Only: held, To: communication.Held, At: p.s.now(),
		})
		if err != nil {
			return err
		}
	}
	if !run.IsFinal() {
		return nil
	}
	_, err := communication.MarkLetters(ctx, tx, communication.Marking{
		SnapshotID: run.SnapshotID, First: file.First, Last: file.Last, Channel: run.Channel, Except: held,
		From: []communication.LetterState{communication.NoLetter}, To: communication.Made, At: p.s.now(),
	})
	return err
}

func (s *Service) finishRun(ctx context.Context, run communication.Run) error {
	return s.change(ctx, journal.System(), run.IncidentID, func(ctx context.Context, c *change) error {
		now, err := communication.RunByID(ctx, c.tx, run.ID)
		if err != nil {
			return err
		}
		if !now.IsActive() {
			return nil
		}
		if err := now.Finish(communication.Done, "", c.now); err != nil {
			return err
		}
		if err := communication.SaveRun(ctx, c.tx, now); err != nil {
			return err
		}
		return c.note(ctx, "letters.printed", map[string]string{"run": run.ID, "people": strconv.Itoa(now.Total), "held": strconv.Itoa(now.Held)}, "")
	})
}

// FailRun records that a run cannot go on; the files that are done stay.
func (s *Service) FailRun(ctx context.Context, runID, reason string) error {
	run, err := communication.RunByID(ctx, s.d.DB.R, runID)
	if err != nil {
		return err
	}
	return s.change(ctx, journal.System(), run.IncidentID, func(ctx context.Context, c *change) error {
		if err := run.Finish(communication.Failed, reason, c.now); err != nil {
			return err
		}
		if err := communication.SaveRun(ctx, c.tx, run); err != nil {
			return err
		}
		return c.note(ctx, "letters.failed", map[string]string{"run": runID, "reason": reason}, "")
	})
}

// SendMails puts the letters that go by mail into the queue. The texts must be
// approved.
func (s *Service) SendMails(ctx context.Context, actor journal.Actor, id incident.ID, snapshotID string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !s.d.Alerter.HasMail(c.firm) {
			return ErrNoMail
		}
		if _, err := c.snapshot(ctx, snapshotID); err != nil {
			return err
		}
		if _, err := s.latestLetters(ctx, c.tx, id); err != nil {
			return err
		}
		if err := c.put(ctx, Work{Kind: WorkMails, ID: snapshotID, Key: WorkMails + ":" + snapshotID, At: c.now}); err != nil {
			return err
		}
		return c.note(ctx, "mails.started", map[string]string{"snapshot": snapshotID}, "")
	})
}

// RunMails sends the letters of a snapshot that go by mail and have not been
// sent, one after the other. Each is marked right after it left, so a restart
// repeats one at most; its message id stays the same.
func (s *Service) RunMails(ctx context.Context, snapshotID string, progress func(done, total int)) error {
	snap, err := communication.SnapshotByID(ctx, s.d.DB.R, snapshotID)
	if err != nil {
		return err
	}
	paper, err := s.latestLetters(ctx, s.d.DB.R, snap.IncidentID)
	if err != nil {
		return err
	}
	w, _, err := s.writer(ctx, s.d.DB.R, snap.IncidentID, paper, s.now())
	if err != nil {
		return err
	}
	for from := 0; ; {
		people, err := communication.Batch(ctx, s.d.DB.R, snapshotID, from, 200)
		if err != nil {
			return err
		}
		for _, p := range people {
			from = p.Position
			if p.Channel != communication.ByMail || p.Letter == communication.Sent || p.Letter == communication.Returned {
				continue
			}
			if err := s.mailOne(ctx, w, p); err != nil {
				return err
			}
		}
		progress(from, snap.People)
		if len(people) < 200 {
			break
		}
	}
	return s.change(ctx, journal.System(), snap.IncidentID, func(ctx context.Context, c *change) error {
		if err := c.note(ctx, "mails.sent", map[string]string{"snapshot": snapshotID}, ""); err != nil {
			return err
		}
		return c.meetWhenTold(ctx, c.now)
	})
}

// mailOne sends one letter. A refusal for ever marks it as returned; a trouble of
// the moment ends the work for now and the queue tries again.
func (s *Service) mailOne(ctx context.Context, w *writer, p communication.Person) error {
	to := communication.Sent
	if err := s.d.Alerter.Letter(ctx, w.firm, w.write(p)); err != nil {
		if !isRefused(err) {
			return err
		}
		to = communication.Returned
	}
	p.Letter, p.LetterAt = to, s.now()
	return communication.SavePerson(ctx, s.d.DB.W, p)
}

// isRefused reports whether the receiving side refused this one letter for ever.
// Trouble with our own settings is not that: it concerns every letter.
func isRefused(err error) bool {
	var e *alert.SendError
	return errors.As(err, &e) && e.Class == alert.Permanent && e.Reason == "recipient"
}

// PrintPreview writes the letter of one person as a draft PDF.
func (s *Service) PrintPreview(ctx context.Context, f firm.Firm, l communication.Letter, ref string) ([]byte, error) {
	var buf bytes.Buffer
	_, held, err := s.d.Printer.Print(ctx, &buf, Printing{
		Firm: f, Letters: []communication.Letter{l}, Format: communication.Merged, Total: 1, Ref: ref, At: s.now(),
	})
	if err != nil {
		return nil, err
	}
	if len(held) > 0 {
		return nil, communication.ErrUnprintable.With("Part", "").With("Language", l.Language)
	}
	return buf.Bytes(), nil
}
