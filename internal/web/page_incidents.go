package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
)

// incidentsRoutes: the list of all incidents.
func (s *Server) incidentsRoutes() []Route {
	return []Route{{Method: fiber.MethodGet, Path: "/incidents", Needs: account.SeeBoard, Handle: listIncidents}}
}

// incidentsPerPage is how many incidents a page of the list shows.
const incidentsPerPage = 30

// incidentsPage is the list.
type incidentsPage struct {
	List   []boardReport
	Text   string
	Status string
	Total  int
	From   int // of the first shown, from 1
	To     int
	Prev   string
	Next   string
}

// Statuses are the filters, in their order.
func (incidentsPage) Statuses() []string {
	return []string{"open", "reported", "triaged", "confirmed", "contained", "closed", "dismissed"}
}

func listIncidents(v *Visit) error {
	page := incidentsPage{Text: v.C.Query("text"), Status: v.C.Query("status")}
	at, err := strconv.Atoi(v.C.Query("page", "1"))
	if err != nil || at < 1 || at > 100_000 {
		at = 1
	}
	q := incident.Query{Text: page.Text, Limit: incidentsPerPage, Offset: (at - 1) * incidentsPerPage}
	switch page.Status {
	case "":
	case "open":
		q.Statuses = []incident.Status{incident.Reported, incident.Triaged, incident.Confirmed, incident.Contained}
	default:
		q.Statuses = []incident.Status{incident.Status(page.Status)}
	}
	list, total, err := incident.List(v.Ctx(), v.S.d.DB.R, q)
	if err != nil {
		return err
	}
	for _, i := range list {
		page.List = append(page.List, boardReport{I: i, Title: v.scenarioTitle(i.Scenario), Age: ago(v, i.OpenedAt)})
	}
	page.Total, page.From, page.To = total, q.Offset+1, q.Offset+len(list)
	link := func(n int) string {
		return "/incidents?" + url.Values{"text": {page.Text}, "status": {page.Status}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if at > 1 {
		page.Prev = link(at - 1)
	}
	if page.To < total {
		page.Next = link(at + 1)
	}
	return v.Page("incidents", page)
}
