package communication

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

// IsBlank reports whether nothing is left of the person but his place on the list.
func (p Person) IsBlank() bool {
	return p.Name == "" && p.Organisation == "" && p.PrintName == "" && p.Street == "" && p.City == "" && p.Email == ""
}

// blanked empties everything by which somebody could be known. What stays proves
// that the incident was handled: the identifier, the place in the list, country and
// language for the counts, the data that leaked, and what became of the letter. The
// hash of a frozen list stays as the proof of what was frozen; who has the list from
// then can still show that it is the one. A letter that never left will not leave.
const blanked = `name = '', organisation = '', street = '', postcode = '', city = '', email = '', birth_date = '', print_name = '',
	excluded = CASE WHEN excluded = '' THEN '' ELSE '…' END,
	channel = CASE WHEN letter IN ('sent', 'returned') THEN channel ELSE 'none' END,
	letter = CASE WHEN letter IN ('sent', 'returned') THEN letter ELSE '' END`

// Erase empties a person on every list and empties the print files that hold his
// letter: their names, sizes and hashes stay, and what is still needed of them can be
// printed again for the others. It returns the places on lists and the files.
func Erase(ctx context.Context, tx bun.IDB, contactID string) (places, files int, err error) {
	// The files first: they are found by the place on the list.
	files, err = affected(tx.NewRaw(`UPDATE letter_files SET content = ? WHERE length(content) > 0 AND EXISTS (
			SELECT 1 FROM letter_runs AS r JOIN affected_people AS p ON p.snapshot_id = r.snapshot_id
			WHERE r.id = letter_files.run_id AND p.contact_id = ? AND p.position BETWEEN letter_files.first AND letter_files.last)`,
		[]byte{}, contactID).Exec(ctx))
	if err != nil {
		return 0, 0, fmt.Errorf("communication: erase letters: %w", err)
	}
	places, err = affected(tx.NewRaw("UPDATE affected_people SET "+blanked+" WHERE contact_id = ?", contactID).Exec(ctx))
	if err != nil {
		return 0, 0, fmt.Errorf("communication: erase: %w", err)
	}
	return places, files, nil
}

// EraseOf empties everybody on the lists of an incident and all its print files.
func EraseOf(ctx context.Context, tx bun.IDB, id incident.ID) (places, files int, err error) {
	files, err = affected(tx.NewRaw(`UPDATE letter_files SET content = ? WHERE length(content) > 0
			AND run_id IN (SELECT id FROM letter_runs WHERE incident_id = ?)`, []byte{}, id).Exec(ctx))
	if err != nil {
		return 0, 0, fmt.Errorf("communication: erase letters of %s: %w", id, err)
	}
	places, err = affected(tx.NewRaw("UPDATE affected_people SET "+blanked+` WHERE incident_id = ?
			AND (name <> '' OR organisation <> '' OR street <> '' OR email <> '' OR city <> '' OR print_name <> '')`, id).Exec(ctx))
	if err != nil {
		return 0, 0, fmt.Errorf("communication: erase %s: %w", id, err)
	}
	return places, files, nil
}

// InOpenIncidents returns, of some people, those on the list of an open incident,
// frozen or not, each with the reference of one.
func InOpenIncidents(ctx context.Context, db bun.IDB, contactIDs []string) (map[string]string, error) {
	out := map[string]string{}
	var there bool
	err := db.NewRaw(`SELECT EXISTS (SELECT 1 FROM incidents AS i WHERE i.status NOT IN (?, ?)
		AND EXISTS (SELECT 1 FROM affected_people AS p WHERE p.incident_id = i.id))`, incident.Closed, incident.Dismissed).Scan(ctx, &there)
	if err != nil || !there {
		return out, err
	}
	for some := range slices.Chunk(contactIDs, 1000) {
		var rows []struct{ ContactID, Ref string }
		err := db.NewRaw(`SELECT p.contact_id, min(i.ref) AS ref FROM affected_people AS p JOIN incidents AS i ON i.id = p.incident_id
			WHERE p.contact_id IN (?) AND p.excluded = '' AND i.status NOT IN (?, ?) GROUP BY p.contact_id`,
			bun.List(some), incident.Closed, incident.Dismissed).Scan(ctx, &rows)
		if err != nil {
			return nil, fmt.Errorf("communication: in open incidents: %w", err)
		}
		for _, r := range rows {
			out[r.ContactID] = r.Ref
		}
	}
	return out, nil
}

func affected(res interface{ RowsAffected() (int64, error) }, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
