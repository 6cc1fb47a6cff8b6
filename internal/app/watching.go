package app

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/alert"
	"clepsydra/internal/firm"
	"clepsydra/internal/job"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/watch"
)

// watcher is what the search for unusual reading needs of the rest of the program.
type watcher struct {
	jobs     *job.Client
	db       bun.IDB
	firms    *firm.Store
	accounts *account.Service
	alerter  *alerter
	clock    func() time.Time
}

// watchEvery is how soon unusual reading is noticed.
const watchEvery = time.Minute

// watchSweep is the job that compares what was read with the rules.
type watchSweep struct{}

// Kind is the stored name of the job.
func (watchSweep) Kind() string { return "watch.check" }

// buildWatch loads the rules of unusual reading.
func (a *App) buildWatch() error {
	rules, err := watch.Load()
	if err != nil {
		return err
	}
	w := watcher{a.jobs, a.DB.R, a.Firms, a.Accounts, a.alerter, a.clock.Now}
	a.Watch = stewardship.NewWatch(a.DB, a.clock.Now, rules, w, w)
	return nil
}

// watchHandlers say who does the work.
func watchHandlers(w *stewardship.Watch) map[string]job.Handler {
	return map[string]job.Handler{
		watchSweep{}.Kind(): job.Handle(func(ctx context.Context, _ job.Run, _ watchSweep) error {
			err := w.Check(ctx)
			if errors.Is(err, firm.ErrNotSetUp) {
				return nil
			}
			return err
		}),
		stewardship.WorkTell: job.Handle(func(ctx context.Context, _ job.Run, t task) error { return outcome(w.Tell(ctx, t.ID)) }),
	}
}

// PutTell enqueues the telling.
func (w watcher) PutTell(ctx context.Context, tx bun.IDB, alertID string) error {
	_, err := w.jobs.Enqueue(ctx, tx, task{kind: stewardship.WorkTell, ID: alertID}, job.Options{UniqueKey: stewardship.WorkTell + ":" + alertID, RunAt: w.clock()})
	return err
}

// Circle finds the accounts that are in use.
func (w watcher) Circle(ctx context.Context, db bun.IDB) (watch.Circle, *time.Location, error) {
	f, err := w.firms.Get(ctx, db)
	if err != nil {
		return watch.Circle{}, nil, err
	}
	all, err := w.accounts.ListIn(ctx, db)
	if err != nil {
		return watch.Circle{}, nil, err
	}
	var c watch.Circle
	for _, a := range all {
		id := string(a.ID)
		if a.IsDisabled() {
			continue
		}
		switch id {
		case f.LeadID:
			c.Lead = id
		case f.DeputyID:
			c.Deputy = id
		case f.LastResortID:
			c.LastResort = id
		}
		if a.Role == account.DPO {
			c.DPOs = append(c.DPOs, id)
		}
		if a.Role.Can(account.SeeLog) {
			c.Others = append(c.Others, id)
		}
	}
	return c, f.Location(), nil
}

// Tell mails the alert to each, in his language.
func (w watcher) Tell(ctx context.Context, to []string, a watch.Alert, r watch.Rule) (int, error) {
	f, err := w.firms.Get(ctx, w.db)
	if err != nil || !w.alerter.HasMail(f) {
		return 0, err
	}
	n := 0
	var errs []error
	for _, id := range to {
		who, err := w.accounts.ByID(ctx, w.db, account.ID(id))
		if err == nil {
			err = w.alerter.Mail(ctx, f, who, watchAlert(f, who, a, r, w.clock()))
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		n++
	}
	return n, errors.Join(errs...)
}

// watchAlert is an alert in the terms that may leave the house: the account is named
// by its mark, as the log shows it.
func watchAlert(f firm.Firm, to account.Account, a watch.Alert, r watch.Rule, now time.Time) alert.Alert {
	out := alert.Alert{
		Kind: alert.Watch, IncidentID: a.ID, DutyName: r.Title.In(to.Language, f.Country), People: a.Count, Reader: watch.Mark(a.Account),
		From: a.Window.From, To: a.Window.To, Language: to.Language, Zone: f.Location(), At: now,
	}
	if f.BaseURL != "" {
		out.Link = f.BaseURL + "/contacts/log/alerts/" + a.ID
	}
	return out
}
