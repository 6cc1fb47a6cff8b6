package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/account"
	"clepsydra/internal/obligation"
	"clepsydra/internal/register"
)

// registerRoutes: the register of Art. 33(5) and its exports.
func (s *Server) registerRoutes() []Route {
	return []Route{
		{Method: fiber.MethodGet, Path: "/register", Needs: account.SeeRegister, Handle: showRegister},
		{Method: fiber.MethodGet, Path: "/register/export/:format", Needs: account.SeeRegister, Handle: exportRegister},
	}
}

// registerPage is the register.
type registerPage struct {
	Rows   []registerRow
	Told   register.Figures
	Median string
}

// registerRow is one breach in the table.
type registerRow struct {
	register.Entry
	Hours     string
	Authority string // state of the duty; empty when no clock runs
	People    string
	Number    int
}

func showRegister(v *Visit) error {
	entries, _, err := register.Entries(v.Ctx(), v.S.d.DB.R, 0, 0)
	if err != nil {
		return err
	}
	var page registerPage
	for _, e := range entries {
		row := registerRow{Entry: e, Number: e.Incident.Approx.Value}
		if h, ok := e.HoursToNotify(); ok {
			row.Hours = v.P.Number(int(h + 0.5))
			page.Told.Notified++
			page.Told.Hours = append(page.Told.Hours, h)
		}
		row.Authority = v.stateOf(e, obligation.NotifyAuthority)
		row.People = v.stateOf(e, obligation.InformPeople)
		if o, ok := e.Duty(obligation.NotifyAuthority); ok && o.State == obligation.Met {
			page.Told.InTime++
		}
		if e.Frozen {
			row.Number = e.People
		}
		page.Rows = append(page.Rows, row)
	}
	if m, ok := page.Told.Median(); ok {
		page.Median = v.P.Number(int(m + 0.5))
	}
	return v.Page("register", page)
}

// stateOf is the state of a duty, overdue read from the clock.
func (v *Visit) stateOf(e register.Entry, d obligation.Duty) string {
	o, ok := e.Duty(d)
	switch {
	case !ok:
		return ""
	case o.IsOverdue(v.Now):
		return "overdue"
	}
	return string(o.State)
}

func exportRegister(v *Visit) error {
	entries, _, err := register.Entries(v.Ctx(), v.S.d.DB.R, 0, 0)
	if err != nil {
		return err
	}
	format := v.C.Params("format")
	name := "register-" + v.Now.In(v.Firm.Location()).Format(time.DateOnly) + "." + format
	var b bytes.Buffer
	if format == "json" {
		out := make([]register.JSON, len(entries))
		for k, e := range entries {
			out[k] = e.JSON()
		}
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		if err := enc.Encode(out); err != nil {
			return fmt.Errorf("web: register as json: %w", err)
		}
		return v.Download(name, "application/json", b.Bytes())
	}
	media := map[string]string{
		"pdf": "application/pdf", "csv": "text/csv; charset=utf-8",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}[format]
	if media == "" {
		return fiber.ErrNotFound
	}
	table := RegisterTable{Firm: v.Firm, Lang: v.P.Lang(), At: v.Now}
	for _, c := range register.Columns() {
		table.Columns = append(table.Columns, v.P.T("register.c_"+c, nil))
	}
	for _, e := range entries {
		table.Rows = append(table.Rows, e.Row(v.S.d.Packs, v.P))
	}
	if err := v.S.d.Papers.Register(v.Ctx(), &b, strings.ToLower(format), table); err != nil {
		return err
	}
	return v.Download(name, media, b.Bytes())
}
