package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/demo"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

// The firm whose board is measured.
const (
	manyIncidents = 5000
	manyClocks    = 200
	manyBoards    = 500
)

// boardCores is how many processors the board has in the measurement; visitors
// and server share them.
const boardCores = 2

// boardP99 measures the board with 5,000 incidents and 200 running clocks for two
// visitors at once.
func boardP99(ctx context.Context) (_ Figure, err error) {
	h, b, err := busyFirm(ctx)
	if err != nil {
		return Figure{}, err
	}
	defer func() { err = errors.Join(err, h.Close(context.WithoutCancel(ctx))) }()
	forgetPeak()
	took, err := visits(ctx, b, 2, 400)
	if err != nil {
		return Figure{}, err
	}
	return Figure{
		Unit: "ms", Ours: millis(quantile(took, 0.99)), Baseline: millis(quantile(took, 0.5)), RSSMiB: peakMiB("self"),
		BaselineOf: "the median of the same requests; two visitors at once, server and visitors on two cores",
	}, nil
}

// boardsOpen measures the board while 500 others are open, after each of them has
// heard of a change.
func boardsOpen(ctx context.Context) (_ Figure, err error) {
	h, b, err := busyFirm(ctx)
	if err != nil {
		return Figure{}, err
	}
	defer func() { err = errors.Join(err, h.Close(context.WithoutCancel(ctx))) }()
	alone, err := visits(ctx, b, 2, 200)
	if err != nil {
		return Figure{}, err
	}
	forgetPeak()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := watch(ctx, b, manyBoards)
	if err != nil {
		return Figure{}, err
	}
	if err := change(ctx, h); err != nil {
		return Figure{}, err
	}
	if err := w.all(); err != nil {
		return Figure{}, err
	}
	crowded, err := visits(ctx, b, 2, 200)
	if err != nil {
		return Figure{}, err
	}
	return Figure{
		Unit: "ms", Ours: millis(quantile(crowded, 0.99)), Baseline: millis(quantile(alone, 0.99)), RSSMiB: peakMiB("self"),
		BaselineOf: "the same 99th percentile with no other board open",
	}, nil
}

// busyFirm opens a firm with many incidents and signs its lead in.
func busyFirm(ctx context.Context) (_ *demo.House, _ *demo.Browser, err error) {
	runtime.GOMAXPROCS(boardCores)
	h, err := demo.Open(ctx, demo.Options{Address: "127.0.0.1:0"}, func(error) {})
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close(context.WithoutCancel(ctx)))
		}
	}()
	now := time.Now().UTC().Truncate(time.Microsecond)
	err = h.App.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for k := range manyIncidents {
			if err := insertIncident(ctx, tx, k, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if err := h.App.Response.Sweep(ctx); err != nil { // lays out the reminders
		return nil, nil, err
	}
	if err := h.Settle(ctx); err != nil {
		return nil, nil, err
	}
	b, err := h.SignIn(ctx, h.Lead())
	return h, b, err
}

// insertIncident writes one incident of the last ten years: the first two hundred
// with a running clock, some as new reports, of the others a third told to the
// authority and closed, a third closed without any breach, a third false alarms.
func insertIncident(ctx context.Context, tx bun.Tx, k int, now time.Time) error {
	id, err := incident.NewID()
	if err != nil {
		return err
	}
	i := incident.Incident{
		ID: incident.ID(id), Ref: fmt.Sprintf("INC-%d-%04d", now.Year()-1, k+1), Title: fmt.Sprintf("Bestellijst %d naar de verkeerde klant gemaild", k+1),
		Scenario: "wrong_recipient_mail", Summary: "Een medewerker mailde de lijst naar een verkeerd adres.", Status: incident.Closed, Verdict: incident.Breach,
		Kinds: incident.Kinds{Confidentiality: true}, Data: []string{"name", "contact_email"}, Regime: "gdpr", RegimeVer: "2016/679",
		OpenedAt: now.Add(-time.Duration(k) * 17 * time.Hour), UpdatedAt: now,
	}
	aware := i.OpenedAt.Add(time.Hour)
	o := obligation.Obligation{State: obligation.Met, SettledAt: aware.Add(time.Duration(10+k%60) * time.Hour)}
	switch {
	case k < manyClocks:
		i.Status, i.OpenedAt = incident.Confirmed, now.Add(-time.Duration(2+k%60)*time.Hour)
		aware = i.OpenedAt.Add(time.Hour)
		o = obligation.Obligation{State: obligation.Open}
	case k < manyClocks+50:
		i.Status, i.Verdict, i.Kinds = incident.Reported, "", incident.Kinds{}
		return incident.Insert(ctx, tx, i)
	case k%3 == 1:
		i.Verdict, i.Kinds, i.ClosedAt = incident.OnlyIncident, incident.Kinds{}, i.OpenedAt.Add(48*time.Hour)
		return incident.Insert(ctx, tx, i)
	case k%3 == 2:
		i.Status, i.Verdict, i.Kinds, i.ClosedAt = incident.Dismissed, incident.FalseAlarm, incident.Kinds{}, i.OpenedAt.Add(time.Hour)
		return incident.Insert(ctx, tx, i)
	default:
		i.Risk, i.ClosedAt, i.Lessons = incident.RiskLikely, o.SettledAt.Add(24*time.Hour), "Werkwijze aangepast."
	}
	i.Moments = incident.Moments{Reported: incident.Moment{At: i.OpenedAt}, Aware: incident.Moment{At: aware, Reason: "Bevestigd."}}
	if err := incident.Insert(ctx, tx, i); err != nil {
		return err
	}
	duty, err := obligation.NewID()
	if err != nil {
		return err
	}
	o.ID, o.IncidentID, o.Regime, o.RegimeVersion, o.Duty = obligation.ID(duty), i.ID, i.Regime, i.RegimeVer, obligation.NotifyAuthority
	o.Recipient, o.Article, o.StartedAt, o.CreatedAt = "BE-GBA", "GDPR Art. 33(1)", aware, aware
	o.DueAt, o.StatutoryAt = aware.Add(72*time.Hour), aware.Add(73*time.Hour)
	return obligation.Save(ctx, tx, o)
}

// visits opens the board n times by each of some visitors at once and returns how
// long each visit took.
func visits(ctx context.Context, b *demo.Browser, visitors, n int) ([]time.Duration, error) {
	const warm = 20
	out, errs := make([][]time.Duration, visitors), make([]error, visitors)
	var all sync.WaitGroup
	for v := range visitors {
		all.Go(func() {
			for k := range warm + n {
				begin := time.Now()
				err := visit(ctx, b)
				took := time.Since(begin)
				if err != nil {
					errs[v] = err
					return
				}
				if k >= warm {
					out[v] = append(out[v], took)
				}
			}
		})
	}
	all.Wait()
	var took []time.Duration
	for _, list := range out {
		took = append(took, list...)
	}
	return took, errors.Join(errs...)
}

// visit fetches the board to its last byte.
func visit(ctx context.Context, b *demo.Browser) error {
	res, err := b.Stream(ctx, "/")
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || res.Request.URL.Path != "/" || n < 1000 {
		return fmt.Errorf("board: status %d at %s with %d bytes", res.StatusCode, res.Request.URL.Path, n)
	}
	return nil
}

// watchers are open boards.
type watchers struct {
	heard chan struct{}
	n     int
}

// watch opens n streams, each of which has said hello.
func watch(ctx context.Context, b *demo.Browser, n int) (*watchers, error) {
	w := &watchers{heard: make(chan struct{}, n), n: n}
	for range n {
		res, err := b.Stream(ctx, "/events")
		if err != nil {
			return nil, err
		}
		lines := bufio.NewReader(res.Body)
		if err := until(lines, "event: clock"); err != nil {
			return nil, errors.Join(err, res.Body.Close())
		}
		go func() {
			defer func() { _ = res.Body.Close() }() // a read stream
			if until(lines, "event: changed") == nil {
				w.heard <- struct{}{}
			}
		}()
	}
	return w, nil
}

func until(r *bufio.Reader, want string) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return fmt.Errorf("stream ended before %q: %w", want, err)
		}
		if strings.TrimSpace(line) == want {
			return nil
		}
	}
}

// all waits until every board has heard of the change.
func (w *watchers) all() error {
	late := time.After(10 * time.Second)
	for k := range w.n {
		select {
		case <-w.heard:
		case <-late:
			return fmt.Errorf("only %d of %d open boards heard of a change", k, w.n)
		}
	}
	return nil
}

// change makes something happen that boards are told of.
func change(ctx context.Context, h *demo.House) error {
	page, _, err := incident.List(ctx, h.App.DB.R, incident.Query{Limit: 1})
	if err != nil {
		return err
	}
	if len(page) == 0 {
		return io.ErrUnexpectedEOF
	}
	return h.App.Response.AddNote(ctx, h.Actor(), page[0].ID, "De ontvanger belde terug.", time.Time{})
}
