package stewardship

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/consent"
	"clepsydra/internal/contact"
	"clepsydra/internal/deadline"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/retention"
)

// RetentionParts is what retention needs of the rest of the program.
type RetentionParts struct {
	// Zone is where days begin and end.
	Zone func(ctx context.Context, db bun.IDB) (*time.Location, error)
	// Secret makes the links to stay.
	Secret []byte
	// Put queues the work on a run, in the transaction that needs it.
	Put func(ctx context.Context, tx bun.Tx, runID string, at time.Time) error
	// CanAsk reports whether people can be asked by mail.
	CanAsk func(ctx context.Context) (bool, error)
	// Ask sends the question. ErrAskRefused says that this address takes no mail, ever.
	Ask func(ctx context.Context, q Question) error
}

// ErrAskRefused says that the question cannot reach somebody.
var ErrAskRefused = errors.New("the address takes no mail")

// Question asks somebody once whether his data should stay.
type Question struct {
	Person contact.Contact
	GoOn   time.Time // from then on the data go
	Token  string    // of his link
	Key    string    // the same at every try
}

// UseRetention hands over what retention needs. To be called before serving.
func (s *Service) UseRetention(p RetentionParts) { s.keeping = p }

func noRetention() RetentionParts {
	return RetentionParts{
		Zone:   func(context.Context, bun.IDB) (*time.Location, error) { return time.UTC, nil },
		Put:    func(context.Context, bun.Tx, string, time.Time) error { return nil },
		CanAsk: func(context.Context) (bool, error) { return false, nil },
		Ask:    func(context.Context, Question) error { return nil },
	}
}

// RetentionPlan says what retention would do today.
type RetentionPlan struct {
	retention.Plan
	Settings retention.Settings
	Record   processing.Record
	Zone     *time.Location
	Due      int // people whose time is over
	NoMail   int // of them, those who cannot be asked
	Held     int // of them, those who stay for now
	Asks     bool
}

// Acts is how many people would leave.
func (p RetentionPlan) Acts() int { return p.Due - p.Held }

// PlanRetention works out who is due. It changes nothing and shows nobody.
func (s *Service) PlanRetention(ctx context.Context) (RetentionPlan, error) {
	p, err := s.planIn(ctx, s.db.R)
	if err != nil || p.Due == 0 {
		return p, err
	}
	err = s.eachDue(ctx, p, func(some []retention.Due) error {
		held, err := s.heldIn(ctx, s.db.R, idsOf(some))
		p.Held += len(held)
		return err
	})
	return p, err
}

func (s *Service) planIn(ctx context.Context, db bun.IDB) (p RetentionPlan, err error) {
	if p.Record, err = processing.Get(ctx, db); err != nil {
		return p, err
	}
	if p.Settings, err = retention.SettingsOf(ctx, db); err != nil {
		return p, err
	}
	if p.Zone, err = s.keeping.Zone(ctx, db); err != nil {
		return p, err
	}
	if p.Asks, err = s.keeping.CanAsk(ctx); err != nil {
		return p, err
	}
	p.Plan = retention.PlanOf(p.Record, p.Settings, deadline.DateOf(s.moment().In(p.Zone)))
	p.Due, p.NoMail, err = retention.CountDue(ctx, db, p.Plan, p.Zone)
	return p, err
}

// eachDue calls fn with all who are due, some thousands at a time.
func (s *Service) eachDue(ctx context.Context, p RetentionPlan, fn func([]retention.Due) error) error {
	const batch = 5000
	var after retention.Place
	for {
		some, err := retention.ListDue(ctx, s.db.R, p.Plan, p.Zone, after, batch)
		if err != nil {
			return err
		}
		if err := fn(some); err != nil || len(some) < batch {
			return err
		}
		last := some[len(some)-1]
		after = retention.Place{At: last.ActiveAt, ID: last.ID}
	}
}

func idsOf(some []retention.Due) []contact.ID {
	out := make([]contact.ID, len(some))
	for i, d := range some {
		out[i] = d.ID
	}
	return out
}

// DuePerson is somebody whose time is over, and why.
type DuePerson struct {
	retention.Due
	Person contact.Contact
	Held   HeldBy // empty: not held
}

// DuePeople shows a page of those who are due, after a place, and records that they
// were shown.
func (s *Service) DuePeople(ctx context.Context, actor journal.Actor, p RetentionPlan, after retention.Place, limit int) ([]DuePerson, error) {
	due, err := retention.ListDue(ctx, s.db.R, p.Plan, p.Zone, after, limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	held, err := s.heldIn(ctx, s.db.R, idsOf(due))
	if err != nil {
		return nil, err
	}
	people, err := contact.ByIDs(ctx, s.db.R, idsOf(due))
	if err != nil {
		return nil, err
	}
	byID := map[contact.ID]contact.Contact{}
	for _, c := range people {
		byID[c.ID] = c
	}
	out := make([]DuePerson, len(due))
	shown := ""
	for i, d := range due {
		out[i] = DuePerson{d, byID[d.ID], held[d.ID]}
		shown += " " + string(d.ID)
	}
	return out, s.record(ctx, journal.Entry{
		Case: journal.Case{Kind: "firm"}, Kind: "contact.searched", Actor: actor, RecordedAt: s.moment(),
		Facts: map[string]string{"found": strconv.Itoa(p.Due), "shown": shown[1:], "by": "retention"},
	})
}

// SaveRetention changes the settings. It fails with retention.ErrNoticeDays and
// retention.ErrMonths.
func (s *Service) SaveRetention(ctx context.Context, actor journal.Actor, in retention.Settings) error {
	if in.NoticeDays < retention.LeastNotice || in.NoticeDays > retention.MostNotice {
		return retention.ErrNoticeDays.At("notice_days").With("Least", retention.LeastNotice).With("Most", retention.MostNotice)
	}
	if in.IncidentMonths < 1 || in.IncidentMonths > retention.MostIncident {
		return retention.ErrMonths.At("incident_months").With("Most", retention.MostIncident)
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := retention.SettingsOf(ctx, tx)
		if err != nil {
			return err
		}
		in.Proposed = before.Proposed
		if err := retention.PutSettings(ctx, tx, in); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{
			Case: journal.Case{Kind: "firm"}, Kind: "retention.set", Actor: actor, RecordedAt: s.moment(),
			Facts: map[string]string{
				"notice_days": strconv.Itoa(in.NoticeDays), "archive": strconv.FormatBool(in.Archive), "incident_months": strconv.Itoa(in.IncidentMonths),
			},
		})
	})
}

// RetentionSettings returns the settings.
func (s *Service) RetentionSettings(ctx context.Context) (retention.Settings, error) {
	return retention.SettingsOf(ctx, s.db.R)
}

// ProposeRetention returns how many people are due, once a calendar month: 0 when it
// was said this month, when nobody is, or when a run is under way.
func (s *Service) ProposeRetention(ctx context.Context) (due int, err error) {
	settings, err := retention.SettingsOf(ctx, s.db.R)
	month := s.moment().Format("2006-01")
	if err != nil || settings.Proposed == month {
		return 0, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		p, err := s.planIn(ctx, tx)
		if err != nil || p.Settings.Proposed == month {
			return err
		}
		p.Settings.Proposed = month
		if err := retention.PutSettings(ctx, tx, p.Settings); err != nil {
			return err
		}
		runs, err := retention.Runs(ctx, tx, 1)
		if err != nil || p.Due == 0 || len(runs) > 0 && runs[0].IsActive() {
			return err
		}
		due = p.Due
		return s.noteRun(ctx, tx, journal.System(), "retention.proposed", map[string]string{"due": strconv.Itoa(due)})
	})
	return due, err
}

// isActivity reports whether the person did something himself when he said what he
// said; a list that somebody brought is none.
func isActivity(how consent.How) bool {
	return how != consent.HowImport && how != consent.HowBoughtList
}

// stayToken is the secret of the link of somebody in a run; the same whenever it is
// made, so that the database holds its hash only.
func (s *Service) stayToken(runID string, id contact.ID) string {
	mac := hmac.New(sha256.New, s.keeping.Secret)
	fmt.Fprintf(mac, "stay\n%s\n%s", runID, id)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// HashOfLink is what the database keeps of a link to stay.
func HashOfLink(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
