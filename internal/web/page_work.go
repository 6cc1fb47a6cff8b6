package web

import (
	"cmp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/incident"
)

// workRoutes: the tasks and the evidence of an incident.
func (s *Server) workRoutes() []Route {
	get, post := fiber.MethodGet, fiber.MethodPost
	return []Route{
		{Method: get, Path: "/incidents/:id/work", Needs: account.SeeBoard, Handle: showWork},
		{Method: post, Path: "/incidents/:id/tasks", Needs: account.HandleIncident, Handle: addTask},
		{Method: post, Path: "/incidents/:id/tasks/:task", Needs: account.HandleIncident, Handle: completeTask},
		{Method: post, Path: "/incidents/:id/evidence", Needs: account.HandleIncident, Handle: addEvidence, Upload: true},
		{Method: post, Path: "/incidents/:id/processor", Needs: account.HandleIncident, Handle: chooseProcessor},
		{Method: post, Path: "/incidents/:id/processor/data", Needs: account.HandleIncident, Handle: takeOverData},
		{Method: get, Path: "/incidents/:id/evidence/:file", Needs: account.HandleIncident, Handle: handOutEvidence},
	}
}

// workPage is what has to be done and what was kept.
type workPage struct {
	Head     Head
	Tasks    []workTask
	Open     int
	Evidence []incident.Evidence
	Names    map[string]string
	IsAdding bool   // a new task was refused: its form stays open
	Title    string // of a task that was refused
	Role     string
	Due      string
	Most     int // files at once
	// Processor asks at which processor it happened; nil where that does not come up.
	Processor *processorCard
}

// workTask is a task in the visitor's language.
type workTask struct {
	incident.Task
	Words  string
	IsLate bool
}

// Roles are those who can be asked to do a task.
func (workPage) Roles() []string { return []string{"handler", "lead", "deputy", "it", "dpo"} }

func (v *Visit) workPage() (workPage, error) {
	head, err := v.S.head(v, "work")
	if err != nil {
		return workPage{}, err
	}
	page := workPage{Head: head, Role: "handler", Most: incident.MaxFiles}
	tasks, err := incident.TasksOf(v.Ctx(), v.S.d.DB.R, head.I.ID)
	if err != nil {
		return page, err
	}
	for _, t := range tasks {
		words := v.S.d.Response.TaskTitle(head.I, t, v.P.Lang(), v.P.Country())
		late := !t.IsDone() && !t.DueAt.IsZero() && v.Now.After(t.DueAt)
		page.Tasks = append(page.Tasks, workTask{t, words, late})
		if !t.IsDone() {
			page.Open++
		}
	}
	if page.Evidence, err = incident.EvidenceOf(v.Ctx(), v.S.d.DB.R, head.I.ID); err != nil {
		return page, err
	}
	if page.Processor, err = v.processorCard(head.I); err != nil {
		return page, err
	}
	_, page.Names, err = v.accounts()
	return page, err
}

func showWork(v *Visit) error {
	page, err := v.workPage()
	if err != nil {
		return err
	}
	return v.Page("work", page)
}

// workAgain shows the page once more with what was typed and why it was refused.
func (v *Visit) workAgain(refused error) error {
	page, err := v.workPage()
	if err != nil {
		return err
	}
	page.Title, page.Role, page.Due = v.Form("title"), cmp.Or(v.Form("role"), "handler"), v.Form("due")
	page.IsAdding = strings.HasSuffix(v.C.Path(), "/tasks")
	return v.Again("work", page, refused)
}

func (v *Visit) incidentID() incident.ID { return incident.ID(v.C.Params("id")) }

func addTask(v *Visit) error {
	due, err := v.Instant("due")
	if err == nil {
		err = v.S.d.Response.AddTask(v.Ctx(), v.Actor, v.incidentID(), v.Form("title"), v.Form("role"), due)
	}
	if err != nil {
		return v.workAgain(err)
	}
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/work")
}

func completeTask(v *Visit) error {
	err := v.S.d.Response.CompleteTask(v.Ctx(), v.Actor, v.incidentID(), v.C.Params("task"), v.Form("note"))
	if err != nil {
		return v.workAgain(err)
	}
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/work")
}

func addEvidence(v *Visit) error {
	files, err := v.uploads("files", incident.MaxFiles)
	if err == nil && len(files) == 0 {
		err = incident.ErrFileEmpty.At("files").With("Name", "")
	}
	if err == nil {
		err = v.S.d.Response.AddEvidence(v.Ctx(), v.Actor, v.incidentID(), files)
	}
	if err != nil {
		return v.workAgain(err)
	}
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/work#evidence")
}

func handOutEvidence(v *Visit) error {
	e, content, err := v.S.d.Response.Evidence(v.Ctx(), v.Actor, v.incidentID(), v.C.Params("file"))
	if err != nil {
		return err
	}
	return v.Download(e.Name, e.MediaType, content)
}
