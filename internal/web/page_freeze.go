package web

import (
	"errors"
	"strconv"

	"clepsydra/internal/communication"
	"clepsydra/internal/fault"
)

// errCountChanged refuses a confirmation of a list that has changed since.
var errCountChanged = fault.New(fault.Conflict, "people.count_changed")

// freezePage asks once more before the list becomes final.
type freezePage struct {
	Head    Head
	Counts  communication.Counts
	Waiting int
	Number  int // of the list that would be made
}

func (v *Visit) freezePage() (freezePage, []communication.Snapshot, error) {
	var page freezePage
	var err error
	if page.Head, err = v.S.head(v, "people"); err != nil {
		return page, nil, err
	}
	if page.Counts, err = communication.CountsOf(v.Ctx(), v.S.d.DB.R, v.affected(), ""); err != nil {
		return page, nil, err
	}
	all, err := communication.SnapshotsOf(v.Ctx(), v.S.d.DB.R, v.affected())
	page.Waiting, page.Number = waitingToFreeze(page.Counts, all), len(all)+1
	return page, all, err
}

func showFreeze(v *Visit) error {
	page, _, err := v.freezePage()
	if err != nil {
		return err
	}
	if page.Waiting == 0 {
		return v.Redirect(v.peoplePath(""))
	}
	return v.Page("freeze", page)
}

// freezePeople freezes exactly the number of people that was confirmed. A form
// that is sent twice freezes once: the second finds its list there.
func freezePeople(v *Visit) error {
	page, all, err := v.freezePage()
	if err != nil {
		return err
	}
	confirmed, numErr := strconv.Atoi(v.Form("people"))
	number, listErr := strconv.Atoi(v.Form("number"))
	switch {
	case errors.Join(numErr, listErr) != nil || number < 1:
		return v.Again("freeze", page, errCountChanged)
	case number == len(all) && all[number-1].People == confirmed && all[number-1].FrozenBy == v.Actor.ID:
		return v.frozen(all[number-1])
	case number != page.Number || confirmed != page.Waiting:
		return v.Again("freeze", page, errCountChanged)
	}
	snap, err := v.S.d.Response.Freeze(v.Ctx(), v.Actor, v.affected())
	if err != nil {
		return v.Again("freeze", page, err)
	}
	return v.frozen(snap)
}

func (v *Visit) frozen(snap communication.Snapshot) error {
	v.Flash("people.frozen", map[string]any{"Number": snap.Number, "Count": v.P.Number(snap.People)})
	return v.Redirect(v.peoplePath("#lists"))
}
