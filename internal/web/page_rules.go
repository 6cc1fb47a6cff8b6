package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/workflow"
)

// errNoPack says that no pack in use has that name and version.
var errNoPack = fault.New(fault.NotFound, "rules.no_pack")

// ruleRoutes: which rules the program works by, where they come from, and what an
// upgrade has changed in them.
func (s *Server) ruleRoutes() []Route {
	return []Route{
		get("/settings/rules", showRules), post("/settings/rules/seen", seeRules),
		get("/settings/rules/:kind/:id/:version", showRule),
	}
}

type rulesPage struct {
	Kinds  []ruleKind
	New    []ruleChange // not seen by anybody yet
	Old    []ruleChange
	UpTo   string // the newest change on the page
	Failed string // why the firm's own files are not in use as they are; empty when they are
	HasOwn bool   // some pack in use is the firm's own
}

type ruleKind struct {
	Kind workflow.Kind
	Rows []ruleRow
}

// ruleRow is one pack. Hides says that the shipped file which it stands in for has
// changed and nobody has looked at that yet.
type ruleRow struct {
	workflow.File
	Title string
	Link  string
	From  string // first and last day in force, as people read it
	To    string
	Seen  string // the last day on which a source was seen
	Hides bool
}

type ruleChange struct {
	rulebook.Change
	By    string // who has seen it
	Lines []diffLine
	Open  bool // shown at once; many are folded
}

// fewChanges is how many new changes are shown without a click.
const fewChanges = 3

// diffLine is one line of a difference. Sort is add, cut, at or same.
type diffLine struct{ Sort, Text string }

func diffLines(diff string) []diffLine {
	var out []diffLine
	for line := range strings.Lines(diff) {
		sort := "same"
		switch line[0] {
		case '+':
			sort = "add"
		case '-':
			sort = "cut"
		case '@':
			sort = "at"
		}
		out = append(out, diffLine{sort, strings.TrimSuffix(line, "\n")})
	}
	return out
}

func showRules(v *Visit) error {
	page, err := v.rulesPage()
	if err != nil {
		return err
	}
	return v.Page("settings_rules", page)
}

func (v *Visit) rulesPage() (rulesPage, error) {
	changes, err := v.S.d.Rules.Changes(v.Ctx())
	if err != nil {
		return rulesPage{}, err
	}
	_, names, err := v.accounts()
	if err != nil {
		return rulesPage{}, err
	}
	var page rulesPage
	if v.S.d.RulesFailed != nil {
		page.Failed = v.S.d.RulesFailed.Error()
	}
	for _, c := range changes {
		change := ruleChange{Change: c, Lines: diffLines(c.Diff)}
		page.UpTo = max(page.UpTo, c.ID)
		if !c.IsSeen() {
			page.New = append(page.New, change)
			continue
		}
		change.By = v.actorWords(journal.Actor{Kind: journal.ByAccount, ID: c.SeenBy}, names)
		page.Old = append(page.Old, change)
	}
	for i := range page.New {
		page.New[i].Open = len(page.New) <= fewChanges
	}
	for _, f := range v.S.d.Packs.Files() {
		if n := len(page.Kinds); n == 0 || page.Kinds[n-1].Kind != f.Kind {
			page.Kinds = append(page.Kinds, ruleKind{Kind: f.Kind})
		}
		page.HasOwn = page.HasOwn || f.Origin != workflow.Shipped
		last := &page.Kinds[len(page.Kinds)-1]
		last.Rows = append(last.Rows, v.ruleRow(f, changes))
	}
	return page, nil
}

func (v *Visit) ruleRow(f workflow.File, changes []rulebook.Change) ruleRow {
	row := ruleRow{
		File: f, Title: f.Name.In(v.P.Lang(), v.P.Country()),
		Link: fmt.Sprintf("/settings/rules/%s/%s/%s", f.Kind, url.PathEscape(f.ID), url.PathEscape(f.Version)),
	}
	switch {
	case f.Kind == workflow.KindHolidays:
		row.Title = v.P.T("country."+f.ID, nil)
	case row.Title == "":
		row.Title = v.P.T("rules.kind_"+string(f.Kind), nil)
	}
	if !f.ValidFrom.IsZero() {
		row.From = v.day(f.ValidFrom)
	}
	if !f.ValidTo.IsZero() {
		row.To = v.day(f.ValidTo)
	}
	var seen deadline.Date
	for _, s := range f.Sources {
		if seen.Before(s.Seen) {
			seen = s.Seen
		}
	}
	row.Seen = v.day(seen)
	for _, c := range changes {
		if f.Origin == workflow.OwnOverShipped && c.Layer == rulebook.Shipped && c.Path == f.Path && !c.IsSeen() {
			row.Hides = true
		}
	}
	return row
}

// day writes a day without its weekday.
func (v *Visit) day(d deadline.Date) string { return v.P.Date(d.In(v.P.Zone())) }

func seeRules(v *Visit) error {
	if err := v.S.d.Rules.See(v.Ctx(), v.Actor, v.Form("up_to")); err != nil {
		return err
	}
	v.Flash("rules.noted", nil)
	return v.Redirect("/settings/rules")
}

type rulePage struct {
	ruleRow
	JSON   string
	Differ []diffLine // from the shipped file that an own one stands in for
}

func showRule(v *Visit) error {
	id, idErr := url.PathUnescape(v.C.Params("id"))
	version, err := url.PathUnescape(v.C.Params("version"))
	f, found := v.S.d.Packs.File(workflow.Kind(v.C.Params("kind")), id, version)
	if err != nil || idErr != nil || !found {
		return errNoPack
	}
	changes, err := v.S.d.Rules.Changes(v.Ctx())
	if err != nil {
		return err
	}
	page := rulePage{ruleRow: v.ruleRow(f, changes)}
	if page.JSON, err = asJSON(f.YAML); err != nil {
		return err
	}
	if f.Origin == workflow.OwnOverShipped {
		page.Differ = diffLines(rulebook.Diff(f.HiddenYAML, f.YAML))
	}
	return v.Page("settings_rule", page)
}

// asJSON writes a pack as programs read it, keys in their order.
func asJSON(text string) (string, error) {
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return "", fmt.Errorf("web: pack as JSON: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return "", fmt.Errorf("web: pack as JSON: %w", err)
	}
	return out.String(), nil
}
