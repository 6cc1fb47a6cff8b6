package response

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// LetterTexts are the texts of an incident's letters with how many people read
// each language. A text that nobody wrote yet is the draft of the scenario.
type LetterTexts struct {
	Texts  map[string]communication.Text
	People map[string]int  // by language; the firm's own counts those without one
	Draft  map[string]bool // languages whose text is the scenario's draft
}

// Needed lists the languages that somebody reads, in a fixed order.
func (l LetterTexts) Needed() []string {
	return slices.DeleteFunc(communication.Languages(), func(lang string) bool { return l.People[lang] == 0 })
}

// LetterTexts returns the texts of an incident.
func (s *Service) LetterTexts(ctx context.Context, id incident.ID) (LetterTexts, error) {
	return s.letterTexts(ctx, s.d.DB.R, id)
}

func (s *Service) letterTexts(ctx context.Context, db bun.IDB, id incident.ID) (LetterTexts, error) {
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return LetterTexts{}, err
	}
	i, err := incident.ByID(ctx, db, id)
	if err != nil {
		return LetterTexts{}, err
	}
	out := LetterTexts{People: map[string]int{}, Draft: map[string]bool{}}
	if out.Texts, err = communication.TextsOf(ctx, db, id); err != nil {
		return LetterTexts{}, err
	}
	counts, err := communication.CountsOf(ctx, db, id, "")
	if err != nil {
		return LetterTexts{}, err
	}
	for lang, n := range counts.Languages {
		out.People[letterLanguage(lang, f)] += n
	}
	sc, err := s.d.Packs.Scenario(i.Scenario)
	if err != nil {
		return LetterTexts{}, err
	}
	for _, lang := range communication.Languages() {
		if _, ok := out.Texts[lang]; !ok {
			out.Texts[lang], out.Draft[lang] = s.draftText(sc, i, f, lang), true
		}
	}
	return out, nil
}

// letterLanguage is the language in which somebody is written to: his own when
// letters exist in it, else the firm's.
func letterLanguage(lang string, f firm.Firm) string {
	if slices.Contains(communication.Languages(), lang) {
		return lang
	}
	return f.Language
}

func (s *Service) draftText(sc workflow.Scenario, i incident.Incident, f firm.Firm, lang string) communication.Text {
	w := s.d.Speak(lang, f.Country, f.Location())
	day := i.Moments.Occurred.At
	if day.IsZero() {
		day = i.Moments.Noticed.At
	}
	if day.IsZero() {
		day = i.OpenedAt
	}
	say := func(t workflow.Text) string { return workflow.Fill(t.In(lang, f.Country), f.Name, w.Date(day)) }
	all := func(ts []workflow.Text) string {
		out := make([]string, len(ts))
		for k, t := range ts {
			out[k] = say(t)
		}
		return strings.Join(out, "\n")
	}
	return communication.Text{
		Language: lang, Nature: say(sc.Letter.Nature), Consequences: all(sc.Letter.Consequences),
		Measures: all(sc.Letter.Measures), Advice: all(sc.Letter.Advice),
	}
}

// SaveLetterText keeps the text of one language.
func (s *Service) SaveLetterText(ctx context.Context, actor journal.Actor, id incident.ID, t communication.Text) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if !slices.Contains(communication.Languages(), t.Language) {
			return communication.ErrTextMissing.At("language")
		}
		t.UpdatedBy, t.UpdatedAt = actor.ID, c.now
		if err := communication.SaveText(ctx, c.tx, id, t); err != nil {
			return err
		}
		return c.note(ctx, "letter.written", map[string]string{"language": t.Language}, "")
	})
}

// ApproveLetters freezes the texts of every language that somebody reads. Each
// must have the contents that Art. 34(2) asks for. A draft of the scenario
// counts as approved with it.
func (s *Service) ApproveLetters(ctx context.Context, actor journal.Actor, id incident.ID) (notification.Paper, error) {
	var out notification.Paper
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		texts, err := s.letterTexts(ctx, c.tx, id)
		if err != nil {
			return err
		}
		needed := texts.Needed()
		if len(needed) == 0 {
			return communication.ErrNobody
		}
		content := map[string]communication.Text{}
		for _, lang := range needed {
			t := texts.Texts[lang]
			if missing := t.Missing(); len(missing) > 0 {
				return communication.ErrTextMissing.At(missing[0]+"_"+lang).With("Language", lang).With("Part", missing[0])
			}
			if err := s.checkPrintable(t); err != nil {
				return err
			}
			content[lang] = t
		}
		out, err = notification.Approve(ctx, c.tx, notification.Paper{
			IncidentID: id, Kind: notification.PaperLetters, Language: strings.Join(needed, ","), ApprovedBy: actor.ID, ApprovedAt: c.now,
		}, content)
		if err != nil {
			return err
		}
		return c.note(ctx, "letters.approved", map[string]string{"paper": out.ID, "version": strconv.Itoa(out.Version), "hash": out.Hash}, "")
	})
	return out, err
}

func (s *Service) checkPrintable(t communication.Text) error {
	for part, text := range map[string]string{"nature": t.Nature, "consequences": t.Consequences, "measures": t.Measures, "advice": t.Advice} {
		if !s.d.Printer.Printable(text) {
			return communication.ErrUnprintable.At(part+"_"+t.Language).With("Part", part).With("Language", t.Language)
		}
	}
	return nil
}

// StartRun begins the printing of a snapshot. Paper is an approved text; empty
// prints a draft, marked as such. One run at a time per snapshot.
func (s *Service) StartRun(ctx context.Context, actor journal.Actor, id incident.ID, snapshotID, paperID string, f communication.Format) (communication.Run, error) {
	var run communication.Run
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		snap, err := c.snapshot(ctx, snapshotID)
		if err != nil {
			return err
		}
		if err := c.mayRun(ctx, snapshotID, paperID, f); err != nil {
			return err
		}
		runID, err := communication.NewID()
		if err != nil {
			return err
		}
		run = communication.Run{
			ID: runID, IncidentID: id, SnapshotID: snapshotID, PaperID: paperID, Format: f, State: communication.Queued,
			Total: snap.People, StartedBy: actor.ID, StartedAt: c.now,
		}
		if err := communication.SaveRun(ctx, c.tx, run); err != nil {
			return err
		}
		if err := c.put(ctx, Work{Kind: WorkLetters, ID: run.ID, Key: WorkLetters + ":" + run.ID, At: c.now}); err != nil {
			return err
		}
		return c.note(ctx, "letters.started", map[string]string{"run": run.ID, "snapshot": snapshotID, "paper": paperID, "format": string(f)}, "")
	})
	return run, err
}

// snapshot returns a frozen list of this incident.
func (c *change) snapshot(ctx context.Context, id string) (communication.Snapshot, error) {
	snap, err := communication.SnapshotByID(ctx, c.tx, id)
	if err == nil && snap.IncidentID != c.i.ID {
		return communication.Snapshot{}, communication.ErrSnapshotMissing
	}
	return snap, err
}

func (c *change) mayRun(ctx context.Context, snapshotID, paperID string, f communication.Format) error {
	if f != communication.Merged && f != communication.Separate {
		return communication.ErrFormatUnknown.At("format")
	}
	if paperID != "" {
		p, err := notification.PaperByID(ctx, c.tx, paperID)
		if err != nil {
			return err
		}
		if p.IncidentID != c.i.ID || p.Kind != notification.PaperLetters {
			return communication.ErrNotApproved
		}
	}
	runs, err := communication.RunsOf(ctx, c.tx, c.i.ID)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.SnapshotID == snapshotID && r.IsActive() {
			return communication.ErrRunActive
		}
	}
	return nil
}

// CancelRun stops a run. The files that are done stay.
func (s *Service) CancelRun(ctx context.Context, actor journal.Actor, id incident.ID, runID string) error {
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		run, err := communication.RunByID(ctx, c.tx, runID)
		if err != nil {
			return err
		}
		if run.IncidentID != id {
			return communication.ErrRunNotFound
		}
		if err := run.Finish(communication.Cancelled, "", c.now); err != nil {
			return err
		}
		if err := communication.SaveRun(ctx, c.tx, run); err != nil {
			return err
		}
		return c.note(ctx, "letters.cancelled", map[string]string{"run": runID}, "")
	})
	if err != nil {
		return err
	}
	return s.d.Queue.Cancel(ctx, WorkLetters+":"+runID)
}

// MarkSent records that the made letters of a snapshot were handed to the post at
// an instant. When nobody waits any more, the duty to tell the people is met.
func (s *Service) MarkSent(ctx context.Context, actor journal.Actor, id incident.ID, snapshotID string, at time.Time) (int, error) {
	at = at.UTC().Truncate(time.Microsecond)
	n := 0
	err := s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		if err := incident.CheckInstant(at, c.now); err != nil {
			return err
		}
		snap, err := c.snapshot(ctx, snapshotID)
		if err != nil {
			return err
		}
		n, err = communication.MarkLetters(ctx, c.tx, communication.Marking{
			SnapshotID: snapshotID, First: 1, Last: snap.People, Channel: communication.ByPost,
			From: []communication.LetterState{communication.Made}, To: communication.Sent, At: at,
		})
		if err != nil {
			return err
		}
		if err := c.note(ctx, "letters.sent", map[string]string{"snapshot": snapshotID, "letters": strconv.Itoa(n)}, ""); err != nil {
			return err
		}
		return c.meetWhenTold(ctx, at)
	})
	return n, err
}

// MarkReturned records that a letter that was sent came back.
func (s *Service) MarkReturned(ctx context.Context, actor journal.Actor, id incident.ID, contactID string) error {
	return s.change(ctx, actor, id, func(ctx context.Context, c *change) error {
		p, err := communication.PersonOf(ctx, c.tx, id, contactID)
		if err != nil {
			return err
		}
		if p.Letter != communication.Sent {
			return communication.ErrNotSent
		}
		p.Letter, p.LetterAt = communication.Returned, c.now
		if err := communication.SavePerson(ctx, c.tx, p); err != nil {
			return err
		}
		return c.note(ctx, "letter.returned", map[string]string{"contact": contactID}, "")
	})
}

// meetWhenTold settles the duty of Art. 34 once every letter is accounted for.
func (c *change) meetWhenTold(ctx context.Context, at time.Time) error {
	all, err := c.obligations(ctx)
	if err != nil {
		return err
	}
	o, ok := all[obligation.InformPeople]
	if !ok || !o.IsOpen() {
		return nil
	}
	waiting, err := waitingForLetters(ctx, c.tx, c.i.ID)
	if err != nil || waiting > 0 {
		return err
	}
	if err := o.Meet(at, ""); err != nil {
		return err
	}
	if err := c.settle(ctx, o, "told"); err != nil {
		return err
	}
	return c.note(ctx, "people.told", map[string]string{"obligation": string(o.ID)}, "")
}

// writer composes the letters of one incident: it keeps what is the same for
// everybody.
type writer struct {
	s     *Service
	firm  firm.Firm
	i     incident.Incident
	texts map[string]communication.Text
	lead  account.Account
	at    time.Time
	words map[string]Words
}

func (s *Service) writer(ctx context.Context, db bun.IDB, id incident.ID, paperID string, at time.Time) (*writer, notification.Paper, error) {
	w := &writer{s: s, at: at, words: map[string]Words{}}
	var paper notification.Paper
	var err error
	if w.firm, err = s.d.Firms.Get(ctx, db); err != nil {
		return nil, paper, err
	}
	if w.i, err = incident.ByID(ctx, db, id); err != nil {
		return nil, paper, err
	}
	if w.lead, err = s.d.Accounts.ByID(ctx, db, account.ID(w.firm.LeadID)); err != nil {
		return nil, paper, err
	}
	if paperID == "" {
		texts, err := s.letterTexts(ctx, db, id)
		w.texts = texts.Texts
		return w, paper, err
	}
	if paper, err = notification.PaperByID(ctx, db, paperID); err != nil {
		return nil, paper, err
	}
	if err := json.Unmarshal([]byte(paper.Content), &w.texts); err != nil {
		return nil, paper, fmt.Errorf("response: read approved letters: %w", err)
	}
	w.at = paper.ApprovedAt // a letter printed again carries the same date
	return w, paper, nil
}

// write composes the letter of one person.
func (w *writer) write(p communication.Person) communication.Letter {
	lang := letterLanguage(p.Language, w.firm)
	if _, ok := w.texts[lang]; !ok {
		lang = w.firm.Language
	}
	words, ok := w.words[lang]
	if !ok {
		words = w.s.d.Speak(lang, w.firm.Country, w.firm.Location())
		w.words[lang] = words
	}
	data := p.Data
	if len(data) == 0 {
		data = w.i.Data
	}
	names := make([]string, 0, len(data))
	for _, id := range data {
		if c, err := w.s.d.Packs.Category(id); err == nil {
			names = append(names, c.Inside.In(lang, w.firm.Country))
		}
	}
	return w.s.d.Frames.Compose(p, lang, w.texts[lang], names, w.values(p, lang, words))
}

func (w *writer) values(p communication.Person, lang string, words Words) communication.Values {
	v := communication.Values{
		Firm: w.firm.Name, Reference: w.i.Ref + "-" + strconv.Itoa(p.Position), FirmCountry: w.firm.Country,
		Date: joined(", ", w.firm.City, words.Date(w.at)), AwareOn: words.Date(w.i.Moments.Aware.At),
		ContactName: w.firm.ContactPoint.Name, ContactMail: w.firm.ContactPoint.Email, ContactPhone: w.firm.ContactPoint.Phone,
	}
	if v.ContactMail == "" && v.ContactPhone == "" {
		v.ContactMail, v.ContactPhone = w.firm.Email, w.firm.Phone
	}
	if a, err := w.s.d.Packs.Authority(w.firm.AuthorityID); err == nil {
		v.AuthorityName, v.AuthorityURL = a.Name.In(lang, w.firm.Country), site(a.URL)
	}
	return v
}

// site shortens an address to its host, which is what a reader can type.
func site(url string) string {
	host := strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "www.")
	host, _, _ = strings.Cut(host, "/")
	return host
}

// Preview composes the letter of one person as it would be printed now.
func (s *Service) Preview(ctx context.Context, id incident.ID, contactID string) (communication.Letter, error) {
	w, _, err := s.writer(ctx, s.d.DB.R, id, "", s.now())
	if err != nil {
		return communication.Letter{}, err
	}
	p, err := communication.PersonOf(ctx, s.d.DB.R, id, contactID)
	if err != nil {
		return communication.Letter{}, err
	}
	return w.write(p), nil
}
