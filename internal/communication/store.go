package communication

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

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

type snapshotRow struct {
	bun.BaseModel `bun:"table:snapshots"`

	ID         string `bun:",pk"`
	IncidentID string
	Number     int
	People     int
	Hash       string
	FrozenBy   string
	FrozenAt   time.Time
}

type textRow struct {
	bun.BaseModel `bun:"table:letter_texts"`

	IncidentID   string `bun:",pk"`
	Language     string `bun:",pk"`
	Nature       string
	Consequences string
	Measures     string
	Advice       string
	UpdatedBy    string
	UpdatedAt    time.Time
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
// is used: All, then ImportID, then the contacts listed.
type Selection struct {
	All      bool
	ImportID string
	Contacts []string
}

// via names the way of picking, for the record.
func (s Selection) via() string {
	switch {
	case s.All:
		return "all"
	case s.ImportID != "":
		return "import " + s.ImportID
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
		if len(s.Contacts) == 0 {
			return 0, nil
		}
		where, args = "c.id IN (?)", []any{bun.List(s.Contacts)}
	}
	res, err := tx.NewRaw(`INSERT INTO affected_people (incident_id, contact_id, snapshot_id, position, picked_via, picked_at,
			excluded, data, name, organisation, street, postcode, city, country, email, language, birth_date, print_name, channel, letter, letter_at)
		SELECT ?, c.id, NULL, 0, ?, ?, '', '', `+copyOfContact+`, '', NULL
		FROM contacts AS c WHERE c.erased_at IS NULL AND `+where+`
		ON CONFLICT (incident_id, contact_id) DO NOTHING`,
		append([]any{id, s.via(), now}, args...)...).Exec(ctx)
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
	Text       string // part of the name, mail or town
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
	if t := strings.ToLower(strings.TrimSpace(q.Text)); t != "" {
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(t) + "%"
		sel = sel.Where("(lower(p.name) LIKE ? ESCAPE '!' OR lower(p.email) LIKE ? ESCAPE '!' OR lower(p.city) LIKE ? ESCAPE '!')", like, like, like)
	}
	n, err := sel.ScanAndCount(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("communication: people: %w", err)
	}
	return persons(rows), int(n), nil
}

// CountsOf counts the people affected of an incident; a snapshot narrows it to
// that list.
func CountsOf(ctx context.Context, db bun.IDB, id incident.ID, snapshotID string) (Counts, error) {
	c := Counts{Languages: map[string]int{}, Countries: map[string]int{}}
	var groups []struct {
		Excluded, Unsubscribed, Erased         bool
		Channel, Letter, Language, Country, BD string
		N                                      int
	}
	sel := db.NewSelect().TableExpr("affected_people AS p").Join("LEFT JOIN contacts AS c ON c.id = p.contact_id").
		ColumnExpr("p.excluded <> '' AS excluded, coalesce(c.marketing, '') = 'unsubscribed' AS unsubscribed").
		ColumnExpr("(c.id IS NULL OR c.erased_at IS NOT NULL) AS erased").
		ColumnExpr("p.channel, p.letter, p.language, p.country, count(*) AS n").
		Where("p.incident_id = ?", id).GroupExpr("1, 2, 3, 4, 5, 6, 7")
	if snapshotID != "" {
		sel = sel.Where("p.snapshot_id = ?", snapshotID)
	}
	if err := sel.Scan(ctx, &groups); err != nil {
		return Counts{}, fmt.Errorf("communication: counts: %w", err)
	}
	for _, g := range groups {
		c.All += g.N
		if g.Excluded {
			c.Excluded += g.N
			continue
		}
		if g.Unsubscribed {
			c.Unsubscribed += g.N
		}
		if g.Erased {
			c.Erased += g.N
		}
		c.Languages[g.Language] += g.N
		c.Countries[g.Country] += g.N
		c.count(Channel(g.Channel), LetterState(g.Letter), g.N)
	}
	return c, nil
}

func (c *Counts) count(ch Channel, l LetterState, n int) {
	switch ch {
	case ByPost:
		c.Post += n
	case ByMail:
		c.Mail += n
	default:
		c.None += n
	}
	switch l {
	case Held:
		c.Held += n
	case Made:
		c.Made += n
	case Sent:
		c.Sent += n
	case Returned:
		c.Returned += n
	}
}

// Freeze makes a snapshot of everybody who is not excluded and not frozen yet,
// with the data of the customer file as they are at this moment, in the order in
// which the post sorts. Nobody to freeze gives ErrNobody.
func Freeze(ctx context.Context, tx bun.IDB, s Snapshot) (Snapshot, error) {
	if err := refresh(ctx, tx, s.IncidentID); err != nil {
		return Snapshot{}, err
	}
	err := tx.NewRaw("SELECT coalesce(max(number), 0) + 1 FROM snapshots WHERE incident_id = ?", s.IncidentID).Scan(ctx, &s.Number)
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	row := snapshotRow{ID: s.ID, IncidentID: string(s.IncidentID), Number: s.Number, FrozenBy: s.FrozenBy, FrozenAt: s.FrozenAt}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	res, err := tx.NewRaw(`WITH ordered AS (
			SELECT contact_id, row_number() OVER (ORDER BY channel DESC, country, postcode, city, street, name, contact_id) AS place
			FROM affected_people WHERE incident_id = ? AND snapshot_id IS NULL AND excluded = '')
		UPDATE affected_people SET snapshot_id = ?, position = ordered.place
		FROM ordered WHERE affected_people.incident_id = ? AND affected_people.contact_id = ordered.contact_id`,
		s.IncidentID, s.ID, s.IncidentID).Exec(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	if n == 0 {
		return Snapshot{}, ErrNobody
	}
	s.People = int(n)
	d := NewDigest()
	if err := EachOf(ctx, tx, s.ID, func(p Person) error { return d.Add(p) }); err != nil {
		return Snapshot{}, err
	}
	s.Hash = d.Sum()
	_, err = tx.NewUpdate().Model((*snapshotRow)(nil)).Set("people = ?, hash = ?", s.People, s.Hash).Where("id = ?", s.ID).Exec(ctx)
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: freeze: %w", err)
	}
	return s, nil
}

// refresh copies the contacts anew into the rows that are about to be frozen. A
// decision that somebody took about the channel stays, unless the new address
// makes it impossible.
func refresh(ctx context.Context, tx bun.IDB, id incident.ID) error {
	_, err := tx.NewRaw(`UPDATE affected_people SET name = c.name, organisation = c.organisation, street = c.street,
			postcode = c.postcode, city = c.city, country = c.country, email = c.email, language = c.language, birth_date = c.birth_date,
			channel = CASE WHEN affected_people.channel = 'mail' AND c.email <> '' THEN 'mail'
				WHEN c.street <> '' AND c.city <> '' THEN 'post' WHEN c.email <> '' THEN 'mail' ELSE 'none' END
		FROM contacts AS c WHERE c.id = affected_people.contact_id AND c.erased_at IS NULL
			AND affected_people.incident_id = ? AND affected_people.snapshot_id IS NULL`, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: refresh: %w", err)
	}
	return nil
}

// EachOf calls fn for every person of a snapshot in order, without holding them
// all in memory.
func EachOf(ctx context.Context, db bun.IDB, snapshotID string, fn func(Person) error) error {
	for from := 0; ; {
		batch, err := Batch(ctx, db, snapshotID, from, 1000)
		if err != nil {
			return err
		}
		for _, p := range batch {
			if err := fn(p); err != nil {
				return err
			}
			from = p.Position
		}
		if len(batch) < 1000 {
			return nil
		}
	}
}

// Batch returns up to n people of a snapshot whose position is above from.
func Batch(ctx context.Context, db bun.IDB, snapshotID string, from, n int) ([]Person, error) {
	var rows []personRow
	err := db.NewSelect().Model(&rows).Where("p.snapshot_id = ? AND p.position > ?", snapshotID, from).
		OrderExpr("p.position").Limit(int64(n)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("communication: batch: %w", err)
	}
	return persons(rows), nil
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

// SnapshotsOf returns the snapshots of an incident in their order.
func SnapshotsOf(ctx context.Context, db bun.IDB, id incident.ID) ([]Snapshot, error) {
	var rows []snapshotRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).OrderExpr("number").Scan(ctx); err != nil {
		return nil, fmt.Errorf("communication: snapshots: %w", err)
	}
	out := make([]Snapshot, len(rows))
	for k, r := range rows {
		out[k] = r.snapshot()
	}
	return out, nil
}

// SnapshotByID returns a snapshot, or ErrSnapshotMissing.
func SnapshotByID(ctx context.Context, db bun.IDB, id string) (Snapshot, error) {
	var row snapshotRow
	err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if database.IsNoRows(err) {
		return Snapshot{}, ErrSnapshotMissing
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("communication: snapshot: %w", err)
	}
	return row.snapshot(), nil
}

// SaveText writes the text of one language.
func SaveText(ctx context.Context, tx bun.IDB, id incident.ID, t Text) error {
	row := textRow{bun.BaseModel{}, string(id), t.Language, t.Nature, t.Consequences, t.Measures, t.Advice, t.UpdatedBy, t.UpdatedAt}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (incident_id, language) DO UPDATE").
		Set("nature = EXCLUDED.nature, consequences = EXCLUDED.consequences, measures = EXCLUDED.measures, advice = EXCLUDED.advice").
		Set("updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("communication: save text: %w", err)
	}
	return nil
}

// TextsOf returns the texts of an incident by language; a language that nobody
// wrote is not in it.
func TextsOf(ctx context.Context, db bun.IDB, id incident.ID) (map[string]Text, error) {
	var rows []textRow
	if err := db.NewSelect().Model(&rows).Where("incident_id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("communication: texts: %w", err)
	}
	out := make(map[string]Text, len(rows))
	for _, r := range rows {
		out[r.Language] = Text{r.Language, r.Nature, r.Consequences, r.Measures, r.Advice, r.UpdatedBy, r.UpdatedAt.UTC()}
	}
	return out, nil
}

func (r snapshotRow) snapshot() Snapshot {
	return Snapshot{r.ID, incident.ID(r.IncidentID), r.Number, r.People, r.Hash, r.FrozenBy, r.FrozenAt.UTC()}
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
		BirthDate: r.BirthDate, PrintName: r.PrintName, Channel: Channel(r.Channel), Letter: LetterState(r.Letter), LetterAt: r.LetterAt,
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
