package web

import (
	"mime"
	"path"
	"strconv"
	"strings"

	"clepsydra/internal/communication"
	"clepsydra/internal/fault"
	"clepsydra/internal/stewardship"
)

// letterList is a frozen list with what became of its letters.
type letterList struct {
	communication.Snapshot
	Counts  communication.Counts
	Runs    []communication.Run
	Final   bool // an approved run is done
	Active  bool // a run is at work
	ToPost  int  // printed for the post, not yet handed over
	ToMail  int  // by mail, not yet sent
	Mailed  int
	Unready int // by post without a printed letter, such as one that was mended
}

// needs reports whether a step is the next one of this list.
func (l letterList) needs(step string) bool {
	switch step {
	case "print":
		return !l.Active && l.Counts.Post+l.Counts.Mail > 0 && (!l.Final || l.Unready > 0)
	case "post":
		return l.ToPost > 0
	}
	return l.ToMail > 0
}

func (v *Visit) fillLetterLists(page *lettersPage) error {
	all, err := communication.SnapshotsOf(v.Ctx(), v.S.d.DB.R, v.affected())
	if err != nil {
		return err
	}
	runs, err := communication.RunsOf(v.Ctx(), v.S.d.DB.R, v.affected())
	if err != nil {
		return err
	}
	for _, snap := range all {
		l := letterList{Snapshot: snap}
		for _, r := range runs {
			if r.SnapshotID != snap.ID {
				continue
			}
			l.Runs = append(l.Runs, r)
			l.Final = l.Final || r.IsFinal() && r.State == communication.Done
			l.Active = l.Active || r.IsActive()
		}
		if err := v.countLetters(&l); err != nil {
			return err
		}
		page.Lists = append(page.Lists, l)
	}
	return nil
}

// countLetters counts what still has to leave the house.
func (v *Visit) countLetters(l *letterList) error {
	var err error
	if l.Counts, err = communication.CountsOf(v.Ctx(), v.S.d.DB.R, v.affected(), l.ID); err != nil {
		return err
	}
	count := func(ch communication.Channel, state communication.LetterState) int {
		if err != nil {
			return 0
		}
		var n int
		_, n, err = communication.People(v.Ctx(), v.S.d.DB.R, v.affected(), communication.PeopleQuery{SnapshotID: l.ID, Channel: ch, Letter: &state, Limit: 1})
		return n
	}
	l.ToPost, l.Unready = count(communication.ByPost, communication.Made), count(communication.ByPost, communication.NoLetter)
	l.Mailed = count(communication.ByMail, communication.Sent)
	l.ToMail = l.Counts.Mail - l.Mailed - count(communication.ByMail, communication.Returned)
	return err
}

// startRun prints the letters of a list: paper is an approved version, or empty
// for a draft.
func startRun(v *Visit) error {
	run, err := v.S.d.Response.StartRun(v.Ctx(), v.Actor, v.affected(), v.Form("snapshot"), v.Form("paper"), communication.Format(v.Form("format")))
	if err != nil {
		return v.lettersAgain(err)
	}
	return v.Redirect(v.lettersPath("/runs/" + run.ID))
}

// runPage is one printing: how far it is, and what came out.
type runPage struct {
	Head     Head
	Run      communication.Run
	Snapshot communication.Snapshot
	Version  int // of the approved text; 0 for a draft
	Files    []runFile
	Sums     reconciliation
	Who      map[string]string
	Path     string // of this page
}

// runFile is a file of a run as a page shows it.
type runFile struct{ communication.File }

// Kilobytes is its size, rounded up.
func (f runFile) Kilobytes() int { return (f.Size + 1023) >> 10 }

// reconciliation shows that nobody was lost between the list and the envelopes.
type reconciliation struct {
	People, Printed, ByMail, Held, Unreachable int
	Pages                                      int
}

// Sum is what the parts add up to.
func (r reconciliation) Sum() int { return r.Printed + r.ByMail + r.Held + r.Unreachable }

// Fits reports whether the parts are the whole.
func (r reconciliation) Fits() bool { return r.Sum() == r.People }

// Percent is how far a run is.
func (p runPage) Percent() int {
	if p.Run.Total == 0 {
		return 0
	}
	return p.Run.Done * 100 / p.Run.Total
}

// showRun answers with the page, or to htmx with the part that moves.
func showRun(v *Visit) error {
	page, err := v.runPage()
	if err != nil {
		return err
	}
	if v.IsFragment() {
		return v.Part("letter_run", page)
	}
	if page.Head, err = v.S.head(v, "letters"); err != nil {
		return err
	}
	return v.Page("letter_run", page)
}

func (v *Visit) runPage() (runPage, error) {
	var page runPage
	var err error
	db := v.S.d.DB.R
	if page.Run, err = v.runOfAddress(); err != nil {
		return page, err
	}
	page.Path = v.lettersPath("/runs/" + page.Run.ID)
	if page.Snapshot, err = communication.SnapshotByID(v.Ctx(), db, page.Run.SnapshotID); err != nil {
		return page, err
	}
	if page.Who, err = v.accountNames(); err != nil {
		return page, err
	}
	files, err := communication.FilesOf(v.Ctx(), db, page.Run.ID)
	if err != nil {
		return page, err
	}
	for _, f := range files {
		page.Files = append(page.Files, runFile{f})
	}
	counts, err := communication.CountsOf(v.Ctx(), db, v.affected(), page.Run.SnapshotID)
	page.Sums = reconcile(page.Run, files, counts.None)
	return page, err
}

// reconcile adds up the files of a run.
func reconcile(r communication.Run, files []communication.File, unreachable int) reconciliation {
	out := reconciliation{People: r.Total, Held: r.Held, Unreachable: unreachable}
	for _, f := range files {
		out.Pages += f.Pages
		if isForMail(f) {
			out.ByMail += f.Letters
		} else {
			out.Printed += f.Letters
		}
	}
	return out
}

// isForMail reports whether a file holds letters that go by mail. Files never mix
// channels, and their names say which; see communication.FileName.
func isForMail(f communication.File) bool { return strings.Contains(f.Name, "-by-mail-") }

// runOfAddress is the run that the address names, if it is one of the incident's.
func (v *Visit) runOfAddress() (communication.Run, error) {
	run, err := communication.RunByID(v.Ctx(), v.S.d.DB.R, v.C.Params("run"))
	if err == nil && run.IncidentID != v.affected() {
		return communication.Run{}, communication.ErrRunNotFound
	}
	return run, err
}

func cancelRun(v *Visit) error {
	run, err := v.runOfAddress()
	if err != nil {
		return err
	}
	err = v.S.d.Response.CancelRun(v.Ctx(), v.Actor, v.affected(), run.ID)
	switch {
	case fault.KindOf(err) == fault.Conflict: // it ended meanwhile, which its page shows
		v.Flash("letters.run_over", nil)
	case err != nil:
		return err
	default:
		v.Flash("letters.cancelled", nil)
	}
	return v.Redirect(v.lettersPath("/runs/" + run.ID))
}

func downloadRunFile(v *Visit) error {
	run, err := v.runOfAddress()
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(v.C.Params("number"))
	if err != nil {
		return communication.ErrFileNotFound
	}
	file, content, err := communication.FileContent(v.Ctx(), v.S.d.DB.R, run.ID, number)
	if err != nil {
		return err
	}
	if err := v.fetched(run, file); err != nil {
		return err
	}
	return v.Download(file.Name, mime.TypeByExtension(path.Ext(file.Name)), content)
}

// fetched records that the visitor took a file of letters out, with everybody whose
// letter may be in it.
func (v *Visit) fetched(run communication.Run, file communication.File) error {
	channel := communication.ByPost
	if isForMail(file) {
		channel = communication.ByMail
	}
	var ids []string
	for at := file.First - 1; at < file.Last; {
		people, err := communication.BatchBy(v.Ctx(), v.S.d.DB.R, run.SnapshotID, channel, at, communication.LettersPerFile)
		if err != nil {
			return err
		}
		for _, p := range people {
			if at = p.Position; at <= file.Last {
				ids = append(ids, p.ContactID)
			}
		}
		if len(people) == 0 {
			break
		}
	}
	return v.S.d.Contacts.Saw(v.Ctx(), v.Actor, stewardship.LookFetched, ids, map[string]string{"incident": string(v.affected()), "run": run.ID, "file": strconv.Itoa(file.Number)})
}

// listOfForm is the frozen list that a form names, if it is one of the incident's.
func (v *Visit) listOfForm() (communication.Snapshot, error) {
	snap, err := communication.SnapshotByID(v.Ctx(), v.S.d.DB.R, v.Form("snapshot"))
	if err == nil && snap.IncidentID != v.affected() {
		return communication.Snapshot{}, communication.ErrSnapshotMissing
	}
	return snap, err
}

func markSent(v *Visit) error {
	snap, err := v.listOfForm()
	if err != nil {
		return err
	}
	at, err := v.Instant("at")
	if err == nil && at.IsZero() {
		err = ErrInstant.At("at")
	}
	if err != nil {
		return v.lettersAgain(err)
	}
	n, err := v.S.d.Response.MarkSent(v.Ctx(), v.Actor, v.affected(), snap.ID, at)
	if err != nil {
		return v.lettersAgain(err)
	}
	v.Flash(oneOrMany("letters.posted", n), map[string]any{"Count": v.P.Number(n)})
	return v.Redirect(v.lettersPath("#print"))
}

func sendMails(v *Visit) error {
	snap, err := v.listOfForm()
	if err != nil {
		return err
	}
	if err := v.S.d.Response.SendMails(v.Ctx(), v.Actor, v.affected(), snap.ID); err != nil {
		return v.lettersAgain(err)
	}
	v.Flash("letters.mails_started", nil)
	return v.Redirect(v.lettersPath("#print"))
}
