package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/account"
	"clepsydra/internal/firm"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
	"clepsydra/internal/response"
)

// formOf finds where the form of a page goes.
func formOf(t *testing.T, a answer, prefix string) string {
	t.Helper()
	m := regexp.MustCompile(`action="(` + prefix + `own_[0-9a-f]{16})"`).FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no form to %s: %s", prefix, visible(a.body))
	}
	return m[1]
}

func TestTheProposedRecordIsConfirmedAndKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lead := h.as(account.Administrator)
	lead.get("/record").shows(http.StatusOK, "4 purposes are only proposed", "Newsletter", "Not known yet", "GDPR Art. 30(1)(g)")
	lead.post("/record/confirm", url.Values{"purpose": {"newsletter"}}).leadsTo("/record")
	lead.get("/record").shows(http.StatusOK, "3 purposes are only proposed")
	lead.post("/record/confirm", nil).leadsTo("/record")
	lead.post("/record/confirm", nil).leadsTo("/record")
	lead.get("/record").shows(http.StatusOK).lacks("only proposed")
	versions, err := h.app.Records.Versions(background)
	h.ok(err)
	if len(versions) != 2 {
		t.Fatalf("%d versions are kept, want 2", len(versions))
	}
	text := lead.get("/record/export/json?version=" + versions[0].ID).shows(http.StatusOK)
	if sum := sha256.Sum256([]byte(text.body)); hex.EncodeToString(sum[:]) != versions[0].SHA256 {
		t.Error("the kept state does not have its hash")
	}
	if pdf := lead.get("/record/export/pdf?version=" + versions[0].ID).shows(http.StatusOK); !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Error("the kept state is no PDF")
	}
	when := versions[0].At.In(firm.Firm{Zone: "Europe/Brussels"}.Location()).Format("2006-01-02T15:04")
	lead.get("/record/versions?at="+when).shows(http.StatusOK, "stood then", versions[0].SHA256)
	lead.get("/record/versions?at=2001-01-01T10:00").shows(http.StatusOK, "Nothing was saved at that time yet.")
	if why := lead.post("/record/confirm", url.Values{"purpose": {"nothing"}}); why.status != http.StatusNotFound {
		t.Errorf("status %d for a purpose that is not there", why.status)
	}
}

func TestAPurposeIsAddedChangedAndEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lead := h.as(account.Administrator)
	to := formOf(t, lead.get("/record/purposes/new"), "/record/purposes/")
	form := func() url.Values {
		return url.Values{
			"name_en": {"Farm visits"}, "explain_en": {"To plan your visit."}, "basis": {"consent"}, "subjects": {"customers"},
			"subjects_own": {"school classes\r\n"}, "no_recipients": {"yes"}, "months": {"six"}, "transfer_country": {"US"}, "transfer_note": {"Ticket shop"},
		}
	}
	lead.post(to, form()).shows(http.StatusUnprocessableEntity, "Farm visits", `value="six"`, "from 1 to 1200", "school classes", "Ticket shop")
	good := form()
	good.Set("months", "6")
	lead.post(to, good).leadsTo("/record")
	lead.post(to, good).leadsTo("/record")
	page := lead.get("/record").shows(http.StatusOK, "Farm visits", "school classes", "6 months", "United States", "ground not known yet", "On which ground do data leave the EEA?")
	if n := strings.Count(page.body, `<h3 class="card-title text-break">Farm visits`); n != 1 {
		t.Errorf("the purpose stands there %d times", n)
	}
	lead.post(to+"/end", nil).leadsTo("/record")
	lead.get("/record").shows(http.StatusOK, "ended on")
	lead.post("/record/purposes/nothing", good).shows(http.StatusNotFound)
}

func TestTheGeneralPartAndTheFirmsThatAreServed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lead := h.as(account.Administrator)
	lead.post("/record/general", url.Values{"keeper": {"nobody"}, "measures_text": {"A dog"}}).shows(http.StatusUnprocessableEntity, "A dog", "Choose from the list.")
	lead.post("/record/general", url.Values{
		"keeper": {string(h.lead.ID)}, "no_dpo": {"yes"}, "no_joint": {"yes"}, "measures": {"backups", "two_step"}, "measures_text": {"A dog"},
	}).leadsTo("/record")
	to := formOf(t, lead.get("/record/clients/new"), "/record/clients/")
	lead.post(to, url.Values{"name": {""}, "processing": {"Payroll"}}).shows(http.StatusUnprocessableEntity, "Give a name.", "Payroll")
	lead.post(to, url.Values{"name": {"Bakkerij Maas"}, "processing": {"Payroll"}, "no_transfer": {"yes"}}).leadsTo("/record")
	lead.get("/record").shows(http.StatusOK, "Lotte Vermeer", "Sign-in in two steps", "A dog", "Bakkerij Maas", "Payroll", "How do you reach this firm?").
		lacks("Nobody is in charge", "Do you have a data protection officer?", "Do you decide together")
}

func TestAProcessorIsKeptWithItsContractAndWarnings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lead := h.as(account.Administrator)
	lead.get("/record/processors").shows(http.StatusOK, "No processors yet")
	to := formOf(t, lead.get("/record/processors/new"), "/record/processors/")
	bad := url.Values{"name": {"Mailhuis"}, "hours": {"soon"}, "on": {"2026-05-01"}, "ends": {"2026-04-01"}, "breach_mail": {"nobody"}, "purposes": {"newsletter"}}
	lead.post(to, bad).shows(http.StatusUnprocessableEntity, "Mailhuis", `value="soon"`, "from 1 to 720", "before the day of signing", "no e-mail address",
		`value="newsletter" checked`)
	good := url.Values{"name": {"Mailhuis"}, "country": {"US"}, "purposes": {"newsletter"}, "signed": {"yes"}, "points": {"a", "b"}, "hours": {"24"}}
	lead.post(to, good).leadsTo(to)
	lead.post(to, good).leadsTo(to)
	lead.get(to).shows(http.StatusOK, "outside the EEA and no ground", "2023/1795", "Missing in the contract: GDPR Art. 28(3), 28(3)(c)", "Whom do you reach there")
	lead.get("/record").shows(http.StatusOK, "Mailhuis: United States (ground not known yet)")
	all, err := h.app.Records.Processors(background)
	h.ok(err)
	if len(all) != 1 {
		t.Fatalf("%d processors", len(all))
	}
	h.ok(h.app.Records.AddContract(background, h.who, all[0].ID, "contract.pdf", "application/pdf", []byte("%PDF-1.4 x")))
	h.ok(h.app.Records.AddContract(background, h.who, all[0].ID, "again.pdf", "application/pdf", []byte("%PDF-1.4 x")))
	m := regexp.MustCompile(to+`/contract/[0-9a-f]+`).FindAllString(lead.get(to).body, -1)
	if len(m) != 1 {
		t.Fatalf("files %v", m)
	}
	lead.get(m[0]).shows(http.StatusOK, "%PDF-1.4 x")
	lead.post(to+"/end", nil).leadsTo("/record/processors")
	lead.get("/record/processors").shows(http.StatusOK, "Former processors")
	lead.get("/record").shows(http.StatusOK).lacks("Mailhuis")
}

func TestTheRecordIsTakenOutInThreeForms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lead := h.as(account.Administrator)
	for format, begin := range map[string]string{"pdf": "%PDF-", "xlsx": "PK", "json": "{"} {
		a := lead.get("/record/export/" + format).shows(http.StatusOK)
		if !strings.HasPrefix(a.body, begin) || !strings.Contains(a.header.Get("Content-Disposition"), "."+format) {
			t.Errorf("%s begins with %.10q", format, a.body)
		}
	}
	var d struct {
		Kind string `json:"kind"`
		processing.Document
	}
	h.ok(json.Unmarshal([]byte(lead.get("/record/export/json").body), &d))
	if d.Kind != "record_of_processing" || d.Controller.Name != "Hoeve Ter Linde" || len(d.Purposes) != 4 || len(d.OpenPoints) == 0 {
		t.Errorf("exported %+v", d)
	}
	lead.get("/record/export/doc").shows(http.StatusNotFound)
	lead.get("/record/export/pdf?version=none").shows(http.StatusNotFound)
}

func TestABreachAtAProcessorFindsWhatIsTouched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lead := h.as(account.Administrator)
	r, err := h.app.Response.Report(background, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: "0123456789abcdef0123456789abcdef", Scenario: "supplier", Text: "Mailhuis was hacked.", NoticedAt: time.Now().UTC(), Language: "nl", Via: "form",
	})
	h.ok(err)
	work := "/incidents/" + string(r.IncidentID)
	lead.get(work+"/work").shows(http.StatusOK, "At which processor did it happen?", "no processor in the record yet")
	h.ok(h.app.Records.SaveProcessor(background, h.who, processing.Processor{
		ID: "own_00000000000000aa", Name: "Mailhuis", BreachMail: "breach@example.com", NoticeHours: 24,
	}, []processing.PurposeID{"newsletter"}))
	lead.post(work+"/processor", url.Values{"processor": {"nobody"}}).shows(http.StatusUnprocessableEntity, "Choose from the list.")
	h.customers(3)
	for range 2 {
		lead.post(work+"/processor", url.Values{"processor": {"own_00000000000000aa"}}).leadsTo(work + "/work")
	}
	lead.get(work+"/work").shows(http.StatusOK, "breach@example.com", "within 24 hours", "Newsletter", "E-mail address", ">3 ·", `value="contact_email"`).
		lacks(`value="contact_email" checked`)
	lead.post(work+"/processor/data", url.Values{"data": {"contact_email"}}).leadsTo(work + "/work")
	lead.get(work + "/work").shows(http.StatusOK).lacks(`value="contact_email"`)
	entries, err := journal.ListOf(background, h.app.DB.R, journal.Case{Kind: "incident", ID: string(r.IncidentID)})
	h.ok(err)
	kinds := map[string]int{}
	for _, e := range entries {
		kinds[e.Kind]++
	}
	if kinds["processor.chosen"] != 1 || kinds["processor.data_taken"] != 1 {
		t.Errorf("entries %v", kinds)
	}
	lead.get(work+"/timeline").shows(http.StatusOK, "Processor chosen at whom it happened")
}
