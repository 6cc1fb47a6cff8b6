package web

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/journal"
	"clepsydra/internal/obligation"
)

// timelineRoutes: what happened, in order.
func (s *Server) timelineRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/incidents/:id/timeline", Needs: account.SeeBoard, Handle: showTimeline},
		{Method: fiber.MethodPost, Path: "/incidents/:id/notes", Needs: account.HandleIncident, Handle: addNote},
	}
}

// timelinePage is the journal of one incident, the latest first.
type timelinePage struct {
	Head     Head
	Entries  []timelineEntry
	Note     string
	Happened string
	Refused  bool
}

// timelineEntry is one entry in words.
type timelineEntry struct {
	journal.Entry
	Words string
	Who   string
	Icon  string
}

// IsDated reports whether it happened at another time than it was written down.
func (e timelineEntry) IsDated() bool { return e.RecordedAt.Sub(e.HappenedAt).Abs() > time.Minute }

func (v *Visit) timelinePage() (timelinePage, error) {
	head, err := v.S.head(v, "timeline")
	if err != nil {
		return timelinePage{}, err
	}
	page := timelinePage{Head: head}
	list, err := journal.ListOf(v.Ctx(), v.S.d.DB.R, journal.Case{Kind: "incident", ID: string(head.I.ID)})
	if err != nil {
		return page, err
	}
	_, names, err := v.accounts()
	if err != nil {
		return page, err
	}
	for k := len(list) - 1; k >= 0; k-- {
		e := list[k]
		page.Entries = append(page.Entries, timelineEntry{e, v.entryWords(head, e), v.actorWords(e.Actor, names), entryIcon(e.Kind)})
	}
	return page, nil
}

// entryWords writes an entry in the visitor's language. Rungs of a ladder are
// called what the rule pack calls them.
func (v *Visit) entryWords(h Head, e journal.Entry) string {
	args := make(map[string]any, len(e.Facts))
	for name, value := range e.Facts {
		args[name] = value
	}
	if rung := e.Facts["rung"]; rung != "" {
		args["rung"] = v.rungWords(h, obligation.Duty(e.Facts["duty"]), rung)
	}
	if regime := e.Facts["regime"]; regime != "" {
		args["law"], args["step"] = v.lawWords(h, e)
	}
	words := v.P.T("timeline."+strings.ReplaceAll(e.Kind, ".", "_"), args)
	if before := e.Facts["before"]; before != "" && e.Kind == "aware.changed" {
		words += " (" + v.P.T("board.was", map[string]any{"Before": v.P.Readable(before)}) + ")"
	}
	return words
}

// lawWords names the law of an entry and the step of it, if there is one.
func (v *Visit) lawWords(h Head, e journal.Entry) (law, step string) {
	version := e.Facts["version"]
	for _, o := range h.Duties {
		if o.Regime == e.Facts["regime"] && version == "" {
			version = o.RegimeVersion
		}
	}
	regime, err := v.S.d.Response.RegimeOf(v.Firm, e.Facts["regime"], version)
	if err != nil {
		return e.Facts["regime"], e.Facts["duty"]
	}
	law = regime.Name.In(v.P.Lang(), v.P.Country())
	if rule, err := regime.Duty(e.Facts["duty"]); err == nil {
		step = rule.Name.In(v.P.Lang(), v.P.Country())
	}
	return law, step
}

// rungWords names a rung; repeated ones are rungs of the ladder with a number.
func (v *Visit) rungWords(h Head, d obligation.Duty, rung string) string {
	for _, o := range h.Duties {
		if o.Duty != d {
			continue
		}
		rule, err := v.rule(o)
		if err != nil {
			return ""
		}
		for _, r := range rule.Ladder.Rungs {
			if r.Key == rung || strings.HasPrefix(rung, r.Key+"_") || strings.HasPrefix(rung, "late_") && r.Every > 0 {
				return r.Name.In(v.P.Lang(), v.P.Country())
			}
		}
	}
	return ""
}

func (v *Visit) actorWords(a journal.Actor, names map[string]string) string {
	switch {
	case names[a.ID] != "" && a.Kind == journal.BySlack:
		return names[a.ID] + " (Slack)"
	case names[a.ID] != "":
		return names[a.ID]
	}
	return v.P.T("board.by_"+string(a.Kind), nil)
}

func entryIcon(kind string) string {
	noun, _, _ := strings.Cut(kind, ".")
	switch noun {
	case "aware", "moment":
		return "clock"
	case "risk", "duty", "law":
		return "scale"
	case "step":
		return "send"
	case "people", "person":
		return "users"
	case "letter", "letters", "mails":
		return "mail"
	case "notification", "answer":
		return "send"
	case "evidence":
		return "paperclip"
	case "task":
		return "checkbox"
	case "recall":
		return "arrow-back-up"
	case "reminder":
		return "bell"
	case "note":
		return "message"
	}
	return "flag"
}

func showTimeline(v *Visit) error {
	page, err := v.timelinePage()
	if err != nil {
		return err
	}
	return v.Page("timeline", page)
}

func addNote(v *Visit) error {
	happened, err := v.Instant("happened")
	if err == nil {
		err = v.S.d.Response.AddNote(v.Ctx(), v.Actor, v.incidentID(), v.Form("note"), happened)
	}
	if err != nil {
		page, pageErr := v.timelinePage()
		if pageErr != nil {
			return pageErr
		}
		page.Note, page.Happened, page.Refused = v.Form("note"), v.Form("happened"), true
		return v.Again("timeline", page, err)
	}
	return v.Redirect("/incidents/" + string(v.incidentID()) + "/timeline")
}
