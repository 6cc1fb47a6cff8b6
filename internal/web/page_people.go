package web

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/contact"
	"clepsydra/internal/incident"
	"clepsydra/internal/stewardship"
	"clepsydra/internal/workflow"
)

// peopleRoutes: who is affected, and the list that is frozen.
func (s *Server) peopleRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/incidents/:id/people", Needs: account.SeeBoard, Handle: showPeople},
		{Method: post, Path: "/incidents/:id/people/pick", Needs: account.HandleIncident, Handle: pickPeople},
		{Method: post, Path: "/incidents/:id/people/clear", Needs: account.HandleIncident, Handle: clearPeople},
		{Method: post, Path: "/incidents/:id/people/data", Needs: account.HandleIncident, Handle: setPeopleData},
		{Method: get, Path: "/incidents/:id/people/freeze", Needs: account.Decide, Handle: showFreeze},
		{Method: post, Path: "/incidents/:id/people/freeze", Needs: account.Decide, Handle: freezePeople},
		{Method: get, Path: "/incidents/:id/people/:contact", Needs: account.SeeContacts, Handle: showPerson},
		{Method: post, Path: "/incidents/:id/people/:contact/data", Needs: account.HandleIncident, Handle: setPersonData},
		{Method: post, Path: "/incidents/:id/people/:contact/exclude", Needs: account.HandleIncident, Handle: excludePerson},
		{Method: post, Path: "/incidents/:id/people/:contact/include", Needs: account.HandleIncident, Handle: includePerson},
		{Method: post, Path: "/incidents/:id/people/:contact/returned", Needs: account.HandleIncident, Handle: returnLetter},
	}
}

// peoplePerPage is how many people a page of the list shows.
const peoplePerPage = 25

// tally is one row of a small count, such as a language and its people.
type tally struct {
	Code string
	N    int
}

// peoplePage is the list of people affected with everything that changes it.
type peoplePage struct {
	Head       Head
	Counts     communication.Counts
	Gone       int // erased before the list was made
	Waiting    int // whom freezing would take
	Imports    []contact.Import
	Segments   []stewardship.CountedSegment
	Languages  []tally
	Countries  []tally
	Snapshots  []communication.Snapshot
	Who        map[string]string // names of accounts
	Categories []workflow.Category
	Chosen     []string // categories ticked for everybody
	OwnData    []string // those of the incident
	Differs    bool     // some people have categories of their own
	List       peopleList
	Find       string
	Found      contact.Page
	MayName    bool // the visitor may see names
}

// Open reports whether the incident can still be worked on.
func (p peoplePage) Open() bool { return p.Head.I.IsOpen() }

// Breach reports whether there is anybody to tell.
func (p peoplePage) Breach() bool { return p.Head.I.IsBreach() }

// peopleList is one page of the table and what narrows it.
type peopleList struct {
	People  []communication.Person
	Total   int
	Page    int
	Pages   int
	Text    string
	Channel string
	Letter  string
}

// Link is the address of another page of the same list.
func (l peopleList) Link(page int) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": l.Text, "channel": l.Channel, "letter": l.Letter} {
		if value != "" {
			q.Set(name, value)
		}
	}
	q.Set("page", strconv.Itoa(page))
	return "?" + q.Encode() + "#list"
}

// affected is the incident that the address names.
func (v *Visit) affected() incident.ID { return incident.ID(v.C.Params("id")) }

// peoplePath leads to the tab of the incident, or to one of its pages.
func (v *Visit) peoplePath(rest string) string {
	return "/incidents/" + string(v.affected()) + "/people" + rest
}

func showPeople(v *Visit) error {
	page, err := v.peoplePage()
	if err != nil {
		return err
	}
	return v.Page("people", page)
}

func (v *Visit) peoplePage() (peoplePage, error) {
	page := peoplePage{MayName: v.Is(account.SeeContacts), Categories: v.S.d.Packs.Categories()}
	var err error
	if page.Head, err = v.S.head(v, "people"); err != nil {
		return page, err
	}
	page.OwnData = page.Head.I.Data
	id, db := v.affected(), v.S.d.DB.R
	if page.Gone, err = communication.ErasedBefore(v.Ctx(), db, id); err != nil {
		return page, err
	}
	if page.Counts, err = communication.CountsOf(v.Ctx(), db, id, ""); err != nil {
		return page, err
	}
	if page.Snapshots, err = communication.SnapshotsOf(v.Ctx(), db, id); err != nil {
		return page, err
	}
	page.Waiting = waitingToFreeze(page.Counts, page.Snapshots)
	page.Languages, page.Countries = tallies(page.Counts.Languages), tallies(page.Counts.Countries)
	if page.Who, err = v.accountNames(); err != nil {
		return page, err
	}
	if !page.MayName {
		return page, nil
	}
	return page, errors.Join(v.fillPickers(&page), v.fillList(&page))
}

// waitingToFreeze counts who is on the list, not left out and on no frozen list.
func waitingToFreeze(c communication.Counts, all []communication.Snapshot) int {
	n := c.All - c.Excluded
	for _, s := range all {
		n -= s.People
	}
	return n
}

// tallies sorts a count: the largest first.
func tallies(counts map[string]int) []tally {
	out := make([]tally, 0, len(counts))
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, tally{code, counts[code]})
	}
	slices.SortStableFunc(out, func(a, b tally) int { return b.N - a.N })
	return out
}

// accountNames are the names of those who sign in, to say who did what.
func (v *Visit) accountNames() (map[string]string, error) {
	all, err := v.S.d.Accounts.List(v.Ctx())
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(all))
	for _, a := range all {
		out[string(a.ID)] = a.Name
	}
	return out, nil
}

// fillPickers finds what can be picked from: imports in force, segments, and what a
// search found.
func (v *Visit) fillPickers(page *peoplePage) error {
	all, err := v.S.d.Contacts.Imports(v.Ctx())
	if err != nil {
		return err
	}
	page.Imports = slices.DeleteFunc(all, func(i contact.Import) bool { return !i.UndoneAt.IsZero() })
	if page.Segments, err = v.S.d.Contacts.Segments(v.Ctx()); err != nil {
		return err
	}
	if page.Find = strings.TrimSpace(v.C.Query("find", v.Form("find"))); page.Find == "" {
		return nil
	}
	page.Found, err = v.S.d.Contacts.Search(v.Ctx(), v.Actor, contact.Query{Text: page.Find, Limit: 100})
	return err
}

// fillList reads one page of the table and what leaked of those who may change.
func (v *Visit) fillList(page *peoplePage) error {
	l := &page.List
	l.Text, l.Channel, l.Letter, l.Page = strings.TrimSpace(v.C.Query("q")), v.C.Query("channel"), v.C.Query("letter"), max(1, v.C.QueryInt("page", 1))
	q := communication.PeopleQuery{Text: l.Text, Channel: communication.Channel(l.Channel), Limit: peoplePerPage, Offset: (l.Page - 1) * peoplePerPage}
	if l.Letter != "" {
		state := communication.LetterState(l.Letter)
		if l.Letter == "none" {
			state = communication.NoLetter
		}
		q.Letter = &state
	}
	var err error
	if l.People, l.Total, err = communication.People(v.Ctx(), v.S.d.DB.R, v.affected(), q); err != nil {
		return err
	}
	if err := v.listed(l.People); err != nil {
		return err
	}
	l.Pages = max(1, (l.Total+peoplePerPage-1)/peoplePerPage)
	open, _, err := communication.People(v.Ctx(), v.S.d.DB.R, v.affected(), communication.PeopleQuery{Unfrozen: true, Limit: peoplePerPage})
	if err != nil {
		return err
	}
	page.Chosen, page.Differs = sharedData(open)
	if page.Chosen == nil {
		page.Chosen = page.OwnData
	}
	return nil
}

// sharedData is what leaked of the first of some people, and whether it differs
// among them.
func sharedData(people []communication.Person) ([]string, bool) {
	for _, p := range people {
		if !slices.Equal(p.Data, people[0].Data) {
			return nil, true
		}
	}
	if len(people) == 0 {
		return nil, false
	}
	return people[0].Data, false
}
