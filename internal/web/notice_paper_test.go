package web_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"clepsydra/internal/account"
)

// TestTheStatementIsPrinted: draft and published version become a PDF that another
// program finds whole.
func TestTheStatementIsPrinted(t *testing.T) {
	h := newHouse(t)
	c := h.as(account.Administrator)
	page := c.get("/record/texts").shows(http.StatusOK)
	seal := regexp.MustCompile(`name="seal" value="([0-9a-f]+)"`).FindStringSubmatch(page.body)[1]
	draft := c.get("/record/texts/draft/pdf?lang=fr").shows(http.StatusOK)
	c.post("/record/texts/publish", url.Values{"version": {"1"}, "seal": {seal}, "know": {"1"}}).leadsTo("/record/texts")
	final := c.get("/privacy/1/pdf?lang=nl").shows(http.StatusOK)
	dir := os.Getenv("KEEP_PAPERS")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, pdf := range map[string]answer{"notice-draft.pdf": draft, "notice.pdf": final} {
		if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
			t.Errorf("%s: %v", name, pdf.header)
		}
		path := filepath.Join(dir, name)
		h.ok(os.WriteFile(path, []byte(pdf.body), 0o600))
		if _, err := exec.LookPath("qpdf"); err == nil {
			if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", name, err, out)
			}
		}
	}
	if name := final.header.Get("Content-Disposition"); !strings.Contains(name, "-nl-1.pdf") {
		t.Error(name)
	}
}
