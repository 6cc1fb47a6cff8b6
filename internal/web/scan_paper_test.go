package web_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

// TestScanIsPrinted: a scan becomes a PDF, before and after it is concluded.
func TestScanIsPrinted(t *testing.T) {
	h := newHouse(t)
	c := h.as(account.Administrator)
	scan := c.post("/scans", url.Values{"pack": {"legitimate_interest"}, "title": {"Folder aan oude klanten"}}).leadsTo("/scans/")
	c.post(scan+"/answers", url.Values{"part": {"aim"}, "a.what": {"Een kaart met nieuwe producten.\nAan wie de laatste vijf jaar kocht."}, "a.kind": {"plain"}, "a.lawful": {"unknown"}}).leadsTo(scan)
	c.post(scan+"/answers", url.Values{"part": {"aim"}, "a.what": {"Een kaart."}, "a.kind": {"telling"}, "a.lawful": {"clear"}}).leadsTo(scan)
	draft := c.get(scan + "/print").shows(http.StatusOK)
	c.post(scan+"/conclude", url.Values{"decided": {"may_not"}, "reason": {"Vragen aan de kassa werkt even goed."}}).leadsTo(scan + "/result")
	done := c.get(scan + "/print").shows(http.StatusOK)
	for _, pdf := range []answer{draft, done} {
		if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" || !strings.Contains(pdf.header.Get("Content-Disposition"), "scan-legitimate_interest-") {
			t.Errorf("no PDF: %v", pdf.header)
		}
	}
	if dir := os.Getenv("KEEP_PAPERS"); dir != "" {
		h.ok(os.WriteFile(dir+"/scan-draft.pdf", []byte(draft.body), 0o600))
		h.ok(os.WriteFile(dir+"/scan.pdf", []byte(done.body), 0o600))
	}
}
