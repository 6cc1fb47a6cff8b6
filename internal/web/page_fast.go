package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
	"clepsydra/internal/workflow"
)

// fastRoutes: the short way through a small incident, from the report to the
// reasoned entry of the register.
func (s *Server) fastRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/incidents/:id/fast", Needs: account.HandleIncident, Handle: showFast},
		{Method: fiber.MethodPost, Path: "/incidents/:id/fast/facts", Needs: account.HandleIncident, Handle: saveFast},
		{Method: fiber.MethodPost, Path: "/incidents/:id/fast", Needs: account.Decide, Handle: decideFast},
	}
}

// The steps of the short way.
const (
	fastFacts = 1 + iota
	fastBack
	fastJudge
	fastDone
)

// fastPage is the page /incidents/:id/fast at one of its steps.
type fastPage struct {
	handled
	Step   int
	Way    response.FastWay
	Groups []dataGroup
	New    recipientForm
	Names  map[string]string

	// The first step, as it was typed.
	Recipients    string // 1, 2, 3 for more, unknown
	Data          []string
	DataUnknown   bool
	People        string
	PeopleUnknown bool

	// The judgement, written in advance.
	Choices     []awareChoice
	Choice      string
	AwareReason string
	Reason      string

	Register []fastQuestion // what the register asks besides
	Cause    string         // code of the usual cause, when it is a mistake of one's own
	IsOwn    bool           // that cause is ticked

	Obstacles []string // in words
	Open      []string // what is still to be done after the judgement, as task titles
}

// fastQuestion is one question of the register with sentences to choose from.
type fastQuestion struct {
	ID        string
	Sentences []string
	Chosen    []string
	Own       string // in the visitor's own words
	Text      string // as it stands in the register already
}

// Steps are the numbers of the steps, for the line above them.
func (fastPage) Steps() []int { return []int{fastFacts, fastBack, fastJudge, fastDone} }

// Fits reports whether the short way is open on the facts so far.
func (p fastPage) Fits() bool { return len(p.Way.Obstacles) == 0 }

// HasClock reports whether it was said before when the firm was aware.
func (p fastPage) HasClock() bool { return p.Head.I.IsClockRunning() }

func (v *Visit) fastPage(step int) (fastPage, error) {
	head, err := v.S.head(v, "")
	if err != nil {
		return fastPage{}, err
	}
	head.HasNext = false // the short way has its own next step
	page := fastPage{handled: handled{head}, Step: step, Groups: groupsOf(v.S.d.Packs.Categories()), New: v.newRecipient(head.I)}
	if page.Way, err = v.S.d.Response.FastWay(v.Ctx(), head.I.ID); err != nil {
		return page, err
	}
	if _, page.Names, err = v.accounts(); err != nil {
		return page, err
	}
	page.fill(head.I)
	if page.Step == 0 {
		page.Step = page.next()
	}
	if page.Way.Draft.IsDone() {
		page.Step = fastDone
	}
	switch page.Step {
	case fastJudge:
		return page, v.judgeAhead(&page)
	case fastDone:
		return page, v.stillOpen(&page)
	}
	return page, nil
}

// fill writes what is known already into the first step. Before anybody has begun,
// what the reporter said about the data stands there, and one recipient.
func (p *fastPage) fill(i incident.Incident) {
	p.Recipients, p.Data = "1", i.Data
	if p.Way.IsStarted {
		p.Recipients, p.DataUnknown = "unknown", len(i.Data) == 0
		if n := p.Way.Draft.Recipients; n > 0 {
			p.Recipients = strconv.Itoa(n)
		}
	}
	p.PeopleUnknown = p.Way.IsStarted && !i.Approx.Known
	if i.Approx.Known {
		p.People = strconv.Itoa(i.Approx.Value)
	}
}

// next is the step with which somebody who comes back goes on.
func (p *fastPage) next() int {
	switch {
	case !p.Way.IsStarted:
		return fastFacts
	case len(p.Way.Recipients) == 0 && p.Fits():
		return fastBack
	}
	return fastJudge
}

// isClosed reports whether there is nothing to do on the short way, and where the
// visitor belongs instead.
func (p fastPage) isClosed() (string, bool) {
	switch {
	case p.Way.Draft.IsDone():
		return "", false
	case !p.Head.I.IsOpen():
		return p.Head.Path(""), true
	case p.Head.I.Risk != "":
		return p.Head.Path("risk"), true
	}
	return "", false
}

func showFast(v *Visit) error {
	step, err := strconv.Atoi(v.C.Query("step"))
	if err != nil || step < fastFacts || step > fastJudge {
		step = 0
	}
	page, err := v.fastPage(step)
	if err != nil {
		return err
	}
	if elsewhere, ok := page.isClosed(); ok {
		return v.Redirect(elsewhere)
	}
	if !page.Way.IsStarted && page.Step > fastFacts {
		return v.Redirect(page.Head.Path("fast"))
	}
	return v.Page("fast", page)
}

// fastAgain shows the second step once more, with a recipient who was refused.
func (v *Visit) fastAgain(refused error, form recipientForm) error {
	page, err := v.fastPage(fastBack)
	if err != nil {
		return err
	}
	page.New = form
	return v.Again("fast", page, refused)
}

// stillOpen reads the reason that was recorded and lists what is left to do, in the
// visitor's words.
func (v *Visit) stillOpen(page *fastPage) error {
	decisions, err := incident.DecisionsOf(v.Ctx(), v.S.d.DB.R, page.Head.I.ID)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if d.Kind == "risk" {
			page.Reason = d.Reason
		}
	}
	tasks, err := incident.TasksOf(v.Ctx(), v.S.d.DB.R, page.Head.I.ID)
	if err != nil {
		return err
	}
	if err := v.registerAsks(page); err != nil {
		return err
	}
	for _, t := range tasks {
		if !t.IsDone() {
			page.Open = append(page.Open, v.S.d.Response.TaskTitle(page.Head.I, t, v.P.Lang(), v.P.Country()))
		}
	}
	return nil
}

// registerAsks reads what the register holds on effects and remedies, and the
// sentences of the scenario for what it does not hold yet.
func (v *Visit) registerAsks(page *fastPage) error {
	given, err := notification.AnswersOf(v.Ctx(), v.S.d.DB.R, page.Head.I.ID)
	if err != nil {
		return err
	}
	sc, err := v.S.d.Packs.Scenario(page.Head.I.Scenario)
	if err != nil {
		return err
	}
	for _, list := range []struct {
		id    string
		texts []workflow.Text
	}{{"consequences", sc.EDPB.Consequences}, {"measures", sc.EDPB.Measures}, {"prevention", sc.EDPB.Prevention}} {
		q := fastQuestion{ID: list.id, Text: given[list.id].Text}
		for _, t := range list.texts {
			q.Sentences = append(q.Sentences, t.In(v.P.Lang(), v.P.Country()))
		}
		page.Register = append(page.Register, q)
	}
	if given["cause"].State == "" && sc.EDPB.Cause == ownMistake {
		page.Cause, page.IsOwn = ownMistake, true
	}
	return nil
}

// ownMistake is the code of the cause that the page can put into plain words.
const ownMistake = "internal_not_malicious"

// ToAsk reports whether somebody on the list was not asked yet.
func (p fastPage) ToAsk() bool {
	for _, r := range p.Way.Recipients {
		if r.State() == recall.ToAsk {
			return true
		}
	}
	return len(p.Way.Recipients) < p.Way.Facts.Recipients
}
