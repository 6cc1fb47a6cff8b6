package web

import (
	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
)

// Head is what every page of an incident begins with: what it is, how much time is
// left, where its parts are, and what comes next.
type Head struct {
	I        incident.Incident
	Duties   []obligation.Obligation
	Tab      string // "", clocks, risk, people, authority, letters, work, timeline or close
	Scenario string
	LeadName string
	People   int // on the list, frozen or not
	Steps    []register.Step
	Next     register.Step
	HasNext  bool
	Clock    *ClockView // the nearest that runs, if any
}

// Tabs are the parts of an incident in their order. Those that only a breach has
// are left out of other incidents.
func (h Head) Tabs() []string {
	if !h.I.IsBreach() {
		return []string{"", "clocks", "work", "timeline", "close"}
	}
	return []string{"", "clocks", "risk", "people", "authority", "letters", "work", "timeline", "close"}
}

// Path is where a part of the incident is.
func (h Head) Path(tab string) string {
	path := "/incidents/" + string(h.I.ID)
	if tab != "" {
		path += "/" + tab
	}
	return path
}

// StepPath is where a step is done.
func (h Head) StepPath(s register.Step) string { return h.Path(stepTab(s)) }

// stepTab translates the place of a step into the part of the pages.
func stepTab(s register.Step) string {
	if s.Link == "notification" {
		return "authority"
	}
	return s.Link
}

// IsHere reports whether the next step is done on this very page, which then shows
// it as its own primary action.
func (h Head) IsHere() bool { return h.HasNext && stepTab(h.Next) == h.Tab }

// head reads the head of the incident that the address names, or fails with
// incident.ErrNotFound.
func (s *Server) head(v *Visit, tab string) (Head, error) {
	h := Head{Tab: tab}
	var err error
	if h.I, err = incident.ByID(v.Ctx(), s.d.DB.R, incident.ID(v.C.Params("id"))); err != nil {
		return h, err
	}
	if h.Duties, err = obligation.OfIncident(v.Ctx(), s.d.DB.R, h.I.ID); err != nil {
		return h, err
	}
	if h.Steps, err = register.StepsOf(v.Ctx(), s.d.DB.R, h.I.ID); err != nil {
		return h, err
	}
	h.Next, h.HasNext = register.Next(h.Steps)
	h.HasNext = h.HasNext && h.I.IsOpen()
	counts, err := communication.CountsOf(v.Ctx(), s.d.DB.R, h.I.ID, "")
	if err != nil {
		return h, err
	}
	h.People = counts.All - counts.Excluded
	if sc, err := s.d.Packs.Scenario(h.I.Scenario); err == nil {
		h.Scenario = sc.Title.In(v.P.Lang(), v.P.Country())
	}
	if lead, err := s.d.Accounts.ByID(v.Ctx(), s.d.DB.R, account.ID(h.I.LeadID)); err == nil {
		h.LeadName = lead.Name
	}
	for _, o := range h.Duties {
		if o.IsOpen() && !o.EndAt().IsZero() && (h.Clock == nil || o.EndAt().Before(h.Clock.End())) {
			view := v.clockView(register.ClockOf(h.I, o, h.Steps))
			h.Clock = &view
		}
	}
	return h, nil
}
