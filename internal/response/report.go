package response

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/workflow"
)

// ReportInput is what a reporter sends. SendKey is the random key of the form he
// filled in: sending it twice stores one report.
type ReportInput struct {
	SendKey   string
	Scenario  string
	Text      string
	NoticedAt time.Time
	Data      []string
	Name      string
	Contact   string
	Language  string
	Via       string
	Files     []Upload
}

// Upload is a file as it came in.
type Upload struct {
	Name    string
	Content []byte
}

// Receipt is what the reporter is given back.
type Receipt struct {
	IncidentID incident.ID
	Ref        string
	Status     string // secret of his status page
	LooksLike  string // reference of an open incident that may be the same
	Scenario   string
}

// Report stores a report and opens its incident. It is committed before anything
// else is tried: telling the responders is work for the queue, and none of it can
// make the report fail. A repeated sending returns the first receipt.
func (s *Service) Report(ctx context.Context, actor journal.Actor, in ReportInput) (Receipt, error) {
	now := s.now()
	r := incident.Report{
		Scenario: in.Scenario, Text: strings.TrimSpace(in.Text), NoticedAt: in.NoticedAt, Data: s.known(in.Data),
		Name: strings.TrimSpace(in.Name), Contact: strings.TrimSpace(in.Contact), Language: in.Language, Via: in.Via, CreatedAt: now,
	}
	if _, err := s.d.Packs.Scenario(r.Scenario); err != nil {
		r.Scenario = ""
	}
	if err := r.Check(now); err != nil {
		return Receipt{}, err
	}
	files, err := examine(in.Files)
	if err != nil {
		return Receipt{}, err
	}
	var out Receipt
	err = s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		out, err = s.open(ctx, tx, actor, r, in, files)
		return err
	})
	if errors.Is(err, incident.ErrSentTwice) {
		return s.receiptOf(ctx, in.SendKey)
	}
	if err != nil {
		return Receipt{}, err
	}
	s.d.Queue.Wake()
	s.d.Changed()
	return out, nil
}

// known keeps the categories of data that exist: a report must get through, even
// from a page that is older than the program.
func (s *Service) known(data []string) []string {
	var out []string
	for _, id := range data {
		if _, err := s.d.Packs.Category(id); err == nil {
			out = append(out, id)
		}
	}
	return out
}

func examine(files []Upload) ([]incident.Evidence, error) {
	if len(files) > incident.MaxFiles {
		return nil, incident.ErrTooManyFiles.At("files").With("Max", incident.MaxFiles)
	}
	out := make([]incident.Evidence, len(files))
	for k, f := range files {
		e, err := incident.Examine(f.Name, f.Content)
		if err != nil {
			return nil, err
		}
		out[k] = e
	}
	return out, nil
}

// open writes the incident with everything that came in, in one transaction.
func (s *Service) open(ctx context.Context, tx bun.Tx, actor journal.Actor, r incident.Report, in ReportInput, files []incident.Evidence) (Receipt, error) {
	f, err := s.d.Firms.Get(ctx, tx)
	if err != nil {
		return Receipt{}, err
	}
	i, err := s.fresh(ctx, tx, f, r)
	if err != nil {
		return Receipt{}, err
	}
	like, err := looksLike(ctx, tx, r)
	if err != nil {
		return Receipt{}, err
	}
	r.IncidentID, r.LooksLike = i.ID, like.ID
	if r.ID, err = incident.NewID(); err != nil {
		return Receipt{}, err
	}
	c := &change{s: s, tx: tx, now: r.CreatedAt, actor: actor, firm: f, i: i}
	if err := incident.Insert(ctx, tx, i); err != nil {
		return Receipt{}, err
	}
	if err := incident.InsertReport(ctx, tx, r, statusHash(statusToken(in.SendKey)), in.SendKey); err != nil {
		return Receipt{}, err
	}
	if err := c.firstMoments(ctx); err != nil {
		return Receipt{}, err
	}
	if err := c.scenarioTasks(ctx); err != nil {
		return Receipt{}, err
	}
	for k, e := range files {
		if err := c.addEvidence(ctx, e, in.Files[k].Content); err != nil {
			return Receipt{}, err
		}
	}
	if err := c.note(ctx, "incident.reported", map[string]string{"ref": i.Ref, "scenario": r.Scenario, "via": r.Via}, ""); err != nil {
		return Receipt{}, err
	}
	if err := c.announce(ctx); err != nil {
		return Receipt{}, err
	}
	return Receipt{IncidentID: i.ID, Ref: i.Ref, Status: statusToken(in.SendKey), LooksLike: like.Ref, Scenario: r.Scenario}, nil
}

// nudges are when somebody else is asked because nobody has looked at a report.
func nudges() []time.Duration { return []time.Duration{4 * time.Hour, 12 * time.Hour, 24 * time.Hour} }

// announce queues the first word to the responders and the nudges after it.
func (c *change) announce(ctx context.Context) error {
	id := string(c.i.ID)
	if err := c.put(ctx, Work{Kind: WorkAnnounce, ID: id, Key: WorkAnnounce + ":" + id, At: c.now}); err != nil {
		return err
	}
	for k, after := range nudges() {
		w := Work{Kind: WorkNudge, ID: id, Key: fmt.Sprintf("%s:%s:%d", WorkNudge, id, k), At: c.now.Add(after)}
		if err := c.put(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// fresh is the incident that a report opens. Until the firm is aware it has the
// version of the law that is in force now; see ConfirmAwareness.
func (s *Service) fresh(ctx context.Context, tx bun.Tx, f firm.Firm, r incident.Report) (incident.Incident, error) {
	now := r.CreatedAt
	regime, err := s.d.Packs.Regime(regimeGDPR, now.In(f.Location()))
	if err != nil {
		return incident.Incident{}, err
	}
	id, err := incident.NewID()
	if err != nil {
		return incident.Incident{}, err
	}
	ref, err := incident.NextRef(ctx, tx, now.In(f.Location()).Year())
	if err != nil {
		return incident.Incident{}, err
	}
	return incident.Incident{
		ID: incident.ID(id), Ref: ref, Title: incident.Title(r.Text), Scenario: r.Scenario, Summary: r.Text,
		Status: incident.Reported, LeadID: f.LeadID, Data: r.Data, OpenedAt: now, UpdatedAt: now,
		Regime: regime.ID, RegimeVer: regime.Version,
		Moments: incident.Moments{Noticed: incident.Moment{At: r.NoticedAt}, Reported: incident.Moment{At: now}},
	}, nil
}

func looksLike(ctx context.Context, tx bun.Tx, r incident.Report) (incident.Incident, error) {
	open, _, err := incident.List(ctx, tx, incident.Query{Statuses: []incident.Status{
		incident.Reported, incident.Triaged, incident.Confirmed, incident.Contained,
	}, Limit: 200})
	if err != nil {
		return incident.Incident{}, err
	}
	like, _ := incident.Similar(r.Scenario, open, r.CreatedAt)
	return like, nil
}

func (c *change) firstMoments(ctx context.Context) error {
	for _, k := range []incident.MomentKind{incident.Noticed, incident.ReportIn} {
		m, _ := c.i.Moments.Of(k)
		if m.At.IsZero() {
			continue
		}
		if err := incident.AddMoment(ctx, c.tx, incident.History{IncidentID: c.i.ID, Kind: k, At: m.At, SetBy: c.actor.ID, SetAt: c.now}); err != nil {
			return err
		}
	}
	return nil
}

// scenarioTasks gives the incident the steps of its scenario. Steps that count
// from awareness get their time when it is confirmed.
func (c *change) scenarioTasks(ctx context.Context) error {
	sc, err := c.s.d.Packs.Scenario(c.i.Scenario)
	if err != nil {
		return err
	}
	tasks := make([]incident.Task, len(sc.Tasks))
	for k, t := range sc.Tasks {
		id, err := incident.NewID()
		if err != nil {
			return err
		}
		tasks[k] = incident.Task{ID: id, IncidentID: c.i.ID, Key: t.ID, Role: string(t.Owner), IsGate: t.Gate, Position: k + 1}
		if t.From == workflow.FromReported {
			tasks[k].DueAt = c.now.Add(t.Due)
		}
	}
	return incident.InsertTasks(ctx, c.tx, tasks)
}

func (c *change) addEvidence(ctx context.Context, e incident.Evidence, content []byte) error {
	_, err := c.keepEvidence(ctx, e, content)
	return err
}

// keepEvidence keeps a file and returns its id.
func (c *change) keepEvidence(ctx context.Context, e incident.Evidence, content []byte) (string, error) {
	id, err := incident.NewID()
	if err != nil {
		return "", err
	}
	e.ID, e.IncidentID, e.AddedBy, e.AddedAt = id, c.i.ID, c.actor.ID, c.now
	if err := incident.AddEvidence(ctx, c.tx, e, content); err != nil {
		return "", err
	}
	return id, c.note(ctx, "evidence.added", map[string]string{"evidence": e.ID, "sha256": e.SHA256, "media_type": e.MediaType}, "")
}

// receiptOf gives the receipt of a report that was sent before under that key.
func (s *Service) receiptOf(ctx context.Context, sendKey string) (Receipt, error) {
	r, err := incident.ReportBySendKey(ctx, s.d.DB.R, sendKey)
	if err != nil {
		return Receipt{}, err
	}
	return s.receipt(ctx, r, statusToken(sendKey))
}

func (s *Service) receipt(ctx context.Context, r incident.Report, token string) (Receipt, error) {
	i, err := incident.ByID(ctx, s.d.DB.R, r.IncidentID)
	if err != nil {
		return Receipt{}, err
	}
	out := Receipt{IncidentID: i.ID, Ref: i.Ref, Status: token, Scenario: r.Scenario}
	if r.LooksLike != "" {
		like, err := incident.ByID(ctx, s.d.DB.R, r.LooksLike)
		if err != nil {
			return Receipt{}, err
		}
		out.LooksLike = like.Ref
	}
	return out, nil
}

// ReportStatus is what a reporter may see of his report: no names, no details.
type ReportStatus struct {
	Receipt    Receipt
	Status     incident.Status
	Verdict    incident.Verdict
	Feedback   string
	ReportedAt time.Time
	UpdatedAt  time.Time
}

// StatusOf returns what became of the report with that secret, or
// incident.ErrNotFound.
func (s *Service) StatusOf(ctx context.Context, token string) (ReportStatus, error) {
	r, err := incident.ReportByStatus(ctx, s.d.DB.R, statusHash(token))
	if err != nil {
		return ReportStatus{}, err
	}
	i, err := incident.ByID(ctx, s.d.DB.R, r.IncidentID)
	if err != nil {
		return ReportStatus{}, err
	}
	rec, err := s.receipt(ctx, r, token)
	if err != nil {
		return ReportStatus{}, err
	}
	return ReportStatus{Receipt: rec, Status: i.Status, Verdict: i.Verdict, Feedback: i.Feedback, ReportedAt: r.CreatedAt, UpdatedAt: i.UpdatedAt}, nil
}

// statusToken derives the secret of the status page from the random key of the
// form, so that a repeated sending leads to the same page.
func statusToken(sendKey string) string {
	sum := sha256.Sum256([]byte("clepsydra status " + sendKey))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

func statusHash(token string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(token)))
	return hex.EncodeToString(sum[:])
}
