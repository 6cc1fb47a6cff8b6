package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/processing"
)

// paper is the whole record in finished sentences.
func (w recordWords) paper() ScanPaper {
	v := w.v
	paper := ScanPaper{
		Firm: v.Firm, Lang: v.P.Lang(), Title: w.say("title"), Subtitle: v.Firm.Name, Final: len(w.d.OpenPoints) == 0, At: v.Now,
		Reference: w.say("title") + ", " + v.P.Date(v.Now), Intro: []string{w.say("paper_intro")},
	}
	paper.Sections = append(paper.Sections, ScanSection{w.say("general"), w.general()})
	for _, e := range w.d.Purposes {
		title := w.text(e.Name)
		switch {
		case !e.IsInUse():
			title += " (" + v.P.T("record.ended_on", map[string]any{"Date": v.P.Date(e.EndedAt)}) + ")"
		case e.ConfirmedAt.IsZero():
			title += " (" + w.say("proposed") + ")"
		}
		paper.Sections = append(paper.Sections, ScanSection{title, w.entry(e)})
	}
	for _, p := range w.d.Processors {
		if p.IsInUse() {
			paper.Sections = append(paper.Sections, ScanSection{w.say("processor") + v.P.T("assess.colon", nil) + " " + p.Name, w.processor(p)})
		}
	}
	for _, c := range w.d.AsProcessor {
		paper.Sections = append(paper.Sections, ScanSection{w.say("as_processor") + v.P.T("assess.colon", nil) + " " + c.Name, w.client(c)})
	}
	if open := w.open(); len(open) > 0 {
		section := ScanSection{Title: w.say("missing")}
		for _, o := range open {
			label := o.About
			if label == "" {
				label = w.say("general")
			}
			section.Rows = append(section.Rows, ScanRow{Label: label, Source: o.Item, Text: []string{o.Text}})
		}
		paper.Sections = append(paper.Sections, section)
	}
	return paper
}

// processor is one who handles data for the firm, in words.
func (w recordWords) processor(p processing.Processor) []ScanRow {
	var purposes []string
	for _, e := range w.d.Purposes {
		if e.IsInUse() && slices.Contains(e.Processors, p.ID) {
			purposes = append(purposes, w.text(e.Name))
		}
	}
	where := ""
	if p.Country != "" {
		where = w.v.P.CountryName(p.Country)
		if place := w.l.Where(p.Country, w.v.S.d.Records.Today(w.v.Firm, w.v.Now)); place != processing.InEEA {
			where = w.transfer(processing.Transfer{Country: p.Country, Ground: p.Ground})
		}
	}
	contract := ""
	if p.Contract.Signed != "" {
		contract = w.say("signed_" + string(p.Contract.Signed))
		if p.Contract.On != "" {
			contract += ", " + w.day(p.Contract.On)
		}
		if p.Contract.Ends != "" {
			contract += " – " + w.day(p.Contract.Ends)
		}
	}
	hours := ""
	if p.NoticeHours > 0 {
		hours = w.v.P.N("record.hours_of", p.NoticeHours, map[string]any{"N": p.NoticeHours})
	}
	return []ScanRow{
		w.row("handles", "28", purposes, true),
		w.row("stored", "e", []string{where}, false),
		w.row("subs", "28", []string{p.SubUsers}, p.NoSubs),
		w.row("contract", "28", []string{contract}, false),
		w.row("points", "28", w.chosen(w.l.ContractPoints, p.Contract.Points), false),
		w.row("breach_contact", "28", []string{p.BreachMail, p.BreachPhone, hours}, false),
	}
}

// day writes "2006-01-02" as the language does.
func (w recordWords) day(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, w.v.Firm.Location())
	if err != nil {
		return day
	}
	return w.v.P.Date(t)
}

// recordJSON is the export for machines.
type recordJSON struct {
	Kind       string    `json:"kind"`
	ExportedAt time.Time `json:"exported_at"`
	processing.Document
}

// exportRecord gives out the record as it stands or, with version, as it was.
func exportRecord(v *Visit) error {
	format, version := v.C.Params("format"), v.C.Query("version")
	d, kept, err := v.recordOf(version)
	if err != nil {
		return err
	}
	media := map[string]string{
		"pdf": "application/pdf", "json": "application/json",
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}[format]
	if media == "" {
		return fiber.ErrNotFound
	}
	text := []byte(kept.Document)
	if version == "" || format != "json" {
		if text, err = v.recordFile(format, d, kept); err != nil {
			return err
		}
	}
	if err := v.S.d.Records.Exported(v.Ctx(), v.Actor, format, version); err != nil {
		return err
	}
	return v.Download("record-"+v.Now.In(v.Firm.Location()).Format(time.DateOnly)+"."+format, media, text)
}

// recordOf is the record as it stands, or a kept state, whose document is as it was
// hashed.
func (v *Visit) recordOf(version string) (d processing.Document, kept processing.Version, err error) {
	if version == "" {
		d, err = v.S.d.Records.Document(v.Ctx())
		return d, kept, err
	}
	if kept, err = v.S.d.Records.Version(v.Ctx(), version); err != nil {
		return d, kept, err
	}
	if err := json.Unmarshal([]byte(kept.Document), &d); err != nil {
		return d, kept, fmt.Errorf("web: version %s: %w", version, err)
	}
	return d, kept, nil
}

// recordFile writes the record; of a kept state it says which one it is.
func (v *Visit) recordFile(format string, d processing.Document, kept processing.Version) ([]byte, error) {
	var b bytes.Buffer
	if format == "json" {
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		if err := enc.Encode(recordJSON{"record_of_processing", v.Now, d}); err != nil {
			return nil, fmt.Errorf("web: record as json: %w", err)
		}
		return b.Bytes(), nil
	}
	w, err := v.recordWords(d)
	if err != nil {
		return nil, err
	}
	paper := w.paper()
	if kept.ID != "" {
		paper.Subtitle = v.P.T("record.state_of", map[string]any{"When": v.P.DateTime(kept.At)})
		paper.Intro = append(paper.Intro, "SHA-256 "+kept.SHA256)
	}
	if err := v.S.d.Papers.Record(v.Ctx(), &b, format, paper); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// versionsPage is the list of kept states. Stood is the one that stood at At.
type versionsPage struct {
	Versions []processing.Version
	Who      map[string]string
	At       string
	Stood    string
	Asked    bool
}

func listVersions(v *Visit) error {
	page := versionsPage{At: v.C.Query("at")}
	var err error
	if page.Versions, err = v.S.d.Records.Versions(v.Ctx()); err != nil {
		return err
	}
	if page.Who, err = v.accountNames(); err != nil {
		return err
	}
	at, err := time.ParseInLocation(instantLayout, page.At, v.Firm.Location())
	if err != nil {
		return v.Page("record_versions", page)
	}
	page.Asked = true
	for _, kept := range page.Versions { // the latest first
		if !kept.At.After(at.Add(time.Minute - time.Microsecond)) {
			page.Stood = kept.ID
			break
		}
	}
	return v.Page("record_versions", page)
}
