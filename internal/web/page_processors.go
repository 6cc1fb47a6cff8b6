package web

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/processing"
	"clepsydra/internal/stewardship"
)

// processorsPage is the list of those who handle data for the firm.
type processorsPage struct{ Now, Ended []processorRow }

// processorRow is one of them in words.
type processorRow struct {
	processing.Processor
	Rows     []ScanRow
	Warnings []string
	Purposes []string
}

func listProcessors(v *Visit) error {
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return err
	}
	w, err := v.recordWords(d)
	if err != nil {
		return err
	}
	var page processorsPage
	for _, p := range d.Processors {
		row := processorRow{Processor: p, Warnings: w.warnings(p)}
		if !p.IsInUse() {
			page.Ended = append(page.Ended, row)
			continue
		}
		for _, e := range d.Purposes {
			if e.IsInUse() && slices.Contains(e.Processors, p.ID) {
				row.Purposes = append(row.Purposes, w.text(e.Name))
			}
		}
		page.Now = append(page.Now, row)
	}
	return v.Page("record_processors", page)
}

// warnings are what is missing about a processor, in words.
func (w recordWords) warnings(p processing.Processor) []string {
	var out []string
	for _, warning := range p.Warnings(w.l, w.v.S.d.Records.Today(w.v.Firm, w.v.Now)) {
		line := w.say("warn_" + warning.Code)
		if len(warning.Points) > 0 {
			line += w.v.P.T("assess.colon", nil) + " " + w.missingPoints(warning.Points)
		}
		out = append(out, line)
	}
	return out
}

// fewPoints is up to how many points of a contract are named in words.
const fewPoints = 2

// missingPoints names points of a contract: a few in words, more by their articles.
func (w recordWords) missingPoints(ids []string) string {
	if len(ids) <= fewPoints {
		return strings.Join(w.chosen(w.l.ContractPoints, ids), "; ")
	}
	var articles []string
	for _, c := range w.l.ContractPoints {
		if slices.Contains(ids, c.ID) {
			articles = append(articles, c.Article)
		}
	}
	return w.v.P.T("paper.gdpr", map[string]any{"Article": strings.Join(articles, ", ")})
}

// processorPage is the form of one.
type processorPage struct {
	P         processing.Processor
	IsNew     bool
	Hours     string // as typed
	Purposes  []processing.Entry
	Serves    []string
	Lists     processing.Lists
	Countries []countryGroup
	Warnings  []string
	Files     []processing.ContractFile
	Decision  processing.Adequacy // on the country where data are stored
	Place     processing.Place
}

// Grounds are why data may leave the EEA.
func (processorPage) Grounds() []processing.TransferGround { return processing.TransferGrounds() }

func (v *Visit) processorPage(p processing.Processor) (processorPage, error) {
	page := processorPage{P: p, IsNew: true, Lists: v.S.d.Records.Lists(), Countries: v.countryGroups()}
	if p.NoticeHours != 0 {
		page.Hours = strconv.Itoa(p.NoticeHours)
	}
	today := v.S.d.Records.Today(v.Firm, v.Now)
	page.Place = page.Lists.Where(p.Country, today)
	page.Decision, _ = page.Lists.DecisionOn(p.Country, today)
	d, err := v.S.d.Records.Document(v.Ctx())
	if err != nil {
		return page, err
	}
	w, err := v.recordWords(d)
	if err != nil {
		return page, err
	}
	for _, kept := range d.Processors {
		if kept.ID == p.ID {
			page.IsNew, page.Warnings, page.P.EndedAt = false, w.warnings(kept), kept.EndedAt
		}
	}
	for _, e := range d.Purposes {
		if e.IsInUse() {
			page.Purposes = append(page.Purposes, e)
		}
		if slices.Contains(e.Processors, p.ID) {
			page.Serves = append(page.Serves, string(e.ID))
		}
	}
	page.Files, err = v.S.d.Records.Contracts(v.Ctx(), p.ID)
	return page, err
}

func showProcessor(v *Visit) error {
	id := v.C.Params("processor")
	p := processing.Processor{}
	var err error
	if id == "new" {
		p.ID, err = processing.NewID("own_")
	} else {
		p, err = v.S.d.Records.Processor(v.Ctx(), id)
	}
	if err != nil {
		return err
	}
	page, err := v.processorPage(p)
	if err != nil {
		return err
	}
	return v.Page("record_processor", page)
}

func saveProcessor(v *Visit) error {
	hours, err := strconv.Atoi(v.Form("hours"))
	if err != nil && v.Form("hours") != "" {
		hours = -1
	}
	p := processing.Processor{
		ID: v.C.Params("processor"), Name: strings.Join(strings.Fields(v.Form("name")), " "), Country: v.Form("country"),
		Ground: processing.TransferGround(v.Form("ground")), SubUsers: v.Form("subs"), NoticeHours: hours,
		BreachMail: v.Form("breach_mail"), BreachPhone: v.Form("breach_phone"),
		Contract: processing.ContractPaper{
			Signed: processing.Agreement(v.Form("signed")), On: v.Form("on"), Ends: v.Form("ends"), Points: v.FormAll("points"),
		},
	}
	p.NoSubs = p.SubUsers == "" && v.Ticked("no_subs")
	var purposes []processing.PurposeID
	for _, id := range v.FormAll("purposes") {
		purposes = append(purposes, processing.PurposeID(id))
	}
	if err := v.S.d.Records.SaveProcessor(v.Ctx(), v.Actor, p, purposes); err != nil {
		page, pageErr := v.processorPage(p)
		if pageErr != nil {
			return pageErr
		}
		page.Hours, page.Serves = v.Form("hours"), v.FormAll("purposes")
		return v.Again("record_processor", page, err)
	}
	v.Flash("record.saved", nil)
	return v.Redirect("/record/processors/" + p.ID)
}

func endProcessor(v *Visit) error {
	if err := v.S.d.Records.EndProcessor(v.Ctx(), v.Actor, v.C.Params("processor")); err != nil {
		return err
	}
	v.Flash("record.processor_ended", nil)
	return v.Redirect("/record/processors")
}

// addContract keeps a file of the contract.
func addContract(v *Visit) error {
	id := v.C.Params("processor")
	err := v.keepContract(id)
	if err == nil {
		v.Flash("record.contract_kept", nil)
		return v.Redirect("/record/processors/" + id)
	}
	p, readErr := v.S.d.Records.Processor(v.Ctx(), id)
	if readErr != nil {
		return readErr
	}
	page, pageErr := v.processorPage(p)
	if pageErr != nil {
		return pageErr
	}
	return v.Again("record_processor", page, err)
}

func (v *Visit) keepContract(id string) error {
	header, err := v.C.FormFile("file")
	if err != nil || header.Size > stewardship.MostContract {
		return stewardship.ErrContractFile.At("file")
	}
	f, err := header.Open()
	if err != nil {
		return stewardship.ErrContractFile.At("file").Because(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return stewardship.ErrContractFile.At("file").Because(err)
	}
	media := http.DetectContentType(content)
	if !slices.Contains([]string{"application/pdf", "image/png", "image/jpeg", "application/zip"}, media) {
		return stewardship.ErrContractFile.At("file")
	}
	return v.S.d.Records.AddContract(v.Ctx(), v.Actor, id, filepath.Base(header.Filename), media, content)
}

func fetchContract(v *Visit) error {
	f, err := v.S.d.Records.Contract(v.Ctx(), v.C.Params("processor"), v.C.Params("file"))
	if err != nil {
		return err
	}
	return v.Download(f.Name, f.Media, f.Content)
}
