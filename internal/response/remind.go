package response

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/communication"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
)

// ErrCardGone says that the card was deleted in the chat.
var ErrCardGone = errors.New("the card of the incident is gone from the chat")

// ErrNoMail says that no mail server is set up.
var ErrNoMail = fault.New(fault.Conflict, "channel.no_mail")

// latestLetters returns the latest approved text of the letters, or
// communication.ErrNotApproved.
func (s *Service) latestLetters(ctx context.Context, db bun.IDB, id incident.ID) (string, error) {
	papers, err := notification.PapersOf(ctx, db, id, notification.PaperLetters)
	if err != nil {
		return "", err
	}
	if len(papers) == 0 {
		return "", communication.ErrNotApproved
	}
	return papers[0].ID, nil
}

// Announce tells the responders of a new report: a card in the chat, mail to the
// lead. It is the work behind WorkAnnounce.
func (s *Service) Announce(ctx context.Context, id incident.ID) error {
	sc, err := s.scene(ctx, id)
	if err != nil {
		return err
	}
	a := sc.alert(alert.Reported)
	a.Asked = []string{"lead"}
	sent, err := s.deliver(ctx, sc, a, []string{"slack", "mail"})
	if sent.any() {
		return nil
	}
	return err
}

// Nudge asks the deputy, and later the last resort, to look at a report that
// nobody has judged. It is the work behind WorkNudge; a judged report needs none.
func (s *Service) Nudge(ctx context.Context, id incident.ID) error {
	sc, err := s.scene(ctx, id)
	if err != nil || sc.i.Status != incident.Reported {
		return err
	}
	a := sc.alert(alert.Escalation)
	a.Asked = []string{"lead", "deputy"}
	if sc.now.Sub(sc.i.OpenedAt) >= nudges()[1] {
		a.Asked = append(a.Asked, "director")
	}
	a.Missing = []string{"decision"}
	sent, err := s.deliver(ctx, sc, a, []string{"slack", "mail"})
	if sent.any() {
		return nil
	}
	return err
}

// RefreshCard brings the card of an incident in the chat up to date. It is the
// work behind WorkCard; without a card there is nothing to do.
func (s *Service) RefreshCard(ctx context.Context, id incident.ID) error {
	sc, err := s.scene(ctx, id)
	if err != nil {
		return err
	}
	card, ok, err := cardOf(ctx, s.d.DB.R, string(id))
	if err != nil || !ok || !s.d.Alerter.HasChat(sc.firm) {
		return err
	}
	err = s.d.Alerter.Update(ctx, sc.firm, card, sc.alert(alert.Status))
	if errors.Is(err, ErrCardGone) {
		return nil // the next alert posts a new one
	}
	return s.health(ctx, "slack", err)
}

// Remind is the work behind WorkRemind. It re-reads the present: what was settled
// or moved meanwhile ends quietly, several reminders that are due at once become
// one message. The row says afterwards what became of it.
func (s *Service) Remind(ctx context.Context, reminderID string) error {
	r, err := obligation.ReminderByID(ctx, s.d.DB.R, reminderID)
	if errors.Is(err, obligation.ErrReminderNotFound) {
		return nil // the clock was set anew and this rung is gone
	}
	if err != nil {
		return err
	}
	o, err := obligation.ByID(ctx, s.d.DB.R, r.ObligationID)
	if err != nil {
		return err
	}
	all, err := obligation.RemindersOf(ctx, s.d.DB.R, o.ID)
	if err != nil {
		return err
	}
	v := obligation.Judge(o, r, all, s.now())
	if !v.Send {
		return s.record(ctx, o, []obligation.Reminder{r}, func(r *obligation.Reminder) { r.State, r.Why = v.State, v.Why })
	}
	return s.sendReminder(ctx, o, r, v.With)
}

func (s *Service) sendReminder(ctx context.Context, o obligation.Obligation, r obligation.Reminder, with []obligation.Reminder) error {
	sc, err := s.sceneOf(ctx, o)
	if err != nil {
		return err
	}
	a := sc.alertFor(o, r, with)
	sent, err := s.deliver(ctx, sc, a, channelsOf(r, with))
	now := s.now()
	mark := func(r *obligation.Reminder) {
		r.Attempts++
		if err != nil {
			r.LastError = reasonOf(err)
		}
		if !sent.any() {
			return
		}
		r.State, r.SentAt, r.Mails = obligation.Sent, now, sent.mails
		r.SlackChannel, r.SlackTS = sent.card.Channel, sent.card.TS
	}
	if recErr := s.record(ctx, o, append([]obligation.Reminder{r}, with...), mark); recErr != nil {
		return recErr
	}
	if !sent.any() {
		return err
	}
	return s.planAgain(ctx, o, r)
}

// channelsOf unites the channels of reminders that share one message.
func channelsOf(r obligation.Reminder, with []obligation.Reminder) []string {
	out := slices.Clone(r.Channels)
	for _, w := range with {
		out = append(out, w.Channels...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// record writes what became of reminders, with one journal entry each.
func (s *Service) record(ctx context.Context, o obligation.Obligation, rs []obligation.Reminder, mark func(*obligation.Reminder)) error {
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, r := range rs {
			before := r.State
			mark(&r)
			if err := obligation.SaveReminder(ctx, tx, r); err != nil {
				return err
			}
			if r.State == before {
				continue
			}
			now := s.now()
			err := journal.Append(ctx, tx, journal.Entry{
				Case: caseOf(o), Kind: "reminder." + string(r.State), Actor: journal.System(),
				HappenedAt: now, RecordedAt: now,
				Facts: map[string]string{"obligation": string(o.ID), "duty": string(o.Duty), "rung": r.Rung, "why": r.Why, "mails": fmt.Sprint(r.Mails), "chat": yes(r.SlackTS != "")},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.d.Changed()
	}
	return err
}

// planAgain lays out the next reminder of a rung that repeats while the duty is
// open.
func (s *Service) planAgain(ctx context.Context, o obligation.Obligation, r obligation.Reminder) error {
	all, err := obligation.RemindersOf(ctx, s.d.DB.R, o.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, x := range all {
		if x.Repeat > 0 {
			n++
		}
	}
	next, ok := obligation.Again(r, n, s.now())
	if !ok {
		return nil
	}
	return s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		return (&change{s: s, tx: tx, now: s.now()}).plan(ctx, []obligation.Reminder{next})
	})
}

// Sweep puts back into the queue what must be there: every reminder that is due
// and unsent, every open duty that has no reminder at all. It runs from time to
// time and at start, so that nothing rests on one job alone.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	due, err := obligation.RemindersDue(ctx, s.d.DB.R, now)
	if err != nil {
		return err
	}
	open, err := obligation.ListOpen(ctx, s.d.DB.R)
	if err != nil {
		return err
	}
	err = s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		c := &change{s: s, tx: tx, now: now}
		for _, r := range due {
			if err := c.put(ctx, Work{Kind: WorkRemind, ID: r.ID, Key: WorkRemind + ":" + r.ID, At: now}); err != nil {
				return err
			}
		}
		for _, o := range open {
			if err := c.restoreLadder(ctx, o); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.d.Queue.Wake()
	}
	return err
}

// restoreLadder writes the rungs that an open duty lacks.
func (c *change) restoreLadder(ctx context.Context, o obligation.Obligation) error {
	var err error
	if c.firm, err = c.s.d.Firms.Get(ctx, c.tx); err != nil {
		return err
	}
	if o.IsOfRequest() {
		other, err := c.s.otherOf(ctx, c.tx, o)
		if err != nil {
			return err
		}
		return c.plan(ctx, other.Planned)
	}
	if c.i, err = incident.ByID(ctx, c.tx, o.IncidentID); err != nil {
		return err
	}
	rule, err := c.s.RuleOf(c.firm, o)
	if err != nil {
		return err
	}
	return c.plan(ctx, obligation.Plan(o, rule.Ladder, c.firm.Location()))
}

// delivery is what came of one alert.
type delivery struct {
	card  Posted
	mails int
	board bool // no channel is set up: the board is the channel
}

func (d delivery) any() bool { return d.board || d.card.TS != "" || d.mails > 0 }

// deliver sends an alert by the wanted channels that are set up. When the chat is
// not set up or fails, mail takes over; when there is neither, the board is all
// there is. The error is that of the channel that failed, if any.
func (s *Service) deliver(ctx context.Context, sc scene, a alert.Alert, channels []string) (delivery, error) {
	var out delivery
	hasChat, hasMail := s.d.Alerter.HasChat(sc.firm), s.d.Alerter.HasMail(sc.firm)
	if !hasChat && !hasMail {
		out.board = true
		return out, nil
	}
	var chatErr error
	if hasChat {
		out.card, chatErr = s.chat(ctx, sc, a)
		if err := s.health(ctx, "slack", chatErr); err != nil && chatErr == nil {
			return out, err
		}
		if alert.ClassOf(chatErr) == alert.RateLimited && !hasMail {
			return out, chatErr
		}
	}
	var mailErr error
	if hasMail && (slices.Contains(channels, "mail") || !hasChat || chatErr != nil) {
		out.mails, mailErr = s.mailAll(ctx, sc, a)
		mailErr = s.health(ctx, "mail", mailErr)
	}
	return out, errors.Join(chatErr, mailErr)
}

// chat keeps one card per case: the first alert posts it, every later one
// edits it and says what is new in its thread.
func (s *Service) chat(ctx context.Context, sc scene, a alert.Alert) (Posted, error) {
	card, ok, err := cardOf(ctx, s.d.DB.R, sc.caseID())
	if err != nil {
		return Posted{}, err
	}
	if !ok {
		if card, err = s.d.Alerter.Post(ctx, sc.firm, a); err != nil {
			return Posted{}, err
		}
		return card, saveCard(ctx, s.d.DB.W, sc.caseID(), card, s.now())
	}
	err = s.d.Alerter.Update(ctx, sc.firm, card, sc.card(a))
	if errors.Is(err, ErrCardGone) {
		if card, err = s.d.Alerter.Post(ctx, sc.firm, a); err != nil {
			return Posted{}, err
		}
		return card, saveCard(ctx, s.d.DB.W, sc.caseID(), card, s.now())
	}
	if err != nil {
		return Posted{}, err
	}
	return card, s.d.Alerter.Reply(ctx, sc.firm, card, a)
}

// mailAll mails everybody who is asked. It counts as sent when one got it.
func (s *Service) mailAll(ctx context.Context, sc scene, a alert.Alert) (int, error) {
	n := 0
	var errs []error
	for _, to := range sc.people(a.Asked) {
		a.Language = to.Language
		if err := s.d.Alerter.Mail(ctx, sc.firm, to, a); err != nil {
			errs = append(errs, err)
			continue
		}
		n++
	}
	return n, errors.Join(errs...)
}

// reasonOf is the code of a failed sending, fit for the record.
func reasonOf(err error) string {
	var e *alert.SendError
	if errors.As(err, &e) {
		return e.Reason
	}
	return "failed"
}

// scene is everything an alert about a case can be made of. other is set for one that
// is no incident.
type scene struct {
	s        *Service
	firm     firm.Firm
	i        incident.Incident
	other    *Other
	duties   []obligation.Obligation
	accounts map[string]account.Account // by role: lead, deputy, director
	now      time.Time
}

func (s *Service) scene(ctx context.Context, id incident.ID) (scene, error) {
	sc := scene{s: s, now: s.now(), accounts: map[string]account.Account{}}
	var err error
	if sc.firm, err = s.d.Firms.Get(ctx, s.d.DB.R); err != nil {
		return sc, err
	}
	if sc.i, err = incident.ByID(ctx, s.d.DB.R, id); err != nil {
		return sc, err
	}
	if sc.duties, err = obligation.OfIncident(ctx, s.d.DB.R, id); err != nil {
		return sc, err
	}
	sc.accounts, err = s.accountsFor(ctx, sc.firm, sc.i.LeadID)
	return sc, err
}

// accountsFor finds the people behind the roles; the firm's lead stands in for a case
// that has none.
func (s *Service) accountsFor(ctx context.Context, f firm.Firm, lead string) (map[string]account.Account, error) {
	if lead == "" {
		lead = f.LeadID
	}
	out := map[string]account.Account{}
	for role, accountID := range map[string]string{"lead": lead, "deputy": f.DeputyID, "director": f.LastResortID} {
		if accountID == "" {
			continue
		}
		a, err := s.d.Accounts.ByID(ctx, s.d.DB.R, account.ID(accountID))
		if err != nil {
			return out, err
		}
		out[role] = a
	}
	return out, nil
}

// sceneOf is the scene of the case behind a duty.
func (s *Service) sceneOf(ctx context.Context, o obligation.Obligation) (scene, error) {
	if o.IsOfRequest() {
		return s.otherScene(ctx, o)
	}
	return s.scene(ctx, o.IncidentID)
}

// caseOf is what the journal calls the case behind a duty.
func caseOf(o obligation.Obligation) journal.Case {
	if o.IsOfRequest() {
		return journal.Case{Kind: "request", ID: o.RequestID}
	}
	return journal.Case{Kind: "incident", ID: string(o.IncidentID)}
}

func (sc scene) caseID() string {
	if sc.other != nil {
		return sc.other.ID
	}
	return string(sc.i.ID)
}

// card is what the card in the chat says now. A request has no stages of its own, so
// its card repeats the last reminder.
func (sc scene) card(a alert.Alert) alert.Alert {
	if sc.other != nil {
		return a
	}
	return sc.alert(alert.Status)
}

func (sc scene) link(path string) string { return strings.TrimSuffix(sc.firm.BaseURL, "/") + path }

// people returns those behind the roles, each once.
func (sc scene) people(roles []string) []account.Account {
	var out []account.Account
	for _, role := range roles {
		a, ok := sc.accounts[role]
		if ok && !slices.ContainsFunc(out, func(b account.Account) bool { return b.ID == a.ID }) {
			out = append(out, a)
		}
	}
	return out
}

// alert fills the fields that every alert has. Only what may leave the house is
// taken: the title and the summary of an incident never are.
func (sc scene) alert(k alert.Kind) alert.Alert {
	if sc.other != nil {
		return sc.otherAlert(k)
	}
	a := alert.Alert{
		Kind: k, IncidentID: string(sc.i.ID), Reference: sc.i.Ref, Status: string(sc.i.Status), Risk: riskCode(sc.i.Risk),
		People: alert.UnknownPeople, Link: sc.link("/incidents/" + string(sc.i.ID)),
		Language: sc.firm.Language, Zone: sc.firm.Location(), At: sc.now,
	}
	if sc.i.Approx.Known {
		a.People = sc.i.Approx.Value
	}
	if pack, err := sc.s.d.Packs.Scenario(sc.i.Scenario); err == nil {
		a.Scenario = pack.Title.In(sc.firm.Language, sc.firm.Country)
	}
	for _, o := range sc.duties {
		if o.IsOpen() && !o.DueAt.IsZero() && a.Duty == "" {
			sc.addDuty(&a, o)
		}
	}
	a.Missing = sc.missing()
	return a
}

func (sc scene) addDuty(a *alert.Alert, o obligation.Obligation) {
	a.Duty, a.DueAt, a.StatutoryAt = string(o.Duty), o.DueAt, o.StatutoryAt
	if a.DueAt.IsZero() {
		a.DueAt = o.TargetAt
	}
	a.AcknowledgeID, a.Acknowledged = string(o.ID), !o.AcknowledgedAt.IsZero()
	if o.IsOfRequest() || IsOwnClock(o.Regime) {
		return // its name is free text, which never leaves the house
	}
	if regime, err := sc.s.RegimeOf(sc.firm, o.Regime, o.RegimeVersion); err == nil {
		a.DutyName = DutyName(regime, o, sc.firm.Language, sc.firm.Country)
	}
}

// missing names what the next step still needs, as codes.
func (sc scene) missing() []string {
	var out []string
	add := func(cond bool, code string) {
		if cond {
			out = append(out, code)
		}
	}
	add(sc.i.IsBreach() && sc.i.Moments.Aware.At.IsZero(), "awareness")
	add(sc.i.IsBreach() && sc.i.Risk == "", "risk")
	add(sc.i.IsBreach() && len(sc.i.Data) == 0, "data_categories")
	add(sc.i.IsBreach() && !sc.i.Approx.Known, "people_count")
	for _, o := range sc.duties {
		add(o.IsOpen() && o.Duty == obligation.NotifyAuthority, "notification")
		add(o.IsOpen() && o.Duty == obligation.InformPeople, "letters")
	}
	return out
}

// alertFor is the alert of a reminder, or of several that are due at once.
func (sc scene) alertFor(o obligation.Obligation, r obligation.Reminder, with []obligation.Reminder) alert.Alert {
	kind := alert.Reminder
	switch {
	case len(with) > 0:
		kind = alert.Missed
	case o.IsOverdue(sc.now):
		kind = alert.Overdue
	case r.UnseenOnly:
		kind = alert.Escalation
	}
	a := sc.alert(kind)
	sc.addDuty(&a, o)
	a.Rung, a.Broadcast, a.Asked = r.Rung, r.Broadcast, r.Asked
	for _, w := range with {
		a.Asked = append(a.Asked, w.Asked...)
		a.Broadcast = a.Broadcast || w.Broadcast
	}
	a.Asked = slices.Compact(slices.Sorted(slices.Values(a.Asked)))
	if len(with) > 0 {
		a.Missed = len(with) + 1
	}
	return a
}

func riskCode(r incident.Risk) string {
	switch r {
	case incident.RiskUnlikely:
		return "unlikely"
	case incident.RiskLikely:
		return "risk"
	case incident.HighRiskLikely:
		return "high"
	}
	return "unknown"
}
