package communication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/incident"
)

type personRow struct {
	bun.BaseModel `bun:"table:affected_people,alias:p"`

	IncidentID   string `bun:",pk"`
	ContactID    string `bun:",pk"`
	SnapshotID   string `bun:",nullzero"`
	Position     int
	PickedVia    string
	PickedAt     time.Time
	Excluded     string
	Data         string
	Name         string
	Organisation string
	Street       string
	Postcode     string
	City         string
	Country      string
	Email        string
	Language     string
	BirthDate    string
	PrintName    string
	Channel      string
	Letter       string
	LetterAt     time.Time `bun:",nullzero"`
}

// NewID makes an identifier for a snapshot or a run.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("communication: new id: %w", err)
	}
	return id.String(), nil
}

// Selection says whom to pick from the customer file. Exactly one of the fields
// is used: All, then ImportID, then the contacts listed. Segment names the saved
// filter that listed them, if one did.
type Selection struct {
	All      bool
	ImportID string
	Segment  string
	Contacts []string
}

// via names the way of picking, for the record.
func (s Selection) via() string {
	switch {
	case s.All:
		return "all"
	case s.ImportID != "":
		return "import " + s.ImportID
	case s.Segment != "":
		return "segment " + s.Segment
	}
	return "search"
}

// The copy of a contact that goes into the list, and the channel it can be
// reached by: ChannelFor, in SQL.
const copyOfContact = `c.name, c.organisation, c.street, c.postcode, c.city, c.country, c.email, c.language, c.birth_date, '',
	CASE WHEN c.street <> '' AND c.city <> '' THEN 'post' WHEN c.email <> '' THEN 'mail' ELSE 'none' END`

// Pick adds the selected contacts to the people affected and returns how many
// are new. Who is there already stays as he is; who was erased from the customer
// file cannot be picked.
func Pick(ctx context.Context, tx bun.IDB, id incident.ID, s Selection, now time.Time) (int, error) {
	where, args := "1 = 1", []any{}
	switch {
	case s.All:
	case s.ImportID != "":
		where = "(c.import_id = ? OR c.id IN (SELECT contact_id FROM contact_import_matches WHERE import_id = ?))"
		args = []any{s.ImportID, s.ImportID}
	default:
		return pickListed(ctx, tx, id, s, now)
	}
	return pick(ctx, tx, id, s.via(), now, where, args)
}

// pickListed picks contacts by name, some at a time: a statement has a largest size.
func pickListed(ctx context.Context, tx bun.IDB, id incident.ID, s Selection, now time.Time) (int, error) {
	all := 0
	for some := range slices.Chunk(s.Contacts, 1000) {
		n, err := pick(ctx, tx, id, s.via(), now, "c.id IN (?)", []any{bun.List(some)})
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

func pick(ctx context.Context, tx bun.IDB, id incident.ID, via string, now time.Time, where string, args []any) (int, error) {
	res, err := tx.NewRaw(`INSERT INTO affected_people (incident_id, contact_id, snapshot_id, position, picked_via, picked_at,
			excluded, data, name, organisation, street, postcode, city, country, email, language, birth_date, print_name, channel, letter, letter_at)
		SELECT ?, c.id, NULL, 0, ?, ?, '', '', `+copyOfContact+`, '', NULL
		FROM contacts AS c WHERE c.erased_at IS NULL AND `+where+`
		ON CONFLICT (incident_id, contact_id) DO NOTHING`,
		append([]any{id, via, now}, args...)...).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("communication: pick: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("communication: pick: %w", err)
	}
	return int(n), nil
}

// Unpick takes people off the list again who are not frozen; it returns how many.
func Unpick(ctx context.Context, tx bun.IDB, id incident.ID) (int, error) {
	res, err := tx.NewDelete().Model((*personRow)(nil)).Where("incident_id = ? AND snapshot_id IS NULL", id).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("communication: unpick: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// PersonOf returns one of the people affected, or ErrPersonNotFound.
func PersonOf(ctx context.Context, db bun.IDB, id incident.ID, contactID string) (Person, error) {
	var row personRow
	err := db.NewSelect().Model(&row).Where("incident_id = ? AND contact_id = ?", id, contactID).Scan(ctx)
	if database.IsNoRows(err) {
		return Person{}, ErrPersonNotFound
	}
	if err != nil {
		return Person{}, fmt.Errorf("communication: person: %w", err)
	}
	return row.person(), nil
}

// SavePerson writes what may change of a person: the exclusion, the data that
// leaked, the spelling for paper, the channel and the letter.
func SavePerson(ctx context.Context, tx bun.IDB, p Person) error {
	row := personRowOf(p)
	_, err := tx.NewUpdate().Model(&row).Column("excluded", "data", "print_name", "channel", "letter", "letter_at").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: save person: %w", err)
	}
	return nil
}

// SetDataOfAll names the data that leaked of everybody on the list who is not
// frozen, or who belongs to one import.
func SetDataOfAll(ctx context.Context, tx bun.IDB, id incident.ID, data []string) error {
	_, err := tx.NewUpdate().Model((*personRow)(nil)).Set("data = ?", strings.Join(data, ",")).
		Where("incident_id = ? AND snapshot_id IS NULL", id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: set data: %w", err)
	}
	return nil
}

// PeopleQuery narrows People. Empty fields do not narrow.
type PeopleQuery struct {
	SnapshotID string
	Unfrozen   bool
	Letter     *LetterState
	Channel    Channel
	Text       string // part of what the customer file can be searched by, such as the name
	Limit      int    // 0 means 50
	Offset     int
}

// People returns those affected by name, and how many there are without the limit.
func People(ctx context.Context, db bun.IDB, id incident.ID, q PeopleQuery) ([]Person, int, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var rows []personRow
	sel := db.NewSelect().Model(&rows).Where("p.incident_id = ?", id).
		OrderExpr("p.name, p.contact_id").Limit(int64(q.Limit)).Offset(int64(q.Offset))
	if q.SnapshotID != "" {
		sel = sel.Where("p.snapshot_id = ?", q.SnapshotID)
	}
	if q.Unfrozen {
		sel = sel.Where("p.snapshot_id IS NULL")
	}
	if q.Letter != nil {
		sel = sel.Where("p.letter = ?", *q.Letter)
	}
	if q.Channel != "" {
		sel = sel.Where("p.channel = ?", q.Channel)
	}
	if t := contact.Fold(strings.TrimSpace(q.Text)); t != "" {
		// The customer file keeps its text folded: neither database folds by itself.
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(t) + "%"
		sel = sel.Where("p.contact_id IN (SELECT c.id FROM contacts AS c WHERE c.search LIKE ? ESCAPE '!')", like)
	}
	n, err := sel.ScanAndCount(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("communication: people: %w", err)
	}
	return persons(rows), int(n), nil
}

// MarkLetters moves the letters of a snapshot between two positions to a state,
// except the people listed and those who have no letter to make.
func MarkLetters(ctx context.Context, tx bun.IDB, m Marking) (int, error) {
	q := tx.NewUpdate().Model((*personRow)(nil)).Set("letter = ?, letter_at = ?", m.To, m.At).
		Where("snapshot_id = ? AND position BETWEEN ? AND ? AND channel <> 'none'", m.SnapshotID, m.First, m.Last)
	if len(m.Only) > 0 {
		q = q.Where("contact_id IN (?)", bun.List(m.Only))
	}
	if len(m.Except) > 0 {
		q = q.Where("contact_id NOT IN (?)", bun.List(m.Except))
	}
	if m.Channel != "" {
		q = q.Where("channel = ?", m.Channel)
	}
	if len(m.From) > 0 {
		q = q.Where("letter IN (?)", bun.List(m.From))
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("communication: mark letters: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// Marking says which letters to move and where to.
type Marking struct {
	SnapshotID   string
	First, Last  int
	Channel      Channel
	From         []LetterState // empty: any
	Only, Except []string      // contacts
	To           LetterState
	At           time.Time
}

func persons(rows []personRow) []Person {
	out := make([]Person, len(rows))
	for k, r := range rows {
		out[k] = r.person()
	}
	return out
}

func (r personRow) person() Person {
	p := Person{
		IncidentID: incident.ID(r.IncidentID), ContactID: r.ContactID, SnapshotID: r.SnapshotID, Position: r.Position,
		PickedVia: r.PickedVia, PickedAt: r.PickedAt.UTC(), Excluded: r.Excluded, Name: r.Name, Organisation: r.Organisation,
		Street: r.Street, Postcode: r.Postcode, City: r.City, Country: r.Country, Email: r.Email, Language: r.Language,
		BirthDate: r.BirthDate, PrintName: r.PrintName, Channel: Channel(r.Channel), Letter: LetterState(r.Letter),
	}
	if !r.LetterAt.IsZero() {
		p.LetterAt = r.LetterAt.UTC()
	}
	if r.Data != "" {
		p.Data = strings.Split(r.Data, ",")
	}
	return p
}

func personRowOf(p Person) personRow {
	return personRow{
		IncidentID: string(p.IncidentID), ContactID: p.ContactID, SnapshotID: p.SnapshotID, Position: p.Position,
		PickedVia: p.PickedVia, PickedAt: p.PickedAt, Excluded: p.Excluded, Data: strings.Join(p.Data, ","), Name: p.Name,
		Organisation: p.Organisation, Street: p.Street, Postcode: p.Postcode, City: p.City, Country: p.Country, Email: p.Email,
		Language: p.Language, BirthDate: p.BirthDate, PrintName: p.PrintName, Channel: string(p.Channel),
		Letter: string(p.Letter), LetterAt: p.LetterAt,
	}
}

// CountOfImport counts the people on any list of people affected who came with an
// import of the customer file.
func CountOfImport(ctx context.Context, db bun.IDB, importID string) (int, error) {
	var n int
	err := db.NewRaw("SELECT count(*) FROM affected_people AS p JOIN contacts AS c ON c.id = p.contact_id WHERE c.import_id = ?", importID).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("communication: count of import: %w", err)
	}
	return n, nil
}
