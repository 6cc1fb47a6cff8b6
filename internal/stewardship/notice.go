package stewardship

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/database"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/workflow"
)

// Receivers tells who handles data for the firm, and who else outside the EEA receives
// them, in words of a language that may be published. None: not known yet.
type Receivers func(ctx context.Context, db bun.IDB, f firm.Firm, lang string) (processors, transfers []processing.NamedProcessor, err error)

// NoticeDeps is what the texts are made from besides the record. Receivers may be
// missing.
type NoticeDeps struct {
	DB        *database.DB
	Clock     func() time.Time
	Firms     *firm.Store
	Packs     *workflow.Packs
	Receivers Receivers
}

// Notices makes the privacy statement and the short text for forms from the record of
// processing, and publishes them as numbered versions that never change.
type Notices struct{ d NoticeDeps }

// NewNotices makes the service.
func NewNotices(d NoticeDeps) *Notices { return &Notices{d} }

// NoticeDrafts is the texts as the record has them now, one per language of the firm,
// the language of the house first.
type NoticeDrafts struct {
	Drafts  []processing.NoticeDraft
	Open    []processing.NoticePoint // of all languages together, each once
	Record  processing.Record
	Latest  []processing.Published // the newest version; empty before the first
	Version int                    // the number that publishing would give
	Changed bool                   // something differs from the newest version
	Seal    string                 // names exactly these texts; Publish wants it back
}

// Draft returns the draft in a language, else that of the house.
func (d NoticeDrafts) Draft(lang string) processing.NoticeDraft {
	for _, one := range d.Drafts {
		if one.Language == lang {
			return one
		}
	}
	return d.Drafts[0]
}

// Before returns the newest version in a language; false when there is none.
func (d NoticeDrafts) Before(lang string) (processing.Published, bool) {
	k := slices.IndexFunc(d.Latest, func(p processing.Published) bool { return p.Language == lang })
	if k < 0 {
		return processing.Published{}, false
	}
	return d.Latest[k], true
}

// Drafts makes the texts from the record as it is now. It fails with
// firm.ErrNotSetUp.
func (s *Notices) Drafts(ctx context.Context) (NoticeDrafts, error) { return s.drafts(ctx, s.d.DB.R) }

func (s *Notices) drafts(ctx context.Context, db bun.IDB) (NoticeDrafts, error) {
	f, err := s.d.Firms.Get(ctx, db)
	if err != nil {
		return NoticeDrafts{}, err
	}
	out := NoticeDrafts{}
	if out.Record, err = processing.Get(ctx, db); err != nil {
		return NoticeDrafts{}, err
	}
	for _, lang := range noticeLanguages(f) {
		in, err := s.input(ctx, db, f, out.Record, lang)
		if err != nil {
			return NoticeDrafts{}, err
		}
		d, err := processing.BuildNotice(in)
		if err != nil {
			return NoticeDrafts{}, err
		}
		out.Drafts = append(out.Drafts, d)
		for _, p := range d.Open {
			if !slices.Contains(out.Open, p) {
				out.Open = append(out.Open, p)
			}
		}
	}
	all, err := processing.Notices(ctx, db)
	if err != nil {
		return NoticeDrafts{}, err
	}
	if len(all) > 0 {
		if out.Latest, err = processing.NoticeVersion(ctx, db, all[0].Version); err != nil {
			return NoticeDrafts{}, err
		}
		out.Version = all[0].Version
	}
	out.Version++
	out.Changed, out.Seal = !out.isPublished(), out.seal()
	return out, nil
}

// noticeLanguages are those of the firm, that of the house first.
func noticeLanguages(f firm.Firm) []string {
	out := []string{f.Language}
	for _, lang := range f.Languages {
		if !slices.Contains(out, lang) {
			out = append(out, lang)
		}
	}
	return out
}

func (s *Notices) input(ctx context.Context, db bun.IDB, f firm.Firm, r processing.Record, lang string) (processing.NoticeInput, error) {
	in := processing.NoticeInput{
		Language: lang, Record: r, Categories: map[string]workflow.Text{},
		Firm: processing.NoticeFirm{
			Name: f.Name, Street: f.Street, Postcode: f.Postcode, City: f.City, Country: f.Country, Email: f.Email, Phone: f.Phone,
			Website: f.Website, CompanyNumber: f.CompanyNumber, DPOName: f.DPOName, DPOEmail: f.DPOEmail, DPOPhone: f.DPOPhone,
			ContactName: f.ContactPoint.Name, ContactEmail: f.ContactPoint.Email, ContactPhone: f.ContactPoint.Phone,
		},
	}
	for _, c := range s.d.Packs.Categories() {
		in.Categories[c.ID] = c.Name
	}
	var err error
	if in.Authority, err = processing.ComplainTo(f.AuthorityID, lang, f.Country); err != nil {
		return in, err
	}
	if a, err := s.d.Packs.Authority(f.AuthorityID); err == nil {
		in.Authority.Name = a.Name.In(lang, f.Country)
	}
	if s.d.Receivers != nil {
		in.Processors, in.Transfers, err = s.d.Receivers(ctx, db, f, lang)
	}
	return in, err
}

func (d NoticeDrafts) isPublished() bool {
	if len(d.Latest) != len(d.Drafts) {
		return false
	}
	for _, one := range d.Drafts {
		if before, ok := d.Before(one.Language); !ok || before.Hash != one.Hash() || before.Short != one.Short {
			return false
		}
	}
	return true
}

func (d NoticeDrafts) seal() string {
	var b strings.Builder
	for _, one := range d.Drafts {
		b.WriteString(one.Language + "\n" + one.Short + "\n" + one.Text)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// PublishInput says what is to be published: the number and the seal that were shown,
// and that somebody knows of the open points, if there are any.
type PublishInput struct {
	Version int
	Seal    string
	Know    bool
}

// Publish keeps the texts as the next version, in every language of the firm, and
// returns its number. What was published before stays as it is. Publishing the same
// twice by a second click changes nothing. It fails with processing.ErrNoticeChanged
// when the texts are not those that were shown any more, processing.ErrNoticeSame when
// nothing is new, and processing.ErrNoticeOpen.
func (s *Notices) Publish(ctx context.Context, actor journal.Actor, in PublishInput) (int, error) {
	now := s.d.Clock().UTC().Truncate(time.Microsecond)
	version := in.Version
	err := s.d.DB.InTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		d, err := s.drafts(ctx, tx)
		switch {
		case err != nil:
			return err
		case in.Seal != d.Seal:
			return processing.ErrNoticeChanged
		case !d.Changed && in.Version == d.Version-1:
			return nil // the second click
		case !d.Changed:
			return processing.ErrNoticeSame
		case in.Version != d.Version:
			return processing.ErrNoticeChanged
		case len(d.Open) > 0 && !in.Know:
			return processing.ErrNoticeOpen
		}
		if err := processing.PutNotice(ctx, tx, d.Version, d.Drafts, actor.ID, now); err != nil {
			return err
		}
		return journal.Append(ctx, tx, d.entry(actor, now))
	})
	if err != nil {
		return 0, fmt.Errorf("publish notice: %w", err)
	}
	return version, nil
}

// entry is what the journal keeps of a publication: which texts, by their hashes.
func (d NoticeDrafts) entry(actor journal.Actor, now time.Time) journal.Entry {
	facts := map[string]string{"version": strconv.Itoa(d.Version), "open": strconv.Itoa(len(d.Open))}
	for _, one := range d.Drafts {
		facts["sha256_"+one.Language] = one.Hash()
	}
	return journal.Entry{Case: journal.Case{Kind: "firm"}, Kind: "notice.published", Actor: actor, RecordedAt: now, Facts: facts}
}

// Published returns a version in all its languages; 0 is the newest. It fails with
// processing.ErrNoNotice.
func (s *Notices) Published(ctx context.Context, version int) ([]processing.Published, error) {
	return processing.NoticeVersion(ctx, s.d.DB.R, version)
}

// Versions lists what was published, the newest first, without the words.
func (s *Notices) Versions(ctx context.Context) ([]processing.Published, error) {
	return processing.Notices(ctx, s.d.DB.R)
}
